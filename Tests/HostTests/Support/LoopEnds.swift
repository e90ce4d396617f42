import Assembly
import LoopGLib
import Media
import PulseAudio
import Realtime

/// A loop with its connections, as the media plane has them.
struct Plane {
  let loop = GLibLoop(name: "media")
  let servers: PulseServers

  init() {
    servers = PulseServers(on: loop, application: "Test")
    loop.start()
  }

  func input(_ name: String, profile: LatencyProfile = .normal) -> any AudioInput {
    SoundDevices.makeInput(.device(name), profile: profile, servers: servers)
  }

  func output(_ name: String, profile: LatencyProfile = .normal) -> any AudioOutput {
    SoundDevices.makeOutput(.device(name), profile: profile, servers: servers)
  }
}

/// The media loop's part at an input, on a loop: keeps what comes.
final class LoopListener: @unchecked Sendable {
  // Unchecked: all but `state` is used on the loop's thread alone.
  private let input: any AudioInput
  private let loop: GLibLoop
  private let state = Lock(
    (samples: [Int16](), arrivals: [(end: Int, time: Int64, sounded: Int64)]()))
  private var watch: DescriptorWatch?

  /// Starts the input and listens until it is stopped, and at most for a minute.
  init(_ input: any AudioInput, on loop: GLibLoop) {
    self.input = input
    self.loop = loop
    loop.perform { [self] in
      watch = attach(input.doorbell, on: loop) { [weak self] in self?.rang() }
      try? input.start()
    }
  }

  /// All that was heard so far.
  var heard: [Int16] { state.withLock { $0.samples } }

  /// When a sample was heard, in nanoseconds of the monotonic clock.
  func time(ofSample index: Int) -> Int64? {
    state.withLock { $0.arrivals.first { $0.end > index }?.time }
  }

  /// When a sample was in the air, as far as the input tells.
  func soundingTime(ofSample index: Int) -> Int64? {
    state.withLock { state in
      state.arrivals.first { $0.end > index }.map {
        $0.sounded - Int64($0.end - index) * 1_000_000 / 48
      }
    }
  }

  /// Stops the input.
  func stop() async {
    await onLoop(loop) { [self] in
      watch = nil
      input.doorbell.listener = nil
      input.stop()
    }
  }

  private func rang() {
    input.doorbell.clear()
    while input.ring.count > 0 {
      let time = StopSignal.now
      let age = input.ageSamples(at: time)
      guard let piece = input.ring.read(exactly: min(input.ring.count, 480)) else { break }
      let sounded = time - Int64(age - piece.count) * 1_000_000 / 48
      state.withLock {
        guard $0.samples.count < 60 * 48_000 else { return }
        $0.samples += piece
        $0.arrivals.append(($0.samples.count, time, sounded))
      }
    }
  }
}

/// The media loop's part at an output, on a loop: gives whole packets, as that does, and silence when the
/// sound is over.
final class LoopFeeder: @unchecked Sendable {
  // Unchecked: all but `state` is used on the loop's thread alone.
  private let output: any AudioOutput
  private let loop: GLibLoop
  private let state = Lock((given: 0, departures: [(end: Int, time: Int64, sounds: Int64)]()))
  private let samples: [Int16]
  private var watch: DescriptorWatch?

  /// Starts the output and feeds it until it is stopped.
  init(_ output: any AudioOutput, _ samples: [Int16], on loop: GLibLoop) {
    self.output = output
    self.samples = samples
    self.loop = loop
    loop.perform { [self] in
      watch = attach(output.doorbell, on: loop) { [weak self] in self?.rang() }
      try? output.start()
    }
  }

  /// How many samples have been given.
  var position: Int { state.withLock { $0.given } }
  /// Whether all has been given.
  var isDone: Bool { position >= samples.count }

  /// When a sample was given, in nanoseconds of the monotonic clock.
  func time(ofSample index: Int) -> Int64? {
    state.withLock { $0.departures.first { $0.end > index }?.time }
  }

  /// When a sample is in the air, as far as the output tells.
  func soundingTime(ofSample index: Int) -> Int64? {
    state.withLock { state in
      state.departures.first { $0.end > index }.map {
        $0.sounds - Int64($0.end - index) * 1_000_000 / 48
      }
    }
  }

  /// Stops the output.
  func stop() async {
    await onLoop(loop) { [self] in
      watch = nil
      output.doorbell.listener = nil
      output.stop()
    }
  }

  private func rang() {
    output.doorbell.clear()
    while output.wantedSamples > 0 {
      let begin = position
      let piece = samples[min(begin, samples.count)..<min(begin + 960, samples.count)]
      let time = StopSignal.now
      let sounds = time + Int64(output.latencySamples(at: time) + 960) * 1_000_000 / 48
      output.write(piece + [Int16](repeating: 0, count: 960 - piece.count))
      state.withLock {
        $0.given += 960
        $0.departures.append(($0.given, time, sounds))
      }
    }
  }
}

/// Has a doorbell heard on a loop, whatever kind it is of.
private func attach(
  _ doorbell: Doorbell, on loop: GLibLoop, _ rang: @escaping @Sendable () -> Void
) -> DescriptorWatch? {
  guard doorbell.isHeardAtOnce else {
    return DescriptorWatch(of: doorbell.descriptor, on: loop, handler: rang)
  }
  doorbell.listener = rang
  return nil
}

/// Does something on a loop and waits for it.
func onLoop(_ loop: GLibLoop, _ body: @escaping @Sendable () -> Void) async {
  await withCheckedContinuation { done in
    loop.perform {
      body()
      done.resume()
    }
  }
}
