import Basics
import RTP
import SDP

/// What exists while packets can pass, of a session that passes them on unread: the cipher, the streams
/// of both directions, and the reports about them.
///
/// The control protocol ends here: the peer is sent receiver reports of what it sends, and a sender report
/// for each stream that it is sent, on our clock, so that its own reports tell the round trip to us
/// (RFC 7667 §3.7).
struct PacketFlow {
  /// What a received packet led to.
  enum Arrival: Equatable {
    /// With the packets before it that had been lost and came as copies in it, the oldest first.
    case taken([ForwardedPacket])
    /// Not authentic, not understood, or of nobody's.
    case faulty
    /// Authentic, but here before.
    case repeated
  }

  /// One stream that comes in.
  private struct Incoming {
    var reception: ReceptionStatistics
    var canonicalName: String?
    var lastArrival: Instant
    /// The furthest sequence number, continued to 64 bits.
    private var furthest: Int64?
    /// What did not come before the furthest, the last few.
    private var missing: [Int64] = []
    /// What was missing and came as copies, of which not everything may be lost: the last few.
    private var restored: [Int64] = []
    private var copyNumbers = CopyNumbers()

    init(reception: ReceptionStatistics, lastArrival: Instant) {
      self.reception = reception
      self.lastArrival = lastArrival
    }

    /// Takes a packet in that is not to be passed over.
    mutating func take(_ position: ReceptionStatistics.PacketPosition, isInOrder: Bool) {
      copyNumbers.packetArrived(sequence: position.sequence, timestamp: position.timestamp)
      missing.removeAll { $0 == position.sequence }
      guard isInOrder else { return }
      if let furthest, furthest < position.sequence {
        let first = max(furthest + 1, position.sequence - Int64(Self.limit))
        missing = (missing + (first..<position.sequence)).suffix(Self.limit)
      } else {
        missing.removeAll()
      }
      furthest = position.sequence
    }

    /// Whether a packet has been passed on as a copy.
    func isRestored(_ sequence: Int64) -> Bool { restored.contains(sequence) }

    /// The packets that are missing and have come as copies in that one, the oldest first.
    mutating func copies(
      in arrived: ForwardedPacket, at position: ReceptionStatistics.PacketPosition
    ) -> [ForwardedPacket] {
      guard !missing.isEmpty else { return [] }
      let copies = arrived.copies
      return copies.enumerated().compactMap { index, copy in
        let sequence = copyNumbers.sequence(
          ofCopy: Int64(copy.timestampOffset), place: copies.count - index, in: position.sequence,
          timestamp: position.timestamp)
        guard let place = missing.firstIndex(of: sequence) else { return nil }
        missing.remove(at: place)
        restored = (restored + [sequence]).suffix(Self.limit)
        return arrived.restored(copy, distance: position.sequence - sequence)
      }
    }

    private static let limit = 32
  }

  /// One stream that goes out.
  private struct Outgoing {
    var packetCount = 0
    var payloadBytes = 0
    var packetCountAtLastReport = 0
    var timestamp: UInt32 = 0
    var canonicalName: String?
    var lastSent: Instant

    func report(of ssrc: UInt32, _ clock: NTPClock, at now: Instant) -> [RTCPPacket] {
      let elapsed = Sound.samples(min(lastSent.duration(to: now), .seconds(60)))
      return [
        .senderReport(
          SenderReport(
            ssrc: ssrc, time: clock.timestamp(at: now),
            timestamp: timestamp &+ UInt32(truncatingIfNeeded: elapsed),
            packetCount: UInt32(truncatingIfNeeded: packetCount),
            payloadBytes: UInt32(truncatingIfNeeded: payloadBytes))),
        .sourceDescription([
          SourceDescription(ssrc: ssrc, canonicalName: canonicalName ?? String(ssrc))
        ]),
      ]
    }
  }

  private(set) var reports: ControlReports
  /// When anything authentic arrived last; the beginning, if nothing has.
  private(set) var lastArrival: Instant
  private var incoming: [UInt32: Incoming] = [:]
  private var outgoing: [UInt32: Outgoing] = [:]
  private var agreed: AgreedAudio
  private let ssrc: UInt32
  private let cipher: any CipherPort
  private let clock: NTPClock

  init(
    _ agreed: AgreedAudio, local: LocalAudio, cipher: any CipherPort, ports: any MediaPorts,
    clock: NTPClock, at now: Instant
  ) {
    self.agreed = agreed
    self.cipher = cipher
    self.clock = clock
    ssrc = local.ssrc
    reports = ControlReports(
      canonicalName: local.canonicalName, sessionBitsPerSecond: Self.bitsPerSecond, clock: clock,
      random: PortRandom(ports: ports), at: now)
    lastArrival = now
  }

  /// A renewed description was agreed on.
  mutating func agree(_ agreed: AgreedAudio) { self.agreed = agreed }

  // MARK: In

  /// One RTP packet, as it came.
  mutating func receivedRTP(_ datagram: [UInt8], at now: Instant) -> Arrival {
    var bytes = datagram
    do { try cipher.unprotectRTP(&bytes) } catch {
      return error == .replayed ? .repeated : .faulty
    }
    guard let packet = try? RTPPacket(decoding: bytes), packet.ssrc != ssrc,
      let content = content(of: packet), makeRoom(for: packet.ssrc, at: now)
    else { return .faulty }
    lastArrival = now
    incoming[packet.ssrc]?.lastArrival = now
    let arrival = incoming[packet.ssrc]?.reception.packetArrived(
      sequence: packet.sequence, timestamp: packet.timestamp, at: now)
    let place: ReceptionStatistics.PacketPosition
    switch arrival {
    case .duplicate, .outOfPlace, nil: return .repeated
    case .inOrder(let position), .restarted(let position):
      incoming[packet.ssrc]?.take(position, isInOrder: true)
      place = position
    case .reordered(let position):
      if incoming[packet.ssrc]?.isRestored(position.sequence) == true { return .repeated }
      incoming[packet.ssrc]?.take(position, isInOrder: false)
      place = position
    }
    let arrived = ForwardedPacket(
      content: content, packet: packet,
      audioLevel: agreed.audioLevelID.flatMap { packet.audioLevel(id: $0) },
      canonicalName: incoming[packet.ssrc]?.canonicalName)
    let copies = incoming[packet.ssrc]?.copies(in: arrived, at: place) ?? []
    return .taken(copies + [arrived])
  }

  /// One compound, as it came.
  ///
  /// - Returns: whether it was authentic and understood.
  mutating func receivedRTCP(_ datagram: [UInt8], at now: Instant) -> Bool {
    var bytes = datagram
    do { try cipher.unprotectRTCP(&bytes) } catch { return error == .replayed }
    guard let packets = try? RTCPPacket.decodeCompound(bytes) else { return false }
    lastArrival = now
    reports.received(byteCount: datagram.count)
    for packet in packets {
      switch packet {
      case .senderReport(let report):
        incoming[report.ssrc]?.reception.senderReportArrived(report, at: now)
        take(report.blocks, at: now)
      case .receiverReport(let report): take(report.blocks, at: now)
      case .sourceDescription(let descriptions):
        for description in descriptions {
          incoming[description.ssrc]?.canonicalName = description.canonicalName
        }
      case .goodbye(let goodbye): for source in goodbye.sources { incoming[source] = nil }
      case .transportFeedback, .receiverEstimate, .other: break  // Never asked for.
      }
    }
    return true
  }

  private mutating func take(_ blocks: [ReportBlock], at now: Instant) {
    for block in blocks where outgoing[block.ssrc] != nil { reports.received(block, at: now) }
  }

  private func content(of packet: RTPPacket) -> ForwardedPacket.Content? {
    if packet.payloadType == agreed.receivedOpus { return .opus }
    if packet.payloadType == agreed.receivedRedundancy {
      return RedundantAudio(decoding: packet.payload, onlyOf: agreed.receivedOpus).map {
        .redundant($0)
      }
    }
    return agreed.receivedTelephoneEvents.first { $0.payloadType == packet.payloadType }
      .map { .telephoneEvent(clockRate: $0.clockRate) }
  }

  /// - Returns: whether the stream is known now; one that has fallen silent gives way to it.
  private mutating func makeRoom(for ssrc: UInt32, at now: Instant) -> Bool {
    if incoming[ssrc] != nil { return true }
    if incoming.count >= Self.incomingLimit {
      let quietest = incoming.min { $0.value.lastArrival < $1.value.lastArrival }
      guard let quietest, quietest.value.lastArrival.duration(to: now) >= Flow.idleTime else {
        return false
      }
      incoming[quietest.key] = nil
    }
    incoming[ssrc] = Incoming(
      reception: ReceptionStatistics(ssrc: ssrc, clockRate: Sound.sampleRate), lastArrival: now)
    return true
  }

  // MARK: Out

  /// A packet of another leg; returns the datagram if the peer takes it.
  mutating func forward(_ packet: ForwardedPacket, at now: Instant) -> [UInt8]? {
    guard agreed.direction.sends, let addressed = packet.addressed(under: agreed),
      makeOutgoingRoom(for: packet.ssrc, at: now)
    else { return nil }
    var datagram = addressed.encoded()
    do { try cipher.protectRTP(&datagram) } catch { return nil }
    outgoing[packet.ssrc]?.packetCount += 1
    outgoing[packet.ssrc]?.payloadBytes += addressed.payload.count
    outgoing[packet.ssrc]?.timestamp = addressed.timestamp
    outgoing[packet.ssrc]?.canonicalName = packet.canonicalName
    outgoing[packet.ssrc]?.lastSent = now
    return datagram
  }

  private mutating func makeOutgoingRoom(for ssrc: UInt32, at now: Instant) -> Bool {
    if outgoing[ssrc] != nil { return true }
    if outgoing.count >= Self.outgoingLimit {
      let quietest = outgoing.min { $0.value.lastSent < $1.value.lastSent }
      guard let quietest, quietest.value.lastSent.duration(to: now) >= Flow.idleTime else {
        return false
      }
      outgoing[quietest.key] = nil
    }
    outgoing[ssrc] = Outgoing(lastSent: now)
    return true
  }

  // MARK: Reports

  /// The report that is due, if one is.
  mutating func expireReports(at now: Instant) -> [UInt8]? {
    reports.membersChanged(
      remoteCount: incoming.count, isSending: !outgoing.isEmpty, at: now)
    let reported = outgoing.filter { $0.value.packetCount > $0.value.packetCountAtLastReport }
      .sorted { $0.key < $1.key }.prefix(Self.reportLimit)
    let clock = clock
    let compound = reports.expire(silence, at: now) { now in
      incoming.keys.sorted().compactMap { incoming[$0]?.reception.makeReportBlock(at: now) }
    } others: { now in
      reported.flatMap { $0.value.report(of: $0.key, clock, at: now) }
    }
    guard let compound else { return nil }
    for (ssrc, stream) in reported { outgoing[ssrc]?.packetCountAtLastReport = stream.packetCount }
    return protected(compound)
  }

  /// The compound that ends our part.
  mutating func goodbye(at now: Instant) -> [UInt8]? {
    protected(reports.goodbye(silence, at: now))
  }

  /// We send no stream of our own.
  private var silence: ControlReports.Sent {
    ControlReports.Sent(ssrc: ssrc, timestamp: 0, packetCount: 0, payloadBytes: 0)
  }

  private func protected(_ compound: [UInt8]) -> [UInt8]? {
    var datagram = compound
    do { try cipher.protectRTCP(&datagram) } catch { return nil }
    return datagram
  }

  /// How many streams one peer may send at once.
  static let incomingLimit = 8
  /// How many streams one peer is sent at once.
  static let outgoingLimit = 64
  /// How many streams one compound reports, so that it fits into a datagram.
  private static let reportLimit = 16
  /// Of which reports take their share.
  private static let bitsPerSecond = 256_000
}
