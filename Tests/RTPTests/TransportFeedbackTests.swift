import Basics
import RTP
import Testing

@Suite("Transport-wide feedback")
struct TransportFeedbackTests {
  /// As browsers send it, with padding.
  private let single: [UInt8] = [
    0xAF, 0xCD, 0x00, 0x05, 0xFA, 0x17, 0xFA, 0x17, 0x43, 0x03, 0x2F, 0xA0, 0x00, 0x99, 0x00, 0x01,
    0x3D, 0xE8, 0x02, 0x17, 0x20, 0x01, 0x94, 0x01,
  ]
  private let vector: [UInt8] = [
    0xAF, 0xCD, 0x00, 0x06, 0xFA, 0x17, 0xFA, 0x17, 0x19, 0x3D, 0xD8, 0xBB, 0x01, 0x74, 0x00, 0x02,
    0x45, 0xB1, 0x5A, 0x40, 0xD8, 0x00, 0xF0, 0xFF, 0xD0, 0x00, 0x00, 0x03,
  ]

  @Test("reads a run and a vector of two-bit symbols")
  func reads() throws {
    #expect(
      try RTCPPacket.decodeCompound(single) == [
        .transportFeedback(
          TransportFeedback(
            senderSSRC: 0xFA17_FA17, mediaSSRC: 0x4303_2FA0, base: 153, referenceTime: 0x3D_E802,
            feedbackCount: 0x17, arrivals: [0x94]))
      ])
    #expect(
      try RTCPPacket.decodeCompound(vector) == [
        .transportFeedback(
          TransportFeedback(
            senderSSRC: 0xFA17_FA17, mediaSSRC: 0x193D_D8BB, base: 372, referenceTime: 0x45_B15A,
            feedbackCount: 0x40, arrivals: [0xF0, -48]))
      ])
  }

  @Test("reads a vector of one-bit symbols and a run of lost packets")
  func readsMore() throws {
    let bytes: [UInt8] = [
      0x8F, 205, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 0xFF, 0, 18, 0, 0, 1, 0,
      0x00, 0x04,  // Four lost.
      0xA0, 0x01,  // 1000 0000 0000 01.
      1, 2, 0, 0,
    ]
    let packets = try RTCPPacket.decodeCompound(bytes)
    guard case .transportFeedback(let feedback) = packets.first else {
      Issue.record("no feedback: \(packets)")
      return
    }
    var expected = [Int16?](repeating: nil, count: 18)
    expected[4] = 1
    expected[17] = 2
    #expect(feedback.arrivals == expected)
    #expect(feedback.base == 0xFFFF)
  }

  @Test("everything that can be told comes back", arguments: 0..<50)
  func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let lossShare = Double.random(in: 0...1, using: &generator)
    let arrivals = (0..<Int.random(in: 0...300, using: &generator)).map { _ -> Int16? in
      if Double.random(in: 0..<1, using: &generator) < lossShare { return nil }
      let isSmall = Bool.random(using: &generator)
      return isSmall
        ? .random(in: 0...255, using: &generator) : .random(in: .min ... .max, using: &generator)
    }
    let feedback = TransportFeedback(
      senderSSRC: 1, mediaSSRC: 2, base: .random(in: 0...65_535, using: &generator),
      referenceTime: .random(in: 0...0xFF_FFFF, using: &generator), feedbackCount: 9,
      arrivals: arrivals)
    let bytes = RTCPPacket.encodeCompound([.transportFeedback(feedback)])
    #expect(try RTCPPacket.decodeCompound(bytes) == [.transportFeedback(feedback)])
  }

  @Test("a long silence takes few bytes")
  func runs() {
    let feedback = TransportFeedback(
      senderSSRC: 1, mediaSSRC: 2, base: 0, referenceTime: 0, feedbackCount: 0,
      arrivals: [5] + [Int16?](repeating: nil, count: 900) + [7])
    #expect(RTCPPacket.encodeCompound([.transportFeedback(feedback)]).count <= 32)
  }

  @Test("what tells of more than 4 096 packets, or breaks its lengths, is passed over")
  func bounds() throws {
    var bytes: [UInt8] = [
      0x8F, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0x10, 0, 0, 0, 1, 0, 0x10, 0, 0, 0,
    ]
    guard case .transportFeedback = try RTCPPacket.decodeCompound(bytes).first else {
      Issue.record("4 096 are refused")
      return
    }
    bytes[15] = 1
    #expect(try RTCPPacket.decodeCompound(bytes) == [.other(packetType: 205)])
    bytes[14] = 0
    bytes[20] = 0x20  // It has arrived, and the deltas of 0 … 1 packets follow in two bytes.
    bytes[21] = 3
    bytes[15] = 3
    #expect(try RTCPPacket.decodeCompound(bytes) == [.other(packetType: 205)])
  }

  @Test("10 000 damaged ones are survived", arguments: 0..<10)
  func damage(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for number in 0..<1_000 {
      let bytes = damaged(number % 2 == 0 ? single : vector, using: &generator)
      guard let packets = try? RTCPPacket.decodeCompound(bytes) else { continue }
      for case .transportFeedback(let feedback) in packets {
        #expect(feedback.arrivals.count <= TransportFeedback.statusLimit, "seed \(seed)")
      }
    }
  }
}

@Suite("Transport-wide arrivals")
struct TransportArrivalsTests {
  private func at(_ milliseconds: Int) -> Instant {
    Instant.zero.advanced(by: .milliseconds(milliseconds))
  }

  private func feedback(
    of arrivals: inout TransportArrivals, at milliseconds: Int
  ) -> [TransportFeedback] {
    arrivals.expire(senderSSRC: 1, mediaSSRC: 2, at: at(milliseconds))
  }

  @Test("is due 200 ms after the first packet, and not before")
  func deadline() {
    var arrivals = TransportArrivals()
    #expect(arrivals.deadline == nil)
    arrivals.packetArrived(number: 7, at: at(1_000))
    arrivals.packetArrived(number: 8, at: at(1_100))
    #expect(arrivals.deadline == at(1_200))
    #expect(feedback(of: &arrivals, at: 1_199) == [])
    #expect(feedback(of: &arrivals, at: 1_200).count == 1)
    #expect(arrivals.deadline == nil)
  }

  @Test("tells when each packet arrived, and which did not")
  func tells() throws {
    var arrivals = TransportArrivals()
    arrivals.packetArrived(number: 65_535, at: at(130))
    arrivals.packetArrived(number: 2, at: at(170))
    arrivals.packetArrived(number: 1, at: at(172))
    let first = try #require(feedback(of: &arrivals, at: 400).first)
    #expect(first.base == 65_535)
    #expect(first.referenceTime == 2, "128 ms")
    #expect(first.arrivals == [8, nil, 168, -8])
    #expect(first.feedbackCount == 0)

    arrivals.packetArrived(number: 5, at: at(410))
    let second = try #require(feedback(of: &arrivals, at: 700).first)
    #expect(second.base == 3, "what was not heard of since the last time is told as lost")
    #expect(second.arrivals.map { $0 != nil } == [false, false, true])
    #expect(second.feedbackCount == 1)
  }

  @Test("tells afterwards of a packet that was overtaken, and of those after it once more")
  func overtaken() throws {
    var arrivals = TransportArrivals()
    arrivals.packetArrived(number: 10, at: at(0))
    arrivals.packetArrived(number: 12, at: at(40))
    _ = feedback(of: &arrivals, at: 200)
    arrivals.packetArrived(number: 11, at: at(210))
    arrivals.packetArrived(number: 11, at: at(215))
    let late = try #require(feedback(of: &arrivals, at: 420).first)
    #expect(late.base == 11)
    #expect(late.arrivals == [72, -680])
  }

  @Test("numbers that jump far are told apart from each other")
  func jumps() {
    var arrivals = TransportArrivals()
    arrivals.packetArrived(number: 0, at: at(0))
    arrivals.packetArrived(number: 30_000, at: at(20))
    arrivals.packetArrived(number: 30_001, at: at(40))
    let told = feedback(of: &arrivals, at: 300)
    #expect(told.map(\.base) == [0, 30_000])
    #expect(told.map(\.arrivals.count) == [1, 2])
    #expect(told.map(\.feedbackCount) == [0, 1])
  }

  @Test("holds 512 packets at most, the newest")
  func bound() {
    var arrivals = TransportArrivals()
    for number in 0..<2_000 { arrivals.packetArrived(number: UInt16(number), at: at(0)) }
    arrivals.packetArrived(number: 3, at: at(1))
    let told = feedback(of: &arrivals, at: 300)
    #expect(told.flatMap(\.arrivals).count { $0 != nil } == TransportArrivals.recordLimit)
    #expect(told.first?.base == 1_488)
  }

  @Test("any numbers at any time are told in what can be sent", arguments: 0..<20)
  func any(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var arrivals = TransportArrivals()
    var time = 0
    for _ in 0..<500 {
      time += Int.random(in: 0...60, using: &generator)
      arrivals.packetArrived(number: .random(in: 0...65_535, using: &generator), at: at(time))
      for feedback in feedback(of: &arrivals, at: time) {
        let bytes = RTCPPacket.encodeCompound([.transportFeedback(feedback)])
        #expect(
          try RTCPPacket.decodeCompound(bytes) == [.transportFeedback(feedback)], "seed \(seed)")
      }
    }
  }
}
