/// How a loudspeaker's clock goes against a microphone's.
///
/// Where either stands in its sound is what has passed, less what the devices tell of their delays; the
/// distance between the two stays the same if the clocks do.
struct ClockPair {
  private var skew = ClockSkew(leap: Sound.samples(.milliseconds(5)))
  private var playedCount = 0
  private var capturedCount = 0

  /// Samples of the loudspeaker's for each of the microphone's.
  var pace: Double { skew.pace }

  /// So many samples, by the microphone's clock, have been given to the loudspeaker.
  mutating func played(_ count: Int) { playedCount &+= count }

  /// A frame comes from the microphone.
  ///
  /// - Parameter delay: of both devices together, in samples.
  mutating func captured(_ count: Int, delay: Int) {
    skew.observe(level: Double(playedCount &- capturedCount &- delay), after: count)
    capturedCount &+= count
  }
}
