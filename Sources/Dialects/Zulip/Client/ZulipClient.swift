package import Basics
package import Calling
import Formats
import Jitsi
package import Transport
import ZulipWire

/// One account's conversation with a Zulip server, whatever it knows of calls.
///
///     signedOut ─start─▶ signingIn ──me, dialect, queue──▶ online ──signOut──▶ leaving ──▶ signedOut
///                          │   ▲                             │
///                          │   └──── a guest's key is gone ──┤
///                          ▼                                 ▼
///                        refused ◀────────── 401 ────────────┘
///
/// What the server can do is found out once: the plugin's newest generations, the seed's options, or
/// nothing, in which case calls are links in direct messages. Events come by long polling; sound is a
/// Jitsi conference's, which the client enters itself.
///
/// - Bound: ``callLimit`` calls, ``Errand/limit`` errands.
/// - Source: protocols.md A.1–A.6.
package struct ZulipClient: DialectClient {
  enum Phase: Equatable, Sendable {
    case signedOut, signingIn, online, refused, leaving
  }

  /// What a request is for.
  enum Purpose: Equatable, Sendable {
    case key, me, probe, probeHistory, probeCreate, probeInitiate, register
    case users, presences, ownPresence
    case events
    case history(page: Int)
    case recent, active
    case place(CallID)
    case lookUp(CallID)
    case status(CallID)
    case heartbeat(CallID)
    case errand, courtesy
    /// The status of a call that may ring here, by the server's name of it.
    case found(String)
    case goodbye
  }

  /// A request that has not been answered, as it can be repeated.
  struct Asked: Equatable, Sendable {
    let purpose: Purpose
    let method: HTTPMethod
    let path: String
    let form: ZulipForm
    let askedAt: Instant
  }

  enum Timer: Hashable, Sendable {
    case signIn, poll, presence, recent, leave, users
    case status(CallID)
    case heartbeat(CallID)
    case alone(CallID)
    case redial(CallID)
  }

  let account: Account
  let clock: WallClock
  var generator: SeededGenerator
  var phase = Phase.signedOut
  /// The account's, or what a guest was given.
  var key: Secret?
  /// As the server writes it, once that is known.
  var email: String
  var me: ZulipUser?
  var dialect: ZulipDialect?
  /// Whether the calls endpoints want the key as a parameter.
  var usesKeyParameter = false
  var queue: RegisteredQueue?
  var lastEventID = -1
  var users: [ZulipUser] = []
  var presences: [String: PresenceMessage] = [:]
  var lastContacts: [Contact]?
  /// Since when the events are away; `nil` while they come or were never asked for.
  var lostAt: Instant?
  var backoff = Backoff()
  /// When a guest last had to ask for a new key.
  var renewedAt: Instant?
  var timers = DeadlineTable<Timer>()
  var calls: [ZulipCall] = []
  var errands: [Errand] = []
  /// Server's names of calls that are over, so that a late event does not ring again.
  var finished: [String] = []
  /// Events about calls that are perhaps being placed.
  var earlyEvents: [CallEventMessage] = []
  var arrivingHistory: [HistoryEntry] = []
  var hasToldOfCalls = false
  private var incomingCount = 0
  private var laneCount = 0
  private var requestCount = 0
  private var requests: [RequestID: Asked] = [:]
  private var nonsenseCount = 0
  private var effects: [DialectEffect] = []

  /// - Parameters:
  ///   - seed: different for every client; it spreads the delays between tries.
  ///   - clock: tells how old calls and messages are.
  package init(account: Account, seed: UInt64, clock: WallClock) {
    self.account = account
    self.clock = clock
    generator = SeededGenerator(seed: seed)
    key = account.secret
    email = account.username
  }

  // MARK: Verbs

  package mutating func start(at now: Instant) -> [DialectEffect] {
    switch phase {
    case .signedOut, .refused: signIn(at: now)
    case .signingIn, .online, .leaving: break  // Under way already.
    }
    return takeEffects()
  }

  package mutating func carryOut(_ order: SignalingOrder, at now: Instant) -> [DialectEffect] {
    switch order {
    case .place(let id, let address, let kind): place(id, to: address, kind: kind, at: now)
    case .ring(let id): ring(id, at: now)
    case .describe(let id, let description):
      actInRoom(of: id, at: now) { $0.answer(description, at: now) }
    case .candidate(let id, let candidate):
      actInRoom(of: id, at: now) { $0.candidate(candidate, at: now) }
    case .mediaFailed(let id, let words):
      actInRoom(of: id, at: now) { $0.mediaFailed(words, at: now) }
    case .mute(let id, let isMuted): mute(id, isMuted, at: now)
    case .accept(let id): accept(id, at: now)
    case .decline(let id, let reason): decline(id, reason: reason, at: now)
    case .refuseBusy(let id): decline(id, reason: nil, at: now)
    case .end(let id, let reason): end(id, reason, at: now)
    case .endOfCandidates: break  // The bridge does not wait for it.
    case .sound: break  // Sound travels by itself.
    case .renewServers(let id): actInRoom(of: id, at: now) { $0.renewServers(at: now) }
    case .requestPerson(let id): report(.callNotice(id, "There is no bot in this call."))
    case .serve(let id, _): report(.answered(id, .unsupported))
    case .refreshContacts: if phase == .online { requestContacts(at: now) }
    case .refreshHistory: if phase == .online { requestHistory(at: now) }
    case .signOut: signOut(at: now)
    }
    return takeEffects()
  }

  package mutating func receive(_ event: TransportEvent, at now: Instant) -> [DialectEffect] {
    switch event {
    case .response(let id, let response):
      if !pass(event, at: now, { $0.owns(id) }) { take(Reply(response), of: id, at: now) }
    case .requestFailed(let id, let failure):
      if !pass(event, at: now, { $0.owns(id) }) { take(.failed(failure), of: id, at: now) }
    case .opened(let id), .received(let id, _), .closed(let id, _, _), .failed(let id, _):
      _ = pass(event, at: now, { $0.owns(id) })
    }
    return takeEffects()
  }

  package mutating func networkChanged(
    losesConnections: Bool, at now: Instant
  ) -> [DialectEffect] {
    for id in calls.map(\.id) {
      actInRoom(of: id, at: now) {
        $0.networkChanged(losesConnections: losesConnections, at: now)
      }
    }
    backoff.reset()
    for timer in [Timer.signIn, .poll] where timers[timer] != nil { timers[timer] = now }
    return takeEffects()
  }

  package var deadline: Instant? {
    let waits = errands.compactMap { errand -> Instant? in
      guard case .waiting(let until) = errand.state else { return nil }
      return until
    }
    let rooms = calls.compactMap { $0.conference?.deadline }
    return (waits + rooms + [timers.earliest].compactMap { $0 }).min()
  }

  package mutating func expire(at now: Instant) -> [DialectEffect] {
    for timer in timers.takeDue(at: now) {
      switch timer {
      case .signIn: requestSignIn(at: now)
      case .poll: poll(at: now)
      case .presence: showPresence(at: now)
      case .recent: requestRecent(at: now)
      case .users: requestContacts(at: now)
      case .leave: leave()
      case .status(let id): requestStatus(id, at: now)
      case .heartbeat(let id): beat(id, at: now)
      case .alone(let id): foundAlone(id, at: now)
      case .redial(let id): create(id, at: now)
      }
    }
    repeatErrands(at: now)
    for id in calls.map(\.id) { actInRoom(of: id, at: now) { $0.expire(at: now) } }
    return takeEffects()
  }

  // MARK: Requests

  /// Asks the server for something; the reply comes to ``take(_:of:at:)``.
  @discardableResult
  mutating func request(
    _ purpose: Purpose, _ method: HTTPMethod, _ path: String, _ form: ZulipForm = [:],
    timeout: Duration = .seconds(10), at now: Instant
  ) -> RequestID {
    requestCount = (requestCount + 1) % JitsiConference.laneWidth
    let id = RequestID(requestCount)
    requests[id] = Asked(
      purpose: purpose, method: method, path: path, form: form, askedAt: now)
    var query = method == .post ? [:] : form
    if usesKeyParameter, path.hasPrefix(ZulipPath.calls), let key {
      query.append("api_key", key.exposed)
    }
    let suffix = query.fields.isEmpty ? "" : "?" + query.encoded()
    var request = HTTPRequest(method, account.server + path + suffix, timeout: timeout)
    request.fields["Accept"] = "application/json"
    if let key, purpose != .key {
      let pair = Base64.encode(Array("\(email):\(key.exposed)".utf8))
      request.fields["Authorization"] = "Basic \(pair)"
    }
    if method == .post {
      request.fields["Content-Type"] = "application/x-www-form-urlencoded"
      request.body = Array(form.encoded().utf8)
    }
    effects.append(.transport(.request(id, request)))
    return id
  }

  /// Whether a request of that purpose has not been answered.
  func isAsking(_ purpose: Purpose) -> Bool {
    requests.values.contains { $0.purpose == purpose }
  }

  mutating func cancelRequests(where isUnwanted: (Purpose) -> Bool) {
    let unwanted = requests.filter { isUnwanted($0.value.purpose) }.keys
    for id in unwanted.sorted(by: { $0.number < $1.number }) {
      requests[id] = nil
      effects.append(.transport(.cancel(id)))
    }
  }

  /// Drops one request; its reply is no longer wanted.
  mutating func cancelRequest(_ id: RequestID) {
    guard requests.removeValue(forKey: id) != nil else { return }
    effects.append(.transport(.cancel(id)))
  }

  private mutating func take(_ reply: Reply, of id: RequestID, at now: Instant) {
    guard let asked = requests.removeValue(forKey: id) else { return }
    if case .refused(let refusal) = reply, refusal.status == 401, asked.purpose != .key {
      if asked.path.hasPrefix(ZulipPath.calls) {
        // Some servers take the key of the calls endpoints as a parameter only (protocols A.1).
        guard usesKeyParameter else {
          usesKeyParameter = true
          let again = request(asked.purpose, asked.method, asked.path, asked.form, at: now)
          return moveErrand(from: id, to: again)
        }
      } else if asked.purpose != .goodbye {
        return lostCredentials(refusal, at: now)
      }
    }
    switch asked.purpose {
    case .key: takeKey(reply, at: now)
    case .me: takeMe(reply, at: now)
    case .probe, .probeHistory, .probeCreate, .probeInitiate:
      takeProbe(reply, asked.purpose, at: now)
    case .register: takeQueue(reply, at: now)
    case .users: takeUsers(reply, at: now)
    case .presences, .ownPresence: takePresences(reply, at: now)
    case .events: takeEvents(reply, askedAt: asked.askedAt, at: now)
    case .history(let page): takeHistory(reply, page: page, at: now)
    case .recent: takeRecent(reply, at: now)
    case .active: takeActive(reply, at: now)
    case .place(let call): takePlaced(reply, of: call, at: now)
    case .lookUp(let call): takeCallee(reply, of: call, at: now)
    case .status(let call): takeStatus(reply, of: call, at: now)
    case .found: takeFound(reply, at: now)
    case .heartbeat(let call): takeBeat(reply, of: call, at: now)
    case .errand: takeErrand(reply, of: id, at: now)
    case .courtesy: break  // An acknowledgement or a polite word; nothing follows from it.
    case .goodbye: leave()
    }
  }

  // MARK: Telling

  mutating func report(_ report: SignalingReport) { effects.append(.report(report)) }

  mutating func add(_ effect: DialectEffect) { effects.append(effect) }

  mutating func note(_ level: LogEntry.Level, _ text: String) {
    effects.append(.note(LogEntry(level, account.name, text)))
  }

  /// A message that made no sense; only the first few are worth a line.
  mutating func noteNonsense(_ text: String) {
    nonsenseCount = min(nonsenseCount + 1, Self.nonsenseLimit + 1)
    if nonsenseCount <= Self.nonsenseLimit { note(.warning, text) }
  }

  mutating func nextIncomingID() -> CallID {
    incomingCount += 1
    return CallID(account: account.id, isIncoming: true, number: incomingCount)
  }

  /// Another million of numbers for the requests and sockets of a conference.
  mutating func nextLane() -> Int {
    laneCount = laneCount % 1_000 + 1
    return laneCount
  }

  private mutating func takeEffects() -> [DialectEffect] {
    defer { effects = [] }
    return effects
  }

  /// Calls at once at most; more than the book has, so that the book decides.
  static let callLimit = 16
  /// Warnings about senseless messages at most.
  private static let nonsenseLimit = 10
}
