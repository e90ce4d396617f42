/// Silence in the place of a device that delivers nothing, in time by the monotonic clock.
package struct StandIn {
  private let period: Int64
  private var next: Int64
  /// Whether the present time has been filled with silence already.
  package private(set) var isOn = false

  package init(periodSamples: Int, sampleRate: Int) {
    period = Int64(periodSamples) * 1_000_000_000 / Int64(sampleRate)
    next = StopSignal.now + Self.patience
  }

  package mutating func deviceDelivered() {
    isOn = false
    next = StopSignal.now + Self.patience
  }

  /// Whether a period of silence is to be given now; to be asked until it is not.
  package mutating func isDue() -> Bool {
    let now = StopSignal.now
    if now < next { return false }
    isOn = true
    // After the machine has slept, its night is not made good.
    next = (now - next > Self.patience ? now : next) + period
    return true
  }

  /// 100 ms.
  private static var patience: Int64 { 100_000_000 }
}
