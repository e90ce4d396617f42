import EndToEnd
import Glibc
import Realtime
import SoundFiles
import Testing

@Suite("Sound files")
struct SoundFileTests {
  let folder = TemporaryFolder()

  @Test(
    "bring a tone through every format that is written",
    arguments: [("a.wav", 85.0), ("a.flac", 85.0), ("a.ogg", 25.0), ("a.opus", 25.0)])
  func roundTrip(name: String, decibels: Double) throws {
    let path = "\(folder.path)/\(name)"
    let tone = Tones.sine(hertz: 1_000, count: 96_000)
    try write(tone, to: path)

    let read = try SoundClip.decode(path: path)
    #expect(abs(read.count - tone.count) <= 960)
    #expect(Tones.signalToNoise(read[9_600..<86_400], hertz: 1_000) > decibels)
  }

  @Test("are mixed to one channel")
  func mixed() throws {
    let path = "\(folder.path)/stereo.wav"
    let recorder = try CallRecorder(path: path)
    try recorder.append(
      near: [Int16](repeating: 1_000, count: 4_800), far: [Int16](repeating: 3_000, count: 4_800))
    recorder.finish()
    #expect(try SoundClip.decode(path: path).elementsEqual(repeatElement(2_000, count: 4_800)))
  }

  @Test("of other rates and kinds are brought to 48 kHz", .enabled(if: Program.exists("sox")))
  func otherRates() throws {
    for (name, options) in [
      ("a.wav", ["-r", "16000", "-b", "16"]),
      ("b.wav", ["-r", "44100", "-e", "float", "-b", "32"]),
      ("c.aiff", ["-r", "22050", "-c", "2"]), ("d.ogg", ["-r", "32000", "-c", "2"]),
      ("e.au", ["-r", "8000", "-e", "mu-law"]),
    ] {
      let path = "\(folder.path)/\(name)"
      let status = try Program.run(
        "sox", ["-n"] + options + [path, "synth", "1", "sine", "1000", "vol", "0.25"])
      try #require(status == 0)
      let read = try SoundClip.decode(path: path)
      #expect(abs(read.count - 48_000) < 2_000, "\(name)")
      #expect(Tones.signalToNoise(read[4_800..<43_200], hertz: 1_000) > 25, "\(name)")
    }
  }

  @Test("read from memory as from disk")
  func memory() throws {
    let path = "\(folder.path)/a.flac"
    try write(Tones.sine(hertz: 500, count: 48_000), to: path)
    let bytes = try Program.bytes(of: path)
    #expect(try SoundClip.decode(bytes).elementsEqual(SoundClip.decode(path: path)))
  }

  @Test("are read for sixty seconds and no longer")
  func longClip() throws {
    let path = "\(folder.path)/long.wav"
    try write([Int16](repeating: 7, count: 61 * 48_000), to: path)
    #expect(try SoundClip.decode(path: path).count == SoundClip.maximumSamples)
  }

  @Test("that cannot be used say why")
  func unusable() throws {
    let text = folder.write("this is no sound at all, however long one listens", to: "a.wav")
    expect(.recognizeFormat, EPROTO) { try SoundClip.decode(path: text) }
    expect(.recognizeFormat, EPROTO) { try SoundClip.decode([]) }
    expect(.openFile, ENOENT) { try SoundClip.decode(path: "\(folder.path)/none.wav") }
    expect(.openFile, EISDIR) { try SoundClip.decode(path: folder.path) }
    expect(.openFile, EINVAL) { try SoundClip.decode(path: "/dev/zero") }
    let empty = "\(folder.path)/empty.wav"
    try write([], to: empty)
    expect(.readFile, ENODATA) { try SoundClip.decode(path: empty) }
  }

  @Test("that are damaged give what is before the damage, and never harm")
  func damaged() throws {
    var generator = SeededGenerator(seed: 7)
    for name in ["a.wav", "a.flac", "a.opus"] {
      let path = "\(folder.path)/\(name)"
      try write(Tones.sine(hertz: 700, count: 24_000), to: path)
      let bytes = try Program.bytes(of: path)
      for _ in 0..<60 {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...20, using: &generator) {
          let index = Int.random(in: damaged.indices, using: &generator)
          damaged[index] = UInt8.random(in: 0...255, using: &generator)
        }
        damaged.removeLast(Int.random(in: 0..<damaged.count, using: &generator))
        let read = (try? SoundClip.decode(damaged)) ?? []
        #expect(read.count <= SoundClip.maximumSamples)
      }
    }
  }

  private func write(_ samples: [Int16], to path: String) throws {
    let writer = try SoundFileWriter(path: path, channelCount: 1)
    try samples.withUnsafeBufferPointer { try writer.write($0) }
  }

  private func expect(
    _ operation: AudioDeviceError.Operation, _ code: Int32, _ body: () throws -> [Int16]
  ) {
    do {
      let samples = try body()
      Issue.record("read \(samples.count) samples")
    } catch let error as AudioDeviceError {
      #expect(error.operation == operation)
      #expect(error.code == code)
    } catch {
      Issue.record("another error: \(error)")
    }
  }
}
