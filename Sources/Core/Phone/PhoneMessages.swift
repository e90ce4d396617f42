package import Basics
package import Calling
package import Media
package import SDP
package import Transport

/// What the control core wants done, in order.
package enum ControlEffect: Equatable, Sendable {
  /// For the transport of that account; answered through ``ControlCore/transport(_:_:at:wallTime:)``.
  case transport(AccountID, TransportEffect)
  case media(MediaOrder)
  /// What is to be shown has changed.
  case board(Board)
  /// Write to the local history, over the record of the same id if there is one.
  case record(CallRecord)
  case removeRecord(id: String)
  /// Keep that text for an account's next client, in place of what was kept; `nil` keeps nothing.
  case keep(String?, account: String)
  /// Mark every missed call in the local history as seen.
  case markSeen
  case event(PhoneEvent)
  case note(LogEntry)
}

/// Something that happened, for whoever follows the phone line by line rather than by ``Board``.
package enum PhoneEvent: Equatable, Sendable {
  /// The account is signed in and its contacts are known: calls can be placed and taken.
  case ready(AccountID)
  /// A call has begun or has changed its phase.
  case call(CallSummary)
  /// No call came of the order to call that target.
  case notPlaced(target: String, EndReason)
  case transcript(CallID, TranscriptLine)
  case agent(CallID, AgentState)
  /// Who speaks in a call of several, whenever that changes; by ``Participant/id``.
  case speakers(CallID, [String])
  /// A line of chat in a call; shown only after `HarmlessText`.
  case message(CallID, from: String, text: String)
  case answered(ServiceID, ServiceAnswer)
  /// The other side pressed a key.
  case digit(CallID, Character)
  /// A recording began at that path, or ended.
  case recording(CallID, path: String?)
  /// A `file:` capture has come to its end.
  case captureEnded
  /// Something about the microphone that whoever speaks should know; a warning that says what to do.
  case hint(MicrophoneHint)
  /// Good to know.
  case note(CallID?, String)
  /// Something is wrong and goes on, or an order was not carried out.
  case warning(CallID?, String)
  /// Something has failed for good.
  case error(CallID?, String)
}

/// What the settings say about calls.
package struct PhoneSettings: Equatable, Sendable {
  /// Each account's own, gathered from beside those that its server names.
  package var iceServers: [AccountID: [IceServer]]
  /// Where recordings without a name go, without a slash at the end.
  package var recordingsFolder: String
  /// The sound devices that the first call is going to use.
  package var sound = SoundSummary()

  package init(iceServers: [AccountID: [IceServer]] = [:], recordingsFolder: String = ".") {
    self.iceServers = iceServers
    self.recordingsFolder = recordingsFolder
  }
}
