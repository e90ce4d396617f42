import Basics
import Media
import SDP
import Simulation
import Testing

@Suite("Media session: path and keys")
struct SessionPathTests {
  @Test("fails 15 s after it was opened when there is no path, and says so")
  func noPath() throws {
    var setup = SessionPair.Setup()
    setup.hasPath = false
    let pair = SessionPair(setup)
    pair.run(for: .milliseconds(15_235))
    #expect(pair.session(.callee).state == .closed)
    #expect(pair.session(.caller).state == .checking)
    pair.run(for: .milliseconds(10))

    for side in SessionPair.Side.allCases {
      let complaint = try #require(failure(pair, side))
      #expect(
        complaint == "No path to the other side was found between 2 own and 2 remote addresses.")
      #expect(pair.agents[side.rawValue].isClosed)
    }
    #expect(pair.datagramCount == [0, 0])
  }

  @Test("fails at once when the agent gives up on all that the peer told")
  func agentGivesUp() {
    var setup = SessionPair.Setup()
    setup.hasPath = false
    let pair = SessionPair(setup)
    pair.run(for: .seconds(2))
    pair.act(.caller) { $0.ice(.failed("all checks failed"), at: $1) }
    #expect(failure(pair, .caller)?.hasPrefix("No path") == true)
  }

  @Test("refuses a peer whose certificate is not the one announced")
  func wrongFingerprint() throws {
    var setup = SessionPair.Setup()
    setup.forgesFingerprint = true
    let pair = SessionPair(setup)
    pair.run(for: .seconds(2))
    #expect(try #require(failure(pair, .callee)).contains("certificate"))
    #expect(pair.count(.caller) { $0 == .secured } == 0)
    pair.run(for: .seconds(15))
    #expect(
      failure(pair, .caller)
        == "A path to the other side was found, but no keys could be agreed over it.")
  }

  @Test("repeats flights of the handshake that were lost", arguments: 0..<4)
  func lostFlights(pattern: Int) {
    let pair = SessionPair()
    pair.loses = { side, kind, number in
      kind == .dtls && number < 2 && (pattern & (side == .caller ? 1 : 2) != 0)
    }
    pair.run(for: .milliseconds(900))
    #expect(pair.count(.caller) { $0 == .secured } == 1)
    #expect(pair.count(.callee) { $0 == .secured } == 1)
    #expect(pair.violations == [])
  }

  @Test("waits longer and longer between repetitions")
  func backsOff() {
    let pair = SessionPair()
    pair.loses = { _, kind, _ in kind == .dtls }
    pair.run(for: .seconds(10))
    // 50, 100, 200, 400, 800 ms, then every second.
    #expect((10...16).contains(pair.datagramCount[1]))
  }

  @Test("takes a ClientHello that comes before its own agent knows the pair")
  func earlyClientHello() {
    var setup = SessionPair.Setup()
    setup.checkTime = [.milliseconds(400), .milliseconds(25)]
    let pair = SessionPair(setup)
    pair.run(for: .milliseconds(700))
    #expect(pair.count(.caller) { $0 == .secured } == 1)
    #expect(pair.count(.callee) { $0 == .secured } == 1)
    #expect(pair.ports[0].handshakes[0].startCount == 1)
  }

  @Test("starts the handshake once although the agent connects again")
  func connectedTwice() {
    let pair = SessionPair()
    pair.run(for: .milliseconds(280))
    pair.act(.caller) { $0.ice(.connected(local: .serverReflexive, remote: .host), at: $1) }
    pair.run(for: .seconds(2))
    pair.act(.caller) { $0.ice(.connected(local: .relayed, remote: .host), at: $1) }
    pair.run(for: .seconds(2))
    #expect(pair.ports[0].handshakes[0].startCount == 1)
    #expect(pair.count(.caller) { $0 == .secured } == 1)
    #expect(lastStatistics(pair, .caller)?.localCandidateType == "relay")
  }

  @Test("tells after five seconds that nothing arrives, and when it does again")
  func stalls() throws {
    let pair = SessionPair()
    pair.run(for: .seconds(3))
    pair.setPath(false)
    pair.run(for: .milliseconds(4_900))
    #expect(pair.count(.caller, isStall) == 0)
    pair.run(for: .milliseconds(200))
    #expect(pair.count(.caller, isStall) == 1)
    pair.run(for: .seconds(20))
    #expect(pair.count(.caller, isStall) == 1)
    #expect(lastStatistics(pair, .caller)?.mos == 1)

    pair.setPath(true)
    pair.run(for: .seconds(1))
    #expect(pair.count(.caller) { $0 == .recovered } == 1)
    pair.setPath(false)
    pair.run(for: .seconds(6))
    #expect(pair.count(.caller, isStall) == 2)
    #expect(pair.violations == [])
  }

  @Test("finds another path with a renewed description and keeps the keys", arguments: [0, 1])
  func restarts(sideNumber: Int) throws {
    let side = try #require(SessionPair.Side(rawValue: sideNumber))
    let pair = SessionPair()
    pair.run(for: .seconds(2))
    let old = pair.agents[sideNumber].credentials
    pair.breakPath()
    pair.run(for: .seconds(1))
    pair.act(side) { $0.restart(at: $1) }
    pair.run(for: .seconds(3))

    #expect(pair.agents[sideNumber].credentials != old)
    #expect(pair.agents[1 - sideNumber].remote == pair.agents[sideNumber].credentials)
    #expect(pair.heard[sideNumber].suffix(50).allSatisfy { $0 != 0 })
    #expect(pair.heard[1 - sideNumber].suffix(50).allSatisfy { $0 != 0 })
    #expect(pair.count(side) { $0 == .secured } == 1)
    #expect(pair.ports[0].handshakes[0].startCount == 1)
    #expect(pair.violations == [])
  }

  @Test("keeps the call when a restart is never answered")
  func restartUnanswered() {
    let pair = SessionPair()
    pair.run(for: .seconds(2))
    pair.hasSignaling = false
    pair.act(.caller) { $0.restart(at: $1) }
    pair.run(for: .seconds(11))
    #expect(pair.session(.caller).state == .flowing)
    #expect(pair.notes[0].contains { $0.text.contains("not answered") })
    #expect(pair.heard[0].suffix(50).allSatisfy { $0 != 0 })

    pair.hasSignaling = true
    pair.act(.caller) { $0.restart(at: $1) }
    pair.run(for: .seconds(2))
    #expect(pair.agents[1].remote == pair.agents[0].credentials)
  }

  private func isStall(_ report: SessionReport) -> Bool {
    if case .stalled = report { true } else { false }
  }

  private func failure(_ pair: SessionPair, _ side: SessionPair.Side) -> String? {
    if case .failed(let complaint) = pair.reports[side.rawValue].last { complaint } else { nil }
  }
}
