package import Basics
package import Media

/// What the media loop must do for its core, in this order.
package enum MediaEffect: Equatable, Sendable {
  /// To be told to the control loop.
  case report(MediaReport)
  /// To be done by the agent of that call; `gather` makes it, `close` ends it.
  case ice(CallID, IceOrder)
  /// Which devices are needed from now on. Without a real one, its stand-in runs.
  ///
  /// `rings`: the device that calls ring by, where it is not the loudspeaker.
  case useDevices(capture: Bool, playback: Bool, rings: Bool = false)
  /// Change to these devices, by ALSA name; `nil` leaves that one as it is. An empty ringer is the
  /// loudspeaker.
  case chooseDevices(capture: String?, playback: String?, ringer: String? = nil)
  /// Make the file, and its folder if that is to be made. The loop reports `recording`, and orders `stopRecording` if it cannot be made.
  case startRecording(CallID, path: String, makesFolder: Bool = false)
  /// Both channels of the next stretch of a recording, of equal length: what was said here and what
  /// was heard from there.
  case record(CallID, near: [Int16], far: [Int16])
  /// The file is complete.
  case stopRecording(CallID)
  /// How loud it is here and there, 0–1, linear; ten times a second while a call is open.
  case levels(near: Double, far: Double)
  /// Something about that call's sound; of a warning or an error its people are told.
  case note(CallID, LogEntry)
}
