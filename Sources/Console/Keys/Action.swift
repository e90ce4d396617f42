/// What a key can mean. The raw value is the name in the settings.
package enum Action: String, CaseIterable, Sendable {
  // A ringing call.
  case accept, decline
  case declineWithReason = "decline-with-reason"
  case silence
  case nextRinging = "next-ringing"
  case dock
  case explainRinging = "explain-ringing"
  // Calling.
  case call
  case callBack = "call-back"
  case switchCall = "switch-call"
  case tone
  case mute, hold
  case hangUp = "hang-up"
  case record
  case note
  case devices
  case volumeUp = "volume-up"
  case volumeDown = "volume-down"
  case transcript, statistics, browser
  case people, person, rooms
  case serverRecord = "server-record"
  case serverRecordStop = "server-record-stop"
  case recordings, transcribe
  case qualityPoor = "quality-poor"
  case qualityMedium = "quality-medium"
  case qualityGood = "quality-good"
  case copy
  case deleteRecord = "delete-record"
  case refresh
  // Moving.
  case up, down
  case pageUp = "page-up"
  case pageDown = "page-down"
  case first, last
  case nextPane = "next-pane"
  case previousPane = "previous-pane"
  case leftPane = "left-pane"
  case rightPane = "right-pane"
  case contactsPane = "contacts-pane"
  case callPane = "call-pane"
  case historyPane = "history-pane"
  case statisticsPane = "statistics-pane"
  // The program.
  case filter, palette, help
  case log = "messages"
  case choose
  case otherSide = "other-side"
  case back
  case mouse, redraw, suspend, quit
  case confirmQuit = "confirm-quit"

  /// In the palette and in help.
  var title: String {
    switch self {
    case .accept: "Accept the ringing call"
    case .decline: "Decline the ringing call"
    case .declineWithReason: "Decline with a reason"
    case .silence: "Silence the ringing"
    case .nextRinging: "Next ringing call"
    case .dock: "Put the ringing call aside"
    case .explainRinging: "Say how to accept or decline"
    case .call: "Call the selected contact"
    case .callBack: "Call back"
    case .switchCall: "Switch to the marked call"
    case .tone: "Send tones"
    case .mute: "Mute or unmute the microphone"
    case .hold: "Hold or resume the call"
    case .hangUp: "Hang up"
    case .record: "Record, or stop recording"
    case .note: "Write a note"
    case .devices: "Choose microphone and speaker"
    case .volumeUp: "Louder"
    case .volumeDown: "Softer"
    case .transcript: "Transcript over the whole screen"
    case .statistics: "Statistics over the whole screen"
    case .browser: "Open the call in the browser"
    case .people: "Who is in the call or room"
    case .person: "Ask the bot for a person"
    case .rooms: "Rooms of this account"
    case .serverRecord: "Have the server record the call"
    case .serverRecordStop: "End the server's recording"
    case .recordings: "Recordings that the server made"
    case .transcribe: "Have the server write the call down"
    case .qualityPoor: "Send 32 kbit/s, for poor networks"
    case .qualityMedium: "Send 64 kbit/s, as usual"
    case .qualityGood: "Send 128 kbit/s, for good networks"
    case .copy: "Copy the address"
    case .deleteRecord: "Delete this call from the history"
    case .refresh: "Fetch contacts and history anew"
    case .up: "Up"
    case .down: "Down"
    case .pageUp: "A page up"
    case .pageDown: "A page down"
    case .first: "To the first line"
    case .last: "To the last line"
    case .nextPane: "Next pane"
    case .previousPane: "Previous pane"
    case .leftPane: "Pane to the left"
    case .rightPane: "Pane to the right"
    case .contactsPane: "Go to contacts"
    case .callPane: "Go to the call"
    case .historyPane: "Go to the history"
    case .statisticsPane: "Go to the statistics"
    case .filter: "Filter this list"
    case .palette: "All actions, and anybody to call"
    case .help: "The keys valid now"
    case .log: "Messages of the program"
    case .choose: "Take the marked line"
    case .otherSide: "Microphone or speaker"
    case .back: "Back"
    case .mouse: "Mouse on or off"
    case .redraw: "Draw the screen anew"
    case .suspend: "Suspend the program"
    case .quit: "Quit"
    case .confirmQuit: "Hang up and quit"
    }
  }

  /// In the key bar: a word or two.
  var label: String {
    switch self {
    case .declineWithReason: "with reason"
    case .nextRinging: "next"
    case .dock: "aside"
    case .callBack: "call back"
    case .switchCall: "switch"
    case .tone: "tones"
    case .hangUp: "hang up"
    case .volumeUp: "louder"
    case .volumeDown: "softer"
    case .deleteRecord: "delete"
    case .palette: "all actions"
    case .otherSide: "mic, speaker, ringer"
    case .confirmQuit: "hang up and quit"
    case .log: "messages"
    case .choose: "take"
    case .pageDown: "page"
    case .browser: "open"
    case .nextPane: "next pane"
    default: rawValue
    }
  }

  /// Whether the palette offers it; what only makes sense in its place is not found there.
  var isInPalette: Bool {
    switch self {
    case .nextRinging, .dock, .explainRinging, .tone, .up, .down, .pageUp, .pageDown, .first, .last,
      .palette, .choose, .otherSide, .back, .confirmQuit, .leftPane, .rightPane, .switchCall:
      false
    default:
      true
    }
  }
}
