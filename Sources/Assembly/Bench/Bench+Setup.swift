import Basics
import Files
import Formats

extension Bench {
  /// From dialling to the first sound, step by step, at one exchange with a phone that answers at once.
  func setup() throws(BenchProcess.Failure) -> [BenchFigures] {
    var steps: [(key: String, figures: BenchFigures)] = [
      ("msToRinging", BenchFigures("dialling to ringing", unit: "ms", aim: nil)),
      ("msToAccepted", BenchFigures("dialling to accepted", unit: "ms", aim: nil)),
      ("msToMedia", BenchFigures("dialling to a path for sound", unit: "ms", aim: nil)),
      ("msToFirstAudio", BenchFigures("dialling to first sound", unit: "ms", aim: 300)),
    ]
    var accepted = BenchFigures("accepting to first sound", unit: "ms", aim: 200)
    let (exchange, url) = try openExchange()
    let callee = try phone(["answer", "--auto"], as: "callee", exchange: url)
    _ = try callee.waitFor("ready")
    for _ in 0..<runs {
      let caller = try phone(["call", "callee", "--duration", "1s"], as: "caller", exchange: url)
      let placed = try summary(of: caller)
      _ = caller.wait(timeout: .seconds(5))
      for index in steps.indices {
        if let time = placed[steps[index].key]?.integer { steps[index].figures.add(Double(time)) }
      }
      let taken = try summary(of: callee)
      if let first = taken["msToFirstAudio"]?.integer, let answer = taken["msToAccepted"]?.integer {
        accepted.add(Double(first - answer))
      }
    }
    close(callee)
    close(exchange)
    return steps.map(\.figures) + [accepted]
  }

  private func phone(
    _ command: [String], as name: String, exchange url: String
  ) throws(BenchProcess.Failure) -> BenchProcess {
    try BenchProcess(
      command + [
        "--exchange", url, "--as", name, "--capture", "tone:440", "--playback", "null", "--json",
      ], environment: environment)
  }
}
