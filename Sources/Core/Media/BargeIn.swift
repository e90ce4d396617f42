import Basics

/// Whether the caller speaks while the bot does, and what the bot's sound is to do then.
///
///     none ──voice while it plays──▶ held ──no stop by the server in 2 s──▶ ducked
///       ▲                              │                                      │
///       └────── the voice pauses, or the server stops the bot's sound ────────┘
///
/// The bot falls silent as soon as a voice is detected, without waiting for the server, and what it
/// said is kept: when the server does not stop it, a cough has cost nothing but a pause.
///
/// - Source: protocols.md §E.2.
struct BargeIn: Equatable {
  private enum State: Equatable {
    case none
    case held(since: Instant)
    case ducked
  }

  private var state = State.none
  private var detector = VoiceDetector(framesToBegin: 10, framesToEnd: 25)
  /// Not yet 20 ms.
  private var waiting: [Int16] = []
  /// Mean square of what was played last, falling slowly.
  private var farEnergy = 0.0

  /// How loud the bot is to be.
  var gain: Gain {
    switch state {
    case .none: .unity
    case .held: .silence
    case .ducked: Self.ducked
    }
  }

  /// What the loudspeaker gets, which the microphone may hear.
  mutating func played(_ samples: [Int16]) {
    farEnergy = max(VoiceDetector.energy(of: samples[...]), farEnergy * 0.9)
  }

  /// Takes in what the microphone heard.
  mutating func captured(_ frame: [Int16], isPlaying: Bool, at now: Instant) {
    waiting += frame
    while waiting.count >= Self.frameSampleCount {
      let verdict = detector.hear(
        Array(waiting.prefix(Self.frameSampleCount)), above: farEnergy * Self.echo)
      waiting.removeFirst(Self.frameSampleCount)
      change(verdict, isPlaying: isPlaying, at: now)
    }
  }

  /// The server has stopped the bot's sound, or there is nobody who could interrupt it.
  mutating func settle() { state = .none }

  private mutating func change(
    _ verdict: VoiceDetector.Verdict, isPlaying: Bool, at now: Instant
  ) {
    switch (state, verdict) {
    case (.none, .began) where isPlaying: state = .held(since: now)
    case (.held(let since), .speech) where since.duration(to: now) >= Self.holdTime:
      state = .ducked
    case (.held, .silence), (.held, .ended), (.ducked, .silence), (.ducked, .ended):
      state = .none
    case (.none, _), (.held, _), (.ducked, _): break
    }
  }

  /// How long the bot's sound is kept for the server to decide about.
  static let holdTime: Duration = .seconds(2)
  private static let ducked = Gain(decibels: -12)
  /// 20 ms.
  private static let frameSampleCount = Sound.sampleRate / 50
  /// What the microphone hears of the loudspeaker is taken to be 12 dB softer at least.
  private static let echo = 1.0 / 16
}
