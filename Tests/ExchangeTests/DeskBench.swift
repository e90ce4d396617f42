import Basics
import Exchange
import Media
import SDP
import Simulation

/// A desk of attendants and guests who call it, in virtual time and over a perfect link.
///
/// The bench stands in for the exchange as well: it passes on what either side describes.
final class DeskBench {
  struct Guest {
    var session: MediaSession
    var agent: SimulatedAgent
    /// What the guest says, a frame at a time; then silence.
    var speech: [[Int16]] = []
    var heard: [Int16] = []
    var reports: [SessionReport] = []

    mutating func perform(
      _ verb: (inout MediaSession, Instant) -> [SessionEffect], at now: Instant
    ) -> [SessionEffect] {
      verb(&session, now)
    }
  }

  private enum Event {
    case order(AttendantOrder)
    case deskIce(String, IceEvent)
    case guestIce(String, IceEvent)
  }

  private(set) var desk: AttendantDesk
  private(set) var now = Instant.zero
  var guests: [String: Guest] = [:]
  private(set) var reports: [AttendantReport] = []
  /// What recorders were told, by room.
  private(set) var recordings: [String: [RecordingOrder]] = [:]
  private(set) var notes: [LogEntry] = []
  /// What the desk's libraries were used for.
  let ports = FakePorts(seed: 1)
  /// Guests from whom nothing arrives any more.
  var lost: Set<String> = []
  /// Whether guests answer what is offered to them.
  var answersOffers = true
  /// From which guests' libraries draw their numbers; `nil` for each its own.
  var guestSeed: UInt64?
  /// Whether agents find each other.
  var hasPath = true
  private(set) var agents: [String: SimulatedAgent] = [:]
  private var events: [Event] = []
  private var seed: UInt64 = 100
  private var nextFrame = Instant.zero

  init(voices: Voices? = Voices()) {
    desk = AttendantDesk(
      ports: ports, includesLoopback: true, voices: voices,
      wallTime: WallTime(milliseconds: 0), at: .zero)
  }

  // MARK: Verbs

  /// A guest calls an attendant.
  func call(_ attendant: String, as callID: String) {
    offer(as: callID) {
      .invite(
        callID: callID, attendant: attendant, caller: .init(userID: "alice", name: "Alice"),
        offer: $0)
    }
  }

  /// A guest joins a room.
  func join(_ room: String, as leg: String) {
    offer(as: leg) { .joinRoom(leg: leg, room: room, offer: $0) }
  }

  /// What a guest says from now on: one value, frame after frame.
  func say(_ value: Int16, as leg: String, for duration: Duration = .seconds(60)) {
    let frame = [Int16](repeating: value, count: 960)
    guests[leg]?.speech = [[Int16]](
      repeating: frame, count: Int(duration.nanoseconds / 20_000_000))
  }

  /// What a guest hears at the moment.
  func hears(_ leg: String) -> Int16? { guests[leg]?.heard.last }

  private func offer(as id: String, _ order: @escaping (String) -> AttendantOrder) {
    addGuest(id, role: .offerer)
    offers[id] = order
    act(id) { $0.prepare(at: $1) }
    // Its own description is there, so the guest waits for the answer.
    act(id) { $0.open(at: $1) }
  }

  func order(_ order: AttendantOrder) { perform(desk.carryOut(order, at: now)) }

  /// Lets time pass in steps of 5 ms.
  func run(for duration: Duration) {
    let end = now.advanced(by: duration)
    while now < end {
      settle()
      if let deadline = desk.deadline, deadline <= now { perform(desk.expire(at: now)) }
      for id in guests.keys.sorted() { act(id) { $0.expire(at: $1) } }
      if now >= nextFrame { exchangeFrames() }
      settle()
      now = now.advanced(by: .milliseconds(5))
    }
  }

  func speak(with voices: Voices) { perform(desk.speak(with: voices, at: now)) }

  /// Brings a datagram to a leg as if its guest had sent it.
  func inject(_ datagram: [UInt8], from leg: String) {
    perform(desk.ice(.received(datagram), for: leg, at: now))
  }

  func recorded(_ news: RoomRecording, of room: String, path: String) {
    perform(desk.recording(news, of: room, path: path))
  }

  func closeDesk() { perform(desk.closeAll(at: now)) }

  /// Has a guest's session do something now.
  func act(_ callID: String, _ verb: (inout MediaSession, Instant) -> [SessionEffect]) {
    guard let effects = guests[callID]?.perform(verb, at: now) else { return }
    for effect in effects { take(effect, of: callID) }
  }

  /// How often the attendants reported something.
  func count(_ matches: (AttendantReport) -> Bool) -> Int { reports.count(where: matches) }

  // MARK: Both sides

  /// What to do with a guest's offer.
  private var offers: [String: (String) -> AttendantOrder] = [:]

  private func addGuest(_ callID: String, role: MediaPlan.Role) {
    seed += 2
    let plan = MediaPlan(role: role, iceServers: [], includesLoopback: true)
    guests[callID] = Guest(
      session: MediaSession(
        plan: plan, ports: FakePorts(seed: guestSeed ?? seed), wallTime: WallTime(milliseconds: 0),
        at: now),
      agent: SimulatedAgent(seed: seed + 1, port: 5_000))
  }

  private func exchangeFrames() {
    nextFrame = now.advanced(by: .milliseconds(20))
    for id in guests.keys.sorted() {
      let frame =
        guests[id]?.speech.isEmpty == false
        ? guests[id]?.speech.removeFirst() : [Int16](repeating: 0, count: 960)
      act(id) { $0.captured(frame ?? [], at: $1) }
      var samples: [Int16] = []
      act(id) { session, now in
        let pulled = session.pull(sampleCount: 960, at: now)
        samples = pulled.samples
        return pulled.effects
      }
      guests[id]?.heard += samples
    }
  }

  private func settle() {
    while !events.isEmpty {
      switch events.removeFirst() {
      case .order(let order): perform(desk.carryOut(order, at: now))
      case .deskIce(let id, let event): perform(desk.ice(event, for: id, at: now))
      case .guestIce(let id, let event): act(id) { $0.ice(event, at: $1) }
      }
    }
  }

  // MARK: The desk's effects

  private func perform(_ effects: [AttendantEffect]) {
    for effect in effects {
      switch effect {
      case .note(let entry): notes.append(entry)
      case .recording(let room, let order): recordings[room, default: []].append(order)
      case .report(let report):
        reports.append(report)
        pass(report)
      case .ice(let id, .send(let datagram)):
        if agents[id]?.connectedWith != nil { events.append(.guestIce(id, .received(datagram))) }
      case .ice(let id, let order):
        seed += 1
        var agent = agents[id] ?? SimulatedAgent(seed: seed, port: 6_000)
        events += agent.carryOut(order).map { .deskIce(id, $0) }
        agents[id] = agent
        connect(id)
      }
    }
  }

  /// What the exchange would do.
  private func pass(_ report: AttendantReport) {
    switch report {
    case .accept(let id): act(id) { $0.open(at: $1) }
    case .described(let id, let isOffer, let sdp):
      guard let description = try? SessionDescription(decoding: sdp) else { return }
      if isOffer, guests[id] == nil {
        guard answersOffers else { return }
        addGuest(id, role: .answerer(offer: description))
        act(id) { $0.prepare(at: $1) + $0.open(at: $1) }
        events.append(.order(.accepted(callID: id)))
      } else {
        act(id) { $0.describe(description, at: $1) }
      }
    case .candidate(let id, let line):
      guard let candidate = try? Candidate(decoding: line) else { return }
      act(id) { $0.candidate(candidate, at: $1) }
    case .endOfCandidates(let id): act(id) { $0.endOfCandidates(at: $1) }
    case .hangUp(let id, _):
      act(id) { $0.close(at: $1) }
    case .placeCall(let attendant, let userID):
      events.append(
        .order(
          .placed(
            callID: "back", attendant: attendant, callee: .init(userID: userID, name: userID))))
    case .transcript, .agent, .stream, .secured, .samples, .flush, .speakers, .recording,
      .wantsPerson:
      break
    }
  }

  // MARK: The guests' effects

  private func take(_ effect: SessionEffect, of id: String) {
    switch effect {
    case .note, .packet: break
    case .report(let report):
      guests[id]?.reports.append(report)
      tell(report, of: id)
    case .ice(.send(let datagram)):
      if guests[id]?.agent.connectedWith != nil, !lost.contains(id) {
        events.append(.deskIce(id, .received(datagram)))
      }
    case .ice(let order):
      guard var agent = guests[id]?.agent else { return }
      events += agent.carryOut(order).map { .guestIce(id, $0) }
      guests[id]?.agent = agent
      connect(id)
    }
  }

  private func tell(_ report: SessionReport, of id: String) {
    switch report {
    case .described(let description):
      let sdp = description.encoded()
      if let order = offers.removeValue(forKey: id) {
        events.append(.order(order(sdp)))
      } else {
        events.append(.order(.describe(callID: id, sdp: sdp)))
      }
    case .candidate(let candidate):
      events.append(.order(.candidate(callID: id, candidate.encoded())))
    case .endOfCandidates: events.append(.order(.endOfCandidates(callID: id)))
    default: break
    }
  }

  private func connect(_ id: String) {
    guard hasPath, let desk = agents[id], let guest = guests[id]?.agent,
      let credentials = desk.credentials,
      desk.connectedWith == nil, desk.remote != nil, desk.remote == guest.credentials,
      guest.remote == credentials, !desk.isClosed, !guest.isClosed
    else { return }
    agents[id]?.connectedWith = credentials
    guests[id]?.agent.connectedWith = credentials
    events.append(.deskIce(id, .connected(local: .host, remote: .host)))
    events.append(.guestIce(id, .connected(local: .host, remote: .host)))
  }
}
