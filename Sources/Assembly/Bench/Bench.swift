import Basics
import Formats
import Glibc
import Invocation

/// `tipring bench`: measures the program itself, as whole processes, and says whether its aims are met.
struct Bench {
  let runs: Int
  /// In a room or conference.
  private let seats: Int
  private let isJSON: Bool
  /// A folder of its own, so that settings, history and sockets of the user are neither read nor
  /// written.
  let directory: String

  /// Measures and prints.
  static func run(_ options: BenchOptions) -> ExitCode {
    if options.measure == .jitter { return jitter(options) }
    if options.measure == .echo { return echo(options) }
    var template = Array("/tmp/tipring-bench-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      Output.error("No folder could be made under /tmp; is the disk full?")
      return .signalingFailed
    }
    // The array is not empty, so it has an address.
    let directory = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    defer { FileTree.remove(directory) }
    Interruption.watch()
    let bench = Bench(
      runs: options.runs ?? standardRuns(of: options.measure), seats: options.seats,
      isJSON: options.isJSON,
      directory: directory)
    do throws(BenchProcess.Failure) {
      for figures in try bench.measure(options.measure) { bench.print(figures) }
      return .success
    } catch {
      Output.error("bench \(options.measure.rawValue): \(error.sentence)")
      return .signalingFailed
    }
  }

  /// A call with several bursts takes a while; the other readings are one each.
  private static func standardRuns(of measure: BenchOptions.Measure) -> Int {
    switch measure {
    case .latency, .load, .rooms: 3
    case .network: 5
    case .start, .idle, .call, .setup, .jitter, .echo: 7
    }
  }

  private func measure(
    _ measure: BenchOptions.Measure
  ) throws(BenchProcess.Failure) -> [BenchFigures] {
    switch measure {
    case .start: [try start()]
    case .idle: [try idle()]
    case .call: try call()
    case .setup: try setup()
    case .latency: [try latency()]
    case .load: try load()
    case .rooms: try rooms(seats: seats)
    case .network: try network()
    case .jitter, .echo: []  // They need no process of their own; run without this.
    }
  }

  private func start() throws(BenchProcess.Failure) -> BenchFigures {
    var figures = BenchFigures("start to first screen", unit: "ms", aim: 40)
    for _ in 0..<runs {
      let phone = try openPhone()
      figures.add(phone.startedAt.duration(to: try phone.waitFor("Contacts")).milliseconds)
      close(phone)
    }
    return figures
  }

  private func idle() throws(BenchProcess.Failure) -> BenchFigures {
    var figures = BenchFigures("idle processor time", unit: "% of a core", aim: 0.5)
    let phone = try openPhone()
    _ = try phone.waitFor("Operator")
    phone.drain(for: .seconds(2))
    for _ in 0..<runs {
      let before = phone.processorTime()
      phone.drain(for: .seconds(5))
      figures.add((phone.processorTime() - before).seconds / 5 * 100)
    }
    close(phone)
    return figures
  }

  private func call() throws(BenchProcess.Failure) -> [BenchFigures] {
    var time = BenchFigures("processor time in a call", unit: "% of a core", aim: 4)
    var memory = BenchFigures("memory in a call (PSS)", unit: "MB", aim: 45)
    let (exchange, url) = try openExchange()
    let phone = try BenchProcess(
      [
        "call", "Echo", "--exchange", url, "--capture", "tone:440", "--playback", "null",
        "--duration", "\(10 + runs * 5)s", "--json",
      ], environment: environment)
    try waitForState("active", of: phone)
    phone.drain(for: .seconds(3))
    for _ in 0..<runs {
      let before = phone.processorTime()
      phone.drain(for: .seconds(5))
      time.add((phone.processorTime() - before).seconds / 5 * 100)
      memory.add(Double(phone.proportionalSetSize()) / 1e6)
    }
    close(phone)
    close(exchange)
    return [time, memory]
  }

  private func setup() throws(BenchProcess.Failure) -> [BenchFigures] {
    var placed = BenchFigures("placing a call to first sound", unit: "ms", aim: 300)
    var accepted = BenchFigures("accepting a call to first sound", unit: "ms", aim: 200)
    let (exchange, url) = try openExchange()
    for _ in 0..<runs {
      let caller = try BenchProcess(
        [
          "call", "Parrot", "--exchange", url, "--capture", "silence", "--playback", "null",
          "--duration", "1s", "--json",
        ], environment: environment)
      placed.add(Double(try summary(of: caller)["msToFirstAudio"]?.integer ?? 0))
      let callee = try BenchProcess(
        [
          "answer", "--auto=1s", "--once", "--exchange", url, "--as", "desk", "--capture",
          "silence",
          "--playback", "null", "--duration", "1s", "--json",
        ], environment: environment)
      let trigger = try BenchProcess(
        [
          "call", "Operator", "--exchange", url, "--as", "desk", "--capture", "silence",
          "--playback", "null", "--json",
        ], environment: environment)
      let summary = try summary(of: callee)
      if let first = summary["msToFirstAudio"]?.integer,
        let answer = summary["msToAccepted"]?.integer
      {
        accepted.add(Double(first - answer))
      }
      close(trigger)
    }
    close(exchange)
    return [placed, accepted]
  }

  // MARK: Children

  var environment: [String: String] {
    [
      "HOME": directory, "XDG_CONFIG_HOME": directory + "/config",
      "XDG_STATE_HOME": directory + "/state", "XDG_DATA_HOME": directory + "/data",
      "XDG_RUNTIME_DIR": directory, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8",
    ]
  }

  private func openPhone() throws(BenchProcess.Failure) -> BenchProcess {
    try BenchProcess([], environment: environment, terminalSize: (columns: 100, rows: 30))
  }

  /// An exchange on a port of its own, and its address.
  func openExchange(
    options: [String] = []
  ) throws(BenchProcess.Failure) -> (BenchProcess, String) {
    let exchange = try BenchProcess(
      ["serve", "--listen", "127.0.0.1:0", "--data", directory + "/exchange", "--json"] + options,
      environment: environment)
    while let line = try exchange.line() {
      if let url = (try? JSONValue(decoding: line))?["url"]?.string { return (exchange, url) }
    }
    throw .ended(beforeSaying: "url", status: exchange.wait(timeout: .seconds(1)) ?? -1)
  }

  func waitForState(
    _ state: String, of child: BenchProcess
  ) throws(BenchProcess.Failure) {
    while let line = try child.line() {
      if (try? JSONValue(decoding: line))?["state"]?.string == state { return }
    }
    throw .ended(beforeSaying: state, status: child.wait(timeout: .seconds(1)) ?? -1)
  }

  private func summary(of child: BenchProcess) throws(BenchProcess.Failure) -> JSONValue {
    while let line = try child.line() {
      if let value = try? JSONValue(decoding: line), value["event"]?.string == "summary" {
        _ = child.wait(timeout: .seconds(5))
        return value
      }
    }
    throw .ended(beforeSaying: "summary", status: child.wait(timeout: .seconds(1)) ?? -1)
  }

  func close(_ child: BenchProcess) {
    child.terminate()
    child.drain(for: .milliseconds(200))
    _ = child.wait(timeout: .seconds(5))
  }

  private func print(_ figures: BenchFigures) {
    Output.line(isJSON ? figures.json.text : figures.line)
  }
}
