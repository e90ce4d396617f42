import Basics
import Files
import Glibc
import Media

extension Bench {
  /// What the phone takes while nothing happens, and in one call.
  func cost() throws(BenchProcess.Failure) -> [BenchFigures] {
    let screen = try openPhone()
    _ = try screen.waitFor("Operator")
    screen.drain(for: .seconds(2))
    let idle = windows("idle", of: screen, processorAim: 0.5, memoryAim: nil)
    close(screen)
    let (exchange, url) = try openExchange()
    let phone = try BenchProcess(
      [
        "call", "Echo", "--exchange", url, "--capture", capture?.text ?? "tone:440", "--playback",
        playback?.text ?? "null", "--latency", latency.rawValue, "--duration",
        "\(15 + runs * 5)s", "--json",
      ], environment: deviceEnvironment)
    try waitForState("active", of: phone)
    phone.drain(for: .seconds(3))
    let call = windows("call", of: phone, processorAim: 4, memoryAim: 45)
    close(phone)
    close(exchange)
    return idle + call
  }

  /// Windows of five seconds, of the whole process and of each thread, the costliest first.
  private func windows(
    _ phase: String, of process: BenchProcess, processorAim: Double, memoryAim: Double?
  ) -> [BenchFigures] {
    var processor = BenchFigures(
      "\(phase): processor time", unit: "% of a core", aim: processorAim)
    var proportional = BenchFigures("\(phase): memory (PSS)", unit: "MB", aim: memoryAim)
    var resident = BenchFigures("\(phase): memory (RSS)", unit: "MB", aim: nil)
    var threads = BenchFigures("\(phase): threads", unit: "threads", aim: nil)
    var wakeUps = BenchFigures("\(phase): wake-ups", unit: "a second", aim: nil)
    var preemptions = BenchFigures("\(phase): preemptions", unit: "a second", aim: nil)
    var byThread: [String: (processor: BenchFigures, wakeUps: BenchFigures)] = [:]
    var before = ProcessCost(of: process.identifier)
    for _ in 0..<runs {
      process.drain(for: .seconds(5))
      let now = ProcessCost(of: process.identifier)
      let usage = now.usage(since: before)
      processor.add(usage.processorPercent)
      wakeUps.add(usage.wakeUps)
      preemptions.add(usage.preemptions)
      proportional.add(Double(now.proportionalBytes) / 1e6)
      resident.add(Double(now.residentBytes) / 1e6)
      threads.add(Double(now.threadCount))
      for (name, usage) in now.usageByThread(since: before) {
        var figures =
          byThread[name] ?? (
            BenchFigures(
              "\(phase): thread \(name): processor time", unit: "% of a core", aim: nil),
            BenchFigures("\(phase): thread \(name): wake-ups", unit: "a second", aim: nil)
          )
        figures.processor.add(usage.processorPercent)
        figures.wakeUps.add(usage.wakeUps)
        byThread[name] = figures
      }
      before = now
    }
    let costliest = byThread.values.sorted {
      ($0.processor.median ?? 0) > ($1.processor.median ?? 0)
    }
    return [processor, proportional, resident, threads, wakeUps, preemptions]
      + costliest.flatMap { [$0.processor, $0.wakeUps] }
  }
}
