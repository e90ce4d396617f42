/// Short bursts of sound to be said into a microphone, and how much later they come out of an ear.
package enum LatencyProbe {
  /// How many bursts ``sound()`` has.
  package static let burstCount = 8
  /// Samples a second, of all sounds here.
  package static let sampleRate = Chirp.sampleRate

  /// The bursts, with silence before and after each: rising tones, as codecs keep them.
  package static func sound() -> [Int16] {
    var samples = [Int16](repeating: 0, count: sampleRate / 5)
    for index in 0..<burstCount {
      samples += burst.samples
      // Not a whole number of frames, so that bursts meet them everywhere.
      samples += [Int16](repeating: 0, count: pause + index * sampleRate / 137)
    }
    return samples
  }

  /// How much later each burst in `mouth` is found in `ear`; bursts that are not found are left out.
  ///
  /// Both are recordings of one clock.
  package static func delays(from mouth: [Int16], to ear: [Int16]) -> [Duration] {
    burst.positions(in: mouth, likeness: likeness, limit: burstCount).compactMap { said in
      guard said < ear.count else { return nil }
      let end = min(ear.count, said + reach + burst.samples.count)
      let heard = burst.positions(in: Array(ear[said..<end]), likeness: likeness, limit: 1).first
      return heard.map { .microseconds(Int64($0) * 1_000_000 / Int64(sampleRate)) }
    }
  }

  private static let burst = Chirp(milliseconds: 60)
  /// A burst between two of the places that are looked at is alike by 0.78.
  private static let likeness: Float = 0.6
  /// Half a second: how late a burst is looked for, and less than two bursts are apart.
  private static let reach = sampleRate / 2
  private static let pause = sampleRate * 600 / 1_000
}
