import Basics
import SDP
import Testing

@Suite("Session description in text")
struct SDPParserTests {
  @Test("is read into its sections, with either line end")
  func sections() throws {
    let description = try SessionDescription(decoding: Samples.chromiumOffer)

    #expect(description.origin.sessionID == 4_611_731_400_430_051_336)
    #expect(description.origin.version == 2)
    #expect(description.attributes.first == Attribute("group", "BUNDLE 0 1"))
    #expect(description.media.map(\.kind) == ["audio", "video"])
    #expect(description.media[0].formats.first == "111")
    #expect(description.media[0].connectionAddress == "0.0.0.0")
    #expect(description.media[1].attributes.last == Attribute("rtpmap", "97 rtx/90000"))

    let bare = Samples.chromiumOffer.split(separator: "\r\n").joined(separator: "\n")
    #expect(try SessionDescription(decoding: bare) == description)
  }

  @Test(
    "is printed so that it is read back",
    arguments: [
      Samples.chromiumOffer, Samples.aiortcOffer,
    ])
  func roundTrip(text: String) throws {
    let description = try SessionDescription(decoding: text)
    #expect(description.encoded() == text)
  }

  @Test("gives the session's address to sections that have none")
  func sessionAddress() throws {
    let description = try SessionDescription(
      decoding: """
        v=0
        o=x 1 1 IN IP6 ::1
        c=IN IP6 2001:db8::1
        m=audio 9/2 RTP/AVP 0
        m=audio 9 RTP/AVP 0
        c=IN IP4 224.0.0.1/127
        """)
    #expect(description.media.map(\.connectionAddress) == ["2001:db8::1", "224.0.0.1"])
    #expect(description.encoded().contains("o=x 1 1 IN IP6 ::1\r\n"))
    #expect(description.encoded().contains("c=IN IP6 2001:db8::1\r\n"))
  }

  @Test("passes over what a call has no use for")
  func uselessLines() throws {
    let description = try SessionDescription(
      decoding: "v=0\no=- 1 1 IN IP4 0.0.0.0\ni=info\nb=AS:1\n\nk=x\nz=\n?=\n\r\n")
    #expect(description.media.isEmpty)
  }

  @Test(
    "is refused with the line that is wrong",
    arguments: [
      ("o=- x 1 IN IP4 0.0.0.0", 2), ("o=- 18446744073709551616 1 IN IP4 0.0.0.0", 2),
      ("o=- 1 1 IN IP4 0.0.0.0\nm=audio 65536 RTP/AVP 0", 3),
      ("o=- 1 1 IN IP4 0.0.0.0\nm=audio", 3), ("o=- 1 1 IN IP4 0.0.0.0\na=", 3),
      ("o=- 1 1 IN IP4 0.0.0.0\n\nc=nonsense", 4), ("o=- 1 1 IN IP4 0.0.0.0\na", 3),
      ("o=- 1 1 IN IP4 0.0.0.0\nm=audio -9 RTP/AVP 0", 3),
      ("o=- 1 1 IN IP4 0.0.0.0\na=mid:0\rx", 3), ("o=- 1 1 IN IP4 0.0.0.0\nc=IN IP4 /9", 3),
    ])
  func malformed(rest: String, number: Int) {
    #expect(throws: SessionDescription.DecodingError.malformedLine(number: number)) {
      try SessionDescription(decoding: "v=0\n" + rest)
    }
  }

  @Test("is refused when it is none")
  func notADescription() {
    for text in ["", "\n", "{}", "v=1\n", "o=- 1 1 IN IP4 0.0.0.0\nv=0", "garbage\nv=0"] {
      #expect(throws: SessionDescription.DecodingError.notADescription) {
        try SessionDescription(decoding: text)
      }
    }
    #expect(throws: SessionDescription.DecodingError.missingOrigin) {
      try SessionDescription(decoding: "v=0\ns=-\n")
    }
  }

  @Test("is bounded in bytes, lines and sections, from both sides")
  func bounds() throws {
    let head = "v=0\no=- 1 1 IN IP4 0.0.0.0\n"
    let room = SessionDescription.byteLimit - head.utf8.count - 2
    let largest = head + "a=" + String(repeating: "x", count: room)
    #expect(try SessionDescription(decoding: largest).attributes.count == 1)
    #expect(throws: SessionDescription.DecodingError.tooLarge(byteCount: 65_537)) {
      try SessionDescription(decoding: largest + "x")
    }

    let mostLines = head + String(repeating: "\n", count: SessionDescription.lineLimit - 3)
    #expect(throws: Never.self) { try SessionDescription(decoding: mostLines) }
    #expect(throws: SessionDescription.DecodingError.tooManyLines) {
      try SessionDescription(decoding: mostLines + "\n")
    }

    let section = "m=audio 9 RTP/AVP 0\n"
    let sections = head + String(repeating: section, count: SessionDescription.sectionLimit)
    #expect(try SessionDescription(decoding: sections).media.count == 32)
    #expect(throws: SessionDescription.DecodingError.tooManySections) {
      try SessionDescription(decoding: sections + section)
    }
  }

  @Test(
    "may be cut anywhere without harm",
    arguments: [
      Samples.chromiumOffer, Samples.aiortcOffer,
    ])
  func truncation(text: String) {
    for length in 0...text.utf8.count {
      let cut = String(decoding: text.utf8.prefix(length), as: UTF8.self)
      guard let description = try? SessionDescription(decoding: cut) else { continue }
      _ = try? AudioDescription(reading: description)
      var machine = OfferAnswer(local: Samples.local(ssrc: 1))
      _ = try? machine.makeAnswer(to: description, Samples.transport)
    }
  }

  @Test("may have any bytes exchanged without harm", arguments: 0..<8)
  func damage(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let original = Array(Samples.chromiumOffer.utf8)
    for _ in 0..<300 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...7, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[index] = UInt8.random(in: 0...255, using: &generator)
      }
      let text = String(decoding: bytes, as: UTF8.self)
      guard let description = try? SessionDescription(decoding: text) else { continue }
      var machine = OfferAnswer(local: Samples.local(ssrc: 1))
      guard let answer = try? machine.makeAnswer(to: description, Samples.transport) else {
        continue
      }
      #expect(throws: Never.self, "seed \(seed)") {
        try SessionDescription(decoding: answer.encoded())
      }
    }
  }

  @Test("cannot be given lines of its own by a value")
  func injection() {
    var description = Samples.description(Samples.aiortcOffer)
    description.attributes = [Attribute("x", "1\r\na=y")]
    #expect(description.encoded().contains("a=x:1a=y\r\n"))
  }
}

@Suite("Candidate in text")
struct CandidateTests {
  @Test("is read with and without what may stand in front")
  func prefixes() throws {
    let text = "842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.2 rport 46154"
    let candidate = Candidate(
      foundation: "842163049", component: 1, transport: "udp", priority: 1_677_729_535,
      address: "203.0.113.7", port: 46_154, kind: .serverReflexive, relatedAddress: "10.0.0.2",
      relatedPort: 46_154)
    for prefix in ["", "candidate:", "a=candidate:"] {
      #expect(try Candidate(decoding: prefix + text) == candidate)
    }
    #expect(candidate.encoded() == "candidate:" + text)
  }

  @Test("keeps what it knows among extensions")
  func extensions() throws {
    let candidate = try Candidate(
      decoding:
        "candidate:1 1 UDP 2122260223 a1b2c3d4-0000.local 9 typ host generation 0 ufrag EsAw"
        + " network-id 1 network-cost 10 raddr 0.0.0.0 rport 0 odd")
    #expect(candidate.transport == "udp")
    #expect(candidate.address == "a1b2c3d4-0000.local")
    #expect(candidate.relatedAddress == "0.0.0.0")
    #expect(candidate.relatedPort == 0)

    let tcp = try Candidate(decoding: "candidate:2 1 tcp 1 ::1 9 typ host tcptype active")
    #expect(tcp.transport == "tcp")
    #expect(tcp.address == "::1")
    #expect(tcp.tcpKind == .active)
    #expect(try Candidate(decoding: tcp.encoded()) == tcp)
    #expect(
      try Candidate(decoding: "candidate:2 1 tcp 1 ::1 9 typ host tcptype odd").tcpKind == nil)
  }

  @Test(
    "is refused when damaged",
    arguments: [
      "", "candidate:", "candidate:1 1 udp 1 127.0.0.1 9",
      "candidate:1 0 udp 1 127.0.0.1 9 typ host",
      "candidate:1 1 udp 4294967296 127.0.0.1 9 typ host",
      "candidate:1 1 udp 1 127.0.0.1 65536 typ host",
      "candidate:1 1 udp 1 127.0.0.1;rm 9 typ host", "candidate:1 257 udp 1 127.0.0.1 9 typ host",
      "candidate:123456789012345678901234567890123 1 udp 1 127.0.0.1 9 typ host",
      "candidate:1 1 udp 1 127.0.0.1 9 kind host",
    ])
  func damage(text: String) {
    #expect(throws: Candidate.DecodingError.malformed) { try Candidate(decoding: text) }
  }

  @Test("of an unknown kind or excessive length is refused")
  func unknownKind() {
    #expect(throws: Candidate.DecodingError.unknownKind("new")) {
      try Candidate(decoding: "candidate:1 1 udp 1 127.0.0.1 9 typ new")
    }
    #expect(throws: Candidate.DecodingError.malformed) {
      try Candidate(
        decoding: "candidate:1 1 udp 1 127.0.0.1 9 typ host x "
          + String(repeating: "y", count: 1_000))
    }
  }
}

@Suite("Fingerprint in text")
struct FingerprintTests {
  @Test("comes back in capitals")
  func roundTrip() throws {
    let fingerprint = try Fingerprint(decoding: Samples.sha256.lowercased())
    #expect(fingerprint.algorithm == .sha256)
    #expect(fingerprint.bytes.prefix(3) == [0x1B, 0x2C, 0x3D])
    #expect(fingerprint.encoded() == Samples.sha256)
  }

  @Test("is refused when damaged")
  func damage() {
    #expect(throws: Fingerprint.DecodingError.unknownAlgorithm("md5")) {
      try Fingerprint(decoding: "md5 00:11")
    }
    for text in [
      "", "sha-256", "sha-256 00", Samples.sha256 + ":00", Samples.sha256 + " x",
      "sha-1 " + String(repeating: "+1:", count: 19) + "+1",
    ] {
      #expect(throws: Fingerprint.DecodingError.malformed, "\(text)") {
        try Fingerprint(decoding: text)
      }
    }
  }
}
