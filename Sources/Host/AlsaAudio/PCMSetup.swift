import CALSA
import Glibc
import Media
import Realtime

/// What was agreed with a device: 48 kHz, mono, 16 bits, and how much at once.
///
/// A device that does not do this by itself is opened once more through ALSA's `plug`, which mixes
/// channels and converts rates and formats.
struct PCMSetup {
  let handle: OpaquePointer
  let periodSamples: Int
  let bufferSamples: Int
  /// How much is kept in the device at playback, while all goes well and at most: filling its whole
  /// buffer would be heard as delay.
  let queueSamples: Int
  let longestQueue: Int

  /// Opens and configures, ready to be started. The caller closes the handle.
  init(
    opening name: String, for direction: PCM.Direction, profile: LatencyProfile
  ) throws(AudioDeviceError) {
    let wish = Wish(profile, direction)
    do throws(AudioDeviceError) {
      try self.init(name, as: name, direction, wish)
    } catch {
      // A quote cannot be put within quotes there.
      guard error.operation == .configure, !name.contains("'") else { throw error }
      try self.init("plug:'\(name)'", as: name, direction, wish)
    }
  }

  private init(
    _ pcm: String, as name: String, _ direction: PCM.Direction, _ wish: Wish
  ) throws(AudioDeviceError) {
    var opened: OpaquePointer?
    let stream = direction == .capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK
    let result = snd_pcm_open(&opened, pcm, stream, Int32(SND_PCM_NONBLOCK))
    guard result == 0, let handle = opened else {
      throw AudioDeviceError(device: name, operation: .open, code: -result)
    }
    do throws(AudioDeviceError) {
      let (period, buffer) = try Self.negotiate(handle, wish, name)
      try Self.setWakeUps(handle, direction, period: period, name)
      self.handle = handle
      periodSamples = period
      bufferSamples = buffer
      queueSamples = min(max(wish.periodCount * wish.periodSamples, 2 * period), buffer)
      longestQueue = min(max(Wish.longestQueue, 2 * period), buffer)
    } catch {
      snd_pcm_close(handle)
      throw error
    }
  }

  private static func negotiate(
    _ handle: OpaquePointer, _ wish: Wish, _ name: String
  ) throws(AudioDeviceError) -> (period: Int, buffer: Int) {
    func agree(_ result: Int32) throws(AudioDeviceError) {
      guard result < 0 else { return }
      throw AudioDeviceError(device: name, operation: .configure, code: -result)
    }
    var allocated: OpaquePointer?
    try agree(snd_pcm_hw_params_malloc(&allocated))
    let parameters = allocated
    defer { snd_pcm_hw_params_free(parameters) }
    var buffer = snd_pcm_uframes_t(Wish.longestQueue)
    try agree(snd_pcm_hw_params_any(handle, parameters))
    try agree(snd_pcm_hw_params_set_rate_resample(handle, parameters, 1))
    try agree(
      snd_pcm_hw_params_set_access(handle, parameters, SND_PCM_ACCESS_RW_INTERLEAVED))
    try agree(snd_pcm_hw_params_set_format(handle, parameters, SND_PCM_FORMAT_S16))
    try agree(snd_pcm_hw_params_set_channels(handle, parameters, 1))
    try agree(snd_pcm_hw_params_set_rate(handle, parameters, UInt32(Sound.sampleRate), 0))
    let frame = snd_pcm_uframes_t(wish.frameSamples)
    let takesFrames = snd_pcm_hw_params_test_period_size(handle, parameters, frame, 0) == 0
    var period = takesFrames ? frame : snd_pcm_uframes_t(wish.periodSamples)
    try agree(snd_pcm_hw_params_set_period_size_near(handle, parameters, &period, nil))
    try agree(snd_pcm_hw_params_set_buffer_size_near(handle, parameters, &buffer))
    try agree(snd_pcm_hw_params(handle, parameters))
    try agree(snd_pcm_hw_params_get_period_size(parameters, &period, nil))
    try agree(snd_pcm_hw_params_get_buffer_size(parameters, &buffer))
    guard periods.contains(Int(clamping: period)), buffer >= 2 * period else {
      throw AudioDeviceError(device: name, operation: .configure, code: EINVAL)
    }
    return (Int(period), Int(clamping: buffer))
  }

  /// When the device wakes its thread, and when it starts by itself: a microphone never does. A sound
  /// server that ran dry begins again with as much as starts the device.
  private static func setWakeUps(
    _ handle: OpaquePointer, _ direction: PCM.Direction, period: Int, _ name: String
  ) throws(AudioDeviceError) {
    func agree(_ result: Int32) throws(AudioDeviceError) {
      guard result < 0 else { return }
      throw AudioDeviceError(device: name, operation: .configure, code: -result)
    }
    var allocated: OpaquePointer?
    try agree(snd_pcm_sw_params_malloc(&allocated))
    let parameters = allocated
    defer { snd_pcm_sw_params_free(parameters) }
    let start = direction == .capture ? Int(Int32.max) : period
    try agree(snd_pcm_sw_params_current(handle, parameters))
    try agree(
      snd_pcm_sw_params_set_avail_min(handle, parameters, snd_pcm_uframes_t(period)))
    try agree(
      snd_pcm_sw_params_set_start_threshold(handle, parameters, snd_pcm_uframes_t(start)))
    try agree(snd_pcm_sw_params(handle, parameters))
  }

  /// What is asked of a device.
  private struct Wish {
    let periodSamples: Int
    /// What is better still, when the device can do exactly that. Before a whole frame has been said
    /// there is nothing to do for a microphone, so that more periods than frames are waking up in vain;
    /// another length would not end with the frames, and delay them.
    let frameSamples: Int
    /// How many periods are kept in the device at playback, while all goes well.
    let periodCount: Int

    init(_ profile: LatencyProfile, _ direction: PCM.Direction) {
      switch profile {
      case .low: (periodSamples, periodCount) = (240, 2)
      case .normal: (periodSamples, periodCount) = (480, 2)
      case .robust: (periodSamples, periodCount) = (480, 4)
      }
      frameSamples =
        direction == .capture ? MediaSettings(latency: profile).frameSampleCount : periodSamples
    }

    /// 80 ms: more is not kept however often the device runs dry. Room in its buffer costs no delay.
    static var longestQueue: Int { 3_840 }
  }

  /// Shorter ones are all waking up; of longer ones the rings do not hold two.
  private static let periods = 32...2_048
}
