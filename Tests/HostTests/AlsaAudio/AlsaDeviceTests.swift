import EndToEnd
import Glibc
import Media
import Realtime
import Testing

@testable import AlsaAudio

@Suite("ALSA devices")
struct AlsaDeviceTests {
  let folder = TemporaryFolder()

  @Test("capture from the null device is silence", arguments: ["null", "plug:'null'"])
  func captureNull(name: String) async throws {
    let input = CaptureThread(device: name)
    #expect(input.state == .idle)
    let listener = Listener(input)
    try input.start()
    #expect(await eventually { input.state == .running })
    #expect(await eventually { listener.heard.count > 4_800 })
    // What is sent is a frame, so that less would be waking up in vain.
    #expect(input.periodSamples == 960)
    input.stop()
    listener.stop()
    #expect(input.state == .idle)
    #expect(listener.heard.allSatisfy { $0 == 0 })
  }

  @Test("a device without a clock is held back by the monotonic one")
  func heldBack() async throws {
    let input = CaptureThread(device: "null")
    let listener = Listener(input)
    try input.start()
    // The first hundred periods are what it takes to find out.
    #expect(await eventually { listener.heard.count + input.faults.counts.droppedSamples > 48_000 })
    let before = listener.heard.count
    let start = StopSignal.now
    try await Task.sleep(for: .milliseconds(500))
    let elapsed = Double(StopSignal.now - start) / 1_000_000_000
    let rate = Double(listener.heard.count - before) / elapsed
    input.stop()
    listener.stop()
    #expect(rate < 60_000)
  }

  @Test("play into a file what they are given, without a gap when it comes in time")
  func file() async throws {
    let path = "\(folder.path)/out.raw"
    let output = PlaybackThread(device: "file:\(path),raw")
    let sound = Tones.sine(hertz: 1_000, count: 24_000)
    let feeder = Feeder(output, sound)
    try output.start()
    #expect(await eventually { feeder.isDone })
    try await Task.sleep(for: .milliseconds(200))
    feeder.stop()
    output.stop()

    let bytes = try Program.bytes(of: path)
    let written = stride(from: 0, to: bytes.count - 1, by: 2).map {
      Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
    }
    #expect(written.filter { $0 != 0 }.elementsEqual(sound.filter { $0 != 0 }))
  }

  @Test(
    "that do not exist fail with a sentence and a ring",
    arguments: ["hw:CARD=nowhere", "plughw:17,3", "nonsense"])
  func missing(name: String) async throws {
    let input = CaptureThread(device: name)
    let output = PlaybackThread(device: name)
    try input.start()
    try output.start()
    #expect(await eventually { input.state != .opening && output.state != .opening })
    for state in [input.state, output.state] {
      guard case .failed(let error) = state else {
        Issue.record("state \(state)")
        continue
      }
      #expect(error.operation == .open)
      #expect(error.sentence.contains("There is no sound device “\(name)”"))
    }
    #expect(await eventually { input.doorbell.clear() })
    #expect(await eventually { output.doorbell.clear() })
    input.stop()
    output.stop()
    guard case .failed = input.state else {
      Issue.record("a failure outlives the stop")
      return
    }
  }

  @Test("stop at once, also before they have opened and when they never started")
  func stops() throws {
    for name in ["null", "nonsense"] {
      let input = CaptureThread(device: name)
      input.stop()
      let output = PlaybackThread(device: name)
      try output.start()
      let start = StopSignal.now
      output.stop()
      #expect(StopSignal.now - start < 900_000_000)
    }
  }

  @Test("grant shorter periods in the low profile, and keep more in reserve in the robust one")
  func profiles() async throws {
    for (profile, period, reserve) in [
      (LatencyProfile.low, 240, 240), (.normal, 480, 480), (.robust, 480, 960),
    ] {
      let output = PlaybackThread(device: "null", profile: profile)
      try output.start()
      #expect(await eventually { output.state == .running })
      #expect(output.periodSamples == period)
      #expect(output.reserveSamples == reserve)
      output.stop()
    }
  }

  @Test("are listed also when users define them, without being opened")
  func userDefined() {
    let folder = TemporaryFolder()
    let home = folder["home"]
    folder.write(
      """
      # What comes with the library is not the user's.
      pcm.desk { type asym playback.pcm "desk_out" }
      pcm.desk_out "hw:7,0"
      pcm.!room { type plug slave.pcm "null" hint { show on description "The room" } }
      pcm.both { type dsnoop ipc_key 9 slave.pcm "hw:9" }
      pcm.null { type null }
      pcm_slave.rate { pcm "null" rate 8000 }
      ctl.desk { type hw card 7 }
      """, to: "home/.asoundrc")
    let own = UserDefinitions.devices { ["HOME": home][$0] }
    #expect(own.map(\.name) == ["desk", "desk_out", "room", "both"])
    #expect(own.map(\.canCapture) == [false, true, true, true])
    #expect(own.map(\.canPlay) == [true, true, true, false])
    #expect(own.allSatisfy { $0.isUserDefined })
    #expect(own[0].description == "Of type asym, defined in \(home)/.asoundrc")
    #expect(own[1].description == "Defined in \(home)/.asoundrc")
    #expect(own[2].description == "The room (defined in \(home)/.asoundrc)")

    // A path in ALSA's variable stands for all files; a broken one defines nothing.
    folder.write("</usr/share/alsa/alsa.conf>\npcm.mine { type null }", to: "own.conf")
    folder.write("pcm.broken {", to: "broken.conf")
    let path = "\(folder["own.conf"]):\(folder["broken.conf"]):\(folder["missing"])"
    let named = UserDefinitions.devices { ["HOME": home, "ALSA_CONFIG_PATH": path][$0] }
    #expect(named.map(\.name) == ["mine"])
    folder.write("</usr/share/alsa/alsa.conf>\npcm.!default \"hw:3\"", to: "broken.conf")
    let replaced = UserDefinitions.devices { ["HOME": home, "ALSA_CONFIG_PATH": path][$0] }
    #expect(replaced.map(\.name) == ["mine", "default"])
    #expect(UserDefinitions.devices { _ in nil }.allSatisfy { !$0.name.isEmpty })
  }

  @Test("are listed without what only converts")
  func list() {
    let devices = DeviceList.devices()
    for name in ["null", "samplerate", "speexrate", "jack", "oss", "upmix"] {
      #expect(!devices.contains { $0.name == name })
    }
    #expect(devices.allSatisfy { !$0.name.isEmpty && !$0.description.contains("\n") })
    #expect(devices.filter(\.isDefault).count <= 1)
    #expect(devices.allSatisfy { $0.canCapture || $0.canPlay })
  }
}
