import Glibc
import Realtime

/// The real-time body of a playback thread.
enum PlaybackLoop {
  /// Plays the ring until `stop` is set.
  ///
  /// - Parameters:
  ///   - reserve: the doorbell rings when the ring holds less.
  ///   - periodLimit: ends after so many periods, and gives them as fast as they are taken.
  /// - Returns: 0, or the error number with which the device was lost.
  static func run(
    _ port: PCMPort, reserve: Int, ring: AudioRing, doorbell: Doorbell, faults: AudioFaults,
    delay: AudioGauge, until stop: StopSignal, periodLimit: Int = .max
  ) -> Int32 {
    var code = port.begin()
    var failures = 0
    var pace = DevicePace(periodSamples: port.periodSamples)
    var supply = Supply()
    doorbell.ring()
    while !stop.isSet, pace.periodCount < periodLimit {
      if code == 0 { code = port.wait(milliseconds: longestWait) }
      let available = code == 0 ? port.available() : 0
      if available < 0 { code = Int32(-available) }
      if code != 0 {
        if code == EPIPE { faults.countUnderrun() }
        failures += 1
        code = failures > DevicePace.maximumFailures ? EIO : port.recover(from: code, until: stop)
        if code != 0 { return code }
        continue
      }
      let queued = port.bufferSamples - available
      let room = port.queueSamples - queued
      if room < port.periodSamples {
        port.rest(milliseconds: 1)
      } else if supply.mayWait(ring.count, port, queued: queued) {
        // The device still has something to play, and the media loop may be late by that much.
        doorbell.ring()
        port.rest(milliseconds: 1)
      } else {
        code = give(room, port, ring, faults, &supply, &pace)
        failures = 0
        if pace.periodCount & 15 == 0 || pace.periodCount < 16 { delay.set(port.delay()) }
        if ring.count < reserve { doorbell.ring() }
        if periodLimit == .max { pace.holdBack(port) }
      }
    }
    return 0
  }

  /// Writes as many periods as there is room for, silence where there is no sound.
  private static func give(
    _ room: Int, _ port: PCMPort, _ ring: AudioRing, _ faults: AudioFaults, _ supply: inout Supply,
    _ pace: inout DevicePace
  ) -> Int32 {
    var room = room
    while room >= port.periodSamples {
      let count = ring.read(into: port.samples, count: port.periodSamples)
      fillWithSilence(port.samples, from: count, to: port.periodSamples)
      if supply.took(count, of: port.periodSamples) {
        faults.countMissing(port.periodSamples - count)
      }
      let code = port.write(count: port.periodSamples)
      if code != 0 { return code }
      pace.passed(1)
      room -= port.periodSamples
      // One period at a time while sound comes, so that the media loop can answer in between.
      if supply.isFlowing, ring.count < port.periodSamples { return 0 }
    }
    return 0
  }

  @_noLocks
  private static func fillWithSilence(
    _ samples: UnsafeMutablePointer<Int16>, from start: Int, to end: Int
  ) {
    var index = start
    while index < end {
      samples[index] = 0
      index &+= 1
    }
  }

  /// In milliseconds; a device that takes nothing for so long is merely asked how it is.
  private static var longestWait: Int32 { 100 }
}

/// Whether the media loop keeps the ring filled.
private struct Supply {
  /// Whether there has been any sound; nothing is missing before.
  private var hasBegun = false
  /// Whether the last period was whole.
  private(set) var isFlowing = false
  /// Milliseconds waited with little left in the device.
  private var shortWaits = 0

  /// Whether a period that is not there may still come before the device runs dry.
  ///
  /// A sound server may take all that is queued at once, long before it is due: then nothing is
  /// queued, and yet there is time. Hardware with nothing queued would have failed.
  mutating func mayWait(_ held: Int, _ port: PCMPort, queued: Int) -> Bool {
    let period = port.periodSamples
    guard isFlowing, held < period else { return false }
    if queued > period { return true }
    guard queued <= 0 || queued > period / 2 else { return false }
    shortWaits += 1
    return shortWaits <= max(period / Self.shortWaitShare, 1)
  }

  /// Notes what the ring gave.
  ///
  /// - Returns: whether what it did not give is missing.
  mutating func took(_ count: Int, of periodSamples: Int) -> Bool {
    hasBegun = hasBegun || count > 0
    isFlowing = count == periodSamples
    shortWaits = 0
    return hasBegun && !isFlowing
  }

  /// A quarter of a period, in samples a millisecond.
  private static var shortWaitShare: Int { 4 * 48 }
}
