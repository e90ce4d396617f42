import Basics
import BotServerWire
import Calling
import Transport

/// Something that must reach the server once, however long that takes: an acceptance, a refusal, an
/// end.
///
///     sent ──granted, or no longer needed──▶ done
///      │ ▲
///      │ └─ waiting (0.5 s, then 2 s) ◀── network failed
///      ▼
///     kept until the server is found again (an acceptance is given up instead)
struct Errand: Equatable, Sendable {
  enum Kind: Equatable, Sendable {
    case accept(CallID)
    case decline(reason: String?)
    case busy
    case end(reason: String)
    /// Leave a room; named by the room's id.
    case leave
  }

  enum State: Equatable, Sendable {
    case sent(RequestID)
    case waiting(until: Instant)
    case kept
  }

  let remoteID: String
  let kind: Kind
  var state: State
  /// How often it has been repeated without success.
  var repetitionCount = 0

  /// How long to wait before the next try; `nil` when there have been enough.
  var nextDelay: Duration? {
    Self.delays.indices.contains(repetitionCount) ? Self.delays[repetitionCount] : nil
  }

  /// The call that is being accepted; `nil` for the other kinds.
  var acceptedCall: CallID? {
    guard case .accept(let id) = kind else { return nil }
    return id
  }

  /// Before the second and the third try.
  static let delays: [Duration] = [.milliseconds(500), .seconds(2)]
  /// Errands at once at most; the oldest is given up for a new one.
  static let limit = 32
}
