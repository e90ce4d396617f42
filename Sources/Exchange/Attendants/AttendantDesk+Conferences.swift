import Basics
import Media

/// Legs in conferences, where packets are passed on and nothing is decoded.
extension AttendantDesk {
  mutating func join(_ id: String, conference name: String, at now: Instant) -> [AttendantEffect] {
    guard legs[id] == nil else { return [] }  // Named twice; the first one stands.
    let count = conferences[name]?.legs.count ?? 0
    guard count < Self.conferenceLegLimit, legs.count < Self.legLimit else {
      return [.report(.hangUp(callID: id, reason: "busy"))]
    }
    let session = makeSession(.offerer, .packets, at: now)
    conferences[name, default: Conference()].add(id, ssrc: session.ssrc)
    var leg = Leg(.conference(name), session: session)
    leg.answerUntil = now.advanced(by: Self.answerTime)
    legs[id] = leg
    return with(id, at: now) { $0.prepare(at: now) + $0.open(at: now) }
  }

  /// A packet from one leg, for all others.
  mutating func forward(
    _ packet: ForwardedPacket, from id: String, at now: Instant
  ) -> [AttendantEffect] {
    guard case .conference(let name)? = legs[id]?.place else { return [] }
    var effects: [AttendantEffect] = []
    switch conferences[name]?.admit(packet.ssrc, from: id) {
    case .refused, nil: return []
    case .new: effects.append(.report(.stream(leg: id, ssrc: packet.ssrc)))
    case .known: break
    }
    guard legs[id]?.isMuted == false,
      conferences[name]?.heard(packet, from: id, at: now) == true
    else { return effects + tellSpeakers(ofConference: name, at: now) }
    for other in conferences[name]?.legs ?? [] where other != id {
      effects += translate(legs[other]?.session?.forward(packet, at: now) ?? [], of: other, at: now)
    }
    return effects + tellSpeakers(ofConference: name, at: now)
  }

  mutating func leave(
    _ id: String, conference name: String, at now: Instant
  ) -> [AttendantEffect] {
    conferences[name]?.remove(id)
    guard conferences[name]?.isEmpty == true else {
      return tellSpeakers(ofConference: name, at: now)
    }
    conferences[name] = nil
    return []
  }

  mutating func tellSpeakers(ofConference name: String, at now: Instant) -> [AttendantEffect] {
    guard let speakers = conferences[name]?.newSpeakers(at: now) else { return [] }
    return [.report(.speakers(room: name, legs: speakers))]
  }
}
