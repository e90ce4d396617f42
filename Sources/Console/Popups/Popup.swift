package import Basics
package import Cells

/// What lies over the panes and takes the keys. A ringing call is no popup of these: it lies on top of
/// them too.
package enum Popup: Equatable, Sendable {
  case palette(Palette)
  /// The keys valid where one was, from that row on.
  case help(offset: Int)
  /// What the program noted, from that row on, counted from the newest.
  case log(offset: Int)
  /// What a server answered.
  case answer(AnswerPage)
  case devices(DeviceChoice)
  case note(NoteEntry)
  case declineReason(CallID, TextField)
  case quitQuestion
}

/// A note being written.
package struct NoteEntry: Equatable, Sendable {
  package enum Subject: Equatable, Sendable {
    case call(CallID)
    case record(id: String)
  }

  var subject: Subject
  /// Whom the call was with, harmless.
  var partyName: String
  var field: TextField
}

/// Microphone, speaker and ringer being chosen.
package struct DeviceChoice: Equatable, Sendable {
  package enum Side: Equatable, Sendable {
    case capture, playback, ringer

    /// What the key for the other side goes to.
    var next: Side {
      switch self {
      case .capture: .playback
      case .playback: .ringer
      case .ringer: .capture
      }
    }
  }

  var side: Side = .capture
  var capture = ListPosition()
  var playback = ListPosition()
  /// The first of its choices is to ring by the speaker.
  var ringer = ListPosition()
}

/// Every action and everybody who can be called, by a few letters.
package struct Palette: Equatable, Sendable {
  var field = TextField()
  var position = ListPosition()
}
