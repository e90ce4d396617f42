/// The turns of a thread that has no device to wait for, one each period of sound.
///
/// Turns are counted from the first one on the monotonic clock, so that being late now and then does
/// not add up.
package struct Pace: Sendable {
  private let periodSamples: Int64
  private let sampleRate: Int64
  private let start: Int64
  private var turn: Int64 = 0

  /// The first turn is now.
  ///
  /// - Parameters:
  ///   - periodSamples: how much sound passes from one turn to the next.
  ///   - sampleRate: samples a second.
  package init(periodSamples: Int, sampleRate: Int) {
    precondition(periodSamples > 0 && sampleRate > 0, "a pace goes forward")
    self.periodSamples = Int64(periodSamples)
    self.sampleRate = Int64(sampleRate)
    start = StopSignal.now
  }

  /// Waits for the next turn.
  ///
  /// - Returns: how many turns were passed over, because the thread or the whole machine was held up
  ///   for longer than ``patience``; `nil` when the thread shall end.
  package mutating func waitForTurn(until stop: StopSignal) -> Int? {
    var skipped: Int64 = 0
    let lateness = StopSignal.now - due(turn)
    if lateness > Self.patience {
      skipped = lateness * sampleRate / (periodSamples * 1_000_000_000)
      turn += skipped
    }
    guard stop.sleep(until: due(turn)) else { return nil }
    turn += 1
    return Int(skipped)
  }

  /// The instant of a turn, in nanoseconds of `CLOCK_MONOTONIC`.
  ///
  /// Whole seconds are converted apart from the rest so that the product cannot overflow.
  private func due(_ turn: Int64) -> Int64 {
    let (seconds, samples) = (turn * periodSamples).quotientAndRemainder(dividingBy: sampleRate)
    return start + seconds * 1_000_000_000 + samples * 1_000_000_000 / sampleRate
  }

  /// How long a thread may be held up and still make good for it, in nanoseconds.
  private static let patience: Int64 = 60_000_000
}
