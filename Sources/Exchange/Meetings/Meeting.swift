import Basics

/// A call of several while it lasts: in a room, or of a group.
///
///     ringing ──somebody joins──▶ active ──the last leaves──▶ over
///        └── nobody is left to be waited for ───────────────▶ over
struct Meeting: Equatable, Sendable {
  enum Kind: String, Sendable {
    /// In a room.
    case conference
    case group
    /// Two people whose call the exchange mixes because it is to be recorded.
    case oneToOne = "one_to_one"
  }

  /// Also the name of its room of media.
  let callID: String
  let kind: Kind
  /// `nil` for calls without a room.
  let roomID: String?
  /// The room's name, or empty.
  let name: String
  let mediaKind: StoredCall.Kind
  let createdAt: WallTime
  /// When there were two for the first time; for a room, when the first joined.
  var startedAt: WallTime?
  var seats: [MeetingSeat] = []
  /// Users who wait to be let in.
  var knocking: [StoredCall.Party] = []
  /// Users who were let in and have not joined again.
  var admitted: Set<String> = []
  var sentAway: Set<String> = []
  /// The recording that is under way.
  var recordingID: String?
  var isTranscribed: Bool
  /// Whether it is to be recorded as soon as it is active.
  var isRecorded = false
  /// How many legs there have been; each has a name of its own.
  var legCount = 0

  var present: [MeetingSeat] { seats.filter { $0.state == .joined } }
  var isActive: Bool { startedAt != nil }

  func seat(of userID: String) -> Int? { seats.firstIndex { $0.party.id == userID } }

  /// Whoever began it or was first, as long as there; then whoever came next.
  var host: MeetingSeat? { seats.first { $0.isHost && $0.state == .joined } }

  mutating func nextLeg() -> String {
    legCount &+= 1
    return "\(callID)/\(legCount)"
  }

  /// Lets somebody be host when the host has gone.
  mutating func appointHost() -> MeetingSeat? {
    guard host == nil, let index = seats.firstIndex(where: { $0.state == .joined }) else {
      return nil
    }
    for other in seats.indices { seats[other].isHost = other == index }
    return seats[index]
  }

  /// Forgets who has left longest ago when there are too many to be remembered.
  mutating func makeRoom() {
    while seats.count >= Self.seatLimit,
      let index = seats.firstIndex(where: { $0.state != .joined && $0.state != .invited })
    {
      seats.remove(at: index)
    }
  }

  /// People remembered in a call, those included who have left.
  static let seatLimit = 256
  /// People who wait to be let in at once.
  static let knockLimit = 64
}

/// Somebody's part in a call of several.
struct MeetingSeat: Equatable, Sendable {
  enum State: String, Sendable {
    case invited, joined, left, declined, missed
  }

  var party: StoredCall.Party
  var isHost: Bool
  var state: State
  /// The token's hash of the device that joined; `nil` until it is known.
  var session: String?
  /// The name of its media; `nil` where the exchange does not carry it.
  var leg: String?
  /// Whether the leg's media has been asked for.
  var isLegOpen = false
  /// The socket that talks about its media.
  var socket: ExchangeSocketID?
  var joinedAt: WallTime?
  var leftAt: WallTime?
  var isMuted = false
  var isSpeaking = false
  /// Until when it is rung.
  var ringsUntil: Instant?
  /// Since when no socket of the user is open.
  var absentSince: Instant?
  /// What the exchange has said of its media since the last description.
  var kept: [Signal] = []
  /// What admits it to a Janus server's room.
  var token: Secret?

  init(_ party: StoredCall.Party, isHost: Bool, state: State) {
    self.party = party
    self.isHost = isHost
    self.state = state
  }

  mutating func keep(_ signal: Signal) {
    if signal.isDescription { kept = [] }
    if kept.count < Self.keptLimit { kept.append(signal) }
  }

  static let keptLimit = 66
  /// How long a seat is kept for somebody whose sockets are all gone.
  static let patience: Duration = .seconds(30)
}
