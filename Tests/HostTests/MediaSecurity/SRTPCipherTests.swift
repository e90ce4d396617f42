import Basics
import Media
import MediaSecurity
import Testing

@Suite("SRTP cipher", .serialized)
struct SRTPCipherTests {
  static let profiles: [CipherKeys.Profile] = [.aeadAES128GCM, .aes128SHA1]

  static func keys(_ profile: CipherKeys.Profile, reversed: Bool = false) -> CipherKeys {
    let count: UInt8 = profile == .aes128SHA1 ? 30 : 28
    let (one, other) = ([UInt8](0..<count), [UInt8](100..<(100 + count)))
    return reversed
      ? CipherKeys(profile: profile, sending: other, receiving: one)
      : CipherKeys(profile: profile, sending: one, receiving: other)
  }

  static func pair(_ profile: CipherKeys.Profile) throws -> (SRTPCipher, SRTPCipher) {
    (try SRTPCipher(keys: keys(profile)), try SRTPCipher(keys: keys(profile, reversed: true)))
  }

  static func rtp(_ sequence: UInt16, source: UInt32 = 0xCAFE_BABE, bytes: Int = 80) -> [UInt8] {
    var packet: [UInt8] = [0x80, 111]
    packet.append(bigEndian: sequence)
    packet.append(bigEndian: UInt32(sequence) * 960)
    packet.append(bigEndian: source)
    return packet + (0..<bytes).map { UInt8(truncatingIfNeeded: $0) }
  }

  static func rtcp(source: UInt32 = 0xCAFE_BABE) -> [UInt8] {
    var packet: [UInt8] = [0x80, 201, 0, 1]
    packet.append(bigEndian: source)
    return packet
  }

  @Test("brings packets across unchanged, with a tag on the way", arguments: profiles)
  func roundTrip(profile: CipherKeys.Profile) throws {
    let (sender, receiver) = try Self.pair(profile)
    for sequence in UInt16(0)..<300 {
      var packet = Self.rtp(sequence, bytes: Int(sequence))
      let plain = packet
      try sender.protectRTP(&packet)
      #expect(packet.count == plain.count + (profile == .aes128SHA1 ? 10 : 16))
      if sequence > 20 { #expect(packet[12..<28] != plain[12..<28]) }
      try receiver.unprotectRTP(&packet)
      #expect(packet == plain)
    }
  }

  @Test("brings reports across unchanged", arguments: profiles)
  func reports(profile: CipherKeys.Profile) throws {
    let (sender, receiver) = try Self.pair(profile)
    for _ in 0..<10 {
      var packet = Self.rtcp()
      try sender.protectRTCP(&packet)
      #expect(packet.count == 8 + 4 + (profile == .aes128SHA1 ? 10 : 16))
      try receiver.unprotectRTCP(&packet)
      #expect(packet == Self.rtcp())
    }
  }

  @Test("refuses a packet that comes twice", arguments: profiles)
  func replay(profile: CipherKeys.Profile) throws {
    let (sender, receiver) = try Self.pair(profile)
    var packet = Self.rtp(7)
    try sender.protectRTP(&packet)
    let copy = packet
    try receiver.unprotectRTP(&packet)
    #expect(throws: CipherError.replayed) {
      var again = copy
      try receiver.unprotectRTP(&again)
    }
    var report = Self.rtcp()
    try sender.protectRTCP(&report)
    let reportCopy = report
    try receiver.unprotectRTCP(&report)
    #expect(throws: CipherError.replayed) {
      var again = reportCopy
      try receiver.unprotectRTCP(&again)
    }
  }

  @Test("takes packets out of order within the window and none from behind it", arguments: profiles)
  func window(profile: CipherKeys.Profile) throws {
    let (sender, receiver) = try Self.pair(profile)
    let sent = try (UInt16(0)..<1_000).map { sequence in
      var packet = Self.rtp(sequence)
      try sender.protectRTP(&packet)
      return packet
    }
    func take(_ index: Int) throws {
      var packet = sent[index]
      try receiver.unprotectRTP(&packet)
    }
    try take(999)
    try take(999 - 511)
    #expect(throws: CipherError.replayed) { try take(999 - 512) }
    try take(998)
    #expect(throws: CipherError.replayed) { try take(999) }
  }

  @Test("refuses a packet in which any byte was changed", arguments: profiles)
  func tampering(profile: CipherKeys.Profile) throws {
    let (sender, receiver) = try Self.pair(profile)
    var packet = Self.rtp(7)
    try sender.protectRTP(&packet)
    for index in packet.indices {
      var damaged = packet
      damaged[index] ^= 0x01
      #expect(throws: CipherError.self) { try receiver.unprotectRTP(&damaged) }
    }
    var report = Self.rtcp()
    try sender.protectRTCP(&report)
    for index in report.indices {
      var damaged = report
      damaged[index] ^= 0x01
      #expect(throws: CipherError.self) { try receiver.unprotectRTCP(&damaged) }
    }
    try receiver.unprotectRTP(&packet)
    try receiver.unprotectRTCP(&report)
  }

  @Test("refuses what is too short, too long or random, and goes on", arguments: profiles)
  func junk(profile: CipherKeys.Profile) throws {
    var generator = SeededGenerator(seed: 13)
    let (sender, receiver) = try Self.pair(profile)
    for count in Array(0..<200) + [1_500, 4_096, 4_097, 70_000] {
      for first: UInt8? in [nil, 0x80, 0x90, 0x8F, 0xBF] {
        var packet = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        if let first, !packet.isEmpty { packet[0] = first }
        var copy = packet
        #expect(throws: CipherError.self) { try receiver.unprotectRTP(&packet) }
        #expect(throws: CipherError.self) { try receiver.unprotectRTCP(&copy) }
      }
    }
    for count in [0, 11, 4_097] {
      #expect(throws: CipherError.malformed) {
        var packet = [UInt8](repeating: 0x80, count: count)
        try sender.protectRTP(&packet)
      }
    }
    var packet = Self.rtp(1)
    try sender.protectRTP(&packet)
    try receiver.unprotectRTP(&packet)
    #expect(packet == Self.rtp(1))
  }

  @Test("refuses keys of the wrong length")
  func wrongKeys() {
    var keys = Self.keys(.aeadAES128GCM)
    keys.sending.removeLast()
    #expect(throws: CipherError.malformed) { try SRTPCipher(keys: keys) }
  }

  @Test("forgets the sender that was silent longest when there are too many", arguments: profiles)
  func manySources(profile: CipherKeys.Profile) throws {
    let (sender, receiver) = try Self.pair(profile)
    func protected(_ source: UInt32) throws -> [UInt8] {
      var packet = Self.rtp(1, source: source)
      try sender.protectRTP(&packet)
      return packet
    }
    func take(_ packet: [UInt8]) throws {
      var packet = packet
      try receiver.unprotectRTP(&packet)
    }
    let packets = try (0...UInt32(SRTPCipher.mostSources)).map { try protected(1_000 + $0) }
    for packet in packets.dropLast() { try take(packet) }
    #expect(throws: CipherError.replayed) { try take(packets[0]) }
    try take(packets[packets.count - 1])
    // The first was forgotten, with what it sent; the others were not.
    #expect(throws: CipherError.replayed) { try take(packets[2]) }
    try take(packets[0])
  }
}
