import Basics
import Playout
import RTP
import Simulation
import Testing

@testable import Media

@Suite("Uplink")
struct UplinkTests {
  private let frame = [Int16](repeating: 10_000, count: 960)

  @Test("numbers packets one by one and frames by their length; the first bears the marker")
  func numbers() throws {
    var uplink = makeUplink()
    let packets = try (0..<3).map { number in
      try captured(&uplink, isSilenced: false, at: number * 20)
    }
    #expect(packets.map(\.marker) == [true, false, false])
    #expect(packets[0].sequence.distance(to: packets[2].sequence) == 2)
    #expect(packets[2].timestamp &- packets[0].timestamp == 1_920)
    #expect(packets.allSatisfy { $0.payloadType == 111 && $0.ssrc == 42 })
    #expect(uplink.packetCount == 3)
    #expect(uplink.payloadBytes == packets.map(\.payload.count).reduce(0, +))
  }

  @Test("follows the clock over a gap, and no jitter of the microphone")
  func gap() throws {
    var uplink = makeUplink()
    let first = try captured(&uplink, isSilenced: false, at: 0)
    let late = try captured(&uplink, isSilenced: false, at: 150)
    #expect(late.timestamp &- first.timestamp == 960)
    #expect(!late.marker)
    let later = try captured(&uplink, isSilenced: false, at: 1_150)
    #expect(later.timestamp &- late.timestamp == 48_000)
    #expect(later.marker)
  }

  @Test("keeps time while nothing is to be sent")
  func skips() throws {
    var uplink = makeUplink()
    let first = try captured(&uplink, isSilenced: false, at: 0)
    uplink.skipped(sampleCount: 960, at: at(20))
    let next = try captured(&uplink, isSilenced: false, at: 40)
    #expect(next.timestamp &- first.timestamp == 1_920)
    #expect(first.sequence.next == next.sequence)
    #expect(next.marker)
  }

  @Test("tells the level of what it sends, and silence as silence")
  func level() throws {
    var uplink = makeUplink()
    _ = uplink.captured(frame, isSilenced: false, at: at(0))
    let loud = try captured(&uplink, isSilenced: false, at: 20)
    #expect(loud.audioLevel(id: 1) == AudioLevel(isVoice: true, level: 10))
    _ = uplink.captured(frame, isSilenced: true, at: at(40))
    let silent = try captured(&uplink, isSilenced: true, at: 60)
    #expect(silent.audioLevel(id: 1) == AudioLevel(isVoice: false, level: 127))
  }

  @Test("fades into silence and out of it")
  func fades() throws {
    let decoder = FakePorts(seed: 1).makeDecoder()
    var uplink = makeUplink()
    let first = try captured(&uplink, isSilenced: false, at: 0)
    let faded = try #require(decoder.decode(first.payload))
    #expect(faded.first.map { abs($0) < 100 } == true)
    #expect(faded.last == 10_000)
    let muted = try captured(&uplink, isSilenced: true, at: 20)
    #expect(try #require(decoder.decode(muted.payload)).last == 0)
  }

  @Test("prepares redundancy for the loss that the peer reports, within bounds")
  func expectedLoss() {
    let ports = FakePorts(seed: 1)
    var uplink = makeUplink(ports)
    report(0.12, times: 20, to: &uplink)
    #expect(ports.encoders[0].settings.expectedLossPercent == 12)
    #expect(uplink.account.sentence.contains(" with in-band FEC for 12 % loss"))
    report(0.9, times: 40, to: &uplink)
    #expect(ports.encoders[0].settings.expectedLossPercent == 30)
    report(0, times: 40, to: &uplink)
    #expect(ports.encoders[0].settings.expectedLossPercent == 5)
    #expect(uplink.account.fecLossPercent == nil)
  }

  @Test("prepares none where copies restore what is lost")
  func copiesInstead() {
    let ports = FakePorts(seed: 1)
    var uplink = makeUplink(ports, redundancy: .whenNeeded)
    #expect(ports.encoders[0].settings.expectedLossPercent == 5)
    report(0.06, times: 20, to: &uplink)
    #expect(uplink.plan.copies.count == 1)
    #expect(ports.encoders[0].settings.expectedLossPercent == 0)
    #expect(uplink.account.fecLossPercent == nil)
    report(0, times: 40, to: &uplink)
    #expect(uplink.plan.copies.count == 0)
    #expect(ports.encoders[0].settings.expectedLossPercent == 5)
    _ = makeUplink(ports, redundancy: .always)
    #expect(ports.encoders[1].settings.expectedLossPercent == 0)
  }

  @Test("prepares none where each packet is told of and none is lost, until one is")
  func cleanWay() {
    let ports = FakePorts(seed: 1)
    var uplink = makeUplink(ports)
    var now = 0
    func told(_ arrivals: [Int16?]) -> Int {
      now += 100
      uplink.peerTold(
        TransportFeedback(
          senderSSRC: 1, mediaSSRC: 2, base: 0, referenceTime: 5, feedbackCount: 0,
          arrivals: arrivals),
        at: at(now))
      return ports.encoders[0].settings.expectedLossPercent
    }
    for _ in 0..<50 { #expect(told([0, 80]) == 5) }
    #expect(told([0, 80]) == 0)
    #expect(told([0, nil, 80]) == 5)
    for _ in 0..<600 { #expect(told([0, 80]) == 5) }
    #expect(told([0, 80]) == 0)
  }

  @Test(
    "a way is clean that loses one packet in 250, or twenty in a row at times")
  func nextToNothing() {
    for (interval, run, isClean) in [
      (250, 1, true), (50, 1, false), (100, 4, false), (500, 20, true),
    ] {
      var watch = PathWatch()
      for tenth in 0..<600 {
        let now = at(tenth * 100)
        var base: UInt16?
        let arrivals: [Int16?] = (0..<5).map { index in
          let number = watch.send(byteCount: 200, at: now)
          base = base ?? number
          return (tenth * 5 + index) % interval >= interval - run ? nil : 0
        }
        watch.feedbackArrived(
          TransportFeedback(
            senderSSRC: 1, mediaSSRC: 2, base: base ?? 0, referenceTime: UInt32(tenth * 100 / 64),
            feedbackCount: UInt8(truncatingIfNeeded: tenth), arrivals: arrivals), at: now)
        guard tenth % 50 == 49 else { continue }
        watch.reported(
          ReportBlock(
            ssrc: 1, fractionLost: UInt8(256 * run / interval),
            highestSequence: UInt32(tenth * 5 + 5)),
          roundTripTime: nil, sentBytes: tenth * 1_000, at: now)
      }
      #expect(watch.isClean == isClean, "\(run) in \(interval)")
    }
  }

  @Test("prepares some again when nothing is told any more")
  func silentWay() {
    let ports = FakePorts(seed: 1)
    var uplink = makeUplink(ports)
    for index in 0...50 {
      uplink.peerTold(
        TransportFeedback(
          senderSSRC: 1, mediaSSRC: 2, base: 0, referenceTime: 5, feedbackCount: 0, arrivals: [0]),
        at: at(index * 100))
    }
    #expect(ports.encoders[0].settings.expectedLossPercent == 0)
    uplink.peerReported(
      ReportBlock(ssrc: 42, fractionLost: 0, highestSequence: 0), roundTripTime: nil,
      at: at(8_000))
    #expect(ports.encoders[0].settings.expectedLossPercent == 5)
  }

  @Test("counts an event's duration on the clock that was agreed, under the stream's timestamp")
  func eventClock() throws {
    var uplink = makeUplink(digits: Uplink.DigitFormat(payloadType: 126, clockRate: 8_000))
    let sound = try captured(&uplink, isSilenced: false, at: 0)
    #expect(uplink.enqueue(digits: "7") == "")
    let packet = try captured(&uplink, isSilenced: false, at: 20)
    let event = try TelephoneEvent(decoding: packet.payload)
    #expect(packet.payloadType == 126)
    #expect(packet.marker)
    #expect(packet.timestamp &- sound.timestamp == 960)
    #expect(event.code == 7)
    #expect(event.duration == 160)
  }

  @Test("sounds keys in the stream when the peer takes no events")
  func inBand() throws {
    let decoder = FakePorts(seed: 1).makeDecoder()
    var uplink = makeUplink(digits: nil)
    _ = uplink.captured(frame, isSilenced: true, at: at(0))
    #expect(uplink.enqueue(digits: "5x") == "x")
    var heard: [Int16] = []
    for number in 1...8 {
      let packet = try captured(&uplink, isSilenced: true, at: number * 20)
      heard += try #require(decoder.decode(packet.payload))
    }
    let tone = Array(heard.prefix(4_800))
    #expect(power(of: tone, at: 770) > 0.3)
    #expect(power(of: tone, at: 1_336) > 0.3)
  }

  private func captured(
    _ uplink: inout Uplink, isSilenced: Bool, at milliseconds: Int
  ) throws -> RTPPacket {
    let packet = uplink.captured(frame, isSilenced: isSilenced, at: at(milliseconds))
    return try #require(packet)
  }

  private func report(_ loss: Double, times: Int, to uplink: inout Uplink) {
    for _ in 0..<times {
      uplink.peerReported(
        ReportBlock(ssrc: 42, fractionLost: UInt8(loss * 256), highestSequence: 0),
        roundTripTime: nil, at: at(0))
    }
  }

  private func at(_ milliseconds: Int) -> Instant {
    Instant.zero.advanced(by: .milliseconds(milliseconds))
  }

  private func makeUplink(
    _ ports: FakePorts = FakePorts(seed: 1),
    digits: Uplink.DigitFormat? = Uplink.DigitFormat(payloadType: 110, clockRate: 48_000),
    redundancy: SendingBounds.Redundancy = .unknown
  ) -> Uplink {
    Uplink(
      ssrc: 42,
      format: Uplink.Format(
        payloadType: 111, digits: digits, levelExtensionID: 1,
        bounds: SendingBounds(
          mostBitsPerSecond: 64_000, firstBitsPerSecond: 64_000, redundancy: redundancy)),
      settings: EncoderSettings(), ports: ports)
  }
}
