package import Basics
package import SDP

/// The sound of one call, however it travels: over a path of its own or in the dialect's messages.
///
/// Verbs that mean nothing to a kind of session do nothing.
package protocol SoundSession {
  /// Makes ready; nothing is sent to the peer.
  mutating func prepare(at now: Instant) -> [SessionEffect]
  /// Sound shall pass from now on.
  mutating func open(at now: Instant) -> [SessionEffect]
  /// Whether this call hears the microphone and is heard.
  mutating func setActive(_ active: Bool, at now: Instant) -> [SessionEffect]
  /// Whether silence is sent in place of the microphone's sound.
  mutating func setMuted(_ muted: Bool)
  mutating func digits(_ digits: String, at now: Instant) -> [SessionEffect]
  /// One frame from the microphone, of ``MediaSettings/frameSampleCount`` samples.
  mutating func captured(_ frame: [Int16], at now: Instant) -> [SessionEffect]
  /// The next samples to be played, exactly that many; at most a second.
  mutating func pull(
    sampleCount: Int, at now: Instant
  ) -> (samples: [Int16], effects: [SessionEffect])
  /// The samples after those, exactly that many, if they are here and nothing that happens before they
  /// are due can change them.
  ///
  /// - Parameter then: when they are due to be pulled.
  mutating func pullReady(sampleCount: Int, at then: Instant) -> [Int16]?
  mutating func close(at now: Instant) -> [SessionEffect]
  mutating func expire(at now: Instant) -> [SessionEffect]
  var deadline: Instant? { get }
  /// Whether the session needs the sound devices.
  var isOpen: Bool { get }
  var isClosed: Bool { get }
  var isActive: Bool { get }
  /// Whether keys of the dialling pad can be sent at present.
  var takesDigits: Bool { get }
  /// How loud the sound that goes out and the sound that comes in is at present, 0–1, linear.
  var levels: (near: Double, far: Double) { get }

  // Of a session with a path of its own.
  mutating func describe(_ description: SessionDescription, at now: Instant) -> [SessionEffect]
  mutating func candidate(_ candidate: Candidate, at now: Instant) -> [SessionEffect]
  mutating func endOfCandidates(at now: Instant) -> [SessionEffect]
  mutating func ice(_ event: IceEvent, at now: Instant) -> [SessionEffect]
  mutating func restart(at now: Instant) -> [SessionEffect]
  mutating func use(_ servers: [IceServer], at now: Instant) -> [SessionEffect]
  mutating func networkChanged(_ change: NetworkChange, at now: Instant) -> [SessionEffect]
  mutating func expect(streams: [UInt32])
  /// What speech may take from now on.
  mutating func setBitrate(bitsPerSecond: Int)

  // Of a session whose sound travels as samples.
  mutating func play(_ samples: [Int16], at now: Instant)
  mutating func flush()
}

extension SoundSession {
  package mutating func pullReady(sampleCount: Int, at then: Instant) -> [Int16]? { nil }
  package mutating func describe(
    _ description: SessionDescription, at now: Instant
  ) -> [SessionEffect] { [] }
  package mutating func candidate(_ candidate: Candidate, at now: Instant) -> [SessionEffect] { [] }
  package mutating func endOfCandidates(at now: Instant) -> [SessionEffect] { [] }
  package mutating func ice(_ event: IceEvent, at now: Instant) -> [SessionEffect] { [] }
  package mutating func restart(at now: Instant) -> [SessionEffect] { [] }
  package mutating func use(_ servers: [IceServer], at now: Instant) -> [SessionEffect] { [] }
  package mutating func networkChanged(
    _ change: NetworkChange, at now: Instant
  ) -> [SessionEffect] { [] }
  package mutating func expect(streams: [UInt32]) {}
  package mutating func setBitrate(bitsPerSecond: Int) {}
  package mutating func play(_ samples: [Int16], at now: Instant) {}
  package mutating func flush() {}
}

extension MediaSession: SoundSession {
  package var isClosed: Bool { state == .closed }
  package var takesDigits: Bool { state == .flowing && isActive }
}
