import CALSA
import Glibc
import Realtime

/// An opened device as its real-time thread uses it: numbers and pointers, no references.
///
/// Nothing here allocates or locks on this side of the library. Results are 0 or a positive error
/// number.
struct PCMPort {
  let handle: OpaquePointer
  let direction: PCM.Direction
  let periodSamples: Int
  let bufferSamples: Int
  /// How much is kept in the device at playback while all goes well, and at most.
  let queueSamples: Int
  let longestQueue: Int
  /// ``portionSamples``; what is captured takes one period of it.
  let samples: UnsafeMutablePointer<Int16>
  /// Whether the device tells where it stands whenever it is looked at: sound servers do, and hardware
  /// must be asked for it.
  let isOneLookEnough: Bool
  /// The stop signal, the media loop's answer, then the device's own.
  let polled: UnsafeMutablePointer<pollfd>
  let polledCount: nfds_t

  /// Waits until the device wants to be served, the thread shall end, or the time is over.
  ///
  /// - Returns: an error number if the device is lost.
  func wait(milliseconds: Int32) -> Int32 {
    guard poll(polled, polledCount, milliseconds) > 0 else { return 0 }
    var events: UInt16 = 0
    // Some plug-ins take their wake-up back in this call only.
    let result = snd_pcm_poll_descriptors_revents(
      handle, polled + Self.ownCount, UInt32(polledCount) - UInt32(Self.ownCount), &events)
    if result < 0 { return -result }
    return Int32(events) & (POLLERR | POLLHUP | POLLNVAL) == 0 ? 0 : trouble()
  }

  /// What is wrong with a device that ought to run, as an error number.
  private func trouble() -> Int32 {
    // Raw values, because comparing the type itself may allocate.
    switch snd_pcm_state(handle).rawValue {
    case SND_PCM_STATE_DISCONNECTED.rawValue: ENODEV
    case SND_PCM_STATE_XRUN.rawValue: EPIPE
    case SND_PCM_STATE_SUSPENDED.rawValue: ESTRPIPE
    case SND_PCM_STATE_RUNNING.rawValue: 0
    default: EBADFD
    }
  }

  /// Stops a device that does nothing, so that recovering starts it anew.
  ///
  /// - Returns: what to recover it from.
  func stopForRestart() -> Int32 {
    let code = trouble()
    if code == 0 { snd_pcm_drop(handle) }
    return code == 0 ? EBADFD : code
  }

  /// Waits for the stop signal alone.
  func rest(milliseconds: Int32) {
    _ = poll(polled, 1, milliseconds)
  }

  /// As ``rest(milliseconds:)``, and finer.
  func rest(nanoseconds: Int64) {
    _ = shim_poll(polled, 1, max(nanoseconds, 0))
  }

  /// Waits for the media loop to give sound, as long as the device has something to play.
  ///
  /// - Parameter queued: what the device still has.
  /// - Returns: whether there was an answer.
  func waitForAnswer(queued: Int) -> Bool {
    let time = Int32(clamping: max((queued - Self.margin) / 48, 1))
    return poll(polled, nfds_t(Self.ownCount), time) > 0 && polled[1].revents != 0
  }

  /// As ``waitForAnswer(queued:)``, for as long as is said.
  func waitForAnswer(nanoseconds: Int64) -> Bool {
    shim_poll(polled, nfds_t(Self.ownCount), max(nanoseconds, 0)) > 0 && polled[1].revents != 0
  }

  /// How many samples can be read or written now, or a negative error number.
  func available() -> Int {
    // At playback nothing has asked the device where it stands since it was last served.
    let mustAsk = direction == .playback && !isOneLookEnough
    let count = mustAsk ? snd_pcm_avail(handle) : snd_pcm_avail_update(handle)
    if count < 0 { return count }
    // Some plug-ins tell it by their state alone.
    return switch snd_pcm_state(handle).rawValue {
    case SND_PCM_STATE_DISCONNECTED.rawValue: -Int(ENODEV)
    case SND_PCM_STATE_SUSPENDED.rawValue: -Int(ESTRPIPE)
    default: count
    }
  }

  /// The way from the device's edge to the application, in samples.
  func delay() -> Int {
    var frames: snd_pcm_sframes_t = 0
    return snd_pcm_delay(handle, &frames) == 0 ? max(frames, 0) : 0
  }

  /// Fills ``samples`` with what the device captured.
  func readPeriod() -> Int32 {
    var done = 0
    while done < periodSamples {
      let result = snd_pcm_readi(handle, samples + done, snd_pcm_uframes_t(periodSamples - done))
      if result == -Int(EAGAIN) || result == -Int(EINTR) || result == 0 { return EAGAIN }
      if result < 0 { return Int32(-result) }
      done += result
    }
    return 0
  }

  /// Plays `count` of ``samples``.
  func write(count: Int) -> Int32 {
    var done = 0
    var refusals = 0
    while done < count {
      let result = snd_pcm_writei(handle, samples + done, snd_pcm_uframes_t(count - done))
      if result > 0 {
        done += result
      } else if result == 0 || result == -Int(EAGAIN) || result == -Int(EINTR) {
        // There was said to be room; a device that keeps refusing has forgotten its clock.
        refusals += 1
        if refusals > Self.patience { return EIO }
        rest(milliseconds: 1)
      } else {
        return Int32(-result)
      }
    }
    return 0
  }

  /// Starts a prepared device: capture at once, playback upon silence, at most 40 ms of it.
  ///
  /// - Parameter queued: how much of silence.
  func begin(queued: Int = 0) -> Int32 {
    if direction == .playback {
      samples.update(repeating: 0, count: periodSamples)
      var owed = min(queued, Self.longestPrefill)
      while owed > 0 {
        let result = write(count: min(owed, periodSamples))
        if result != 0 { return result }
        owed -= periodSamples
      }
    }
    // Some start by themselves. Raw values, because comparing the type itself may allocate.
    let isRunning = snd_pcm_state(handle).rawValue == SND_PCM_STATE_RUNNING.rawValue
    return isRunning ? 0 : -min(snd_pcm_start(handle), 0)
  }

  /// Brings a device back that ran dry or over, was suspended, or was stopped by its server.
  ///
  /// - Parameters:
  ///   - code: what it failed with.
  ///   - queued: as for ``begin(queued:)``.
  /// - Returns: what keeps it from going on, if it is lost.
  func recover(from code: Int32, queued: Int = 0, until stop: StopSignal) -> Int32 {
    switch code {
    case EAGAIN, EINTR: return 0
    case EPIPE, EBADFD: break
    case ESTRPIPE:
      // The driver wakes up in its own time after the machine has slept.
      var tries = 0
      while snd_pcm_resume(handle) == -EAGAIN, tries < Self.patience, !stop.isSet {
        rest(milliseconds: 50)
        tries += 1
      }
    default: return code
    }
    let result = snd_pcm_prepare(handle)
    return result < 0 ? -result : begin(queued: queued)
  }

  /// Whether a device that fails with this may be tried once more: it may run dry, or the machine may
  /// fall asleep, while it is being brought back.
  static func mayRecover(from code: Int32) -> Bool {
    code == 0 || code == EPIPE || code == ESTRPIPE
  }

  /// How much is written at once, at most.
  var portionSamples: Int { Self.portionPeriods * periodSamples }

  /// What the device must still have, so that there is time to give it something: 1.5 ms.
  static var margin: Int { 72 }
  /// A frame of 20 ms in the usual periods.
  static var portionPeriods: Int { 2 }
  /// Descriptors that are not the device's.
  static var ownCount: Int { 2 }
  /// 40 ms.
  private static var longestPrefill: Int { 1_920 }
  private static var patience: Int { 100 }
}
