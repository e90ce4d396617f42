import Basics
import Media

/// Repeats the guest one second later.
struct EchoAttendant: Attendant {
  private var delayed = [Int16](repeating: 0, count: Sound.samples(.seconds(1)))
  private var position = 0

  var speaks: Bool { false }

  mutating func begin(with voices: Voices) -> [AttendantAct] { [] }

  mutating func converse(_ heard: [Int16]) -> (spoken: [Int16], acts: [AttendantAct]) {
    var spoken = heard
    for index in heard.indices {
      spoken[index] = delayed[position]
      delayed[position] = heard[index]
      position = position + 1 == delayed.count ? 0 : position + 1
    }
    return (spoken, [])
  }

  mutating func pressed(_ key: Character) -> [AttendantAct] { [] }
}
