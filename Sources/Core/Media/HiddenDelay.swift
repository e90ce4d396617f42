/// By how much echoes come later than the devices tell, learned from the sound.
///
/// Sound servers and wireless loudspeakers do not tell all of their delay, and some tell of more than there
/// is. The echo canceller finds no echo that comes before it is expected, and its filter is 48 ms long. So
/// what is found is added to what the devices tell from then on.
struct HiddenDelay: Equatable {
  /// Within ``range``; negative when the devices tell too much.
  private(set) var samples = 0
  /// What the devices told when that was learned.
  private var toldThen = 0

  /// What the devices tell now, in samples. When that is quite another than it was, what was learned
  /// beside it no longer holds: sound servers tell nonsense until their devices run.
  mutating func devicesTell(_ delay: Int) {
    guard samples != 0, abs(delay - toldThen) > Self.leap else { return }
    samples = 0
  }

  /// Whether echoes that come late by so much are within ``range``; further off, what was found is none.
  func canLearn(_ late: Int) -> Bool { Self.range.contains(samples + late) }

  /// Echoes come late by so much, while the devices tell `told`.
  mutating func correct(by late: Int, told: Int) {
    toldThen = told
    samples = min(max(samples + late, Self.range.lowerBound), Self.range.upperBound)
  }

  // In samples.
  /// −150 to 350 ms.
  static let range = -7_200...16_800
  /// 100 ms.
  private static let leap = 4_800
}
