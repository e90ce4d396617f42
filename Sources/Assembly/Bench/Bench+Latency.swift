import Basics
import Files
import Glibc

extension Bench {
  /// From one phone's microphone to the other's loudspeaker, both at one sound server.
  func latency() throws(BenchProcess.Failure) -> BenchFigures {
    var figures = BenchFigures("mouth to ear", unit: "ms", aim: 90)
    let server = try BenchSoundServer(directory: directory, environment: environment)
    let (exchange, url) = try openExchange()
    for _ in 0..<runs {
      for delay in try delays(over: server, exchange: url) { figures.add(delay.milliseconds) }
    }
    close(exchange)
    server.stop()
    return figures
  }

  /// The delays of all bursts in one call.
  private func delays(
    over server: BenchSoundServer, exchange url: String
  ) throws(BenchProcess.Failure) -> [Duration] {
    let ear = try openPhone(
      ["answer", "--auto", "--once"], as: "ear", device: "phoneB", server: server, exchange: url)
    _ = try ear.waitFor("ready")
    let mouth = try openPhone(
      ["call", "ear"], as: "mouth", device: "phoneA", server: server, exchange: url)
    try waitForState("active", of: mouth)
    // A null sink's microphone is silent for two seconds, and the jitter buffer settles.
    mouth.drain(for: .seconds(4))
    let recording = try server.record(while: { () throws(BenchProcess.Failure) in
      try server.play(LatencyProbe.sound(), into: "mouthA")
      mouth.drain(for: .milliseconds(600))
    })
    close(mouth)
    close(ear)
    let delays = LatencyProbe.delays(from: recording.map(\.mouth), to: recording.map(\.ear))
    guard delays.count * 2 > LatencyProbe.burstCount else { throw .silence }
    return delays
  }

  private func openPhone(
    _ command: [String], as name: String, device: String, server: BenchSoundServer,
    exchange url: String
  ) throws(BenchProcess.Failure) -> BenchProcess {
    try BenchProcess(
      command + [
        "--exchange", url, "--as", name, "--capture", device, "--playback", device,
        "--duration", "60s", "--json",
      ], environment: server.environment)
  }
}
