import Media
package import Realtime

/// A sink in a loudspeaker's place, at the pace of the monotonic clock: a file, or nothing.
package final class PacedOutput: AudioOutput {
  package let name: String
  package let ring = AudioRing()
  package let doorbell = Doorbell()
  package let faults = AudioFaults()
  package let periodSamples: Int
  package var reserveSamples: Int { periodSamples }
  package var state: AudioDeviceState { work.state.value }
  package var position: AudioPosition? { nil }

  private let work: Work
  private let thread: RealtimeThread

  package init(_ sink: sending any SampleSink, periodSamples: Int = Sound.sampleRate / 100) {
    name = sink.name
    self.periodSamples = periodSamples
    work = Work(
      sink: sink, periodSamples: periodSamples, ring: ring, doorbell: doorbell, faults: faults)
    thread = RealtimeThread(name: "paced output", work: work, wantsPriority: false)
  }

  deinit { stop() }

  package func start() throws(AudioDeviceError) {
    try work.open()
    let code = thread.start()
    if code != 0 { throw work.giveUp(code) }
  }

  package func stop() {
    // A file's last second may need a moment.
    thread.stop(patienceSeconds: 5)
    if case .failed = state { return }
    work.state.setIdle()
  }

  private final class Work: RealtimeWork, @unchecked Sendable {
    // Unchecked: `sink` is used before the thread starts and then by the thread alone.
    let state: AudioDeviceStateCell
    private let sink: any SampleSink
    private let periodSamples: Int
    private let ring: AudioRing
    private let doorbell: Doorbell
    private let faults: AudioFaults

    init(
      sink: any SampleSink, periodSamples: Int, ring: AudioRing, doorbell: Doorbell,
      faults: AudioFaults
    ) {
      self.sink = sink
      self.periodSamples = periodSamples
      self.ring = ring
      self.doorbell = doorbell
      self.faults = faults
      state = AudioDeviceStateCell(name: sink.name)
    }

    func open() throws(AudioDeviceError) {
      do throws(AudioDeviceError) {
        try sink.open()
      } catch {
        state.setFailed(error)
        throw error
      }
      state.setRunning()
    }

    /// There is no thread to go on with.
    func giveUp(_ code: Int32) -> AudioDeviceError {
      sink.close()
      state.setFailed(.startThread, code: code)
      return AudioDeviceError(device: sink.name, operation: .startThread, code: code)
    }

    func prepare(stop: StopSignal) -> Bool { true }

    func run(until stop: StopSignal) {
      doorbell.ring()
      do throws(AudioDeviceError) {
        try take(until: stop)
      } catch {
        state.setFailed(error)
        doorbell.ring()
      }
    }

    func finish() { sink.close() }

    private func take(until stop: StopSignal) throws(AudioDeviceError) {
      var pace = Pace(periodSamples: periodSamples, sampleRate: Sound.sampleRate)
      var period = [Int16](repeating: 0, count: periodSamples)
      let silence = period
      // Before the first sample nothing is missing; a period that was whole promises another one.
      var hasBegun = false
      var isFed = false
      while let skipped = pace.waitForTurn(until: stop) {
        // What was slept through is silence, so that a file's time stays right.
        for _ in 0..<min(skipped, Self.maximumSkipped) {
          if hasBegun { faults.countMissing(periodSamples) }
          try sink.write(silence, count: periodSamples)
        }
        if isFed { waitForSamples(until: stop) }
        let count = ring.read(into: &period, count: periodSamples)
        isFed = count == periodSamples
        for index in count..<periodSamples { period[index] = 0 }
        hasBegun = hasBegun || count > 0
        if hasBegun { faults.countMissing(periodSamples - count) }
        try sink.write(period, count: periodSamples)
        if ring.count < periodSamples { doorbell.ring() }
      }
    }

    /// Gives a media loop that is late a little time: unlike a loudspeaker, a file can wait.
    private func waitForSamples(until stop: StopSignal) {
      let deadline = StopSignal.now + Self.grace
      while ring.count < periodSamples, StopSignal.now < deadline {
        guard stop.sleep(until: StopSignal.now + Self.graceStep) else { return }
      }
    }

    private static let grace: Int64 = 30_000_000
    private static let graceStep: Int64 = 500_000
    /// A minute: a machine that slept all night does not write the night down.
    private static let maximumSkipped = 6_000
  }
}
