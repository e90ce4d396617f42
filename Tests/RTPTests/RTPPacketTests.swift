import Basics
import RTP
import Testing

@Suite("RTP packet")
struct RTPPacketTests {
  @Test("has the layout of RFC 3550")
  func layout() throws {
    let packet = RTPPacket(
      payloadType: 111, marker: true, sequence: SequenceNumber(0x1234), timestamp: 0x89AB_CDEF,
      ssrc: 0xDEAD_BEEF, payload: [1, 2, 3])

    #expect(
      packet.encoded() == [
        0x80, 0xEF, 0x12, 0x34, 0x89, 0xAB, 0xCD, 0xEF, 0xDE, 0xAD, 0xBE, 0xEF, 1, 2, 3,
      ])
    #expect(try RTPPacket(decoding: packet.encoded()) == packet)
  }

  @Test("carries contributing sources and extensions of either form")
  func roundTrip() throws {
    let short = HeaderExtension(id: 1, data: [0x85])
    let longest = HeaderExtension(id: 14, data: Array(repeating: 7, count: 16))
    let tooLongForOneByte = HeaderExtension(id: 2, data: Array(repeating: 9, count: 17))
    let numberBeyondOneByte = HeaderExtension(id: 200, data: [])
    for extensions in [
      [], [short], [short, longest], [short, tooLongForOneByte], [numberBeyondOneByte, short],
    ] {
      let packet = RTPPacket(
        payloadType: 0, sequence: SequenceNumber(65_535), timestamp: 0, ssrc: 1,
        contributingSources: [2, 3], extensions: extensions, payload: [])

      #expect(try RTPPacket(decoding: packet.encoded()) == packet)
    }
  }

  @Test("reads the one-byte extensions of RFC 8285 with padding between them")
  func oneByteExtensions() throws {
    let packet = try RTPPacket(
      decoding: header(flags: 0x90) + [
        0xBE, 0xDE, 0, 3, 0x10, 0x7F, 0, 0, 0x21, 0xAA, 0xBB, 0, 0x30, 5, 0, 0, 42,
      ])

    #expect(
      packet.extensions == [
        HeaderExtension(id: 1, data: [0x7F]), HeaderExtension(id: 2, data: [0xAA, 0xBB]),
        HeaderExtension(id: 3, data: [5]),
      ])
    #expect(packet.payload == [42])
  }

  @Test("stops at the reserved number 15, and passes over an unknown profile")
  func reservedExtensions() throws {
    let reserved = try RTPPacket(
      decoding: header(flags: 0x90) + [0xBE, 0xDE, 0, 1, 0xF0, 1, 0x10, 2])
    #expect(reserved.extensions == [])

    let unknown = try RTPPacket(decoding: header(flags: 0x90) + [0xAB, 0xCD, 0, 1, 9, 9, 9, 9, 42])
    #expect(unknown.extensions == [])
    #expect(unknown.payload == [42])
  }

  @Test("drops padding")
  func padding() throws {
    let packet = try RTPPacket(decoding: header(flags: 0xA0) + [1, 2, 0, 0, 3])
    #expect(packet.payload == [1, 2])

    let onlyPadding = try RTPPacket(decoding: header(flags: 0xA0) + [0, 2])
    #expect(onlyPadding.payload == [])
  }

  @Test("refuses damaged packets with the reason")
  func damage() {
    #expect(throws: RTPPacket.DecodingError.tooShort(byteCount: 0)) { try RTPPacket(decoding: []) }
    #expect(throws: RTPPacket.DecodingError.tooShort(byteCount: 12)) {
      try RTPPacket(decoding: header(flags: 0x81))
    }
    #expect(throws: RTPPacket.DecodingError.wrongVersion(1)) {
      try RTPPacket(decoding: header(flags: 0x40))
    }
    #expect(throws: RTPPacket.DecodingError.extensionOverrun) {
      try RTPPacket(decoding: header(flags: 0x90) + [0xBE, 0xDE, 0xFF, 0xFF])
    }
    #expect(throws: RTPPacket.DecodingError.extensionOverrun) {
      try RTPPacket(decoding: header(flags: 0x90) + [0xBE, 0xDE, 0, 1, 0x1F, 0, 0, 0])
    }
    #expect(throws: RTPPacket.DecodingError.paddingOverrun(paddingBytes: 9)) {
      try RTPPacket(decoding: header(flags: 0xA0) + [1, 9])
    }
    #expect(throws: RTPPacket.DecodingError.paddingOverrun(paddingBytes: 0)) {
      try RTPPacket(decoding: header(flags: 0xA0))
    }
  }

  @Test("survives any bytes, whole and cut anywhere", arguments: 0..<64)
  func junk(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      var bytes = (0..<Int.random(in: 0..<80, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      if !bytes.isEmpty { bytes[0] = bytes[0] & 0x3F | 0x80 }
      guard let packet = try? RTPPacket(decoding: bytes) else { continue }
      #expect(try RTPPacket(decoding: packet.encoded()) == packet, "seed \(seed)")
    }
  }

  @Test("carries the sender's audio level")
  func audioLevel() throws {
    let level = AudioLevel(isVoice: true, level: 37)
    let packet = RTPPacket(
      payloadType: 111, sequence: SequenceNumber(1), timestamp: 0, ssrc: 1,
      extensions: [HeaderExtension(id: 3, data: level.encoded())], payload: [])

    #expect(try RTPPacket(decoding: packet.encoded()).audioLevel(id: 3) == level)
    #expect(packet.audioLevel(id: 4) == nil)
    #expect(level.encoded() == [0x80 | 37])
  }

  @Test(
    "measures the audio level in decibels below full scale",
    arguments: zip([1.0, 0.1, 0.01, 0.000_001, 0], [0, 20, 40, 120, 127] as [UInt8]))
  func audioLevelOfSound(rootMeanSquare: Double, level: UInt8) {
    let measured = AudioLevel(isVoice: false, rootMeanSquare: rootMeanSquare)
    #expect(measured.level == level)
    #expect(abs(measured.rootMeanSquare - rootMeanSquare) <= rootMeanSquare / 1_000)
  }

  private func header(flags: UInt8) -> [UInt8] {
    [flags, 111, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]
  }
}

@Suite("Telephone event")
struct TelephoneEventTests {
  @Test("has the layout of RFC 4733")
  func layout() throws {
    let event = TelephoneEvent(code: 11, isEnd: true, volume: 10, duration: 0x0320)

    #expect(event.encoded() == [11, 0x8A, 0x03, 0x20])
    #expect(try TelephoneEvent(decoding: event.encoded()) == event)
    #expect(try TelephoneEvent(decoding: [11, 0xCA, 0x03, 0x20]) == event, "the reserved bit")
  }

  @Test("knows the sixteen keys and no other")
  func keys() throws {
    for (code, key) in "0123456789*#ABCD".enumerated() {
      #expect(TelephoneEvent.code(of: key) == UInt8(code))
      #expect(try TelephoneEvent(decoding: [UInt8(code), 0, 0, 0]).key == key)
    }
    #expect(TelephoneEvent.code(of: "d") == 15)
    #expect(TelephoneEvent.code(of: "E") == nil)
    #expect(TelephoneEvent.code(of: "ß") == nil)
    #expect(throws: TelephoneEvent.DecodingError.notAKey(code: 16)) {
      try TelephoneEvent(decoding: [16, 0, 0, 0])
    }
    #expect(throws: TelephoneEvent.DecodingError.wrongSize(byteCount: 3)) {
      try TelephoneEvent(decoding: [1, 0, 0])
    }
  }
}
