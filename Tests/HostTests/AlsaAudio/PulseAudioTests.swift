import AlsaAudio
import EndToEnd
import Glibc
import Media
import Realtime
import Testing

/// Each suite below runs in a process of its own, since a sound server is found by the environment.
@Suite(
  "Under a sound server", .serialized,
  .enabled(if: PulseDaemon.isInstalled, "PulseAudio is needed: make deps installs it"))
struct PulseAudioTests {
  @Test("sound passes from a loudspeaker to a microphone")
  func passes() async throws {
    let daemon = try await PulseDaemon(sinks: ["tone", "late", "delay", "early", "stop", "stall"])
    defer { daemon.end() }
    var environment = daemon.environment
    environment["TIPRING_TEST_PULSE"] = "\(daemon.process.id)"
    try await expectSoundSuite("PulseAudioDevices", environment, within: Self.limit)
  }

  @Test("devices notice that their server has ended")
  func serverEnds() async throws {
    let daemon = try await PulseDaemon(sinks: ["a"])
    defer { daemon.end() }
    var environment = daemon.environment
    environment["TIPRING_TEST_PULSE_LOSS"] = "\(daemon.process.id)"
    try await expectSoundSuite("PulseAudioLoss", environment, within: Self.limit)
  }

  @Test("a server that does not answer is given up")
  func hungServer() async throws {
    let folder = TemporaryFolder()
    let path = "\(folder.path)/socket"
    let listener = try silentServer(at: path)
    defer { close(listener) }
    try await expectSoundSuite(
      "PulseAudioSilence",
      ["PULSE_SERVER": "unix:\(path)", "HOME": folder.path, "TIPRING_TEST_PULSE_SILENCE": "1"],
      within: Self.limit)
  }

  private static let limit = Duration.seconds(90)
}

@Suite("PulseAudioDevices", .serialized, .enabled(if: getenv("TIPRING_TEST_PULSE") != nil))
struct PulseAudioDevices {
  @Test("what is played is what is captured")
  func tone() async throws {
    let (input, output) = (
      CaptureThread(device: "pulse:tone.monitor"), PlaybackThread(device: "pulse:tone")
    )
    let feeder = Feeder(output, Tones.sine(hertz: 1_000, count: 48_000 * 5))
    let listener = Listener(input)
    try output.start()
    try input.start()
    #expect(await eventually { feeder.isDone })
    let heard = listener.heard
    stopAll(input, output, listener, feeder)

    // The monitor of an idle sink is silent for up to two seconds, and a busy machine leaves gaps.
    let windows = stride(from: 48_000 * 5 / 2, to: heard.count - 4_800, by: 4_800).map {
      Tones.signalToNoise(heard[$0..<$0 + 4_800], hertz: 1_000)
    }
    #expect(windows.count >= 15)
    let clean = windows.filter { $0 > 60 }.count
    #expect(clean * 10 >= windows.count * 8, "\(clean) of \(windows.count) tenths are clean")
    print("clean tenths of a second: \(clean) of \(windows.count)")
    print("capture \(input.faults.counts), playback \(output.faults.counts)")
    print("real-time priority: \(input.isRealtime), \(output.isRealtime)")
  }

  @Test("a media loop that is often late costs little once the device keeps more")
  func late() async throws {
    let output = PlaybackThread(device: "pulse:late")
    let feeder = Feeder(
      output, Tones.sine(hertz: 1_000, count: 48_000 * 4), latenessMilliseconds: 18)
    try output.start()
    #expect(await eventually { output.queueSamples > 2 * output.periodSamples })
    try await Task.sleep(for: .seconds(1))
    let before = output.faults.counts.missingSamples
    #expect(await eventually { feeder.isDone })
    let after = output.faults.counts.missingSamples
    print("playback \(output.faults.counts), \(output.queueSamples) kept")
    output.stop()
    feeder.stop()
    // Without it, 8 of every 100 milliseconds would be missing.
    #expect(after - before < 48_000 * 3 / 50)
  }

  @Test("the way through both devices is short", arguments: LatencyProfile.allCases)
  func delay(profile: LatencyProfile) async throws {
    let (input, output) = (
      CaptureThread(device: "pulse:delay.monitor", profile: profile),
      PlaybackThread(device: "pulse:delay", profile: profile)
    )
    // Eight clicks a second, after the monitor has begun to speak.
    var sound = [Int16](repeating: 0, count: 48_000 * 9 / 2)
    let clicks = Array(stride(from: 48_000 * 5 / 2, to: sound.count, by: 6_000))
    for click in clicks { for index in click..<click + 48 { sound[index] = 20_000 } }
    let feeder = Feeder(output, sound)
    let listener = Listener(input)
    try output.start()
    try input.start()
    #expect(await eventually(within: .seconds(20)) { feeder.isDone })
    try await Task.sleep(for: .milliseconds(300))
    stopAll(input, output, listener, feeder)

    let heard = listener.heard
    var arrivals: [Int64] = []
    var index = 0
    while index < heard.count {
      if heard[index] > 10_000 {
        if let time = listener.time(ofSample: index) { arrivals.append(time) }
        index += 2_400
      } else {
        index += 1
      }
    }
    let delays = clicks.compactMap { click -> Double? in
      guard let sent = feeder.time(ofSample: click) else { return nil }
      return arrivals.first { $0 >= sent }.map { Double($0 - sent) / 1_000_000 }
    }.sorted()
    try #require(delays.count >= 8)
    let median = delays[delays.count / 2]
    print(
      "ring to ring, \(profile): median \(median) ms, range \(delays[0])–\(delays[delays.count - 1]),"
        + " periods \(output.periodSamples)/\(input.periodSamples),"
        + " told \(output.delaySamples)/\(input.delaySamples)")
    print("capture \(input.faults.counts), playback \(output.faults.counts)")
    #expect(median < 150)
  }

  @Test("capture brings silence in time while the device brings nothing")
  func early() async throws {
    let input = CaptureThread(device: "pulse:early.monitor")
    let listener = Listener(input)
    try input.start()
    #expect(await eventually { input.state == .running })
    try await Task.sleep(for: .seconds(1))
    let count = listener.heard.count
    stopAll(input, nil, listener, nil)
    #expect((30_000...60_000).contains(count), "\(count) samples in a second")
  }

  @Test("threads stop in the middle of a wait")
  func stops() async throws {
    let (input, output) = (
      CaptureThread(device: "pulse:stop.monitor"), PlaybackThread(device: "pulse:stop")
    )
    try input.start()
    try output.start()
    #expect(await eventually { input.state == .running && output.state == .running })
    try await Task.sleep(for: .milliseconds(100))
    let start = StopSignal.now
    input.stop()
    output.stop()
    print("both stopped in \(Double(StopSignal.now - start) / 1_000_000) ms")
    #expect(StopSignal.now - start < 900_000_000)
    #expect(input.state == .idle)
  }

  @Test("after a stall sound goes on, without the backlog")
  func stall() async throws {
    let server = try #require(getenv("TIPRING_TEST_PULSE").flatMap { pid_t(String(cString: $0)) })
    let (input, output) = (
      CaptureThread(device: "pulse:stall.monitor"), PlaybackThread(device: "pulse:stall")
    )
    let feeder = Feeder(output, Tones.sine(hertz: 1_000, count: 48_000 * 20))
    let listener = Listener(input)
    try output.start()
    try input.start()
    #expect(await eventually { listener.heard.contains { $0 > 2_000 } })
    kill(server, SIGSTOP)
    try await Task.sleep(for: .milliseconds(400))
    kill(server, SIGCONT)
    try await Task.sleep(for: .milliseconds(500))
    let before = listener.heard.count
    try await Task.sleep(for: .milliseconds(1_500))
    let heard = listener.heard
    #expect(input.state == .running)
    #expect(output.state == .running)
    print("capture \(input.faults.counts), playback \(output.faults.counts)")
    stopAll(input, output, listener, feeder)
    let windows = stride(from: before, to: heard.count - 4_800, by: 4_800).map {
      Tones.signalToNoise(heard[$0..<$0 + 4_800], hertz: 1_000)
    }
    #expect(windows.filter { $0 > 60 }.count * 2 >= windows.count)
  }

  @Test("a sink that does not exist is a failure in words")
  func missing() async throws {
    let output = PlaybackThread(device: "pulse:nosuchsink")
    try output.start()
    let expected = AudioDeviceError(
      device: "pulse:nosuchsink", operation: .configure, code: EIO)
    #expect(await eventually { output.state == .failed(expected) })
    output.stop()
  }

  @Test("the server's devices are listed, and the default with them")
  func list() {
    let devices = DeviceList.devices()
    #expect(devices.contains { $0.name == "pulse" && $0.canCapture && $0.canPlay })
    #expect(devices.first?.isDefault == true)
  }

  private func stopAll(
    _ input: CaptureThread, _ output: PlaybackThread?, _ listener: Listener, _ feeder: Feeder?
  ) {
    input.stop()
    output?.stop()
    listener.stop()
    feeder?.stop()
  }
}

@Suite("PulseAudioLoss", .enabled(if: getenv("TIPRING_TEST_PULSE_LOSS") != nil))
struct PulseAudioLoss {
  @Test("both directions fail in words and end when the server is killed")
  func killed() async throws {
    let server = try #require(
      getenv("TIPRING_TEST_PULSE_LOSS").flatMap { pid_t(String(cString: $0)) })
    let (input, output) = (
      CaptureThread(device: "pulse:a.monitor"), PlaybackThread(device: "pulse:a")
    )
    try output.start()
    try input.start()
    #expect(await eventually { input.state == .running && output.state == .running })
    let feeder = Feeder(output, [])
    let start = StopSignal.now
    kill(server, SIGKILL)
    let haveFailed = await eventually {
      if case .failed = input.state, case .failed = output.state { true } else { false }
    }
    print("noticed after \(Double(StopSignal.now - start) / 1_000_000) ms")
    #expect(haveFailed)
    for state in [input.state, output.state] {
      if case .failed(let error) = state { #expect(error.sentence.contains("its server ended")) }
    }
    feeder.stop()
    input.stop()
    output.stop()
  }
}

@Suite("PulseAudioSilence", .enabled(if: getenv("TIPRING_TEST_PULSE_SILENCE") != nil))
struct PulseAudioSilence {
  @Test("opening is given up after three seconds, and stopping does not wait for it")
  func silent() async throws {
    let output = PlaybackThread(device: "pulse")
    let start = StopSignal.now
    try output.start()
    #expect(StopSignal.now - start < 500_000_000, "the caller does not wait")
    #expect(output.state == .opening)
    let expected = AudioDeviceError(device: "pulse", operation: .open, code: ETIMEDOUT)
    #expect(await eventually { output.state == .failed(expected) })
    #expect(StopSignal.now - start > 2_500_000_000)
    #expect(output.doorbell.clear())
    let stop = StopSignal.now
    output.stop()
    #expect(StopSignal.now - stop < 1_500_000_000)
    #expect(output.state == .failed(expected))
  }
}
