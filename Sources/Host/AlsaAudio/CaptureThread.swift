import Glibc
package import Media
package import Realtime

/// A microphone: an ALSA device that a thread of its own reads into a ring.
///
/// While the device delivers nothing, silence takes its place at the monotonic clock's pace, so that
/// a call's other parts never wait for a microphone.
package final class CaptureThread: AudioInput {
  package let name: String
  package let ring = AudioRing()
  package let doorbell = Doorbell()
  package let faults = AudioFaults()
  package var state: AudioDeviceState { work.state.value }
  package var periodSamples: Int { work.period.value }
  package var position: AudioPosition? { work.position.value }
  /// Whether the system granted real-time priority.
  package var isRealtime: Bool { thread.isRealtime }

  private let work: Work
  private let thread: RealtimeThread

  /// - Parameter name: an ALSA PCM. Nothing is opened before ``start()``.
  package init(device name: String, profile: LatencyProfile = .normal) {
    self.name = name
    work = Work(
      device: name, profile: profile, ring: ring, doorbell: doorbell, faults: faults)
    thread = RealtimeThread(name: "capture", work: work)
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
    private let device: String
    private let profile: LatencyProfile
    private let ring: AudioRing
    private let doorbell: Doorbell
    private let faults: AudioFaults
    private var pcm: PCM?

    init(
      device: String, profile: LatencyProfile, ring: AudioRing, doorbell: Doorbell,
      faults: AudioFaults
    ) {
      self.device = device
      self.profile = profile
      self.ring = ring
      self.doorbell = doorbell
      self.faults = faults
      state = AudioDeviceStateCell(name: device)
      period = AudioGauge(Sound.sampleRate / 100)
    }

    func prepare(stop: StopSignal) -> Bool {
      pcm = openPCM(
        device, for: .capture, profile: profile, stop: stop, state: state, doorbell: doorbell)
      guard let pcm else { return false }
      period.set(pcm.port.periodSamples)
      guard state.runIfOpening() else { return false }
      doorbell.ring()
      return true
    }

    func run(until stop: StopSignal) {
      guard let port = pcm?.port else { return }
      let code = CaptureLoop.run(
        port, ring: ring, doorbell: doorbell, faults: faults, position: position, until: stop)
      if code != 0 {
        state.setFailed(.transfer, code: code)
        doorbell.ring()
      }
    }

    func finish() { pcm = nil }
  }
}

/// Opens a device on its own thread, within the time that opening may take.
///
/// - Returns: `nil` after the state has become `failed` and the doorbell has rung.
func openPCM(
  _ device: String, for direction: PCM.Direction, profile: LatencyProfile, stop: StopSignal,
  state: AudioDeviceStateCell, doorbell: Doorbell, answer: Int32? = nil
) -> PCM? {
  let watch = OpeningWatch(state: state, doorbell: doorbell)
  defer { watch.stop() }
  do throws(AudioDeviceError) {
    return try PCM(
      opening: device, for: direction, profile: profile, stop: stop, answer: answer)
  } catch {
    if state.failIfOpening(error.operation, code: error.code) { doorbell.ring() }
    return nil
  }
}
