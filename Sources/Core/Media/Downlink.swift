import Basics
import RTP
import SDP

/// One stream that comes in: counted, put in order, decoded and measured.
struct Downlink {
  /// What is summed over streams.
  struct Counters: Equatable, Sendable {
    var packetsLost = 0
    var packetsDiscarded = 0
    var fecPacketsReceived = 0
    var jitterBufferDelay = 0.0
    var jitterBufferEmittedCount = 0
    var totalSamplesReceived = 0
    var concealedSamples = 0
    var silentConcealedSamples = 0
    var concealmentEvents = 0
    var insertedSamplesForDeceleration = 0
    var removedSamplesForAcceleration = 0
  }

  var reception: ReceptionStatistics
  private(set) var meter = LevelMeter()
  private(set) var lastArrival: Instant
  /// Whether decoded sound has been played.
  private(set) var hasPlayed = false

  private let decoder: any DecoderPort
  private var digits = DigitReceiver()
  private var frames: [(sequence: Int64, payload: [UInt8])] = []
  private var pending: [Int16] = []
  private var isPlaying = false

  init(ssrc: UInt32, settings: MediaSettings, ports: any MediaPorts, at now: Instant) {
    reception = ReceptionStatistics(ssrc: ssrc, clockRate: Sound.sampleRate)
    decoder = ports.makeDecoder()
    lastArrival = now
  }

  var bufferDelay: Duration { .milliseconds(20 * frames.count) }

  var counters: Counters {
    var result = Counters()
    result.packetsLost = reception.lostCount
    return result
  }

  /// One packet of this stream.
  mutating func received(_ packet: RTPPacket, _ agreed: AgreedAudio, at now: Instant)
    -> Flow.Arrival
  {
    lastArrival = now
    let arrival = reception.packetArrived(
      sequence: packet.sequence, timestamp: packet.timestamp, at: now)
    switch arrival {
    case .duplicate, .outOfPlace: return .taken
    case .inOrder(let position), .reordered(let position), .restarted(let position):
      if packet.payloadType == agreed.receivedOpus {
        frames.append((position.sequence, packet.payload))
        frames.sort { $0.sequence < $1.sequence }
        if frames.count > 20 { frames.removeFirst() }
        return .taken
      }
      guard
        agreed.receivedTelephoneEvents.contains(where: { $0.payloadType == packet.payloadType }),
        let event = try? TelephoneEvent(decoding: packet.payload)
      else { return .faulty }
      return digits.received(event, timestamp: packet.timestamp).map { .digit($0) } ?? .taken
    }
  }

  /// The next samples of this stream.
  mutating func pull(sampleCount: Int, at now: Instant) -> [Int16] {
    if frames.count > 2 { isPlaying = true }
    while isPlaying, pending.count < sampleCount {
      guard !frames.isEmpty else {
        isPlaying = false
        break
      }
      if let samples = decoder.decode(frames.removeFirst().payload) {
        pending += samples
        hasPlayed = true
      }
    }
    var result = Array(pending.prefix(sampleCount))
    pending.removeFirst(result.count)
    result += [Int16](repeating: 0, count: sampleCount - result.count)
    meter.measure(result)
    return result
  }
}

extension Downlink.Counters {
  mutating func add(_ other: Self) {
    packetsLost += other.packetsLost
    packetsDiscarded += other.packetsDiscarded
    fecPacketsReceived += other.fecPacketsReceived
    jitterBufferDelay += other.jitterBufferDelay
    jitterBufferEmittedCount += other.jitterBufferEmittedCount
    totalSamplesReceived += other.totalSamplesReceived
    concealedSamples += other.concealedSamples
    silentConcealedSamples += other.silentConcealedSamples
    concealmentEvents += other.concealmentEvents
    insertedSamplesForDeceleration += other.insertedSamplesForDeceleration
    removedSamplesForAcceleration += other.removedSamplesForAcceleration
  }

  func write(to statistics: inout MediaStatistics) {
    statistics.packetsLost = packetsLost
    statistics.packetsDiscarded = packetsDiscarded
    statistics.fecPacketsReceived = fecPacketsReceived
    statistics.jitterBufferDelay = jitterBufferDelay
    statistics.jitterBufferEmittedCount = jitterBufferEmittedCount
    statistics.totalSamplesReceived = totalSamplesReceived
    statistics.concealedSamples = concealedSamples
    statistics.silentConcealedSamples = silentConcealedSamples
    statistics.concealmentEvents = concealmentEvents
    statistics.insertedSamplesForDeceleration = insertedSamplesForDeceleration
    statistics.removedSamplesForAcceleration = removedSamplesForAcceleration
  }
}
