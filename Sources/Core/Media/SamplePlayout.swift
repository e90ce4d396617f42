import Basics
import Playout

/// Sound that has arrived as samples and waits to be played.
///
///     idle ──samples──▶ filling ──120 ms are here, or have passed──▶ playing ──run dry──▶ idle
///
/// A bot's sound comes in bursts, much faster than it is played and in portions of any size. Running
/// dry is the end of an utterance as a rule; only when more comes soon after was it an interruption.
///
/// - Bound: ``limit``; what comes beyond it is dropped and counted.
struct SamplePlayout {
  private enum State: Equatable {
    case idle
    case filling(since: Instant)
    case playing
  }

  private(set) var statistics = PlayoutStatistics()
  /// Chunks that arrived, and the samples in them.
  private(set) var chunkCount = 0
  private(set) var sampleCount = 0
  /// Samples that had no room.
  private(set) var droppedCount = 0

  private let rate: Int
  private let resampler: any ResamplerPort
  private var state = State.idle
  /// As they came; those before `next` are played, of that one the first `offset` samples.
  private var chunks: [[Int16]] = []
  private var next = 0
  private var offset = 0
  private var waitingCount = 0
  /// Converted, at the rate of the whole program.
  private var ready: [Int16] = []
  /// When the last sound was over.
  private var ranDryAt: Instant?

  init(rate: Int, ports: any MediaPorts) {
    self.rate = rate
    resampler = ports.makeResampler(from: rate, to: Sound.sampleRate)
  }

  /// Whether there is something to be heard.
  var isPlaying: Bool { state == .playing }

  /// How much sound waits.
  var buffered: Duration {
    .nanoseconds(
      Int64(waitingCount) * 1_000_000_000 / Int64(rate)
        + Int64(ready.count) * 1_000_000_000 / Int64(Sound.sampleRate))
  }

  mutating func append(_ samples: [Int16], at now: Instant) {
    guard !samples.isEmpty else { return }
    chunkCount += 1
    sampleCount += samples.count
    let room = count(of: Self.limit) - waitingCount
    let taken = Array(samples.prefix(max(0, room)))
    droppedCount += samples.count - taken.count
    if taken.count < samples.count { statistics.packetsDiscarded += 1 }
    guard !taken.isEmpty else { return }
    chunks.append(taken)
    waitingCount += taken.count
    guard state == .idle else { return }
    state = .filling(since: now)
    if let ranDryAt, case let gap = ranDryAt.duration(to: now), gap < Self.interruption {
      statistics.concealmentEvents += 1
      statistics.concealedSamples += Sound.samples(gap)
      statistics.silentConcealedSamples += Sound.samples(gap)
    }
  }

  /// The next samples; silence once there are none.
  mutating func pull(sampleCount: Int, at now: Instant) -> [Int16] {
    beginIfDue(at: now)
    while ready.count < sampleCount, state == .playing { convert(at: now) }
    let taken = min(sampleCount, ready.count)
    let result =
      Array(ready.prefix(taken)) + [Int16](repeating: 0, count: sampleCount - taken)
    ready.removeFirst(taken)
    if chunkCount > 0 { statistics.totalSamplesReceived += sampleCount }
    statistics.jitterBufferEmittedCount += taken
    return result
  }

  /// What waits shall not be heard, but for a fade over the next ``fade``.
  mutating func flush() {
    while ready.count < Sound.samples(Self.fade), next < chunks.count { convertChunk() }
    ready = Array(ready.prefix(Sound.samples(Self.fade)))
    Gain.fade(&ready, from: .unity, to: .silence)
    drop()
  }

  /// What waits shall not be heard at all.
  mutating func clear() {
    ready = []
    drop()
  }

  private mutating func drop() {
    chunks = []
    next = 0
    offset = 0
    waitingCount = 0
    resampler.reset()
    ranDryAt = nil
    state = .idle
  }

  private mutating func beginIfDue(at now: Instant) {
    guard case .filling(let since) = state else { return }
    guard waitingCount >= count(of: Self.threshold) || since.duration(to: now) >= Self.threshold
    else { return }
    state = .playing
  }

  /// Makes some of what waits ready, or finds that all is played.
  private mutating func convert(at now: Instant) {
    guard next >= chunks.count else { return convertChunk() }
    let rest = resampler.finish()
    ready += rest
    state = .idle
    ranDryAt = now
  }

  /// Converts at most 20 ms, so that a flush finds little that is ready.
  private mutating func convertChunk() {
    let chunk = chunks[next]
    let end = min(chunk.count, offset + count(of: .milliseconds(20)))
    ready += resampler.convert(Array(chunk[offset..<end]))
    waitingCount -= end - offset
    offset = end
    guard offset == chunk.count else { return }
    offset = 0
    next += 1
    if next == chunks.count || next >= 64 {
      chunks.removeFirst(next)
      next = 0
    }
  }

  private func count(of duration: Duration) -> Int {
    Int(duration.nanoseconds * Int64(rate) / 1_000_000_000)
  }

  /// How much sound waits at most.
  static let limit: Duration = .seconds(120)
  /// How much must be here before playing begins, or how long it may take.
  static let threshold: Duration = .milliseconds(120)
  /// How long a flush is heard.
  static let fade: Duration = .milliseconds(5)
  /// When more comes so soon after the last, the sound was interrupted.
  private static let interruption: Duration = .milliseconds(500)
}
