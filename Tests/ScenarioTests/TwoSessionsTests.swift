import Basics
import Media
import SDP
import Simulation
import Testing

/// Two sessions over bad links, with users who do what users do. Every seed is another story; whatever
/// happens in it, nothing may happen that must not.
@Suite("Scenario: two sessions")
struct TwoSessionsTests {
  @Test("100 seeds break no rule, and sound passes once the link is good again", arguments: 0..<4)
  func seeds(batch: UInt64) {
    for seed in batch * 25..<(batch + 1) * 25 {
      var story = Story(seed: seed)
      let complaints = story.run()
      #expect(complaints == [], "seed \(seed)")
    }
  }
}

/// One call, decided by its seed.
private struct Story {
  let seed: UInt64
  private var generator: SeededGenerator

  init(seed: UInt64) {
    self.seed = seed
    generator = SeededGenerator(seed: seed ^ 0x5EED)
  }

  /// What went wrong.
  mutating func run() -> [String] {
    let pair = SessionPair(setup())
    pair.run(for: .milliseconds(Int.random(in: 300...1_500, using: &generator)))
    for _ in 0..<Int.random(in: 2...6, using: &generator) {
      act(on: pair)
      pair.run(for: .milliseconds(Int.random(in: 5...900, using: &generator)))
    }
    var complaints = pair.violations
    guard SessionPair.Side.allCases.allSatisfy({ pair.session($0).state != .closed }) else {
      complaints += silence(after: pair)
      return complaints
    }
    recover(pair)
    for side in SessionPair.Side.allCases {
      if pair.session(side).state != .flowing {
        complaints.append("\(side) does not flow: \(pair.session(side).state)")
      }
      if !pair.heard[side.rawValue].suffix(20).contains(where: { $0 != 0 }) {
        complaints.append("\(side) hears nothing")
      }
    }
    return complaints + pair.violations
  }

  private mutating func setup() -> SessionPair.Setup {
    var setup = SessionPair.Setup(seed: seed)
    setup.link = LinkModel.Quality(
      delay: milliseconds(1...80), jitter: milliseconds(0...40),
      loss: Double.random(in: 0...0.2, using: &generator),
      duplication: Double.random(in: 0...0.1, using: &generator),
      reordering: Double.random(in: 0...0.1, using: &generator))
    setup.signalingDelay = milliseconds(1...150)
    setup.ringTime = milliseconds(10...400)
    setup.checkTime = [milliseconds(1...200), milliseconds(1...200)]
    setup.opensEarly = Bool.random(using: &generator)
    setup.settings.latency = LatencyProfile.allCases.randomElement(using: &generator)!
    return setup
  }

  private mutating func act(on pair: SessionPair) {
    let side: SessionPair.Side = Bool.random(using: &generator) ? .caller : .callee
    guard pair.sessions[side.rawValue] != nil else { return }
    switch Int.random(in: 0..<12, using: &generator) {
    case 0, 1: pair.act(side) { $0.setActive(false, at: $1) }
    case 2, 3: pair.act(side) { $0.setActive(true, at: $1) }
    case 4: pair.act(side) { $0.digits("12#", at: $1) }
    case 5: pair.act(side) { $0.restart(at: $1) }
    case 6: for side in SessionPair.Side.allCases { pair.act(side) { $0.restart(at: $1) } }
    case 7: pair.setPath(false)
    case 8: pair.setPath(true)
    case 9: pair.act(side) { $0.ice(.connected(local: .relayed, remote: .relayed), at: $1) }
    case 10:
      for _ in 0..<50 {
        pair.inject(
          (0..<Int.random(in: 0...60, using: &generator)).map { _ in
            UInt8.random(in: 0...255, using: &generator)
          }, to: side)
      }
    default:
      if Int.random(in: 0..<3, using: &generator) == 0 { pair.act(side) { $0.close(at: $1) } }
    }
  }

  /// Everything is made good again, and time is given for it to take effect.
  private func recover(_ pair: SessionPair) {
    pair.setPath(true)
    for side in SessionPair.Side.allCases { pair.act(side) { $0.setActive(true, at: $1) } }
    pair.run(for: .milliseconds(1_500))
    for side in SessionPair.Side.allCases { pair.act(side) { $0.setActive(true, at: $1) } }
    pair.run(for: .milliseconds(1_500))
  }

  /// A closed session does nothing more, and its peer knows unless the link kept it from knowing.
  private func silence(after pair: SessionPair) -> [String] {
    let counts = pair.datagramCount
    pair.run(for: .seconds(1))
    return SessionPair.Side.allCases.compactMap { side in
      let isClosed = pair.session(side).state == .closed
      return isClosed && pair.datagramCount[side.rawValue] != counts[side.rawValue]
        ? "\(side) sends after it closed" : nil
    }
  }

  private mutating func milliseconds(_ range: ClosedRange<Int>) -> Duration {
    .milliseconds(Int.random(in: range, using: &generator))
  }
}
