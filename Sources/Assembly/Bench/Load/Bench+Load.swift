import Basics
import Calling
import Files
import LoopGLib
import SqliteStore

extension Bench {
  /// An exchange with many clients of all systems, and many calls at once.
  func load() throws(BenchProcess.Failure) -> [BenchFigures] {
    let accounts = try register()
    DescriptorLimit.raise()
    try raiseLimits()
    let (exchange, url) = try openExchange(options: ["--no-guests"])
    defer { close(exchange) }
    let field = LoadField()
    field.start(accounts.enumerated().map { $1.account(number: $0, server: url) })
    defer { field.stop() }
    var signIn = BenchFigures("signing in \(accounts.count) clients", unit: "ms", aim: nil)
    let begin = Instant.now
    try wait(for: .seconds(60), what: "all clients signed in", complaints: field) {
      $0.signedInCount == accounts.count
    }
    signIn.add(begin.duration(to: .now).milliseconds)
    return [signIn] + (try measureCalls(of: accounts, over: field, exchange))
  }

  /// All clients come from one address here, of which a service for the public takes less.
  private func raiseLimits() throws(BenchProcess.Failure) {
    let settings = "[exchange]\nbuzzi-sessions-per-minute = 100000\nbuzzi-sockets = 1000\n"
    let path = directory + "/config/tipring/tipring.conf"
    do throws(FileError) {
      try SmallFile.makePrivateDirectory(SmallFile.parent(of: path))
      try SmallFile.replace(path, with: Array(settings.utf8))
    } catch {
      throw .file(error)
    }
  }

  private func measureCalls(
    of clients: [LoadClient], over field: LoadField, _ exchange: BenchProcess
  ) throws(BenchProcess.Failure) -> [BenchFigures] {
    let wishes = LoadClient.wishes(among: clients, count: Self.loadCalls)
    var all = BenchFigures("set-up of a call, \(wishes.count) at once", unit: "ms", aim: nil)
    var bySystem: [CallSystem: BenchFigures] = [:]
    var time = BenchFigures("the exchange's processor time", unit: "% of a core", aim: nil)
    var memory = BenchFigures("the exchange's memory (PSS)", unit: "MB", aim: nil)
    var failed = BenchFigures("calls that failed", unit: "calls", aim: 0)
    for _ in 0..<runs {
      field.place(wishes)
      try wait(for: .seconds(30), what: "all calls put through", complaints: field) {
        $0.readings.count == wishes.count
      }
      for reading in field.outcome.withLock({ $0.readings }) {
        guard let setup = reading.setup?.milliseconds else { continue }
        all.add(setup)
        bySystem[
          reading.system,
          default: BenchFigures("set-up of a call, \(reading.system.title)", unit: "ms", aim: nil)
        ].add(setup)
      }
      failed.add(Double(field.outcome.withLock { $0.readings.count { $0.setup == nil } }))
      let before = exchange.processorTime()
      exchange.drain(for: Self.loadTime)
      time.add((exchange.processorTime() - before).seconds / Self.loadTime.seconds * 100)
      memory.add(Double(exchange.proportionalSetSize()) / 1e6)
      field.endCalls()
      exchange.drain(for: .seconds(6))  // A Zulip server asks for a pause between two calls.
    }
    let systems = CallSystem.allCases.compactMap { bySystem[$0] }
    return [all] + systems + [failed, time, memory]
  }

  /// Registers the clients' users in the folder of the exchange to come.
  private func register() throws(BenchProcess.Failure) -> [LoadClient] {
    let folder = directory + "/exchange"
    do {
      FileTree.make(folder)
      let store = try SqliteExchangeStore(path: folder + "/exchange.sqlite", isServing: false)
      return try CallSystem.allCases.filter(DialectRegistry.systems.contains).filter {
        $0 != .jitsi
      }
      .flatMap { system in
        try (1...Self.loadClientsPerSystem).map { number in
          let name = "\(system.rawValue)\(number)"
          return LoadClient(
            system: system, name: name, number: number,
            token: try Registration.add(name, to: store))
        }
      }
    } catch {
      throw .store("\(error)")
    }
  }

  private func wait(
    for limit: Duration, what: String, complaints field: LoadField,
    until isDone: (LoadField.Outcome) -> Bool
  ) throws(BenchProcess.Failure) {
    let deadline = Instant.now.advanced(by: limit)
    while !isDone(field.outcome.withLock { $0 }) {
      guard !Interruption.hasHappened else { throw .interrupted }
      guard Instant.now < deadline else {
        let complaints = field.outcome.withLock { outcome in
          outcome.complaints + outcome.readings.compactMap(\.complaint)
        }
        throw .timedOut(waitingFor: "\(what) (\(complaints.prefix(3).joined(separator: "; ")))")
      }
      BenchProcess.pause(.milliseconds(5))
    }
  }

  private static let loadClientsPerSystem = 50
  private static let loadCalls = 50
  private static let loadTime: Duration = .seconds(10)
}
