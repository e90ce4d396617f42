import Basics
import Media
import OpusCodec
import Playout

/// One stream through the jitter buffer in virtual time: a voice is encoded, its packets come as a trace
/// says, and the real buffer and decoder play them.
struct JitterBench {
  /// What was counted.
  struct Outcome {
    var statistics = PlayoutStatistics()
    /// How often the samples of a pull had been in the buffer for so many milliseconds, on average.
    var delays = [Int](repeating: 0, count: JitterBench.longestDelay + 1)
    /// What was played, as far as it is kept.
    var samples: [Int16] = []
    /// The most sound that was held at any time, in milliseconds.
    var mostHeld = 0.0
    /// The mean delay of the first and of the last tenth of the call, in milliseconds.
    var firstDelay = 0.0
    var lastDelay = 0.0
    var packetsSent = 0
    var packetsLost = 0

    var meanDelay: Double {
      statistics.jitterBufferDelay * 1_000 / Double(max(1, statistics.jitterBufferEmittedCount))
    }

    var concealedPercent: Double {
      Double(statistics.concealedSamples) * 100 / Double(max(1, statistics.totalSamplesReceived))
    }

    /// R of the E-model, with 60 ms for everything but the buffer.
    var rating: Double {
      EModel(
        delayMilliseconds: 60 + meanDelay, lossPercent: concealedPercent,
        lossRobustness: EModel.opusRobustness
      ).rating
    }

    /// The delay that 95 of 100 pulls do not exceed, in whole milliseconds.
    var delay95: Double {
      let limit = delays.reduce(0, +) * 95 / 100
      var seen = 0
      for (delay, count) in delays.enumerated() {
        seen += count
        if seen > limit { return Double(delay) }
      }
      return 0
    }

    fileprivate mutating func note(delay: Double) {
      delays[min(max(0, Int(delay.rounded())), JitterBench.longestDelay)] += 1
    }
  }

  let voice: [Int16]
  let trace: DelayTrace
  var settings: PlayoutSettings
  var encoder: EncoderSettings
  /// In how many of the packets after it each packet is repeated (RFC 2198), and how far apart those are.
  var copyCount = 0
  var copyDistance = 1
  /// `nil` for the trace once.
  var minutes: Int?
  /// Whether what is played is kept.
  var keepsSamples = false

  func run() throws -> Outcome {
    let payloads = try encode()
    var stream = PlayoutStream(decoder: try OpusDecoder(), settings: settings)
    let arrivals = trace.arrivals(spacing: Self.frameTime)
    let period = Double(trace.delays.count) * Self.frameTime
    let end = minutes.map { Double($0) * 60_000 } ?? period
    var outcome = Outcome()
    outcome.packetsSent = Int(end / Self.frameTime)
    var before = PlayoutStatistics()
    var next = (round: 0, index: 0)
    // A device's periods do not beat with the sender's packets.
    var time = Self.pullTime * 0.37
    var tenth = PlayoutStatistics()
    while time < end {
      while next.index < arrivals.count {
        let arrival = arrivals[next.index]
        let moment = Double(next.round) * period + arrival.time
        guard moment <= time else { break }
        let packet = next.round * trace.delays.count + arrival.packet
        insert(packet, of: payloads, into: &stream, at: instant(moment))
        next.index += 1
        if next.index == arrivals.count, end > period { next = (next.round + 1, 0) }
      }
      let samples = stream.pull(sampleCount: Self.pullCount, at: instant(time))
      if keepsSamples { outcome.samples += samples }
      let now = stream.statistics
      if let delay = Self.meanDelay(from: before, to: now) { outcome.note(delay: delay) }
      before = now
      outcome.mostHeld = max(outcome.mostHeld, stream.bufferedDuration.seconds * 1_000)
      time += Self.pullTime
      if outcome.firstDelay == 0, time >= end / 10 {
        outcome.firstDelay = Self.meanDelay(from: PlayoutStatistics(), to: now) ?? 0
      }
      if time < end * 0.9 { tenth = now }
    }
    outcome.statistics = stream.statistics
    outcome.lastDelay = Self.meanDelay(from: tenth, to: outcome.statistics) ?? 0
    outcome.packetsLost = lostCount(of: outcome.packetsSent)
    return outcome
  }

  /// A packet with the copies it carries.
  private func insert(
    _ packet: Int, of payloads: [[UInt8]], into stream: inout PlayoutStream, at now: Instant
  ) {
    for number in (0..<copyCount).reversed() {
      let copied = packet - (number + 1) * copyDistance
      guard copied >= 0 else { continue }
      stream.insertRedundant(
        payloads[copied % payloads.count], sequence: Int64(copied),
        timestamp: Int64(copied * Self.frameCount), at: now)
    }
    _ = stream.insert(
      payloads[packet % payloads.count], sequence: Int64(packet),
      timestamp: Int64(packet * Self.frameCount), at: now)
  }

  private func lostCount(of sent: Int) -> Int {
    let (rounds, rest) = sent.quotientAndRemainder(dividingBy: trace.delays.count)
    let lost = trace.delays.count { $0 == nil }
    return rounds * lost + trace.delays.prefix(rest).count { $0 == nil }
  }

  /// In milliseconds; `nil` when nothing was played in between.
  private static func meanDelay(
    from before: PlayoutStatistics, to now: PlayoutStatistics
  ) -> Double? {
    let count = now.jitterBufferEmittedCount - before.jitterBufferEmittedCount
    guard count > 0 else { return nil }
    return (now.jitterBufferDelay - before.jitterBufferDelay) * 1_000 / Double(count)
  }

  /// The voice as packets, over and over, one for each row of the trace.
  private func encode() throws -> [[UInt8]] {
    let encoder = try OpusEncoder(settings: encoder)
    var position = 0
    return trace.delays.map { _ in
      if position + Self.frameCount > voice.count { position = 0 }
      defer { position += Self.frameCount }
      return encoder.encode(Array(voice[position..<position + Self.frameCount]))
    }
  }

  private func instant(_ milliseconds: Double) -> Instant {
    Instant(nanoseconds: Int64(milliseconds * 1_000_000))
  }

  /// 20 ms.
  static let frameCount = 960
  private static let frameTime = 20.0
  /// 10 ms, as a device asks for them.
  private static let pullCount = 480
  private static let pullTime = 10.0
  /// What is longer counts as this, in milliseconds.
  static let longestDelay = 3_000
}
