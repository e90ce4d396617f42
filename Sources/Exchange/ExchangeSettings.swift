package import SDP

/// How an exchange is run.
package struct ExchangeSettings: Equatable, Sendable {
  /// Whether anybody may sign in under a free name without a token.
  package var admitsGuests: Bool
  /// Given to every caller and callee for gathering candidates.
  package var iceServers: [IceServer]
  /// Given out beside them, with credentials of their own for each user.
  package var turn: TurnService?
  /// People in a room at most.
  package var roomLimit = 20
  /// Mixes the rooms; `nil` lets the exchange do it.
  package var janus: JanusService?
  /// Turns recordings into text.
  package var transcription: TranscriptionService?
  /// Users, by id, who see everybody's figures and keep order in all rooms.
  package var administrators: Set<String> = []
  /// The participants that the exchange provides itself.
  package var attendants: [AttendantProfile]
  /// Whether it is served over TLS, so that its sockets are `wss:`.
  package var isSecure: Bool
  /// How long a call rings before it counts as missed.
  package var ringTime: Duration
  /// How long an active call outlives the last sign of both its sides.
  package var abandonTime: Duration
  package var limits: ExchangeLimits
  package var zulip = ZulipSettings()
  package var buzzi = BuzziSettings()
  package var nexacon = NexaconSettings()
  /// Who gives Buzzi's bots their voice; without them the scripted bot answers.
  package var openAI: ProviderSettings?
  package var gemini: ProviderSettings?
  /// `nil` takes no calls over WhatsApp.
  package var whatsApp: WhatsAppSettings?
  /// The user who is called when a bot hands a call over; `nil` takes whoever is there and free.
  package var seat: String?

  package init(
    admitsGuests: Bool, iceServers: [IceServer] = [], turn: TurnService? = nil,
    attendants: [AttendantProfile] = [], isSecure: Bool = false, ringTime: Duration = .seconds(60),
    abandonTime: Duration = .seconds(120), limits: ExchangeLimits = ExchangeLimits()
  ) {
    self.admitsGuests = admitsGuests
    self.iceServers = iceServers
    self.turn = turn
    self.attendants = attendants
    self.isSecure = isSecure
    self.ringTime = ringTime
    self.abandonTime = abandonTime
    self.limits = limits
  }
}

/// How much of everything there may be at once.
package struct ExchangeLimits: Equatable, Sendable {
  /// Registered users; the exchange's own attendants come on top.
  package var users = 10_000
  /// When reached, the guest who has been away longest is forgotten.
  package var guests = 1_000
  /// When reached, the oldest is revoked.
  package var tokensPerUser = 16
  package var calls = 1_024
  package var callsPerUser = 8
  package var sockets = 1_024
  package var socketsPerUser = 8
  /// For one address that is not of this machine.
  package var socketsPerAddress = 64
  package var requestsPerSecond = 60.0
  package var requestBurst = 120.0
  package var messagesPerSecond = 60.0
  package var messageBurst = 240.0
  package var messageBytes = 64 << 10
  /// Messages of one socket that made no sense, before it is closed.
  package var faultsPerSocket = 32
  /// Candidates kept for one side of a call, and signals kept for one that is away.
  package var candidatesPerCall = 64
  package var candidateBytes = 1_024
  /// Conferences at once, and people in each.
  package var conferences = 256
  package var conferenceSeats = 100
  /// Conferences that one client is in.
  package var conferencesPerClient = 4
  /// Requests that wait for the store.
  package var pendingQueries = 256

  package init() {}
}

/// A participant that the exchange itself provides.
package struct AttendantProfile: Equatable, Sendable {
  /// Also its user's id.
  package var id: String
  package var name: String
  /// What it is for, in a few words.
  package var about: String
  /// Calls it takes at once; the next caller hears busy.
  package var callLimit: Int

  package init(id: String, name: String, about: String, callLimit: Int = 10) {
    self.id = id
    self.name = name
    self.about = about
    self.callLimit = callLimit
  }

  package static let echo = AttendantProfile(id: "echo", name: "Echo", about: "repeats you")
  package static let parrot = AttendantProfile(id: "parrot", name: "Parrot", about: "talks back")
  package static let `operator` = AttendantProfile(
    id: "operator", name: "Operator", about: "calls you back")

  /// Those that every exchange has.
  package static let standard = [echo, parrot, `operator`]
}
