package import Basics
import BotServerWire
package import Calling
import Formats
import Janus
package import Transport

/// One account's conversation with a General Bots BotServer, or with the bundled exchange.
///
///     signedOut ─start─▶ signingIn ──me──▶ online ──signOut──▶ leaving ──▶ signedOut
///                          │   ▲              │
///                          │   └─ guest again ┤
///                          ▼                  ▼
///                        refused ◀── 401 ─────┘
///
/// Calls are made by requests and told by the events socket `/ws/meet`. While the socket cannot be
/// had but requests can, calls are asked for every five seconds instead. What a call must not lose
/// (its end, a refusal) is kept until the server can be told.
package struct BotServerClient: DialectClient {
  enum Phase: Equatable, Sendable {
    case signedOut
    case signingIn
    case online
    case refused
    case leaving
  }

  /// What a request is for.
  enum Purpose: Equatable, Sendable {
    case guest, me, history, ringing, errand, rooms
    case users(offset: Int)
    case call(CallID)
    case place(CallID)
    case join(CallID)
    case service(ServiceID, ServiceRequest)
  }

  enum Timer: Hashable, Sendable { case signIn, poll, leave, knock }

  let account: Account
  var generator: SeededGenerator
  var phase = Phase.signedOut
  /// What requests are authorised with: the account's secret, or what a guest was given.
  var token: Secret?
  var me: UserMessage?
  var users: [UserMessage] = []
  var arrivingUsers: [UserMessage] = []
  /// Who came, went or changed since the list that is under way was asked for.
  var changedUsers: [UserMessage] = []
  /// Whether the list of users has been answered: before that, nobody is told of a part of it.
  var areUsersKnown = false
  var rooms: [RoomMessage] = []
  /// Of rooms that were made here.
  var roomPasswords: [String: Secret] = [:]
  var link = LinkMachine()
  /// Since when the events socket is away; `nil` while it is up or was never asked for.
  var lostAt: Instant?
  var signInBackoff = Backoff()
  /// When a guest last had to ask for a new token.
  var renewedAt: Instant?
  var pollFailureCount = 0
  var timers = DeadlineTable<Timer>()
  var calls: [BotServerCall] = []
  var errands: [Errand] = []
  /// Seats in rooms of a Janus server.
  var visits: [JanusVisit] = []
  var visitSocketCount = 0
  /// The instant of the verb that is being carried out.
  private(set) var now = Instant.zero
  /// Server's names of calls that are over, so that a late message does not ring again.
  var finished: [String] = []
  /// Messages about calls that are perhaps being placed.
  var earlyMessages: [MeetMessage] = []
  private var incomingCount = 0
  private var requestCount = 0
  private var requests: [RequestID: Purpose] = [:]
  private var nonsenseCount = 0
  private var effects: [DialectEffect] = []

  /// - Parameter seed: different for every client; it spreads the delays between tries.
  package init(account: Account, seed: UInt64) {
    self.account = account
    generator = SeededGenerator(seed: seed)
    token = account.secret
  }

  // MARK: Verbs

  package mutating func start(at now: Instant) -> [DialectEffect] {
    self.now = now
    switch phase {
    case .signedOut, .refused: signIn(at: now)
    case .signingIn, .online, .leaving: break  // Under way already.
    }
    return takeEffects()
  }

  package mutating func carryOut(
    _ order: SignalingOrder, at now: Instant
  ) -> [DialectEffect] {
    self.now = now
    switch order {
    case .place(let id, let address, let kind): place(id, to: address, kind: kind)
    case .ring(let id): ring(id)
    case .describe(let id, let description): say(.description(description), in: id)
    case .candidate(let id, let candidate): say(.candidate(candidate), in: id)
    case .endOfCandidates(let id): say(.endOfCandidates, in: id)
    case .accept(let id): accept(id)
    case .decline(let id, let reason): decline(id, .decline(reason: reason))
    case .refuseBusy(let id): decline(id, .busy)
    case .end(let id, let reason): end(id, reason)
    case .mute(let id, let isMuted): mute(id, isMuted, at: now)
    case .mediaFailed, .sound: break
    case .renewServers(let id): renewServers(of: id)
    case .requestPerson(let id): report(.callNotice(id, Self.noPersonByRequest))
    case .serve(let id, let request): serve(id, request)
    case .refreshContacts:
      guard phase == .online else { break }
      requestUsers()
      requestRooms()
    case .refreshHistory: if phase == .online { requestHistory() }
    case .signOut: signOut(at: now)
    }
    return takeEffects()
  }

  package mutating func receive(_ event: TransportEvent, at now: Instant) -> [DialectEffect] {
    self.now = now
    if takeVisit(event, at: now) { return takeEffects() }
    switch event {
    case .response(let id, let response):
      if case .service(let service, let request)? = requests[id] {
        requests[id] = nil
        takeService(response, service, request, at: now)
      } else {
        take(Reply(response), of: id, at: now)
      }
    case .requestFailed(let id, let failure): take(Reply(failure), of: id, at: now)
    case .opened(let socket): perform(link.opened(socket, at: now), at: now)
    case .received(let socket, let message):
      // A socket given up may still deliver what was under way.
      if link.heard(socket, at: now) { take(message, at: now) }
    case .closed(let socket, let code, let reason):
      let words = "closed with code \(code)" + (reason.isEmpty ? "" : ", \(reason)")
      perform(link.lost(socket, .broken(words), at: now, using: &generator), at: now)
    case .failed(let socket, let failure):
      perform(link.lost(socket, failure, at: now, using: &generator), at: now)
    }
    return takeEffects()
  }

  package mutating func networkChanged(
    losesConnections: Bool, at now: Instant
  ) -> [DialectEffect] {
    self.now = now
    let linkEffects =
      losesConnections ? link.renew(because: .networkChanged, at: now) : link.hasten(at: now)
    perform(linkEffects, at: now)
    signInBackoff.reset()
    if timers[.signIn] != nil { timers[.signIn] = now }
    return takeEffects()
  }

  package mutating func rate(_ id: CallID, mos: Double) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    calls[index].quality = mos
  }

  package var deadline: Instant? {
    let waits = errands.compactMap { errand -> Instant? in
      guard case .waiting(let until) = errand.state else { return nil }
      return until
    }
    return ([link.deadline, timers.earliest] + waits + visits.map(\.seat.deadline))
      .compactMap { $0 }.min()
  }

  package mutating func expire(at now: Instant) -> [DialectEffect] {
    self.now = now
    for timer in timers.takeDue(at: now) {
      switch timer {
      case .signIn: requestSignIn()
      case .poll: poll()
      case .leave: leave()
      case .knock: knockAgain()
      }
    }
    expireVisits(at: now)
    repeatErrands(at: now)
    perform(link.expire(at: now, using: &generator), at: now)
    return takeEffects()
  }

  // MARK: Requests

  /// Asks the server for something; the reply comes to ``take(_:of:at:)``.
  @discardableResult
  mutating func request(
    _ purpose: Purpose, _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil
  ) -> RequestID {
    requestCount += 1
    let id = RequestID(requestCount)
    requests[id] = purpose
    var request = HTTPRequest(method, account.server + path)
    if phase == .signingIn { request.timeout = Self.signInTimeout }
    request.fields["Accept"] = "application/json"
    if let token, purpose != .guest { request.fields["Authorization"] = "Bearer \(token.exposed)" }
    if let body {
      request.fields["Content-Type"] = "application/json"
      request.body = Array(body.text.utf8)
    }
    effects.append(.transport(.request(id, request)))
    return id
  }

  /// Asks for a file, which may be large, and lie on another server.
  mutating func requestFile(_ purpose: Purpose, _ url: String, isOurs: Bool) {
    requestCount += 1
    let id = RequestID(requestCount)
    requests[id] = purpose
    var request = HTTPRequest(.get, url, timeout: .seconds(120))
    request.responseLimit = Self.fileLimit
    if isOurs, let token { request.fields["Authorization"] = "Bearer \(token.exposed)" }
    emit(.transport(.request(id, request)))
  }

  /// How many requests of services have not been answered.
  var serviceCount: Int {
    requests.values.count { purpose in
      if case .service = purpose { return true }
      return false
    }
  }

  /// Whether a request of that purpose has not been answered.
  func isAsking(_ purpose: Purpose) -> Bool { requests.values.contains(purpose) }

  /// Whether a page of the list of users is under way.
  var isAskingForUsers: Bool {
    requests.values.contains { purpose in
      if case .users = purpose { return true }
      return false
    }
  }

  /// Drops a request; its reply is no longer wanted.
  mutating func cancelRequest(_ id: RequestID) {
    guard requests.removeValue(forKey: id) != nil else { return }
    effects.append(.transport(.cancel(id)))
  }

  /// Drops all requests. Errands are kept; a call that was being placed has come to nothing.
  mutating func cancelRequests() {
    for id in requests.keys.sorted(by: { $0.number < $1.number }) {
      if case .service(let service, _)? = requests[id] { failService(service) }
      cancelRequest(id)
    }
    for index in errands.indices { errands[index].state = .kept }
    for call in calls where call.isPlacing {
      finish(call.id)
      report(.ended(call.id, .notSignedIn("Not signed in to \(account.name) any more.")))
    }
  }

  private mutating func take(_ reply: Reply, of id: RequestID, at now: Instant) {
    guard let purpose = requests.removeValue(forKey: id) else { return }
    switch purpose {
    case .guest: takeGuest(reply, at: now)
    case .me: takeMe(reply, at: now)
    case .users(let offset): takeUsers(reply, offset: offset)
    case .history: takeHistory(reply, at: now)
    case .ringing: takeRinging(reply, at: now)
    case .call(let call): takeCall(reply, of: call, at: now)
    case .place(let call): takePlaced(reply, of: call, at: now)
    case .join(let call): takeJoined(reply, of: call, at: now)
    case .rooms: takeRooms(reply)
    case .service(let service, let request): takeService(reply, service, request)
    case .errand: takeErrand(reply, of: id, at: now)
    }
    guard case .refused(let refusal) = reply, refusal.status == 401, purpose != .guest else {
      return
    }
    lostCredentials(refusal, at: now)
  }

  // MARK: Telling

  mutating func emit(_ effect: DialectEffect) { effects.append(effect) }

  mutating func report(_ report: SignalingReport) { effects.append(.report(report)) }

  mutating func note(_ level: LogEntry.Level, _ text: String) {
    effects.append(.note(LogEntry(level, account.name, text)))
  }

  /// A message that made no sense; only the first few are worth a line.
  mutating func noteNonsense(_ text: String) {
    nonsenseCount = min(nonsenseCount + 1, Self.nonsenseLimit + 1)
    if nonsenseCount <= Self.nonsenseLimit { note(.warning, text) }
  }

  /// Sends a message over the events socket, if it is up.
  mutating func send(_ message: MeetMessage) {
    guard case .up(let socket, _, _) = link.state else { return }
    effects.append(.transport(.send(socket, .text(message.encoded()))))
  }

  mutating func close(_ socket: SocketID) {
    effects.append(.transport(.close(socket, code: 1000)))
  }

  var isLinkUp: Bool {
    if case .up = link.state { return true }
    return false
  }

  mutating func nextIncomingID() -> CallID {
    incomingCount += 1
    return CallID(account: account.id, isIncoming: true, number: incomingCount)
  }

  private mutating func takeEffects() -> [DialectEffect] {
    defer { effects = [] }
    return effects
  }

  // MARK: The events socket

  /// Does what the link wants.
  mutating func perform(_ linkEffects: [LinkMachine.Effect], at now: Instant) {
    for effect in linkEffects {
      switch effect {
      case .open(let socket):
        var request = SocketRequest(account.server + BotServerPath.events)
        if let token { request.fields["Authorization"] = "Bearer \(token.exposed)" }
        effects.append(.transport(.open(socket, request)))
      case .ping:
        send(.ping)
      case .close(let socket):
        close(socket)
      case .up:
        linkUp()
      case .down(let failure, let nextTry):
        linkDown(failure, nextTry: nextTry, at: now)
      }
    }
  }

  private static let noPersonByRequest = "Press 0 in a call with a bot to ask for a person."
  /// How long each step of signing in may take, so that a dead server is told within ten seconds.
  private static let signInTimeout: Duration = .seconds(8)
  /// Bytes of a recording at most.
  static let fileLimit = 64 << 20
  /// Warnings about senseless messages at most.
  private static let nonsenseLimit = 10
}
