import AlsaAudio
import Basics
import Files
import Glibc
import Media
import Realtime

extension Bench {
  /// From one phone's microphone to the other's loudspeaker: on devices that were named, or at a sound
  /// server of the bench's own.
  func loopback() throws(BenchProcess.Failure) -> [BenchFigures] {
    var figures = BenchFigures("mouth to ear", unit: "ms", aim: 90)
    var jitter = BenchFigures("mouth to ear, from burst to burst", unit: "ms", aim: nil)
    let isOnDevices = capture != nil || playback != nil
    let server =
      isOnDevices ? nil : try BenchSoundServer(directory: directory, environment: environment)
    let (exchange, url) = try openExchange()
    for _ in 0..<runs {
      let delays =
        if let server { try self.delays(over: server, exchange: url) } else {
          try deviceDelays(exchange: url)
        }
      for delay in delays { figures.add(delay.milliseconds) }
      for (one, next) in zip(delays, delays.dropFirst()) {
        jitter.add(abs((next - one).milliseconds))
      }
    }
    close(exchange)
    server?.stop()
    return [figures, jitter]
  }

  /// The delays of all bursts in one call.
  private func delays(
    over server: BenchSoundServer, exchange url: String
  ) throws(BenchProcess.Failure) -> [Duration] {
    let (mouth, ear) = try openPair(
      (capture: "phoneA", playback: "phoneA"), (capture: "phoneB", playback: "phoneB"),
      environment: server.environment, exchange: url)
    // A null sink's microphone is silent for two seconds, and the jitter buffer settles.
    mouth.drain(for: .seconds(4))
    // Who begins to record or to play changes the server's rhythm, and the jitter buffer answers: what
    // is measured comes two seconds after that.
    let pause = [Int16](repeating: 0, count: 2 * LatencyProbe.sampleRate)
    let recording = try server.record(while: { () throws(BenchProcess.Failure) in
      try server.play(pause + LatencyProbe.sound(), into: "mouthA")
      mouth.drain(for: .milliseconds(600))
    })
    close(mouth)
    close(ear)
    let delays = LatencyProbe.delays(from: recording.map(\.mouth), to: recording.map(\.ear))
    guard delays.count * 2 > LatencyProbe.burstCount else { throw .silence }
    return delays
  }

  /// One burst goes round through the air, or whatever joins loudspeaker and microphone, and through
  /// both phones, again and again; each round is one delay.
  private func deviceDelays(exchange url: String) throws(BenchProcess.Failure) -> [Duration] {
    let capture = capture ?? .device(DeviceList.defaultName)
    let playback = playback ?? .device(DeviceList.defaultName)
    let (mouth, ear) = try openPair(
      (capture: capture.text, playback: "null"), (capture: "silence", playback: playback.text),
      environment: deviceEnvironment, exchange: url)
    mouth.drain(for: .seconds(4))
    let reading = SoundProbe(
      capture: capture, playback: playback, settings: MediaSettings(latency: latency),
      chirpLimit: 1, passesSound: false
    ).run()
    close(mouth)
    close(ear)
    for state in [reading.inputState, reading.outputState] {
      if case .failed(let error) = state { throw .device(error) }
    }
    guard let start = reading.chirps.first else { throw .silence }
    let heard = SoundProbe.chirp.positions(in: reading.recording, from: start)
    let rounds = zip(heard, heard.dropFirst()).map { $1 - $0 }.filter {
      Self.roundSamples.contains($0)
    }
    guard !rounds.isEmpty else { throw .deaf }
    return rounds.map { .microseconds(Int64($0) * 1_000_000 / Int64(Sound.sampleRate)) }
  }

  /// Two phones in a call.
  private func openPair(
    _ mouth: (capture: String, playback: String), _ ear: (capture: String, playback: String),
    environment: [String: String], exchange url: String
  ) throws(BenchProcess.Failure) -> (mouth: BenchProcess, ear: BenchProcess) {
    func open(
      _ command: [String], as name: String, _ devices: (capture: String, playback: String)
    ) throws(BenchProcess.Failure) -> BenchProcess {
      try BenchProcess(
        command + [
          "--exchange", url, "--as", name, "--capture", devices.capture, "--playback",
          devices.playback, "--latency", latency.rawValue, "--duration", "60s", "--json",
        ], environment: environment)
    }
    let listener = try open(["answer", "--auto", "--once"], as: "ear", ear)
    _ = try listener.waitFor("ready")
    let speaker = try open(["call", "ear"], as: "mouth", mouth)
    try waitForState("active", of: speaker)
    return (speaker, listener)
  }

  /// What a round may take: 20 ms to a second.
  private static let roundSamples = Sound.sampleRate / 50...Sound.sampleRate
}
