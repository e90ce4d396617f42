import Basics
import Media
import SDP
import Simulation
import Testing

@Suite("Media session: a change of network")
struct NetworkChangeTests {
  private static let home = NetworkState(addresses: ["192.0.2.1"], outgoing: ["192.0.2.1"])
  private static let mobile = NetworkState(addresses: ["198.51.100.7"], outgoing: ["198.51.100.7"])
  private static let both = NetworkState(
    addresses: ["192.0.2.1", "198.51.100.7"], outgoing: ["192.0.2.1"])
  private static let nothing = NetworkState()
  private static let moved = NetworkChange(from: home, to: mobile)

  @Test(
    "breaks a path whose address is gone or leads nowhere any more, and no other",
    arguments: [
      (home, mobile, "192.0.2.1", true), (home, both, "192.0.2.1", false),
      (both, home, "192.0.2.1", false), (both, home, "198.51.100.7", true),
      (home, mobile, "127.0.0.1", false), (home, mobile, "::1", false),
      (home, mobile, nil, true), (home, both, nil, false),
      (
        both, NetworkState(addresses: both.addresses, outgoing: ["198.51.100.7"]), "192.0.2.1", true
      ),
    ] as [(NetworkState, NetworkState, String?, Bool)])
  func judgement(before: NetworkState, after: NetworkState, address: String?, isBroken: Bool) {
    #expect(NetworkChange(from: before, to: after).breaks(pathFrom: address) == isBroken)
  }

  @Test("says what is gone and what has come")
  func words() {
    #expect(Self.moved.sentence == "Gone: 192.0.2.1; come: 198.51.100.7.")
    #expect(NetworkChange(from: Self.home, to: Self.both).sentence == "come: 198.51.100.7.")
  }

  @Test("the side that moved offers another path at once, and sound goes on", arguments: [0, 1])
  func moves(sideNumber: Int) throws {
    let side = try #require(SessionPair.Side(rawValue: sideNumber))
    let pair = flowing()
    pair.breakPath()
    pair.act(side) { $0.networkChanged(Self.moved, at: $1) }
    pair.run(for: .milliseconds(300))
    #expect(pair.agents[0].remote == pair.agents[1].credentials)
    #expect(pair.agents.allSatisfy { $0.connectedWith != nil })
    pair.run(for: .seconds(20))
    // Nothing was sought beyond that.
    #expect(restarts(pair) == [1, 1])
    for side in SessionPair.Side.allCases {
      #expect(pair.heard[side.rawValue].suffix(50).allSatisfy { $0 != 0 })
      #expect(pair.count(side) { $0 == .secured } == 1)
    }
    #expect(pair.violations == [])
  }

  @Test("other servers are for the next search, and a search under way begins anew with them")
  func otherServers() {
    let pair = flowing()
    let server = IceServer(kind: .stun, host: "stun.example.org", port: 3_478)
    pair.act(.caller) { $0.use([server], at: $1) }
    #expect(pair.agents[0].orders.last == .servers([server]))
    #expect(restarts(pair)[0] == 0)
    pair.hasSignaling = false
    pair.breakPath()
    pair.act(.caller) { $0.networkChanged(Self.moved, at: $1) }
    pair.run(for: .milliseconds(50))
    #expect(restarts(pair)[0] == 1)
    // The offer is out: another follows its answer, or takes its place when none comes.
    pair.act(.caller) { $0.use([server], at: $1) }
    #expect(restarts(pair)[0] == 1)
    pair.hasSignaling = true
    pair.run(for: .seconds(5))
    #expect(restarts(pair)[0] == 2)
    pair.run(for: .seconds(5))
    #expect(pair.agents.allSatisfy { $0.connectedWith != nil })
    #expect(pair.violations == [])
  }

  @Test("both sides move at once")
  func bothMove() {
    let pair = flowing()
    pair.breakPath()
    for side in SessionPair.Side.allCases {
      pair.act(side) { $0.networkChanged(Self.moved, at: $1) }
    }
    pair.run(for: .seconds(1))
    #expect(pair.agents.allSatisfy { $0.connectedWith != nil })
    #expect(pair.heard[0].suffix(20).allSatisfy { $0 != 0 })
    #expect(pair.heard[1].suffix(20).allSatisfy { $0 != 0 })
    #expect(pair.violations == [])
  }

  @Test("nothing is sought while the path's own address stays")
  func unconcerned() {
    let pair = flowing()
    pair.act(.caller) { $0.ice(.using(address: "192.0.2.1"), at: $1) }
    pair.act(.caller) {
      $0.networkChanged(NetworkChange(from: Self.home, to: Self.both), at: $1)
    }
    pair.act(.caller) {
      $0.networkChanged(NetworkChange(from: Self.both, to: Self.home), at: $1)
    }
    pair.run(for: .seconds(1))
    #expect(restarts(pair) == [0, 0])
  }

  @Test("a change while an offer is out leads to another, once that is answered")
  func changesTwice() {
    let pair = flowing()
    pair.breakPath()
    pair.act(.caller) { $0.networkChanged(Self.moved, at: $1) }
    pair.run(for: .milliseconds(10))  // The offer is on its way.
    pair.act(.caller) {
      $0.networkChanged(NetworkChange(from: Self.mobile, to: Self.home), at: $1)
    }
    #expect(restarts(pair)[0] == 1)
    pair.run(for: .seconds(1))
    #expect(restarts(pair) == [2, 2])
    #expect(pair.agents.allSatisfy { $0.connectedWith != nil })
  }

  @Test("tries again after 4, 8 and 16 s while nobody answers, until somebody does")
  func unanswered() {
    let pair = flowing()
    pair.breakPath()
    pair.hasSignaling = false
    pair.act(.caller) { $0.networkChanged(Self.moved, at: $1) }
    pair.run(for: .milliseconds(3_900))
    #expect(restarts(pair)[0] == 1)
    pair.run(for: .milliseconds(200))
    #expect(restarts(pair)[0] == 2)
    pair.run(for: .seconds(8))
    #expect(restarts(pair)[0] == 3)
    pair.hasSignaling = true
    pair.run(for: .seconds(15))
    #expect(restarts(pair)[0] == 3)
    pair.run(for: .seconds(2))
    #expect(pair.agents.allSatisfy { $0.connectedWith != nil })
    #expect(pair.count(.caller) { $0 == .recovered } == 1)
  }

  @Test("waits for an address when there is none, and seeks as soon as there is one")
  func nowhere() {
    let pair = flowing()
    pair.setPath(false)
    pair.breakPath()
    pair.act(.callee) {
      $0.networkChanged(NetworkChange(from: Self.home, to: Self.nothing), at: $1)
    }
    pair.run(for: .milliseconds(200))
    let before = restarts(pair)[1]
    pair.setPath(true)
    pair.breakPath()
    pair.act(.callee) {
      $0.networkChanged(NetworkChange(from: Self.nothing, to: Self.mobile), at: $1)
    }
    pair.run(for: .seconds(1))
    #expect(restarts(pair)[1] > before)
    #expect(pair.agents.allSatisfy { $0.connectedWith != nil })
  }

  @Test(
    "a pair that does not answer is given two seconds to come back, then the caller seeks another")
  func disconnected() {
    let pair = flowing()
    pair.breakPath()
    pair.run(for: .milliseconds(1_900))
    #expect(restarts(pair) == [0, 0])
    pair.run(for: .milliseconds(400))
    #expect(restarts(pair) == [1, 1])
    #expect(pair.agents.allSatisfy { $0.connectedWith != nil })
  }

  @Test("a pair that comes back by itself is kept")
  func comesBack() {
    let pair = flowing()
    for side in SessionPair.Side.allCases { pair.act(side) { $0.ice(.disconnected, at: $1) } }
    pair.run(for: .seconds(1))
    for side in SessionPair.Side.allCases {
      pair.act(side) { $0.ice(.connected(local: .host, remote: .host), at: $1) }
    }
    pair.run(for: .seconds(10))
    #expect(restarts(pair) == [0, 0])
  }

  @Test("when nothing arrives although the agent is content, another path is sought")
  func silence() {
    let pair = flowing()
    pair.setPath(false)
    pair.run(for: .milliseconds(4_900))
    #expect(restarts(pair) == [0, 0])
    pair.run(for: .milliseconds(300))
    #expect(restarts(pair)[0] == 1)
    pair.setPath(true)
    pair.run(for: .seconds(1))
    #expect(pair.count(.caller) { $0 == .recovered } == 1)
    #expect(pair.violations == [])
  }

  @Test("an answer to an offer that was given up is passed over")
  func lateAnswer() throws {
    let pair = flowing()
    pair.breakPath()
    let seen = pair.reports[1].count
    pair.act(.caller) { $0.networkChanged(Self.moved, at: $1) }
    pair.run(for: .milliseconds(40))  // The callee has the offer and answers.
    pair.hasSignaling = false
    pair.run(for: .milliseconds(50))
    let described = pair.reports[1].dropFirst(seen).compactMap { report in
      if case .described(let description) = report { description } else { nil }
    }
    let answer = try #require(described.last)
    // A second offer goes out and is lost; the answer to the first comes when nobody waits for it.
    pair.run(for: .milliseconds(3_990))
    let count = pair.reports[0].count
    _ = answer
    pair.act(.caller) { session, now in
      session.describe(answer, at: now)
    }
    #expect(pair.session(.caller).state == .flowing)
    #expect(pair.reports[0].count >= count)
  }

  @Test(
    "after a side stood for a while, both hear each other within two seconds",
    arguments: [
      (0, 4), (1, 4), (0, 12), (1, 12), (0, 24), (1, 24), (0, 31), (1, 31), (0, 90), (1, 90),
    ])
  func stands(sideNumber: Int, seconds: Int) throws {
    let side = try #require(SessionPair.Side(rawValue: sideNumber))
    let pair = flowing()
    pair.stop(side)
    pair.run(for: .seconds(min(seconds, 30)))
    // Nobody has agreed to receive for half a minute (RFC 7675).
    if seconds > 30 {
      pair.losePath("the peer's address no longer answers")
      pair.run(for: .seconds(seconds - 30))
    }
    pair.resume()
    pair.run(for: .seconds(2))
    for side in SessionPair.Side.allCases {
      #expect(pair.heard[side.rawValue].suffix(20).allSatisfy { $0 != 0 })
      #expect(pair.count(side) { if case .failed = $0 { true } else { false } } == 0)
    }
    pair.run(for: .seconds(20))
    for side in SessionPair.Side.allCases {
      #expect(pair.heard[side.rawValue].suffix(1_000).allSatisfy { $0 != 0 })
    }
    #expect(pair.violations == [])
  }

  @Test("of several offers that have waited, the newest is answered")
  func severalOffers() {
    let pair = flowing()
    pair.stop(.caller)
    pair.run(for: .seconds(29))
    let offers = pair.count(.callee) { if case .described = $0 { true } else { false } } - 1
    #expect(offers >= 2)
    pair.losePath("the peer's address no longer answers")
    pair.resume()
    pair.run(for: .milliseconds(500))
    #expect(pair.agents[0].remote == pair.agents[1].credentials)
  }

  @Test("who is being called gathers anew before answering")
  func whileRinging() {
    var setup = SessionPair.Setup()
    setup.ringTime = .seconds(2)
    let pair = SessionPair(setup)
    pair.run(for: .seconds(1))
    pair.act(.callee) { $0.networkChanged(Self.moved, at: $1) }
    pair.run(for: .seconds(3))
    #expect(pair.count(.caller) { $0 == .flowing } == 1)
    #expect(pair.count(.callee) { $0 == .flowing } == 1)
    #expect(pair.violations == [])
  }

  @Test("who calls offers again once the call is taken")
  func whileCalling() {
    var setup = SessionPair.Setup()
    setup.ringTime = .seconds(2)
    let pair = SessionPair(setup)
    pair.run(for: .seconds(1))
    pair.act(.caller) { $0.networkChanged(Self.moved, at: $1) }
    pair.run(for: .seconds(3))
    #expect(restarts(pair) == [1, 1])
    #expect(pair.count(.caller) { $0 == .flowing } == 1)
    #expect(pair.violations == [])
  }

  @Test("a conference is asked for another path by its dialect")
  func conference() {
    var setup = SessionPair.Setup()
    setup.isConference = true
    let pair = SessionPair(setup)
    pair.run(for: .seconds(2))
    pair.act(.callee) { $0.networkChanged(Self.moved, at: $1) }
    #expect(
      pair.reports[1].contains(
        .failed("The network has changed; the conference is asked for another path.")))
  }

  @Test("a session that shall wait to be told does nothing by itself")
  func obedient() {
    var session = MediaSession(
      plan: MediaPlan(
        role: .offerer, iceServers: [], includesLoopback: false, restartsByItself: false),
      ports: FakePorts(seed: 1), wallTime: WallTime(milliseconds: 0), at: .zero)
    _ = session.prepare(at: .zero)
    #expect(session.networkChanged(Self.moved, at: .zero) == [])
  }

  private func flowing() -> SessionPair {
    let pair = SessionPair()
    pair.run(for: .seconds(2))
    return pair
  }

  private func restarts(_ pair: SessionPair) -> [Int] {
    pair.agents.map { $0.orders.count { $0 == .restart } }
  }
}
