package import Basics
import Playout

/// The sound of one call that travels as samples in the dialect's messages: a voice bot's.
///
///     idle ──prepare──▶ prepared ──open──▶ open ──close──▶ closed
///
/// Frames of the microphone go out as chunks at the dialect's rate. What comes in is played after a
/// short wait, until it is flushed. A voice at the microphone silences the bot at once; see ``BargeIn``.
/// That nothing comes in is nothing unusual: the bot listens.
package struct SampleSession: SoundSession {
  private enum State: Equatable { case idle, prepared, open, closed }

  package private(set) var isActive = true
  private var state = State.idle
  private var uplink: SampleUplink
  private var playout: SamplePlayout
  private var bargeIn = BargeIn()
  private var fader = Fader()
  private var farMeter = LevelMeter()
  private var isMuted = false
  private var hasFlowed = false
  private var hasToldLoss = false
  private var nextStatistics: Instant?
  private var arrivals: Arrivals?
  private let plan: SamplePlan

  /// A session that does nothing yet.
  package init(plan: SamplePlan, ports: any MediaPorts) {
    self.plan = plan
    uplink = SampleUplink(
      rate: plan.sentRate, chunkSampleCount: plan.chunkSampleCount, ports: ports)
    playout = SamplePlayout(rate: plan.receivedRate, ports: ports)
  }

  // MARK: Verbs

  /// There is no path to be found: packets can pass as soon as the dialect carries them.
  package mutating func prepare(at now: Instant) -> [SessionEffect] {
    guard state == .idle else { return [] }
    state = .prepared
    return [.report(.secured)]
  }

  package mutating func open(at now: Instant) -> [SessionEffect] {
    guard state == .prepared else { return [] }
    state = .open
    arrivals = Arrivals(at: now)
    nextStatistics = now.advanced(by: MediaSession.statisticsInterval)
    return []
  }

  /// A session that is not active sends silence and keeps what it would have played.
  package mutating func setActive(_ active: Bool, at now: Instant) -> [SessionEffect] {
    isActive = active
    return []
  }

  package mutating func setMuted(_ muted: Bool) {
    isMuted = muted
    if muted { bargeIn.settle() }
  }

  package mutating func digits(_ digits: String, at now: Instant) -> [SessionEffect] {
    [.note(LogEntry(.warning, "sound", "This call takes no keys of the dialling pad."))]
  }

  package mutating func close(at now: Instant) -> [SessionEffect] {
    guard state != .closed else { return [] }
    defer {
      state = .closed
      nextStatistics = nil
      playout.clear()
    }
    return state == .open ? [.report(.statistics(measure(at: now)))] : []
  }

  // MARK: Sound

  /// A chunk that has arrived, of any size.
  package mutating func play(_ samples: [Int16], at now: Instant) {
    guard state == .prepared || state == .open else { return }
    playout.append(samples, at: now)
  }

  /// What has arrived shall not be heard any more; what is being heard fades within 5 ms.
  package mutating func flush() {
    if fader.isSilent {
      playout.clear()
      fader.jump(to: isActive ? .unity : .silence)
    } else {
      playout.flush()
    }
    bargeIn.settle()
  }

  package mutating func captured(_ frame: [Int16], at now: Instant) -> [SessionEffect] {
    guard state == .open else { return [] }
    let isSilenced = isMuted || !isActive
    if !isSilenced { bargeIn.captured(frame, isPlaying: playout.isPlaying, at: now) }
    return uplink.captured(frame, isSilenced: isSilenced).map { .report(.sound($0)) }
  }

  package mutating func pull(
    sampleCount: Int, at now: Instant
  ) -> (samples: [Int16], effects: [SessionEffect]) {
    let count = min(max(0, sampleCount), Sound.sampleRate)
    guard state == .open else { return ([Int16](repeating: 0, count: count), []) }
    fader.move(to: isActive ? bargeIn.gain : .silence)
    // What is held back is not used up.
    let wanted = fader.wanted(of: count)
    var samples = wanted > 0 ? playout.pull(sampleCount: wanted, at: now) : []
    fader.apply(to: &samples)
    samples += [Int16](repeating: 0, count: count - wanted)
    bargeIn.played(samples)
    farMeter.measure(samples)
    return (samples, firstSound() + losses())
  }

  package var levels: (near: Double, far: Double) { (uplink.meter.linear, farMeter.linear) }

  // MARK: Time

  package var deadline: Instant? { nextStatistics }

  package mutating func expire(at now: Instant) -> [SessionEffect] {
    guard let due = nextStatistics, due <= now else { return [] }
    nextStatistics = now.advanced(by: MediaSession.statisticsInterval)
    return [.report(.statistics(measure(at: now)))]
  }

  package var isOpen: Bool { state == .open }
  package var isClosed: Bool { state == .closed }
  package var takesDigits: Bool { false }

  // MARK: Reports

  private mutating func firstSound() -> [SessionEffect] {
    guard !hasFlowed, playout.statistics.jitterBufferEmittedCount > 0 else { return [] }
    hasFlowed = true
    return [.report(.flowing)]
  }

  private mutating func losses() -> [SessionEffect] {
    guard !hasToldLoss, playout.droppedCount > 0 else { return [] }
    hasToldLoss = true
    let seconds = SamplePlayout.limit.components.seconds
    return [
      .note(
        LogEntry(
          .warning, "sound", "More than \(seconds) s of sound wait; what comes beyond is dropped."))
    ]
  }

  /// The picture of this moment; a chunk counts as a packet.
  private mutating func measure(at now: Instant) -> MediaStatistics {
    var result = MediaStatistics()
    result.isSilenceUsual = true
    Downlink.Counters(packetsLost: 0, playout: playout.statistics).write(to: &result)
    result.packetsReceived = playout.chunkCount
    result.bytesReceived = playout.sampleCount * 2
    result.packetsSent = uplink.chunkCount
    result.bytesSent = uplink.sampleCount * 2
    result.sentBitrate = plan.sentRate * 16
    // A closing session measures once more, too soon after the last time for a rate of its own.
    if let last = arrivals, last.at.duration(to: now) >= Self.shortestSpan {
      arrivals = Arrivals(
        at: now, sampleCount: playout.sampleCount,
        bitrate: last.bitrate(until: now, sampleCount: playout.sampleCount))
    }
    result.receivedBitrate = arrivals?.bitrate ?? 0
    result.localAudioLevel = uplink.meter.linear
    result.remoteAudioLevel = isActive ? farMeter.linear : 0
    result.bufferDelay = playout.buffered.seconds
    result.estimatedDelay = SamplePlayout.threshold.seconds
    result.codec = "PCM \(plan.sentRate / 1_000)/\(plan.receivedRate / 1_000) kHz"
    return result
  }

  /// What had come in when it was last counted, and how fast it came until then.
  private struct Arrivals {
    var at: Instant
    var sampleCount = 0
    /// Bits a second.
    var bitrate = 0

    func bitrate(until now: Instant, sampleCount: Int) -> Int {
      Int(Double(max(0, sampleCount - self.sampleCount)) * 16 / at.duration(to: now).seconds)
    }
  }

  private static let shortestSpan: Duration = .milliseconds(500)
}

/// How samples travel in the messages of a call's dialect: 16 bits, one channel.
package struct SamplePlan: Equatable, Sendable {
  /// Samples a second that are sent, and that are received.
  package let sentRate: Int
  package let receivedRate: Int
  /// Samples of one chunk that is sent.
  package let chunkSampleCount: Int

  /// - Returns: `nil` for rates outside 8 000–48 000 or chunks outside 10–500 ms.
  package init?(sentRate: Int, receivedRate: Int, chunk: Duration) {
    guard Self.rates.contains(sentRate), Self.rates.contains(receivedRate),
      Self.chunks.contains(chunk)
    else { return nil }
    self.sentRate = sentRate
    self.receivedRate = receivedRate
    chunkSampleCount = Int(chunk.nanoseconds * Int64(sentRate) / 1_000_000_000)
  }

  private static let rates = 8_000...48_000
  private static let chunks: ClosedRange<Duration> = .milliseconds(10) ... .milliseconds(500)
}
