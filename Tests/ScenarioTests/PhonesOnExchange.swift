import Basics
import BotServerClient
import Calling
import Exchange
import Jitsi
import Media
import NexaconClient
import Phone
import SDP
import Simulation
import Transport
import ZulipClient
import ZulipWire

/// Several phones' control cores on one exchange, in virtual time and without a network's delay.
///
/// Their sound is pretended: a session describes itself when it is prepared, and flows as soon as it
/// is open and both descriptions are known; a conference's legs offer as soon as they are opened.
final class PhonesOnExchange {
  /// One phone, as the exchange and its user see it.
  struct Phone {
    var core: ControlCore
    /// The account and the exchange's number of each open socket.
    var sockets: [SocketID: (account: AccountID, number: Int)] = [:]
    var sessions: [CallID: Session] = [:]
    var board = Board()
    var events: [PhoneEvent] = []
    var records: [String: CallRecord] = [:]
    var mediaOrders: [MediaOrder] = []
  }

  /// What a phone will be told next.
  private enum News {
    case media(MediaReport)
    case transport(AccountID, TransportEvent)
  }

  struct Session {
    var isOpen = false
    var isDescribed: Bool
    var isFlowing = false
  }

  private(set) var phones: [String: Phone] = [:]
  private(set) var exchange: ExchangeBench?
  private(set) var now = Instant.zero
  private let store = MemoryStore()
  private var waiting: [(name: String, news: News)] = []
  private var isPumping = false
  private var actingCount = 0
  /// Legs of conferences that were opened, and what the clients answered, by leg.
  private(set) var legs: [String: String] = [:]
  /// What was asked of the exchange's attendants.
  private(set) var attendantOrders: [AttendantOrder] = []
  private var streamCount: UInt32 = 1_000

  private let settings: ExchangeSettings
  /// Requests that the exchange has not answered, by its own number of them.
  private var polls: [Int: (name: String, account: AccountID, id: RequestID)] = [:]

  /// - Parameters:
  ///   - names: of the guests.
  ///   - zulip: the dialect in which they speak with the exchange, instead of BotServer's.
  ///   - nexacon: those who speak Nexacon with it.
  ///   - owners: the user of each phone that is no guest's; one may have several.
  init(
    _ names: [String], zulip: ZulipDialect? = nil, nexacon: Set<String> = [],
    owners: [String: String] = [:]
  ) {
    var settings = ExchangeSettings.forTests
    settings.zulip.dialect = zulip ?? .three
    self.settings = settings
    for owner in Set(owners.values) { register(owner) }
    exchange = ExchangeBench(settings: settings, store: store)
    for (index, name) in names.enumerated() {
      let system: CallSystem =
        nexacon.contains(name) ? .nexacon : zulip == nil ? .botServer : .zulip
      let account = Account(
        id: AccountID(0), name: "exchange", system: system,
        server: "http://127.0.0.1:8077", username: owners[name] ?? name,
        secret: owners[name].map { Secret("token of \($0)") },
        secrets: ["api-key": Secret("tipring"), "secret-key": Secret("tipring")])
      let clock = WallClock(WallTime(milliseconds: 1_790_000_000_000), at: .zero)
      let client: any DialectClient =
        switch system {
        case .nexacon: NexaconClient(account: account, seed: UInt64(index), clock: clock)
        case .zulip: ZulipClient(account: account, seed: UInt64(index), clock: clock)
        default: BotServerClient(account: account, seed: UInt64(index))
        }
      let guest = Account(
        id: AccountID(1), name: "conferences", system: .jitsi, server: "", username: name,
        secret: nil)
      phones[name] = Phone(
        core: ControlCore(
          accounts: [(account, client)],
          guest: (guest, JitsiClient(account: guest, seed: UInt64(index))), seed: UInt64(index)))
    }
    for name in names {
      act(name) { $0.start(at: self.now, wallTime: self.wallTime) }
    }
  }

  /// A user with a token.
  private func register(_ user: String) {
    let began = WallTime(milliseconds: 1_780_000_000_000)
    let token = StoredUser.Token(
      hash: FakeExchangePorts().digest("token of \(user)"), createdAt: began)
    _ = store.perform(
      .putUser(
        StoredUser(id: user, name: user, role: .user, createdAt: began, seenAt: began)))
    _ = store.perform(.putToken(token, userID: user))
  }

  var wallTime: WallTime {
    WallTime(milliseconds: 1_790_000_000_000).advanced(by: Instant.zero.duration(to: now))
  }

  func order(_ name: String, _ order: CallOrder) {
    act(name) { $0.order(order, at: self.now, wallTime: self.wallTime) }
  }

  func media(_ name: String, _ report: MediaReport) {
    act(name) { $0.media(report, at: self.now, wallTime: self.wallTime) }
  }

  func stop(_ name: String) {
    act(name) { $0.stop(at: self.now, wallTime: self.wallTime) }
  }

  subscript(name: String) -> Phone { phones[name]! }  // The test names its own phones.

  func calls(_ name: String) -> [CallSummary] { self[name].board.calls }

  /// Lets time pass for all; deadlines on the way are met at their own instants.
  func advance(_ duration: Duration) {
    let end = now.advanced(by: duration)
    while let next = nextDeadline, next <= end {
      turn(to: max(now, next))
      for name in phones.keys.sorted() {
        act(name) { $0.expire(at: self.now, wallTime: self.wallTime) }
      }
    }
    turn(to: end)
  }

  /// The exchange is killed: nothing is closed properly, nothing answers.
  func killExchange() {
    exchange = nil
    for (_, poll) in polls.sorted(by: { $0.key < $1.key }) {
      waiting.append(
        (poll.name, .transport(poll.account, .requestFailed(poll.id, .broken("reset")))))
    }
    polls = [:]
    for name in phones.keys.sorted() { cut(name) }
  }

  /// A phone's connections break, and the exchange is told of it if it still is there.
  func cut(_ name: String) {
    let sockets = (phones[name]?.sockets ?? [:]).sorted { $0.key.number < $1.key.number }
    phones[name]?.sockets = [:]
    for (socket, end) in sockets {
      exchange?.closeSocket(end.number)
      tell(name, end.account, .failed(socket, .broken("reset")))
    }
  }

  /// The exchange is started again on what its predecessor had stored.
  func restartExchange() {
    exchange = ExchangeBench(settings: settings, store: store, at: now)
  }

  // MARK: What the phones want.

  private var nextDeadline: Instant? {
    ([exchange?.exchange.deadline] + phones.values.map(\.core.deadline)).compactMap { $0 }.min()
  }

  private func turn(to instant: Instant) {
    exchange?.advance(now.duration(to: instant))
    now = instant
    pump()
  }

  private func act(_ name: String, _ verb: (inout ControlCore) -> [ControlEffect]) {
    guard var phone = phones[name] else { return }
    let effects = verb(&phone.core)
    phones[name] = phone
    actingCount += 1
    for effect in effects { perform(effect, of: name) }
    actingCount -= 1
    pump()
  }

  /// Nothing is told while a phone still acts.
  private func tell(_ name: String, _ account: AccountID, _ event: TransportEvent) {
    waiting.append((name, .transport(account, event)))
    pump()
  }

  private func tell(_ name: String, _ report: MediaReport) {
    waiting.append((name, .media(report)))
  }

  private func perform(_ effect: ControlEffect, of name: String) {
    switch effect {
    case .transport(let account, let effect): perform(effect, of: name, account)
    case .media(let order): perform(order, of: name)
    case .board(let board): phones[name]?.board = board
    case .record(let record): phones[name]?.records[record.id] = record
    case .removeRecord(let id): phones[name]?.records[id] = nil
    case .event(let event): phones[name]?.events.append(event)
    case .markSeen, .keep, .note: break
    }
  }

  private func perform(_ effect: TransportEffect, of name: String, _ account: AccountID) {
    switch effect {
    case .request(let id, var request):
      request.url = Self.path(request.url)
      request.fields["Host"] = "127.0.0.1:8077"
      guard let number = exchange?.begin(request) else {
        return tell(name, account, .requestFailed(id, .unreachable("127.0.0.1:8077")))
      }
      polls[number] = (name, account, id)
      pump()
    case .open(let id, let request):
      let asked = HTTPRequest(.get, Self.path(request.url), fields: request.fields)
      guard let socket = try? exchange?.openSocket(asked) else {
        return tell(name, account, .failed(id, .unreachable("127.0.0.1:8077")))
      }
      phones[name]?.sockets[id] = (account, socket)
      tell(name, account, .opened(id))
    case .send(let id, .text(let text)):
      guard let socket = phones[name]?.sockets[id] else { return }
      try? exchange?.send(text, over: socket.number)
    case .close(let id, _):
      if let socket = phones[name]?.sockets.removeValue(forKey: id) {
        exchange?.closeSocket(socket.number)
      }
    case .cancel(let id):
      polls = polls.filter {
        $0.value.name != name || $0.value.account != account || $0.value.id != id
      }
    case .send: break
    }
  }

  // MARK: Pretended sound.

  private func perform(_ order: MediaOrder, of name: String) {
    phones[name]?.mediaOrders.append(order)
    switch order {
    case .prepare(let id, let plan):
      phones[name]?.sessions[id] = Session(isDescribed: plan.role != .offerer)
      if case .answerer(let offer) = plan.role, plan.isConference {
        tell(name, .described(id, answer(to: offer)))
      } else {
        let setup: SetupRole = plan.role == .offerer ? .actpass : .active
        tell(name, .described(id, Self.description(of: name, setup)))
      }
      tell(name, .candidate(id, Self.candidate))
      tell(name, .endOfCandidates(id))
    case .describe(let id, _): phones[name]?.sessions[id]?.isDescribed = true
    case .open(let id): phones[name]?.sessions[id]?.isOpen = true
    case .close(let id):
      phones[name]?.sessions[id] = nil
      tell(name, .closed(id))
    default: break
    }
    if case .open(let id) = order { flow(id, of: name) }
    if case .describe(let id, _) = order { flow(id, of: name) }
  }

  private func flow(_ id: CallID, of name: String) {
    guard let session = phones[name]?.sessions[id], session.isOpen, session.isDescribed,
      !session.isFlowing
    else { return }
    phones[name]?.sessions[id]?.isFlowing = true
    tell(name, .secured(id))
    tell(name, .flowing(id))
  }

  /// Hands over what waits: pushes of the exchange and reports of sound.
  private func pump() {
    guard !isPumping, actingCount == 0 else { return }
    isPumping = true
    defer { isPumping = false }
    var isMoving = true
    while isMoving {
      isMoving = false
      if !waiting.isEmpty {
        let (name, news) = waiting.removeFirst()
        switch news {
        case .media(let report): media(name, report)
        case .transport(let account, let event):
          act(name) { $0.transport(account, event, at: self.now, wallTime: self.wallTime) }
        }
        isMoving = true
        continue
      }
      if openLegs() || takeAnswers() { isMoving = true }
      for name in phones.keys.sorted() {
        for (id, socket) in phones[name]?.sockets ?? [:] {
          guard let text = try? exchange?.receive(from: socket.number) else { continue }
          tell(name, socket.account, .received(id, .text(text)))
          isMoving = true
        }
      }
    }
  }

  /// Hands over what the exchange has answered meanwhile, in the order of the questions.
  private func takeAnswers() -> Bool {
    var isMoving = false
    for number in polls.keys.sorted() {
      guard let response = exchange?.takeAnswer(to: number),
        let poll = polls.removeValue(forKey: number)
      else { continue }
      waiting.append((poll.name, .transport(poll.account, .response(poll.id, response))))
      isMoving = true
    }
    return isMoving
  }

  /// The forwarder's part: legs that were opened offer, and take what they are answered.
  private func openLegs() -> Bool {
    let orders = exchange?.takeOrders() ?? []
    for order in orders {
      switch order {
      case .joinConference(let leg, _):
        legs[leg] = ""
        streamCount += 1
        exchange?.feed(
          .attendant(
            .described(callID: leg, isOffer: true, sdp: Self.offer(ssrc: streamCount).encoded())))
      case .joinRoom(let leg, _, let sdp):
        guard let offer = try? SessionDescription(decoding: sdp) else { continue }
        let answer = answer(to: offer).encoded()
        exchange?.feed(.attendant(.described(callID: leg, isOffer: false, sdp: answer)))
      case .placed(let leg, _, _) where leg.contains("/"):
        streamCount += 1
        exchange?.feed(
          .attendant(
            .described(callID: leg, isOffer: true, sdp: Self.offer(ssrc: streamCount).encoded())))
      case .describe(let leg, let sdp) where legs[leg] != nil: legs[leg] = sdp
      case .hangUp(let leg): legs[leg] = nil
      default: attendantOrders.append(order)
      }
    }
    return !orders.isEmpty
  }

  private static func offer(ssrc: UInt32) -> SessionDescription {
    var negotiation = OfferAnswer(local: audio(ssrc: ssrc))
    return negotiation.makeOffer(transport)
  }

  private func answer(to offer: SessionDescription) -> SessionDescription {
    streamCount += 1
    var negotiation = OfferAnswer(local: Self.audio(ssrc: streamCount))
    return (try? negotiation.makeAnswer(to: offer, Self.transport)) ?? offer
  }

  private static func audio(ssrc: UInt32) -> LocalAudio {
    LocalAudio(
      sessionID: UInt64(ssrc), ssrc: ssrc, canonicalName: "c\(ssrc)",
      fingerprint: Fingerprint(algorithm: .sha256, bytes: [UInt8](repeating: 1, count: 32)))
  }

  private static var transport: LocalTransport {
    LocalTransport(
      credentials: IceCredentials(ufrag: "ufrag", password: "password90123456789012"),
      candidates: [candidate], isGatheringDone: true)
  }

  private static func path(_ url: String) -> String {
    let afterScheme = url.split(separator: "//", maxSplits: 1).last ?? ""
    return String(afterScheme.drop { $0 != "/" })
  }

  private static func description(
    of name: String, _ setup: SetupRole
  ) -> SessionDescription {
    SessionDescription(
      origin: .init(sessionID: UInt64(name.count), version: 1, address: "127.0.0.1"),
      media: [
        MediaSection(
          kind: "audio", port: 9, transportProtocol: "UDP/TLS/RTP/SAVPF", formats: ["111"],
          attributes: [Attribute("setup", setup.rawValue)])
      ])
  }

  private static let candidate = Candidate(
    foundation: "1", component: 1, transport: "udp", priority: 1, address: "127.0.0.1",
    port: 4_000, kind: .host)
}
