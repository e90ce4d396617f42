import Basics
import Calling
import Formats
import NexaconWire
import Transport

/// What became of a request.
enum NexaconReply: Equatable, Sendable {
  case granted(JSONValue)
  /// - words: the server's own, harmless and at most 200 characters.
  case refused(status: Int, words: String?, retryAfter: Duration?)
  /// The network could not do it; in words.
  case failed(String)

  /// Reads a response. A body that is not JSON counts as an empty one.
  init(_ response: HTTPResponse) {
    let value = (try? JSONValue(decoding: response.body)) ?? .null
    let isEnveloped = value["success"]?.boolean == true
    guard !(200..<300).contains(response.status) || value["success"]?.boolean == false else {
      self = .granted(isEnveloped ? value["data"] ?? value : value)
      return
    }
    let words = RefusalMessage(decoding: value).words.map { HarmlessText.line($0, limit: 200) }
    let seconds =
      response.fields["Retry-After"].flatMap { Double($0) } ?? value["retry_after"]?.double
    let retryAfter = seconds.flatMap {
      $0 > 0 && $0.isFinite ? Duration.seconds(min($0, 300)) : nil
    }
    self = .refused(status: response.status, words: words, retryAfter: retryAfter)
  }

  init(_ failure: TransportFailure) { self = .failed(failure.sentence) }

  /// A sentence for people about a request that was not granted.
  var sentence: String {
    switch self {
    case .granted: return "The server's answer cannot be read."
    case .failed(let words): return words
    case .refused(let status, nil, _): return "The server refused with status \(status)."
    case .refused(_, let words?, _):
      return "The server says: \(words)".asSentence
    }
  }

  /// Whether the same request may succeed later.
  var isWorthRepeating: Bool {
    switch self {
    case .granted: false
    case .refused(let status, _, _): status == 429 || status >= 500
    case .failed: true
    }
  }

  var retryAfter: Duration? {
    guard case .refused(_, _, let wait) = self else { return nil }
    return wait
  }

  var isUnauthorized: Bool {
    guard case .refused(401, _, _) = self else { return false }
    return true
  }
}
