import AlsaAudio
import Assembly
import EndToEnd
import Glibc
import LoopGLib
import Media
import PulseAudio
import Realtime
import Testing

/// Each suite below runs in a process of its own, since a sound server is found by the environment.
@Suite(
  "Devices that a loop serves itself", .serialized,
  .enabled(if: PulseDaemon.isInstalled, "PulseAudio is needed: make deps installs it"))
struct ServedDeviceTests {
  @Test("sound passes as through ALSA, and comes sooner rather than later")
  func passes() async throws {
    let sinks = ["tone", "delay", "thread", "early", "late", "stop", "stall", "moving", "other"]
    try await expectSuite("ServedDevices", sinks: sinks, "TIPRING_TEST_SERVED")
  }

  @Test("devices notice that their server has ended, and work again with the next one")
  func serverEnds() async throws {
    try await expectSuite("ServedDevicesLoss", sinks: ["a"], "TIPRING_TEST_SERVED_LOSS")
  }

  @Test("a server that does not answer is given up, and one that is not there is left to ALSA")
  func noServer() async throws {
    let folder = TemporaryFolder()
    let listener = try silentServer(at: "\(folder.path)/socket")
    defer { close(listener) }
    let devices = folder.write(
      """
      </usr/share/alsa/alsa.conf>
      pcm.silent { type pulse server "unix:\(folder.path)/socket" }
      pcm.absent { type pulse server "unix:\(folder.path)/none" fallback "null" }
      pcm.missing { type pulse server "unix:\(folder.path)/none" }
      pcm.pair { type asym playback.pcm { type pulse device "ear" } capture.pcm "silent" }
      pcm.converted { type plug slave.pcm "pair" }
      pcm.rate { type plug slave { pcm "pair" rate 8000 } }
      pcm.round { type plug slave.pcm "round" }
      pcm.loud { type softvol slave.pcm "pair" control.name "Loud" }
      pcm.halfway { type asym playback.pcm "null" }
      """, to: "asound.conf")
    try await expectSoundSuite(
      "ServedDevicesSilence",
      [
        "HOME": folder.path, "XDG_RUNTIME_DIR": folder.path, "ALSA_CONFIG_PATH": devices,
        "TIPRING_TEST_SERVED_SILENCE": folder.path,
      ])
  }

  private func expectSuite(_ name: String, sinks: [String], _ key: String) async throws {
    let daemon = try await PulseDaemon(sinks: sinks)
    defer { daemon.end() }
    var environment = daemon.environment
    environment[key] = "\(daemon.process.id)"
    try await expectSoundSuite(name, environment)
  }
}

/// How many threads of this process serve sound by ALSA.
private func soundThreads() -> Int {
  guard let folder = opendir("/proc/self/task") else { return 0 }
  defer { closedir(folder) }
  var count = 0
  while let entry = readdir(folder) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    guard let bytes = try? Program.bytes(of: "/proc/self/task/\(name)/comm") else { continue }
    let thread = String(decoding: bytes, as: UTF8.self)
    if ["capture\n", "playback\n", "threaded-ml\n"].contains(thread) { count += 1 }
  }
  return count
}

@Suite("ServedDevices", .serialized, .enabled(if: getenv("TIPRING_TEST_SERVED") != nil))
struct ServedDevices {
  @Test("what is played is what is captured, and no thread serves either")
  func tone() async throws {
    let plane = Plane()
    let (input, output) = (plane.input("pulse:tone.monitor"), plane.output("pulse:tone"))
    let feeder = LoopFeeder(output, Tones.sine(hertz: 1_000, count: 48_000 * 5), on: plane.loop)
    let listener = LoopListener(input, on: plane.loop)
    #expect(await eventually { input.state == .running && output.state == .running })
    #expect(soundThreads() == 0)
    #expect(await eventually(within: .seconds(20)) { feeder.isDone })
    let heard = listener.heard
    await listener.stop()
    await feeder.stop()
    // The monitor of an idle sink is silent for up to two seconds, and a busy machine leaves gaps.
    let windows = stride(from: 48_000 * 5 / 2, to: heard.count - 4_800, by: 4_800).map {
      Tones.signalToNoise(heard[$0..<$0 + 4_800], hertz: 1_000)
    }
    #expect(windows.count >= 15)
    let clean = windows.filter { $0 > 60 }.count
    #expect(clean * 10 >= windows.count * 8, "\(clean) of \(windows.count) tenths are clean")
    print("clean tenths of a second: \(clean) of \(windows.count)")
    print("capture \(input.faults.counts), playback \(output.faults.counts)")
    plane.loop.stop()
  }

  @Test(
    "the way through both devices is as short as through ALSA",
    arguments: [LatencyProfile.low, .normal])
  func delay(profile: LatencyProfile) async throws {
    let plane = Plane()
    let served = try await median(
      plane.input("pulse:delay.monitor", profile: profile),
      plane.output("pulse:delay", profile: profile), "served, \(profile)", on: plane)
    let threads = try await median(
      CaptureThread(device: "pulse:thread.monitor", profile: profile),
      PlaybackThread(device: "pulse:thread", profile: profile), "by threads, \(profile)", on: plane)
    // What one of them keeps in the device at the moment differs by a period or two.
    #expect(served.way < threads.way + 20)
    // The monitor hears a block of the sink's, 20 ms at most, when the sink begins to play it.
    #expect((-2...24).contains(served.error), "the delay is told that there is")
    #expect(served.unevenness < 6, "whenever they are asked")
    plane.loop.stop()
  }

  /// The way of eight clicks from ring to ring, by how much the devices tell that it is longer than it is,
  /// and how much that differs; in milliseconds.
  private func median(
    _ input: any AudioInput, _ output: any AudioOutput, _ what: String, on plane: Plane
  ) async throws -> (way: Double, error: Double, unevenness: Double) {
    // Eight clicks a second, after the monitor has begun to speak and the device keeps little.
    var sound = [Int16](repeating: 0, count: 48_000 * 9)
    let clicks = Array(stride(from: 48_000 * 6, to: sound.count, by: 6_000))
    for click in clicks { for index in click..<click + 48 { sound[index] = 20_000 } }
    let feeder = LoopFeeder(output, sound, on: plane.loop)
    let listener = LoopListener(input, on: plane.loop)
    #expect(await eventually(within: .seconds(20)) { feeder.isDone })
    try await Task.sleep(for: .milliseconds(300))
    await listener.stop()
    await feeder.stop()
    let heard = listener.heard
    var arrivals: [(time: Int64, sounded: Int64)] = []
    var index = 0
    while index < heard.count {
      if heard[index] > 10_000 {
        if let time = listener.time(ofSample: index),
          let sounded = listener.soundingTime(ofSample: index)
        {
          arrivals.append((time, sounded))
        }
        index += 2_400
      } else {
        index += 1
      }
    }
    let found = clicks.compactMap { click -> (way: Double, error: Double)? in
      guard let sent = feeder.time(ofSample: click),
        let sounds = feeder.soundingTime(ofSample: click),
        let arrival = arrivals.first(where: { $0.time >= sent })
      else { return nil }
      return (Double(arrival.time - sent) / 1e6, Double(sounds - arrival.sounded) / 1e6)
    }
    try #require(found.count >= 8)
    let delays = found.map(\.way).sorted()
    let errors = found.map(\.error).sorted()
    print(
      "ring to ring, \(what): median \(delays[delays.count / 2]) ms,"
        + " range \(delays[0])–\(delays[delays.count - 1]),"
        + " periods \(output.periodSamples)/\(input.periodSamples),"
        + " told \(output.delaySamples)/\(input.delaySamples), too long by \(errors),"
        + " capture \(input.faults.counts), playback \(output.faults.counts)")
    return (delays[delays.count / 2], errors[errors.count / 2], errors.last! - errors[0])
  }

  @Test("capture brings silence in time while the device brings nothing")
  func early() async throws {
    let plane = Plane()
    let input = plane.input("pulse:early.monitor")
    let listener = LoopListener(input, on: plane.loop)
    #expect(await eventually { input.state == .running })
    try await Task.sleep(for: .seconds(1))
    let count = listener.heard.count
    await listener.stop()
    #expect((30_000...60_000).contains(count), "\(count) samples in a second")
    plane.loop.stop()
  }

  @Test("a loop that was late is told by the server, which then keeps more")
  func late() async throws {
    let plane = Plane()
    let output = PulseOutput(name: "late", profile: .normal, servers: plane.servers)
    let feeder = Lock(0)
    plane.loop.perform {
      output.rang = {
        if output.ring.count < 480 {
          _ = output.ring.write([Int16](repeating: 1_000, count: 960))
          feeder.withLock { $0 += 960 }
        }
      }
      output.start(on: SoundServerDevice(device: "late"))
    }
    #expect(await eventually { feeder.withLock { $0 } > 48_000 * 4 })
    let before = output.faults.counts.underruns
    let kept = output.queueSamples
    for _ in 0..<4 {
      plane.loop.perform { usleep(80_000) }
      try await Task.sleep(for: .milliseconds(300))
    }
    #expect(output.faults.counts.underruns > before)
    #expect(output.queueSamples > kept)
    let (given, time) = (feeder.withLock { $0 }, StopSignal.now)
    try await Task.sleep(for: .seconds(2))
    let pace = Double(feeder.withLock { $0 } - given) / 48 / (Double(StopSignal.now - time) / 1e6)
    #expect((0.9...1.1).contains(pace), "sound is asked for as it is played: \(pace)")
    await onLoop(plane.loop) { output.stop() }
    plane.loop.stop()
  }

  @Test("devices stop at once, and the server knows of none any more")
  func stops() async throws {
    let plane = Plane()
    let (input, output) = (plane.input("pulse:stop.monitor"), plane.output("pulse:stop"))
    let listener = LoopListener(input, on: plane.loop)
    let feeder = LoopFeeder(output, Tones.sine(hertz: 440, count: 48_000 * 60), on: plane.loop)
    #expect(await eventually { input.state == .running && output.state == .running })
    try await Task.sleep(for: .milliseconds(100))
    let start = StopSignal.now
    await listener.stop()
    await feeder.stop()
    #expect(StopSignal.now - start < 200_000_000)
    #expect(input.state == .idle && output.state == .idle)
    let list = try Program.start("pactl", ["list", "short", "clients"], output: "/dev/null")
    #expect(list.wait() == 0)
    plane.loop.stop()
  }

  @Test("after a stall sound goes on, without the backlog")
  func stall() async throws {
    let server = try #require(getenv("TIPRING_TEST_SERVED").flatMap { pid_t(String(cString: $0)) })
    let plane = Plane()
    let (input, output) = (plane.input("pulse:stall.monitor"), plane.output("pulse:stall"))
    let feeder = LoopFeeder(output, Tones.sine(hertz: 1_000, count: 48_000 * 40), on: plane.loop)
    let listener = LoopListener(input, on: plane.loop)
    #expect(await eventually { listener.heard.contains { $0 > 2_000 } })
    let missing = input.faults.counts.missingSamples
    kill(server, SIGSTOP)
    try await Task.sleep(for: .milliseconds(400))
    kill(server, SIGCONT)
    try await Task.sleep(for: .milliseconds(500))
    #expect(input.faults.counts.missingSamples > missing, "silence takes its place meanwhile")
    let before = listener.heard.count
    try await Task.sleep(for: .milliseconds(1_500))
    let heard = listener.heard
    #expect(input.state == .running && output.state == .running)
    print("capture \(input.faults.counts), playback \(output.faults.counts)")
    await listener.stop()
    await feeder.stop()
    let windows = stride(from: before, to: heard.count - 4_800, by: 4_800).map {
      Tones.signalToNoise(heard[$0..<$0 + 4_800], hertz: 1_000)
    }
    #expect(windows.filter { $0 > 60 }.count * 2 >= windows.count)
    plane.loop.stop()
  }

  @Test("a server that asks for nothing any more has the stream made anew")
  func stuck() async throws {
    let server = try #require(getenv("TIPRING_TEST_SERVED").flatMap { pid_t(String(cString: $0)) })
    let plane = Plane()
    let (input, output) = (plane.input("pulse:stall.monitor"), plane.output("pulse:stall"))
    let feeder = LoopFeeder(output, Tones.sine(hertz: 1_000, count: 48_000 * 60), on: plane.loop)
    let listener = LoopListener(input, on: plane.loop)
    #expect(await eventually { listener.heard.contains { $0 > 2_000 } })
    kill(server, SIGSTOP)
    #expect(
      await eventually { output.faults.counts.restarts > 0 && input.faults.counts.restarts > 0 })
    kill(server, SIGCONT)
    let (given, heard) = (feeder.position, listener.heard.count)
    #expect(await eventually { feeder.position > given + 48_000 })
    #expect(
      await eventually { listener.heard.dropFirst(heard).contains { $0 > 2_000 } })
    #expect(input.state == .running && output.state == .running)
    await listener.stop()
    await feeder.stop()
    plane.loop.stop()
  }

  @Test("sound goes on elsewhere when the sink is unplugged")
  func unplugged() async throws {
    let plane = Plane()
    let output = plane.output("pulse:moving")
    let feeder = LoopFeeder(output, Tones.sine(hertz: 1_000, count: 48_000 * 60), on: plane.loop)
    #expect(await eventually { feeder.position > 9_600 })
    let index = try #require(try await moduleIndex(of: "moving"))
    let unload = try Program.start("pactl", ["unload-module", index])
    #expect(unload.wait() == 0)
    let given = feeder.position
    #expect(await eventually { feeder.position > given + 48_000 })
    #expect(output.state == .running)
    await feeder.stop()
    plane.loop.stop()
  }

  private func moduleIndex(of sink: String) async throws -> String? {
    let folder = TemporaryFolder()
    let list = try Program.start(
      "pactl", ["list", "short", "modules"], output: "\(folder.path)/modules")
    _ = list.wait()
    return folder.read("modules")?.split(separator: "\n").first {
      $0.contains("sink_name=\(sink) ")
    }
    .flatMap { $0.split(separator: "\t").first.map(String.init) }
  }

  @Test("a sink that does not exist fails as it does through ALSA")
  func missing() async throws {
    let plane = Plane()
    let output = plane.output("pulse:nosuchsink")
    let feeder = LoopFeeder(output, [], on: plane.loop)
    let expected = AudioDeviceError(
      device: "pulse:nosuchsink", operation: .configure, code: EIO)
    #expect(await eventually { output.state == .failed(expected) })
    await feeder.stop()
    plane.loop.stop()
  }
}

@Suite("ServedDevicesLoss", .enabled(if: getenv("TIPRING_TEST_SERVED_LOSS") != nil))
struct ServedDevicesLoss {
  @Test("both directions fail in words when the server is killed")
  func killed() async throws {
    let server = try #require(
      getenv("TIPRING_TEST_SERVED_LOSS").flatMap { pid_t(String(cString: $0)) })
    let plane = Plane()
    let (input, output) = (plane.input("pulse:a.monitor"), plane.output("pulse:a"))
    let listener = LoopListener(input, on: plane.loop)
    let feeder = LoopFeeder(output, [], on: plane.loop)
    #expect(await eventually { input.state == .running && output.state == .running })
    let start = StopSignal.now
    kill(server, SIGKILL)
    let haveFailed = await eventually {
      if case .failed = input.state, case .failed = output.state { true } else { false }
    }
    #expect(haveFailed)
    #expect(StopSignal.now - start < 1_000_000_000)
    for state in [input.state, output.state] {
      if case .failed(let error) = state { #expect(error.sentence.contains("its server ended")) }
    }
    await listener.stop()
    await feeder.stop()
    plane.loop.stop()
  }
}

@Suite(
  "ServedDevicesSilence", .serialized, .enabled(if: getenv("TIPRING_TEST_SERVED_SILENCE") != nil))
struct ServedDevicesSilence {
  @Test("opening is given up after three seconds, and stopping waits for nothing")
  func silent() async throws {
    let plane = Plane()
    let output = plane.output("silent")
    let start = StopSignal.now
    let feeder = LoopFeeder(output, [], on: plane.loop)
    #expect(await eventually { output.state == .opening })
    let expected = AudioDeviceError(device: "silent", operation: .open, code: ETIMEDOUT)
    #expect(await eventually { output.state == .failed(expected) })
    #expect(StopSignal.now - start > 2_500_000_000)
    let again = plane.output("silent")
    let other = LoopFeeder(again, [], on: plane.loop)
    #expect(await eventually { again.state == .opening })
    let stop = StopSignal.now
    await other.stop()
    #expect(StopSignal.now - stop < 500_000_000)
    #expect(again.state == .idle)
    await feeder.stop()
    plane.loop.stop()
  }

  @Test("without a server ALSA says what is used in its place, or that there is none")
  func absent() async throws {
    let plane = Plane()
    let (output, none) = (plane.output("absent"), plane.output("missing"))
    let feeder = LoopFeeder(output, [], on: plane.loop)
    #expect(await eventually { output.state == .running })
    #expect(soundThreads() == 1)
    let other = LoopFeeder(none, [], on: plane.loop)
    #expect(await eventually { feeder.position > 9_600 })
    #expect(await eventually { if case .failed = none.state { true } else { false } })
    if case .failed(let error) = none.state {
      #expect(error.sentence.contains("No sound server answers"), "\(error.sentence)")
    }
    await feeder.stop()
    await other.stop()
    #expect(soundThreads() == 0)
    plane.loop.stop()
  }

  @Test("names lead to servers by way of names, pairs and conversions, and nothing else does")
  func definitions() throws {
    let folder = try #require(getenv("TIPRING_TEST_SERVED_SILENCE").map { String(cString: $0) })
    let silent = SoundServerDevice(server: "unix:\(folder)/socket")
    let ear = SoundServerDevice(device: "ear")
    func find(_ name: String) -> [SoundServerDevice?] {
      [
        ServerDefinition.find(name, for: .capture), ServerDefinition.find(name, for: .playback),
      ]
    }
    #expect(find("silent") == [silent, silent])
    #expect(find("pair") == [silent, ear])
    #expect(find("converted") == [silent, ear])
    #expect(find("plug:'pair'") == [silent, ear])
    #expect(find("pulse:x") == [SoundServerDevice(device: "x"), SoundServerDevice(device: "x")])
    for name in ["rate", "round", "loud", "halfway", "null", "hw:0", "nothing at all", ""] {
      #expect(find(name) == [nil, nil], "\(name)")
    }
  }
}
