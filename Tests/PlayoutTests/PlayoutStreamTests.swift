import Basics
import Playout
import RTP
import Testing

@Suite("Playout stream")
struct PlayoutStreamTests {
  @Test("is silent before the first packet, and counts nothing")
  func silence() {
    var stream = PlayoutStream(decoder: VoiceDecoder())
    #expect(stream.pull(sampleCount: 480, at: .zero) == [Int16](repeating: 0, count: 480))
    #expect(stream.statistics == PlayoutStatistics())
    #expect(stream.insert([], sequence: 0, timestamp: 0, at: .zero) == .unreadable)
    #expect(stream.statistics.unreadablePackets == 1)
  }

  @Test(
    "brings a clean network's sound whole and in less than 20 ms",
    arguments: [120, 240, 441, 480, 960])
  func clean(pullSamples: Int) {
    var simulation = PlayoutSimulation()
    simulation.pullSamples = pullSamples
    simulation.measuresSteps = true
    let outcome = simulation.run(Array(repeating: 0, count: 1_000))
    #expect(outcome.statistics.concealedSamples == 0)
    #expect(outcome.statistics.packetsDiscarded == 0)
    #expect(outcome.largestStep <= Voice.steepest + 1)
    // Sound leaves in whole pulls; those that packets do not divide into evenly, or that are long, cost
    // some of their length.
    let isEven = 960 % pullSamples == 0 && pullSamples <= 480
    #expect((outcome.delays.last ?? .infinity) <= (isEven ? 20 : 25))
  }

  @Test("plays packets of any length", arguments: [120, 240, 480, 1_920, 2_880, 5_760])
  func packetLengths(packetSamples: Int) {
    var simulation = PlayoutSimulation()
    simulation.packetSamples = packetSamples
    simulation.measuresSteps = true
    let outcome = simulation.run(Array(repeating: 0, count: 480_000 / packetSamples))
    #expect(outcome.statistics.concealedSamples == 0)
    #expect(outcome.statistics.packetsDiscarded == 0)
    #expect(outcome.largestStep <= Voice.steepest + 1)
  }

  @Test(
    "gives what is ready along with what is due, and plays the same for it", arguments: [120, 480])
  func ready(pullSamples: Int) {
    var dice = Dice(seed: 7)
    let network = (0..<3_000).map { index -> Double? in
      if dice.happens(0.02) { return nil }
      // Calm at first, then with stalls that call for slowing down.
      return index < 1_000 ? 0 : dice.exponential(8) + (dice.happens(0.02) ? 60 : 0)
    }
    var simulation = PlayoutSimulation()
    simulation.pullSamples = pullSamples
    simulation.keepsOrder = true
    let asked = simulation.run(network)
    simulation.takesReady = true
    let given = simulation.run(network)
    #expect(given.played == asked.played)
    #expect(given.statistics.concealedSamples == asked.statistics.concealedSamples)
    #expect(abs(given.meanDelay - asked.meanDelay) < 0.01)
    #expect(asked.statistics.insertedSamplesForDeceleration > 0)
    #expect(Double(given.pulls) < 0.65 * Double(asked.pulls))
  }

  @Test("counts each sample's time exactly")
  func delayCounter() {
    var stream = PlayoutStream(decoder: VoiceDecoder())
    _ = stream.insert(VoiceDecoder.payload(timestamp: 0), sequence: 0, timestamp: 0, at: .zero)
    var time = Instant.zero
    for _ in 0..<4 {
      _ = stream.pull(sampleCount: 480, at: time)
      time = time.advanced(by: .milliseconds(10))
    }
    // Played at 20 ms and at 30 ms; before that the stream had not begun.
    let statistics = stream.statistics
    #expect(statistics.jitterBufferEmittedCount == 960)
    #expect(abs(statistics.jitterBufferDelay - (0.020 * 480 + 0.030 * 480)) < 1e-9)
    #expect(statistics.totalSamplesReceived == 4 * 480)
    #expect(statistics.concealedSamples == 0)
  }

  @Test("counts concealment in samples and events")
  func concealmentCounters() {
    let outcome = PlayoutSimulation().run((0..<500).map { [100, 101, 200].contains($0) ? nil : 0 })
    #expect(outcome.statistics.concealedSamples == 3 * 960)
    #expect(outcome.statistics.concealmentEvents == 2)
    #expect(outcome.statistics.silentConcealedSamples == 0)
    #expect(outcome.statistics.packetsDiscarded == 0)
  }

  @Test("counts as silent what is concealed without a sound")
  func silentConcealment() {
    final class MuteDecoder: FrameDecoder {
      func decode(_ payload: [UInt8]) -> [Int16]? { Array(repeating: 500, count: 960) }
      func decodeRedundancy(_ payload: [UInt8], sampleCount: Int) -> [Int16]? { nil }
      func conceal(sampleCount: Int) -> [Int16] { Array(repeating: 0, count: sampleCount) }
      func sampleCount(of payload: [UInt8]) -> Int? { 960 }
      func hasRedundancy(_ payload: [UInt8]) -> Bool { true }
    }
    var stream = PlayoutStream(decoder: MuteDecoder())
    for index in 0..<20 where index != 10 {
      let now = Instant.zero.advanced(by: .milliseconds(index * 20))
      _ = stream.insert([0, 0, 0], sequence: Int64(index), timestamp: Int64(index * 960), at: now)
      _ = stream.pull(sampleCount: 960, at: now)
    }
    let statistics = stream.statistics
    #expect(statistics.concealedSamples >= 960)
    #expect(statistics.silentConcealedSamples == statistics.concealedSamples)
    #expect(statistics.fecPacketsReceived == 19)
    #expect(statistics.recoveredPackets == 0, "the decoder had nothing to recover")
  }

  @Test("recovers losses from redundancy when they are many enough to wait for it")
  func recovery() {
    var simulation = PlayoutSimulation()
    simulation.hasRedundancy = true
    simulation.measuresSteps = true
    let outcome = simulation.run((0..<3_000).map { $0 % 20 == 7 ? nil : 0 })
    #expect(outcome.statistics.recoveredPackets > 140)
    #expect(outcome.concealed.dropFirst(5).allSatisfy { $0 == 0 })
    #expect(outcome.largestStep <= Voice.steepest + 1)
    #expect(outcome.delays.suffix(10).allSatisfy { $0 < 40 })
  }

  @Test("rides out even jitter", arguments: 0..<4)
  func jitter(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let outcome = PlayoutSimulation().run(
      (0..<3_000).map { _ in Double.random(in: 0...40, using: &generator) })
    let share =
      Double(outcome.statistics.concealedSamples) / Double(outcome.statistics.totalSamplesReceived)
    #expect(share < 0.005, "seed \(seed): \(share)")
    #expect(outcome.meanDelay < 60, "seed \(seed): \(outcome.meanDelay)")
  }

  @Test("rides out packets that overtake each other, and duplicates of them", arguments: 0..<4)
  func reordering(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let outcome = PlayoutSimulation().run(
      (0..<3_000).map { _ in Int.random(in: 0..<20, using: &generator) == 0 ? 45 : 0 })
    let share =
      Double(outcome.statistics.concealedSamples) / Double(outcome.statistics.totalSamplesReceived)
    #expect(share < 0.01, "seed \(seed): \(share)")
  }

  @Test("conceals bursts of loss for their length, and no more", arguments: 0..<4)
  func bursts(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var delays: [Double?] = []
    while delays.count < 3_000 {
      delays += Array(repeating: 0, count: Int.random(in: 20...200, using: &generator))
      delays += Array(repeating: nil, count: Int.random(in: 1...10, using: &generator))
    }
    delays += Array(repeating: 0, count: 50)
    let outcome = PlayoutSimulation().run(delays)
    #expect(outcome.statistics.concealedSamples == delays.count { $0 == nil } * 960, "seed \(seed)")
    #expect(outcome.meanDelay <= 20, "seed \(seed): \(outcome.meanDelay)")
  }

  @Test(
    "follows a drifting clock for minutes without a gap",
    arguments: [
      (-300.0, 2), (-200, 5), (200, 5), (300, 2),
    ])
  func drift(partsPerMillion: Double, minutes: Int) {
    var simulation = PlayoutSimulation()
    simulation.driftPartsPerMillion = partsPerMillion
    let outcome = simulation.run(Array(repeating: 0, count: minutes * 3_000))
    #expect(outcome.statistics.concealedSamples == 0)
    #expect(outcome.statistics.packetsDiscarded == 0)
    #expect(outcome.delays.dropFirst().allSatisfy { (2...30).contains($0) }, "\(outcome.delays)")
    let corrected =
      outcome.statistics.insertedSamplesForDeceleration
      - outcome.statistics.removedSamplesForAcceleration
    let drifted = -partsPerMillion * Double(minutes) * 60 * 48_000 / 1_000_000
    #expect(abs(Double(corrected) - drifted) < 1_500, "\(corrected) for \(drifted)")
  }

  @Test("comes back to a short delay once a stall is forgotten")
  func stall() {
    var simulation = PlayoutSimulation()
    simulation.keepsOrder = true
    let outcome = simulation.run((0..<4_500).map { $0 == 500 ? 300 : 0 })
    #expect((outcome.delays.max() ?? 0) > 100)
    #expect(outcome.delays.suffix(5).allSatisfy { $0 <= 20 }, "\(outcome.delays)")
    #expect(outcome.statistics.concealedSamples <= 300 * 48)
    #expect(outcome.statistics.packetsDiscarded == 0)
  }

  @Test("plays what a long stall held up, and hurries until less than 400 ms are held")
  func longStall() {
    var simulation = PlayoutSimulation()
    simulation.keepsOrder = true
    let outcome = simulation.run((0..<4_500).map { $0 == 500 ? 900 : 0 })
    #expect(outcome.statistics.packetsDiscarded == 0)
    #expect(outcome.delays.dropFirst(24).allSatisfy { $0 < 420 }, "\(outcome.delays)")
    #expect(outcome.delays.suffix(5).allSatisfy { $0 <= 20 }, "\(outcome.delays)")
  }

  @Test(
    "is as soon rid of what a stall has added in a noisy room as in a silent one",
    arguments: [0, 300, 800])
  func stallInNoise(noise: Int16) {
    var simulation = PlayoutSimulation()
    simulation.keepsOrder = true
    simulation.room = NoisyRoom(noise: noise)
    let outcome = simulation.run((0..<1_500).map { $0 == 500 ? 300 : 0 })
    #expect((outcome.delays.max() ?? 0) > 250)
    // The stall is in the eleventh second.
    #expect(outcome.delays.dropFirst(14).allSatisfy { $0 <= 20 }, "\(outcome.delays)")
    #expect(outcome.statistics.packetsDiscarded == 0)
  }

  @Test("does not take pauses for loss")
  func pauses() {
    var stream = PlayoutStream(decoder: VoiceDecoder())
    var sequence: Int64 = 0
    for step in 0..<600 {
      let now = Instant.zero.advanced(by: .milliseconds(step * 10))
      // Two seconds of speech, then a pause that is kept alive each 400 ms.
      let isSpeech = step % 400 < 200
      if step % 2 == 0, isSpeech || step % 40 == 0 {
        let timestamp = Int64(step * 480)
        _ = stream.insert(
          isSpeech ? VoiceDecoder.payload(timestamp: timestamp) : VoiceDecoder.pause,
          sequence: sequence, timestamp: timestamp, at: now)
        sequence += 1
      }
      _ = stream.pull(sampleCount: 480, at: now)
    }
    #expect(stream.statistics.concealedSamples == 0)
    #expect(stream.statistics.packetsDiscarded == 0)
  }

  @Test("goes on when sequence number and timestamp roll over")
  func rollOver() {
    var stream = PlayoutStream(decoder: VoiceDecoder())
    var statistics = ReceptionStatistics(ssrc: 1, clockRate: 48_000)
    for index in 0..<200 {
      let now = Instant.zero.advanced(by: .milliseconds(index * 20))
      let arrival = statistics.packetArrived(
        sequence: SequenceNumber(UInt16(truncatingIfNeeded: 65_500 + index)),
        timestamp: UInt32(truncatingIfNeeded: 0xFFFF_F000 + index * 960), at: now)
      guard case .inOrder(let position) = arrival else {
        Issue.record("packet \(index): \(arrival)")
        return
      }
      _ = stream.insert(
        VoiceDecoder.payload(timestamp: position.timestamp), sequence: position.sequence,
        timestamp: position.timestamp, at: now)
      _ = stream.pull(sampleCount: 960, at: now)
    }
    #expect(stream.statistics.concealedSamples == 0)
    #expect(stream.statistics.packetsDiscarded == 0)
  }

  @Test("survives a decoder that fails, and one that gives too little")
  func badDecoder() {
    final class BadDecoder: FrameDecoder {
      func decode(_ payload: [UInt8]) -> [Int16]? { payload[0] == 0 ? nil : [] }
      func decodeRedundancy(_ payload: [UInt8], sampleCount: Int) -> [Int16]? { [] }
      func conceal(sampleCount: Int) -> [Int16] { [] }
      func sampleCount(of payload: [UInt8]) -> Int? { 960 }
      func hasRedundancy(_ payload: [UInt8]) -> Bool { true }
    }
    var stream = PlayoutStream(decoder: BadDecoder())
    for index in 0..<100 where index % 3 != 1 {
      let now = Instant.zero.advanced(by: .milliseconds(index * 20))
      _ = stream.insert(
        [UInt8(index % 2), 0, 0], sequence: Int64(index), timestamp: Int64(index * 960), at: now)
      #expect(stream.pull(sampleCount: 1_000, at: now).count == 1_000)
    }
    #expect(stream.statistics.unreadablePackets > 0)
  }
}

@Suite("Running dry")
struct RunningDryTests {
  @Test("a packet that is a little late is waited for by playing what is left more slowly")
  func slowsDown() {
    var outcome = PlayoutSimulation()
    outcome.measuresSteps = true
    outcome.settings = PlayoutSettings(
      minimumDelay: .milliseconds(40), initialDelay: .milliseconds(40))
    let result = outcome.run((0..<500).map { $0 >= 300 ? 44 : 0 })
    #expect(result.statistics.concealedSamples == 0)
    #expect(result.statistics.insertedSamplesForDeceleration > 0)
    #expect(result.largestStep <= Voice.steepest + 1)
  }

  @Test(
    "packets that are as late as usual are not waited for, though one was quicker",
    arguments: [[0], [10, 0], [0, 4, 9], [6, 0, 8, 2, 9]])
  func usualLateness(pullLateness: [Double]) {
    var simulation = PlayoutSimulation()
    simulation.pullLateness = pullLateness
    let statistics = simulation.run((0..<3_000).map { $0 % 500 == 100 ? 0 : 14 }).statistics
    #expect(statistics.concealedSamples == 0)
    #expect(statistics.insertedSamplesForDeceleration < 4_800)
    #expect(statistics.removedSamplesForAcceleration < 4_800)
  }

  @Test("counts add up to every sample that was pulled")
  func addsUp() {
    let statistics = PlayoutSimulation().run((0..<500).map { $0 % 50 == 20 ? 90 : 0 }).statistics
    let uncounted =
      statistics.totalSamplesReceived - statistics.jitterBufferEmittedCount
      - statistics.concealedSamples
    // Only the wait for the first packet's turn is neither.
    #expect((0..<1_440).contains(uncounted))
  }
}
