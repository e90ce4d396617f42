/// By how much echoes come later than the devices tell, learned from the sound.
///
/// Sound servers and wireless loudspeakers do not tell all of their delay. The echo canceller's filter
/// is 48 ms long; an echo outside of it is found by the library's own estimator, and what it finds is
/// added to what the devices tell from then on.
struct HiddenDelay: Equatable {
  /// Between ``range``; negative when the devices tell too much.
  private(set) var milliseconds = 0
  private var blocksUntilLook = firstLook

  /// Counts a block; whether the estimator is to be asked now.
  mutating func isDue() -> Bool {
    blocksUntilLook -= 1
    guard blocksUntilLook <= 0 else { return false }
    blocksUntilLook = Self.interval
    return true
  }

  /// Echoes come late by so much, by the estimator's median.
  mutating func correct(by error: Int) {
    let wanted = milliseconds + error - Self.usualError
    milliseconds = min(max(wanted, Self.range.lowerBound), Self.range.upperBound)
    // The estimator is to have heard nothing but the new delay.
    blocksUntilLook = 2 * Self.interval
  }

  static let range = -150...350
  /// What the estimator says of an echo that lies well in the filter.
  private static let usualError = 20
  // In blocks of 10 ms: the estimator knows something after a second, and something new each five.
  private static let firstLook = 100
  private static let interval = 500
}
