import Media
package import Realtime

/// A source in a microphone's place, at the pace of the monotonic clock: a file, a tone, silence.
///
/// When the source is over, the state is `ended` and silence follows.
package final class PacedInput: AudioInput {
  package let name: String
  package let ring = AudioRing()
  package let doorbell = Doorbell()
  package let faults = AudioFaults()
  package let periodSamples: Int
  package var state: AudioDeviceState { work.state.value }
  package var position: AudioPosition? { nil }

  private let work: Work
  private let thread: RealtimeThread

  package init(_ source: sending any SampleSource, periodSamples: Int = Sound.sampleRate / 100) {
    name = source.name
    self.periodSamples = periodSamples
    work = Work(
      source: source, periodSamples: periodSamples, ring: ring, doorbell: doorbell, faults: faults)
    thread = RealtimeThread(name: "paced input", work: work, wantsPriority: false)
  }

  deinit { stop() }

  package func start() throws(AudioDeviceError) {
    try work.open()
    let code = thread.start()
    if code != 0 { throw work.giveUp(code) }
  }

  package func stop() {
    thread.stop()
    if case .failed = state { return }
    work.state.setIdle()
  }

  private final class Work: RealtimeWork, @unchecked Sendable {
    // Unchecked: `source` is used before the thread starts and then by the thread alone.
    let state: AudioDeviceStateCell
    private let source: any SampleSource
    private let periodSamples: Int
    private let ring: AudioRing
    private let doorbell: Doorbell
    private let faults: AudioFaults

    init(
      source: any SampleSource, periodSamples: Int, ring: AudioRing, doorbell: Doorbell,
      faults: AudioFaults
    ) {
      self.source = source
      self.periodSamples = periodSamples
      self.ring = ring
      self.doorbell = doorbell
      self.faults = faults
      state = AudioDeviceStateCell(name: source.name)
    }

    func open() throws(AudioDeviceError) {
      do throws(AudioDeviceError) {
        try source.open()
      } catch {
        state.setFailed(error)
        throw error
      }
      state.setRunning()
    }

    /// There is no thread to go on with.
    func giveUp(_ code: Int32) -> AudioDeviceError {
      source.close()
      state.setFailed(.startThread, code: code)
      return AudioDeviceError(device: source.name, operation: .startThread, code: code)
    }

    func prepare(stop: StopSignal) -> Bool { true }

    func run(until stop: StopSignal) {
      var pace = Pace(periodSamples: periodSamples, sampleRate: Sound.sampleRate)
      var period = [Int16](repeating: 0, count: periodSamples)
      var isOver = false
      // A source that was held up goes on where it was: nothing of a file is passed over.
      while pace.waitForTurn(until: stop) != nil {
        var count = 0
        do throws(AudioDeviceError) {
          if !isOver { count = try source.read(into: &period, count: periodSamples) }
        } catch {
          state.setFailed(error)
          doorbell.ring()
          return
        }
        for index in count..<periodSamples { period[index] = 0 }
        let fitting = ring.write(period)
        if fitting < periodSamples { faults.countDropped(periodSamples - fitting) }
        if count < periodSamples, !isOver {
          isOver = true
          state.setEnded()
        }
        doorbell.ring()
      }
    }

    func finish() { source.close() }
  }
}
