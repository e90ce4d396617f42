package import Basics

/// One received stream from packets to samples: jitter buffer, decoder and time stretching.
///
/// Packets go in as they arrive; sound comes out at the pace of whoever pulls it, in portions of any
/// size. A stream that begins anew under another SSRC gets a new value and a new decoder.
///
/// - Units: timestamps and counts in samples, 48 000 a second.
package struct PlayoutStream {
  /// What became of a packet.
  package enum InsertResult: Equatable, Sendable {
    case stored
    /// Its turn is over; counted as discarded.
    case late
    case duplicate
    /// The buffer was full, and the oldest packet was dropped; it may have been this one.
    case overflow
    /// The decoder cannot read it.
    case unreadable
  }

  private let decoder: any FrameDecoder
  private var buffer: JitterBuffer
  private var output = SampleQueue()
  private var counters = PlayoutStatistics()
  private var pause = PauseWatch()
  private var hasBegun = false
  /// By how much what is left has been lengthened already.
  private var lengthenedCount = 0
  /// The output does not end in what the decoder made last.
  private var isInterrupted = true

  package init(decoder: any FrameDecoder, settings: PlayoutSettings = .normal) {
    self.decoder = decoder
    buffer = JitterBuffer(settings: settings)
  }

  /// Takes a packet in.
  ///
  /// - Parameters:
  ///   - sequence: unwrapped, as `ReceptionStatistics` tells it; ``timestamp`` likewise.
  ///   - isSilence: the sender says that there is nothing to be heard, and may pause after it.
  ///   - now: when the packet left the socket.
  package mutating func insert(
    _ payload: [UInt8], sequence: Int64, timestamp: Int64, isSilence: Bool = false,
    at now: Instant
  ) -> InsertResult {
    guard let sampleCount = decoder.sampleCount(of: payload), sampleCount > 0 else {
      counters.unreadablePackets += 1
      return .unreadable
    }
    let hasRedundancy = decoder.hasRedundancy(payload)
    if hasRedundancy { counters.fecPacketsReceived += 1 }
    hasBegun = true
    let result = buffer.insert(
      payload, sequence: sequence, timestamp: timestamp, sampleCount: sampleCount,
      hasRedundancy: hasRedundancy, isSilence: isSilence, at: now)
    switch result {
    case .stored: return .stored
    case .late: return .late
    case .duplicate: return .duplicate
    case .overflow: return .overflow
    }
  }

  /// Takes in a redundant copy of a packet (RFC 2198), which stands in when the packet itself is missing.
  ///
  /// A copy of what has come by itself, or is too old, changes nothing but the count of copies. Copies are
  /// taken in before the packet that brought them, the oldest first. In which way they came, and how many
  /// there are, does not matter.
  ///
  /// - Parameters:
  ///   - sequence: unwrapped, of the packet that it is a copy of; ``timestamp`` likewise.
  ///   - now: when the packet with the copy in it left the socket.
  /// - Returns: whether it fills a gap.
  @discardableResult
  package mutating func insertRedundant(
    _ payload: [UInt8], sequence: Int64, timestamp: Int64, at now: Instant
  ) -> Bool {
    guard let sampleCount = decoder.sampleCount(of: payload), sampleCount > 0 else { return false }
    counters.fecPacketsReceived += 1
    return buffer.insertRedundant(
      payload, sequence: sequence, timestamp: timestamp, sampleCount: sampleCount, at: now)
  }

  /// Notes a packet of the stream that is not sound, such as a keypad tone, so that its number is not
  /// taken for a lost one.
  package mutating func insertOther(sequence: Int64, timestamp: Int64, at now: Instant) {
    buffer.insertOther(sequence: sequence, timestamp: timestamp, at: now)
  }

  /// The next samples to be played.
  ///
  /// - Parameter sampleCount: up to a second.
  /// - Returns: exactly that many.
  package mutating func pull(sampleCount: Int, at now: Instant) -> [Int16] {
    precondition((0...48_000).contains(sampleCount), "sound is pulled in portions up to a second")
    guard hasBegun else { return Array(repeating: 0, count: sampleCount) }
    slowDown(sampleCount, at: now)
    // Every decision either adds samples or uses up one of a bounded number of packets.
    while output.count < sampleCount {
      let needed = sampleCount - output.count
      perform(buffer.next(neededCount: needed, queuedCount: output.count, at: now))
    }
    return output.take(sampleCount, at: now, counting: &counters)
  }

  /// The samples after those that were pulled last, if they are decoded already and would be the same
  /// when they are asked for: who plays them then need not ask.
  ///
  /// - Parameter then: when they would be pulled.
  package mutating func pullReady(sampleCount: Int, at then: Instant) -> [Int16]? {
    guard sampleCount > 0, output.count >= sampleCount else { return nil }
    // The last of what there is may have to last longer.
    guard output.count > sampleCount || !buffer.isStalled(at: then) else { return nil }
    return output.take(sampleCount, at: then, counting: &counters)
  }

  /// What has been counted so far.
  package var statistics: PlayoutStatistics {
    var result = counters
    result.packetsDiscarded = buffer.discardedCount
    result.unheardPackets = buffer.unheardCount
    return result
  }

  /// How much sound is held, decoded or not.
  package var bufferedDuration: Duration { .samples(buffer.sampleCount + output.count) }

  /// How much later than the quickest packet would allow sound is meant to be played.
  package var targetDelay: Duration { .samples(Int(buffer.estimator.targetDelay)) }

  /// When the next packet is overdue and this portion would use up all there is, the rest is made to last.
  private mutating func slowDown(_ sampleCount: Int, at now: Instant) {
    guard output.count > 0, output.count <= sampleCount, buffer.isStalled(at: now) else {
      if output.count == 0 { lengthenedCount = 0 }
      return
    }
    guard lengthenedCount < Self.lengthenLimit else { return }
    let added = output.lengthen(byAbout: sampleCount)
    lengthenedCount += added
    counters.insertedSamplesForDeceleration += added
    buffer.stretched(by: added)
  }

  private mutating func perform(_ decision: PlayoutDecision) {
    switch decision {
    case .decode(let playable):
      play(playable)
    case .recover(let playable):
      recover(playable)
    case .conceal(let count):
      conceal(count)
    case .comfortNoise(let count):
      append(decoder.conceal(sampleCount: count), count, from: .nothing)
    case .silence(let count):
      output.append(Array(repeating: 0, count: count), from: .nothing, smoothly: true)
      isInterrupted = true
    }
  }

  private mutating func play(_ playable: Playable) {
    guard let decoded = decoder.decode(playable.payload), decoded.count > playable.skippedCount
    else {
      counters.unreadablePackets += 1
      return conceal(playable.sampleCount)
    }
    if playable.isCopy { counters.recoveredPackets += 1 }
    let skipped = playable.skippedCount
    let heard = skipped > 0 ? Array(decoded.dropFirst(skipped)) : decoded
    append(
      stretch(heard, playable.stretch),
      from: .packet(arrival: playable.arrival), smoothly: playable.followsJump)
  }

  private mutating func recover(_ playable: Playable) {
    let decoded = decoder.decodeRedundancy(playable.payload, sampleCount: playable.sampleCount)
    guard let decoded, decoded.count > playable.skippedCount else {
      return conceal(playable.sampleCount - playable.skippedCount)
    }
    counters.recoveredPackets += 1
    append(
      Array(decoded.dropFirst(playable.skippedCount)), from: .packet(arrival: playable.arrival),
      smoothly: playable.followsJump)
  }

  private mutating func conceal(_ count: Int) {
    // Decoders conceal in steps of 2.5 ms.
    let made = decoder.conceal(sampleCount: (count + 119) / 120 * 120)
    let isSilent = made.allSatisfy { abs(Int($0)) < Self.silentAmplitude }
    append(made, count, from: .concealment(isSilent: isSilent))
  }

  /// Appends exactly `count` samples, whatever the decoder made of it.
  private mutating func append(_ made: [Int16], _ count: Int, from origin: SampleQueue.Origin) {
    let padding = Array(repeating: Int16(0), count: max(0, count - made.count))
    append(Array(made.prefix(count)) + padding, from: origin, smoothly: false)
  }

  private mutating func append(
    _ samples: [Int16], from origin: SampleQueue.Origin, smoothly: Bool
  ) {
    output.append(samples, from: origin, smoothly: smoothly || isInterrupted)
    isInterrupted = false
  }

  private mutating func stretch(_ samples: [Int16], _ stretch: Stretch) -> [Int16] {
    pause.hear(samples)
    let isPause = pause.isPause
    let stretched: [Int16]?
    switch stretch {
    case .none: return samples
    case .accelerate(let count, let haste):
      if haste == .patient, !isPause { return samples }
      stretched = TimeStretch.accelerate(
        samples, byAtMost: count, isUrgent: haste == .urgent, isPause: isPause)
    case .decelerate(let count, let haste):
      if haste == .patient, !isPause { return samples }
      stretched = TimeStretch.decelerate(
        samples, byAbout: count, isUrgent: haste == .urgent, isPause: isPause)
    }
    guard let stretched else { return samples }
    let change = stretched.count - samples.count
    buffer.stretched(by: change)
    counters.insertedSamplesForDeceleration += max(0, change)
    counters.removedSamplesForAcceleration += max(0, -change)
    return stretched
  }

  /// 15 ms: beyond it repetition is no longer the voice.
  private static let lengthenLimit = 720
  /// −60 dB of full scale.
  private static let silentAmplitude = 33
}
