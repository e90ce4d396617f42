import Basics
import Calling
import Media
import Phone
import SDP
import Synchronization
import Testing
import Transport

/// What a scripted dialect was asked, and what it shall say next.
final class Script: Sendable {
  private struct Content {
    var orders: [SignalingOrder] = []
    var effects: [DialectEffect] = []
    var deadline: Instant?
    var startCount = 0
    var networkChanges: [Bool] = []
    var received: [TransportEvent] = []
  }

  private let content = Mutex(Content())

  func note(_ order: SignalingOrder) { content.withLock { $0.orders.append(order) } }
  func note(_ event: TransportEvent) { content.withLock { $0.received.append(event) } }
  var received: [TransportEvent] { content.withLock { $0.received } }
  func noteStart() { content.withLock { $0.startCount += 1 } }
  func say(_ reports: [SignalingReport]) {
    content.withLock { $0.effects += reports.map { .report($0) } }
  }
  func want(_ effect: DialectEffect) { content.withLock { $0.effects.append(effect) } }

  func takeOrders() -> [SignalingOrder] {
    content.withLock { content in
      defer { content.orders = [] }
      return content.orders
    }
  }

  func takeEffects() -> [DialectEffect] {
    content.withLock { content in
      defer { content.effects = [] }
      return content.effects
    }
  }

  func noteNetworkChange(_ losesConnections: Bool) {
    content.withLock { $0.networkChanges.append(losesConnections) }
  }
  var networkChanges: [Bool] { content.withLock { $0.networkChanges } }

  var startCount: Int { content.withLock { $0.startCount } }
  var deadline: Instant? {
    get { content.withLock { $0.deadline } }
    set { content.withLock { $0.deadline = newValue } }
  }
}

/// A dialect that says what its script says and writes down what it is asked.
struct ScriptedDialect: DialectClient {
  let script: Script

  mutating func start(at now: Instant) -> [DialectEffect] {
    script.noteStart()
    return script.takeEffects()
  }

  mutating func carryOut(_ order: SignalingOrder, at now: Instant) -> [DialectEffect] {
    script.note(order)
    return script.takeEffects()
  }

  mutating func receive(_ event: TransportEvent, at now: Instant) -> [DialectEffect] {
    script.note(event)
    return script.takeEffects()
  }

  mutating func networkChanged(
    losesConnections: Bool, at now: Instant
  ) -> [DialectEffect] {
    script.noteNetworkChange(losesConnections)
    return script.takeEffects()
  }

  mutating func expire(at now: Instant) -> [DialectEffect] {
    if let deadline = script.deadline, now >= deadline { script.deadline = nil }
    return script.takeEffects()
  }

  var deadline: Instant? { script.deadline }
}

/// A control core with scripted dialects, on the test's clocks.
struct ControlBench {
  private(set) var core: ControlCore
  let scripts: [Script]
  private(set) var now = Instant.zero
  private(set) var effects: [ControlEffect] = []
  private(set) var board = Board()

  init(
    accounts names: [String] = ["exchange"], guest: Script? = nil,
    settings: PhoneSettings = PhoneSettings()
  ) {
    let scripts = names.map { _ in Script() }
    self.scripts = scripts
    core = ControlCore(
      accounts: names.indices.map { index in
        let account = Account(
          id: AccountID(index), name: names[index], system: .botServer,
          server: index == 0 ? "http://127.0.0.1:8077" : "https://calls.example.org",
          username: "you", secret: nil)
        return (account, ScriptedDialect(script: scripts[index]))
      },
      guest: guest.map { script in
        let account = Account(
          id: AccountID(names.count), name: "conferences", system: .jitsi, server: "",
          username: "you", secret: nil)
        return (account, ScriptedDialect(script: script))
      }, settings: settings, seed: 3)
  }

  /// A core whose accounts are signed in, with two contacts each, and nothing left to be looked at.
  static func signedIn(accounts names: [String] = ["exchange"]) -> ControlBench {
    var bench = ControlBench(accounts: names)
    bench.start()
    for index in names.indices {
      bench.report([.account(.signedIn), .contacts(people(index))], of: index)
    }
    _ = bench.takeEffects()
    return bench
  }

  // MARK: What happens.

  mutating func start() { take(core.start(at: now, wallTime: wallTime)) }

  mutating func order(_ order: CallOrder) {
    take(core.order(order, at: now, wallTime: wallTime))
  }

  mutating func report(_ reports: [SignalingReport], of index: Int = 0) {
    scripts[index].say(reports)
    take(core.transport(AccountID(index), .opened(SocketID(1)), at: now, wallTime: wallTime))
  }

  /// Lets an account's dialect say what its script says.
  mutating func wake(_ account: AccountID) {
    take(core.transport(account, .opened(SocketID(1)), at: now, wallTime: wallTime))
  }

  mutating func transport(_ event: TransportEvent) {
    take(core.transport(AccountID(0), event, at: now, wallTime: wallTime))
  }

  mutating func networkChanged(_ change: NetworkChange) {
    take(core.networkChanged(change, at: now, wallTime: wallTime))
  }

  mutating func media(_ report: MediaReport) {
    take(core.media(report, at: now, wallTime: wallTime))
  }

  mutating func loaded(_ records: [CallRecord]) {
    take(core.loaded(history: records, at: now, wallTime: wallTime))
  }

  mutating func stop() { take(core.stop(at: now, wallTime: wallTime)) }

  mutating func expire() { take(core.expire(at: now, wallTime: wallTime)) }

  mutating func soundChoices(capture: [String], playback: [String]) {
    take(
      core.soundChoices(capture: capture, playback: playback, at: now, wallTime: wallTime))
  }

  /// Lets time pass; deadlines on the way are met at their own instants.
  mutating func advance(_ duration: Duration) {
    let end = now.advanced(by: duration)
    while let deadline = core.deadline, deadline <= end {
      now = max(now, deadline)
      expire()
    }
    now = end
  }

  /// Places a call to Bob and brings it to the phase named.
  mutating func outgoing(to phase: CallPhase = .active) {
    order(.call(account: AccountID(0), address: "bob", name: "Bob"))
    guard phase != .outgoing else { return }
    report([
      .placed(
        outgoingID, remoteID: "call_1", party: Party(name: "Bob", address: "bob"),
        terms: MediaTerms(), browserURL: nil),
      .ringing(outgoingID),
    ])
    guard phase != .ringing else { return }
    report([.accepted(outgoingID), .described(outgoingID, description(2))])
    guard phase != .connecting else { return }
    media(.secured(outgoingID))
    media(.flowing(outgoingID))
  }

  mutating func invite(_ number: Int = 1) {
    report([
      .invited(
        Invitation(
          id: incoming(number), remoteID: "in_\(number)",
          from: Party(name: "Bob", address: "bob"), kind: .audio)),
      .described(incoming(number), description(1)),
    ])
  }

  // MARK: What came of it.

  var wallTime: WallTime {
    WallTime(milliseconds: 1_790_000_000_000).advanced(by: Instant.zero.duration(to: now))
  }

  mutating func takeEffects() -> [ControlEffect] {
    defer { effects = [] }
    return effects
  }

  mutating func takeEvents() -> [PhoneEvent] {
    takeEffects().compactMap { if case .event(let event) = $0 { event } else { nil } }
  }

  mutating func takeMedia() -> [MediaOrder] {
    takeEffects().compactMap { if case .media(let order) = $0 { order } else { nil } }
  }

  mutating func takeRecords() -> [CallRecord] {
    takeEffects().compactMap { if case .record(let record) = $0 { record } else { nil } }
  }

  private mutating func take(_ new: [ControlEffect]) {
    effects += new
    for case .board(let board) in new {
      #expect(board != self.board, "a board was sent that shows nothing new")
      self.board = board
    }
    #expect(board == core.board, "a change was not shown")
  }
}

let outgoingID = CallID(account: AccountID(0), isIncoming: false, number: 1)
let incomingID = incoming(1)

func incoming(_ number: Int) -> CallID {
  CallID(account: AccountID(0), isIncoming: true, number: number)
}

func description(_ number: UInt64) -> SessionDescription {
  SessionDescription(origin: .init(sessionID: number, version: 1, address: "127.0.0.1"))
}

func people(_ index: Int) -> [Contact] {
  [("bob", "Bob", Contact.Kind.person), ("echo", "Echo", .bot)].map {
    Contact(account: AccountID(index), address: $0, name: $1, kind: $2, presence: .online)
  }
}
