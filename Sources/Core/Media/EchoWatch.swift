/// Whether what is played comes back at all: with headphones it does not.
///
/// Echoes count as absent once a quiet microphone has been heard through two stretches in which the
/// far end spoke for a second. From then on sound in the microphone while the far end speaks is taken
/// for a voice, until there has been more of it than of an answer: then the loudspeaker may have been
/// changed, and the proof begins anew.
struct EchoWatch: Equatable, Sendable {
  private(set) var isAbsent = false
  private var proofs = 0
  // Of the present stretch.
  private var blocks = 0
  private var playedBlocks = 0
  private var loudest = 0.0
  /// How much of the last second in which something was played was heard here, too; 0–1.
  private var overlap = 0.0
  private var blocksSincePlayed = Int.max

  /// Takes in the mean square of a block that goes to the loudspeaker.
  mutating func played(_ energy: Double) {
    guard energy > Self.loud else { return }
    playedBlocks += 1
    blocksSincePlayed = 0
  }

  /// Takes in the mean square of a block from the microphone.
  ///
  /// - Parameter delay: of an echo, in blocks, as far as the devices tell.
  mutating func captured(_ energy: Double, delay: Int) {
    if blocksSincePlayed < Int.max { blocksSincePlayed += 1 }
    loudest = max(loudest, energy)
    blocks += 1
    if blocks == Self.stretch { endStretch() }
    guard blocksSincePlayed < delay + Self.roomRings else { return }
    overlap += ((energy > Self.heard ? 1 : 0) - overlap) / Self.overlapMemory
    guard overlap > Self.mostOverlap else { return }
    isAbsent = false
    proofs = 0
  }

  private mutating func endStretch() {
    // Something said here proves nothing either way.
    if playedBlocks >= Self.leastPlayed, loudest < Self.unheard { proofs += 1 }
    if proofs >= Self.leastProofs, overlap < Self.mostOverlap { isAbsent = true }
    (blocks, playedBlocks, loudest) = (0, 0, 0)
  }

  // Mean squares.
  private static let loud = VoiceBlock.energy(atLevel: -40)
  private static let unheard = VoiceBlock.energy(atLevel: -60)
  private static let heard = VoiceBlock.energy(atLevel: -55)
  // In blocks.
  /// Echoes of most of it are within, however late they are.
  private static let stretch = 200
  private static let leastPlayed = 100
  private static let roomRings = 20
  private static let overlapMemory = 100.0
  private static let leastProofs = 2
  private static let mostOverlap = 0.5
}
