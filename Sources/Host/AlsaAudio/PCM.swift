import CALSA
import Glibc
import Media
import Realtime

/// One opened and negotiated ALSA device, with all memory that serving it takes.
///
/// Made, started and dropped by the device's own thread, outside its real-time body; the body works
/// on ``port``.
final class PCM {
  enum Direction {
    case capture, playback
  }

  let port: PCMPort
  private let memory: LockedMemory
  private let descriptors: LockedMemory

  /// Opens the device; waits for sound servers and drivers as long as they take.
  ///
  /// - Parameters:
  ///   - stop: polled together with the device.
  ///   - answer: readable when the media loop has given sound; `nil` if it gives none.
  init(
    opening name: String, for direction: Direction, profile: LatencyProfile, stop: StopSignal,
    answer: Int32? = nil
  ) throws(AudioDeviceError) {
    Self.quietLibrary()
    let setup = try PCMSetup(opening: name, for: direction, profile: profile)
    let portion = PCMPort.portionPeriods * setup.periodSamples
    memory = LockedMemory(byteCount: portion * MemoryLayout<Int16>.stride)
    let count = max(Int(snd_pcm_poll_descriptors_count(setup.handle)), 0)
    descriptors = LockedMemory(byteCount: (count + PCMPort.ownCount) * MemoryLayout<pollfd>.stride)
    let polled = descriptors.start.bindMemory(to: pollfd.self, capacity: count + PCMPort.ownCount)
    polled[0] = pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0)
    // A negative descriptor is passed over.
    polled[1] = pollfd(fd: answer ?? -1, events: Int16(POLLIN), revents: 0)
    let filled = snd_pcm_poll_descriptors(setup.handle, polled + PCMPort.ownCount, UInt32(count))
    guard filled == Int32(count) else {
      snd_pcm_close(setup.handle)
      throw AudioDeviceError(device: name, operation: .configure, code: EIO)
    }
    port = PCMPort(
      handle: setup.handle, direction: direction, periodSamples: setup.periodSamples,
      bufferSamples: setup.bufferSamples, queueSamples: setup.queueSamples,
      longestQueue: setup.longestQueue, samples: memory.samples(count: portion),
      isOneLookEnough: snd_pcm_type(setup.handle).rawValue == SND_PCM_TYPE_IOPLUG.rawValue,
      polled: polled,
      polledCount: nfds_t(count + PCMPort.ownCount))
  }

  deinit {
    // Playing the rest out would keep whoever hangs up waiting.
    snd_pcm_drop(port.handle)
    snd_pcm_close(port.handle)
  }

  /// Keeps ALSA's own complaints off the terminal; before anything else is asked of the library.
  static func quietLibrary() { silenced }

  private static let silenced: Void = shim_silence_errors()
}
