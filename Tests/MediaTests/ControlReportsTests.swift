import Basics
import RTP
import Simulation
import Testing

@testable import Media

@Suite("Control reports")
struct ControlReportsTests {
  @Test("report as a sender while packets go out, and as a receiver when none did")
  func senderAndReceiver() throws {
    var reports = makeReports()
    let first = try nextCompound(&reports, packetCount: 10)
    guard case .senderReport(let sender) = first[0] else {
      Issue.record("no sender report: \(first)")
      return
    }
    #expect(sender.packetCount == 10)
    #expect(sender.blocks.count == 1)
    #expect(
      first[1] == .sourceDescription([SourceDescription(ssrc: 1, canonicalName: "somebody")]))
    let second = try nextCompound(&reports, packetCount: 10)
    guard case .receiverReport = second[0] else {
      Issue.record("no receiver report: \(second)")
      return
    }
  }

  @Test("learn the round trip and the loss from what the peer reports")
  func roundTrip() throws {
    var reports = makeReports()
    let compound = try nextCompound(&reports, packetCount: 10)
    guard case .senderReport(let sent) = compound[0] else { return }
    let due = lastDue(before: try #require(reports.deadline), sent.time)
    let block = ReportBlock(
      ssrc: 1, fractionLost: 64, highestSequence: 0, jitter: 480,
      lastSenderReport: sent.time.compact, delaySinceLastSenderReport: 65_536 / 2)
    reports.received(block, at: due.advanced(by: .milliseconds(580)))
    #expect(abs((reports.roundTripTime ?? .zero).milliseconds - 80) < 2)
    #expect(reports.remoteFractionLost == 0.25)
    #expect(reports.remoteJitter == 0.01)

    reports.received(ReportBlock(ssrc: 1, highestSequence: 0), at: due)
    #expect(abs((reports.roundTripTime ?? .zero).milliseconds - 80) < 2)
  }

  @Test("end with a goodbye and are never due again")
  func goodbye() throws {
    var reports = makeReports()
    let compound = try RTCPPacket.decodeCompound(reports.goodbye(sent(3), at: .zero))
    #expect(compound.last == .goodbye(Goodbye(sources: [1])))
    #expect(compound.count == 3)
    #expect(reports.deadline == nil)
  }

  private let clock = NTPClock(WallTime(milliseconds: 1_790_000_000_000), at: .zero)

  /// When a report of that time was made, to the millisecond.
  private func lastDue(before limit: Instant, _ time: NTPTimestamp) -> Instant {
    var instant = Instant.zero
    while instant < limit, clock.timestamp(at: instant).rawValue < time.rawValue {
      instant = instant.advanced(by: .milliseconds(1))
    }
    return instant
  }

  private func makeReports() -> ControlReports {
    ControlReports(
      canonicalName: "somebody", sessionBitsPerSecond: 128_000, clock: clock,
      random: PortRandom(ports: FakePorts(seed: 4)), at: .zero)
  }

  private func sent(_ packetCount: Int) -> ControlReports.Sent {
    ControlReports.Sent(ssrc: 1, timestamp: 960, packetCount: packetCount, payloadBytes: 100)
  }

  private func nextCompound(
    _ reports: inout ControlReports, packetCount: Int
  ) throws -> [RTCPPacket] {
    for _ in 0..<50 {
      let due = try #require(reports.deadline)
      let compound = reports.expire(sent(packetCount), at: due) { _ in
        [ReportBlock(ssrc: 9, highestSequence: 5)]
      }
      if let compound { return try RTCPPacket.decodeCompound(compound) }
    }
    return []
  }
}
