package import Basics
package import Media
import SDP

/// What the attendants want done, in order.
package enum AttendantEffect: Equatable, Sendable {
  case report(AttendantReport)
  /// To be done by the agent of that call; `gather` makes it, `close` ends it.
  case ice(callID: String, IceOrder)
  case note(LogEntry)
}

/// The exchange's own participants at work: one media session and one attendant for each of their
/// calls, driven by a clock of 20 ms.
///
/// - Bound: ``callLimit`` calls and as many promises to call back.
package struct AttendantDesk {
  private struct Seat {
    var session: MediaSession
    var attendant: any Attendant
    let attendantID: String
    let guest: AttendantGuest
    /// Whether the guest can be heard and hears.
    var isSecured = false
    /// Whether the conversation has begun.
    var hasBegun = false

    mutating func perform(
      _ verb: (inout MediaSession) -> [SessionEffect]
    ) -> [SessionEffect] {
      verb(&session)
    }
  }

  private struct Promise {
    let attendant: String
    let userID: String
    let due: Instant
  }

  private let ports: any MediaPorts
  /// `nil` until they are there.
  private var voices: Voices?
  private let settings: MediaSettings
  private let includesLoopback: Bool
  private let wallTime: WallTime
  private let startedAt: Instant
  private var seats: [String: Seat] = [:]
  private var promises: [Promise] = []
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

  /// Carries out what the exchange asks. An order for a call that is over does nothing.
  package mutating func carryOut(_ order: AttendantOrder, at now: Instant) -> [AttendantEffect] {
    switch order {
    case .invite(let callID, let attendant, let guest, let offer):
      return invite(callID, attendant, guest, offer: offer, at: now)
    case .placed(let callID, let attendant, let guest):
      return place(callID, attendant, guest, at: now)
    case .accepted(let callID):
      return with(callID, at: now) { $0.open(at: now) }
    case .describe(let callID, let sdp):
      guard let description = try? SessionDescription(decoding: sdp) else {
        return end(callID, reason: "failed", at: now)
      }
      return with(callID, at: now) { $0.describe(description, at: now) }
    case .candidate(let callID, let line):
      guard let candidate = try? Candidate(decoding: line) else { return [] }
      return with(callID, at: now) { $0.candidate(candidate, at: now) }
    case .endOfCandidates(let callID):
      return with(callID, at: now) { $0.endOfCandidates(at: now) }
    case .hangUp(let callID):
      return close(callID, at: now)
    case .joinRoom, .joinRoomWithSamples, .joinConference, .talkWithSamples, .samples, .mute,
      .park, .move, .startRecording, .stopRecording:
      return []
    }
  }

  /// The voices are there: whoever waited for them begins to speak.
  package mutating func speak(with voices: Voices, at now: Instant) -> [AttendantEffect] {
    self.voices = voices
    return seats.keys.sorted().flatMap { begin($0, at: now) }
  }

  /// What a call's agent has to tell.
  package mutating func ice(
    _ event: IceEvent, for callID: String, at now: Instant
  ) -> [AttendantEffect] {
    with(callID, at: now) { $0.ice(event, at: now) }
  }

  /// When ``expire(at:)`` is next due; `nil` while there is nothing to do.
  package var deadline: Instant? {
    (seats.values.map(\.session.deadline) + promises.map(\.due) + [nextTick]).compactMap { $0 }
      .min()
  }

  /// Acts on deadlines that have passed; does nothing before.
  package mutating func expire(at now: Instant) -> [AttendantEffect] {
    var effects: [AttendantEffect] = []
    for callID in seats.keys.sorted() {
      guard let deadline = seats[callID]?.session.deadline, deadline <= now else { continue }
      effects += with(callID, at: now) { $0.expire(at: now) }
    }
    effects += tick(at: now)
    effects += keepPromises(at: now)
    return effects
  }

  /// Ends all calls.
  package mutating func closeAll(at now: Instant) -> [AttendantEffect] {
    promises = []
    return seats.keys.sorted().flatMap { end($0, reason: "hangup", at: now) }
  }

  // MARK: Calls

  private mutating func invite(
    _ callID: String, _ attendantID: String, _ guest: AttendantGuest, offer: String,
    at now: Instant
  ) -> [AttendantEffect] {
    guard seats[callID] == nil, seats.count < Self.callLimit,
      let attendant = attendant(attendantID, isCaller: false)
    else { return [.report(.hangUp(callID: callID, reason: "busy"))] }
    guard let description = try? SessionDescription(decoding: offer) else {
      return [.report(.hangUp(callID: callID, reason: "failed"))]
    }
    seat(callID, attendantID, attendant, guest, role: .answerer(offer: description), at: now)
    return [.report(.accept(callID: callID))]
      + with(callID, at: now) { $0.prepare(at: now) + $0.open(at: now) }
  }

  private mutating func place(
    _ callID: String, _ attendantID: String, _ guest: AttendantGuest, at now: Instant
  ) -> [AttendantEffect] {
    guard seats[callID] == nil, seats.count < Self.callLimit,
      let attendant = attendant(attendantID, isCaller: true)
    else { return [.report(.hangUp(callID: callID, reason: "failed"))] }
    seat(callID, attendantID, attendant, guest, role: .offerer, at: now)
    return with(callID, at: now) { $0.prepare(at: now) }
  }

  private mutating func seat(
    _ callID: String, _ attendantID: String, _ attendant: any Attendant, _ guest: AttendantGuest,
    role: MediaPlan.Role, at now: Instant
  ) {
    let plan = MediaPlan(role: role, iceServers: [], includesLoopback: includesLoopback)
    seats[callID] = Seat(
      session: MediaSession(
        plan: plan, settings: settings, ports: ports,
        wallTime: wallTime.advanced(by: startedAt.duration(to: now)), at: now),
      attendant: attendant, attendantID: attendantID, guest: guest)
  }

  private func attendant(_ id: String, isCaller: Bool) -> (any Attendant)? {
    switch id {
    case AttendantProfile.echo.id: EchoAttendant()
    case AttendantProfile.parrot.id: ParrotAttendant()
    case AttendantProfile.operator.id: OperatorAttendant(isCaller: isCaller)
    default: nil
    }
  }

  // MARK: Sessions

  /// Lets a session act, and tells what follows.
  private mutating func with(
    _ callID: String, at now: Instant, _ verb: (inout MediaSession) -> [SessionEffect]
  ) -> [AttendantEffect] {
    guard let effects = seats[callID]?.perform(verb) else { return [] }
    return translate(effects, of: callID, at: now)
  }

  private mutating func translate(
    _ effects: [SessionEffect], of callID: String, at now: Instant
  ) -> [AttendantEffect] {
    effects.flatMap { effect -> [AttendantEffect] in
      switch effect {
      case .ice(let order): [.ice(callID: callID, order)]
      case .note(let entry): [.note(entry)]
      case .report(let report): take(report, of: callID, at: now)
      }
    }
  }

  private mutating func take(
    _ report: SessionReport, of callID: String, at now: Instant
  ) -> [AttendantEffect] {
    switch report {
    case .described(let description):
      // Only an offer leaves open who begins the handshake (RFC 8842 §5.2).
      let isOffer = description.media.contains { section in
        section.attributes.contains(Attribute("setup", SetupRole.actpass.rawValue))
      }
      return [
        .report(.described(callID: callID, isOffer: isOffer, sdp: description.encoded()))
      ]
    case .candidate(let candidate):
      return [.report(.candidate(callID: callID, candidate.encoded()))]
    case .endOfCandidates: return [.report(.endOfCandidates(callID: callID))]
    case .secured:
      seats[callID]?.isSecured = true
      return begin(callID, at: now)
    case .digit(let key):
      guard let acts = seats[callID]?.attendant.pressed(key) else { return [] }
      return act(acts, in: callID, at: now)
    case .failed: return end(callID, reason: "failed", at: now)
    case .peerLeft: return end(callID, reason: "hangup", at: now)
    case .flowing, .stalled, .recovered, .heldByPeer, .statistics: return []
    }
  }

  // MARK: Conversation

  private mutating func begin(_ callID: String, at now: Instant) -> [AttendantEffect] {
    guard let seat = seats[callID], seat.isSecured, !seat.hasBegun,
      voices != nil || !seat.attendant.speaks
    else { return [] }
    seats[callID]?.hasBegun = true
    if nextTick == nil { nextTick = now.advanced(by: Self.frameTime) }
    let acts = seats[callID]?.attendant.begin(with: voices ?? Voices())
    return act(acts ?? [], in: callID, at: now)
  }

  /// One frame for every call that is due.
  private mutating func tick(at now: Instant) -> [AttendantEffect] {
    guard let due = nextTick, due <= now else { return [] }
    let conversing = seats.keys.filter { seats[$0]?.hasBegun == true }.sorted()
    guard !conversing.isEmpty else {
      nextTick = nil
      return []
    }
    var effects: [AttendantEffect] = []
    // A loop that was late catches up, but not on more than it could hear in a quarter of a second.
    var moment = max(due, now.advanced(by: .milliseconds(-240)))
    while moment <= now {
      for callID in conversing { effects += converse(in: callID, at: now) }
      moment = moment.advanced(by: Self.frameTime)
    }
    nextTick = moment
    return effects
  }

  private mutating func converse(in callID: String, at now: Instant) -> [AttendantEffect] {
    let pulled = seats[callID]?.session.pull(sampleCount: attendantFrameSamples, at: now)
    guard let (heard, effects) = pulled else { return [] }
    var result = translate(effects, of: callID, at: now)
    // What was pulled may have ended the call.
    guard let (spoken, acts) = seats[callID]?.attendant.converse(heard) else { return result }
    result += with(callID, at: now) { $0.captured(spoken, at: now) }
    return result + act(acts, in: callID, at: now)
  }

  private mutating func act(
    _ acts: [AttendantAct], in callID: String, at now: Instant
  ) -> [AttendantEffect] {
    acts.flatMap { act -> [AttendantEffect] in
      switch act {
      case .say(let utterance):
        return [.report(.transcript(callID: callID, utterance))]
      case .show(let activity): return [.report(.agent(callID: callID, activity))]
      case .hangUp: return end(callID, reason: "hangup", at: now)
      case .callBack(let delay):
        if let seat = seats[callID], promises.count < Self.callLimit {
          promises.append(
            Promise(
              attendant: seat.attendantID, userID: seat.guest.userID, due: now.advanced(by: delay)))
        }
        return end(callID, reason: "hangup", at: now)
      }
    }
  }

  private mutating func keepPromises(at now: Instant) -> [AttendantEffect] {
    let due = promises.filter { $0.due <= now }
    promises.removeAll { $0.due <= now }
    return due.map { .report(.placeCall(attendant: $0.attendant, to: $0.userID)) }
  }

  /// The attendant ends the call.
  private mutating func end(
    _ callID: String, reason: String, at now: Instant
  ) -> [AttendantEffect] {
    guard seats[callID] != nil else { return [] }
    return [.report(.hangUp(callID: callID, reason: reason))] + close(callID, at: now)
  }

  private mutating func close(_ callID: String, at now: Instant) -> [AttendantEffect] {
    guard var seat = seats.removeValue(forKey: callID) else { return [] }
    // Nothing that a closing session reports concerns anybody; its goodbyes do.
    return seat.session.close(at: now).compactMap { effect in
      switch effect {
      case .ice(let order): .ice(callID: callID, order)
      case .note(let entry): .note(entry)
      case .report: nil
      }
    }
  }

  /// How many calls the attendants take together.
  package static let callLimit = 32
  private static let frameTime: Duration = .milliseconds(20)
}
