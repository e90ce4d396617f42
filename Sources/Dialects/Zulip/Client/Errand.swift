import Basics
import Calling
import Transport
import ZulipWire

/// Something about a call that must reach the server once: an acceptance, a refusal, an end.
///
///     sent ──granted, or no longer needed──▶ done
///      │ ▲
///      │ └─ waiting (0.5 s, then 2 s) ◀── network failed, or too many requests
///      ▼
///     kept until the server is found again (an acceptance is given up instead)
struct Errand: Equatable, Sendable {
  enum Kind: Equatable, Sendable {
    case accept(CallID)
    case decline, cancel, end
    /// Joins a group call.
    case join(CallID)
    case declineGroup, leave
  }

  enum State: Equatable, Sendable {
    case sent(RequestID)
    case waiting(until: Instant)
    case kept
  }

  /// The server's name of the call.
  let remoteID: String
  var kind: Kind
  var state: State
  /// How often it has been repeated without success.
  var repetitionCount = 0

  /// How long to wait before the next try; `nil` when there have been enough.
  var nextDelay: Duration? {
    Self.delays.indices.contains(repetitionCount) ? Self.delays[repetitionCount] : nil
  }

  /// The call that is being taken; `nil` for the other kinds.
  var takenCall: CallID? {
    switch kind {
    case .accept(let id), .join(let id): id
    case .decline, .cancel, .end, .declineGroup, .leave: nil
    }
  }

  var path: String {
    let id = ZulipForm.escaped(remoteID)
    return switch kind {
    case .accept, .decline: ZulipPath.call(id, "respond")
    case .cancel: ZulipPath.call(id, "cancel")
    case .end: ZulipPath.call(id, "end")
    case .join: ZulipPath.group(id, "join")
    case .declineGroup: ZulipPath.group(id, "decline")
    case .leave: ZulipPath.group(id, "leave")
    }
  }

  var form: ZulipForm {
    switch kind {
    case .accept: ["response": "accept"]
    case .decline: ["response": "decline"]
    case .cancel, .end, .join, .declineGroup, .leave: [:]
    }
  }

  /// Before the second and the third try.
  static let delays: [Duration] = [.milliseconds(500), .seconds(2)]
  /// Errands at once at most; the oldest is given up for a new one.
  static let limit = 32
}
