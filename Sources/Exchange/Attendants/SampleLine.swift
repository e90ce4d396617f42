import Basics
import Media

/// A person whose sound travels as samples in a facade's messages.
///
/// What comes in may come in pieces of any size and in bursts; it is heard in frames of 20 ms. What waits
/// longer than it must is skipped, so that a moment of bad network does not delay the rest of the talk.
///
/// - Bound: ``limit`` of sound waits; the oldest gives way.
struct SampleLine {
  private let incoming: any ResamplerPort
  private var outgoing: SampleUplink
  private let inputLimit: Int
  /// At 48 kHz, waiting to be heard.
  private var waiting: [Int16] = []
  private var starvedFrames = 0
  /// The least that waited in the present window, and how many frames of that are over.
  private var leastWaiting = Int.max
  private var windowFrames = 0

  /// - Parameter rate: samples a second, both ways; ``rates``.
  init(rate: Int, ports: any MediaPorts) {
    incoming = ports.makeResampler(from: rate, to: Sound.sampleRate)
    outgoing = SampleUplink(
      rate: rate, chunkSampleCount: rate * Self.chunkMilliseconds / 1_000, ports: ports)
    inputLimit = rate * Int(Self.limit.components.seconds)
  }

  // MARK: From the person

  /// The next piece.
  mutating func received(_ samples: [Int16]) {
    waiting += incoming.convert(Array(samples.suffix(inputLimit)))
    let excess = waiting.count - Sound.samples(Self.limit)
    if excess > 0 { waiting.removeFirst(excess) }
  }

  /// The next frame; silence while less than one is there.
  mutating func hear() -> [Int16] {
    guard waiting.count >= attendantFrameSamples else {
      starvedFrames += 1
      leastWaiting = 0
      // The end of what was said, too short to be heard, is not the beginning of what comes next.
      if starvedFrames == Self.forgettingFrames { waiting = [] }
      return Leg.silence
    }
    starvedFrames = 0
    let frame = Array(waiting.prefix(attendantFrameSamples))
    waiting.removeFirst(attendantFrameSamples)
    skipExcess()
    return frame
  }

  private mutating func skipExcess() {
    leastWaiting = min(leastWaiting, waiting.count)
    windowFrames += 1
    guard windowFrames == Self.windowFrames else { return }
    if leastWaiting > Sound.samples(Self.tolerated) {
      waiting.removeFirst(leastWaiting - Sound.samples(Self.kept))
    }
    windowFrames = 0
    leastWaiting = .max
  }

  // MARK: To the person

  /// One frame; returns the pieces to be sent, at the person's rate. Silence is not sent.
  mutating func say(_ frame: [Int16]) -> [[Int16]] {
    outgoing.captured(frame, isSilenced: false).filter { piece in piece.contains { $0 != 0 } }
  }

  /// What has been said and not yet sent shall not be.
  mutating func flush() { outgoing.reset() }

  static let rates = 8_000...48_000
  /// How much sound waits at most.
  static let limit: Duration = .seconds(2)
  private static let chunkMilliseconds = 40
  /// What always waits over three seconds is skipped if it is more than the one, down to the other.
  private static let windowFrames = 150
  private static let tolerated: Duration = .milliseconds(120)
  private static let kept: Duration = .milliseconds(40)
  /// 100 ms.
  private static let forgettingFrames = 5
}
