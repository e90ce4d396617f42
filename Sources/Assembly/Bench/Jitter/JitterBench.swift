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
    /// The mean time in the buffer of each pull's samples, in milliseconds.
    var delays: [Double] = []
    /// What was played.
    var samples: [Int16] = []
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

    /// The delay that 95 of 100 pulls do not exceed.
    var delay95: Double {
      let sorted = delays.sorted()
      return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * 95 / 100)]
    }
  }

  let voice: [Int16]
  let trace: DelayTrace
  var settings: PlayoutSettings
  var encoder: EncoderSettings

  func run() throws -> Outcome {
    let payloads = try encode()
    var stream = PlayoutStream(decoder: try OpusDecoder(), settings: settings)
    let arrivals = trace.arrivals(spacing: Self.frameTime)
    var outcome = Outcome()
    outcome.packetsSent = payloads.count
    outcome.packetsLost = payloads.count - arrivals.count
    var next = 0
    var (delaySum, emitted) = (0.0, 0)
    let end = Double(payloads.count) * Self.frameTime
    // A device's periods do not beat with the sender's packets.
    var time = Self.pullTime * 0.37
    while time < end {
      while next < arrivals.count, arrivals[next].time <= time {
        let packet = Int64(arrivals[next].packet)
        _ = stream.insert(
          payloads[arrivals[next].packet], sequence: packet,
          timestamp: packet * Int64(Self.frameCount), at: instant(arrivals[next].time))
        next += 1
      }
      outcome.samples += stream.pull(sampleCount: Self.pullCount, at: instant(time))
      let now = stream.statistics
      if now.jitterBufferEmittedCount > emitted {
        outcome.delays.append(
          (now.jitterBufferDelay - delaySum) * 1_000
            / Double(now.jitterBufferEmittedCount - emitted))
      }
      (delaySum, emitted) = (now.jitterBufferDelay, now.jitterBufferEmittedCount)
      time += Self.pullTime
    }
    outcome.statistics = stream.statistics
    return outcome
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
}
