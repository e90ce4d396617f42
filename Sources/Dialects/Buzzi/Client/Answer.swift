import Basics
import BuzziWire
import Calling
import Formats
import Transport

/// What became of a request, in the terms in which the client decides.
enum Answer: Equatable, Sendable {
  case granted(JSONValue)
  case refused(Refusal)
  /// The network could not do it; in words.
  case failed(String)

  /// What a server says when it does not do what was asked.
  struct Refusal: Equatable, Sendable {
    var status: Int
    var code: ErrorCode?
    /// The server's own words, harmless and at most 200 characters; `nil` when it has none.
    var words: String?
    /// How long the server asks to wait, at most a minute.
    var retryAfter: Duration?

    /// A sentence for people.
    var sentence: String {
      if let code { return code.sentence }
      guard let words else {
        switch status {
        case 401, 403: return "The server does not allow it; check the account's credentials."
        case 404: return "The server has no such service; check the address."
        default: return "The server refused with status \(status)."
        }
      }
      return "The server says: \(words)"
        + (words.last.map { ".?!…".contains($0) } == true ? "" : ".")
    }
  }

  /// Reads a response. A body that is not JSON counts as an empty one.
  init(_ response: HTTPResponse) {
    let whole =
      (try? JSONValue(decoding: response.body, limit: ServerMessage.byteLimit)) ?? .null
    let isRefused =
      !(200..<300).contains(response.status) || whole["success"]?.boolean == false
    guard isRefused else {
      self = .granted(whole["success"] != nil ? whole["data"] ?? whole : whole)
      return
    }
    let error = ErrorBody(decoding: whole)
    let wait =
      response.fields["Retry-After"].flatMap { Double($0) }
      ?? whole["retryAfter"]?.double
    self = .refused(
      Refusal(
        status: response.status, code: error?.code.flatMap(ErrorCode.init(rawValue:)),
        words: (error?.message).map { HarmlessText.line($0, limit: 200) },
        retryAfter: wait.flatMap { $0 > 0 ? .seconds(min($0, 60)) : nil }))
  }

  /// A sentence for people about a request that was not granted.
  var sentence: String {
    switch self {
    case .granted: "The server's answer cannot be read; is it Buzzi's?"
    case .refused(let refusal): refusal.sentence
    case .failed(let words): words
    }
  }
}

/// The end of a session, told by request beside the message on the socket, so that it arrives.
struct EndErrand: Equatable, Sendable {
  let sessionID: String
  let word: EndCallReason
  var failureCount = 0

  /// Before the second and the third try.
  static let delays: [Duration] = [.milliseconds(500), .seconds(2)]
}

extension BuzziClient {
  mutating func send(_ errand: EndErrand) {
    request(
      .end(errand), .post, BuzziPath.end(percentEncoded(errand.sessionID)),
      ["reason": .string(errand.word.rawValue)])
  }

  /// Any answer will do: a session that is not found is over.
  mutating func takeEnd(_ answer: Answer, of errand: EndErrand, at now: Instant) {
    guard case .failed = answer, errand.failureCount < EndErrand.delays.count else { return }
    var errand = errand
    let delay = EndErrand.delays[errand.failureCount]
    errand.failureCount += 1
    keep(Repetition(purpose: .end(errand), until: now.advanced(by: delay)))
  }

  /// Tries something again later; at most ``repetitionLimit`` wait.
  mutating func keep(_ repetition: Repetition) {
    if repetitions.count >= Self.repetitionLimit {
      let dropped = repetitions.removeFirst()
      if case .service(let errand) = dropped.purpose {
        report(.answered(errand.id, .failed(ErrorCode.rateLimited.sentence)))
      }
    }
    repetitions.append(repetition)
  }

  private static let repetitionLimit = 32
}

extension CallEntry {
  /// The call as a line of the history.
  func record(chatbotID: String, account: Account) -> CallRecord? {
    guard let startedAt, id.utf8.count <= 200 else { return nil }
    let outcome: CallRecord.Outcome =
      switch status {
      case "completed", "timeout": .answered
      case "no_answer": .noAnswer
      case "busy": .busy
      case "cancelled": .cancelled
      case "failed": .failed
      default: .unfinished
      }
    let name = chatbotName.map { String($0.prefix(200)) } ?? chatbotID
    return CallRecord(
      id: "\(account.name)/\(id)", accountName: account.name, system: .buzzi, isIncoming: false,
      party: CallRecord.PartyName(name: name, address: chatbotID), startedAt: startedAt,
      answeredAt: outcome == .answered ? startedAt : nil, endedAt: endedAt, outcome: outcome)
  }
}

/// An id as a segment of a path or a value of a query (RFC 3986 §2.1).
func percentEncoded(_ id: String) -> String {
  var text = ""
  for byte in id.utf8 {
    switch byte {
    case 48...57, 65...90, 97...122, 45, 46, 95, 126:
      text.unicodeScalars.append(Unicode.Scalar(byte))
    default:
      text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
  }
  return text
}
