import Glibc
package import Realtime

/// Writes a sound file on a thread of its own, so that a slow disk holds up nobody.
///
/// Between the one thread that appends and the file lie up to 262 144 samples; what does not fit is
/// dropped in whole pieces and counted.
package final class BackgroundWriter: Sendable {
  package let faults: AudioFaults
  private let work: Work
  private let thread: RealtimeThread

  /// Makes the file, in the place of an old one, and starts the thread. WAV, FLAC or Ogg Opus by the path's
  /// suffix. The file is valid at least once a second, so that not even a killed program loses more.
  ///
  /// - Parameter opusBitsPerSecond: about what an Ogg Opus file takes for each channel, 6 000–256 000;
  ///   `nil` leaves it to the library, which takes some 70 000.
  /// - Throws: in words what is wrong with the folder, the disk or the suffix.
  package init(
    path: String, channelCount: Int, opusBitsPerSecond: Int? = nil,
    faults: AudioFaults = AudioFaults()
  ) throws(AudioDeviceError) {
    let writer = try SoundFileWriter(
      path: path, channelCount: channelCount, opusBitsPerSecond: opusBitsPerSecond)
    self.faults = faults
    work = Work(writer: writer, path: path)
    thread = RealtimeThread(name: "sound file", work: work, wantsPriority: false)
    let code = thread.start()
    guard code == 0 else {
      throw AudioDeviceError(device: path, operation: .startThread, code: code)
    }
  }

  /// Appends whole frames. One thread only.
  package func append(_ samples: [Int16]) {
    samples.withUnsafeBufferPointer { samples in
      if let base = samples.baseAddress { append(base, count: samples.count) }
    }
  }

  /// Appends whole frames. One thread only.
  func append(_ samples: UnsafePointer<Int16>, count: Int) {
    guard work.ring.capacity - work.ring.count >= count else {
      faults.countDropped(count)
      return
    }
    _ = work.ring.write(samples, count: count)
  }

  /// Why nothing is written any more; `nil` while all is well.
  package var failure: AudioDeviceError? {
    if case .failed(let error) = work.state.value { error } else { nil }
  }

  /// Writes what is left and closes the file; waits for that, at most five seconds.
  package func close() {
    thread.stop(patienceSeconds: 5)
  }

  private final class Work: RealtimeWork, @unchecked Sendable {
    // Unchecked: `writer` and `piece` are used by the thread alone.
    let ring = AudioRing(capacity: 1 << 18)
    let state: AudioDeviceStateCell
    private var writer: SoundFileWriter?
    private var piece = [Int16](repeating: 0, count: 1 << 14)

    init(writer: SoundFileWriter, path: String) {
      self.writer = writer
      state = AudioDeviceStateCell(name: path)
      state.setRunning()
    }

    func prepare(stop: StopSignal) -> Bool { true }

    func run(until stop: StopSignal) {
      var turn = 0
      while stop.sleep(until: StopSignal.now + Self.turnNanoseconds) {
        guard drain() else { break }
        turn += 1
        if turn.isMultiple(of: Self.turnsToHeader) { writer?.updateHeader() }
      }
    }

    func finish() {
      if drain() { writer?.updateHeader() }
      // Closing completes the header.
      writer = nil
    }

    /// Writes all that waits.
    ///
    /// - Returns: `false` when the file takes no more.
    private func drain() -> Bool {
      guard let writer, case .running = state.value else { return false }
      while true {
        let count = ring.read(into: &piece, count: piece.count)
        if count == 0 { return true }
        do throws(AudioDeviceError) {
          try piece.withUnsafeBufferPointer { buffer throws(AudioDeviceError) in
            try writer.write(UnsafeBufferPointer(rebasing: buffer[..<count]))
          }
        } catch {
          state.setFailed(error)
          return false
        }
      }
    }

    private static let turnNanoseconds: Int64 = 200_000_000
    private static let turnsToHeader = 5
  }
}
