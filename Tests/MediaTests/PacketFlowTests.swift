import Basics
import RTP
import SDP
import Simulation
import Testing

@testable import Media

@Suite("Packet flow: passed on unread")
struct PacketFlowTests {
  @Test("a packet goes from one leg to another, with its number, time and level")
  func passes() throws {
    let ends = try Ends()
    let packet = try #require(ends.arrive(ends.packet(7, level: 20)))
    #expect(packet.ssrc == 7)
    #expect(packet.isVoice)
    let sent = try #require(ends.send(packet, at: at(1)))
    #expect(sent.sequence == packet.packet.sequence)
    #expect(sent.timestamp == packet.packet.timestamp)
    #expect(sent.payload == packet.packet.payload)
    #expect(sent.audioLevel(id: 1) == AudioLevel(isVoice: false, level: 20))
  }

  @Test("payload type and extension take the numbers of the leg that is sent them")
  func renumbers() throws {
    let ends = try Ends { answer in
      answer.replacing("a=rtpmap:111", with: "a=rtpmap:96")
        .replacing("a=fmtp:111", with: "a=fmtp:96").replacing("SAVPF 111", with: "SAVPF 96")
        .replacing("a=extmap:1 ", with: "a=extmap:3 ")
    }
    let packet = try #require(ends.arrive(ends.packet(7, level: 20, id: 3)))
    let sent = try #require(ends.send(packet, at: at(1)))
    #expect(sent.payloadType == 96)
    #expect(sent.extensionData(id: 1) == nil)
    #expect(sent.audioLevel(id: 3)?.level == 20)
  }

  @Test("keypad tones pass, other contents do not")
  func contents() throws {
    let ends = try Ends()
    let tone = try #require(ends.arrive(ends.packet(7, payloadType: 110)))
    #expect(ends.send(tone, at: at(1))?.payloadType == 110)
    #expect(ends.arrive(ends.packet(7, payloadType: 77, number: 1)) == nil)
    // Our own number is nobody's stream.
    #expect(ends.arrive(ends.packet(ends.ssrc, number: 2)) == nil)
  }

  @Test("packets with copies pass with the numbers of the leg that is sent them")
  func redundant() throws {
    let sender = try Ends()
    let receiver = try Ends { answer in
      answer.replacing(":111 ", with: ":96 ").replacing("SAVPF 111 63", with: "SAVPF 96 35")
        .replacing("rtpmap:63", with: "rtpmap:35")
        .replacing("fmtp:63 111/111", with: "fmtp:35 96/96")
    }
    let audio = RedundantAudio(
      copies: [.init(payloadType: 111, timestampOffset: 960, payload: [7])], payloadType: 111,
      payload: [8, 9])
    let packet = try #require(
      sender.arrive(sender.packet(7, payloadType: 63, number: 5, payload: audio.encoded())))
    let sent = try #require(receiver.send(packet, at: at(1)))
    #expect(sent.payloadType == 35)
    let passed = try RedundantAudio(decoding: sent.payload)
    #expect(passed.payloadType == 96)
    #expect(passed.copies.map(\.payloadType) == [96])
    #expect(passed.copies.map(\.payload) == [[7]])
    #expect(passed.payload == [8, 9])
  }

  @Test("a leg that reads no copies is sent what was lost on the way to us, and each packet alone")
  func unpacked() throws {
    let sender = try Ends()
    let receiver = try Ends(changing: Ends.withoutCopies)
    func audio(_ number: Int) -> [UInt8] {
      RedundantAudio(
        copies: [2, 1].map {
          .init(
            payloadType: 111, timestampOffset: UInt16($0 * 960), payload: [UInt8(number - $0)])
        }, payloadType: 111, payload: [UInt8(number)]
      ).encoded()
    }
    var sent: [RTPPacket] = []
    for number in [10, 11, 13, 17] {
      let datagram = sender.packet(7, payloadType: 63, number: number, payload: audio(number))
      guard case .taken(let packets) = sender.receive(datagram, at: at(number)) else {
        Issue.record("\(number) was not taken")
        continue
      }
      sent += packets.compactMap { receiver.send($0, at: at(number)) }
    }
    #expect(sent.map(\.sequence.rawValue) == [10, 11, 12, 13, 15, 16, 17])
    #expect(sent.map(\.payload) == [[10], [11], [12], [13], [15], [16], [17]])
    #expect(sent.map(\.timestamp) == [10, 11, 12, 13, 15, 16, 17].map { UInt32($0 * 960) })
    #expect(sent.allSatisfy { $0.payloadType == 111 })
    // What was restored and comes late all the same is not sent twice.
    #expect(sender.receive(sender.packet(7, number: 12), at: at(30)) == .repeated)
    #expect(sender.arrive(sender.packet(7, number: 14), at: at(30)) != nil)
  }

  @Test("copies that come a few packets later restore what was lost for a leg that reads none")
  func unpackedLater() throws {
    let sender = try Ends()
    let receiver = try Ends(changing: Ends.withoutCopies)
    var sent: [RTPPacket] = []
    for number in [10, 11, 14, 15, 16, 17] {
      let audio = RedundantAudio(
        copies: [
          .init(payloadType: 111, timestampOffset: 3 * 960, payload: [UInt8(number - 3)])
        ], payloadType: 111, payload: [UInt8(number)])
      let datagram = sender.packet(7, payloadType: 63, number: number, payload: audio.encoded())
      guard case .taken(let packets) = sender.receive(datagram, at: at(number)) else {
        Issue.record("\(number) was not taken")
        continue
      }
      sent += packets.compactMap { receiver.send($0, at: at(number)) }
    }
    #expect(sent.map(\.sequence.rawValue) == [10, 11, 14, 12, 15, 13, 16, 17])
    #expect(sent.map(\.payload) == [[10], [11], [14], [12], [15], [13], [16], [17]])
    #expect(sender.receive(sender.packet(7, number: 12), at: at(30)) == .repeated)
  }

  @Test("copies of something else than sound, and what stands before them, are left out")
  func strangeCopies() throws {
    let ends = try Ends()
    let audio = RedundantAudio(
      copies: [
        .init(payloadType: 111, timestampOffset: 1_920, payload: [1]),
        .init(payloadType: 110, timestampOffset: 960, payload: [2]),
      ], payloadType: 111, payload: [3])
    let packet = try #require(
      ends.arrive(ends.packet(7, payloadType: 63, payload: audio.encoded())))
    let sent = try #require(ends.send(packet, at: at(1)))
    #expect(try RedundantAudio(decoding: sent.payload).copies == [])
    #expect(
      ends.arrive(ends.packet(7, payloadType: 63, number: 1, payload: [0x80 | 111, 0, 0, 9])) == nil
    )
    let tone = RedundantAudio(copies: [], payloadType: 110, payload: [3])
    #expect(
      ends.arrive(ends.packet(7, payloadType: 63, number: 2, payload: tone.encoded())) == nil)
  }

  @Test("what comes twice passes once")
  func repeats() throws {
    let ends = try Ends()
    let datagram = ends.packet(7)
    #expect(ends.arrive(datagram) != nil)
    #expect(ends.receive(datagram, at: at(1)) == .repeated)
    // The same number under a new encryption.
    #expect(ends.receive(ends.packet(7, level: 50), at: at(1)) == .repeated)
    var forged = ends.packet(7, number: 1)
    forged[20] ^= 1
    #expect(ends.receive(forged, at: at(1)) == .faulty)
  }

  @Test("streams of one peer have a bound; one that fell silent gives way")
  func incomingBound() throws {
    let ends = try Ends()
    for ssrc in 1...UInt32(PacketFlow.incomingLimit) {
      #expect(ends.arrive(ends.packet(ssrc)) != nil)
    }
    #expect(ends.arrive(ends.packet(99)) == nil)
    #expect(ends.arrive(ends.packet(99, number: 1), at: at(5_001)) != nil)
  }

  @Test("streams to one peer have a bound; one that fell silent gives way")
  func outgoingBound() throws {
    let ends = try Ends()
    for ssrc in 1...UInt32(PacketFlow.outgoingLimit) {
      #expect(ends.forward(packet(ssrc), at: at(1)) != nil)
    }
    #expect(ends.forward(packet(99), at: at(1)) == nil)
    #expect(ends.forward(packet(99), at: at(5_002)) != nil)
  }

  @Test("reports say what was lost of the peer's stream, and when the others' were sent")
  func reports() throws {
    let ends = try Ends()
    for number in [0, 1, 3] { _ = ends.arrive(ends.packet(7, number: number)) }
    _ = ends.receiveReport(
      ends.control([
        .senderReport(
          SenderReport(
            ssrc: 7, time: NTPTimestamp(rawValue: 5 << 32), timestamp: 0, packetCount: 4,
            payloadBytes: 4))
      ]), at: .zero)
    for number in 0..<3 { _ = ends.forward(packet(8, number: number), at: at(20 * number)) }
    let compound = try #require(ends.report())
    let blocks = compound.packets.flatMap { packet -> [ReportBlock] in
      if case .receiverReport(let report) = packet { report.blocks } else { [] }
    }
    #expect(blocks.map(\.ssrc) == [7])
    #expect(blocks.first?.cumulativeLost == 1)
    #expect(blocks.first?.lastSenderReport == 5 << 16)
    let senders = compound.packets.compactMap { packet -> SenderReport? in
      if case .senderReport(let report) = packet { report } else { nil }
    }
    #expect(senders.map(\.ssrc) == [8])
    #expect(senders.first?.packetCount == 3)
    let elapsed = at(40).duration(to: compound.at)
    #expect(senders.first?.timestamp == UInt32(2 * 960 + Sound.samples(elapsed)))
    // Nothing more was sent, so nothing more is said.
    let next = try #require(ends.report(after: compound.at))
    #expect(!next.packets.contains { if case .senderReport = $0 { true } else { false } })
  }

  @Test("the round trip is measured by what the peer says of a stream it was sent")
  func roundTrip() throws {
    let ends = try Ends()
    _ = ends.forward(packet(8), at: at(0))
    let sent = try #require(ends.report())
    let time = sent.packets.compactMap { packet -> NTPTimestamp? in
      if case .senderReport(let report) = packet { report.time } else { nil }
    }
    let block = ReportBlock(
      ssrc: 8, fractionLost: 0, cumulativeLost: 0, highestSequence: 0, jitter: 0,
      lastSenderReport: try #require(time.first).compact, delaySinceLastSenderReport: 0)
    #expect(
      ends.receiveReport(
        ends.control([.receiverReport(ReceiverReport(ssrc: 7, blocks: [block]))]),
        at: sent.at.advanced(by: .milliseconds(80))))
    let trip = try #require(ends.flow.reports.roundTripTime)
    #expect((.milliseconds(79) ... .milliseconds(81)).contains(trip))
  }

  private func at(_ milliseconds: Int) -> Instant {
    Instant.zero.advanced(by: .milliseconds(milliseconds))
  }

  private func packet(_ ssrc: UInt32, number: Int = 0) -> ForwardedPacket {
    ForwardedPacket(
      content: .opus,
      packet: RTPPacket(
        payloadType: 111, sequence: SequenceNumber(UInt16(number)), timestamp: UInt32(number) * 960,
        ssrc: ssrc, payload: [1, 2, 3]),
      audioLevel: nil, canonicalName: nil)
  }

  /// A flow, and the peer that it talks to.
  private final class Ends {
    /// The answer of a peer that reads no copies.
    static func withoutCopies(_ answer: String) -> String {
      answer.replacing("SAVPF 111 63", with: "SAVPF 111")
        .replacing(
          "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=x-red-distance:3\r\n", with: "")
    }

    var flow: PacketFlow
    let ssrc: UInt32
    private let peer: any CipherPort

    /// - Parameter change: what the peer's answer says otherwise.
    init(changing change: (String) -> String = { $0 }) throws {
      let ports = FakePorts(seed: 21)
      let local = LocalAudio(
        sessionID: 1, ssrc: ports.random(), canonicalName: "somebody",
        fingerprint: ports.makeHandshake().fingerprint)
      let transport = LocalTransport(
        credentials: IceCredentials(ufrag: "abcd", password: "abcdefghijklmnopqrstuvwx"))
      var caller = OfferAnswer(local: local)
      var callee = OfferAnswer(local: local)
      let answer = try callee.makeAnswer(to: caller.makeOffer(transport), transport)
      try caller.accept(answer: SessionDescription(decoding: change(answer.encoded())))
      flow = PacketFlow(
        try #require(caller.agreed), local: local,
        cipher: try ports.makeCipher(
          keys: CipherKeys(profile: .aeadAES128GCM, sending: [1], receiving: [2])),
        ports: ports, clock: NTPClock(WallTime(milliseconds: 0), at: .zero), at: .zero)
      ssrc = local.ssrc
      peer = try ports.makeCipher(
        keys: CipherKeys(profile: .aeadAES128GCM, sending: [2], receiving: [1]))
    }

    func packet(
      _ ssrc: UInt32, payloadType: UInt8 = 111, level: UInt8? = nil, id: UInt8 = 1,
      number: Int = 0, payload: [UInt8] = [1, 2, 3]
    ) -> [UInt8] {
      let level = level.map { AudioLevel(isVoice: false, level: $0).encoded() }
      var datagram = RTPPacket(
        payloadType: payloadType, sequence: SequenceNumber(UInt16(number)),
        timestamp: UInt32(number) &* 960, ssrc: ssrc,
        extensions: level.map { [HeaderExtension(id: id, data: $0)] } ?? [], payload: payload
      ).encoded()
      try? peer.protectRTP(&datagram)
      return datagram
    }

    func control(_ packets: [RTCPPacket]) -> [UInt8] {
      var datagram = RTCPPacket.encodeCompound(packets)
      try? peer.protectRTCP(&datagram)
      return datagram
    }

    func arrive(_ datagram: [UInt8], at now: Instant = .zero) -> ForwardedPacket? {
      guard case .taken(let packets) = flow.receivedRTP(datagram, at: now) else { return nil }
      return packets.last
    }

    func receive(_ datagram: [UInt8], at now: Instant) -> PacketFlow.Arrival {
      flow.receivedRTP(datagram, at: now)
    }

    func receiveReport(_ datagram: [UInt8], at now: Instant) -> Bool {
      flow.receivedRTCP(datagram, at: now)
    }

    func forward(_ packet: ForwardedPacket, at now: Instant) -> [UInt8]? {
      flow.forward(packet, at: now)
    }

    func send(_ packet: ForwardedPacket, at now: Instant) -> RTPPacket? {
      guard var datagram = flow.forward(packet, at: now) else { return nil }
      try? peer.unprotectRTP(&datagram)
      return try? RTPPacket(decoding: datagram)
    }

    /// The next report, and when it was sent.
    func report(after start: Instant = .zero) -> (packets: [RTCPPacket], at: Instant)? {
      for _ in 0..<8 {
        guard let due = flow.reports.deadline else { return nil }
        guard var datagram = flow.expireReports(at: due), due > start else { continue }
        try? peer.unprotectRTCP(&datagram)
        return (try? RTCPPacket.decodeCompound(datagram)).map { ($0, due) }
      }
      return nil
    }
  }
}
