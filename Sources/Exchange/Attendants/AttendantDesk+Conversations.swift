package import Basics
import Media
import SDP

/// Legs that talk to an attendant.
extension AttendantDesk {
  mutating func invite(
    _ id: String, _ attendantID: String, _ guest: AttendantGuest, offer: String, at now: Instant
  ) -> [AttendantEffect] {
    guard legs[id] == nil else { return [] }  // Named twice; the first one stands.
    guard hasSeat, let attendant = attendant(attendantID, isCaller: false)
    else { return [.report(.hangUp(callID: id, reason: "busy"))] }
    guard let description = try? SessionDescription(decoding: offer) else {
      return [.report(.hangUp(callID: id, reason: "failed"))]
    }
    legs[id] = Leg(
      .attendant, session: makeSession(.answerer(offer: description), at: now),
      conversation: Conversation(attendant: attendant, attendantID: attendantID, guest: guest))
    return [.report(.accept(callID: id))]
      + with(id, at: now) { $0.prepare(at: now) + $0.open(at: now) }
  }

  mutating func place(
    _ id: String, _ attendantID: String, _ guest: AttendantGuest, at now: Instant
  ) -> [AttendantEffect] {
    guard legs[id] == nil else { return [] }  // Named twice; the first one stands.
    guard hasSeat, let attendant = attendant(attendantID, isCaller: true)
    else { return [.report(.hangUp(callID: id, reason: "failed"))] }
    legs[id] = Leg(
      .attendant, session: makeSession(.offerer, at: now),
      conversation: Conversation(attendant: attendant, attendantID: attendantID, guest: guest))
    return with(id, at: now) { $0.prepare(at: now) }
  }

  /// Takes a leg that is parked back to an attendant.
  mutating func resume(
    _ id: String, _ attendantID: String, _ guest: AttendantGuest, at now: Instant
  ) -> [AttendantEffect] {
    guard legs[id]?.place == .parked, let attendant = attendant(attendantID, isCaller: false) else {
      return []
    }
    legs[id]?.move(to: .attendant)
    legs[id]?.conversation = Conversation(
      attendant: attendant, attendantID: attendantID, guest: guest)
    return begin(id, at: now)
  }

  /// The voices are there: whoever waited for them begins to speak.
  package mutating func speak(with voices: Voices, at now: Instant) -> [AttendantEffect] {
    self.voices = voices
    return legs.keys.sorted().flatMap { begin($0, at: now) }
  }

  /// Whether another leg can talk to an attendant.
  var hasSeat: Bool {
    let talking = legs.values.count { $0.place == .attendant }
    return talking < Self.callLimit && legs.count < Self.legLimit
  }

  func attendant(_ id: String, isCaller: Bool) -> (any Attendant)? {
    switch id {
    case AttendantProfile.echo.id: EchoAttendant()
    case AttendantProfile.parrot.id: ParrotAttendant()
    case AttendantProfile.operator.id: OperatorAttendant(isCaller: isCaller)
    default: nil
    }
  }

  // MARK: Talking

  /// The attendant of a leg begins, if there is one, and nothing is missing.
  mutating func begin(_ id: String, at now: Instant) -> [AttendantEffect] {
    guard let leg = legs[id], leg.isSecured, let conversation = leg.conversation,
      !conversation.hasBegun, voices != nil || !conversation.attendant.speaks
    else { return [] }
    legs[id]?.conversation?.hasBegun = true
    startTicking(at: now)
    let acts = legs[id]?.conversation?.attendant.begin(with: voices ?? Voices())
    return act(acts ?? [], in: id, at: now)
  }

  mutating func converse(in id: String, at now: Instant) -> [AttendantEffect] {
    guard let (heard, effects) = legs[id]?.hear(at: now) else { return [] }
    var result = translate(effects, of: id, at: now)
    // What was heard may have ended the call.
    guard let (spoken, acts) = legs[id]?.conversation?.attendant.converse(heard) else {
      return result
    }
    result += translate(legs[id]?.say(spoken, at: now) ?? [], of: id, at: now)
    return result + act(acts, in: id, at: now)
  }

  mutating func pressed(_ key: Character, in id: String, at now: Instant) -> [AttendantEffect] {
    let acts = legs[id]?.conversation?.attendant.pressed(key)
    return act(acts ?? [], in: id, at: now)
  }

  private mutating func act(
    _ acts: [AttendantAct], in id: String, at now: Instant
  ) -> [AttendantEffect] {
    acts.flatMap { act -> [AttendantEffect] in
      switch act {
      case .say(let utterance): return [.report(.transcript(callID: id, utterance))]
      case .show(let activity): return [.report(.agent(callID: id, activity))]
      case .interrupted: return interrupted(id)
      case .hangUp: return end(id, reason: "hangup", at: now)
      case .callPerson: return [.report(.wantsPerson(callID: id))]
      case .callBack(let delay):
        if let conversation = legs[id]?.conversation, promises.count < Self.callLimit {
          promises.append(
            Promise(
              attendant: conversation.attendantID, userID: conversation.guest.userID,
              due: now.advanced(by: delay)))
        }
        return end(id, reason: "hangup", at: now)
      }
    }
  }

  mutating func keepPromises(at now: Instant) -> [AttendantEffect] {
    let due = promises.filter { $0.due <= now }
    promises.removeAll { $0.due <= now }
    return due.map { .report(.placeCall(attendant: $0.attendant, to: $0.userID)) }
  }
}
