package import Basics

/// What is to be played next, as the jitter buffer decides.
package enum PlayoutDecision: Equatable, Sendable {
  /// Decode a packet.
  case decode(Playable)
  /// A packet was lost, but the one after it is here and carries its redundancy.
  case recover(Playable)
  /// A packet is lost or late: make up that many samples.
  case conceal(sampleCount: Int)
  /// The sender pauses: that many samples of comfort noise.
  case comfortNoise(sampleCount: Int)
  /// There is nothing to play, and has not been for a while.
  case silence(sampleCount: Int)
}

/// A packet whose turn has come.
package struct Playable: Equatable, Sendable {
  package var payload: [UInt8]
  /// How long the packet lasts; for a recovered one, how long the lost one lasted.
  package var sampleCount: Int
  /// When the packet arrived.
  package var arrival: Instant
  /// It came as redundancy in another packet.
  package var isCopy = false
  /// Leading samples to be left out because something else has been played in their place; fewer than
  /// ``sampleCount``.
  package var skippedCount = 0
  /// It does not continue what was decoded before, so that the joint must be smoothed.
  package var followsJump = false
  package var stretch = Stretch.none
}

/// How playing is to be hurried or slowed, so that the delay comes nearer to its target.
package enum Stretch: Equatable, Sendable {
  case none
  /// Play in less time, by at most that many samples.
  case accelerate(sampleCount: Int, haste: Haste)
  /// Play in more time, by about that many samples.
  case decelerate(sampleCount: Int, haste: Haste)

  /// In which places.
  package enum Haste: Equatable, Sendable {
    /// Only where nothing is said, so that nobody hears it.
    case patient
    /// Also where a voice is steady.
    case steady
    /// Wherever it is possible.
    case urgent
  }
}
