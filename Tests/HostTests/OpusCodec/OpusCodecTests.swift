import Glibc
import Media
import Testing

@testable import OpusCodec

@Suite("Opus codec")
struct OpusCodecTests {
  /// A voiced sound: harmonics of 150 Hz under a slow swell.
  static func voice(frames: Int, frameSamples: Int = 960) -> [[Int16]] {
    (0..<frames).map { frame in
      (0..<frameSamples).map { index in
        let time = Double(frame * frameSamples + index) / 48_000
        let swell = 0.6 + 0.4 * sin(2 * .pi * 3 * time)
        let sound = (1...8).reduce(0.0) { $0 + sin(2 * .pi * 150 * Double($1) * time) / Double($1) }
        return Int16(sound * swell * 4_000)
      }
    }
  }

  /// The best signal-to-noise ratio, in decibels, over delays of up to 20 ms.
  static func ratio(of output: [Int16], to input: [Int16]) -> Double {
    var best = -Double.infinity
    for delay in 0..<960 {
      var signal = 0.0
      var noise = 0.0
      for index in stride(from: 4_800, to: min(input.count, output.count) - 960, by: 3) {
        let wanted = Double(input[index])
        let difference = Double(output[index + delay]) - wanted
        signal += wanted * wanted
        noise += difference * difference
      }
      best = max(best, 10 * log10(signal / max(noise, 1)))
    }
    return best
  }

  static func energy(_ samples: some Sequence<Int16>) -> Double {
    samples.reduce(0.0) { $0 + Double($1) * Double($1) }
  }

  @Test("brings a tone across", arguments: [32_000, 64_000, 128_000])
  func tone(bitsPerSecond: Int) throws {
    let encoder = try OpusEncoder(settings: EncoderSettings(bitsPerSecond: bitsPerSecond))
    let decoder = try OpusDecoder()
    let input = (0..<50).map { frame in
      (0..<960).map { Int16(8_000 * sin(2 * .pi * 440 * Double(frame * 960 + $0) / 48_000)) }
    }
    var output: [Int16] = []
    for frame in input {
      let payload = encoder.encode(frame)
      #expect(decoder.sampleCount(of: payload) == 960)
      output += try #require(decoder.decode(payload))
    }
    #expect(output.count == 48_000)
    #expect(Self.ratio(of: output, to: input.flatMap { $0 }) > 10)
  }

  @Test("takes every frame length that Opus has", arguments: [120, 240, 480, 960, 1_920, 2_880])
  func frameLengths(sampleCount: Int) throws {
    let encoder = try OpusEncoder(settings: EncoderSettings())
    let decoder = try OpusDecoder()
    let payload = encoder.encode(Self.voice(frames: 1, frameSamples: sampleCount)[0])
    #expect(decoder.decode(payload)?.count == sampleCount)
  }

  @Test("returns nothing for a frame of no valid length", arguments: [0, 1, 959, 961, 100_000])
  func wrongLength(sampleCount: Int) throws {
    let encoder = try OpusEncoder(settings: EncoderSettings())
    #expect(encoder.encode([Int16](repeating: 0, count: sampleCount)) == [])
  }

  @Test("keeps the longest frame at the highest rate within a datagram")
  func boundedPayload() throws {
    let encoder = try OpusEncoder(settings: EncoderSettings(bitsPerSecond: 510_000))
    encoder.setBitrate(bitsPerSecond: 1_000_000)
    for frame in Self.voice(frames: 5, frameSamples: 2_880) {
      let payload = encoder.encode(frame)
      #expect(!payload.isEmpty)
      #expect(payload.count <= OpusEncoder.maximumPayloadBytes)
    }
  }

  @Test("carries redundancy when loss is expected, and says so")
  func redundancyIsSeen() throws {
    let encoder = try OpusEncoder(settings: EncoderSettings(expectedLossPercent: 10))
    let decoder = try OpusDecoder()
    let payloads = Self.voice(frames: 25).map { encoder.encode($0) }
    #expect(payloads.dropFirst(5).filter(decoder.hasRedundancy).count >= 15)
  }

  @Test("carries none without FEC")
  func noRedundancy() throws {
    let encoder = try OpusEncoder(
      settings: EncoderSettings(usesFEC: false, expectedLossPercent: 10))
    let decoder = try OpusDecoder()
    for frame in Self.voice(frames: 25) {
      #expect(!decoder.hasRedundancy(encoder.encode(frame)))
    }
  }

  @Test("has a SILK layer only while loss is expected or the bitrate is low")
  func layers() throws {
    let encoder = try OpusEncoder(settings: EncoderSettings(expectedLossPercent: 0))
    let frames = Self.voice(frames: 15)
    /// Whether the last of some frames has a SILK layer: configurations 0–15 (RFC 6716 §3.1).
    func hasSILK() throws -> Bool {
      try #require(frames.map { encoder.encode($0) }.last?.first) < 0x80
    }
    #expect(try !hasSILK())
    encoder.setExpectedLoss(percent: 5)
    #expect(try hasSILK())
    encoder.setExpectedLoss(percent: 0)
    #expect(try !hasSILK())
    encoder.setBitrate(bitsPerSecond: 32_000)
    #expect(try hasSILK())
  }

  @Test("codes a voice of a narrow microphone no wider than it is, where there are few bits")
  func narrowVoice() throws {
    let encoder = try OpusEncoder(
      settings: EncoderSettings(bitsPerSecond: 32_000, expectedLossPercent: 5))
    let last = try #require(Self.voice(frames: 100).map { encoder.encode($0) }.last?.first)
    // SILK alone, and not under a CELT layer: configurations 0–11 (RFC 6716 §3.1).
    #expect(last >> 3 < 12)
  }

  @Test("codes nothing alike however long it lasts, and what follows as after a short pause")
  func silence() throws {
    let nothing = [Int16](repeating: 0, count: 960)
    let voice = Self.voice(frames: 50)
    /// How like the voice what is heard of it is, after so many frames of nothing.
    func ratio(afterNothing count: Int) throws -> Double {
      let encoder = try OpusEncoder(settings: EncoderSettings(expectedLossPercent: 0))
      let decoder = try OpusDecoder()
      for frame in voice { _ = decoder.decode(encoder.encode(frame)) }
      let payloads = (0..<count).map { _ in encoder.encode(nothing) }
      #expect(Set(payloads.dropFirst(5)).count == 1)
      #expect(payloads.compactMap { decoder.decode($0) }.last == nothing)
      let heard = voice.compactMap { decoder.decode(encoder.encode($0)) }
      return Self.ratio(of: heard.flatMap { $0 }, to: voice.flatMap { $0 })
    }
    #expect(try ratio(afterNothing: 500) > ratio(afterNothing: 20) - 1)
  }

  @Test("codes a frame of nothing as long as it is")
  func lengthsOfSilence() throws {
    let encoder = try OpusEncoder(settings: EncoderSettings(expectedLossPercent: 0))
    let decoder = try OpusDecoder()
    for count in [960, 480, 1_920, 960] {
      for _ in 0..<50 {
        let payload = encoder.encode([Int16](repeating: 0, count: count))
        #expect(decoder.sampleCount(of: payload) == count)
      }
    }
  }

  @Test("follows what it is told while there is nothing to be heard")
  func settingsInSilence() throws {
    let encoder = try OpusEncoder(settings: EncoderSettings(expectedLossPercent: 0))
    let nothing = [Int16](repeating: 0, count: 960)
    for _ in 0..<100 { _ = encoder.encode(nothing) }
    encoder.setExpectedLoss(percent: 5)
    let payloads = (0..<15).map { _ in encoder.encode(nothing) }
    #expect(try #require(payloads.last?.first) < 0x80)
  }

  @Test("recovers a lost frame from the one after it better than concealment guesses it")
  func recovery() throws {
    let encoder = try OpusEncoder(settings: EncoderSettings(expectedLossPercent: 20))
    let frames = Self.voice(frames: 40)
    let payloads = frames.map { encoder.encode($0) }
    let whole = try OpusDecoder()
    let recovering = try OpusDecoder()
    let guessing = try OpusDecoder()
    var recoveryError = 0.0
    var guessError = 0.0
    var recoveredCount = 0
    for (index, payload) in payloads.enumerated() {
      let truth = try #require(whole.decode(payload))
      // Every fifth frame is lost, once the encoder has settled.
      guard index > 8, index % 5 == 4, index + 1 < payloads.count else {
        _ = recovering.decode(payload)
        _ = guessing.decode(payload)
        continue
      }
      let guess = guessing.conceal(sampleCount: 960)
      guard let recovered = recovering.decodeRedundancy(payloads[index + 1], sampleCount: 960)
      else {
        _ = recovering.conceal(sampleCount: 960)
        continue
      }
      recoveredCount += 1
      recoveryError += Self.energy(zip(recovered, truth).map { $0.0 &- $0.1 })
      guessError += Self.energy(zip(guess, truth).map { $0.0 &- $0.1 })
    }
    #expect(recoveredCount >= 4)
    #expect(recoveryError < guessError / 2)
  }

  @Test("offers no redundancy before any packet or for a frame shorter than the packet's")
  func redundancyNeedsContext() throws {
    let encoder = try OpusEncoder(settings: EncoderSettings(expectedLossPercent: 20))
    let payloads = Self.voice(frames: 20).map { encoder.encode($0) }
    let decoder = try OpusDecoder()
    let index = try #require(payloads.lastIndex(where: decoder.hasRedundancy))
    #expect(decoder.decodeRedundancy(payloads[index], sampleCount: 960) == nil)
    _ = decoder.decode(payloads[index - 2])
    #expect(decoder.decodeRedundancy(payloads[index], sampleCount: 480) == nil)
    #expect(decoder.decodeRedundancy(payloads[index], sampleCount: 961) == nil)
    #expect(decoder.decodeRedundancy(payloads[index], sampleCount: 960)?.count == 960)
  }

  @Test("conceals with a sound that goes on and then fades")
  func concealment() throws {
    let encoder = try OpusEncoder(settings: EncoderSettings())
    let decoder = try OpusDecoder()
    var last: [Int16] = []
    for frame in Self.voice(frames: 20) {
      last = try #require(decoder.decode(encoder.encode(frame)))
    }
    let first = decoder.conceal(sampleCount: 960)
    #expect(Self.energy(first) > Self.energy(last) / 10)
    let late = (0..<25).map { _ in decoder.conceal(sampleCount: 960) }.last
    #expect(Self.energy(try #require(late)) < Self.energy(first) / 100)
  }

  @Test("conceals any number of samples", arguments: [0, 1, 119, 120, 961, 5_760, 20_000])
  func concealedLength(sampleCount: Int) throws {
    #expect(try OpusDecoder().conceal(sampleCount: sampleCount).count == sampleCount)
  }

  @Test("sends next to nothing in silence when asked to")
  func discontinuousTransmission() throws {
    let encoder = try OpusEncoder(settings: EncoderSettings(usesDTX: true))
    let silence = [Int16](repeating: 0, count: 960)
    let sent = (0..<200).map { _ in encoder.encode(silence) }.filter { !$0.isEmpty }
    #expect(sent.count < 60)
    #expect(Self.voice(frames: 5).allSatisfy { !encoder.encode($0).isEmpty })
  }

  @Test("spends about the bits it is allowed", arguments: [16_000, 32_000, 64_000])
  func bitrate(bitsPerSecond: Int) throws {
    let encoder = try OpusEncoder(settings: EncoderSettings())
    encoder.setBitrate(bitsPerSecond: bitsPerSecond)
    let bytes = Self.voice(frames: 100).reduce(0) { $0 + encoder.encode($1).count }
    #expect(bytes * 8 / 2 < bitsPerSecond * 5 / 4)
  }

  @Test(
    "returns nothing for what is no Opus packet",
    arguments: [
      [],
      // Two frames of equal length cannot share an odd number of bytes.
      [0x79, 1, 2, 3, 4, 5],
      // A count of frames that would last 180 ms.
      [0x7B, 0x09, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      // A count of no frames, and none at all.
      [0x7B, 0x00, 1], [0x7B],
      // A first frame longer than the packet.
      [0x7A, 250, 1, 2],
      // More padding than bytes.
      [0x7B, 0x41, 255, 255, 255],
    ] as [[UInt8]])
  func junk(payload: [UInt8]) throws {
    let decoder = try OpusDecoder()
    #expect(decoder.decode(payload) == nil)
    #expect(decoder.sampleCount(of: payload) == nil)
    #expect(!decoder.hasRedundancy(payload))
    #expect(decoder.decodeRedundancy(payload, sampleCount: 960) == nil)
  }

  @Test("survives random payloads and goes on")
  func randomPayloads() throws {
    var generator = SeededGenerator(seed: 7)
    let decoder = try OpusDecoder()
    for _ in 0..<2_000 {
      let payload = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      let expected = decoder.sampleCount(of: payload)
      let samples = decoder.decode(payload)
      #expect(samples == nil || samples?.count == expected)
      _ = decoder.decodeRedundancy(payload, sampleCount: 960)
    }
    let encoder = try OpusEncoder(settings: EncoderSettings())
    let frame = Self.voice(frames: 1)[0]
    #expect(decoder.decode(encoder.encode(frame))?.count == 960)
  }

  @Test("mixes a stereo packet into one channel")
  func stereo() throws {
    // Silence in stereo, hybrid, one frame of 20 ms: an empty frame, which is concealed.
    let decoder = try OpusDecoder()
    #expect(decoder.decode([0x7C])?.count == 960)
  }
}
