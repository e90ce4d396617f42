package import Basics
package import Media
import SDP

/// Two sessions that call each other over a link in virtual time, with what lies between them:
/// signalling, two ICE agents, a microphone and an ear on each side.
///
/// The caller offers at the start. The callee prepares its answer when the offer arrives, and takes the
/// call ``Setup/ringTime`` later.
package final class SessionPair {
  /// How a call is made, and over what.
  package struct Setup: Sendable {
    package var seed: UInt64
    package var link = LinkModel.Quality.perfect
    package var signalingDelay: Duration = .milliseconds(20)
    package var ringTime: Duration = .milliseconds(200)
    /// Whether a pair can be found at all.
    package var hasPath = true
    /// How long the caller's and the callee's agent take to find it.
    package var checkTime: [Duration] = [.milliseconds(25), .milliseconds(25)]
    /// Whether the callee is told another fingerprint than the caller's.
    package var forgesFingerprint = false
    /// Whether the caller's session is opened with its offer and not with the answer.
    package var opensEarly = false
    /// Whether the caller is a conference's server to the callee.
    package var isConference = false
    package var settings = MediaSettings()
    /// Attributes of that name are taken out of all descriptions.
    package var unknownAttributes: Set<String> = []

    package init(seed: UInt64 = 1) { self.seed = seed }
  }

  package enum Side: Int, CaseIterable, Sendable {
    case caller, callee

    package var other: Side { self == .caller ? .callee : .caller }
  }

  private enum Event {
    case signal(to: Side, SessionReport)
    case accept
    case ice(Side, IceEvent)
    case capture
    case play

    /// Whom it is for alone.
    var side: Side? {
      switch self {
      case .signal(let side, _), .ice(let side, _): side
      case .accept: .callee
      case .capture, .play: nil
      }
    }
  }

  private static let socketLimit = 170

  package let setup: Setup
  package private(set) var sessions: [MediaSession?] = [nil, nil]
  package private(set) var agents: [SimulatedAgent]
  package let mediaPorts: [any MediaPorts]
  package private(set) var reports: [[SessionReport]] = [[], []]
  package private(set) var notes: [[LogEntry]] = [[], []]
  /// What sessions that carry packets have brought.
  package private(set) var packets: [[ForwardedPacket]] = [[], []]
  /// One sample of each 10 ms that were played.
  package private(set) var heard: [[Int16]] = [[], []]
  package private(set) var datagramCount = [0, 0]
  /// All samples that were played, if they are kept.
  package private(set) var sound: [[Int16]] = [[], []]
  /// Whether ``sound`` is kept.
  package var keepsSound = false
  /// What must never happen, and did; at most ten.
  package private(set) var violations: [String] = []
  /// Datagrams for which this is true are lost, whatever the link is like. The number counts those of
  /// its class from that side, from 0.
  package var loses: (Side, DatagramClass, Int) -> Bool = { _, _, _ in false }
  /// What each side says: its frame of that number, and of that many samples.
  package var speech: [(_ number: Int, _ sampleCount: Int) -> [Int16]] = [
    { [Int16](repeating: Int16(1_000 + $0 % 1_000), count: $1) },
    { [Int16](repeating: Int16(3_000 + $0 % 1_000), count: $1) },
  ]
  /// Whether signalling is carried.
  package var hasSignaling = true
  package private(set) var hasPath: Bool
  /// Who stands, as a process or a machine does that is stopped; and what waits for it meanwhile.
  private var standing: Side?
  private var awaiting: [Event] = []

  private var timeline = Timeline<Event>()
  private var links: [LinkModel]
  private var frameCount = 0
  private var isAccepted = false
  /// What the callee may not tell before it accepts.
  private var withheld: [SessionReport] = []
  private var classCounts: [[DatagramClass: Int]] = [[:], [:]]

  /// - Parameter mediaPorts: the caller's and the callee's; fakes if none are given.
  package init(_ setup: Setup = Setup(), mediaPorts: [any MediaPorts]? = nil) {
    self.setup = setup
    hasPath = setup.hasPath
    let seed = setup.seed &* 1_000
    agents = [SimulatedAgent(seed: seed, port: 5_000), SimulatedAgent(seed: seed + 1, port: 6_000)]
    self.mediaPorts = mediaPorts ?? [FakePorts(seed: seed + 2), FakePorts(seed: seed + 3)]
    links = [LinkModel(setup.link, seed: seed + 4), LinkModel(setup.link, seed: seed + 5)]
    begin(.caller, MediaPlan(role: .offerer, iceServers: [], includesLoopback: false))
    timeline.add(.capture, at: now)
    timeline.add(.play, at: now.advanced(by: .milliseconds(3)))
    if setup.opensEarly { act(.caller) { $0.open(at: $1) } }
  }

  package var now: Instant { timeline.now }

  /// The caller's and the callee's ports, if they are fakes.
  package var ports: [FakePorts] { mediaPorts.compactMap { $0 as? FakePorts } }

  /// Lets time pass.
  package func run(for duration: Duration) {
    let end = now.advanced(by: duration)
    var stepCount = 0
    while violations.count < 10 {
      let deadlines = Side.allCases.filter { $0 != standing }
        .compactMap { sessions[$0.rawValue]?.deadline }
      let next = min(deadlines.min() ?? end, end)
      if let event = timeline.take(by: next) { handle(event) }
      expire()
      if now >= end, timeline.next.map({ $0 > end }) ?? true { return }
      stepCount += 1
      if stepCount > 1_000_000 {
        violate("time does not pass")
        return
      }
    }
  }

  /// Has one side do something now.
  package func act(
    _ side: Side, _ verb: (inout MediaSession, Instant) -> [SessionEffect]
  ) {
    guard sessions[side.rawValue] != nil else { return }
    perform(verb(&sessions[side.rawValue]!, now), of: side)
  }

  /// Brings a datagram of somebody else's to one side.
  package func inject(_ datagram: [UInt8], to side: Side) {
    act(side) { $0.ice(.received(datagram), at: $1) }
  }

  /// The network changes: no pair works until credentials are renewed.
  package func breakPath() {
    for side in Side.allCases {
      agents[side.rawValue].connectedWith = nil
      act(side) { $0.ice(.disconnected, at: $1) }
    }
  }

  /// Both agents give the pair up; one that is stopped finds that out afterwards.
  package func losePath(_ reason: String) {
    for side in Side.allCases {
      agents[side.rawValue].connectedWith = nil
      handle(.ice(side, .failed(reason)))
    }
  }

  /// Stops one side: it does nothing, and what comes waits for it, of datagrams as many as a socket holds.
  package func stop(_ side: Side) { standing = side }

  /// Has the side that was stopped go on.
  package func resume() {
    standing = nil
    let events = awaiting
    awaiting = []
    for event in events { handle(event) }
  }

  /// Loses everything, or nothing more than the link does.
  package func setPath(_ works: Bool) {
    hasPath = works
    connectIfPossible()
  }

  /// What the way from one side is like from now on.
  package func setLink(from side: Side, _ quality: LinkModel.Quality) {
    links[side.rawValue].quality = quality
  }

  /// How long what one side sends now waits in the link's queue.
  package func waiting(from side: Side) -> Duration { links[side.rawValue].waiting(at: now) }

  /// How often a side reported something.
  package func count(_ side: Side, _ matches: (SessionReport) -> Bool) -> Int {
    reports[side.rawValue].count(where: matches)
  }

  package func session(_ side: Side) -> MediaSession { sessions[side.rawValue]! }

  // MARK: Events

  private func begin(_ side: Side, _ plan: MediaPlan) {
    sessions[side.rawValue] = MediaSession(
      plan: plan, settings: setup.settings, ports: mediaPorts[side.rawValue],
      wallTime: WallTime(milliseconds: 1_790_000_000_000), at: now)
    act(side) { $0.prepare(at: $1) }
  }

  private func handle(_ event: Event) {
    if let standing, event.side == standing {
      if case .ice(_, .received) = event, awaiting.count >= Self.socketLimit { return }
      awaiting.append(event)
      return
    }
    switch event {
    case .accept:
      isAccepted = true
      act(.callee) { $0.open(at: $1) }
      for report in withheld { signal(report, from: .callee) }
      withheld = []
    case .ice(let side, let event): act(side) { $0.ice(event, at: $1) }
    case .signal(let side, let report): deliver(report, to: side)
    case .capture: capture()
    case .play: play()
    }
  }

  private func deliver(_ report: SessionReport, to side: Side) {
    switch report {
    case .described(let description):
      if side == .callee, sessions[1] == nil {
        begin(
          .callee,
          MediaPlan(
            role: .answerer(offer: description), iceServers: [],
            includesLoopback: false, isConference: setup.isConference))
        timeline.add(.accept, at: now.advanced(by: setup.ringTime))
        return
      }
      act(side) { $0.describe(description, at: $1) }
      if side == .caller { act(side) { $0.open(at: $1) } }
    case .candidate(let candidate): act(side) { $0.candidate(candidate, at: $1) }
    case .endOfCandidates: act(side) { $0.endOfCandidates(at: $1) }
    default: break
    }
  }

  private func capture() {
    let count = setup.settings.frameSampleCount
    for side in Side.allCases where side != standing {
      let frame = speech[side.rawValue](frameCount, count)
      act(side) { $0.captured(frame, at: $1) }
    }
    frameCount += 1
    timeline.add(
      .capture, at: now.advanced(by: .nanoseconds(Int64(count) * 1_000_000_000 / 48_000)))
  }

  private func play() {
    for side in Side.allCases where sessions[side.rawValue] != nil && side != standing {
      let (samples, effects) = sessions[side.rawValue]!.pull(sampleCount: 480, at: now)
      if samples.count != 480 { violate("\(side) played \(samples.count) samples") }
      heard[side.rawValue].append(samples.first ?? 0)
      if keepsSound { sound[side.rawValue] += samples }
      perform(effects, of: side)
    }
    timeline.add(.play, at: now.advanced(by: .milliseconds(10)))
  }

  private func expire() {
    for side in Side.allCases {
      guard side != standing, let deadline = sessions[side.rawValue]?.deadline, deadline <= now
      else { continue }
      act(side) { $0.expire(at: $1) }
      if let deadline = sessions[side.rawValue]?.deadline, deadline <= now {
        violate("\(side) wants to be woken in the past")
      }
    }
  }

  // MARK: Effects

  private func perform(_ effects: [SessionEffect], of side: Side) {
    for effect in effects {
      switch effect {
      case .note(let entry): notes[side.rawValue].append(entry)
      case .report(let report): take(report, from: side)
      case .packet(let packet): packets[side.rawValue].append(packet)
      case .ice(let order): carryOut(order, of: side)
      }
    }
  }

  private func take(_ report: SessionReport, from side: Side) {
    check(report, of: side)
    reports[side.rawValue].append(report)
    switch report {
    case .described, .candidate, .endOfCandidates:
      if side == .callee, !isAccepted {
        // A description that has not gone out yet is replaced, together with its candidates.
        if case .described = report { withheld = [] }
        withheld.append(report)
      } else {
        signal(report, from: side)
      }
    default: break
    }
  }

  private func signal(_ report: SessionReport, from side: Side) {
    guard hasSignaling else { return }
    var report = report
    if side == .caller, setup.forgesFingerprint, case .described(var description) = report {
      for index in description.media.indices {
        for attribute in description.media[index].attributes.indices
        where description.media[index].attributes[attribute].name == "fingerprint" {
          description.media[index].attributes[attribute].value =
            "sha-256 " + [String](repeating: "AB", count: 32).joined(separator: ":")
        }
      }
      report = .described(description)
    }
    if case .described(var description) = report {
      for index in description.media.indices {
        description.media[index].attributes.removeAll {
          setup.unknownAttributes.contains($0.name)
        }
      }
      report = .described(description)
    }
    timeline.add(.signal(to: side.other, report), at: now.advanced(by: setup.signalingDelay))
  }

  private func carryOut(_ order: IceOrder, of side: Side) {
    if agents[side.rawValue].isClosed { violate("\(side) orders \(order) after closing") }
    if case .send(let datagram) = order { return send(datagram, from: side) }
    if side == .callee, !isAccepted {
      switch order {
      case .gather, .restart, .servers, .close: break
      default: violate("the callee reaches for the peer before it accepts")
      }
    }
    for event in agents[side.rawValue].carryOut(order) { timeline.add(.ice(side, event), at: now) }
    connectIfPossible()
  }

  private func connectIfPossible() {
    guard hasPath, agents.allSatisfy({ !$0.isClosed }), let caller = agents[0].credentials,
      let callee = agents[1].credentials, agents[0].remote == callee, agents[1].remote == caller,
      agents.contains(where: { !$0.remoteCandidates.isEmpty })
    else { return }
    for side in Side.allCases where agents[side.rawValue].connectedWith != caller {
      agents[side.rawValue].connectedWith = caller
      timeline.add(
        .ice(side, .connected(local: .host, remote: .host)),
        at: now.advanced(by: setup.checkTime[side.rawValue]))
    }
  }

  private func send(_ datagram: [UInt8], from side: Side) {
    datagramCount[side.rawValue] += 1
    let kind = DatagramClass(of: datagram)
    let number = classCounts[side.rawValue][kind, default: 0]
    classCounts[side.rawValue][kind] = number + 1
    guard hasPath, agents[side.rawValue].connectedWith != nil, !loses(side, kind, number) else {
      return
    }
    for arrival in links[side.rawValue].arrivals(
      sentAt: now, byteCount: datagram.count + 28)
    {
      timeline.add(.ice(side.other, .received(datagram)), at: arrival)
    }
  }

  // MARK: Invariants

  private func check(_ report: SessionReport, of side: Side) {
    let earlier = reports[side.rawValue]
    switch report {
    case .secured where earlier.contains(.secured): violate("\(side) secured twice")
    case .flowing where !earlier.contains(.secured): violate("\(side) flows without keys")
    case .flowing where earlier.contains(.flowing): violate("\(side) flows twice")
    case .peerLeft where earlier.contains(.peerLeft): violate("\(side) was left twice")
    default: break
    }
    if earlier.contains(where: { if case .failed = $0 { true } else { false } }) {
      violate("\(side) reports \(report) after it failed")
    }
  }

  private func violate(_ text: String) {
    if violations.count < 10 { violations.append("at \(now.nanoseconds / 1_000_000) ms: \(text)") }
  }
}
