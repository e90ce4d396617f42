package import Basics

/// Everything about accounts, contacts, calls and history that a screen may show.
///
/// Sent whole, so that a reader can miss one without going wrong.
package struct Board: Equatable, Sendable {
  package var accounts: [AccountSummary] = []
  package var contacts: [Contact] = []
  /// Calls that are up or ringing, and for five seconds those that have ended; oldest first.
  package var calls: [CallSummary] = []
  /// Newest first, at most 500.
  package var history: [CallRecord] = []
  package var missedCount = 0
  package var isMuted = false
  /// Playback volume against the unchanged sound, in decibels.
  package var volumeDecibels = 0
  package var sound = SoundSummary()

  package init() {}
}

/// The sound devices in use; before the first call, those that it is going to use.
package struct SoundSummary: Equatable, Sendable {
  package var capture = ""
  package var playback = ""
  /// What calls ring by; empty when that is the loudspeaker.
  package var ringer = ""
  /// Why a device is not used that was chosen, when one is not.
  package var complaint: String?
  package var captureChoices: [String] = []
  package var playbackChoices: [String] = []
  /// The devices in their drivers' words, by name; remote text to the terminal.
  package var descriptions: [String: String] = [:]
  /// What was used though no list has it, such as a device that only the settings name: it can be chosen
  /// again. At most ``unlistedLimit`` each.
  private var unlistedCapture: [String] = []
  private var unlistedPlayback: [String] = []

  package init() {}

  /// Offers what the system lists, and what was used beside.
  package mutating func offer(capture: [String], playback: [String]) {
    captureChoices = capture + unlistedCapture.filter { !capture.contains($0) }
    playbackChoices = playback + unlistedPlayback.filter { !playback.contains($0) }
    addUsed()
  }

  /// Notes what is used from now on.
  package mutating func use(capture: String, playback: String, ringer: String) {
    (self.capture, self.playback, self.ringer) = (capture, playback, ringer)
    // Before there is a list nothing is missing in it.
    if !captureChoices.isEmpty || !playbackChoices.isEmpty { addUsed() }
  }

  private mutating func addUsed() {
    Self.add(capture, to: &captureChoices, &unlistedCapture)
    for name in [playback, ringer] { Self.add(name, to: &playbackChoices, &unlistedPlayback) }
  }

  private static func add(_ name: String, to choices: inout [String], _ unlisted: inout [String]) {
    guard !name.isEmpty, !choices.contains(name) else { return }
    choices.append(name)
    unlisted = unlisted.suffix(unlistedLimit - 1) + [name]
  }

  static let unlistedLimit = 8
}

/// One account, as shown.
package struct AccountSummary: Equatable, Sendable {
  package var id: AccountID
  package var name: String
  package var system: CallSystem
  package var server: String
  /// Who one is there.
  package var username: String
  package var state: AccountState

  package init(
    id: AccountID, name: String, system: CallSystem, server: String, username: String,
    state: AccountState
  ) {
    self.id = id
    self.name = name
    self.system = system
    self.server = server
    self.username = username
    self.state = state
  }
}

/// Where a call stands, in the words that all parts of the program use.
package enum CallPhase: Equatable, Sendable {
  /// Placed; the server has not said that it rings.
  case outgoing
  /// Placed; it rings at the other side.
  case ringing
  /// It rings here.
  case incoming
  /// Accepted; sound does not pass yet.
  case connecting
  /// Sound has arrived.
  case active
  /// Held from here.
  case held
  case ended(EndReason)

  /// The name in JSON lines.
  package var name: String {
    switch self {
    case .outgoing: "outgoing"
    case .ringing: "ringing"
    case .incoming: "incoming"
    case .connecting: "connecting"
    case .active: "active"
    case .held: "held"
    case .ended: "ended"
    }
  }
}

/// When the steps of a call's set-up happened.
package struct SetupTimes: Equatable, Sendable {
  package var startedAt: Instant
  package var ringingAt: Instant?
  package var acceptedAt: Instant?
  /// Media could pass: path found, keys agreed.
  package var mediaAt: Instant?
  /// The first sound from the other side has been played.
  package var firstAudioAt: Instant?
  package var endedAt: Instant?

  package init(startedAt: Instant) { self.startedAt = startedAt }
}

/// One call, as shown.
package struct CallSummary: Equatable, Sendable {
  package var id: CallID
  package var remoteID: String?
  package var accountName: String
  package var system: CallSystem
  package var party: Party
  package var kind: CallKind
  package var phase: CallPhase
  package var times: SetupTimes
  package var startedAt: WallTime
  package var isHeldByPeer = false
  package var isSilenced = false
  /// Whether there is sound once the call was taken: in a conference there may be nobody to hear.
  package var expectsSound = true
  /// What is wrong with a call that goes on, in words.
  package var warning: String?
  /// Where the recording goes, while there is one.
  package var recordingPath: String?
  package var transcript: [TranscriptLine] = []
  /// Who is in a call of several; empty in a call of two.
  package var participants: [Participant] = []
  package var agent: AgentState?
  package var summary: String?
  package var lastWords: [TranscriptLine] = []
  package var note: String?
  package var browserURL: String?

  package init(
    id: CallID, remoteID: String?, accountName: String, system: CallSystem, party: Party,
    kind: CallKind, phase: CallPhase, times: SetupTimes, startedAt: WallTime
  ) {
    self.id = id
    self.remoteID = remoteID
    self.accountName = accountName
    self.system = system
    self.party = party
    self.kind = kind
    self.phase = phase
    self.times = times
    self.startedAt = startedAt
  }
}
