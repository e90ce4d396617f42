import Basics
import RTP
import Testing

@Suite("Redundant audio")
struct RedundantAudioTests {
  /// A frame of type 111, with the one 960 and the one 1 920 timestamp units before it.
  private let bytes: [UInt8] = [
    0x80 | 111, 0x1E, 0x00, 0x02,  // 1 920 << 10 | 2
    0x80 | 111, 0x0F, 0x00, 0x03,  // 960 << 10 | 3
    111, 1, 2, 3, 4, 5, 6, 7,
  ]
  private let audio = RedundantAudio(
    copies: [
      RedundantAudio.Copy(payloadType: 111, timestampOffset: 1_920, payload: [1, 2]),
      RedundantAudio.Copy(payloadType: 111, timestampOffset: 960, payload: [3, 4, 5]),
    ], payloadType: 111, payload: [6, 7])

  @Test("has the layout of RFC 2198")
  func layout() throws {
    #expect(audio.encoded() == bytes)
    #expect(try RedundantAudio(decoding: bytes) == audio)
  }

  @Test("a frame alone has a header of one byte")
  func alone() throws {
    let audio = RedundantAudio(copies: [], payloadType: 96, payload: [9])
    #expect(audio.encoded() == [96, 9])
    #expect(try RedundantAudio(decoding: [96, 9]) == audio)
    #expect(try RedundantAudio(decoding: [96]).payload == [])
  }

  @Test("takes the longest copies and offsets that the header has bits for")
  func widest() throws {
    let copy = RedundantAudio.Copy(
      payloadType: 127, timestampOffset: 16_383, payload: [UInt8](repeating: 7, count: 1_023))
    let audio = RedundantAudio(copies: [copy], payloadType: 127, payload: [])
    #expect(audio.encoded().prefix(4) == [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(try RedundantAudio(decoding: audio.encoded()) == audio)
  }

  @Test("what is cut short is told by its fault")
  func faults() {
    #expect(throws: RedundantAudio.DecodingError.noFrame) { try RedundantAudio(decoding: []) }
    #expect(throws: RedundantAudio.DecodingError.noFrame) {
      try RedundantAudio(decoding: Array(bytes.prefix(6)))
    }
    #expect(throws: RedundantAudio.DecodingError.noFrame) {
      try RedundantAudio(decoding: Array(bytes.prefix(8)))
    }
    #expect(throws: RedundantAudio.DecodingError.overrun) {
      try RedundantAudio(decoding: Array(bytes.prefix(13)))
    }
  }

  @Test("holds eight copies at most")
  func bound() throws {
    let header: [UInt8] = [0x80 | 111, 0, 4, 0]
    let most = (0..<RedundantAudio.copyLimit).flatMap { _ in header }
    #expect(try RedundantAudio(decoding: most + [111]).copies.count == 8)
    #expect(throws: RedundantAudio.DecodingError.tooManyCopies) {
      try RedundantAudio(decoding: most + header + [111])
    }
  }

  @Test("10 000 damaged payloads are read within bounds, or refused", arguments: 0..<10)
  func damage(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<1_000 {
      let damaged = damaged(bytes, using: &generator)
      guard let audio = try? RedundantAudio(decoding: damaged) else { continue }
      let total = audio.copies.reduce(audio.payload.count + 1) { $0 + $1.payload.count + 4 }
      #expect(total == damaged.count, "seed \(seed)")
      #expect(audio.encoded() == damaged, "seed \(seed)")
    }
  }
}

/// One to four damages: bits flipped, bytes dropped, repeated, or cut off at the end.
func damaged(_ bytes: [UInt8], using generator: inout some RandomNumberGenerator) -> [UInt8] {
  var bytes = bytes
  for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
    let index = Int.random(in: bytes.indices, using: &generator)
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes.remove(at: index)
    case 2: bytes.insert(contentsOf: bytes[index...].prefix(8), at: index)
    default: bytes.removeSubrange(index...)
    }
  }
  return bytes
}
