import Basics
import RTP
import Testing

@Suite("RTCP")
struct RTCPTests {
  private let block = ReportBlock(
    ssrc: 2, fractionLost: 64, cumulativeLost: -2, highestSequence: 0x0001_FFFF, jitter: 480,
    lastSenderReport: 0xAABB_CCDD, delaySinceLastSenderReport: 65_536)

  @Test("a sender report has the layout of RFC 3550")
  func senderReportLayout() throws {
    let report = SenderReport(
      ssrc: 1, time: NTPTimestamp(rawValue: 0x0102_0304_0506_0708), timestamp: 9, packetCount: 10,
      payloadBytes: 11, blocks: [block])
    let bytes = RTCPPacket.encodeCompound([.senderReport(report)])

    #expect(
      bytes == [
        0x81, 200, 0, 12, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 9, 0, 0, 0, 10, 0, 0, 0, 11,
        0, 0, 0, 2, 64, 0xFF, 0xFF, 0xFE, 0, 1, 0xFF, 0xFF, 0, 0, 1, 0xE0, 0xAA, 0xBB, 0xCC, 0xDD,
        0, 1, 0, 0,
      ])
    #expect(try RTCPPacket.decodeCompound(bytes) == [.senderReport(report)])
  }

  @Test("a compound of everything comes back", arguments: ["", "a", "ab", "abc", "abcd", "ü¼"])
  func compound(name: String) throws {
    let packets: [RTCPPacket] = [
      .receiverReport(ReceiverReport(ssrc: 1, blocks: [block, block])),
      .sourceDescription([
        SourceDescription(ssrc: 1, canonicalName: name),
        SourceDescription(ssrc: 2, canonicalName: nil),
      ]),
      .goodbye(Goodbye(sources: [1, 2], reason: name)),
      .goodbye(Goodbye(sources: [])),
    ]
    #expect(try RTCPPacket.decodeCompound(RTCPPacket.encodeCompound(packets)) == packets)
  }

  @Test("names and reasons are cut at 255 bytes")
  func longText() throws {
    let long = String(repeating: "x", count: 300)
    let cut = String(repeating: "x", count: 255)
    let bytes = RTCPPacket.encodeCompound([
      .sourceDescription([SourceDescription(ssrc: 1, canonicalName: long)]),
      .goodbye(Goodbye(sources: [1], reason: long)),
    ])
    #expect(
      try RTCPPacket.decodeCompound(bytes) == [
        .sourceDescription([SourceDescription(ssrc: 1, canonicalName: cut)]),
        .goodbye(Goodbye(sources: [1], reason: cut)),
      ])
  }

  @Test("feedback and extended reports are passed over, and what follows them is read")
  func unknownPackets() throws {
    let feedback: [UInt8] = [0x8F, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4]
    let extended: [UInt8] = [0x80, 207, 0, 0]
    let goodbye = RTCPPacket.goodbye(Goodbye(sources: [5]))
    #expect(
      try RTCPPacket.decodeCompound(feedback + extended + RTCPPacket.encodeCompound([goodbye]))
        == [.other(packetType: 205), .other(packetType: 207), goodbye])
  }

  @Test("an estimate of what the way carries has the layout of its draft")
  func estimateLayout() throws {
    let estimate = ReceiverEstimate(
      senderSSRC: 0x1234_5678, bitsPerSecond: 522_022, sources: [0x2345_6789, 0x2345_678A])
    let bytes = RTCPPacket.encodeCompound([.receiverEstimate(estimate)])
    #expect(
      bytes == [
        0x8F, 206, 0, 6, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0, 0x52, 0x45, 0x4D, 0x42, 2, 0x07, 0xFB,
        0x93, 0x23, 0x45, 0x67, 0x89, 0x23, 0x45, 0x67, 0x8A,
      ])
    #expect(try RTCPPacket.decodeCompound(bytes) == [.receiverEstimate(estimate)])
  }

  @Test("estimates may be as great as they can be written, and other feedback is no estimate")
  func strangeEstimates() throws {
    var bytes: [UInt8] = [
      0x8F, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0x52, 0x45, 0x4D, 0x42, 0, 0xFF, 0xFF, 0xFF,
    ]
    let most = ReceiverEstimate(senderSSRC: 1, bitsPerSecond: .max, sources: [])
    #expect(try RTCPPacket.decodeCompound(bytes) == [.receiverEstimate(most)])
    #expect(
      try RTCPPacket.decodeCompound(RTCPPacket.encodeCompound([.receiverEstimate(most)])).count == 1
    )
    bytes[16] = 1  // It names a stream that does not follow.
    #expect(try RTCPPacket.decodeCompound(bytes) == [.other(packetType: 206)])
    bytes[16] = 0
    bytes[12] = 0x53
    #expect(try RTCPPacket.decodeCompound(bytes) == [.other(packetType: 206)])
  }

  @Test("other items than the canonical name are passed over")
  func otherItems() throws {
    let bytes: [UInt8] = [
      0x81, 202, 0, 4, 0, 0, 0, 9, 2, 3, 65, 66, 67, 1, 1, 90, 0, 0, 0, 0,
    ]
    #expect(
      try RTCPPacket.decodeCompound(bytes)
        == [.sourceDescription([SourceDescription(ssrc: 9, canonicalName: "Z")])])
  }

  @Test("padding is dropped")
  func padding() throws {
    let bytes: [UInt8] = [0xA1, 203, 0, 2, 0, 0, 0, 5, 0, 0, 0, 4]
    #expect(try RTCPPacket.decodeCompound(bytes) == [.goodbye(Goodbye(sources: [5]))])
  }

  @Test("damage is refused with the reason")
  func damage() {
    #expect(throws: RTCPPacket.DecodingError.tooShort(byteCount: 0)) {
      try RTCPPacket.decodeCompound([])
    }
    #expect(throws: RTCPPacket.DecodingError.wrongVersion(0)) {
      try RTCPPacket.decodeCompound([0, 200, 0, 0])
    }
    #expect(throws: RTCPPacket.DecodingError.overrun(packetType: 201)) {
      try RTCPPacket.decodeCompound([0x80, 201, 0xFF, 0xFF, 0, 0, 0, 1])
    }
    #expect(throws: RTCPPacket.DecodingError.overrun(packetType: 201)) {
      try RTCPPacket.decodeCompound([0x9F, 201, 0, 1, 0, 0, 0, 1])
    }
    #expect(throws: RTCPPacket.DecodingError.overrun(packetType: 203)) {
      try RTCPPacket.decodeCompound([0xA0, 203, 0, 1, 0, 0, 0, 5])
    }
  }

  @Test("a compound holds 64 packets at most")
  func bound() throws {
    let empty: [UInt8] = [0x80, 207, 0, 0]
    let most = (0..<RTCPPacket.packetLimit).flatMap { _ in empty }
    #expect(try RTCPPacket.decodeCompound(most).count == 64)
    #expect(throws: RTCPPacket.DecodingError.tooManyPackets) {
      try RTCPPacket.decodeCompound(most + empty)
    }
  }

  @Test("any bytes are survived", arguments: 0..<32)
  func junk(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      var bytes = (0..<Int.random(in: 4..<120, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      bytes[0] |= 0x80
      bytes[0] &= 0xBF
      bytes[1] = UInt8.random(in: 200...207, using: &generator)
      bytes[2] = 0
      bytes[3] = UInt8.random(in: 0...30, using: &generator)
      let packets = (try? RTCPPacket.decodeCompound(bytes)) ?? []
      #expect(packets.count <= RTCPPacket.packetLimit)
    }
  }
}

@Suite("Round trip")
struct RoundTripTests {
  private let clock = NTPClock(WallTime(milliseconds: 1_795_166_400_125), at: .zero)

  @Test("NTP time counts from 1900, with a binary fraction")
  func ntp() {
    #expect(NTPTimestamp(WallTime(milliseconds: 0)).rawValue == 2_208_988_800 << 32)
    #expect(NTPTimestamp(WallTime(milliseconds: 500)).rawValue & 0xFFFF_FFFF == 0x8000_0000)
    #expect(NTPTimestamp(rawValue: 0x1122_3344_5566_7788).compact == 0x3344_5566)
    // The seconds roll over in February 2036.
    #expect(NTPTimestamp(WallTime(milliseconds: 2_085_978_496_000)).rawValue == 0)
  }

  @Test("the clock goes on by the monotonic one, finer than milliseconds")
  func clockGoesOn() {
    let now = Instant.zero.advanced(by: .microseconds(250))
    let ticks = clock.timestamp(at: now).rawValue - clock.timestamp(at: .zero).rawValue
    #expect(abs(Double(ticks) / 4_294_967_296 - 0.000_25) < 0.000_000_001)
  }

  @Test("is the time since our report without the peer's delay")
  func roundTrip() throws {
    let sent = clock.timestamp(at: .zero)
    let block = ReportBlock(
      ssrc: 1, highestSequence: 0, lastSenderReport: sent.compact,
      delaySinceLastSenderReport: 65_536)
    let now = Instant.zero.advanced(by: .milliseconds(1_080))
    let trip = try #require(block.roundTripTime(at: clock.timestamp(at: now)))
    #expect(abs(trip.milliseconds - 80) < 0.1)
  }

  @Test("is unknown without our report, and when the figures are impossible")
  func impossible() {
    let now = clock.timestamp(at: .zero)
    let unanswered = ReportBlock(ssrc: 1, highestSequence: 0)
    #expect(unanswered.roundTripTime(at: now) == nil)
    let fromTheFuture = ReportBlock(
      ssrc: 1, highestSequence: 0, lastSenderReport: now.compact, delaySinceLastSenderReport: 67)
    #expect(fromTheFuture.roundTripTime(at: now) == nil)
    let rounded = ReportBlock(
      ssrc: 1, highestSequence: 0, lastSenderReport: now.compact, delaySinceLastSenderReport: 66)
    #expect(rounded.roundTripTime(at: now) == .zero)
    let ancient = ReportBlock(
      ssrc: 1, highestSequence: 0, lastSenderReport: now.compact &- 61 * 65_536)
    #expect(ancient.roundTripTime(at: now) == nil)
  }
}

@Suite("Report schedule")
struct ReportScheduleTests {
  @Test("reports about every second at first, and then every few", arguments: 0..<50)
  func intervals(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var schedule = ReportSchedule(sessionBitsPerSecond: 64_000, at: .zero, using: &generator)
    var reports: [Instant] = []
    while reports.count < 20 {
      let deadline = try #require(schedule.deadline)
      #expect(!schedule.expire(at: deadline.advanced(by: .nanoseconds(-1)), using: &generator))
      if schedule.expire(at: deadline, using: &generator) {
        reports.append(deadline)
        schedule.compoundPassed(byteCount: 120)
      }
    }
    #expect(reports[0] <= .zero.advanced(by: .seconds(0.7)), "seed \(seed)")
    for (index, gap) in zip(reports, reports.dropFirst()).map({ $0.duration(to: $1) }).enumerated()
    {
      let range: ClosedRange<Duration> =
        index < 3 ? .seconds(0.4) ... .seconds(1.3) : .seconds(1.6) ... .seconds(5)
      #expect(range.contains(gap), "seed \(seed), report \(index): \(gap)")
    }
  }

  @Test("grows with the members, so that reports keep to their share of the bandwidth")
  func crowd() throws {
    var generator = SeededGenerator(seed: 1)
    var schedule = ReportSchedule(sessionBitsPerSecond: 64_000, at: .zero, using: &generator)
    schedule.membersChanged(memberCount: 1_000, senderCount: 1, isSender: false, at: .zero)
    for _ in 0..<200 { schedule.compoundPassed(byteCount: 120) }
    var count = 0
    while let deadline = schedule.deadline, deadline < .zero.advanced(by: .seconds(3_600)) {
      if schedule.expire(at: deadline, using: &generator) { count += 1 }
    }
    // A thousand receivers with 300 bytes a second, 120 a report: one each in 400 s.
    #expect((7...12).contains(count), "\(count)")
  }

  @Test("comes nearer when members leave")
  func reverseReconsideration() throws {
    var generator = SeededGenerator(seed: 1)
    var schedule = ReportSchedule(sessionBitsPerSecond: 64_000, at: .zero, using: &generator)
    let before = try #require(schedule.deadline)
    schedule.membersChanged(memberCount: 1, senderCount: 0, isSender: false, at: .zero)
    let after = try #require(schedule.deadline)
    #expect(after.nanoseconds == before.nanoseconds / 2)
  }

  @Test("stops with the goodbye")
  func stops() {
    var generator = SeededGenerator(seed: 1)
    var schedule = ReportSchedule(sessionBitsPerSecond: 64_000, at: .zero, using: &generator)
    schedule.stop()
    #expect(schedule.deadline == nil)
    #expect(!schedule.expire(at: .zero.advanced(by: .seconds(60)), using: &generator))
  }
}
