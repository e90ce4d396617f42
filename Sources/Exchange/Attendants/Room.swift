import Basics
import Media
import RTP

/// A room at work: everybody hears everybody else.
///
/// The ``voiceLimit`` loudest are mixed. Each of them hears the mix without itself; all others hear the
/// same, which is encoded once.
struct Room {
  /// In the order of their names.
  private(set) var legs: [String] = []
  /// What the recorder writes to; `nil` while nothing is recorded.
  var recordingPath: String?
  /// Who was last said to speak.
  private(set) var speakers: [String] = []
  var encoder: SharedEncoder
  private var voices: [String: RoomVoice] = [:]

  /// What the legs of a room hear in one frame.
  struct Sound {
    /// For whoever is not in ``own``, and for the recorder.
    let everybody: [Int16]
    /// For those who are mixed themselves: all but their own voice.
    let own: [String: [Int16]]
  }

  init(encoder: SharedEncoder) {
    self.encoder = encoder
  }

  var isEmpty: Bool { legs.isEmpty }

  mutating func add(_ leg: String) {
    legs.append(leg)
    legs.sort()
    voices[leg] = RoomVoice()
  }

  mutating func remove(_ leg: String) {
    legs.removeAll { $0 == leg }
    voices[leg] = nil
  }

  /// Mixes one frame of those who can be heard.
  mutating func mix(_ frames: [(leg: String, samples: [Int16])]) -> Sound {
    for frame in frames { voices[frame.leg]?.hear(frame.samples) }
    choose(among: frames.map(\.leg))
    var mixer = Mixer(sampleCount: attendantFrameSamples)
    var contributions: [(leg: String, samples: [Int16])] = []
    for frame in frames {
      guard let samples = voices[frame.leg]?.contribution(frame.samples) else { continue }
      mixer.add(samples)
      contributions.append((frame.leg, samples))
    }
    var own: [String: [Int16]] = [:]
    for contribution in contributions {
      own[contribution.leg] = mixer.mixed(without: contribution.samples)
    }
    return Sound(everybody: mixer.mixed(), own: own)
  }

  /// Who speaks, if that has changed since it was last asked.
  mutating func newSpeakers() -> [String]? {
    let speaking = legs.filter { voices[$0]?.isSpeaking == true }
    guard speaking != speakers else { return nil }
    speakers = speaking
    return speaking
  }

  /// Lets the loudest be mixed; who is mixed stays so against somebody who is but a little louder.
  private mutating func choose(among present: [String]) {
    var loudest = present.filter { voices[$0]?.isAudible == true }
    if loudest.count > Self.voiceLimit {
      loudest.sort { (voices[$0]?.weight ?? 0) > (voices[$1]?.weight ?? 0) }
      loudest.removeLast(loudest.count - Self.voiceLimit)
    }
    for leg in legs { voices[leg]?.isChosen = loudest.contains(leg) }
  }

  /// How many are heard at once. More is noise, and each of them costs an encoder.
  static let voiceLimit = 8
}

/// What a room knows of one leg's sound.
private struct RoomVoice {
  /// Whether the room mixes it, from the next frame on.
  var isChosen = false
  private var isMixed = false
  private var meter = LevelMeter()
  private var detector = VoiceDetector()
  private var quietFrames = Self.audibleFrames

  /// Whether somebody speaks, told from noise.
  var isSpeaking: Bool { detector.isSpeaking }
  /// Whether there is any sound, or was a moment ago.
  var isAudible: Bool { quietFrames < Self.audibleFrames }
  var weight: Double { isMixed ? meter.linear * 2 : meter.linear }

  mutating func hear(_ samples: [Int16]) {
    meter.measure(samples)
    _ = detector.hear(samples)
    // 0 is the loudest (RFC 6464).
    quietFrames = meter.level.level < Self.faintest ? 0 : min(quietFrames + 1, Self.audibleFrames)
  }

  /// What is added to the mix, faded where it begins or ends; `nil` for nothing.
  mutating func contribution(_ samples: [Int16]) -> [Int16]? {
    defer { isMixed = isChosen }
    switch (isMixed, isChosen) {
    case (false, false): return nil
    case (true, true): return samples
    case (false, true), (true, false):
      var faded = samples
      Gain.fade(
        &faded, from: isMixed ? .unity : .silence, to: isChosen ? .unity : .silence)
      return faded
    }
  }

  /// In −dBov: softer than any room with somebody in it.
  private static let faintest: UInt8 = 66
  /// 500 ms.
  private static let audibleFrames = 25
}
