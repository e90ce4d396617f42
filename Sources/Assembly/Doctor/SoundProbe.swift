import AlsaAudio
import Basics
import CLinux
import Glibc
import LoopGLib
import Media
import OpusCodec
import Playout
import Realtime

/// Microphone and loudspeaker at work for a few seconds, with the program's own path between them.
///
/// Chirps are played. What the microphone brings is encoded, goes through a jitter buffer, and, for a
/// moment after each chirp, is played in turn. Where the microphone hears the loudspeaker, a chirp is
/// thus heard twice: the time between is what a voice takes from mouth to ear when the network takes
/// none.
final class SoundProbe {
  /// What was seen and heard.
  struct Reading {
    var inputState = AudioDeviceState.idle
    var outputState = AudioDeviceState.idle
    /// All that the microphone brought.
    var recording: [Int16] = []
    /// How much of ``recording`` there was when each chirp was given to the loudspeaker.
    var chirps: [Int] = []
    var inputDrift = ClockDrift(sampleRate: Sound.sampleRate)
    var outputDrift = ClockDrift(sampleRate: Sound.sampleRate)
    var inputFaults = AudioFaults.Counts()
    var outputFaults = AudioFaults.Counts()
    var inputPeriod = 0
    var outputPeriod = 0
    var inputDelay = 0
    var outputDelay = 0
    /// What the loudspeaker's ring holds beside its device.
    var reserve = 0
    /// `nil` for what is no device.
    var isRealtime: Bool?
    var frame = 0
    /// Mean, in seconds.
    var jitterBufferDelay = 0.0
    var cardRates: [Int] = []
  }

  private let input: any AudioInput
  private let output: any AudioOutput
  private let frame: Int
  private let chirpLimit: Int
  private let passesSound: Bool
  private let encoder: OpusEncoder?
  private var stream: PlayoutStream?
  private var reading = Reading()
  /// Captured, and not yet a whole frame.
  private var pending: [Int16] = []
  private var packetCount: Int64 = 0
  private var playedCount = 0
  private var chirpRest: ArraySlice<Int16> = []
  private var begin = Instant.zero

  /// - Parameters:
  ///   - settings: how frames and the jitter buffer are in a call.
  ///   - chirpLimit: how many chirps are played, at most ``mostChirps``.
  ///   - passesSound: whether what the microphone brings is played; else something else does that.
  init(
    capture: CaptureSpec, playback: PlaybackSpec, settings: MediaSettings, chirpLimit: Int,
    passesSound: Bool = true
  ) {
    input = SoundDevices.makeInput(capture, profile: settings.latency)
    output = SoundDevices.makeOutput(playback, profile: settings.latency)
    frame = settings.frameSampleCount
    self.chirpLimit = min(chirpLimit, Self.mostChirps)
    self.passesSound = passesSound
    encoder = try? OpusEncoder(settings: settings.encoder)
    stream = (try? OpusDecoder()).map { PlayoutStream(decoder: $0, settings: settings.playout) }
  }

  /// Opens the devices, measures, and gives them back. Takes some seconds.
  func run() -> Reading {
    reading.inputState =
      Self.failure { () throws(AudioDeviceError) in try input.start() } ?? .opening
    reading.outputState =
      Self.failure { () throws(AudioDeviceError) in try output.start() } ?? .opening
    begin = .now
    var end = begin.advanced(by: Self.opening + Self.length)
    while Instant.now < end, !Interruption.hasHappened {
      wait()
      let wasRunning = isRunning
      refreshStates()
      // The time counts from when there is something to measure.
      if isRunning, !wasRunning {
        begin = .now
        end = begin.advanced(by: Self.length)
      }
      if isOver { break }
      takeInput()
      feedOutput()
    }
    finish()
    return reading
  }

  private static func failure(
    _ start: () throws(AudioDeviceError) -> Void
  ) -> AudioDeviceState? {
    do throws(AudioDeviceError) {
      try start()
      return nil
    } catch {
      return .failed(error)
    }
  }

  private var isRunning: Bool { reading.inputState == .running || reading.outputState == .running }

  /// Whether neither device works.
  private var isOver: Bool {
    guard case .failed = reading.inputState, case .failed = reading.outputState else {
      return false
    }
    return true
  }

  private func refreshStates() {
    if reading.inputState == .opening || reading.inputState == .running {
      reading.inputState = input.state
    }
    if reading.outputState == .opening || reading.outputState == .running {
      reading.outputState = output.state
    }
  }

  private func wait() {
    var bells = [input.doorbell, output.doorbell].map {
      pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0)
    }
    _ = poll(&bells, nfds_t(bells.count), 10)
    input.doorbell.clear()
    output.doorbell.clear()
  }

  private func takeInput() {
    guard let samples = input.ring.read(exactly: input.ring.count) else { return }
    let now = Instant.now
    reading.recording += samples.prefix(max(0, Self.mostSamples - reading.recording.count))
    reading.inputDrift.add(samples: reading.recording.count, atNanoseconds: now.nanoseconds)
    pending += samples
    while pending.count >= frame {
      if let payload = encoder?.encode(Array(pending.prefix(frame))) {
        _ = stream?.insert(
          payload, sequence: packetCount, timestamp: packetCount * Int64(frame), at: now)
        packetCount += 1
      }
      pending.removeFirst(frame)
    }
  }

  private func feedOutput() {
    guard reading.outputState == .running else { return }
    let now = Instant.now
    reading.outputDrift.add(
      samples: playedCount - output.ring.count, atNanoseconds: now.nanoseconds)
    // A device that asks for more than that at once has lost count.
    let wanted = min(output.wantedSamples, Sound.sampleRate / 10)
    guard wanted > 0 else { return }
    startChirpIfDue(at: now)
    let looped = stream?.pull(sampleCount: wanted, at: now) ?? []
    let isOpen =
      passesSound && reading.chirps.last.map { reading.recording.count - $0 < Self.gate } == true
    var samples = [Int16](repeating: 0, count: wanted)
    for (index, sample) in chirpRest.prefix(wanted).enumerated() { samples[index] = sample }
    chirpRest = chirpRest.dropFirst(wanted)
    // Half as loud, so that loudspeaker and microphone do not whistle.
    for index in 0..<min(wanted, isOpen ? looped.count : 0) {
      samples[index] = Int16(clamping: Int(samples[index]) + Int(looped[index]) / 2)
    }
    output.write(samples)
    playedCount += wanted
  }

  private func startChirpIfDue(at now: Instant) {
    guard reading.chirps.count < chirpLimit else { return }
    let due = Self.firstChirp + Self.chirpSpacing * reading.chirps.count
    guard begin.duration(to: now) >= due else { return }
    reading.chirps.append(reading.recording.count)
    chirpRest = Self.chirp.samples[...]
  }

  private func finish() {
    refreshStates()
    reading.cardRates = CardRates.current()
    reading.inputFaults = input.faults.counts
    reading.outputFaults = output.faults.counts
    (reading.inputPeriod, reading.outputPeriod) = (input.periodSamples, output.periodSamples)
    (reading.inputDelay, reading.outputDelay) = (input.delaySamples, output.delaySamples)
    reading.reserve = output.reserveSamples
    let granted = [
      (input as? CaptureThread)?.isRealtime, (output as? PlaybackThread)?.isRealtime,
    ].compactMap { $0 }
    reading.isRealtime = granted.isEmpty || !isRunning ? nil : granted.contains(true)
    reading.frame = frame
    if let counted = stream?.statistics, counted.jitterBufferEmittedCount > 0 {
      reading.jitterBufferDelay =
        counted.jitterBufferDelay / Double(counted.jitterBufferEmittedCount)
    }
    input.stop()
    output.stop()
  }

  static let chirp = Chirp(milliseconds: 30)
  static let mostChirps = 6
  /// For so many samples after a chirp, what the microphone brings is played.
  static let gate = Sound.sampleRate * 450 / 1_000
  /// A sound server's monitor is silent in its first moments.
  private static let firstChirp: Duration = .milliseconds(800)
  static let chirpSpacing: Duration = .milliseconds(800)
  private static let length: Duration = .milliseconds(6_000)
  /// A device gives up opening after three seconds by itself.
  private static let opening: Duration = .milliseconds(3_500)
  private static let mostSamples = 12 * Sound.sampleRate
}
