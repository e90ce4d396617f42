import Basics
import RTP
import Simulation
import Testing

@testable import Media

@Suite("Digits")
struct DigitTests {
  @Test("pass both ways, each once, in order")
  func bothWays() {
    let pair = SessionPair()
    pair.run(for: .seconds(1))
    pair.act(.caller) { $0.digits("123A#", at: $1) }
    pair.act(.callee) { $0.digits("00*d", at: $1) }
    pair.run(for: .seconds(2))
    #expect(digits(pair, .callee) == "123A#")
    #expect(digits(pair, .caller) == "00*D")
    pair.run(for: .seconds(1))
    #expect(pair.heard[1].suffix(50).allSatisfy { (1_000..<2_000).contains($0) })
  }

  @Test("arrive once each although a third of all packets is lost")
  func lossy() {
    var setup = SessionPair.Setup(seed: 3)
    setup.link.loss = 0.33
    setup.link.duplication = 0.1
    setup.link.jitter = .milliseconds(15)
    let pair = SessionPair(setup)
    pair.run(for: .seconds(6))
    pair.act(.caller) { $0.digits("1122334455", at: $1) }
    pair.run(for: .seconds(3))
    #expect(digits(pair, .callee) == "1122334455")
  }

  @Test("are refused beyond 64 and when they are no keys, in words")
  func bound() {
    let pair = SessionPair()
    pair.run(for: .seconds(1))
    let before = pair.notes[0].count
    pair.act(.caller) { $0.digits(String(repeating: "1", count: 70) + "x", at: $1) }
    #expect(pair.notes[0].count == before + 1)
    #expect(pair.notes[0].last?.text.contains("111111x") == true)
    pair.run(for: .seconds(12))
    #expect(digits(pair, .callee).count == 64)
  }

  @Test("are refused before sound passes and while the call is held")
  func tooEarly() {
    let pair = SessionPair()
    pair.act(.caller) { $0.digits("1", at: $1) }
    #expect(pair.notes[0].last?.level == .warning)
    pair.run(for: .seconds(1))
    pair.act(.caller) { $0.setActive(false, at: $1) }
    pair.act(.caller) { $0.digits("1", at: $1) }
    pair.run(for: .seconds(1))
    #expect(digits(pair, .callee) == "")
  }

  @Test("are sent as RFC 4733 says: marker first, growing duration, three final packets")
  func packets() {
    var sender = DigitSender()
    #expect(sender.enqueue("5") == "")
    var steps: [DigitSender.Step] = []
    for frame in 0..<9 {
      steps.append(sender.step(frameSampleCount: 960, timestamp: 1_000 + UInt32(frame) * 960))
    }
    var expected = (1...5).map { number in
      DigitSender.Step.event(
        code: 5, isEnd: number == 5, isFirst: number == 1, timestamp: 1_000,
        duration: number * 960)
    }
    let final = DigitSender.Step.event(
      code: 5, isEnd: true, isFirst: false, timestamp: 1_000, duration: 4_800)
    expected += [final, final, .sound, .sound]
    #expect(steps == expected)
    #expect(!sender.isBusy)
  }

  @Test("sound for 100 ms and pause for 50 at 10 ms frames, too")
  func shortFrames() {
    var sender = DigitSender()
    _ = sender.enqueue("12")
    var starts: [Int] = []
    for frame in 0..<40 {
      let step = sender.step(frameSampleCount: 480, timestamp: UInt32(frame) * 480)
      if case .event(_, _, true, _, _) = step { starts.append(frame) }
    }
    #expect(starts == [0, 15])
  }

  @Test("are known by any packet of theirs, and by no late one")
  func receiver() {
    var receiver = DigitReceiver()
    func event(_ code: UInt8, isEnd: Bool = false) -> TelephoneEvent {
      TelephoneEvent(code: code, isEnd: isEnd, volume: 10, duration: 960)
    }
    #expect(receiver.received(event(1), timestamp: 1_000) == "1")
    #expect(receiver.received(event(1, isEnd: true), timestamp: 1_000) == nil)
    #expect(receiver.received(event(1, isEnd: true), timestamp: 9_000) == "1")
    #expect(receiver.received(event(2), timestamp: 20_000) == "2")
    #expect(receiver.received(event(1, isEnd: true), timestamp: 9_000) == nil)
    // The timestamp rolls over.
    var other = DigitReceiver()
    #expect(other.received(event(3, isEnd: true), timestamp: .max - 100) == "3")
    #expect(other.received(event(4, isEnd: true), timestamp: 7_000) == "4")
  }

  @Test("that last longer than an event can are one key")
  func longTone() {
    var receiver = DigitReceiver()
    let event = TelephoneEvent(code: 1, isEnd: false, volume: 10, duration: 0xFFFF)
    #expect(receiver.received(event, timestamp: 1_000) == "1")
    #expect(receiver.received(event, timestamp: 1_000 + 0xFFFF) == nil)
    #expect(receiver.received(event, timestamp: 1_000 + 2 * 0xFFFF) == nil)
  }

  private func digits(_ pair: SessionPair, _ side: SessionPair.Side) -> String {
    String(
      pair.reports[side.rawValue].compactMap { if case .digit(let key) = $0 { key } else { nil } })
  }
}
