import Basics
import Media

/// Legs whose sound travels as samples: there is no path to be found, they are heard at once.
extension AttendantDesk {
  mutating func talk(
    _ id: String, with attendantID: String, _ guest: AttendantGuest, rate: Int, at now: Instant
  ) -> [AttendantEffect] {
    guard legs[id] == nil else { return [] }  // Named twice; the first one stands.
    guard hasSeat, let attendant = attendant(attendantID, isCaller: false)
    else { return [.report(.hangUp(callID: id, reason: "busy"))] }
    guard SampleLine.rates.contains(rate) else {
      return [.report(.hangUp(callID: id, reason: "failed"))]
    }
    legs[id] = Leg(
      .attendant, line: SampleLine(rate: rate, ports: ports),
      conversation: Conversation(attendant: attendant, attendantID: attendantID, guest: guest))
    return secured(id, at: now)
  }

  mutating func join(
    _ id: String, room name: String, rate: Int, at now: Instant
  ) -> [AttendantEffect] {
    guard legs[id] == nil else { return [] }  // Named twice; the first one stands.
    guard hasRoom(in: name), legs.count < Self.legLimit else {
      return [.report(.hangUp(callID: id, reason: "busy"))]
    }
    guard SampleLine.rates.contains(rate) else {
      return [.report(.hangUp(callID: id, reason: "failed"))]
    }
    legs[id] = Leg(.room(name), line: SampleLine(rate: rate, ports: ports))
    enter(name, id)
    return secured(id, at: now)
  }

  /// The attendant of a leg was interrupted: what its guest has not yet played shall not be played.
  mutating func interrupted(_ id: String) -> [AttendantEffect] {
    // Over a path sound comes when it is to be played.
    guard legs[id]?.line != nil else { return [] }
    legs[id]?.line?.flush()
    return [.report(.flush(leg: id))]
  }
}
