package import Basics
package import Media

/// What the desk wants done, in order.
package enum AttendantEffect: Equatable, Sendable {
  case report(AttendantReport)
  /// To be done by the agent of that leg; `gather` makes it, `close` ends it.
  case ice(callID: String, IceOrder)
  /// To be done by the recorder of that room.
  case recording(room: String, RecordingOrder)
  case note(LogEntry)
}

/// What a room's recorder is to do.
package enum RecordingOrder: Equatable, Sendable {
  /// Answered by ``AttendantDesk/recording(_:of:path:)``.
  case start(path: String)
  /// 48 kHz, one channel. What comes while there is no recording is dropped.
  case append([Int16])
  case stop
}
