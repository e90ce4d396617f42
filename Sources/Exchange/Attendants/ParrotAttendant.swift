import Basics
import Media

/// A scripted voice bot: greets, listens, and says back what it heard. Speaking while it talks stops
/// it within the frame in which that is noticed.
struct ParrotAttendant: Attendant {
  private enum State: Equatable {
    /// Saying prepared samples, from that position on.
    case talking([Int16], position: Int)
    case listening
    /// A moment between the end of the guest's words and the answer.
    case thinking(framesLeft: Int)
  }

  private var voices = Voices()
  private var state = State.listening
  private var detector = VoiceDetector()
  /// What the guest says now, with a little of what came before; at most ``memoryLimit``.
  private var heardSpeech: [Int16] = []
  private var lead: [Int16] = []
  private var turnCount = 0

  var speaks: Bool { true }

  mutating func begin(with voices: Voices) -> [AttendantAct] {
    self.voices = voices
    return talk(voices.sound(of: .parrotGreeting), words: Voices.Line.parrotGreeting.text)
  }

  mutating func converse(_ heard: [Int16]) -> (spoken: [Int16], acts: [AttendantAct]) {
    var acts: [AttendantAct] = []
    switch detector.hear(heard) {
    case .began:
      heardSpeech = lead + heard
      switch state {
      case .listening: break
      case .talking: acts += [.interrupted, .show(.listening)]
      case .thinking: acts.append(.show(.listening))
      }
      state = .listening
    case .speech:
      if heardSpeech.count < Self.memoryLimit { heardSpeech += heard }
    case .ended:
      heardSpeech.removeLast(min(heardSpeech.count, Self.tail))
      state = .thinking(framesLeft: Self.thinkingFrames)
      acts += [
        .say(AttendantUtterance(isOwn: false, text: heardWords, isFinal: true)), .show(.thinking),
      ]
    case .silence:
      break
    }
    lead = Array((lead + heard).suffix(Self.leadSamples))
    let (spoken, more) = speak(heard.count)
    return (spoken, acts + more)
  }

  mutating func pressed(_ key: Character) -> [AttendantAct] { key == "0" ? [.callPerson] : [] }

  /// The next samples of what is being said; silence while listening.
  private mutating func speak(_ count: Int) -> (spoken: [Int16], acts: [AttendantAct]) {
    switch state {
    case .listening: return ([Int16](repeating: 0, count: count), [])
    case .thinking(let framesLeft):
      let silence = [Int16](repeating: 0, count: count)
      guard framesLeft <= 0 else {
        state = .thinking(framesLeft: framesLeft - 1)
        return (silence, [])
      }
      return (silence, answer())
    case .talking(let samples, let position):
      var spoken = Array(samples[position..<min(position + count, samples.count)])
      guard spoken.count == count else {
        spoken += [Int16](repeating: 0, count: count - spoken.count)
        state = .listening
        return (spoken, [.show(.listening)])
      }
      state = .talking(samples, position: position + count)
      return (spoken, [])
    }
  }

  private mutating func answer() -> [AttendantAct] {
    turnCount += 1
    let line = turnCount % 2 == 1 ? Voices.Line.parrotRepeats : .parrotRepeatsAgain
    let pause = [Int16](repeating: 0, count: Sound.samples(.milliseconds(150)))
    let acts = talk(
      voices.sound(of: line) + pause + heardSpeech, words: "\(line.text) \(heardWords)")
    heardSpeech = []
    return acts
  }

  private mutating func talk(_ samples: [Int16], words: String) -> [AttendantAct] {
    state = .talking(samples, position: 0)
    return [
      .say(AttendantUtterance(isOwn: true, text: words, isFinal: true)), .show(.speaking),
    ]
  }

  /// It has no recogniser, so the transcript tells how long the guest spoke.
  private var heardWords: String {
    let tenths = max(0, heardSpeech.count - Self.surroundings) * 10 / Sound.sampleRate
    return "(\(tenths / 10).\(tenths % 10) s of speech)"
  }

  /// 30 s.
  private static let memoryLimit = Sound.samples(.seconds(30))
  /// What of the silence after the last word is not repeated: the end is noticed 700 ms late.
  private static let tail = Sound.samples(.milliseconds(500))
  /// The beginning is noticed 60 ms late; words begin softly.
  private static let leadSamples = Sound.samples(.milliseconds(160))
  /// What is not speech in what is repeated: most of the lead, and the silence that is left.
  private static let surroundings = Sound.samples(.milliseconds(300))
  private static let thinkingFrames = 10
}
