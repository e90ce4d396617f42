import Basics
import Testing
import Transport

@Suite("Link")
struct LinkMachineTests {
  private var generator = SeededGenerator(seed: 1)
  private var link = LinkMachine()

  @Test("opens once, however often it is started")
  mutating func startsOnce() {
    #expect(link.start(at: .zero) == [.open(SocketID(1))])
    #expect(link.start(at: .zero) == [])
    #expect(link.opened(SocketID(1), at: at(0.1)) == [.up(SocketID(1))])
    #expect(link.start(at: at(0.1)) == [])
  }

  @Test("asks a quiet link for a sign of life at the interval and not a nanosecond earlier")
  mutating func pings() throws {
    bringUp()
    let deadline = try #require(link.deadline)
    #expect(deadline == at(10))
    #expect(expire(before(deadline)) == [])
    #expect(expire(deadline) == [.ping(SocketID(1))])
    #expect(link.heard(SocketID(1), at: at(12)) == true)
    #expect(link.deadline == at(22))
  }

  @Test("is given up when no sign of life comes, and not a nanosecond earlier")
  mutating func givesUpDeadLink() throws {
    bringUp()
    _ = expire(at(10))
    let deadline = try #require(link.deadline)
    #expect(deadline == at(15))
    #expect(expire(before(deadline)) == [])
    let effects = expire(deadline)
    #expect(effects.first == .close(SocketID(1)))
    guard case .down(.timedOut, let nextTry) = effects.last else {
      Issue.record("the link is not down: \(effects)")
      return
    }
    #expect(deadline.duration(to: nextTry) <= .milliseconds(360))
  }

  @Test("finds a restarted server within 0.36 s")
  mutating func returnsQuickly() throws {
    bringUp()
    _ = lose(SocketID(1), at: at(60))
    let nextTry = try #require(link.deadline)
    let wait = at(60).duration(to: nextTry)
    #expect(wait >= .milliseconds(240) && wait <= .milliseconds(360))
    #expect(expire(before(nextTry)) == [])
    #expect(expire(nextTry) == [.open(SocketID(2))])
  }

  @Test("is opened anew at once when its connection is thought dead, and the old one is closed")
  mutating func renewed() {
    bringUp()
    #expect(
      link.renew(because: .networkChanged, at: at(30)) == [
        .close(SocketID(1)), .down(.networkChanged, nextTry: at(30)), .open(SocketID(2)),
      ])
    #expect(lose(SocketID(1), at: at(31)) == [])
    #expect(link.renew(because: .networkChanged, at: at(31)).last == .open(SocketID(3)))
    _ = lose(SocketID(3), at: at(32))
    #expect(link.renew(because: .networkChanged, at: at(32)) == [.open(SocketID(4))])
    _ = link.stop()
    #expect(link.renew(because: .networkChanged, at: at(33)) == [])
  }

  @Test("waits ever longer up to a minute, each wait within a fifth of its mean", arguments: 0..<20)
  func backsOff(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var link = LinkMachine()
    var now = Instant.zero
    var effects = link.start(at: now)
    for seconds in [0.3, 1, 2, 4, 8, 16, 32, 60, 60, 60] {
      guard case .open(let socket) = effects.first else {
        Issue.record("seed \(seed): \(effects)")
        return
      }
      _ = link.lost(socket, .timedOut, at: now, using: &generator)
      let nextTry = try #require(link.deadline)
      let wait = now.duration(to: nextTry).seconds
      #expect(wait >= seconds * 0.799 && wait <= seconds * 1.201, "seed \(seed): \(wait)")
      now = nextTry
      effects = link.expire(at: now, using: &generator)
    }
  }

  @Test("starts over with brief waits only after a link that held", arguments: [false, true])
  mutating func resetsBackoff(holds: Bool) throws {
    _ = link.start(at: .zero)
    _ = lose(SocketID(1), at: .zero)
    let opening = try #require(link.deadline)
    #expect(expire(opening) == [.open(SocketID(2))])
    _ = link.opened(SocketID(2), at: opening)
    let held = LinkMachine.stableTime + (holds ? .zero : .nanoseconds(-1))
    let loss = opening.advanced(by: held)
    _ = lose(SocketID(2), at: loss)
    let wait = loss.duration(to: try #require(link.deadline))
    #expect(holds ? wait <= .milliseconds(360) : wait >= .milliseconds(800))
  }

  @Test("gives up opening that is never answered, and not a nanosecond earlier")
  mutating func openingTimesOut() {
    _ = link.start(at: .zero)
    #expect(expire(before(at(12))) == [])
    #expect(expire(at(12)).first == .close(SocketID(1)))
  }

  @Test("ignores what is told of an earlier socket")
  mutating func ignoresStale() throws {
    bringUp()
    _ = lose(SocketID(1), at: at(1))
    let opening = try #require(link.deadline)
    _ = expire(opening)
    #expect(lose(SocketID(1), at: opening) == [])
    #expect(link.heard(SocketID(1), at: opening) == false)
    #expect(link.opened(SocketID(1), at: opening) == [.close(SocketID(1))])
    #expect(link.opened(SocketID(2), at: opening) == [.up(SocketID(2))])
  }

  @Test("stops from every state and stays down")
  mutating func stops() throws {
    #expect(link.stop() == [])
    _ = link.start(at: .zero)
    #expect(link.stop() == [.close(SocketID(1))])
    #expect(link.deadline == nil)
    _ = link.start(at: .zero)
    _ = link.opened(SocketID(2), at: .zero)
    #expect(link.stop() == [.close(SocketID(2))])
    _ = link.start(at: .zero)
    _ = lose(SocketID(3), at: .zero)
    #expect(link.stop() == [])
    #expect(expire(at(3_600)) == [])
  }

  @Test("does not wait its turn when the server has been heard otherwise")
  mutating func hastens() {
    #expect(link.hasten(at: .zero) == [])
    bringUp()
    #expect(link.hasten(at: at(1)) == [])
    _ = lose(SocketID(1), at: at(1))
    #expect(link.hasten(at: at(1)) == [.open(SocketID(2))])
  }

  @Test("does no harm when woken early or twice")
  mutating func expiresHarmlessly() {
    #expect(expire(at(5)) == [])
    bringUp()
    _ = expire(at(10))
    #expect(expire(at(10)) == [])
  }

  private mutating func bringUp() {
    _ = link.start(at: .zero)
    _ = link.opened(SocketID(1), at: .zero)
  }

  private mutating func lose(_ socket: SocketID, at now: Instant) -> [LinkMachine.Effect] {
    link.lost(socket, .broken("reset"), at: now, using: &generator)
  }

  private mutating func expire(_ now: Instant) -> [LinkMachine.Effect] {
    link.expire(at: now, using: &generator)
  }
}

private func at(_ seconds: Double) -> Instant {
  Instant(nanoseconds: Int64(seconds * 1_000_000_000))
}

private func before(_ instant: Instant) -> Instant { instant.advanced(by: .nanoseconds(-1)) }
