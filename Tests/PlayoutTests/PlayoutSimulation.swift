import Basics
import Playout

/// A voice that is easy to recognise: a triangle wave of 200 Hz whose phase tells the timestamp.
enum Voice {
  static let period: Int64 = 240
  static let amplitude: Int64 = 6_000
  /// The steepest step between two samples of the wave.
  static let steepest = 4 * Int(amplitude) / Int(period)

  private static let table: [Int16] = (0..<Int64(60_000)).map { index in
    let phase = index % period
    let height = phase < period / 2 ? phase : period - phase
    return Int16(4 * amplitude * height / period - amplitude)
  }

  static func samples(from timestamp: Int64, count: Int) -> [Int16] {
    let start = Int((timestamp % period + period) % period)
    return Array(table[start..<start + count])
  }
}

/// Decodes payloads that name their timestamp and length; what it conceals goes on with the wave.
///
/// A payload of one byte is a pause of 20 ms.
final class VoiceDecoder: FrameDecoder {
  /// Where words are said, with pauses between them; `nil` for a voice that goes on in silence.
  private let room: NoisyRoom?
  private var nextTimestamp: Int64 = 0
  private(set) var concealedCount = 0

  init(room: NoisyRoom? = nil) {
    self.room = room
  }

  static func payload(
    timestamp: Int64, sampleCount: Int = 960, hasRedundancy: Bool = false
  ) -> [UInt8] {
    var bytes: [UInt8] = [UInt8(sampleCount / 120), hasRedundancy ? 1 : 0]
    bytes.append(bigEndian: UInt64(bitPattern: timestamp))
    return bytes
  }

  static let pause: [UInt8] = [8]

  func decode(_ payload: [UInt8]) -> [Int16]? {
    guard let count = sampleCount(of: payload) else { return nil }
    guard let timestamp = timestamp(of: payload) else { return conceal(sampleCount: count) }
    nextTimestamp = timestamp + Int64(count)
    return sound(from: timestamp, count: count)
  }

  func decodeRedundancy(_ payload: [UInt8], sampleCount: Int) -> [Int16]? {
    guard hasRedundancy(payload), let timestamp = timestamp(of: payload) else { return nil }
    nextTimestamp = timestamp
    return sound(from: timestamp - Int64(sampleCount), count: sampleCount)
  }

  func conceal(sampleCount: Int) -> [Int16] {
    concealedCount += sampleCount
    defer { nextTimestamp += Int64(sampleCount) }
    return sound(from: nextTimestamp, count: sampleCount)
  }

  private func sound(from timestamp: Int64, count: Int) -> [Int16] {
    room?.samples(from: timestamp, count: count) ?? Voice.samples(from: timestamp, count: count)
  }

  func sampleCount(of payload: [UInt8]) -> Int? {
    payload.first.map { Int($0) * 120 }
  }

  func hasRedundancy(_ payload: [UInt8]) -> Bool {
    payload.count > 1 && payload[1] == 1
  }

  private func timestamp(of payload: [UInt8]) -> Int64? {
    var reader = ByteReader(Array(payload.dropFirst(2)))
    return reader.readUInt64().map { Int64(bitPattern: $0) }
  }
}

/// A sender, a network that delays and loses, and a sound device that pulls.
struct PlayoutSimulation {
  /// How much faster than ours the sender's clock runs, in millionths.
  var driftPartsPerMillion = 0.0
  var packetSamples = 960
  var pullSamples = 480
  var hasRedundancy = false
  var settings = PlayoutSettings.normal
  /// Whether packets keep their order, whatever the delays say.
  var keepsOrder = false

  /// How much later than evenly each pull comes, in milliseconds, over and over.
  var pullLateness = [0.0]

  var measuresSteps = false
  /// Whether what is ready is taken along with each pull, before its time.
  var takesReady = false
  var room: NoisyRoom?
  /// When nobody pulls, in milliseconds: a loudspeaker that is gone, or a process that stands.
  var deafness: Range<Double> = 0..<0

  struct Outcome {
    var statistics = PlayoutStatistics()
    /// The mean time in the buffer of what was played in each second, in milliseconds.
    var delays: [Double] = []
    /// Samples concealed in each second.
    var concealed: [Int] = []
    /// The largest step between two samples, after the first second.
    var largestStep = 0
    /// All that was played, and how many pulls that took.
    var played: [Int16] = []
    var pulls = 0

    var meanDelay: Double {
      statistics.jitterBufferDelay * 1_000 / Double(max(1, statistics.jitterBufferEmittedCount))
    }
  }

  /// Sends one packet for each delay, in milliseconds beyond 30; `nil` is a loss.
  func run(_ networkDelays: [Double?]) -> Outcome {
    var stream = PlayoutStream(decoder: VoiceDecoder(room: room), settings: settings)
    var arrivals: [(time: Double, sequence: Int64)] = []
    let spacing = Double(packetSamples) / 48 / (1 + driftPartsPerMillion / 1_000_000)
    var last = 0.0
    for (index, delay) in networkDelays.enumerated() {
      guard let delay else { continue }
      var time = Double(index) * spacing + 30 + delay
      if keepsOrder { time = max(time, last) }
      last = time
      arrivals.append((time, Int64(index)))
    }
    arrivals.sort { ($0.time, $0.sequence) < ($1.time, $1.sequence) }

    var outcome = Outcome()
    var before = PlayoutStatistics()
    var nextArrival = 0
    var previous: Int16 = 0
    var ready: [Int16]?
    let pullSpacing = Double(pullSamples) / 48
    let pullCount = Int((Double(networkDelays.count) * spacing + 30) / pullSpacing)
    for pull in 0..<pullCount {
      let time = 3 + Double(pull) * pullSpacing + pullLateness[pull % pullLateness.count]
      while nextArrival < arrivals.count, arrivals[nextArrival].time <= time {
        insert(arrivals[nextArrival], into: &stream)
        nextArrival += 1
      }
      if deafness.contains(time) { continue }
      let samples = ready ?? stream.pull(sampleCount: pullSamples, at: instant(time))
      outcome.pulls += ready == nil ? 1 : 0
      outcome.played += samples
      ready =
        takesReady
        ? stream.pullReady(sampleCount: pullSamples, at: instant(time + pullSpacing)) : nil
      if measuresSteps, time > 1_000 {
        for sample in samples {
          outcome.largestStep = max(outcome.largestStep, abs(Int(sample) - Int(previous)))
          previous = sample
        }
      }
      previous = samples.last ?? previous
      if Int((time + pullSpacing) / 1_000) > Int(time / 1_000) {
        let now = stream.statistics
        let played = now.jitterBufferEmittedCount - before.jitterBufferEmittedCount
        outcome.delays.append(
          (now.jitterBufferDelay - before.jitterBufferDelay) * 1_000 / Double(max(1, played)))
        outcome.concealed.append(now.concealedSamples - before.concealedSamples)
        before = now
      }
    }
    outcome.statistics = stream.statistics
    return outcome
  }

  private func insert(
    _ arrival: (time: Double, sequence: Int64), into stream: inout PlayoutStream
  ) {
    let timestamp = arrival.sequence * Int64(packetSamples)
    _ = stream.insert(
      VoiceDecoder.payload(
        timestamp: timestamp, sampleCount: packetSamples, hasRedundancy: hasRedundancy),
      sequence: arrival.sequence, timestamp: timestamp, at: instant(arrival.time))
  }

  private func instant(_ milliseconds: Double) -> Instant {
    Instant(nanoseconds: Int64(milliseconds * 1_000_000))
  }
}
