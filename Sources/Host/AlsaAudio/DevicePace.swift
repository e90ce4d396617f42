import Media
import Realtime

/// How fast a device goes; some ALSA plug-ins, such as `null`, have no clock and would take all of a
/// processor.
struct DevicePace {
  /// Rounded up.
  let periodMilliseconds: Int32
  private(set) var periodCount = 0

  private let period: Int64
  private var windowStart: Int64
  private var windowPeriods = 0
  /// Whether the device was found to have no clock.
  private(set) var isClockless = false
  private var latestPeriods = 0

  init(periodSamples: Int) {
    period = Int64(periodSamples) * 1_000_000_000 / Int64(Sound.sampleRate)
    periodMilliseconds = Int32((period + 999_999) / 1_000_000)
    windowStart = StopSignal.now
  }

  /// The device took or gave so many periods.
  mutating func passed(_ count: Int) {
    periodCount += count
    windowPeriods += count
    latestPeriods += count
    guard windowPeriods >= Self.windowLength else { return }
    let now = StopSignal.now
    // Once found out, it stays so: while being held back the device looks like any other.
    isClockless = isClockless || (now - windowStart) * 2 < Int64(windowPeriods) * period
    windowStart = now
    windowPeriods = 0
  }

  /// Rests for as long as the periods since the last call last, if the device does not know how long that is.
  mutating func holdBack(_ port: PCMPort) {
    if isClockless { port.rest(milliseconds: periodMilliseconds * Int32(clamping: latestPeriods)) }
    latestPeriods = 0
  }

  private static var windowLength: Int { 100 }
  /// How often a device is brought back in a row, without a sample between.
  static var maximumFailures: Int { 20 }
}
