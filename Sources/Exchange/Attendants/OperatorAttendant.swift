import Basics
import Media

/// A second seat. Called, it promises to call back and hangs up; having called, it talks, and hangs up
/// when it is told to by `#`, or after its last word and a silence.
struct OperatorAttendant: Attendant {
  private enum Step: Equatable {
    case say(Voices.Line)
    case wait(frames: Int)
    case hangUp
    case callBack
  }

  private var voices = Voices()
  private var steps: [Step]
  private var samples: [Int16] = []
  private var position = 0

  /// - Parameter isCaller: whether the operator has called.
  init(isCaller: Bool) {
    steps =
      isCaller
      ? [
        .say(.operatorHello), .wait(frames: 25), .say(.operatorHint), .wait(frames: 1_000),
        .say(.operatorGoodbye), .hangUp,
      ]
      : [.say(.operatorPromise), .wait(frames: 10), .callBack]
  }

  var speaks: Bool { true }

  mutating func begin(with voices: Voices) -> [AttendantAct] {
    self.voices = voices
    return next()
  }

  mutating func converse(_ heard: [Int16]) -> (spoken: [Int16], acts: [AttendantAct]) {
    if position < samples.count {
      var spoken = Array(samples[position..<min(position + heard.count, samples.count)])
      position += heard.count
      guard position >= samples.count else { return (spoken, []) }
      spoken += [Int16](repeating: 0, count: heard.count - spoken.count)
      return (spoken, [.show(.listening)] + next())
    }
    let silence = [Int16](repeating: 0, count: heard.count)
    guard case .wait(let frames)? = steps.first else { return (silence, []) }
    guard frames > 0 else {
      steps.removeFirst()
      return (silence, next())
    }
    steps[0] = .wait(frames: frames - 1)
    return (silence, [])
  }

  mutating func pressed(_ key: Character) -> [AttendantAct] {
    guard key == "#", steps.contains(.hangUp) else { return [] }
    steps = [.say(.operatorGoodbye), .hangUp]
    return next()
  }

  /// Begins the next step; a pause and an end are steps of their own.
  private mutating func next() -> [AttendantAct] {
    switch steps.first {
    case .say(let line)?:
      steps.removeFirst()
      samples = voices.sound(of: line)
      position = 0
      return [
        .say(AttendantUtterance(isOwn: true, text: line.text, isFinal: true)), .show(.speaking),
      ]
    case .hangUp?:
      steps.removeFirst()
      return [.hangUp]
    case .callBack?:
      steps.removeFirst()
      return [.callBack(after: Self.patience)]
    case .wait?, nil: return []
    }
  }

  /// How long after the promise the operator calls.
  static let patience: Duration = .seconds(3)
}
