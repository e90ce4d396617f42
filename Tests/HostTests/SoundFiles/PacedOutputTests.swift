import EndToEnd
import Glibc
import Media
import Realtime
import SoundFiles
import Testing

@Suite("Paced output")
struct PacedOutputTests {
  let folder = TemporaryFolder()

  @Test(
    "writes what it is given into a file, in time", arguments: ["a.wav", "a.flac", "a.opus"])
  func file(name: String) async throws {
    let path = "\(folder.path)/\(name)"
    let output = PacedOutput(SoundFileSink(path: path))
    let feeder = Feeder(output, Tones.sine(hertz: 1_000, count: 48_000))
    try output.start()
    #expect(output.state == .running)
    let start = StopSignal.now
    #expect(await eventually { feeder.isDone })
    let elapsed = Double(StopSignal.now - start) / 1_000_000_000
    try await Task.sleep(for: .milliseconds(200))
    feeder.stop()
    output.stop()
    #expect(output.state == .idle)
    #expect(elapsed > 0.9)

    let written = try SoundClip.decode(path: path)
    let begin = written.firstIndex { abs(Int($0)) > 2_000 } ?? 0
    try #require(written.count > begin + 40_000)
    // A machine that is busy with other tests may leave gaps; a clean stretch is in any case there.
    let best = stride(from: begin, to: written.count - 9_600, by: 4_800).map {
      Tones.signalToNoise(written[$0..<$0 + 9_600], hertz: 1_000)
    }.max()
    #expect((best ?? 0) > (name == "a.opus" ? 20 : 80))
  }

  @Test("asks for sound when the ring holds less than a period")
  func doorbell() async throws {
    let output = PacedOutput(NullSink())
    #expect(output.name == "null")
    #expect(output.wantedSamples == 480)
    try output.start()
    #expect(await eventually { output.doorbell.clear() })
    output.write([Int16](repeating: 1, count: 480))
    #expect(await eventually { output.doorbell.clear() })
    #expect(await eventually { output.ring.count == 0 })
    output.stop()
  }

  @Test("counts what did not come, but only after sound has begun")
  func shortage() async throws {
    let output = PacedOutput(NullSink())
    try output.start()
    try await Task.sleep(for: .milliseconds(60))
    #expect(output.faults.counts.missingSamples == 0)
    output.write([Int16](repeating: 1, count: 100))
    #expect(await eventually { output.faults.counts.missingSamples >= 380 })
    output.stop()
  }

  @Test("drops and counts what finds no room")
  func surplus() {
    let output = PacedOutput(NullSink())
    output.write([Int16](repeating: 1, count: 5_000))
    #expect(output.faults.counts.droppedSamples == 5_000 - AudioRing.standardCapacity)
  }

  @Test(
    "keeps the file readable while it grows, as a killed program would leave it",
    arguments: ["k.wav", "k.flac", "k.opus"])
  func killed(name: String) async throws {
    let path = "\(folder.path)/\(name)"
    let output = PacedOutput(SoundFileSink(path: path))
    let feeder = Feeder(output, Tones.sine(hertz: 500, count: 48_000 * 2))
    try output.start()
    // What the system holds of the file is what would be left.
    let isReadable = await eventually {
      guard let left = try? Program.bytes(of: path) else { return false }
      return ((try? SoundClip.decode(left))?.count ?? 0) > 48_000
    }
    #expect(isReadable)
    feeder.stop()
    output.stop()
  }

  @Test("throws at once what is wrong with a file")
  func unusable() throws {
    for (path, operation, code) in [
      ("\(folder.path)/none/a.wav", AudioDeviceError.Operation.createFile, ENOENT),
      ("\(folder.path)/a.txt", .chooseFormat, EINVAL),
      ("\(folder.path)/wav", .chooseFormat, EINVAL),
      ("\(folder.path)/.wav", .chooseFormat, EINVAL),
    ] {
      let output = PacedOutput(SoundFileSink(path: path))
      #expect(throws: AudioDeviceError(device: path, operation: operation, code: code)) {
        try output.start()
      }
    }
    #expect(folder.names() == [])
  }
}
