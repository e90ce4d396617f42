import Glibc
import Realtime

/// Gives up a device that does not open: drivers and sound servers may hang for as long as they like.
final class OpeningWatch: Sendable {
  private let thread: RealtimeThread

  /// Starts to wait. After three seconds the state becomes `failed` and the doorbell rings, if the
  /// device is still `opening` then.
  init(state: AudioDeviceStateCell, doorbell: Doorbell) {
    thread = RealtimeThread(
      name: "opening watch", work: Work(state: state, doorbell: doorbell), wantsPriority: false)
    // Without a thread for it there is merely no such limit. Nobody waits for its end, because the
    // opening that it watches may never come back.
    _ = thread.start(isDetached: true)
  }

  /// The device has opened, or has failed to.
  func stop() { thread.stop() }

  private final class Work: RealtimeWork {
    let state: AudioDeviceStateCell
    let doorbell: Doorbell

    init(state: AudioDeviceStateCell, doorbell: Doorbell) {
      self.state = state
      self.doorbell = doorbell
    }

    func prepare(stop: StopSignal) -> Bool { true }

    func run(until stop: StopSignal) {
      guard stop.sleep(until: StopSignal.now + patience) else { return }
      if state.failIfOpening(.open, code: ETIMEDOUT) { doorbell.ring() }
    }

    func finish() {}

    private let patience: Int64 = 3_000_000_000
  }
}
