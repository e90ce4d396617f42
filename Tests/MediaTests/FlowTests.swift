import Basics
import RTP
import SDP
import Simulation
import Testing

@testable import Media

@Suite("Flow: packets in and out")
struct FlowTests {
  @Test("takes in 24 streams; one more waits until one has fallen silent")
  func streamBound() throws {
    var (flow, peer) = try makeFlow()
    for ssrc in 1...24 {
      #expect(flow.receivedRTP(peer.packet(UInt32(ssrc)), at: at(ssrc)) == .taken)
    }
    #expect(flow.receivedRTP(peer.packet(99), at: at(30)) == .faulty)
    #expect(flow.downlinks.count == 24)
    #expect(flow.receivedRTP(peer.packet(99, number: 1), at: at(5_020)) == .taken)
    #expect(flow.downlinks.count == 24)
    #expect(!flow.downlinks.contains { $0.reception.ssrc == 1 })
  }

  @Test("adds the streams up")
  func mixes() throws {
    var (flow, peer) = try makeFlow()
    for number in 0..<50 {
      for ssrc in [1, 2] as [UInt32] {
        _ = flow.receivedRTP(
          peer.packet(ssrc, sample: Int16(ssrc) * 1_000, number: number), at: at(number * 20))
      }
      _ = flow.pull(sampleCount: 960, at: at(number * 20 + 5))
    }
    #expect(flow.pull(sampleCount: 480, at: at(1_000))?.allSatisfy { $0 == 3_000 } == true)
    #expect(flow.farLevel > 0.05)
    #expect(flow.statistics.packetsReceived == 100)
  }

  @Test("has nothing to play before anything came")
  func empty() throws {
    var (flow, _) = try makeFlow()
    #expect(flow.pull(sampleCount: 480, at: .zero) == nil)
    #expect(flow.statistics.totalSamplesReceived == 0)
  }

  @Test("counts what is forged, repeated, or of a kind that was not agreed on")
  func strange() throws {
    var (flow, peer) = try makeFlow()
    var forged = peer.packet(1)
    forged[20] ^= 1
    #expect(flow.receivedRTP(forged, at: .zero) == .faulty)
    let good = peer.packet(1)
    #expect(flow.receivedRTP(good, at: .zero) == .taken)
    #expect(flow.receivedRTP(good, at: .zero) == .replayed)
    #expect(flow.receivedRTP(peer.packet(1, payloadType: 77, number: 1), at: .zero) == .faulty)
    #expect(flow.receivedRTP(peer.packet(1, payload: [1], number: 2), at: .zero) == .faulty)
    #expect(flow.receivedRTCP([0x80, 200, 0, 0, 1, 2, 3, 4], at: .zero) == .faulty)
    #expect(flow.traffic.packetsReceived == 3)
  }

  @Test("changes its own number when the peer happens to have the same")
  func collision() throws {
    var (flow, peer) = try makeFlow()
    let own = flow.uplink.ssrc
    #expect(flow.receivedRTP(peer.packet(own), at: .zero) == .taken)
    #expect(flow.uplink.ssrc != own)
  }

  @Test("is left when the last stream says goodbye, and not before")
  func goodbye() throws {
    var (flow, peer) = try makeFlow()
    _ = flow.receivedRTP(peer.packet(1), at: .zero)
    _ = flow.receivedRTP(peer.packet(2), at: .zero)
    #expect(flow.receivedRTCP(peer.goodbye([1, 7]), at: .zero) == .taken)
    #expect(flow.downlinks.count == 1)
    #expect(flow.receivedRTCP(peer.goodbye([2]), at: .zero) == .peerLeft)
    #expect(flow.retired.packetsLost == 0)
  }

  @Test("plays a stream that begins anew with other numbers")
  func restartedStream() throws {
    var (flow, peer) = try makeFlow()
    for number in 0..<25 {
      _ = flow.receivedRTP(peer.packet(1, sample: 500, number: number), at: at(number * 20))
      _ = flow.pull(sampleCount: 960, at: at(number * 20 + 5))
    }
    let played = flow.statistics.totalSamplesReceived
    for number in 25..<75 {
      _ = flow.receivedRTP(
        peer.packet(1, sample: 900, number: number, sequenceOffset: 20_000, timeOffset: 77_777_777),
        at: at(number * 20))
      _ = flow.pull(sampleCount: 960, at: at(number * 20 + 5))
    }
    #expect(flow.pull(sampleCount: 480, at: at(1_505))?.allSatisfy { $0 == 900 } == true)
    #expect(flow.statistics.totalSamplesReceived > played + 40_000)
  }

  @Test("plays what comes in packets of any mix of frames and copies", arguments: 0..<10)
  func redundant(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var (flow, peer) = try makeFlow()
    var wasLost = false
    for number in 0..<400 {
      // Never two in a row, and the next one after a loss carries what was lost.
      let isLost = number > 5 && !wasLost && Int.random(in: 0..<4, using: &generator) == 0
      let copyCount = wasLost ? 1 + number % 2 : Int.random(in: 0...2, using: &generator)
      let datagram = peer.redundantPacket(number, copyCount: min(copyCount, number))
      if !isLost {
        #expect(flow.receivedRTP(datagram, at: at(number * 20)) == .taken, "seed \(seed)")
      }
      if Bool.random(using: &generator) {
        #expect(
          isLost || flow.receivedRTP(datagram, at: at(number * 20)) == .replayed, "seed \(seed)")
      }
      wasLost = isLost
      _ = flow.pull(sampleCount: 960, at: at(number * 20 + 5))
    }
    let statistics = flow.statistics
    #expect(statistics.packetsLost > 40, "seed \(seed)")
    #expect(statistics.recoveredPackets * 10 >= statistics.packetsLost * 8, "seed \(seed)")
    #expect(statistics.concealedSamples < 400 * 960 / 20, "seed \(seed)")
  }

  @Test("a packet of copies that cannot be read is faulty, and its number not missing")
  func faultyCopies() throws {
    var (flow, peer) = try makeFlow()
    #expect(flow.receivedRTP(peer.packet(1), at: at(0)) == .taken)
    let payloads: [[UInt8]] = [[], [0xFF], [0x80 | 111, 0, 4, 9, 111, 1], [96, 1, 2, 3], [111]]
    for (index, payload) in payloads.enumerated() {
      let datagram = peer.packet(1, payloadType: 63, payload: payload, number: index + 1)
      #expect(flow.receivedRTP(datagram, at: at(index)) == .faulty)
    }
    #expect(flow.statistics.packetsLost == 0)
  }

  @Test("10 000 damaged packets of copies are survived", arguments: 0..<10)
  func damagedCopies(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var (flow, peer) = try makeFlow()
    for number in 0..<1_000 {
      var payload = peer.redundantPayload(number + 2, copyCount: 2)
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: payload.indices, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: payload[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: payload.insert(payload[index], at: index)
        default: if payload.count > 1 { payload.remove(at: index) }
        }
      }
      _ = flow.receivedRTP(
        peer.packet(1, payloadType: 63, payload: payload, number: number), at: at(number * 20))
      #expect(flow.pull(sampleCount: 960, at: at(number * 20 + 5))?.count == 960, "seed \(seed)")
    }
  }

  @Test("tells the peer within 200 ms which of its numbered packets arrived")
  func feedback() throws {
    var (flow, peer) = try makeFlow()
    for number in [0, 1, 3] {
      _ = flow.receivedRTP(
        peer.packet(7, number: number, transportNumber: UInt16(100 + number)), at: at(number * 20))
    }
    let deadline = try #require(flow.deadline)
    #expect(deadline <= at(200))
    let told = try flow.expire(at: at(200)).flatMap { datagram in
      var bytes = datagram
      try peer.cipher.unprotectRTCP(&bytes)
      return try RTCPPacket.decodeCompound(bytes)
    }
    let feedback = told.compactMap {
      if case .transportFeedback(let feedback) = $0 { feedback } else { nil }
    }
    #expect(feedback.count == 1)
    #expect(feedback.first?.base == 100)
    #expect(feedback.first?.mediaSSRC == 7)
    #expect(feedback.first?.arrivals == [0, 80, nil, 160])
  }

  private func at(_ milliseconds: Int) -> Instant {
    Instant.zero.advanced(by: .milliseconds(milliseconds))
  }

  /// The other end of the path, as far as its packets go.
  private struct Peer {
    let cipher: any CipherPort
    let encoder: any EncoderPort

    func packet(
      _ ssrc: UInt32, sample: Int16 = 100, payloadType: UInt8 = 111, payload: [UInt8]? = nil,
      number: Int = 0, sequenceOffset: UInt16 = 0, timeOffset: UInt32 = 0,
      transportNumber: UInt16? = nil
    ) -> [UInt8] {
      let frame = [Int16](repeating: sample, count: 960)
      let extensions = transportNumber.map {
        [HeaderExtension(id: 3, data: [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)])]
      }
      var datagram = RTPPacket(
        payloadType: payloadType, sequence: SequenceNumber(UInt16(number) &+ sequenceOffset),
        timestamp: UInt32(number) &* 960 &+ timeOffset, ssrc: ssrc,
        extensions: extensions ?? [],
        payload: payload ?? encoder.encode(frame)
      ).encoded()
      try? cipher.protectRTP(&datagram)
      return datagram
    }

    /// A frame of that number with copies of those before it; alone, it goes as it is.
    func redundantPacket(_ number: Int, copyCount: Int) -> [UInt8] {
      guard copyCount > 0 else { return packet(1, payload: payload(number), number: number) }
      return packet(
        1, payloadType: 63, payload: redundantPayload(number, copyCount: copyCount), number: number)
    }

    func redundantPayload(_ number: Int, copyCount: Int) -> [UInt8] {
      let copies = (1...copyCount).reversed().map { distance in
        RedundantAudio.Copy(
          payloadType: 111, timestampOffset: UInt16(distance * 960),
          payload: payload(number - distance))
      }
      return RedundantAudio(copies: copies, payloadType: 111, payload: payload(number)).encoded()
    }

    private func payload(_ number: Int) -> [UInt8] {
      encoder.encode([Int16](repeating: Int16(number), count: 960))
    }

    func goodbye(_ sources: [UInt32]) -> [UInt8] {
      var datagram = RTCPPacket.encodeCompound([
        .receiverReport(ReceiverReport(ssrc: 1)), .goodbye(Goodbye(sources: sources)),
      ])
      try? cipher.protectRTCP(&datagram)
      return datagram
    }
  }

  private func makeFlow() throws -> (Flow, Peer) {
    let ports = FakePorts(seed: 21)
    let local = LocalAudio(
      sessionID: 1, ssrc: ports.random(), canonicalName: "somebody",
      fingerprint: ports.makeHandshake().fingerprint)
    let transport = LocalTransport(
      credentials: IceCredentials(ufrag: "abcd", password: "abcdefghijklmnopqrstuvwx"))
    var caller = OfferAnswer(local: local)
    var callee = OfferAnswer(local: local)
    let answer = try callee.makeAnswer(to: caller.makeOffer(transport), transport)
    try caller.accept(answer: answer)
    let keys = CipherKeys(profile: .aeadAES128GCM, sending: [1], receiving: [2])
    let flow = Flow(
      try #require(caller.agreed), local: local, cipher: try ports.makeCipher(keys: keys),
      profile: keys.profile, settings: MediaSettings(), ports: ports,
      clock: NTPClock(WallTime(milliseconds: 0), at: .zero), at: .zero)
    let mirrored = CipherKeys(profile: .aeadAES128GCM, sending: [2], receiving: [1])
    let peer = Peer(
      cipher: try ports.makeCipher(keys: mirrored),
      encoder: ports.makeEncoder(settings: EncoderSettings(usesFEC: false)))
    return (flow, peer)
  }
}
