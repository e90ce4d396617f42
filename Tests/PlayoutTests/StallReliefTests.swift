import Playout
import Testing

@Suite("Stall relief")
struct StallReliefTests {
  @Test("lengthens sound by a third, whatever stretching makes of a packet", arguments: [240, 480])
  func third(stretched: Int) {
    var relief = StallRelief()
    var added = 0
    for _ in 0..<60 where relief.lengthening(of: 960, before: 4_800) != nil {
      relief.stretched(by: stretched)
      added += stretched
    }
    #expect((60 * 960 / 4...60 * 960 * 2 / 5).contains(added) || stretched == 240)
    #expect(added <= 60 * 960 / 3 + 480)
  }

  @Test("lengthens more when little is left")
  func low() {
    var (much, little) = (StallRelief(), StallRelief())
    let lengthened = (
      much: much.lengthening(of: 960, before: 961) ?? 0,
      little: little.lengthening(of: 960, before: 960) ?? 0
    )
    #expect(lengthened.little > lengthened.much)
    #expect(lengthened.much > 0)
  }

  @Test("saves up what short packets are lengthened by until it is a pitch period")
  func saving() {
    var relief = StallRelief()
    #expect(relief.lengthening(of: 240, before: 4_800) == nil)
    #expect(relief.lengthening(of: 240, before: 4_800) != nil)
  }

  @Test("saves no more than 20 ms, and nothing beyond the stall")
  func bound() {
    var relief = StallRelief()
    for _ in 0..<100 { _ = relief.lengthening(of: 960, before: 0) }
    #expect(relief.lengthening(of: 960, before: 0) == 960)
    relief.end()
    #expect(relief == StallRelief())
  }
}

@Suite("Punctuality")
struct PunctualityTests {
  @Test("takes 12 ms for late where packets come evenly")
  func even() {
    #expect(Punctuality(excess: Array(repeating: 0, count: 100)).limit == 12 * 48)
    #expect(Punctuality().limit == 12 * 48)
  }

  @Test("expects of packets what nearly all of them keep")
  func spread() {
    let punctuality = Punctuality(excess: (0..<100).reversed().map { $0 * 48 })
    #expect(punctuality.limit == 95 * 48)
  }

  @Test("does not slow sound down for packets that mostly come soon after they are overdue")
  func jitter() {
    let punctuality = Punctuality(excess: (0..<100).map { $0 * 48 })
    #expect(!punctuality.runsOut(lateness: 30 * 48, heldCount: 20 * 48))
    #expect(!punctuality.runsOut(lateness: 30 * 48, heldCount: 0))
    #expect(punctuality.runsOut(lateness: 15 * 48, heldCount: 0))
  }

  @Test("slows sound down at once where what is overdue stays away for long")
  func stalls() {
    let punctuality = Punctuality(
      excess: Array(repeating: 0, count: 95) + Array(repeating: 300 * 48, count: 5))
    #expect(punctuality.runsOut(lateness: 12 * 48, heldCount: 200 * 48))
    #expect(!punctuality.runsOut(lateness: 12 * 48, heldCount: 300 * 48))
    #expect(!punctuality.runsOut(lateness: 11 * 48, heldCount: 0))
  }

  @Test("expects nothing soon that is far more overdue than anything was")
  func unheardOf() {
    #expect(Punctuality().runsOut(lateness: 12 * 48, heldCount: 96_000))
    let punctuality = Punctuality(excess: (0..<100).map { $0 * 48 })
    #expect(punctuality.runsOut(lateness: 149 * 48, heldCount: 96_000))
  }

  @Test("slows sound down neither for a record of jitter, nor for what one packet did")
  func records() {
    let punctuality = Punctuality(excess: (0..<100).map { $0 * 48 })
    #expect(!punctuality.runsOut(lateness: 100 * 48, heldCount: 0))
    #expect(!punctuality.runsOut(lateness: 140 * 48, heldCount: 0))
    // Of one packet alone that was later, and came in time for what is left, nothing follows.
    let one = Punctuality(excess: Array(repeating: 0, count: 99) + [60 * 48])
    #expect(!one.runsOut(lateness: 20 * 48, heldCount: 40 * 48))
    #expect(one.runsOut(lateness: 90 * 48, heldCount: 40 * 48))
  }
}

@Suite("Joint")
struct JointTests {
  @Test("goes on in the voice's pitch where the sound that follows fits")
  func fitting() {
    let tail = Voice.samples(from: 0, count: Joint.tailCount)
    let added = Voice.samples(from: Int64(Joint.tailCount), count: 960)
    let joined = Joint.join(added, to: tail)
    #expect(zip(joined, added).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
  }

  @Test("fades over where the sound that follows is at another place", arguments: [60, 120, 200])
  func fading(shift: Int64) throws {
    let tail = Voice.samples(from: 0, count: Joint.tailCount)
    let added = Voice.samples(from: Int64(Joint.tailCount) + shift, count: 960)
    let joined = Joint.join(added, to: tail)
    #expect(joined.suffix(720) == added.suffix(720))
    let whole = tail.suffix(1) + joined
    let largest = zip(whole, whole.dropFirst()).map { abs(Int($0) - Int($1)) }.max()
    #expect(try #require(largest) <= Voice.steepest * 2)
    #expect(joined[10] != added[10])
  }

  @Test("spreads the step where the sound has no pitch, or little is known of it")
  func step() throws {
    let tail = [Int16](repeating: 0, count: 10) + [12_000]
    let joined = Joint.join([Int16](repeating: 0, count: 480), to: tail)
    #expect(joined[0] == 12_000)
    #expect(zip(joined, joined.dropFirst()).allSatisfy { (0...51).contains($0 - $1) })
    #expect(joined[240...].allSatisfy { $0 == 0 })
  }

  @Test("leaves alone what nothing comes before, and nothing as it is")
  func nothing() {
    #expect(Joint.join([1, 2, 3], to: []) == [1, 2, 3])
    #expect(Joint.join([], to: [1]) == [])
  }
}

@Suite("Turn history")
struct TurnHistoryTests {
  @Test("asks for nothing before four turns agree, but for much at once")
  func settling() {
    var turns = TurnHistory()
    for _ in 0..<3 { turns.append(.init(delay: 2_000, queued: 0)) }
    #expect(turns.stretch(target: 960) == .none)
    turns.append(.init(delay: 2_000, queued: 0))
    #expect(turns.stretch(target: 960) == .accelerate(sampleCount: 960, haste: .patient))
    turns.forget()
    turns.append(.init(delay: 4_000, queued: 0))
    #expect(turns.stretch(target: 960) == .accelerate(sampleCount: 2_880, haste: .patient))
  }

  @Test("has less patience the farther the delay is off, and less with one that is too short")
  func haste() {
    func stretch(delay: Int64, target: Int64) -> Stretch {
      var turns = TurnHistory()
      for _ in 0..<4 { turns.append(.init(delay: delay, queued: 0)) }
      return turns.stretch(target: target)
    }
    #expect(
      stretch(delay: 49_920, target: 1_920) == .accelerate(sampleCount: 48_000, haste: .patient))
    #expect(stretch(delay: 1_920, target: 2_399) == .decelerate(sampleCount: 480, haste: .patient))
    #expect(stretch(delay: 1_920, target: 2_400) == .decelerate(sampleCount: 480, haste: .steady))
    #expect(stretch(delay: 1_920, target: 4_800) == .decelerate(sampleCount: 2_880, haste: .urgent))
  }

  @Test("counts the least delay of eight turns")
  func least() {
    var turns = TurnHistory()
    turns.append(.init(delay: 960, queued: 0))
    for _ in 1..<TurnHistory.limit { turns.append(.init(delay: 2_000, queued: 0)) }
    #expect(turns.stretch(target: 960) == .none)
    turns.append(.init(delay: 2_000, queued: 0))
    #expect(turns.stretch(target: 960) == .accelerate(sampleCount: 960, haste: .patient))
  }

  @Test("knows of what has been stretched before it tells on the turns")
  func stretched() {
    var turns = TurnHistory()
    for _ in 0..<4 { turns.append(.init(delay: 1_440, queued: 240)) }
    #expect(turns.stretch(target: 960) == .accelerate(sampleCount: 720, haste: .patient))
    turns.stretched(by: -720)
    #expect(turns.stretch(target: 960) == .none)
  }

  @Test("stands any delay", arguments: [Int64.min / 2, Int64.max / 2])
  func anyDelay(delay: Int64) {
    var turns = TurnHistory()
    turns.append(.init(delay: delay, queued: 0))
    #expect(turns.stretch(target: 0) != .none)
  }
}
