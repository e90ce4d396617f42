import Basics
import Calling
import IceNice
import LoopGLib
import Media
import NetSoup
import Phone
import SqliteStore
import Transport

/// What the control loop is told from in front.
enum ControlMessage: Sendable {
  /// The accounts are known; sign in. Once, and first.
  ///
  /// - `guest`: takes conference URLs when no account is meant for them.
  case begin(accounts: [Account], guest: Account, settings: PhoneSettings)
  case order(CallOrder)
  /// The devices there are to choose from.
  case soundChoices(capture: [String], playback: [String], descriptions: [String: String])
  /// End all calls and sign out; answered by ``UserMessage/stopped``.
  case stop
}

/// The control loop's actor around `ControlCore`: the accounts' connections and the local history.
actor ControlPlane {
  nonisolated let loop = GLibLoop(name: "control")
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    loop.asUnownedSerialExecutor()
  }

  private let media: Mailbox<MediaOrder>
  private let user: Mailbox<UserMessage>
  private let trust: [AccountID: TransportSettings]
  private let historyPath: String?
  private var history: CallHistory?
  private var core: ControlCore?
  /// Given before the accounts were known.
  private var earlyOrders: [CallOrder] = []
  private var runners: [AccountID: TransportRunner] = [:]
  private var alarm: Alarm?
  /// When what it took to start, or to set a call up, is over.
  private lazy var settledAlarm = Alarm(on: loop) { MappedCode.ofThisProcess.giveBack() }
  private var network: NetworkWatch?
  /// While stopping: when the farewells have had their time.
  private var stopDeadline: Instant?
  private var hasStopped = false

  /// - Parameter historyPath: the local history's file; `nil` keeps none.
  init(
    media: Mailbox<MediaOrder>, user: Mailbox<UserMessage>, trust: [AccountID: TransportSettings],
    historyPath: String?
  ) {
    self.media = media
    self.user = user
    self.trust = trust
    self.historyPath = historyPath
  }

  /// Starts the loop and takes messages and reports from then on.
  nonisolated func start(
    messages: Mailbox<ControlMessage>, reports: Mailbox<MediaReport>
  ) {
    loop.start()
    messages.deliver(on: loop) { messages in
      self.assumeIsolated { plane in
        for message in messages { plane.take(message) }
      }
    }
    reports.deliver(on: loop) { reports in
      self.assumeIsolated { plane in
        for report in reports {
          if case .flowing = report { plane.settle(within: .seconds(2)) }
          plane.perform(plane.core?.media(report, at: .now, wallTime: .now))
        }
      }
    }
  }

  // MARK: What comes in

  private func take(_ message: ControlMessage) {
    switch message {
    case .begin(let accounts, let guest, let settings): begin(accounts, guest, settings)
    case .order(let order):
      if core == nil, earlyOrders.count < 16 { earlyOrders.append(order) }
      perform(core?.order(order, at: .now, wallTime: .now))
    case .soundChoices(let capture, let playback, let descriptions):
      perform(
        core?.soundChoices(
          capture: capture, playback: playback, descriptions: descriptions, at: .now,
          wallTime: .now))
    case .stop: stop()
    }
  }

  private func begin(_ accounts: [Account], _ guest: Account, _ settings: PhoneSettings) {
    precondition(core == nil, "the accounts are told once")
    for account in accounts + [guest] {
      runners[account.id] = TransportRunner(
        loop: loop, settings: trust[account.id] ?? TransportSettings()
      ) { event in
        self.assumeIsolated { $0.received(event, for: account.id) }
      }
    }
    var generator = SystemRandomNumberGenerator()
    let clock = WallClock(.now, at: .now)
    core = ControlCore(
      accounts: accounts.map {
        ($0, DialectRegistry.client(for: $0, seed: generator.next(), clock: clock))
      },
      guest: (guest, DialectRegistry.client(for: guest, seed: generator.next(), clock: clock)),
      settings: settings, seed: generator.next())
    openHistory()
    network = NetworkWatch(on: loop) { change in
      self.assumeIsolated { $0.networkChanged(change) }
    }
    perform(core?.start(at: .now, wallTime: .now))
    for order in earlyOrders { perform(core?.order(order, at: .now, wallTime: .now)) }
    earlyOrders = []
    settle(within: .seconds(5))
  }

  private func settle(within time: Duration) {
    settledAlarm.set(Instant.now.advanced(by: time))
  }

  private func openHistory() {
    guard let historyPath else { return }
    do throws(DatabaseError) {
      let history = try CallHistory(path: historyPath)
      self.history = history
      core?.restore(try history.keepsakes())
      perform(core?.loaded(history: try history.newest(), at: .now, wallTime: .now))
    } catch {
      user.post(.event(.warning(nil, error.description)))
    }
  }

  private func received(_ event: TransportEvent, for account: AccountID) {
    perform(core?.transport(account, event, at: .now, wallTime: .now))
  }

  /// Connections that would only time out are ended before the core is told, which opens others.
  private func networkChanged(_ change: NetworkChange) {
    user.post(.log(LogEntry(.info, "network", change.sentence)))
    if change.losesConnections {
      for runner in runners.values { runner.networkChanged() }
    }
    perform(core?.networkChanged(change, at: .now, wallTime: .now))
  }

  private func expired() {
    perform(core?.expire(at: .now, wallTime: .now))
  }

  private func stop() {
    stopDeadline = Instant.now.advanced(by: .milliseconds(1_500))
    perform(core?.stop(at: .now, wallTime: .now))
  }

  // MARK: What goes out

  private func perform(_ effects: [ControlEffect]?) {
    // The board goes first: whoever is told of an event finds there what it is about.
    for case .board(let board) in effects ?? [] {
      user.post(.board(board), replacing: "board")
    }
    for effect in effects ?? [] {
      switch effect {
      case .transport(let account, let effect): runners[account]?.perform(effect)
      case .media(let order): media.post(order, merging: { $0.absorb($1) })
      case .board: break
      case .record(let record): keep { history throws(DatabaseError) in try history.put(record) }
      case .removeRecord(let id):
        keep { history throws(DatabaseError) in try history.remove(id: id) }
      case .keep(let text, let account):
        keep { history throws(DatabaseError) in try history.keep(text, of: account) }
      case .markSeen: keep { history throws(DatabaseError) in try history.markMissedSeen() }
      case .event(let event): user.post(.event(event))
      case .note(let entry): user.post(.log(entry))
      }
    }
    if alarm == nil {
      alarm = Alarm(on: loop) { self.assumeIsolated { $0.expired() } }
    }
    let deadlines = [core?.deadline, stopDeadline].compactMap { $0 }
    alarm?.set(deadlines.min())
    finishStopping()
  }

  /// A history that cannot be written is told once and not tried again.
  private func keep(_ change: (CallHistory) throws(DatabaseError) -> Void) {
    guard let history else { return }
    do throws(DatabaseError) {
      try change(history)
    } catch {
      self.history = nil
      user.post(.event(.warning(nil, error.description)))
    }
  }

  private func finishStopping() {
    guard let stopDeadline, !hasStopped else { return }
    guard core?.isStopped ?? true || Instant.now >= stopDeadline else { return }
    hasStopped = true
    self.stopDeadline = nil
    user.post(.stopped)
  }

  /// Drops the connections; called when the loop is about to end.
  private func close() {
    alarm = nil
    settledAlarm.set(nil)
    network = nil
    runners.removeAll()
    history = nil
  }

  /// Ends the loop.
  nonisolated func end() {
    loop.perform {
      self.assumeIsolated { $0.close() }
    }
    loop.stop()
  }
}
