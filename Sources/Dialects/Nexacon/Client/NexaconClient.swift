package import Basics
package import Calling
import Formats
import NexaconWire
package import Transport
import XMPP

/// One account's conversation with a Nexacon server, or with the bundled exchange.
///
///     signedOut ─start─▶ signingIn ──token, then stream──▶ online ──signOut──▶ signedOut
///                          │   ▲                             │
///                          ▼   └── new token, at most ───────┘
///                        refused   once a minute
///
/// Requests give a token, servers for candidates, and keep contacts and past calls. Calls themselves are
/// chat messages with JSON in them, from phone to phone over XMPP (protocols.md D).
package struct NexaconClient: DialectClient {
  enum Phase: Equatable, Sendable {
    case signedOut, signingIn, online, refused
  }

  /// What a request is for.
  enum Purpose: Equatable, Sendable {
    case token(isRefresh: Bool)
    case credentials(CallID)
    case announce(CallID)
    case contacts, history, decline
    case presence(String)
    case analytics
    case service(ServiceID, ServiceRequest)
  }

  enum Timer: Hashable, Sendable {
    case signIn, analytics, contacts
    case decline(room: String)
    case ring(CallID)
    case offerUnanswered(CallID)
  }

  let account: Account
  let clock: WallClock
  /// The base of the API.
  let base: String
  var generator: SeededGenerator
  var phase = Phase.signedOut
  var token: TokenMessage?
  /// When a token was last asked for because one was not accepted.
  var renewedAt: Instant?
  var stream: XMPPStream?
  var streamCount = 0
  /// Who one is, bare.
  var me: JID?
  /// Since when the stream is away.
  var lostAt: Instant?
  var signInBackoff = Backoff()
  var contacts: [ContactMessage] = []
  var presence: [JID: Contact.Presence] = [:]
  /// Those who came and were in no list of contacts.
  var strangers: Set<JID> = []
  /// Contacts whose presence is still to be asked for.
  var unasked: [String] = []
  var calls: [NexaconCall] = []
  /// Rooms of calls that are over, so that a late message does not ring again.
  var finished: [String] = []
  /// Refusals that the server will be told of, once their messages have arrived; at most
  /// ``callLimit``.
  var declines: [NexaconDecline] = []
  /// Messages that wait for a stream.
  var outbox: [XMLElement] = []
  /// Records of calls that the server has not taken; a keepsake for the next run.
  var analytics: [AnalyticsMessage] = []
  var analyticsBackoff = Backoff()
  var timers = DeadlineTable<Timer>()
  /// The instant of the verb that is being carried out.
  private(set) var now = Instant.zero
  private var incomingCount = 0
  private var requestCount = 0
  private var requests: [RequestID: Purpose] = [:]
  private var nonsenseCount = 0
  private var effects: [DialectEffect] = []

  /// - Parameters:
  ///   - seed: different for every client; it spreads delays, and names streams.
  ///   - clock: for the dates in messages.
  package init(account: Account, seed: UInt64, clock: WallClock) {
    self.account = account
    self.clock = clock
    generator = SeededGenerator(seed: seed)
    let authority = account.server.split(separator: "/", omittingEmptySubsequences: true)
    base = authority.count > 2 ? account.server : account.server + NexaconPath.base
  }

  // MARK: Verbs

  package mutating func start(at now: Instant) -> [DialectEffect] {
    self.now = now
    switch phase {
    case .signedOut, .refused: signIn()
    case .signingIn, .online: break  // Under way already.
    }
    return takeEffects()
  }

  package mutating func carryOut(_ order: SignalingOrder, at now: Instant) -> [DialectEffect] {
    self.now = now
    switch order {
    case .place(let id, let address, let kind): place(id, to: address, kind: kind)
    case .ring: break  // The receipt for the invitation has told the caller.
    case .describe(let id, let description): say(.description(description), in: id)
    case .candidate(let id, let candidate): say(.candidate(candidate), in: id)
    case .endOfCandidates: break  // Nexacon has no word for it.
    case .accept(let id): accept(id)
    case .decline(let id, let reason): decline(id, .declined(reason: reason), word: reason)
    case .refuseBusy(let id): decline(id, .busy, word: "busy")
    case .end(let id, let reason): end(id, reason)
    case .renewServers(let id): if phase == .online { requestCredentials(of: id) }
    case .mute, .mediaFailed, .sound, .requestPerson: break  // Nexacon shows and has none of these.
    case .serve(let id, let request): serve(id, request)
    case .refreshContacts: if phase == .online { requestContacts() }
    case .refreshHistory: if phase == .online { requestHistory() }
    case .signOut: signOut()
    }
    return takeEffects()
  }

  package mutating func receive(_ event: TransportEvent, at now: Instant) -> [DialectEffect] {
    self.now = now
    switch event {
    case .response(let id, let response): take(NexaconReply(response), of: id)
    case .requestFailed(let id, let failure): take(NexaconReply(failure), of: id)
    case .opened(let socket), .received(let socket, _), .closed(let socket, _, _),
      .failed(let socket, _):
      if stream?.owns(socket) == true {
        perform(stream?.receive(event, at: now) ?? [])
      } else if case .opened = event {
        effects.append(.transport(.close(socket, code: 1000)))  // Of a stream that was given up.
      }
    }
    return takeEffects()
  }

  package mutating func networkChanged(
    losesConnections: Bool, at now: Instant
  ) -> [DialectEffect] {
    self.now = now
    perform(stream?.networkChanged(losesConnections: losesConnections, at: now) ?? [])
    signInBackoff.reset()
    if timers[.signIn] != nil { timers[.signIn] = now }
    return takeEffects()
  }

  package var deadline: Instant? {
    [timers.earliest, stream?.deadline].compactMap { $0 }.min()
  }

  package mutating func expire(at now: Instant) -> [DialectEffect] {
    self.now = now
    for timer in timers.takeDue(at: now) {
      switch timer {
      case .signIn: requestToken()
      case .analytics: postAnalytics()
      case .contacts: if phase == .online { requestContacts() }
      case .decline(let room): declineDue(room)
      case .ring(let id): ringingOver(id)
      case .offerUnanswered(let id): offerUnanswered(id)
      }
    }
    perform(stream?.expire(at: now) ?? [])
    return takeEffects()
  }

  // MARK: Requests

  /// Asks the server for something; the reply comes to ``take(_:of:)``.
  mutating func request(
    _ purpose: Purpose, _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil,
    timeout: Duration = Self.requestTimeout
  ) {
    guard requests.count < Self.requestLimit else {
      return note(.warning, "Too many requests wait for the server; one was left out.")
    }
    requestCount += 1
    let id = RequestID(requestCount)
    requests[id] = purpose
    var request = HTTPRequest(method, base + path, timeout: timeout)
    request.fields["Accept"] = "application/json"
    if let key = account.secrets["api-key"] { request.fields["X-API-Key"] = key.exposed }
    if let key = account.secrets["secret-key"] { request.fields["X-Secret-Key"] = key.exposed }
    if let token, !purpose.isAboutToken { request.fields["X-NX-Token"] = token.token.exposed }
    if let body {
      request.fields["Content-Type"] = "application/json"
      request.body = Array(body.text.utf8)
    }
    effects.append(.transport(.request(id, request)))
  }

  func isAsking(_ purpose: Purpose) -> Bool { requests.values.contains(purpose) }

  /// Drops the requests of that purpose; their replies are no longer wanted.
  mutating func cancelRequests(_ isUnwanted: (Purpose) -> Bool) {
    for (id, purpose) in requests.sorted(by: { $0.key.number < $1.key.number })
    where isUnwanted(purpose) {
      requests[id] = nil
      effects.append(.transport(.cancel(id)))
      if case .service(let service, _) = purpose {
        report(.answered(service, .failed("Not signed in to \(account.name) any more.")))
      }
    }
  }

  private mutating func take(_ reply: NexaconReply, of id: RequestID) {
    guard let purpose = requests.removeValue(forKey: id) else { return }
    switch purpose {
    case .token(let isRefresh): return takeToken(reply, isRefresh: isRefresh)
    case .credentials(let call): takeCredentials(reply, of: call)
    case .announce(let call): takeAnnounced(reply, of: call)
    case .contacts: takeContacts(reply)
    case .presence(let user): takePresence(reply, of: user)
    case .history: takeHistory(reply)
    case .analytics: takeAnalytics(reply)
    case .decline: break  // The caller has been told by a message; this was for the server's books.
    case .service(let service, let request): takeService(reply, service, request)
    }
    if reply.isUnauthorized { renewToken(because: reply.sentence) }
  }

  // MARK: The stream

  mutating func perform(_ streamEffects: [XMPPStream.Effect]) {
    for effect in streamEffects {
      switch effect {
      case .transport(let effect): effects.append(.transport(effect))
      case .online(_, let isResumed): streamUp(isResumed: isResumed)
      case .stanza(let stanza): take(stanza)
      case .answered: break  // Only pings are asked, by the stream itself.
      case .undelivered(let stanzas): keepForLater(stanzas)
      case .offline(let reason, let nextTry): streamDown(reason, nextTry: nextTry)
      case .refused(let reason): renewToken(because: reason)
      case .note(let level, let text): note(level, text)
      }
    }
  }

  /// Sends a stanza, or keeps it until there is a stream.
  mutating func transmit(_ stanza: XMLElement) {
    if stream?.maySend == true {
      perform(stream?.send(stanza) ?? [])
    } else {
      keepForLater([stanza])
    }
  }

  private mutating func keepForLater(_ stanzas: [XMLElement]) {
    outbox += stanzas.filter { $0.name == "message" }
    outbox.removeFirst(max(0, outbox.count - Self.outboxLimit))
  }

  // MARK: Telling

  mutating func report(_ report: SignalingReport) { effects.append(.report(report)) }

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

  private mutating func takeEffects() -> [DialectEffect] {
    defer { effects = [] }
    return effects
  }

  static let requestTimeout: Duration = .seconds(10)
  /// Requests under way at most.
  static let requestLimit = 64
  /// Messages that wait for a stream at most; the oldest are given up.
  static let outboxLimit = 64
  /// Warnings about senseless messages at most.
  private static let nonsenseLimit = 10
}

extension NexaconClient.Purpose {
  var isAboutToken: Bool {
    if case .token = self { return true }
    return false
  }
}
