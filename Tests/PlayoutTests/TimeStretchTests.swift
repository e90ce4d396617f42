import Basics
import Playout
import Testing

@Suite("Time stretching")
struct TimeStretchTests {
  @Test("takes out whole periods of a voice, without a click")
  func accelerates() throws {
    let frame = Voice.samples(from: 77, count: 960)
    let shorter = try #require(TimeStretch.accelerate(frame, byAtMost: 400, isUrgent: false))
    #expect(shorter.count == 960 - 240)
    #expect(largestStep(shorter) <= Voice.steepest + 1)
    #expect(shorter.first == frame.first)
    #expect(shorter.last == frame.last)
  }

  @Test("repeats whole periods of a voice, without a click")
  func decelerates() throws {
    let frame = Voice.samples(from: 77, count: 960)
    let longer = try #require(TimeStretch.decelerate(frame, byAbout: 100, isUrgent: false))
    #expect((longer.count - 960) % 240 == 0)
    #expect((1_200...1_560).contains(longer.count))
    #expect(largestStep(longer) <= Voice.steepest + 1)
    #expect(longer.first == frame.first)
    #expect(longer.last == frame.last)
  }

  @Test("repeats what was played before the rest, without a click", arguments: [60, 480, 960])
  func lengthens(count: Int) throws {
    let played = Voice.samples(from: 77, count: 960)
    let rest = Voice.samples(from: 77 + 960, count: count)
    let longer = try #require(TimeStretch.lengthen(rest, after: played, byAbout: 480))
    #expect((longer.count - count) % 240 == 0)
    #expect((120...720).contains(longer.count - count))
    #expect(largestStep(played + longer) <= Voice.steepest + 1)
    #expect(longer.last == rest.last)
    #expect(TimeStretch.lengthen([], after: played, byAbout: 480) == nil)
    #expect(TimeStretch.lengthen(rest, after: [1, 2, 3], byAbout: 480) == nil)
  }

  @Test("works on short frames too", arguments: [480, 960, 1_920, 2_880])
  func frameLengths(count: Int) {
    let frame = Voice.samples(from: 0, count: count)
    #expect(TimeStretch.accelerate(frame, byAtMost: 300, isUrgent: false)?.count == count - 240)
    #expect(TimeStretch.decelerate(frame, byAbout: 100, isUrgent: false) != nil)
  }

  @Test("leaves noise alone unless it is urgent, and then still keeps to the limit")
  func noise() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<20 {
      let frame = (0..<960).map { _ in Int16.random(in: -8_000...8_000, using: &generator) }
      #expect(TimeStretch.accelerate(frame, byAtMost: 480, isUrgent: false) == nil)
      if let shorter = TimeStretch.accelerate(frame, byAtMost: 300, isUrgent: true) {
        #expect((960 - 300...960 - 120).contains(shorter.count))
      }
    }
  }

  @Test("cuts the noise of a pause, and it stays as loud at the joint")
  func pause() throws {
    var generator = SeededGenerator(seed: 4)
    var (joint, whole) = (0.0, 0.0)
    for _ in 0..<200 {
      let frame = (0..<960).map { _ in Int16.random(in: -300...300, using: &generator) }
      let shorter = try #require(
        TimeStretch.accelerate(frame, byAtMost: 480, isUrgent: false, isPause: true))
      #expect((960 - 480...960 - 120).contains(shorter.count))
      let longer = try #require(
        TimeStretch.decelerate(frame, byAbout: 480, isUrgent: false, isPause: true))
      #expect((960 + 120...960 + 480).contains(longer.count))
      // The middle of the cross-fade, in which two noises without regard to this would be half as loud.
      joint += shorter[100..<140].reduce(0) { $0 + Double($1) * Double($1) } / 40
      whole += frame.reduce(0) { $0 + Double($1) * Double($1) } / 960
    }
    #expect((0.85...1.15).contains(joint / whole))
  }

  @Test("takes as much as it may out of silence")
  func silence() {
    let frame = [Int16](repeating: 3, count: 960)
    #expect(TimeStretch.accelerate(frame, byAtMost: 333, isUrgent: false)?.count == 960 - 333)
    #expect(TimeStretch.accelerate(frame, byAtMost: 9_999, isUrgent: false)?.count == 960 - 720)
  }

  @Test("adds to silence just what is wanted", arguments: [120, 333, 480])
  func addedSilence(count: Int) {
    let frame = [Int16](repeating: 3, count: 960)
    let longer = TimeStretch.decelerate(frame, byAbout: count, isUrgent: false, isPause: true)
    #expect(longer?.count == 960 + count)
  }

  @Test("refuses what is too little or too short")
  func bounds() {
    let frame = Voice.samples(from: 0, count: 960)
    #expect(TimeStretch.accelerate(frame, byAtMost: 119, isUrgent: true) == nil)
    #expect(TimeStretch.accelerate([], byAtMost: 480, isUrgent: true) == nil)
    #expect(TimeStretch.decelerate([1, 2, 3], byAbout: 480, isUrgent: true) == nil)
    #expect(TimeStretch.decelerate(Array(frame.prefix(150)), byAbout: 480, isUrgent: true) == nil)
  }

  @Test("survives the loudest sound")
  func loudest() {
    let frame = (0..<960).map { $0 / 120 % 2 == 0 ? Int16.max : Int16.min }
    #expect(TimeStretch.accelerate(frame, byAtMost: 480, isUrgent: false)?.count == 960 - 240)
  }

  private func largestStep(_ samples: [Int16]) -> Int {
    zip(samples, samples.dropFirst()).map { abs(Int($1) - Int($0)) }.max() ?? 0
  }
}
