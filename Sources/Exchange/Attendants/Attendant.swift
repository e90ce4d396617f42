import Basics
import Media

/// One attendant's side of one call, in frames of 20 ms.
protocol Attendant: Sendable {
  /// Whether it has words of its own, and begins only when their sound is there.
  var speaks: Bool { get }
  /// The guest can be heard and hears; once, before any frame.
  mutating func begin(with voices: Voices) -> [AttendantAct]
  /// Takes what the guest said during a frame and returns what the attendant says meanwhile.
  ///
  /// - Returns: as many samples as were heard.
  mutating func converse(_ heard: [Int16]) -> (spoken: [Int16], acts: [AttendantAct])
  /// The guest pressed a key.
  mutating func pressed(_ key: Character) -> [AttendantAct]
}

/// What an attendant does beside speaking.
enum AttendantAct: Equatable, Sendable {
  case say(AttendantUtterance)
  case show(AgentActivity)
  /// It was spoken to while it spoke, and has stopped.
  case interrupted
  case hangUp
  /// The guest asks for a person.
  case callPerson
  /// End the call and call the guest back after a while.
  case callBack(after: Duration)
}

/// A frame of the attendants' clock: 20 ms.
let attendantFrameSamples = Sound.samples(.milliseconds(20))
