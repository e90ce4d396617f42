import Glibc
import LoopGLib
import Realtime

/// The media loop's part at an input, on a thread that is not held up by other tests: keeps what
/// comes.
final class Listener: RealtimeWork, @unchecked Sendable {
  // Unchecked: `thread` is used by the test alone.
  private let input: any AudioInput
  private let samples = Lock<[Int16]>([])
  private let arrivals = Lock<[(end: Int, time: Int64)]>([])
  private var thread: RealtimeThread?

  /// Listens until it is stopped, and at most for a minute.
  init(_ input: any AudioInput) {
    self.input = input
    let thread = RealtimeThread(name: "listener", work: self)
    self.thread = thread
    _ = thread.start()
  }

  /// All that was heard so far.
  var heard: [Int16] { samples.withLock { $0 } }

  /// When a sample was heard, in nanoseconds of the monotonic clock.
  func time(ofSample index: Int) -> Int64? {
    arrivals.withLock { $0.first { $0.end > index }?.time }
  }

  func stop() {
    thread?.stop()
    thread = nil
  }

  func prepare(stop: StopSignal) -> Bool { true }

  func run(until stop: StopSignal) {
    while !stop.isSet, samples.withLock({ $0.count }) < 60 * 48_000 {
      var wait = pollfd(fd: input.doorbell.descriptor, events: Int16(POLLIN), revents: 0)
      _ = poll(&wait, 1, 20)
      input.doorbell.clear()
      while let piece = input.ring.read(exactly: min(max(input.ring.count, 1), 480)) {
        let end = samples.withLock { samples in
          samples += piece
          return samples.count
        }
        arrivals.withLock { $0.append((end, StopSignal.now)) }
      }
    }
  }

  func finish() {}
}

/// The media loop's part at an output, on a thread that is not held up by other tests: answers the
/// doorbell, with silence when the sound is over.
final class Feeder: RealtimeWork, @unchecked Sendable {
  // Unchecked: `rest` is used by the feeder's thread alone, `thread` by the test.
  private let output: any AudioOutput
  private var rest: ArraySlice<Int16>
  private let done = Lock(false)
  private let departures = Lock<[(end: Int, time: Int64)]>([])
  private let lateness: Int64
  private var thread: RealtimeThread?

  /// - Parameter latenessMilliseconds: by how much every tenth answer comes late.
  init(_ output: any AudioOutput, _ samples: [Int16], latenessMilliseconds: Int64 = 0) {
    self.output = output
    rest = samples[...]
    lateness = latenessMilliseconds * 1_000_000
    let thread = RealtimeThread(name: "feeder", work: self)
    self.thread = thread
    _ = thread.start()
  }

  /// Whether all has been given.
  var isDone: Bool { done.withLock { $0 } }

  /// How many samples have been given.
  var position: Int { departures.withLock { $0.last?.end ?? 0 } }

  /// When a sample was given, in nanoseconds of the monotonic clock.
  func time(ofSample index: Int) -> Int64? {
    departures.withLock { $0.first { $0.end > index }?.time }
  }

  func stop() {
    thread?.stop()
    thread = nil
  }

  func prepare(stop: StopSignal) -> Bool { true }

  func run(until stop: StopSignal) {
    var answers = 0
    while !stop.isSet {
      var wait = pollfd(fd: output.doorbell.descriptor, events: Int16(POLLIN), revents: 0)
      _ = poll(&wait, 1, 20)
      guard output.doorbell.clear() else { continue }
      answers += 1
      if answers.isMultiple(of: 10) { _ = stop.sleep(until: StopSignal.now + lateness) }
      while case let wanted = output.wantedSamples, wanted > 0 {
        let piece = Array(rest.prefix(wanted))
        output.write(piece + [Int16](repeating: 0, count: wanted - piece.count))
        rest = rest.dropFirst(piece.count)
        departures.withLock { $0.append((rest.startIndex, StopSignal.now)) }
      }
      if rest.isEmpty { done.withLock { $0 = true } }
    }
  }

  func finish() {}
}
