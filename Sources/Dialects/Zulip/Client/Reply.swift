import Basics
import Formats
import Transport
import ZulipWire

/// What became of a request, in the terms in which the client decides.
enum Reply: Equatable, Sendable {
  case granted(JSONValue)
  case refused(Refusal)
  /// The network could not do it.
  case failed(TransportFailure)

  /// What a server says when it does not do what was asked.
  struct Refusal: Equatable, Sendable {
    var status: Int
    var problem: ZulipProblem?
    /// Whether the calls endpoints said it, and not a server that has none.
    var isOfCalls: Bool
    /// How long the server asks to wait, at most five minutes.
    var retryAfter: Duration?

    /// The server's own words, harmless and at most 200 characters.
    var words: String? { (problem?.message).map { HarmlessText.line($0, limit: 200) } }

    /// A sentence for people.
    var sentence: String {
      guard let words, !words.isEmpty else { return "The server refused with status \(status)." }
      return "The server says: \(words)".asSentence
    }

    /// Whether it is the end of an event queue.
    var isBadQueue: Bool {
      problem?.code == ZulipProblem.badQueue
        || problem?.message.hasPrefix("Bad event queue") == true
    }
  }

  /// Reads a response. A body that is not JSON counts as an empty one.
  init(_ response: HTTPResponse) {
    let value = (try? JSONValue(decoding: response.body)) ?? .null
    guard !(200..<300).contains(response.status) || value["result"]?.string == "error" else {
      self = .granted(value)
      return
    }
    let problem = ZulipProblem(decoding: value)
    let seconds =
      response.fields["Retry-After"].flatMap { Double($0) } ?? problem?.retryAfter
    self = .refused(
      Refusal(
        status: response.status, problem: problem, isOfCalls: ZulipProblem.isOfCalls(value),
        retryAfter: seconds.flatMap {
          $0.isFinite && $0 > 0 ? .milliseconds(Int64((min($0, 300) * 1_000).rounded(.up))) : nil
        }))
  }

  /// A sentence for people about a request that was not granted.
  var sentence: String {
    switch self {
    case .granted: "The server's answer cannot be read."
    case .refused(let refusal): refusal.sentence
    case .failed(let failure): failure.sentence
    }
  }

  /// Whether the same request may succeed a little later.
  var isWorthRepeating: Bool {
    switch self {
    case .granted: false
    case .refused(let refusal): [429, 500, 502, 503, 504].contains(refusal.status)
    case .failed: true
    }
  }

  var retryAfter: Duration? {
    guard case .refused(let refusal) = self else { return nil }
    return refusal.retryAfter
  }
}
