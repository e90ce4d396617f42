package import Basics
package import Calling
package import Cells
import Media

/// One of the four parts of the screen that keys can be directed to.
package enum Pane: Int, CaseIterable, Sendable {
  case contacts = 1
  case call, history, statistics

  var title: String {
    switch self {
    case .contacts: "Contacts"
    case .call: "Call"
    case .history: "History"
    case .statistics: "Statistics"
    }
  }
}

/// One line about what just happened, or why a key did nothing.
package struct Message: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    case hint, warning, error
  }

  package var kind: Kind
  package var text: String
  package var until: Instant
}

/// One call of this run, as last seen.
struct SessionCall: Equatable, Sendable {
  var call: CallSummary
  /// Mean opinion score, as last measured.
  var mos: Double?
}

/// Everything the screen shows. Only `reduce` changes it.
package struct ConsoleState: Equatable, Sendable {
  package internal(set) var options: ConsoleOptions
  package internal(set) var size: Size
  package internal(set) var board = Board()

  // Time, as last told.
  package internal(set) var now: Instant = .zero
  package internal(set) var wallTime = WallTime(milliseconds: 0)
  package internal(set) var offset: Duration = .zero

  // Where one is.
  /// Whether a key was pressed yet: what is selected before that was chosen by nobody.
  var hasTakenKeys = false
  package internal(set) var focus = Pane.contacts
  /// One pane over the whole screen.
  package internal(set) var isZoomed = false
  package internal(set) var popup: Popup?
  /// What comes back when help or the quit question over it is closed, draft and all.
  var popupBehind: Popup?
  package internal(set) var isMouseOn = false
  package internal(set) var message: Message?
  /// Where the focus returns to when the last call is over.
  var focusBeforeCall: Pane?
  /// What takes a second press of the same key, which has been pressed once.
  var armed: Action?

  // The panes.
  var contactPosition = ListPosition()
  var historyPosition = ListPosition()
  var contactFilter: TextField?
  var historyFilter: TextField?
  /// Whether keys go into the filter of the focused pane.
  var isFiltering = false
  /// The line marked in the call pane; `nil` for the call on top.
  var markedCall: CallID?
  /// How many lines the transcript is scrolled back; zero follows it.
  var transcriptScroll = 0

  // Ringing.
  /// When each ringing call came on the screen.
  var ringingSince: [CallID: Instant] = [:]
  /// The ringing call that `a` and `d` mean; `nil` for the oldest.
  var markedRinging: CallID?
  /// Whether the ringing popup was pushed to the edge with Esc.
  var isRingingDocked = false
  /// Accepted here; the phone has not yet said so.
  var answering: Set<CallID> = []
  var lastBell: Instant?

  // Measured.
  var statistics: [CallID: StatisticsHistory] = [:]
  var captureLevels: [Double] = []
  var playbackLevels: [Double] = []
  /// The newest last, at most ``logLimit``.
  package internal(set) var log: [LogEntry] = []
  /// Every call of this run as last seen, for the summary at the end; at most ``sessionLimit``.
  var session: [SessionCall] = []
  /// What was asked beside calls and is not answered, by what it is called on the screen.
  var questions: [ServiceID: String] = [:]
  var questionCount = 0
  /// The tones sent in the call on top, the last at the right.
  var sentTones = ""

  package init(options: ConsoleOptions = ConsoleOptions(), size: Size) {
    self.options = options
    self.size = size
    isMouseOn = options.usesMouse
  }

  /// When the screen changes by itself next, beside the ticks every second: a message disappears or the
  /// keys of a ringing call begin to count. `nil` while nothing is pending.
  package var deadline: Instant? {
    let keysCount = ringingSince.values.map { $0.advanced(by: Self.deafTime) }.filter { $0 > now }
    return (keysCount + [message?.until].compactMap { $0 }).min()
  }

  /// How long after it appears a ringing call does not take keys: they were meant for something else.
  package static let deafTime: Duration = .milliseconds(300)
  static let levelLimit = 64
  static let logLimit = 200
  /// Characters of a message at most; two devices that fail have their reasons and their advice in it.
  static let messageLimit = 500
  static let sessionLimit = 100
}
