import Glibc
import Realtime

/// The real-time body of a playback thread.
///
/// Sound is asked for when the device should have room for it, by a doorbell that rings by itself at that
/// moment and leaves this thread asleep. It is waited for as long as the device still has something to
/// play: so nothing is held in between, unless more in reserve is wanted. What comes along with it, such
/// as the rest of a packet, goes to the device at once, though it is not yet due: it sounds no later, and
/// the thread rests for as much longer.
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
    faults: AudioFaults, position: AudioPositionCell, level: AudioGauge, until stop: StopSignal,
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
    var plannedLook: Int64?
    level.set(queue.samples)
    doorbell.ring()
    while !stop.isSet, pace.periodCount < periodLimit {
      let available = code == 0 ? port.available() : 0
      if available < 0 { code = Int32(-available) }
      let now = plannedLook ?? StopSignal.now
      plannedLook = nil
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
        port.rest(nanoseconds: look.pause(room: room, at: now))
      } else if supply.mayWait(ring.count, port, queued: queued) {
        // The device still has something to play, and the media loop may take as long.
        look.foundRoom(room, at: now)
        if supply.isFirstWait { doorbell.ring() }
        if port.waitForAnswer(queued: queued) { answer.clear() }
      } else {
        look.foundRoom(room, at: now)
        let given = give(
          room, free: available, reserve: reserve, port, ring, faults, &supply, &pace, &progress)
        code = given.code
        failures = 0
        judge(&queue, &progress, left: queued, given, pace, port, ring, faults, position)
        level.set(queue.samples)
        let isShort = ring.count < reserve || !supply.isFlowing
        if isShort { doorbell.ring() }
        // The device has just told where it stands.
        let left = queue.samples - queued - given.samples
        if periodLimit != .max || code != 0 {
          continue
        } else if pace.isClockless {
          pace.holdBack(port)
        } else if left < port.periodSamples {
          let isAskedFor = isShort || ring.count >= port.periodSamples
          plannedLook = rest(
            look.pause(room: left, at: StopSignal.now), port,
            asking: isAskedFor ? nil : doorbell, answer)
        }
      }
    }
    return 0
  }

  /// Rests until there will be room, and asks for sound then: the doorbell itself is to ring at that
  /// moment, and wakes the media loop without waking this thread before.
  ///
  /// - Returns: when the device was to be looked at, if it was asked so and the time has come.
  private static func rest(
    _ pause: Int64, _ port: PCMPort, asking doorbell: Doorbell?, _ answer: Doorbell
  ) -> Int64? {
    guard let doorbell else {
      port.rest(nanoseconds: pause)
      return nil
    }
    let planned = StopSignal.now + pause
    doorbell.ring(afterNanoseconds: pause)
    if port.waitForAnswer(nanoseconds: pause + answerTime) { answer.clear() }
    // Not so after an answer to what was asked before.
    return StopSignal.now < planned ? nil : planned
  }

  /// Keeps more in the device after trouble, and less after calm.
  private static func judge(
    _ queue: inout PlaybackQueue, _ progress: inout PlaybackProgress, left: Int, _ given: Given,
    _ pace: DevicePace, _ port: PCMPort, _ ring: AudioRing, _ faults: AudioFaults,
    _ position: AudioPositionCell
  ) {
    let now = StopSignal.now
    var hasTrouble = given.isShort
    let isLook = pace.periodCount < 16 || pace.periodCount & 15 < given.samples / port.periodSamples
    // Silence in the place of sound puts off what comes after it.
    if isLook || given.isShort {
      let delay = port.delay()
      // What will be asked for next finds the device without what was given ahead.
      let ahead = min(max(given.samples - port.periodSamples, 0), delay)
      position.note(count: ring.takenCount - ahead, delay: delay - ahead, at: now)
      if isLook, pace.periodCount > 15, !pace.isClockless,
        progress.hasStalled(delay: delay, at: now)
      {
        faults.countUnderrun()
        hasTrouble = true
      }
    }
    if hasTrouble { queue.hadTrouble(at: now) } else { queue.wentWell(left: left, at: now) }
  }

  /// What was given to a device at once.
  private struct Given {
    var samples = 0
    /// Whether some of it was silence in the place of sound.
    var isShort = false
    /// The error number.
    var code: Int32 = 0
  }

  /// Writes as many periods as there is room for, silence where there is no sound, and what else the ring
  /// holds beyond its reserve.
  ///
  /// - Parameters:
  ///   - room: what is due, at least a period.
  ///   - free: what the device could take.
  private static func give(
    _ room: Int, free: Int, reserve: Int, _ port: PCMPort, _ ring: AudioRing,
    _ faults: AudioFaults, _ supply: inout Supply, _ pace: inout DevicePace,
    _ progress: inout PlaybackProgress
  ) -> Given {
    let period = port.periodSamples
    var given = Given()
    while true {
      let held = ring.count
      let ahead = min(held - reserve, free - given.samples)
      let due = max(room - given.samples, ahead)
      if due < period { break }
      // Not the three at once: that takes an array.
      let whole = min(min(due, held), port.portionSamples) / period
      let count = max(whole, 1) * period
      let taken = ring.read(into: port.samples, count: count)
      fillWithSilence(port.samples, from: taken, to: count)
      if supply.took(taken, of: count) {
        faults.countMissing(count - taken)
        given.isShort = true
      }
      given.code = port.write(count: count)
      if given.code != 0 { break }
      pace.passed(count / period)
      progress.gave(count)
      given.samples += count
      // No silence while sound comes, so that the media loop can answer in between.
      if supply.isFlowing, ring.count < period { break }
    }
    return given
  }

  /// 1 ms: who has not answered by then is asked again, for as long as the device can wait.
  private static var answerTime: Int64 { 1_000_000 }

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
