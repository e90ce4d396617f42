import Basics
import Formats
import Testing

@Suite("DNS messages")
struct DNSMessageTests {
  private static let name = "3f1c2d.local"
  /// An answer with a name, an address of each kind, one of which refers to the name before, and a text.
  private static let answer: [UInt8] =
    [0, 0, 0x84, 0, 0, 0, 0, 3, 0, 0, 0, 0]
    + [6] + Array("3F1c2d".utf8) + [5] + Array("local".utf8) + [0]
    + [0, 1, 0x80, 1, 0, 0, 0, 120, 0, 4, 192, 0, 2, 7]
    + [0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 120, 0, 3, 2, 0x68, 0x69]
    + [0xC0, 12, 0, 28, 0x80, 1, 0, 0, 0, 120, 0, 16]
    + [0xFD] + [UInt8](repeating: 0, count: 14) + [9]

  @Test("a question asks for both kinds of address, and may be answered to us alone")
  func question() throws {
    let bytes = try #require(DNSMessage.question(for: Self.name, wantsUnicast: true))
    #expect(bytes.prefix(12) == [0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[12..<26]) == [6] + Array("3f1c2d".utf8) + [5] + Array("local".utf8) + [0])
    #expect(Array(bytes[26..<30]) == [0, 1, 0x80, 1])
    #expect(bytes.suffix(4) == [0, 28, 0x80, 1])
    #expect(try DNSMessage(decoding: bytes).isResponse == false)
  }

  @Test(
    "names that are none are not asked for",
    arguments: ["", ".local", "a..local", String(repeating: "a", count: 64) + ".local"])
  func badNames(name: String) {
    #expect(DNSMessage.question(for: name, wantsUnicast: false) == nil)
  }

  @Test("an answer's addresses are read, other records passed over")
  func addresses() throws {
    let message = try DNSMessage(decoding: Self.answer)
    #expect(message.isResponse)
    #expect(
      message.addresses == [
        DNSMessage.Address(name: Self.name, bytes: [192, 0, 2, 7]),
        DNSMessage.Address(
          name: Self.name, bytes: [0xFD] + [UInt8](repeating: 0, count: 14) + [9]),
      ])
  }

  @Test("what is cut off anywhere is refused")
  func truncated() {
    for count in 0..<Self.answer.count {
      #expect(throws: DNSMessage.DecodingError.self) {
        try DNSMessage(decoding: Array(Self.answer.prefix(count)))
      }
    }
  }

  @Test("names that refer to themselves or forward are refused")
  func circles() {
    for target in [UInt8(12), 13, 40] {
      let bytes: [UInt8] =
        [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0xC0, target] + [0, 1, 0, 1, 0, 0, 0, 0, 0, 0]
      #expect(throws: DNSMessage.DecodingError.badName) { try DNSMessage(decoding: bytes) }
    }
  }

  @Test("damaged messages neither crash nor bring more than their bound", arguments: 0..<20)
  func damage(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      var bytes = Self.answer
      for _ in 0...Int.random(in: 0..<6, using: &generator) {
        bytes[Int.random(in: bytes.indices, using: &generator)] = .random(
          in: 0...255, using: &generator)
      }
      let message = try? DNSMessage(decoding: bytes)
      #expect((message?.addresses.count ?? 0) <= DNSMessage.recordLimit)
    }
  }
}
