/// By how much echoes come later than the devices tell, learned from the sound.
///
/// Sound servers and wireless loudspeakers do not tell all of their delay. The echo canceller's filter
/// is 48 ms long; an echo outside of it is found by the library's own estimator, and what it finds is
/// added to what the devices tell from then on.
struct HiddenDelay: Equatable {
  /// Between ``range``; negative when the devices tell too much.
  private(set) var milliseconds = 0
  private var blocksUntilLook = firstLook
  /// Since something loud was played.
  private var blocksSincePlayed = Int.max
  /// What the devices told when that was learned.
  private var toldThen = 0

  /// What the devices tell now, in milliseconds. When that is quite another than it was, what was learned
  /// beside it no longer holds: sound servers tell nonsense until their devices run.
  mutating func devicesTell(_ delay: Int) {
    guard milliseconds != 0, abs(delay - toldThen) > Self.leap else { return }
    milliseconds = 0
    blocksUntilLook = Self.interval
  }

  /// Something loud goes to the loudspeaker: there is something to be learned.
  mutating func played() { blocksSincePlayed = 0 }

  /// Counts a block if it may hold an echo; whether the estimator is to be asked now.
  mutating func isDue() -> Bool {
    guard blocksSincePlayed < Self.echoLasts else { return false }
    blocksSincePlayed += 1
    blocksUntilLook -= 1
    guard blocksUntilLook <= 0 else { return false }
    blocksUntilLook = Self.interval
    return true
  }

  /// Echoes come late by so much, by the estimator's median, while the devices tell `told`.
  mutating func correct(by error: Int, told: Int) {
    toldThen = told
    let wanted = milliseconds + error - Self.usualError
    milliseconds = min(max(wanted, Self.range.lowerBound), Self.range.upperBound)
    // The estimator is to have heard nothing but the new delay.
    blocksUntilLook = 2 * Self.interval
  }

  static let range = -150...350
  private static let leap = 100
  /// What the estimator says of an echo that lies well in the filter.
  private static let usualError = 20
  // In blocks of 10 ms: the estimator is right after two and a half seconds of speech, and knows
  // something new each five. Asked earlier it would say nothing, and nothing new until then.
  private static let echoLasts = 100
  private static let firstLook = 250
  private static let interval = 500
}
