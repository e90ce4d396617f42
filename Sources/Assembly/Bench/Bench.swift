import Basics
import Formats
import Glibc
import Invocation
import Media

/// `tipring bench`: measures the program itself, as whole processes, and says whether its aims are met.
struct Bench {
  let runs: Int
  /// In a room or conference.
  private let seats: Int
  private let isJSON: Bool
  /// The devices that are to be used; `nil` leaves it to the measure.
  let capture: CaptureSpec?
  let playback: PlaybackSpec?
  let latency: LatencyProfile
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
      isJSON: options.isJSON, capture: options.capture, playback: options.playback,
      latency: options.latency, directory: directory)
    do throws(BenchProcess.Failure) {
      for figures in try bench.measure(options.measure) { bench.print(figures) }
      return .success
    } catch {
      // Its children are interrupted, too, and what one of them did not do is not what went wrong.
      let failure = Interruption.hasHappened ? .interrupted : error
      Output.error("bench \(options.measure.rawValue): \(failure.sentence)")
      return .signalingFailed
    }
  }

  /// A call with several bursts takes a while; the other readings are one each.
  private static func standardRuns(of measure: BenchOptions.Measure) -> Int {
    switch measure {
    case .loopback, .load, .rooms, .devices: 3
    case .network, .unplug: 5
    case .start, .cost, .jitter, .echo: 7
    case .setup: 20
    }
  }

  private func measure(
    _ measure: BenchOptions.Measure
  ) throws(BenchProcess.Failure) -> [BenchFigures] {
    switch measure {
    case .start: [try start()]
    case .cost: try cost()
    case .setup: try setup()
    case .loopback: try loopback()
    case .load: try load()
    case .rooms: try rooms(seats: seats)
    case .network: try network()
    case .devices: try devices()
    case .unplug: try unplug()
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

  // MARK: Children

  var environment: [String: String] {
    [
      "HOME": directory, "XDG_CONFIG_HOME": directory + "/config",
      "XDG_STATE_HOME": directory + "/state", "XDG_DATA_HOME": directory + "/data",
      "XDG_RUNTIME_DIR": directory, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8",
    ]
  }

  /// The same where sound servers of the user are to be found.
  var deviceEnvironment: [String: String] {
    environment.filter { $0.key != "HOME" && $0.key != "XDG_RUNTIME_DIR" }
  }

  func openPhone() throws(BenchProcess.Failure) -> BenchProcess {
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

  /// The next summary of a call.
  func summary(of child: BenchProcess) throws(BenchProcess.Failure) -> JSONValue {
    while let line = try child.line() {
      if let value = try? JSONValue(decoding: line), value["event"]?.string == "summary" {
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
