import Basics
import Calling
import LoopGLib
import NetSoup
import Transport

/// Clients of all call systems on one loop: each signs in, takes every call at once, and plays no sound.
///
/// What is measured with them is the exchange: how fast it puts calls through, and what that costs it.
actor LoadField {
  /// One order to call, and how long it took until the call was accepted; `nil` when it was not.
  struct Reading: Sendable {
    let system: CallSystem
    let setup: Duration?
    /// Why not.
    let complaint: String?
  }

  /// One call to be placed: by which client, to which address.
  struct Wish: Sendable {
    let caller: Int
    let address: String
  }

  nonisolated let loop = GLibLoop(name: "load")
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private struct Entry {
    let account: Account
    var client: any DialectClient
    var runner: TransportRunner
    var alarm: Alarm
    var isSignedIn = false
    var complaint: String?
  }

  private struct Attempt {
    let client: Int
    let placedAt: Instant
    var reading: Reading?
  }

  private var entries: [Entry] = []
  private var attempts: [CallID: Attempt] = [:]
  private var live: [(client: Int, call: CallID, rate: Int?)] = []
  private var nextCall = 1
  private var pulse: Alarm?
  private var done: (@Sendable () -> Void)?

  /// What the thread that waits is told.
  nonisolated let outcome = Lock(Outcome())

  struct Outcome: Sendable {
    var signedInCount = 0
    var complaints: [String] = []
    var readings: [Reading] = []
  }

  /// Signs all in. Any thread; once.
  nonisolated func start(_ accounts: [Account]) {
    loop.start()
    loop.perform { self.assumeIsolated { $0.signIn(accounts) } }
  }

  /// Places all calls at once; every one is reported in ``outcome``. Any thread.
  nonisolated func place(_ wishes: [Wish]) {
    outcome.withLock { $0.readings = [] }
    loop.perform { self.assumeIsolated { $0.placeAll(wishes) } }
  }

  /// Ends all calls. Any thread.
  nonisolated func endCalls() {
    loop.perform { self.assumeIsolated { $0.hangUpAll() } }
  }

  /// Ends everything and waits for the loop.
  nonisolated func stop() {
    loop.perform { self.assumeIsolated { $0.close() } }
    loop.stop()
  }

  // MARK: Clients

  private func signIn(_ accounts: [Account]) {
    let clock = WallClock(.now, at: .now)
    for (index, account) in accounts.enumerated() {
      let runner = TransportRunner(loop: loop) { event in
        self.assumeIsolated { field in
          field.act(index) { $0.receive(event, at: .now) }
        }
      }
      let alarm = Alarm(on: loop) {
        self.assumeIsolated { field in field.act(index) { $0.expire(at: .now) } }
      }
      entries.append(
        Entry(
          account: account,
          client: DialectRegistry.client(for: account, seed: UInt64(index + 1), clock: clock),
          runner: runner, alarm: alarm))
    }
    for index in entries.indices { act(index) { $0.start(at: .now) } }
    pulse = Alarm(on: loop) { self.assumeIsolated { $0.sendSound() } }
    pulse?.set(.now)
  }

  private func act(_ index: Int, _ verb: (inout any DialectClient) -> [DialectEffect]) {
    guard entries.indices.contains(index) else { return }
    for effect in verb(&entries[index].client) {
      switch effect {
      case .transport(let effect): entries[index].runner.perform(effect)
      case .report(let report): take(report, of: index)
      case .note: break
      }
    }
    entries[index].alarm.set(entries[index].client.deadline)
  }

  private func order(_ order: SignalingOrder, to index: Int) {
    act(index) { $0.carryOut(order, at: .now) }
  }

  private func take(_ report: SignalingReport, of index: Int) {
    switch report {
    case .account(.signedIn):
      guard !entries[index].isSignedIn else { return }
      entries[index].isSignedIn = true
      outcome.withLock { $0.signedInCount += 1 }
    case .account(.refused(let reason)), .account(.unreachable(let reason, _)):
      let line = "\(entries[index].account.system.title): \(reason)"
      outcome.withLock { if $0.complaints.count < 20 { $0.complaints.append(line) } }
    case .invited(let invitation):
      live.append((index, invitation.id, nil))
      order(.ring(invitation.id), to: index)
      order(.accept(invitation.id), to: index)
    case .placed(let id, _, _, let terms, _):
      guard case .samples(let samples) = terms.carriage,
        let place = live.firstIndex(where: { $0.call == id })
      else { return }
      live[place].rate = samples.sentRate
    case .accepted(let id): settle(id, complaint: nil)
    case .ended(let id, let reason):
      live.removeAll { $0.call == id }
      settle(id, complaint: "\(reason)")
    default: break
    }
  }

  // MARK: Calls

  private func placeAll(_ wishes: [Wish]) {
    attempts = [:]
    for wish in wishes {
      let id = CallID(
        account: entries[wish.caller].account.id, isIncoming: false, number: nextCall)
      nextCall += 1
      attempts[id] = Attempt(client: wish.caller, placedAt: .now)
      live.append((wish.caller, id, nil))
      order(.place(id, to: wish.address, kind: .audio), to: wish.caller)
    }
  }

  private func settle(_ id: CallID, complaint: String?) {
    guard let attempt = attempts[id], attempt.reading == nil else { return }
    let reading = Reading(
      system: entries[attempt.client].account.system,
      setup: complaint == nil ? attempt.placedAt.duration(to: .now) : nil, complaint: complaint)
    attempts[id]?.reading = reading
    outcome.withLock { $0.readings.append(reading) }
  }

  private func hangUpAll() {
    let calls = live
    live = []
    for call in calls { order(.end(call.call, .hungUp), to: call.client) }
  }

  /// 40 ms of a tone for every call whose sound travels in messages.
  private func sendSound() {
    for call in live {
      guard let rate = call.rate else { continue }
      let samples = (0..<rate / 25).map { Int16(($0 % 48) * 100 - 2_400) }
      order(.sound(call.call, samples), to: call.client)
    }
    pulse?.set(Instant.now.advanced(by: .milliseconds(40)))
  }

  private func close() {
    pulse = nil
    for index in entries.indices { order(.signOut, to: index) }
    entries = []
  }
}
