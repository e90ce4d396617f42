import Basics
import Playout
import RTP
import SDP

/// One stream that comes in: counted, put in order, decoded and measured.
struct Downlink {
  /// What is summed over streams.
  struct Counters: Equatable, Sendable {
    var packetsLost = 0
    /// As ``ReceptionStatistics/gapCount``.
    var gaps = 0
    /// With copies of earlier ones.
    var redundantPackets = 0
    var playout = PlayoutStatistics()
  }

  var reception: ReceptionStatistics
  private(set) var meter = LevelMeter()
  private(set) var lastArrival: Instant

  private let ports: any MediaPorts
  private let settings: PlayoutSettings
  private var stream: PlayoutStream
  private var digits = DigitReceiver()
  private var redundantPackets = 0
  private var copyNumbers = CopyNumbers()
  /// Counted before the sender began anew.
  private var earlier = Counters()

  init(ssrc: UInt32, settings: MediaSettings, ports: any MediaPorts, at now: Instant) {
    reception = ReceptionStatistics(ssrc: ssrc, clockRate: Sound.sampleRate)
    self.ports = ports
    self.settings = settings.playout
    stream = PlayoutStream(decoder: ports.makeDecoder(), settings: settings.playout)
    lastArrival = now
  }

  /// Whether sound that was decoded, and not made up, has been played.
  var hasPlayed: Bool { counters.playout.jitterBufferEmittedCount > 0 }

  /// How much sound is waiting.
  var bufferDelay: Duration { stream.bufferedDuration }

  var counters: Counters {
    var result = earlier
    result.add(
      Counters(
        packetsLost: reception.lostCount, gaps: reception.gapCount,
        redundantPackets: redundantPackets, playout: stream.statistics))
    return result
  }

  /// One packet of this stream.
  mutating func received(
    _ packet: RTPPacket, _ agreed: AgreedAudio, at now: Instant
  ) -> Flow.Arrival {
    lastArrival = now
    let (lostBefore, gapsBefore) = (reception.lostCount, reception.gapCount)
    let arrival = reception.packetArrived(
      sequence: packet.sequence, timestamp: packet.timestamp, at: now)
    switch arrival {
    case .duplicate, .outOfPlace: return .taken
    case .inOrder(let position), .reordered(let position):
      return take(packet, at: position, agreed, now)
    case .restarted(let position):
      // The numbers of the sound that is waiting mean nothing beside the new ones.
      earlier.add(
        Counters(packetsLost: lostBefore, gaps: gapsBefore, playout: stream.statistics))
      stream = PlayoutStream(decoder: ports.makeDecoder(), settings: settings)
      digits = DigitReceiver()
      return take(packet, at: position, agreed, now)
    }
  }

  /// The next samples of this stream.
  mutating func pull(sampleCount: Int, at now: Instant) -> [Int16] {
    let samples = stream.pull(sampleCount: sampleCount, at: now)
    meter.measure(samples)
    return samples
  }

  /// As ``PlayoutStream/pullReady(sampleCount:at:)``.
  mutating func pullReady(sampleCount: Int, at then: Instant) -> [Int16]? {
    guard let samples = stream.pullReady(sampleCount: sampleCount, at: then) else { return nil }
    meter.measure(samples)
    return samples
  }

  private mutating func take(
    _ packet: RTPPacket, at position: ReceptionStatistics.PacketPosition, _ agreed: AgreedAudio,
    _ now: Instant
  ) -> Flow.Arrival {
    copyNumbers.packetArrived(sequence: position.sequence, timestamp: position.timestamp)
    if packet.payloadType == agreed.receivedOpus {
      return insert(packet.payload, of: packet, at: position, agreed, now)
    }
    if packet.payloadType == agreed.receivedRedundancy {
      return takeRedundant(packet, at: position, agreed, now)
    }
    stream.insertOther(sequence: position.sequence, timestamp: position.timestamp, at: now)
    guard agreed.receivedTelephoneEvents.contains(where: { $0.payloadType == packet.payloadType }),
      let event = try? TelephoneEvent(decoding: packet.payload)
    else { return .faulty }
    return digits.received(event, timestamp: packet.timestamp).map { .digit($0) } ?? .taken
  }
}

extension Downlink {
  private mutating func insert(
    _ payload: [UInt8], of packet: RTPPacket, at position: ReceptionStatistics.PacketPosition,
    _ agreed: AgreedAudio, _ now: Instant
  ) -> Flow.Arrival {
    let result = stream.insert(
      payload, sequence: position.sequence, timestamp: position.timestamp,
      isSilence: isSilence(packet, agreed), at: now)
    return result == .unreadable ? .faulty : .taken
  }

  /// A frame with copies of earlier ones: those fill gaps, and what they are not of Opus is passed over.
  private mutating func takeRedundant(
    _ packet: RTPPacket, at position: ReceptionStatistics.PacketPosition, _ agreed: AgreedAudio,
    _ now: Instant
  ) -> Flow.Arrival {
    guard let audio = try? RedundantAudio(decoding: packet.payload),
      audio.payloadType == agreed.receivedOpus
    else {
      stream.insertOther(sequence: position.sequence, timestamp: position.timestamp, at: now)
      return .faulty
    }
    if !audio.copies.isEmpty { redundantPackets += 1 }
    for (index, copy) in audio.copies.enumerated() where copy.payloadType == agreed.receivedOpus {
      // One that begins no earlier is none.
      guard copy.timestampOffset > 0, !copy.payload.isEmpty else { continue }
      let offset = Int64(copy.timestampOffset)
      stream.insertRedundant(
        copy.payload,
        sequence: copyNumbers.sequence(
          ofCopy: offset, place: audio.copies.count - index, in: position.sequence,
          timestamp: position.timestamp),
        timestamp: position.timestamp - offset, at: now)
    }
    return insert(audio.payload, of: packet, at: position, agreed, now)
  }

  /// Whether the sender says that there is nothing to be heard in a packet (RFC 6464 §3): a conference's
  /// server forwards only the first few of those.
  private func isSilence(_ packet: RTPPacket, _ agreed: AgreedAudio) -> Bool {
    guard let id = agreed.audioLevelID,
      let data = packet.extensions.first(where: { $0.id == id })?.data
    else { return false }
    return AudioLevel(decoding: data)?.level == 127
  }
}

extension Downlink.Counters {
  mutating func add(_ other: Self) {
    packetsLost += other.packetsLost
    gaps += other.gaps
    redundantPackets += other.redundantPackets
    playout.jitterBufferDelay += other.playout.jitterBufferDelay
    playout.jitterBufferEmittedCount += other.playout.jitterBufferEmittedCount
    playout.totalSamplesReceived += other.playout.totalSamplesReceived
    playout.concealedSamples += other.playout.concealedSamples
    playout.silentConcealedSamples += other.playout.silentConcealedSamples
    playout.concealmentEvents += other.playout.concealmentEvents
    playout.insertedSamplesForDeceleration += other.playout.insertedSamplesForDeceleration
    playout.removedSamplesForAcceleration += other.playout.removedSamplesForAcceleration
    playout.packetsDiscarded += other.playout.packetsDiscarded
    playout.unheardPackets += other.playout.unheardPackets
    playout.fecPacketsReceived += other.playout.fecPacketsReceived
    playout.recoveredPackets += other.playout.recoveredPackets
    playout.unreadablePackets += other.playout.unreadablePackets
  }

  func write(to statistics: inout MediaStatistics) {
    statistics.packetsLost = packetsLost
    statistics.packetsDiscarded = playout.packetsDiscarded
    statistics.unheardPackets = playout.unheardPackets
    statistics.fecPacketsReceived = playout.fecPacketsReceived
    statistics.recoveredPackets = playout.recoveredPackets
    statistics.jitterBufferDelay = playout.jitterBufferDelay
    statistics.jitterBufferEmittedCount = playout.jitterBufferEmittedCount
    statistics.totalSamplesReceived = playout.totalSamplesReceived
    statistics.concealedSamples = playout.concealedSamples
    statistics.silentConcealedSamples = playout.silentConcealedSamples
    statistics.concealmentEvents = playout.concealmentEvents
    statistics.insertedSamplesForDeceleration = playout.insertedSamplesForDeceleration
    statistics.removedSamplesForAcceleration = playout.removedSamplesForAcceleration
  }
}
