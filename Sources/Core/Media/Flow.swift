import Basics
import RTP
import SDP

/// What exists while packets can pass: the cipher, the stream that goes out, those that come in, and
/// the reports about them.
struct Flow {
  /// What a received packet led to.
  enum Arrival: Equatable {
    /// Authentic, and taken in.
    case taken
    case digit(Character)
    /// Not authentic, not understood, or of nobody's.
    case faulty
    /// Authentic, but here before.
    case replayed
  }

  /// What a received compound led to.
  enum ControlArrival: Equatable {
    case taken
    case faulty
    /// The last of the peer's streams has ended.
    case peerLeft
  }

  /// Packets and bytes of both directions, as they crossed the path.
  struct Traffic: Equatable {
    var packetsReceived = 0
    var payloadBytesReceived = 0
    var packetsSent = 0
    /// With all headers but those of UDP and IP.
    var bytesReceived = 0
    var bytesSent = 0
  }

  var uplink: Uplink
  private(set) var downlinks: [Downlink] = []
  private(set) var reports: ControlReports
  /// What arrived with a number for transport-wide feedback.
  private var arrivals = TransportArrivals()
  private(set) var traffic = Traffic()
  /// The counters of streams that have ended.
  private(set) var retired = Downlink.Counters()
  /// When anything authentic arrived last; the beginning, if nothing has.
  private(set) var lastArrival: Instant
  private(set) var agreed: AgreedAudio
  let profile: CipherKeys.Profile

  private let cipher: any CipherPort
  private let ports: any MediaPorts
  private var settings: MediaSettings

  init(
    _ agreed: AgreedAudio, local: LocalAudio, cipher: any CipherPort,
    profile: CipherKeys.Profile, settings: MediaSettings, ports: any MediaPorts, clock: NTPClock,
    at now: Instant
  ) {
    self.agreed = agreed
    self.cipher = cipher
    self.profile = profile
    self.ports = ports
    self.settings = settings
    let format = Uplink.Format(agreed, settings: settings)
    uplink = Uplink(ssrc: local.ssrc, format: format, settings: settings.encoder, ports: ports)
    reports = ControlReports(
      canonicalName: local.canonicalName, sessionBitsPerSecond: format.bounds.mostBitsPerSecond * 2,
      clock: clock, random: PortRandom(ports: ports), at: now)
    lastArrival = now
  }

  /// A renewed description was agreed on.
  mutating func agree(_ agreed: AgreedAudio, at now: Instant) {
    if agreed.direction.receives, !self.agreed.direction.receives { lastArrival = now }
    self.agreed = agreed
    uplink.change(to: Uplink.Format(agreed, settings: settings))
  }

  /// The user wants another bitrate.
  mutating func change(_ settings: MediaSettings) {
    self.settings = settings
    uplink.change(to: Uplink.Format(agreed, settings: settings))
  }

  /// Nothing is expected from the peer at present.
  mutating func silenceIsExpected(at now: Instant) { lastArrival = now }

  // MARK: Out

  /// One frame from the microphone; returns the datagram if there is one.
  mutating func captured(_ frame: [Int16], isSilenced: Bool, at now: Instant) -> [UInt8]? {
    guard agreed.direction.sends else {
      uplink.skipped(sampleCount: frame.count, at: now)
      return nil
    }
    guard let packet = uplink.captured(frame, isSilenced: isSilenced, at: now) else { return nil }
    return protected(packet)
  }

  /// One frame that was encoded elsewhere; returns the datagram if there is one.
  mutating func captured(_ frame: EncodedFrame, at now: Instant) -> [UInt8]? {
    guard agreed.direction.sends else {
      uplink.skipped(sampleCount: frame.sampleCount, at: now)
      return nil
    }
    return uplink.captured(frame, at: now).flatMap { protected($0) }
  }

  private mutating func protected(_ packet: RTPPacket) -> [UInt8]? {
    var datagram = packet.encoded()
    do { try cipher.protectRTP(&datagram) } catch { return nil }
    traffic.packetsSent += 1
    traffic.bytesSent += datagram.count
    return datagram
  }

  /// When ``expire(at:)`` is next due.
  var deadline: Instant? {
    guard let report = reports.deadline else { return nil }  // We have said goodbye.
    return arrivals.deadline.map { min($0, report) } ?? report
  }

  /// The reports and the feedback that are due.
  mutating func expire(at now: Instant) -> [[UInt8]] {
    reports.membersChanged(
      remoteCount: downlinks.count, isSending: agreed.direction.sends, at: now)
    let compound = reports.expire(sent(at: now), at: now) { now in
      downlinks.indices.map { downlinks[$0].reception.makeReportBlock(at: now) }
    }
    let feedback = arrivals.expire(
      senderSSRC: uplink.ssrc, mediaSSRC: downlinks.first?.reception.ssrc ?? 0, at: now
    ).map { RTCPPacket.encodeCompound([.transportFeedback($0)]) }
    return ((compound.map { [$0] } ?? []) + feedback).compactMap { protected($0) }
  }

  /// The compound that ends our stream.
  mutating func goodbye(at now: Instant) -> [UInt8]? {
    protected(reports.goodbye(sent(at: now), at: now))
  }

  private func sent(at now: Instant) -> ControlReports.Sent {
    ControlReports.Sent(
      ssrc: uplink.ssrc, timestamp: uplink.timestamp(at: now), packetCount: uplink.packetCount,
      payloadBytes: uplink.payloadBytes)
  }

  private mutating func protected(_ compound: [UInt8]) -> [UInt8]? {
    var datagram = compound
    do { try cipher.protectRTCP(&datagram) } catch { return nil }
    traffic.bytesSent += datagram.count
    return datagram
  }

  // MARK: In

  /// One RTP packet, as it came.
  mutating func receivedRTP(_ datagram: [UInt8], at now: Instant) -> Arrival {
    let byteCount = datagram.count
    var bytes = datagram
    do { try cipher.unprotectRTP(&bytes) } catch {
      return error == .replayed ? .replayed : .faulty
    }
    guard let packet = try? RTPPacket(decoding: bytes) else { return .faulty }
    traffic.packetsReceived += 1
    traffic.payloadBytesReceived += packet.payload.count
    traffic.bytesReceived += byteCount
    lastArrival = now
    if let id = agreed.transportID, let number = packet.transportNumber(id: id) {
      arrivals.packetArrived(number: number, at: now)
    }
    // The peer happened to draw our number (RFC 3550 §8.2).
    if packet.ssrc == uplink.ssrc { uplink.change(ssrc: ports.random()) }
    guard let index = downlinkIndex(for: packet.ssrc, at: now) else { return .faulty }
    return downlinks[index].received(packet, agreed, at: now)
  }

  /// One compound, as it came.
  mutating func receivedRTCP(_ datagram: [UInt8], at now: Instant) -> ControlArrival {
    let byteCount = datagram.count
    var bytes = datagram
    do { try cipher.unprotectRTCP(&bytes) } catch {
      return error == .replayed ? .taken : .faulty
    }
    guard let packets = try? RTCPPacket.decodeCompound(bytes) else { return .faulty }
    traffic.bytesReceived += byteCount
    lastArrival = now
    reports.received(byteCount: byteCount)
    var arrival = ControlArrival.taken
    for packet in packets {
      switch packet {
      case .senderReport(let report):
        if let index = downlinks.firstIndex(where: { $0.reception.ssrc == report.ssrc }) {
          downlinks[index].reception.senderReportArrived(report, at: now)
        }
        take(report.blocks, at: now)
      case .receiverReport(let report): take(report.blocks, at: now)
      case .goodbye(let goodbye): if endStreams(goodbye.sources) { arrival = .peerLeft }
      case .transportFeedback(let feedback):
        // It is about the path, whichever stream it names.
        uplink.peerTold(feedback, at: now)
      case .receiverEstimate(let estimate):
        if estimate.sources.isEmpty || estimate.sources.contains(uplink.ssrc) {
          uplink.peerTold(estimate, at: now)
        }
      case .sourceDescription, .other: break
      }
    }
    return arrival
  }

  /// The next samples of all the peer's streams together; `nil` when there is none.
  mutating func pull(sampleCount: Int, at now: Instant) -> [Int16]? {
    switch downlinks.count {
    case 0: return nil
    case 1: return downlinks[0].pull(sampleCount: sampleCount, at: now)
    default:
      var mixer = Mixer(sampleCount: sampleCount)
      for index in downlinks.indices {
        mixer.add(downlinks[index].pull(sampleCount: sampleCount, at: now))
      }
      return mixer.mixed()
    }
  }

  /// As ``PlayoutStream/pullReady(sampleCount:at:)``; never of several streams.
  mutating func pullReady(sampleCount: Int, at then: Instant) -> [Int16]? {
    downlinks.count == 1 ? downlinks[0].pullReady(sampleCount: sampleCount, at: then) : nil
  }

  private mutating func take(_ blocks: [ReportBlock], at now: Instant) {
    for block in blocks where block.ssrc == uplink.ssrc {
      reports.received(block, at: now)
      uplink.peerReported(block, roundTripTime: reports.lastRoundTripTime, at: now)
    }
  }

  private mutating func downlinkIndex(for ssrc: UInt32, at now: Instant) -> Int? {
    if let index = downlinks.firstIndex(where: { $0.reception.ssrc == ssrc }) { return index }
    if downlinks.count >= Self.downlinkLimit {
      // A stream that has fallen silent makes room.
      guard
        let quietest = downlinks.indices.min(by: {
          downlinks[$0].lastArrival < downlinks[$1].lastArrival
        }),
        downlinks[quietest].lastArrival.duration(to: now) >= Self.idleTime
      else { return nil }
      retire(at: quietest)
    }
    downlinks.append(Downlink(ssrc: ssrc, settings: settings, ports: ports, at: now))
    return downlinks.count - 1
  }

  /// - Returns: whether none is left.
  private mutating func endStreams(_ sources: [UInt32]) -> Bool {
    for source in sources {
      if let index = downlinks.firstIndex(where: { $0.reception.ssrc == source }) {
        retire(at: index)
      }
    }
    return downlinks.isEmpty
  }

  private mutating func retire(at index: Int) {
    retired.add(downlinks[index].counters)
    downlinks.remove(at: index)
  }

  /// How many streams one session takes in.
  static let downlinkLimit = 24
  /// After how much silence a stream makes room for another.
  static let idleTime: Duration = .seconds(5)
}

extension Uplink.Format {
  /// What the peer wants to receive.
  init(_ agreed: AgreedAudio, settings: MediaSettings) {
    self.init(
      payloadType: agreed.sentOpus.payloadType,
      digits: agreed.sentTelephoneEvent.map {
        Uplink.DigitFormat(payloadType: $0.payloadType, clockRate: $0.clockRate)
      },
      levelExtensionID: agreed.audioLevelID, transportExtensionID: agreed.transportID,
      redundantPayloadType: agreed.sentRedundancy,
      bounds: SendingBounds(agreed, settings: settings))
  }
}
