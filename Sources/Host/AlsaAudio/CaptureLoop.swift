import Glibc
import Media
import Realtime

/// The real-time body of a capture thread.
enum CaptureLoop {
  /// Reads the device into the ring until `stop` is set.
  ///
  /// - Parameter periodLimit: ends after so many periods, and takes them as fast as they come.
  /// - Returns: 0, or the error number with which the device was lost.
  static func run(
    _ port: PCMPort, ring: AudioRing, doorbell: Doorbell, faults: AudioFaults,
    position: AudioPositionCell, until stop: StopSignal, periodLimit: Int = .max
  ) -> Int32 {
    var code = port.begin()
    var failures = 0
    var pace = DevicePace(periodSamples: port.periodSamples)
    var standIn = StandIn(periodSamples: port.periodSamples, sampleRate: Sound.sampleRate)
    var watch = DeviceWatch(at: StopSignal.now)
    while !stop.isSet, pace.periodCount < periodLimit {
      if code == 0 { code = port.wait(milliseconds: pace.periodMilliseconds) }
      let available = code == 0 ? port.available() : 0
      if available < 0 { code = Int32(-available) }
      if code != 0 {
        if code == EPIPE { faults.countOverrun() }
        failures += 1
        code = failures > DevicePace.maximumFailures ? EIO : port.recover(from: code, until: stop)
        if !PCMPort.mayRecover(from: code) { return code }
      } else if available >= port.periodSamples {
        let isLate = standIn.isOn || available > longestBacklog
        code = take(
          available, keeping: isLate ? port.periodSamples : available, port, ring, faults)
        failures = 0
        standIn.deviceDelivered()
        watch.deviceMoved(at: StopSignal.now)
        pace.passed(available / port.periodSamples)
        if isLate || pace.periodCount & 15 == 0 || pace.periodCount < 16 {
          position.note(count: ring.writtenCount, delay: port.delay(), at: StopSignal.now)
        }
        doorbell.ring()
        if periodLimit == .max { pace.holdBack(port) }
      } else {
        port.rest(milliseconds: 1)
        while standIn.isDue() {
          faults.countMissing(ring.writeSilence(count: port.periodSamples))
          doorbell.ring()
        }
        if watch.isDue(at: StopSignal.now) {
          faults.countRestart()
          code = port.stopForRestart()
        }
      }
    }
    return 0
  }

  /// Reads whole periods and puts the newest into the ring.
  ///
  /// - Parameter newest: how many samples of what is available still count; the rest is too old.
  private static func take(
    _ available: Int, keeping newest: Int, _ port: PCMPort, _ ring: AudioRing,
    _ faults: AudioFaults
  ) -> Int32 {
    var waiting = available
    while waiting >= port.periodSamples {
      let code = port.readPeriod()
      if code != 0 { return code }
      waiting -= port.periodSamples
      if waiting < newest {
        let fitting = ring.write(port.samples, count: port.periodSamples)
        faults.countDropped(port.periodSamples - fitting)
      } else {
        faults.countDropped(port.periodSamples)
      }
    }
    return 0
  }

  /// 60 ms: less than the ring holds beside a frame that is being taken.
  private static var longestBacklog: Int { 2_880 }
}
