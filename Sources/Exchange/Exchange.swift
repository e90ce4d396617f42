package import Basics
import Transport

/// The bundled calls server as a machine: requests and socket messages in; replies, pushes, store
/// operations and orders to attendants out.
///
/// It knows users, sockets and live calls; past calls only the store knows. Which words a client
/// speaks is a facade's business.
package struct Exchange: Sendable {
  package let settings: ExchangeSettings
  let ports: any ExchangePorts
  package internal(set) var directory: Directory
  /// The live calls by id.
  var calls: [String: ExchangeCall] = [:]
  var sockets = SocketTable()
  var rates: RateLimiter
  var counters = ExchangeCounters()
  var zulip = ZulipState()
  var nexacon: NexaconState
  var buzzi: BuzziState
  var whatsApp = WhatsAppState()
  /// The open sockets of all facades, also those of clients that have not signed in yet.
  var facadeSockets: [ExchangeSocketID: FacadeSocket] = [:]
  /// The legs of media that belong to facades; see ``openLeg(_:of:)``.
  var legs: [String: FacadeName] = [:]
  /// The parties of calls that are nobody's account; see ``welcomeVisitor(_:of:)``.
  var visitors: [String: Host] = [:]
  /// By the seats' calls.
  var handOvers: [String: HandOver] = [:]
  var outgoing = OutgoingTable()
  var jitsi = JitsiState()
  /// Rooms and calls of several.
  var meetings = MeetingBook()
  var queries: [StoreQueryID: PendingQuery] = [:]
  /// Questions of facades to the store.
  var facadeQueries: [StoreQueryID: OutgoingTable.Purpose] = [:]
  var nextQuery = 1
  /// What the store last complained of, until it answers again.
  var storeComplaint: String?
  /// The calls that something happens to by itself.
  private var timers = DeadlineTable<String>()

  /// A question to the store, and what becomes of its answer.
  struct PendingQuery: Equatable, Sendable {
    enum Purpose: Equatable, Sendable {
      /// Show the call to a party.
      case show
      /// Tell a party why nothing can happen to the call.
      case refuseChange
      case history(limit: Int, offset: Int)
    }

    var request: ExchangeRequestID
    var userID: String
    var purpose: Purpose
    /// Where the user's part in a call of several would be, if the store has no call of that id.
    var rowID: String?
  }

  package init(settings: ExchangeSettings, ports: any ExchangePorts) {
    self.settings = settings
    self.ports = ports
    nexacon = NexaconState(domain: settings.nexacon.domain)
    directory = Directory(attendants: settings.attendants, limits: settings.limits)
    rates = RateLimiter(
      perSecond: settings.limits.requestsPerSecond, burst: settings.limits.requestBurst)
    buzzi = BuzziState(settings.buzzi)
  }

  // MARK: Verbs

  /// Takes in an event that happens `now`, on the date `wall`.
  package mutating func receive(
    _ event: ExchangeEvent, at now: Instant, wall: WallTime
  ) -> [ExchangeEffect] {
    var turn = Turn(at: now, wall: wall)
    switch event {
    case .loaded(let snapshot): restore(snapshot, &turn)
    case .usersChanged(let users): replaceUsers(users, &turn)
    case .request(let id, let address, let request): serve(id, from: address, request, &turn)
    case .socketOpened(let id, let address, let request):
      openSocket(id, from: address, request, &turn)
    case .socketMessage(let id, let message): takeMessage(id, message, &turn)
    case .socketClosed(let id): forgetSocket(id, &turn)
    case .attendant(let report): takeReport(report, &turn)
    case .stored(let answer): takeAnswer(answer, &turn)
    case .transport(let event): takeTransport(event, &turn)
    }
    tellHosts(&turn)
    return turn.effects
  }

  /// Acts on deadlines that have passed.
  package mutating func expire(at now: Instant, wall: WallTime) -> [ExchangeEffect] {
    var turn = Turn(at: now, wall: wall)
    for id in timers.takeDue(at: now) { callExpired(id, &turn) }
    for facade in Self.facades {
      if let due = facade.deadline(of: self), due <= now { facade.expire(in: &self, &turn) }
    }
    tellHosts(&turn)
    return turn.effects
  }

  /// When ``expire(at:wall:)`` is next due.
  package var deadline: Instant? {
    (Self.facades.map { $0.deadline(of: self) } + [timers.earliest]).compactMap { $0 }.min()
  }

  // MARK: Queries

  package var socketCount: Int { sockets.count }
  package var liveCallCount: Int { calls.count }

  // MARK: Timers

  /// Sets the call's timer by where it stands.
  mutating func watchCall(_ id: String) {
    switch calls[id]?.state {
    case .ringing(let end): timers[id] = end
    case .active(.some(let since)): timers[id] = since.advanced(by: settings.abandonTime)
    case .active(nil), nil: timers[id] = nil
    }
  }

  // MARK: Store

  private mutating func restore(_ snapshot: StoreSnapshot, _ turn: inout Turn) {
    directory.replace(snapshot.users)
    for live in snapshot.calls where live.call.status.isLive { restoreCall(live, &turn) }
    for facade in Self.facades { facade.restore(snapshot.documents, in: &self, &turn) }
    if !calls.isEmpty { turn.note(.info, "Took up \(calls.count) calls from before the restart.") }
  }

  private mutating func replaceUsers(_ users: [StoredUser], _ turn: inout Turn) {
    let before = Set(directory.registeredUsers.map(\.id))
    directory.replace(users)
    let after = Set(directory.registeredUsers.map(\.id))
    for id in before.symmetricDifference(after).sorted() {
      tellZulipMember(id, isMember: after.contains(id), &turn)
    }
    for (id, socket) in sockets.all where directory.owner(ofHash: socket.session) == nil {
      closeSocket(id, code: 1008, &turn)
    }
  }
}
