package import Basics
package import Calling
package import Media
package import Transport

/// The phone without its sound: accounts, calls, history, and the board that shows them.
///
/// Orders, network events and media reports come in; what shall be done about them comes out. Every
/// verb takes both clocks: the monotonic one for what waits, the civil one for what is written down.
package struct ControlCore: Sendable {
  /// One account with its dialect, and what the server has told of it.
  struct AccountEntry: Sendable {
    let account: Account
    var client: any DialectClient
    var state: AccountState = .signedOut
    var username: String
    var contacts: [Contact]?
    var isReady = false
  }

  /// An order to call somebody that waits for its account, or for the contacts as they are now.
  struct WaitingCall: Equatable, Sendable {
    var wish: Wish
    var until: Instant
    /// The accounts that have been asked who there is, since nobody known was meant, and have not
    /// answered; `nil` before that.
    var asked: Set<AccountID>?
  }

  let settings: PhoneSettings
  var generator: SeededGenerator
  var accounts: [AccountEntry]
  /// What takes conference URLs where no account is meant for them; added to the accounts with the
  /// first such URL.
  var guest: AccountEntry?
  var book = CallBook()
  var history = HistoryBook()
  var waitingCalls: [WaitingCall] = []
  var ledger = CallLedger()
  var renewals = ServerRenewals()
  var services = ServiceBook()
  var patience = PatientRequests()
  var soundComplaint = SoundComplaint()
  /// The calls whose servers know that the microphone is muted.
  var mutedCalls: Set<CallID> = []
  /// Who was last told to speak, of the calls in which somebody does.
  var speakers: [CallID: [String]] = [:]
  var tone: CallTone?
  var isMuted = false
  var volumeDecibels = 0
  var sound: SoundSummary

  /// The clocks and the effects of the verb that is being carried out.
  var now = Instant.zero
  var wallTime = WallTime(milliseconds: 0)
  var effects: [ControlEffect] = []
  private var shownBoard = Board()

  /// - Parameters:
  ///   - accounts: in the order of the settings; the first is the default.
  ///   - guest: takes conference URLs when no account of Jitsi is configured.
  ///   - seed: different at every start; local names of calls come from it.
  package init(
    accounts: [(account: Account, client: any DialectClient)],
    guest: (account: Account, client: any DialectClient)? = nil,
    settings: PhoneSettings = PhoneSettings(), seed: UInt64
  ) {
    self.settings = settings
    sound = settings.sound
    generator = SeededGenerator(seed: seed)
    self.accounts = accounts.map {
      AccountEntry(account: $0.account, client: $0.client, username: $0.account.username)
    }
    self.guest = guest.map {
      AccountEntry(account: $0.account, client: $0.client, username: $0.account.username)
    }
  }

  /// Gives the accounts back what their clients of former runs have kept, by the accounts' names;
  /// before ``start(at:wallTime:)``.
  package mutating func restore(_ keepsakes: [String: String]) {
    for index in accounts.indices {
      guard let text = keepsakes[accounts[index].account.name] else { continue }
      accounts[index].client.restore(text)
    }
  }

  /// Signs all accounts in.
  package mutating func start(at now: Instant, wallTime: WallTime) -> [ControlEffect] {
    handle(at: now, wallTime) { core in
      for index in core.accounts.indices {
        core.perform(core.accounts[index].client.start(at: now), of: index)
      }
    }
  }

  /// The local history has been read.
  package mutating func loaded(
    history records: [CallRecord], at now: Instant, wallTime: WallTime
  ) -> [ControlEffect] {
    handle(at: now, wallTime) { core in
      core.write(core.history.load(records, live: core.ledger.liveRecordIDs))
    }
  }

  /// Carries out what the user asks.
  package mutating func order(
    _ order: CallOrder, at now: Instant, wallTime: WallTime
  ) -> [ControlEffect] {
    handle(at: now, wallTime) { $0.carryOut(order) }
  }

  /// Takes in what the network brought for an account.
  package mutating func transport(
    _ account: AccountID, _ event: TransportEvent, at now: Instant, wallTime: WallTime
  ) -> [ControlEffect] {
    handle(at: now, wallTime) { core in
      guard let index = core.index(of: account),
        !core.patience.isHeldBack(event, of: account, at: now)
      else { return }
      core.perform(core.accounts[index].client.receive(event, at: now), of: index)
    }
  }

  /// Takes in what the media loop reports.
  package mutating func media(
    _ report: MediaReport, at now: Instant, wallTime: WallTime
  ) -> [ControlEffect] {
    handle(at: now, wallTime) { $0.take(report) }
  }

  /// The addresses of this machine have changed: servers are looked for anew, and then calls seek
  /// other paths, which they tell by those servers.
  package mutating func networkChanged(
    _ change: NetworkChange, at now: Instant, wallTime: WallTime
  ) -> [ControlEffect] {
    handle(at: now, wallTime) { core in
      for index in core.accounts.indices where !core.isOnThisMachine(index) {
        core.perform(
          core.accounts[index].client.networkChanged(
            losesConnections: change.losesConnections, at: now),
          of: index)
      }
      // Another path is sought at once; what was granted may have ended while the machine slept.
      core.renewServers(of: core.renewals.takeEnded(at: now, wallTime))
      core.effects.append(.media(.networkChanged(change)))
    }
  }

  /// Whether an account's server is on this machine, so that no network lies between.
  private func isOnThisMachine(_ index: Int) -> Bool {
    isLoopback(server: accounts[index].account.server)
  }

  /// The devices there are to choose from.
  package mutating func soundChoices(
    capture: [String], playback: [String], descriptions: [String: String] = [:], at now: Instant,
    wallTime: WallTime
  ) -> [ControlEffect] {
    handle(at: now, wallTime) { core in
      core.sound.offer(capture: capture, playback: playback)
      core.sound.descriptions = descriptions
    }
  }

  /// Ends all calls and signs out. When ``isStopped`` nothing is left to be sent.
  package mutating func stop(at now: Instant, wallTime: WallTime) -> [ControlEffect] {
    handle(at: now, wallTime) { core in
      core.tellSound { $0.takeAll() }
      core.waitingCalls = []
      for call in core.book.summaries where !call.phase.isEnded {
        core.perform(core.book.hangUp(call.id, at: now))
      }
      for index in core.accounts.indices {
        core.perform(core.accounts[index].client.carryOut(.signOut, at: now), of: index)
      }
    }
  }

  /// When ``expire(at:wallTime:)`` is next due; `nil` while nothing is awaited.
  package var deadline: Instant? {
    (accounts.map(\.client.deadline) + waitingCalls.map(\.until)
      + [
        book.deadline, toneDeadline, services.deadline, renewals.deadline, patience.deadline,
        soundComplaint.deadline,
      ])
      .compactMap { $0 }.min()
  }

  /// Acts on deadlines that have passed; does nothing before them.
  package mutating func expire(at now: Instant, wallTime: WallTime) -> [ControlEffect] {
    handle(at: now, wallTime) { core in
      for index in core.accounts.indices {
        core.perform(core.accounts[index].client.expire(at: now), of: index)
      }
      core.perform(core.book.expire(at: now))
      core.renewServers(of: core.renewals.takeDue(at: now))
      core.retryWaitingCalls()
      core.expireServices()
      for (account, effect) in core.patience.takeDue(at: now) {
        core.effects.append(.transport(account, effect))
      }
      core.tellSound { $0.takeDue(at: now) }
    }
  }

  /// Whether every account is signed out.
  package var isStopped: Bool { accounts.allSatisfy { $0.state == .signedOut } }

  /// Everything that may be shown.
  package var board: Board {
    var board = Board()
    board.accounts = accounts.map(\.summary)
    board.contacts = accounts.flatMap { $0.contacts ?? [] }
    board.calls = book.summaries
    board.history = history.records
    board.missedCount = history.missedCount
    board.isMuted = isMuted
    board.volumeDecibels = volumeDecibels
    board.sound = sound
    return board
  }

  func index(of account: AccountID) -> Int? { accounts.firstIndex { $0.account.id == account } }

  /// Carries out one verb, and adds what follows from any change: records, events, tone, board.
  private mutating func handle(
    at now: Instant, _ wallTime: WallTime, _ verb: (inout ControlCore) -> Void
  ) -> [ControlEffect] {
    self.now = now
    self.wallTime = wallTime
    effects = []
    verb(&self)
    tellMute()
    tellSpeakers()
    keepLedger()
    changeTone()
    let board = board
    if board != shownBoard {
      shownBoard = board
      effects.append(.board(board))
    }
    defer { effects = [] }
    return effects
  }
}

extension ControlCore.AccountEntry {
  var summary: AccountSummary {
    AccountSummary(
      id: account.id, name: account.name, system: account.system, server: account.server,
      username: username, state: state)
  }

  /// Whether calls can be placed: signed in, or was and tries again.
  var isUsable: Bool {
    switch state {
    case .signedIn, .reconnecting: true
    case .signedOut, .signingIn, .refused, .unreachable: false
    }
  }

  /// Whether waiting for the account would change nothing.
  var isSettled: Bool {
    switch state {
    case .signedIn, .reconnecting: contacts != nil
    case .signedOut, .signingIn: false
    case .refused, .unreachable: true
    }
  }
}

extension CallPhase {
  /// Whether nothing further can happen to the call.
  package var isEnded: Bool {
    if case .ended = self { return true }
    return false
  }
}
