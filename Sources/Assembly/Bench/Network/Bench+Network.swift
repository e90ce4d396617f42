import Basics
import LoopGLib
import Realtime
import SoundFiles

extension Bench {
  /// How long sound is missing when a machine in a call gets another address.
  func network() throws(BenchProcess.Failure) -> [BenchFigures] {
    var figures: [BenchFigures] = []
    for change in NetworkRun.Change.allCases {
      var moved = BenchFigures("\(change.title), heard there", unit: "ms", aim: 1_000)
      var stayed = BenchFigures("\(change.title), heard by the other", unit: "ms", aim: 1_000)
      for _ in 0..<runs {
        let run = try NetworkRun(directory: directory, environment: environment)
        let gaps = try run.measure(change)
        moved.add(gaps.moved.milliseconds)
        stayed.add(gaps.stayed.milliseconds)
      }
      figures += [moved, stayed]
    }
    return figures
  }
}

/// Two phones and an exchange on a network of their own, in a call in which each says a tone.
private final class NetworkRun {
  enum Change: CaseIterable {
    case callerLink, calleeLink, callerAddress

    var title: String {
      switch self {
      case .callerLink: "gap when the caller changes to another link"
      case .calleeLink: "gap when the callee changes to another link"
      case .callerAddress: "gap when the caller's address changes"
      }
    }
  }

  private let field: NetworkField
  private let directory: String
  private let environment: [String: String]
  private let program: String

  init(directory: String, environment: [String: String]) throws(BenchProcess.Failure) {
    self.directory = directory
    self.environment = environment
    program = BenchProcess.ownPath
    do throws(NetworkField.Failure) {
      field = try NetworkField()
      for (machine, cable) in [("caller", 1), ("callee", 2)] {
        try field.add(machine)
        try field.connect(machine, cable: cable)
        try field.lay(cable + 2, to: machine)
      }
    } catch {
      throw .network(error.sentence)
    }
  }

  func measure(
    _ change: Change
  ) throws(BenchProcess.Failure) -> (moved: Duration, stayed: Duration) {
    let exchange = try start(
      "router",
      ["serve", "--listen", "\(NetworkField.address):8077", "--guests", "--data", "\(directory)/x"])
    _ = try exchange.waitFor("ready")
    let callee = try start(
      "callee", ["answer", "--auto", "--once"] + sound(of: "callee", hertz: 660))
    _ = try callee.waitFor("\"ready\"")
    let caller = try start("caller", ["call", "callee"] + sound(of: "caller", hertz: 440))
    _ = try caller.waitFor("\"active\"")
    drain([caller, callee, exchange], for: .seconds(3))
    try make(change)
    drain([caller, callee, exchange], for: .seconds(4))
    for phone in [caller, callee] {
      phone.terminate()
      phone.drain(for: .milliseconds(500))
      _ = phone.wait(timeout: .seconds(5))
    }
    exchange.terminate()
    _ = exchange.wait(timeout: .seconds(5))
    let gaps = (caller: try gap(heardBy: "caller"), callee: try gap(heardBy: "callee"))
    return change == .calleeLink ? (gaps.callee, gaps.caller) : (gaps.caller, gaps.callee)
  }

  private func make(_ change: Change) throws(BenchProcess.Failure) {
    do throws(NetworkField.Failure) {
      switch change {
      case .callerLink: try field.move("caller", from: 1, to: 3)
      case .calleeLink: try field.move("callee", from: 2, to: 4)
      case .callerAddress: try field.renumber("caller", on: 1, host: 9)
      }
    } catch {
      throw .network(error.sentence)
    }
  }

  private func start(
    _ machine: String, _ words: [String]
  ) throws(BenchProcess.Failure) -> BenchProcess {
    let all = field.prefix(of: machine) + [program] + words + ["--json"]
    return try BenchProcess(Array(all.dropFirst()), of: all[0], environment: environment)
  }

  private func sound(of name: String, hertz: Int) -> [String] {
    [
      "--exchange", "http://\(NetworkField.address):8077", "--as", name, "--capture",
      "tone:\(hertz)", "--playback", "file:\(directory)/\(name).wav", "--duration", "60s",
    ]
  }

  private func drain(_ processes: [BenchProcess], for duration: Duration) {
    let end = Instant.now.advanced(by: duration)
    while Instant.now < end {
      for process in processes { process.drain(for: .milliseconds(50)) }
    }
  }

  private func gap(heardBy name: String) throws(BenchProcess.Failure) -> Duration {
    let samples: [Int16]
    do throws(AudioDeviceError) {
      samples = try SoundClip.decode(path: "\(directory)/\(name).wav")
    } catch {
      throw .network(error.sentence)
    }
    guard let gap = GapProbe.longestGap(in: samples) else { throw .silence }
    return gap
  }
}
