import EndToEnd
import Glibc
import Media
import Realtime
import SoundFiles
import Testing

@Suite("Paced input")
struct PacedInputTests {
  let folder = TemporaryFolder()

  @Test("brings a tone in time")
  func tone() async throws {
    let input = PacedInput(ToneSource(hertz: 440))
    #expect(input.name == "tone:440")
    #expect(input.state == .idle)
    let start = StopSignal.now
    try input.start()
    #expect(input.state == .running)
    let heard = await hear(input, count: 24_000)
    let elapsed = StopSignal.now - start
    input.stop()
    #expect(Tones.signalToNoise(heard, hertz: 440) > 60)
    #expect(abs(Tones.amplitude(heard, hertz: 440) - ToneSource.amplitude) < 10)
    #expect(elapsed > 480_000_000)
    #expect(input.state == .idle)
  }

  @Test("brings silence")
  func silence() async throws {
    let input = PacedInput(SilenceSource())
    try input.start()
    let heard = await hear(input, count: 1_920)
    #expect(heard.count >= 1_920)
    #expect(heard.allSatisfy { $0 == 0 })
    input.stop()
  }

  @Test("brings a file from its first to its last sample, then silence, and says that it is over")
  func file() async throws {
    let path = "\(folder.path)/a.wav"
    let tone = Tones.sine(hertz: 1_000, count: 4_700)
    try write(tone, to: path)
    let input = PacedInput(SoundFileSource(path: path))
    try input.start()
    let heard = await hear(input, count: 5_760)
    #expect(heard.starts(with: tone))
    #expect(heard.dropFirst(4_700).allSatisfy { $0 == 0 })
    #expect(input.state == .ended)
    input.stop()
  }

  @Test("begins a file again when it is to repeat")
  func repeated() async throws {
    let path = "\(folder.path)/a.wav"
    let tone = Tones.sine(hertz: 1_000, count: 1_000)
    try write(tone, to: path)
    let input = PacedInput(SoundFileSource(path: path, repeats: true))
    try input.start()
    let heard = await hear(input, count: 3_840)
    #expect(heard.starts(with: tone + tone + tone))
    #expect(input.state == .running)
    input.stop()
  }

  @Test("keeps only a piece of a long file in memory")
  func bounded() throws {
    let path = "\(folder.path)/long.wav"
    try write([Int16](repeating: 5, count: 48_000 * 30), to: path)
    let reader = try SoundFileReader(path: path)
    var total = 0
    while case let piece = reader.next(), !piece.isEmpty {
      #expect(piece.count <= 2_048)
      total += piece.count
    }
    #expect(total == 48_000 * 30)
  }

  @Test("counts what nobody takes")
  func surplus() async throws {
    let input = PacedInput(SilenceSource(), periodSamples: 240)
    try input.start()
    #expect(await eventually { input.faults.counts.droppedSamples > 0 })
    #expect(input.ring.count == AudioRing.standardCapacity)
    input.stop()
  }

  @Test("throws at once what is wrong with a file")
  func missing() {
    let input = PacedInput(SoundFileSource(path: "\(folder.path)/none.wav"))
    let expected = AudioDeviceError(
      device: "\(folder.path)/none.wav", operation: .openFile, code: ENOENT)
    #expect(throws: expected) { try input.start() }
    guard case .failed = input.state else {
      Issue.record("state \(input.state)")
      return
    }
  }

  private func hear(_ input: PacedInput, count: Int) async -> [Int16] {
    let listener = Listener(input)
    _ = await eventually { listener.heard.count >= count }
    listener.stop()
    return listener.heard
  }

  private func write(_ samples: [Int16], to path: String) throws {
    let writer = try SoundFileWriter(path: path, channelCount: 1)
    try samples.withUnsafeBufferPointer { try writer.write($0) }
  }
}
