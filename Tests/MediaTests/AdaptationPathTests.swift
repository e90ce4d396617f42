import Basics
import RTP
import Testing

@testable import Media

/// Packets that are delayed for reasons that have nothing to do with how much is sent, and a path that is
/// narrow.
@Suite("Adaptation to a path")
struct AdaptationPathTests {
  /// A way there on which packets keep their order, with feedback ten times a second.
  private struct Path {
    /// What packets are late by at a time in milliseconds, in milliseconds.
    var lateness: (Double) -> Double
    /// Bits a second, headers included.
    var capacity = Double.infinity
    /// Whether the sender pauses as people do: three seconds of speech, two of rest with a packet in 400 ms.
    var hasPauses = false

    /// - Returns: after each tenth of a second, the plan and for how long packets queue up, in milliseconds.
    func run(for seconds: Int) -> [(plan: SendingPlan, queue: Double)] {
      var adaptation = Adaptation(
        SendingBounds(
          mostBitsPerSecond: 64_000, firstBitsPerSecond: 64_000, redundancy: .whenNeeded))
      var moments: [(plan: SendingPlan, queue: Double)] = []
      var waiting: [(number: UInt16, arrival: Double)] = []
      var (nextSend, sentBytes, freeAt, arrivedLast) = (0.0, 0, 0.0, 0.0)
      var feedbackCount: UInt8 = 0
      for tenth in 1...seconds * 10 {
        let end = Double(tenth) * 100
        while nextSend < end {
          let plan = adaptation.plan
          let byteCount = plan.bitsPerSecond * plan.packetTime / 8_000 + SendingPlan.headerBytes
          let number = adaptation.send(byteCount: byteCount, at: .milliseconds(nextSend))
          sentBytes += byteCount
          freeAt = max(freeAt, nextSend) + Double(byteCount * 8) * 1_000 / capacity
          arrivedLast = max(arrivedLast, freeAt + 20 + max(0, lateness(nextSend)))
          waiting.append((number, arrivedLast))
          let isResting = hasPauses && nextSend.truncatingRemainder(dividingBy: 5_000) > 3_000
          nextSend += isResting ? 400 : Double(plan.packetTime)
        }
        let told = waiting.prefix { $0.arrival <= end }
        if let first = told.first {
          let reference = (first.arrival / 64).rounded(.down)
          var ticks = (reference * 256).rounded()
          let arrivals: [Int16?] = told.map { packet in
            let delta = (packet.arrival * 4).rounded() - ticks
            ticks += delta
            return Int16(delta)
          }
          adaptation.feedbackArrived(
            TransportFeedback(
              senderSSRC: 1, mediaSSRC: 2, base: first.number, referenceTime: UInt32(reference),
              feedbackCount: feedbackCount, arrivals: arrivals), at: .milliseconds(end))
          feedbackCount &+= 1
          waiting.removeFirst(told.count)
        }
        if tenth % 40 == 0 {
          adaptation.reported(
            ReportBlock(ssrc: 1, fractionLost: 0, highestSequence: UInt32(tenth * 5)),
            roundTripTime: .milliseconds(60), sentBytes: sentBytes, at: .milliseconds(end))
        }
        moments.append((adaptation.plan, max(0, freeAt - end)))
      }
      return moments
    }
  }

  /// What is lost of what the user allows when packets are late for other reasons than ours.
  private func expectPatience(
    _ moments: [(plan: SendingPlan, queue: Double)], _ note: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let plans = moments.map(\.plan)
    let mean = plans.reduce(0) { $0 + $1.bitsPerSecond } / plans.count
    let least = plans.map(\.bitsPerSecond).min() ?? 0
    let long = plans.count { $0.packetTime > 20 }
    let text: Comment =
      "\(note): mean \(mean), least \(least), \(long) of \(plans.count) in longer packets"
    #expect(mean >= 58_000, text, sourceLocation: sourceLocation)
    #expect(long * 20 <= plans.count, text, sourceLocation: sourceLocation)
  }

  @Test("jitter that comes and goes is no queue", arguments: [10.0, 25, 40, 60], [false, true])
  func jitter(deviation: Double, hasPauses: Bool) {
    for seed in 1...4 as ClosedRange<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let path = Path(
        lateness: { time in
          // Fifteen seconds of rest, fifteen without.
          time.truncatingRemainder(dividingBy: 30_000) < 15_000
            ? Double.random(in: 0...4, using: &generator)
            : deviation * (2.5 + normal(using: &generator))
        }, hasPauses: hasPauses)
      expectPatience(path.run(for: 120), "seed \(seed), \(deviation) ms")
    }
  }

  @Test("stalls are no queue", arguments: [100.0, 400, 900], [false, true])
  func stalls(longest: Double, hasPauses: Bool) {
    for seed in 1...4 as ClosedRange<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var (begin, end) = (4_000.0, 4_000.0)
      let path = Path(
        lateness: { time in
          if time > end {
            begin = time + .random(in: 2_000...7_000, using: &generator)
            end = begin + .random(in: longest / 2...longest, using: &generator)
          }
          return time >= begin ? end - time : 0
        }, hasPauses: hasPauses)
      expectPatience(path.run(for: 120), "seed \(seed), \(longest) ms")
    }
  }

  @Test("a longer way is soon accepted", arguments: [false, true])
  func route(hasPauses: Bool) {
    let path = Path(
      lateness: { $0.truncatingRemainder(dividingBy: 60_000) < 30_000 ? 0 : 150 },
      hasPauses: hasPauses)
    expectPatience(path.run(for: 120), "route")
  }

  @Test("a queue that others fill and empty is not ours", arguments: [100.0, 250], [false, true])
  func others(depth: Double, hasPauses: Bool) {
    let path = Path(
      lateness: { time in
        let phase = time.truncatingRemainder(dividingBy: 8_000)
        return phase < 6_000 ? depth * phase / 6_000 : 0
      }, hasPauses: hasPauses)
    expectPatience(path.run(for: 120), "depth \(depth)")
  }

  @Test("a narrow way is kept to", arguments: [30_000.0, 50_000, 75_000], [false, true])
  func narrow(capacity: Double, hasPauses: Bool) {
    let moments = Path(lateness: { _ in 0 }, capacity: capacity, hasPauses: hasPauses).run(for: 60)
    let settled = moments.dropFirst(100)
    let long = settled.count { $0.queue > 300 }
    #expect(long * 20 < settled.count, "\(long) of \(settled.count) wait long")
    let rates = settled.map {
      Double($0.plan.bitsPerSecond) + SendingPlan.headerBits(packetTime: $0.plan.packetTime)
    }
    let mean = rates.reduce(0, +) / Double(rates.count)
    #expect(mean > capacity * 0.6, "\(mean)")
  }

  private func normal(using generator: inout SeededGenerator) -> Double {
    (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0...1, using: &generator) }
  }
}

extension Instant {
  fileprivate static func milliseconds(_ count: Double) -> Instant {
    .zero.advanced(by: .nanoseconds(Int64(count * 1_000_000)))
  }
}
