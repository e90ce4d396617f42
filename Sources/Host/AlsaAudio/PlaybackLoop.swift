import Glibc
import Realtime

/// The real-time body of a playback thread.
///
/// Sound is asked for when the device has room for it, and waited for as long as the device still has
/// something to play: so nothing is held in between, unless more in reserve is wanted.
enum PlaybackLoop {
  /// Plays the ring until `stop` is set.
  ///
  /// - Parameters:
  ///   - doorbell: rung when sound is wanted.
  ///   - answer: rung when sound has been given.
  ///   - level: how much is kept in the device.
  ///   - reserve: how much the ring shall hold beside what is wanted at once.
  ///   - periodLimit: ends after so many periods, and gives them as fast as they are taken.
  /// - Returns: 0, or the error number with which the device was lost.
  static func run(
    _ port: PCMPort, reserve: Int, ring: AudioRing, doorbell: Doorbell, answer: Doorbell,
    faults: AudioFaults, delay: AudioGauge, level: AudioGauge, until stop: StopSignal,
    periodLimit: Int = .max
  ) -> Int32 {
    var queue = PlaybackQueue(
      least: port.queueSamples, most: port.longestQueue, step: port.periodSamples,
      at: StopSignal.now)
    var code = port.begin(queued: queue.samples)
    var failures = 0
    var pace = DevicePace(periodSamples: port.periodSamples)
    var supply = Supply()
    var look = DeviceLook(periodSamples: port.periodSamples)
    var progress = PlaybackProgress()
    var watch = PlaybackWatch(at: StopSignal.now)
    level.set(queue.samples)
    doorbell.ring()
    while !stop.isSet, pace.periodCount < periodLimit {
      let available = code == 0 ? port.available() : 0
      if available < 0 { code = Int32(-available) }
      if code != 0 {
        if code == EPIPE {
          faults.countUnderrun()
          queue.hadTrouble(hasStopped: true, at: StopSignal.now)
          level.set(queue.samples)
        }
        // After the machine has slept, what was to be heard before is old.
        if code == ESTRPIPE { faults.countDropped(ring.drain()) }
        failures += 1
        progress.restart()
        look.restart()
        watch.restart()
        code =
          failures > DevicePace.maximumFailures
          ? EIO
          // What is kept beyond that comes from the media loop as sound and not as silence.
          : port.recover(
            from: code, queued: min(queue.samples, 2 * port.periodSamples), until: stop)
        if !PCMPort.mayRecover(from: code) { return code }
        continue
      }
      let queued = port.bufferSamples - available
      let room = queue.samples - queued
      if watch.isDue(taken: progress.given - queued, at: StopSignal.now) {
        faults.countRestart()
        code = port.stopForRestart()
        continue
      }
      if room < port.periodSamples {
        port.rest(nanoseconds: look.pause(room: room, at: StopSignal.now))
      } else if supply.mayWait(ring.count, port, queued: queued) {
        // The device still has something to play, and the media loop may take as long.
        look.foundRoom(room, at: StopSignal.now)
        if supply.isFirstWait { doorbell.ring() }
        if port.waitForAnswer(queued: queued) { answer.clear() }
      } else {
        look.foundRoom(room, at: StopSignal.now)
        let given = give(room, port, ring, faults, &supply, &pace, &progress)
        code = given.code
        failures = 0
        judge(
          &queue, &progress, left: queued, wasShort: given.isShort, pace, port, faults, delay)
        level.set(queue.samples)
        if ring.count < reserve || !supply.isFlowing { doorbell.ring() }
        if periodLimit == .max { pace.holdBack(port) }
      }
    }
    return 0
  }

  /// Keeps more in the device after trouble, and less after calm.
  private static func judge(
    _ queue: inout PlaybackQueue, _ progress: inout PlaybackProgress, left: Int, wasShort: Bool,
    _ pace: DevicePace, _ port: PCMPort, _ faults: AudioFaults, _ gauge: AudioGauge
  ) {
    let now = StopSignal.now
    var hasTrouble = wasShort
    if pace.periodCount & 15 == 0 || pace.periodCount < 16 {
      let delay = port.delay()
      gauge.set(delay)
      if pace.periodCount > 15, !pace.isClockless, progress.hasStalled(delay: delay, at: now) {
        faults.countUnderrun()
        hasTrouble = true
      }
    }
    if hasTrouble { queue.hadTrouble(at: now) } else { queue.wentWell(left: left, at: now) }
  }

  /// Writes as many periods as there is room for, silence where there is no sound.
  ///
  /// - Returns: the error number, and whether sound was missing.
  private static func give(
    _ room: Int, _ port: PCMPort, _ ring: AudioRing, _ faults: AudioFaults,
    _ supply: inout Supply, _ pace: inout DevicePace, _ progress: inout PlaybackProgress
  ) -> (code: Int32, isShort: Bool) {
    var room = room
    var isShort = false
    while room >= port.periodSamples {
      let count = ring.read(into: port.samples, count: port.periodSamples)
      fillWithSilence(port.samples, from: count, to: port.periodSamples)
      if supply.took(count, of: port.periodSamples) {
        faults.countMissing(port.periodSamples - count)
        isShort = true
      }
      let code = port.write(count: port.periodSamples)
      if code != 0 { return (code, isShort) }
      pace.passed(1)
      progress.gave(port.periodSamples)
      room -= port.periodSamples
      // One period at a time while sound comes, so that the media loop can answer in between.
      if supply.isFlowing, ring.count < port.periodSamples { break }
    }
    return (0, isShort)
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
}

/// Whether the media loop keeps the ring filled.
private struct Supply {
  /// Whether there has been any sound; nothing is missing before.
  private var hasBegun = false
  /// Whether the last period was whole.
  private(set) var isFlowing = false
  /// Waits since the last period.
  private var waits = 0
  /// Of them, those with little left in the device.
  private var shortWaits = 0

  /// Whether the wait that was just allowed is the first one since the last period.
  var isFirstWait: Bool { waits == 1 }

  /// Whether a period that is not there may still come before the device runs dry.
  ///
  /// A sound server may take all that is queued at once, long before it is due: then nothing is
  /// queued, and yet there is time. Hardware with nothing queued would have failed.
  mutating func mayWait(_ held: Int, _ port: PCMPort, queued: Int) -> Bool {
    let period = port.periodSamples
    guard isFlowing, held < period else { return false }
    if queued > PCMPort.margin {
      waits += 1
      return true
    }
    guard queued <= 0 else { return false }
    waits += 1
    shortWaits += 1
    return shortWaits <= max(period / Self.shortWaitShare, 1)
  }

  /// Notes what the ring gave.
  ///
  /// - Returns: whether what it did not give is missing.
  mutating func took(_ count: Int, of periodSamples: Int) -> Bool {
    hasBegun = hasBegun || count > 0
    isFlowing = count == periodSamples
    waits = 0
    shortWaits = 0
    return hasBegun && !isFlowing
  }

  /// A quarter of a period, in samples a millisecond.
  private static var shortWaitShare: Int { 4 * 48 }
}
