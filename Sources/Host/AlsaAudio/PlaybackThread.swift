import Glibc
package import Media
package import Realtime

/// A loudspeaker: an ALSA device that a thread of its own feeds from a ring.
///
/// The device is the clock: the doorbell asks for sound because the device consumed some. What does
/// not come in time is silence.
package final class PlaybackThread: AudioOutput {
  package let name: String
  package let ring = AudioRing()
  package let doorbell = Doorbell(isTimer: true)
  package let answer: Doorbell? = Doorbell()
  package let faults = AudioFaults()
  package var state: AudioDeviceState { work.state.value }
  package var periodSamples: Int { work.period.value }
  package var reserveSamples: Int { work.reserve }
  package var position: AudioPosition? { work.position.value }
  /// How much is kept in the device at present: it grows when the device runs dry and shrinks again.
  package var queueSamples: Int { work.queue.value }
  /// Whether the system granted real-time priority.
  package var isRealtime: Bool { thread.isRealtime }

  private let work: Work
  private let thread: RealtimeThread

  /// - Parameter name: an ALSA PCM. Nothing is opened before ``start()``.
  package init(device name: String, profile: LatencyProfile = .normal) {
    self.name = name
    work = Work(
      device: name, profile: profile, ring: ring, doorbell: doorbell, answer: answer ?? Doorbell(),
      faults: faults)
    thread = RealtimeThread(name: "playback", work: work)
  }

  deinit { stop() }

  package func start() throws(AudioDeviceError) {
    work.state.setOpening()
    let code = thread.start()
    guard code == 0 else {
      work.state.setFailed(.startThread, code: code)
      throw AudioDeviceError(device: name, operation: .startThread, code: code)
    }
  }

  package func stop() {
    thread.stop()
    if case .failed = state { return }
    work.state.setIdle()
  }

  private final class Work: RealtimeWork, @unchecked Sendable {
    // Unchecked: `pcm` is made, used and dropped by the thread alone.
    let state: AudioDeviceStateCell
    let period: AudioGauge
    let position = AudioPositionCell()
    let queue = AudioGauge()
    /// What the ring holds after an answer: what the device takes, and in the robust profile as much
    /// again.
    var reserve: Int { profile == .robust ? 2 * period.value : period.value }
    private let device: String
    private let profile: LatencyProfile
    private let ring: AudioRing
    private let doorbell: Doorbell
    private let answer: Doorbell
    private let faults: AudioFaults
    private var pcm: PCM?

    init(
      device: String, profile: LatencyProfile, ring: AudioRing, doorbell: Doorbell,
      answer: Doorbell, faults: AudioFaults
    ) {
      self.device = device
      self.profile = profile
      self.ring = ring
      self.doorbell = doorbell
      self.answer = answer
      self.faults = faults
      state = AudioDeviceStateCell(name: device)
      period = AudioGauge(Sound.sampleRate / 100)
    }

    func prepare(stop: StopSignal) -> Bool {
      pcm = openPCM(
        device, for: .playback, profile: profile, stop: stop, state: state, doorbell: doorbell,
        answer: answer.descriptor)
      guard let pcm else { return false }
      period.set(pcm.port.periodSamples)
      guard state.runIfOpening() else { return false }
      doorbell.ring()
      return true
    }

    func run(until stop: StopSignal) {
      guard let port = pcm?.port else { return }
      let code = PlaybackLoop.run(
        port, reserve: reserve - port.periodSamples, ring: ring, doorbell: doorbell,
        answer: answer, faults: faults, position: position, level: queue, until: stop)
      if code != 0 {
        state.setFailed(.transfer, code: code)
        doorbell.ring()
      }
    }

    func finish() { pcm = nil }
  }
}
