import Basics
import BotServerWire
import Formats
import Transport

/// What became of a request, in the terms in which the client decides.
enum Reply: Equatable, Sendable {
  case granted(JSONValue)
  case refused(Refusal)
  /// The network could not do it; in words.
  case failed(String)

  /// What a server says when it does not do what was asked.
  struct Refusal: Equatable, Sendable {
    var status: Int
    var code: String?
    /// The server's own words, harmless and at most 200 characters; `nil` when it has none.
    var words: String?
    /// How long the server asks to wait, at most five minutes.
    var retryAfter: Duration?

    /// A sentence for people.
    var sentence: String {
      guard let words else { return "The server refused with status \(status)." }
      return "The server says: \(words)".asSentence
    }
  }

  init(_ failure: TransportFailure) { self = .failed(failure.sentence) }

  /// Reads a response. A body that is not JSON counts as an empty one.
  init(_ response: HTTPResponse) {
    let value = ((try? JSONValue(decoding: response.body)) ?? .null).unwrapped
    guard !(200..<300).contains(response.status) || value["success"]?.boolean == false else {
      self = .granted(value)
      return
    }
    let error = ErrorMessage(decoding: value)
    let wait = response.fields["Retry-After"].flatMap { Double($0) } ?? Self.wait(in: value)
    self = .refused(
      Refusal(
        status: response.status, code: error?.code,
        words: (error?.message).map { HarmlessText.line($0, limit: 200) },
        retryAfter: wait.flatMap { $0 > 0 ? .seconds(min($0, 300)) : nil }))
  }

  /// A sentence for people about a request that was not granted.
  var sentence: String {
    switch self {
    case .granted: "The server's answer cannot be read."
    case .refused(let refusal): refusal.sentence
    case .failed(let words): words
    }
  }

  /// Whether the same request may succeed a little later.
  var isWorthRepeating: Bool {
    switch self {
    case .granted: false
    case .refused(let refusal): [429, 502, 503, 504].contains(refusal.status)
    case .failed: true
    }
  }

  var retryAfter: Duration? {
    guard case .refused(let refusal) = self else { return nil }
    return refusal.retryAfter
  }

  private static func wait(in value: JSONValue) -> Double? {
    for name in ["retry_after", "retryAfter", "retry-after"] {
      if let seconds = value[name]?.double, seconds.isFinite { return seconds }
    }
    return nil
  }
}
