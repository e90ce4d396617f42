import Basics
import RTP
import Testing

@Suite("Sequence number")
struct SequenceNumberTests {
  @Test("is compared by the shorter way around")
  func comparison() {
    #expect(SequenceNumber(65_530).distance(to: SequenceNumber(4)) == 10)
    #expect(SequenceNumber(4).distance(to: SequenceNumber(65_530)) == -10)
    #expect(SequenceNumber(65_535).next == SequenceNumber(0))
    #expect(SequenceNumber(2).advanced(by: -3) == SequenceNumber(65_535))
  }

  @Test("is unwrapped across the roll-over, both ways")
  func unwrapping() {
    var unwrapper = Unwrapper<UInt16>()
    #expect(unwrapper.unwrap(65_534) == 65_534)
    #expect(unwrapper.unwrap(1) == 65_537)
    #expect(unwrapper.unwrap(65_535) == 65_535)
    #expect(unwrapper.unwrap(2) == 65_538)
  }

  @Test("from before the first is negative, not far ahead")
  func beforeTheFirst() {
    var unwrapper = Unwrapper<UInt16>()
    #expect(unwrapper.unwrap(1) == 1)
    #expect(unwrapper.unwrap(65_535) == -1)
    #expect(unwrapper.unwrap(2) == 2)
  }

  @Test("timestamps are unwrapped over many rounds")
  func timestamps() {
    var unwrapper = TimestampUnwrapper()
    var expected: Int64 = 4_000_000_000
    for _ in 0..<20 {
      #expect(unwrapper.unwrap(UInt32(truncatingIfNeeded: expected)) == expected)
      expected += 1_000_000_000
    }
  }
}

@Suite("Interarrival jitter")
struct InterarrivalJitterTests {
  @Test("is zero while spacing is kept, however long the way")
  func even() {
    var jitter = InterarrivalJitter(clockRate: 48_000)
    for index in 0..<100 {
      jitter.packetArrived(
        timestamp: Int64(index) * 960, at: .zero.advanced(by: .milliseconds(500 + 20 * index)))
    }
    #expect(jitter.estimate == 0)
  }

  @Test("tends to the mean deviation, with a gain of a sixteenth")
  func uneven() {
    var jitter = InterarrivalJitter(clockRate: 48_000)
    for index in 0..<400 {
      let late = index % 2 * 10
      jitter.packetArrived(
        timestamp: Int64(index) * 960, at: .zero.advanced(by: .milliseconds(20 * index + late)))
      if index == 1 { #expect(jitter.milliseconds == 10.0 / 16) }
    }
    #expect(abs(jitter.milliseconds - 10) < 0.001)
  }
}

@Suite("Reception statistics")
struct ReceptionStatisticsTests {
  @Test("count what is expected, lost, late and doubled")
  func counts() {
    var statistics = ReceptionStatistics(ssrc: 7, clockRate: 48_000)
    for number in [10, 11, 14, 12, 12, 15] { _ = arrive(number, in: &statistics) }

    #expect(statistics.expectedCount == 6)
    #expect(statistics.receivedCount == 6)
    #expect(statistics.lostCount == 0, "a duplicate makes up for a loss (RFC 3550 §6.4.1)")
    #expect(statistics.reorderedCount == 1)
    #expect(statistics.duplicateCount == 1)
    #expect(statistics.gapCount == 1)
  }

  @Test("tell each packet's place, across the roll-over")
  func places() {
    var statistics = ReceptionStatistics(ssrc: 7, clockRate: 48_000)
    #expect(arrive(65_535, in: &statistics) == .inOrder(position(65_535)))
    #expect(arrive(1, in: &statistics) == .inOrder(position(65_537)))
    #expect(arrive(0, in: &statistics) == .reordered(position(65_536)))
    #expect(arrive(0, in: &statistics) == .duplicate)
    #expect(arrive(1, in: &statistics) == .duplicate)
    #expect(arrive(65_535, in: &statistics) == .duplicate)
  }

  @Test("report the fraction lost since the last report")
  func fractionLost() {
    var statistics = ReceptionStatistics(ssrc: 7, clockRate: 48_000)
    for number in 0..<100 where number % 4 != 3 { _ = arrive(number, in: &statistics) }
    _ = arrive(100, in: &statistics)

    let first = statistics.makeReportBlock(at: .zero)
    #expect(first.ssrc == 7)
    #expect(first.fractionLost == UInt8(25 * 256 / 101))
    #expect(first.cumulativeLost == 25)
    #expect(first.highestSequence == 100)

    for number in 101..<200 { _ = arrive(number, in: &statistics) }
    let second = statistics.makeReportBlock(at: .zero)
    #expect(second.fractionLost == 0)
    #expect(second.cumulativeLost == 25)
    #expect(statistics.makeReportBlock(at: .zero).fractionLost == 0, "nothing was expected")
  }

  @Test("count roll-overs in the highest number")
  func rollOvers() {
    var statistics = ReceptionStatistics(ssrc: 7, clockRate: 48_000)
    for number in stride(from: 60_000, through: 140_000, by: 1_000) {
      _ = arrive(number, in: &statistics)
    }
    #expect(statistics.makeReportBlock(at: .zero).highestSequence == 2 << 16 | (140_000 & 0xFFFF))
  }

  @Test("drop a stray and begin anew when a second follows it")
  func restart() {
    var statistics = ReceptionStatistics(ssrc: 7, clockRate: 48_000)
    for number in 50_000..<50_010 { _ = arrive(number, in: &statistics) }
    #expect(arrive(100, in: &statistics) == .outOfPlace)
    #expect(arrive(50_010, in: &statistics) == .inOrder(position(50_010)))
    #expect(arrive(101, in: &statistics) == .outOfPlace, "the first stray is forgotten")
    #expect(
      arrive(102, in: &statistics)
        == .restarted(.init(sequence: 65_536 + 102, timestamp: 102 * 960)))
    #expect(statistics.receivedCount == 1)
    #expect(statistics.lostCount == 0)
  }

  @Test("take a gap of 3000 packets for loss, and a larger one for a stray")
  func largestGap() {
    var statistics = ReceptionStatistics(ssrc: 7, clockRate: 48_000)
    _ = arrive(0, in: &statistics)
    #expect(arrive(3_001, in: &statistics) == .outOfPlace)
    #expect(arrive(3_000, in: &statistics) == .inOrder(position(3_000)))
    #expect(arrive(2_900, in: &statistics) == .reordered(position(2_900)))
    #expect(arrive(2_899, in: &statistics) == .outOfPlace)
  }

  @Test("answer the sender's last report with its time and age")
  func answersSenderReport() {
    var statistics = ReceptionStatistics(ssrc: 7, clockRate: 48_000)
    _ = arrive(0, in: &statistics)
    #expect(statistics.makeReportBlock(at: .zero).lastSenderReport == 0)

    let report = SenderReport(
      ssrc: 7, time: NTPTimestamp(rawValue: 0x1122_3344_5566_7788), timestamp: 0, packetCount: 0,
      payloadBytes: 0)
    statistics.senderReportArrived(report, at: .zero)
    let block = statistics.makeReportBlock(at: .zero.advanced(by: .milliseconds(1_500)))
    #expect(block.lastSenderReport == 0x3344_5566)
    #expect(block.delaySinceLastSenderReport == 65_536 * 3 / 2)
  }

  private func arrive(
    _ number: Int, in statistics: inout ReceptionStatistics
  ) -> ReceptionStatistics.Arrival {
    statistics.packetArrived(
      sequence: SequenceNumber(UInt16(truncatingIfNeeded: number)),
      timestamp: UInt32(truncatingIfNeeded: position(Int64(number)).timestamp), at: .zero)
  }

  private func position(_ sequence: Int64) -> ReceptionStatistics.PacketPosition {
    .init(sequence: sequence, timestamp: sequence % 65_536 * 960)
  }
}
