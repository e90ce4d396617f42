import Basics
import Calling
import Media
import Phone

/// What the control and media loops tell whoever sits in front: the console, or a command without a
/// screen.
enum UserMessage: Sendable {
  case board(Board)
  case event(PhoneEvent)
  case statistics(CallID, MediaStatistics)
  /// How loud the microphone and the loudspeaker are, 0–1.
  case levels(capture: Double, playback: Double)
  case log(LogEntry)
  /// The embedded exchange cannot be had; in words.
  case exchangeFailed(String)
  /// All calls are ended and all accounts signed out.
  case stopped

  /// What is to be known about a call: what warns is told as the call's own, the rest is for the log.
  static func about(_ call: CallID, _ entry: LogEntry) -> UserMessage {
    switch entry.level {
    case .error: .event(.error(call, entry.text))
    case .warning: .event(.warning(call, entry.text))
    case .info, .debug: .log(LogEntry(entry.level, "\(entry.subject) \(call)", entry.text))
    }
  }
}
