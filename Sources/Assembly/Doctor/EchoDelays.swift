/// How late chirps were heard in a recording, once from the loudspeaker and once more after they had
/// gone through the program.
package struct EchoDelays: Equatable, Sendable {
  /// From the loudspeaker's ring to the microphone's, median, in milliseconds; `nil` when the
  /// microphone does not hear the loudspeaker.
  package private(set) var devices: Double?
  /// From mouth to ear, median, in milliseconds; `nil` when too few chirps were heard twice.
  package private(set) var mouthToEar: Double?
  /// How many chirps were heard.
  package private(set) var heardCount = 0

  /// - Parameters:
  ///   - starts: where in the recording each chirp was given to the loudspeaker, in samples.
  ///   - reach: how long after that it may be heard, twice, in samples.
  package init(of chirp: Chirp, in recording: [Int16], starts: [Int], reach: Int) {
    var first: [Double] = []
    var both: [Double] = []
    for start in starts where start < recording.count {
      let end = min(recording.count, start + reach)
      let heard = chirp.positions(in: Array(recording[start..<end]), limit: 2)
      guard let once = heard.first else { continue }
      first.append(Self.milliseconds(once))
      if heard.count > 1 { both.append(Self.milliseconds(heard[1] - once)) }
    }
    heardCount = first.count
    // One alone may be a noise that was much like it.
    if first.count > 1 { devices = Self.median(first) }
    if both.count > 1 { mouthToEar = Self.median(both) }
  }

  private static func milliseconds(_ samples: Int) -> Double {
    Double(samples) * 1_000 / Double(Chirp.sampleRate)
  }

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
