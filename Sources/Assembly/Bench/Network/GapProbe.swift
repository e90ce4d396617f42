import Basics
import Media

/// How long a steady tone is missing from what was heard.
package enum GapProbe {
  /// The longest stretch without the tone, from its first sound on, to 5 ms; `nil` when there is none.
  ///
  /// - Parameter samples: a recording of the loudspeaker at 48 kHz, which begins before the tone and ends
  ///   while it sounds.
  package static func longestGap(in samples: [Int16]) -> Duration? {
    let pieces = stride(from: 0, to: samples.count - pieceCount + 1, by: pieceCount).map { start in
      samples[start..<start + pieceCount].reduce(0) { $0 + abs(Double($1)) } / Double(pieceCount)
    }
    let loud = pieces.filter { $0 > Double(least) }.sorted()
    guard !loud.isEmpty else { return nil }
    // A tone that fades away is gone for the ear before it is gone for the counter.
    let threshold = loud[loud.count / 2] / 8
    guard let first = pieces.firstIndex(where: { $0 > threshold }) else { return nil }
    var (longest, current) = (0, 0)
    for piece in pieces[first...] {
      current = piece > threshold ? 0 : current + 1
      longest = max(longest, current)
    }
    return .milliseconds(longest * pieceCount * 1_000 / Sound.sampleRate)
  }

  /// 5 ms.
  private static let pieceCount = Sound.sampleRate / 200
  private static let least = 100
}
