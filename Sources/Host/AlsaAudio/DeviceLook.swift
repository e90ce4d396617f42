/// When to look again at a playback device that has no room for a period yet.
///
/// A sound server takes sound in steps of about a period, at its own pace. Who rests for a period
/// after each look comes a trifle later after each step, until two of them are found at once: sound
/// is then asked for in an uneven rhythm, which a jitter buffer cannot tell from a network's. So the
/// look comes a trifle before the next step is due, and is repeated soon until the step is there. Who
/// gave more than was due rests for as many steps as that takes.
/// Hardware tells to the sample where it stands, and is looked at when there will be room.
///
/// - Units: samples; times in nanoseconds of the monotonic clock.
struct DeviceLook {
  private let period: Int
  /// Whether the device is taken for one that goes in steps.
  private var isStepwise = true
  /// What there was room for at the look before, if nothing was given since.
  private var roomBefore: Int?
  /// What was left over after the last period was given.
  private var leftOver: Int?
  /// When room was found last, and how long the device's steps last.
  private var found: Int64?
  private var interval: Int64
  /// Whether the last look was not the first since something was given.
  private var isRepeated = false
  /// How many steps are awaited since something was given.
  private var steps: Int64 = 1

  init(periodSamples: Int) {
    period = periodSamples
    interval = Self.time(of: periodSamples)
  }

  /// The device begins anew.
  mutating func restart() { self = DeviceLook(periodSamples: period) }

  /// There is room for a period.
  mutating func foundRoom(_ room: Int, at now: Int64) {
    // Looks that follow at once, while a period is being made, are the same.
    guard roomBefore != nil || found == nil else { return }
    defer {
      roomBefore = nil
      found = now
    }
    // What it took since the look before tells its steps, if that was one; when it was found to have,
    // only how late the look was.
    guard let roomBefore, isRepeated || steps == 1 else { return }
    let step = Self.time(of: max(room - roomBefore, period))
    interval = min(step < interval ? step : interval + (step - interval) / 16, Self.longestInterval)
  }

  /// How long to rest until the next look.
  ///
  /// - Parameter room: what there is room for now; less than a period, and less than nothing after more
  ///   was given than was due.
  mutating func pause(room: Int, at now: Int64) -> Int64 {
    defer { roomBefore = room }
    let missing = Self.time(of: period - room)
    isRepeated = roomBefore != nil
    if let roomBefore {
      // Steps are not less than a period; less is told only by what counts samples.
      isStepwise = room <= roomBefore || room - roomBefore >= period
      return isStepwise ? Self.repetition : max(missing, Self.shortest)
    }
    // Looks that come upon the very same again and again are not those at a clock.
    if room == leftOver { isStepwise = true }
    leftOver = room
    // An eighth, since the interval is not known better at first.
    steps = max((missing + interval * 7 / 8 - 1) / interval, 1)
    guard isStepwise else { return max(missing, Self.shortest) }
    let due = found.map { $0 + steps * interval - now } ?? missing
    return min(max(due - Self.advance, Self.shortest), Self.longestInterval)
  }

  private static func time(of samples: Int) -> Int64 { Int64(samples) * 1_000_000 / 48 }

  /// How much before a step the look comes.
  private static var advance: Int64 { 250_000 }
  /// How soon it is repeated.
  private static var repetition: Int64 { 1_000_000 }
  private static var shortest: Int64 { 200_000 }
  /// 80 ms.
  private static var longestInterval: Int64 { 80_000_000 }
}
