package import Basics
package import Media
import SDP

/// The exchange's own media at work: *legs*, one for each person, driven by a clock of 20 ms.
///
/// A leg talks to an attendant, sits in a room where everybody hears everybody else, or is parked, and can
/// be taken from one to the other on the path it has. A leg of a conference stays there: it brings packets
/// and no sound.
///
/// - Bound: ``callLimit`` legs with attendants and as many promises to call back, ``roomLegLimit`` legs
///   in a room, ``conferenceLegLimit`` in a conference, ``legLimit`` in all.
package struct AttendantDesk {
  struct Promise {
    let attendant: String
    let userID: String
    let due: Instant
  }

  let ports: any MediaPorts
  /// `nil` until they are there.
  var voices: Voices?
  let settings: MediaSettings
  private let includesLoopback: Bool
  private let wallTime: WallTime
  private let startedAt: Instant
  var legs: [String: Leg] = [:]
  /// Of every leg.
  private var deadlines: [String: Instant] = [:]
  var rooms: [String: Room] = [:]
  var conferences: [String: Conference] = [:]
  var promises: [Promise] = []
  private var nextTick: Instant?

  /// - Parameters:
  ///   - includesLoopback: whether guests may be on this machine.
  ///   - voices: `nil` if they come later; until then, attendants with words do not begin.
  ///   - wallTime: what the wall clock shows at this instant, for sender reports.
  package init(
    ports: any MediaPorts, settings: MediaSettings = MediaSettings(), includesLoopback: Bool,
    voices: Voices?, wallTime: WallTime, at now: Instant
  ) {
    self.ports = ports
    self.voices = voices
    self.settings = settings
    self.includesLoopback = includesLoopback
    self.wallTime = wallTime
    startedAt = now
  }

  // MARK: Verbs

  /// Carries out what the exchange asks. An order for a leg that is gone does nothing.
  package mutating func carryOut(_ order: AttendantOrder, at now: Instant) -> [AttendantEffect] {
    switch order {
    case .invite(let id, let attendant, let guest, let offer):
      return invite(id, attendant, guest, offer: offer, at: now)
    case .placed(let id, let attendant, let guest):
      return place(id, attendant, guest, at: now)
    case .accepted(let id):
      return with(id, at: now) { $0.open(at: now) }
    case .describe(let id, let sdp):
      guard let description = try? SessionDescription(decoding: sdp) else {
        return end(id, reason: "failed", at: now)
      }
      return with(id, at: now) { $0.describe(description, at: now) }
    case .candidate(let id, let line):
      guard let candidate = try? Candidate(decoding: line) else { return [] }
      return with(id, at: now) { $0.candidate(candidate, at: now) }
    case .endOfCandidates(let id):
      return with(id, at: now) { $0.endOfCandidates(at: now) }
    case .hangUp(let id): return close(id, at: now)
    case .joinRoom(let id, let room, let offer):
      return join(id, room: room, offer: offer, at: now)
    case .mute(let id, let isMuted):
      legs[id]?.isMuted = isMuted
      return []
    case .park(let id): return park(id, at: now)
    case .resume(let id, let attendant, let guest):
      return resume(id, attendant, guest, at: now)
    case .move(let id, let room): return move(id, to: room, at: now)
    case .startRecording(let room, let path): return startRecording(room, to: path)
    case .stopRecording(let room): return stopRecording(room)
    case .joinConference(let id, let conference):
      return join(id, conference: conference, at: now)
    case .restart(let id): return with(id, at: now) { $0.restart(at: now) }
    case .talkWithSamples(let id, let attendant, let guest, let rate):
      return talk(id, with: attendant, guest, rate: rate, at: now)
    case .joinRoomWithSamples(let id, let room, let rate):
      return join(id, room: room, rate: rate, at: now)
    case .samples(let id, let samples):
      legs[id]?.line?.received(samples)
      return []
    }
  }

  /// What a leg's agent has to tell.
  package mutating func ice(
    _ event: IceEvent, for id: String, at now: Instant
  ) -> [AttendantEffect] {
    with(id, at: now) { $0.ice(event, at: now) }
  }

  /// When ``expire(at:)`` is next due; `nil` while there is nothing to do.
  package var deadline: Instant? {
    var earliest = nextTick
    for deadline in deadlines.values { earliest = earliest.map { min($0, deadline) } ?? deadline }
    for conference in conferences.values {
      guard let deadline = conference.deadline else { continue }
      earliest = earliest.map { min($0, deadline) } ?? deadline
    }
    for promise in promises { earliest = earliest.map { min($0, promise.due) } ?? promise.due }
    return earliest
  }

  /// Acts on deadlines that have passed; does nothing before.
  package mutating func expire(at now: Instant) -> [AttendantEffect] {
    var effects: [AttendantEffect] = []
    for id in deadlines.filter({ $0.value <= now }).keys.sorted() {
      effects +=
        legs[id]?.isDead(at: now) == true
        ? end(id, reason: "failed", at: now) : with(id, at: now) { $0.expire(at: now) }
    }
    effects += tick(at: now)
    for name in conferences.keys.sorted() {
      effects += tellSpeakers(ofConference: name, at: now)
    }
    effects += keepPromises(at: now)
    return effects
  }

  /// Ends all legs.
  package mutating func closeAll(at now: Instant) -> [AttendantEffect] {
    promises = []
    return legs.keys.sorted().flatMap { end($0, reason: "hangup", at: now) }
  }

  // MARK: Time

  /// There is a leg to be heard every 20 ms.
  mutating func startTicking(at now: Instant) {
    if nextTick == nil { nextTick = now.advanced(by: Self.frameTime) }
  }

  /// The frames that are due.
  private mutating func tick(at now: Instant) -> [AttendantEffect] {
    guard let due = nextTick, due <= now else { return [] }
    var effects: [AttendantEffect] = []
    // A loop that was late catches up, but not on more than it could hear in a quarter of a second.
    var moment = max(due, now.advanced(by: .milliseconds(-240)))
    var isNeeded = true
    while moment <= now, isNeeded {
      isNeeded = false
      for id in legs.keys.sorted() where legs[id]?.wantsFrames == true {
        isNeeded = true
        effects += legs[id]?.place == .parked ? wait(id, at: now) : converse(in: id, at: now)
      }
      for name in rooms.keys.sorted() where !hearing(in: name).isEmpty {
        isNeeded = true
        effects += mix(name, at: now)
      }
      moment = moment.advanced(by: Self.frameTime)
    }
    nextTick = isNeeded ? moment : nil
    return effects
  }

  // MARK: Sessions

  /// A session that has yet to be prepared.
  func makeSession(
    _ role: MediaPlan.Role, _ carriage: MediaPlan.Carriage = .sound, at now: Instant
  ) -> MediaSession {
    MediaSession(
      plan: MediaPlan(
        role: role, carriage: carriage, iceServers: [], includesLoopback: includesLoopback,
        restartsByItself: false),  // Its guests move, and say so.
      settings: settings, ports: ports,
      wallTime: wallTime.advanced(by: startedAt.duration(to: now)), at: now)
  }

  /// Lets a session act, and tells what follows.
  mutating func with(
    _ id: String, at now: Instant, _ verb: (inout MediaSession) -> [SessionEffect]
  ) -> [AttendantEffect] {
    guard let effects = legs[id]?.session?.perform(verb) else { return [] }
    let result = translate(effects, of: id, at: now)
    deadlines[id] = legs[id]?.deadline
    return result
  }

  mutating func translate(
    _ effects: [SessionEffect], of id: String, at now: Instant
  ) -> [AttendantEffect] {
    var result: [AttendantEffect] = []
    for effect in effects {
      switch effect {
      case .ice(let order): result.append(.ice(callID: id, order))
      case .note(let entry): result.append(.note(entry))
      case .packet(let packet): result += forward(packet, from: id, at: now)
      case .report(let report): result += take(report, of: id, at: now)
      }
    }
    return result
  }

  private mutating func take(
    _ report: SessionReport, of id: String, at now: Instant
  ) -> [AttendantEffect] {
    switch report {
    case .described(let description):
      let isOffer = description.leavesSetupOpen
      return [.report(.described(callID: id, isOffer: isOffer, sdp: description.encoded()))]
    case .candidate(let candidate):
      return [.report(.candidate(callID: id, candidate.encoded()))]
    case .endOfCandidates: return [.report(.endOfCandidates(callID: id))]
    case .secured: return secured(id, at: now)
    case .digit(let key): return pressed(key, in: id, at: now)
    case .failed: return end(id, reason: "failed", at: now)
    case .peerLeft: return end(id, reason: "hangup", at: now)
    case .stalled(let since):
      legs[id]?.silentSince = since
      return []
    case .recovered:
      legs[id]?.silentSince = nil
      return []
    case .sound(let samples): return [.report(.samples(leg: id, samples))]
    case .flowing, .heldByPeer, .speaking, .statistics: return []
    }
  }

  /// The leg hears and can be heard.
  mutating func secured(_ id: String, at now: Instant) -> [AttendantEffect] {
    legs[id]?.isSecured = true
    startTicking(at: now)
    return [.report(.secured(callID: id))] + begin(id, at: now)
  }

  // MARK: Endings

  /// The exchange's side ends the leg.
  mutating func end(_ id: String, reason: String, at now: Instant) -> [AttendantEffect] {
    guard legs[id] != nil else { return [] }
    return [.report(.hangUp(callID: id, reason: reason))] + close(id, at: now)
  }

  private mutating func close(_ id: String, at now: Instant) -> [AttendantEffect] {
    guard var leg = legs.removeValue(forKey: id) else { return [] }
    deadlines[id] = nil
    // Nothing that a closing session reports concerns anybody; its goodbyes do.
    let goodbyes = (leg.session?.close(at: now) ?? []).compactMap { effect -> AttendantEffect? in
      switch effect {
      case .ice(let order): .ice(callID: id, order)
      case .note(let entry): .note(entry)
      case .report, .packet: nil
      }
    }
    return goodbyes + leave(id, leg.place, at: now)
  }

  /// How many calls the attendants take together.
  package static let callLimit = 32
  package static let roomLegLimit = 40
  package static let conferenceLegLimit = 40
  package static let legLimit = 160
  /// How long a client may take to answer the offer of a conference.
  static let answerTime: Duration = .seconds(60)
  private static let frameTime: Duration = .milliseconds(20)
}

extension Leg {
  /// Whether it is served a frame by itself, and not with its room.
  var wantsFrames: Bool {
    switch place {
    case .attendant: conversation?.hasBegun == true
    case .parked: isSecured
    case .room, .conference: false
    }
  }
}

extension Leg.Place {
  /// Whether sound comes from there and goes there, and not packets.
  var hasSound: Bool {
    switch self {
    case .attendant, .room, .parked: true
    case .conference: false
    }
  }
}
