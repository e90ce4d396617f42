package import Basics
import RTP
import SDP

/// The sound of one call: its descriptions, its path, its keys and its packets.
///
///     idle ──prepare──▶ preparing ──opened, both descriptions known──▶ checking
///                           │                                             │ pair found
///                           │                       flowing ◀──keys── securing
///                           │                          │                  │
///                           └──── close, or a failure ─┴──────────────────┴──▶ closed
///
/// Prepared, a session has gathered its candidates and made its certificate and its description, and
/// has sent nothing to the peer: that begins with ``open(at:)``. A description that comes later renews
/// what was agreed (hold, another path) without a change of state.
///
/// Nothing is sent after `closed`. Verbs that come too late do nothing.
package struct MediaSession {
  /// Where the session stands.
  package enum State: Equatable, Sendable {
    case idle
    /// - isOpen: checks may begin as soon as both descriptions are known.
    case preparing(isOpen: Bool)
    case checking
    case securing
    case flowing
    case closed
  }

  /// What waits for our own candidates.
  enum Gathering {
    case done
    case offer
    case answer(to: SessionDescription)
  }

  enum Timer: Hashable {
    /// Our description goes out with what has been gathered by then.
    case describe
    /// Our renewed offer has not been answered.
    case renewal
    /// A path and keys must be found by then.
    case connect
    /// Another path is to be sought.
    case restart
    case retransmission
    case stall
    case statistics
  }

  package internal(set) var state = State.idle
  /// Whether this call hears the microphone and is heard. An open session that is not active is on
  /// hold, and the peer is told so.
  package internal(set) var isActive = true

  let plan: MediaPlan
  var settings: MediaSettings
  let ports: any MediaPorts
  let clock: NTPClock
  let handshake: any HandshakePort
  let local: LocalAudio
  var timers = DeadlineTable<Timer>()

  // Descriptions.
  var offerAnswer: OfferAnswer
  var gathering = Gathering.done
  /// What our agent has gathered since it was last told to; `nil` before it began.
  var transport: LocalTransport?
  /// Whether the agent has answered the last order to gather.
  var hasGatheringBegun = false
  /// Whether the peer has been told of ``transport``.
  var isTransportDescribed = false
  /// Whether our last description asked the peer to stop sending.
  var isHoldDescribed = false
  /// Whether our last description preferred copies of earlier packets.
  var areCopiesDescribed = false
  var copyWish = CopyWish()
  var lastRemote: SessionDescription?

  // The path.
  var remoteCandidates = RemoteCandidates()
  var path: (local: Candidate.Kind, remote: Candidate.Kind)?
  /// From which address of this machine the path goes out; `nil` when that is not known.
  var pathAddress: String?
  var search = PathSearch()
  /// What was nobody's, not authentic or not understood.
  var faultyPackets = 0

  // Sound.
  var isMuted = false
  /// Exists from `flowing` to `closed`; beside the state, and not in it, so that packets change it in
  /// place.
  var flow: Flow?
  /// Likewise, in the place of ``flow`` when the plan is to carry packets.
  var packets: PacketFlow?
  /// Whether the last samples were given as they were, and not as the silence of a held call.
  var wasHeard = true
  /// Whether sound from the peer has been played.
  var hasFlowed = false
  var stall = Stall.none
  var quality = QualityWindow()
  /// Who speaks, in a call of several.
  var speakers: SpeakerWatch?
  /// Frames of silence in a row that went out in place of the microphone's.
  var silencedFrameCount = 0

  /// Whether packets arrive.
  enum Stall: Equatable {
    case none
    case stalled
    /// The peer has said goodbye: nothing is expected.
    case peerLeft
  }

  /// A session that does nothing yet.
  ///
  /// - Parameters:
  ///   - wallTime: what the wall clock shows at this instant, for sender reports.
  package init(
    plan: MediaPlan, settings: MediaSettings = MediaSettings(), ports: any MediaPorts,
    wallTime: WallTime, at now: Instant
  ) {
    self.plan = plan
    self.settings = settings
    self.ports = ports
    clock = NTPClock(wallTime, at: now)
    handshake = ports.makeHandshake()
    let random = PortRandom(ports: ports)
    local = LocalAudio(
      sessionID: random.next() >> 1, ssrc: ports.random(), canonicalName: random.name(),
      fingerprint: handshake.fingerprint, endsPackets: plan.carriage == .sound)
    offerAnswer = OfferAnswer(local: local)
  }

  // MARK: Verbs

  /// Gathers candidates and reports our description, an offer or an answer as the plan says.
  package mutating func prepare(at now: Instant) -> [SessionEffect] {
    guard state == .idle else { return [] }
    state = .preparing(isOpen: false)
    var isControlling = true
    if case .answerer(let offer) = plan.role {
      do {
        // The controlling side is the offerer, unless it cannot check pairs itself (RFC 8445 §6.1.1).
        isControlling = try AudioDescription(reading: offer).isIceLite
      } catch { return fail(error.description, at: now) }
      gathering = .answer(to: offer)
      lastRemote = offer
    } else {
      gathering = .offer
    }
    timers[.describe] = now.advanced(by: Self.gatheringLimit)
    return [
      .ice(
        .gather(
          isControlling: isControlling, servers: plan.iceServers,
          includesLoopback: plan.includesLoopback))
    ]
  }

  /// Checks pairs and agrees on keys, now or as soon as both descriptions are known.
  package mutating func open(at now: Instant) -> [SessionEffect] {
    guard case .preparing(isOpen: false) = state else { return [] }
    state = .preparing(isOpen: true)
    return checkIfReady(at: now)
  }

  /// Whether this call hears the microphone and is heard. The peer of an open session is told.
  package mutating func setActive(_ active: Bool, at now: Instant) -> [SessionEffect] {
    isActive = active
    return renewIfNeeded(at: now)
  }

  /// Whether silence is sent in place of the microphone's sound.
  package mutating func setMuted(_ muted: Bool) {
    isMuted = muted
  }

  /// What speech may take from now on, as far as the peer wants that much.
  package mutating func setBitrate(bitsPerSecond: Int) {
    settings.encoder.bitsPerSecond = bitsPerSecond
    settings.firstBitsPerSecond = nil
    flow?.change(settings)
  }

  /// Sends keys of the dialling pad, one after the other, as telephone-events or, to a peer that takes
  /// none, as tones.
  ///
  /// - Bound: 64 keys wait; what is beyond is refused with a note.
  package mutating func digits(_ digits: String, at now: Instant) -> [SessionEffect] {
    guard flow != nil, isActive else {
      return [note(.warning, "Keys can be sent once sound passes and the call is not held.")]
    }
    let refused = flow?.uplink.enqueue(digits: digits) ?? ""
    guard !refused.isEmpty else { return [] }
    let shown = HarmlessText.line(refused, limit: 16)
    return [note(.warning, "These keys were not sent, too many wait or they are none: \(shown)")]
  }

  /// Says goodbye and releases everything.
  package mutating func close(at now: Instant) -> [SessionEffect] {
    end(reporting: nil, at: now)
  }

  // MARK: Time

  /// When ``expire(at:)`` is next due.
  package var deadline: Instant? {
    guard let reports = flow?.deadline ?? packets?.reports.deadline else {
      return timers.earliest
    }
    return timers.earliest.map { min($0, reports) } ?? reports
  }

  /// Acts on deadlines that have passed; does nothing before.
  package mutating func expire(at now: Instant) -> [SessionEffect] {
    var effects = expireReports(at: now)
    for timer in timers.takeDue(at: now) where state != .closed {
      switch timer {
      case .describe: effects += gatheringTimePassed(at: now)
      case .renewal: effects += renewalWasNotAnswered(at: now)
      case .connect: effects += fail(connectComplaint, at: now)
      case .restart: effects += seekPath(at: now)
      case .retransmission: effects += perform(handshake.retransmit(), at: now)
      case .stall: effects += checkStall(at: now)
      case .statistics: effects += reportStatistics(at: now)
      }
    }
    return effects
  }

  /// Whether the session has been opened and is not closed: it needs the sound devices.
  package var isOpen: Bool {
    switch state {
    case .idle, .closed: false
    case .preparing(let isOpen): isOpen
    case .checking, .securing, .flowing: true
    }
  }

  // MARK: Endings

  mutating func fail(_ complaint: String, at now: Instant) -> [SessionEffect] {
    end(reporting: .failed(complaint), at: now)
  }

  /// - Parameter report: goes before the goodbyes.
  private mutating func end(
    reporting report: SessionReport?, at now: Instant
  ) -> [SessionEffect] {
    guard state != .closed else { return [] }
    var effects: [SessionEffect] = []
    if flow != nil { effects.append(.report(.statistics(measure(at: now)))) }
    if let report { effects.append(.report(report)) }
    switch state {
    case .idle, .closed: break
    case .preparing, .checking: effects.append(.ice(.close))
    case .securing, .flowing:
      if let goodbye = flow?.goodbye(at: now) ?? packets?.goodbye(at: now) {
        effects.append(.ice(.send(goodbye)))
      }
      effects += handshake.close().datagrams.map { .ice(.send($0)) }
      effects.append(.ice(.close))
    }
    state = .closed
    flow = nil
    packets = nil
    timers = DeadlineTable()
    return effects
  }

  func note(_ level: LogEntry.Level, _ text: String) -> SessionEffect {
    .note(LogEntry(level, "sound", text))
  }

  /// How long the agent may take to begin gathering.
  package static let gatheringLimit: Duration = .seconds(5)
  /// How long our description waits for candidates that are found at once.
  package static let candidateTime: Duration = .milliseconds(25)
  /// How long a path and keys may take.
  package static let connectTime: Duration = .seconds(15)
  /// How long a renewed offer waits for its answer.
  package static let renewalTime: Duration = .seconds(10)
  /// After how much silence on the path a call counts as stalled.
  package static let stallTime: Duration = .seconds(5)
  package static let statisticsInterval: Duration = .seconds(1)
}
