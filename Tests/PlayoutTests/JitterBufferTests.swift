import Basics
import Playout
import Testing

@Suite("Jitter buffer")
struct JitterBufferTests {
  private var buffer = JitterBuffer()

  @Test("waits with the first packet for the initial delay")
  mutating func start() {
    #expect(next(at: 0) == .silence(sampleCount: 480))
    #expect(insert(0, at: 5) == .stored)
    #expect(next(at: 15) == .silence(sampleCount: 480))
    #expect(played(at: 25) == 0)
  }

  @Test("plays packets in order, however they arrive")
  mutating func order() {
    begin()
    for index in [2, 1, 3] { #expect(insert(index, at: 30) == .stored) }
    #expect(played(at: 40) == 1)
    #expect(played(at: 60) == 2)
    #expect(played(at: 80) == 3)
  }

  @Test("conceals a lost packet for as long as it would have lasted")
  mutating func loss() {
    begin()
    _ = insert(2, at: 40)
    #expect(next(at: 40) == .conceal(sampleCount: 480))
    #expect(next(at: 50) == .conceal(sampleCount: 480))
    #expect(played(at: 60) == 2)
  }

  @Test("conceals before it knows whether a packet is lost or late")
  mutating func lossKnownLater() {
    begin()
    #expect(next(at: 40) == .conceal(sampleCount: 480))
    #expect(next(at: 50) == .conceal(sampleCount: 480))
    _ = insert(2, at: 55)
    #expect(played(at: 60) == 2)
    #expect(insert(1, at: 61) == .late)
    #expect(buffer.discardedCount == 1)
  }

  @Test("recovers a lost packet from the next one, if that carries it")
  mutating func recovery() throws {
    begin()
    _ = insert(2, hasRedundancy: true, at: 40)
    let playable = try recovered(at: 40)
    #expect(playable.payload == payload(2))
    #expect(playable.sampleCount == 960)
    #expect(playable.skippedCount == 0)
    #expect(played(at: 60) == 2, "the packet is still to be played itself")
    #expect(insert(1, at: 61) == .late)
  }

  @Test("of two lost packets conceals the first and recovers the second")
  mutating func twoLosses() throws {
    begin()
    _ = insert(3, hasRedundancy: true, at: 40)
    #expect(next(at: 40) == .conceal(sampleCount: 480))
    #expect(next(at: 50) == .conceal(sampleCount: 480))
    #expect(try recovered(at: 60).skippedCount == 0)
    #expect(played(at: 80) == 3)
  }

  @Test("leaves out of a recovered packet what has been concealed already")
  mutating func partialRecovery() throws {
    begin()
    #expect(next(at: 40) == .conceal(sampleCount: 480))
    _ = insert(2, hasRedundancy: true, at: 45)
    let playable = try recovered(at: 50)
    #expect(playable.skippedCount == 480)
    #expect(playable.followsJump)
    #expect(played(at: 60) == 2)
  }

  @Test("lets concealment stand for the beginning of a packet that is a little late")
  mutating func slightlyLate() throws {
    begin()
    #expect(next(at: 40) == .conceal(sampleCount: 480))
    _ = insert(1, at: 45)
    let playable = try decoded(at: 50)
    #expect(playable.payload == payload(1))
    #expect(playable.skippedCount == 480)
    #expect(playable.followsJump)
  }

  @Test("plays whole what comes after a long stall")
  mutating func longStall() throws {
    begin()
    for time in stride(from: 40, to: 140, by: 10) {
      #expect(next(at: time) == .conceal(sampleCount: 480))
    }
    for index in 1..<6 { _ = insert(index, at: 140) }
    let playable = try decoded(at: 140)
    #expect(playable.payload == payload(1))
    #expect(playable.skippedCount == 0)
    #expect(buffer.discardedCount == 0)
  }

  @Test("drops what would be played more than a second and a half late")
  mutating func staleness() throws {
    begin()
    for time in stride(from: 40, to: 1_940, by: 10) { _ = next(at: time) }
    for index in 1..<96 { _ = insert(index, at: 1_940) }
    // Packet 1 was due at 40 ms; the quickest packet took no time at all.
    #expect(try decoded(at: 1_940).payload == payload(22))
    #expect(buffer.discardedCount == 21)
  }

  @Test("takes a jump of timestamps without lost numbers for a pause")
  mutating func pause() throws {
    begin()
    _ = insert(1, at: 20, payload: [8])
    #expect(try decoded(at: 40).payload == [8])
    #expect(next(at: 60) == .comfortNoise(sampleCount: 480))
    #expect(next(at: 70) == .comfortNoise(sampleCount: 480))
    #expect(insert(2, timestamp: 50 * 960, at: 1_000) == .stored)
    #expect(next(at: 1_010) == .comfortNoise(sampleCount: 480))
    let playable = try decoded(at: 1_020)
    #expect(playable.payload == payload(2))
    #expect(playable.followsJump)
  }

  @Test("takes tones for packets that are there, and for a pause of the sound")
  mutating func tones() {
    begin()
    for index in 1..<4 {
      buffer.insertOther(
        sequence: Int64(index), timestamp: 960, at: Instant.zero.advanced(by: .milliseconds(20)))
    }
    #expect(next(at: 40) == .comfortNoise(sampleCount: 480))
    _ = insert(4, at: 80)
    #expect(next(at: 90) == .comfortNoise(sampleCount: 480))
    #expect(played(at: 100) == 4)
  }

  @Test("falls silent after a second without packets, and begins anew")
  mutating func stop() {
    begin()
    for index in 0..<100 { #expect(next(at: 40 + index * 10) == .conceal(sampleCount: 480)) }
    #expect(next(at: 1_040) == .silence(sampleCount: 480))
    _ = insert(60, at: 1_200)
    #expect(next(at: 1_210) == .silence(sampleCount: 480))
    #expect(played(at: 1_220) == 60)
    #expect(insert(0, at: 1_230) == .late)
  }

  @Test("notices duplicates before and after their turn")
  mutating func duplicates() {
    begin()
    #expect(insert(1, at: 20) == .stored)
    #expect(insert(1, at: 21) == .duplicate)
    #expect(insert(0, at: 21) == .late)
  }

  @Test("holds 100 packets, and drops the oldest for another")
  mutating func packetBound() {
    for index in 0..<100 { #expect(insert(index, sampleCount: 480, at: 0) == .stored) }
    #expect(insert(100, sampleCount: 480, at: 0) == .overflow)
    #expect(buffer.packetCount == 100)
    #expect(buffer.discardedCount == 1)
    #expect(insert(0, sampleCount: 480, at: 0) == .late)
  }

  @Test("holds two seconds, and drops the oldest for more")
  mutating func sampleBound() {
    for index in 0..<16 { #expect(insert(index, sampleCount: 5_760, at: 0) == .stored) }
    #expect(insert(16, sampleCount: 3_840, at: 0) == .stored)
    #expect(buffer.sampleCount == 96_000)
    #expect(insert(17, sampleCount: 120, at: 0) == .overflow)
    #expect(buffer.sampleCount <= 96_000)
  }

  @Test("goes on after an overflow without concealing what was dropped")
  mutating func overflowWhilePlaying() {
    begin()
    for index in 1..<60 { _ = insert(index, sampleCount: 480, at: 30) }
    guard case .decode = next(at: 40) else {
      Issue.record("a packet is there")
      return
    }
  }

  @Test("asks for hurry when the delay is above its target by a pull or more")
  mutating func acceleration() throws {
    for index in 0..<40 { _ = insert(index, at: index * 20) }
    var stretches: [Stretch] = []
    for index in 0..<30 { stretches.append(try decoded(at: 40 + index * 20).stretch) }
    // After 40 ms to begin with, the target is 5 ms.
    #expect(stretches.last == .accelerate(sampleCount: 30 * 48, haste: .patient))
  }

  @Test("asks for delay when the delay is below its target")
  mutating func deceleration() throws {
    for index in 0..<12 { _ = insert(index, at: index * 20) }
    for index in 0..<10 { #expect(try decoded(at: 20 + index * 20).stretch == .none) }
    for index in 12..<16 { _ = insert(index, at: index * 20 + index % 2 * 60) }
    #expect(
      try decoded(at: 20 + 10 * 20).stretch == .decelerate(sampleCount: 50 * 48, haste: .steady))
  }

  @Test("survives any numbers", arguments: 0..<40)
  mutating func anyNumbers(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var sequence: Int64 = 0
    var timestamp: Int64 = 0
    for step in 0..<2_000 {
      let now = Instant.zero.advanced(by: .milliseconds(step * 5))
      if Bool.random(using: &generator) {
        sequence += Int64.random(in: -3...6, using: &generator)
        let isWild = Int.random(in: 0..<20, using: &generator) == 0
        let range: ClosedRange<Int64> = isWild ? -0x8000_0000...0x8000_0000 : -960...4_000
        timestamp += Int64.random(in: range, using: &generator)
        let count = 120 * Int.random(in: 1...48, using: &generator)
        if isWild {
          buffer.insertOther(sequence: sequence, timestamp: timestamp, at: now)
        } else {
          _ = buffer.insert(
            [1, 2, 3], sequence: sequence, timestamp: timestamp, sampleCount: count,
            hasRedundancy: Bool.random(using: &generator), at: now)
        }
      }
      let needed = Int.random(in: 1...2_000, using: &generator)
      let queued = Int.random(in: 0...2_000, using: &generator)
      switch buffer.next(neededCount: needed, queuedCount: queued, at: now) {
      case .decode(let playable), .recover(let playable):
        #expect((0..<playable.sampleCount).contains(playable.skippedCount), "seed \(seed)")
      case .conceal(let count), .comfortNoise(let count):
        #expect(count > 0 && count % 120 == 0 && count <= needed + 480, "seed \(seed)")
      case .silence(let count):
        #expect(count == needed, "seed \(seed)")
      }
      #expect(buffer.packetCount <= JitterBuffer.packetLimit, "seed \(seed)")
      #expect(buffer.sampleCount <= JitterBuffer.sampleLimit, "seed \(seed)")
    }
  }

  // MARK: - Helpers

  /// Packet 0 arrives at 0 ms and is played at 20 ms.
  private mutating func begin() {
    _ = insert(0, at: 0)
    #expect(played(at: 20) == 0)
  }

  private func payload(_ index: Int) -> [UInt8] { [0, 0, UInt8(index)] }

  private mutating func insert(
    _ index: Int, timestamp: Int64? = nil, sampleCount: Int = 960, hasRedundancy: Bool = false,
    at milliseconds: Int, payload: [UInt8]? = nil
  ) -> JitterBuffer.InsertResult {
    buffer.insert(
      payload ?? self.payload(index), sequence: Int64(index),
      timestamp: timestamp ?? Int64(index * 960), sampleCount: sampleCount,
      hasRedundancy: hasRedundancy, at: .zero.advanced(by: .milliseconds(milliseconds)))
  }

  private mutating func next(at milliseconds: Int) -> PlayoutDecision {
    buffer.next(neededCount: 480, at: .zero.advanced(by: .milliseconds(milliseconds)))
  }

  private mutating func played(at milliseconds: Int) -> Int? {
    guard let playable = try? decoded(at: milliseconds) else { return nil }
    return Int(playable.payload[2])
  }

  private mutating func decoded(at milliseconds: Int) throws -> Playable {
    let decision = next(at: milliseconds)
    guard case .decode(let playable) = decision else { throw Unexpected(decision: decision) }
    return playable
  }

  private mutating func recovered(at milliseconds: Int) throws -> Playable {
    let decision = next(at: milliseconds)
    guard case .recover(let playable) = decision else { throw Unexpected(decision: decision) }
    return playable
  }

  private struct Unexpected: Error {
    var decision: PlayoutDecision
  }
}
