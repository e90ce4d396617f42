import AlsaAudio
import EndToEnd
import Glibc
import LoopGLib
import Media
import Realtime
import Testing

@Suite("Under PipeWire")
struct PipeWireTests {
  @Test(
    "sound passes both ways, follows the default device, and survives one that is unplugged",
    .enabled(
      if: PipeWireDaemon.isInstalled,
      "PipeWire and WirePlumber are needed: make deps installs them"))
  func passes() async throws {
    let daemon = try await PipeWireDaemon()
    defer { daemon.end() }
    var environment = daemon.environment
    environment["TIPRING_TEST_PIPEWIRE"] = "\(daemon.server.id)"
    try await expectSoundSuite("PipeWireDevices", environment)
  }
}

/// Run by the suite above, in a process that finds the server.
@Suite("PipeWireDevices", .serialized, .enabled(if: getenv("TIPRING_TEST_PIPEWIRE") != nil))
struct PipeWireDevices {
  @Test(
    "what is played is heard from the loudspeaker, and what is said comes from the microphone",
    arguments: [("pulse:a", "pulse:voice"), ("pipewire:NODE=a", "pipewire:NODE=voice")])
  func passes(loudspeaker: String, microphone: String) async throws {
    // PipeWire's own plug-in of ALSA cannot be installed beside PulseAudio in Debian.
    let plugin = String(loudspeaker.prefix { $0 != ":" })
    let devices = DeviceList.devices()
    guard devices.contains(where: { $0.name == plugin && $0.canCapture && $0.canPlay }) else {
      #expect(plugin == "pipewire", "the server's devices are listed: \(devices.map(\.name))")
      return
    }
    let (output, input) = (
      PlaybackThread(device: loudspeaker), CaptureThread(device: microphone)
    )
    let (mouth, ear) = (
      PlaybackThread(device: "pulse:b"), CaptureThread(device: "pulse:a.monitor")
    )
    let feeders = [
      Feeder(output, Tones.sine(hertz: 1_000, count: 48_000 * 30)),
      Feeder(mouth, Tones.sine(hertz: 600, count: 48_000 * 30)),
    ]
    let (heard, said) = (Listener(ear), Listener(input))
    for device in [output, mouth] { try device.start() }
    for device in [input, ear] { try device.start() }
    #expect(await eventually { Self.cleanTenths(heard.heard, hertz: 1_000) >= 10 })
    #expect(await eventually { Self.cleanTenths(said.heard, hertz: 600) >= 10 })
    print("\(loudspeaker): capture \(input.faults.counts), playback \(output.faults.counts)")
    for listener in [heard, said] { listener.stop() }
    for feeder in feeders { feeder.stop() }
    for device in [output, mouth] { device.stop() }
    for device in [input, ear] { device.stop() }
  }

  @Test("a loop serves both devices itself, and sound goes on where the default device is")
  func served() async throws {
    let plane = Plane()
    let tone = Tones.sine(hertz: 1_000, count: 48_000 * 60)
    let (output, input) = (plane.output("pulse"), plane.input("pulse:a.monitor"))
    let feeder = LoopFeeder(output, tone, on: plane.loop)
    let listeners = [input, plane.input("pulse:b.monitor")].map { LoopListener($0, on: plane.loop) }
    func isHeard(by listener: LoopListener) async -> Bool {
      let before = listener.heard.count
      return await eventually {
        Self.cleanTenths(listener.heard.dropFirst(before), hertz: 1_000) >= 5
      }
    }
    #expect(await isHeard(by: listeners[0]))
    let (given, heard) = (feeder.position, listeners[0].heard.count)
    let start = StopSignal.now
    try await Task.sleep(for: .seconds(2))
    let seconds = Double(StopSignal.now - start) / 1e9
    let paces = [feeder.position - given, listeners[0].heard.count - heard].map {
      Double($0) / 48_000 / seconds
    }
    #expect(paces.allSatisfy { (0.95...1.05).contains($0) }, "\(paces)")
    try PipeWireDaemon.control(["set-default-sink", "b"])
    #expect(await isHeard(by: listeners[1]))
    try PipeWireDaemon.control(["set-default-sink", "a"])
    #expect(await isHeard(by: listeners[0]))
    #expect(output.state == .running && input.state == .running)
    #expect(output.faults.counts.restarts + input.faults.counts.restarts == 0)
    print("served: capture \(input.faults.counts), playback \(output.faults.counts)")
    for listener in listeners { await listener.stop() }
    await feeder.stop()
    plane.loop.stop()
  }

  @Test("sound goes on where the default device is, when that changes and when it is unplugged")
  func moves() async throws {
    let output = PlaybackThread(device: "pulse")
    let feeder = Feeder(output, Tones.sine(hertz: 1_000, count: 48_000 * 60))
    let ears = ["pulse:a.monitor", "pulse:b.monitor"].map { CaptureThread(device: $0) }
    let listeners = ears.map { Listener($0) }
    try output.start()
    for ear in ears { try ear.start() }
    func isHeard(by listener: Listener) async -> Bool {
      let before = listener.heard.count
      return await eventually {
        Self.cleanTenths(listener.heard.dropFirst(before), hertz: 1_000) >= 5
      }
    }
    #expect(await isHeard(by: listeners[0]))
    try PipeWireDaemon.control(["set-default-sink", "b"])
    #expect(await isHeard(by: listeners[1]))
    try PipeWireDaemon.control(["set-default-sink", "a"])
    #expect(await isHeard(by: listeners[0]))
    // The name of the module's kind takes all of that kind; what was made first has the lowest number.
    listeners[0].stop()
    ears[0].stop()
    try PipeWireDaemon.control(["unload-module", "536870912"])
    #expect(await isHeard(by: listeners[1]))
    #expect(output.state == .running)
    print("playback \(output.faults.counts)")
    listeners[1].stop()
    feeder.stop()
    output.stop()
    ears[1].stop()
  }

  @Test("both directions fail in words when the server ends")
  func serverEnds() async throws {
    let server = try #require(
      getenv("TIPRING_TEST_PIPEWIRE").flatMap { pid_t(String(cString: $0)) })
    let (input, output) = (
      CaptureThread(device: "pulse:b.monitor"), PlaybackThread(device: "pulse:b")
    )
    try output.start()
    try input.start()
    #expect(await eventually { input.state == .running && output.state == .running })
    kill(server, SIGKILL)
    let haveFailed = await eventually {
      if case .failed = input.state, case .failed = output.state { true } else { false }
    }
    #expect(haveFailed)
    for state in [input.state, output.state] {
      if case .failed(let error) = state { #expect(error.sentence.contains("its server ended")) }
    }
    input.stop()
    output.stop()
  }

  /// How many tenths of a second are the tone and nothing else.
  private static func cleanTenths(_ samples: some Collection<Int16>, hertz: Double) -> Int {
    // The latest three seconds will do, and do not take longer and longer.
    let samples = Array(samples.suffix(3 * 48_000))
    return stride(from: 0, to: samples.count - 4_799, by: 4_800).count {
      Tones.signalToNoise(samples[$0..<$0 + 4_800], hertz: hertz) > 40
    }
  }
}
