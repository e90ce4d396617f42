import Basics
import Media
import SDP
import Simulation
import Testing

@Suite("Media session: descriptions")
struct SessionDescriptionTests {
  @Test("prepares the answer while it rings and reaches for the peer only when opened")
  func warmRinging() {
    let pair = SessionPair()
    pair.run(for: .milliseconds(150))
    let orders = pair.agents[1].orders
    #expect(orders.count == 1)
    if case .gather(let isControlling, _, _) = orders[0] { #expect(!isControlling) }
    #expect(pair.reports[1].contains { if case .described = $0 { true } else { false } })
    #expect(pair.datagramCount[1] == 0)
    pair.run(for: .milliseconds(200))
    #expect(pair.agents[1].orders.count >= 3)
    #expect(pair.violations == [])
  }

  @Test("describes itself with what was found at once, and trickles the rest")
  func trickles() throws {
    var session = makeSession(.offerer)
    _ = session.prepare(at: .zero)
    _ = session.ice(.gathering(credentials), at: .zero)
    #expect(session.ice(.candidate(candidate(1)), at: .zero) == [])
    let due = try #require(session.deadline)
    #expect(due == Instant.zero.advanced(by: MediaSession.candidateTime))

    let described = session.expire(at: due)
    guard case .report(.described(let offer)) = described.first else {
      Issue.record("no description: \(described)")
      return
    }
    let audio = try AudioDescription(reading: offer)
    #expect(audio.candidates == [candidate(1)])
    #expect(!audio.hasEndOfCandidates)
    #expect(audio.setup == .actpass)
    #expect(
      session.ice(.candidate(candidate(2)), at: due) == [.report(.candidate(candidate(2)))])
    #expect(session.ice(.gatheringDone, at: due) == [.report(.endOfCandidates)])
    #expect(session.ice(.gatheringDone, at: due) == [])
  }

  @Test("does not wait when all candidates are found")
  func complete() throws {
    var session = makeSession(.offerer)
    _ = session.prepare(at: .zero)
    _ = session.ice(.gathering(credentials), at: .zero)
    _ = session.ice(.candidate(candidate(1)), at: .zero)
    let effects = session.ice(.gatheringDone, at: .zero)
    guard case .report(.described(let offer)) = effects.first else {
      Issue.record("no description: \(effects)")
      return
    }
    #expect(try AudioDescription(reading: offer).hasEndOfCandidates)
    #expect(session.deadline == nil)
  }

  @Test("keeps the peer's candidates until it can use them, 64 at most")
  func candidatesWait() throws {
    var session = makeSession(.answerer(offer: try makeOffer()))
    _ = session.prepare(at: .zero)
    for number in 0..<200 {
      #expect(session.candidate(candidate(number), at: .zero) == [])
    }
    _ = session.ice(.gathering(credentials), at: .zero)
    _ = session.ice(.gatheringDone, at: .zero)
    let orders = session.open(at: .zero)
    #expect(orders.count == 66)
    #expect(orders.first == .ice(.setRemote(credentials)))
    #expect(orders.last == .ice(.endOfRemoteCandidates))
    #expect(session.candidate(candidate(300), at: .zero) == [])
  }

  @Test("leaves out candidates that the one path cannot use")
  func uselessCandidates() throws {
    var session = makeSession(.answerer(offer: try makeOffer()))
    _ = session.prepare(at: .zero)
    var second = candidate(1)
    second.component = 2
    var overTCP = candidate(2)
    overTCP.transport = "tcp"
    for candidate in [second, overTCP] { _ = session.candidate(candidate, at: .zero) }
    _ = session.ice(.gathering(credentials), at: .zero)
    _ = session.ice(.gatheringDone, at: .zero)
    #expect(
      session.open(at: .zero) == [.ice(.setRemote(credentials)), .ice(.endOfRemoteCandidates)])
  }

  @Test("fails in words when the offer cannot lead to sound")
  func unusableOffer() throws {
    var offer = try makeOffer()
    offer.media[0].attributes.removeAll { $0.name == "fingerprint" }
    var session = makeSession(.answerer(offer: offer))
    let effects = session.prepare(at: .zero)
    #expect(effects.first == .report(.failed(NegotiationError.noFingerprint.description)))
    #expect(session.state == .closed)
  }

  @Test("fails when the search for addresses does not begin")
  func noGathering() throws {
    var session = makeSession(.offerer)
    _ = session.prepare(at: .zero)
    let due = try #require(session.deadline)
    #expect(due == Instant.zero.advanced(by: MediaSession.gatheringLimit))
    #expect(session.expire(at: due.advanced(by: .nanoseconds(-1))) == [])
    guard case .report(.failed) = session.expire(at: due).first else {
      Issue.record("did not fail")
      return
    }
    #expect(session.state == .closed)
  }

  @Test("a hold is told to the peer, silences both ways, and ends", arguments: [0, 1])
  func hold(sideNumber: Int) throws {
    let side = try #require(SessionPair.Side(rawValue: sideNumber))
    let pair = SessionPair()
    pair.run(for: .seconds(2))
    pair.act(side) { $0.setActive(false, at: $1) }
    pair.run(for: .seconds(2))
    #expect(pair.count(side.other) { $0 == .heldByPeer(true) } == 1)
    #expect(pair.heard[0].suffix(100).allSatisfy { $0 == 0 })
    #expect(pair.heard[1].suffix(100).allSatisfy { $0 == 0 })
    pair.run(for: .seconds(20))
    for side in SessionPair.Side.allCases {
      #expect(pair.count(side) { if case .stalled = $0 { true } else { false } } == 0)
    }

    pair.act(side) { $0.setActive(true, at: $1) }
    pair.run(for: .seconds(2))
    #expect(pair.count(side.other) { $0 == .heldByPeer(false) } == 1)
    #expect(pair.heard[0].suffix(50).allSatisfy { $0 > 2_000 })
    #expect(pair.heard[1].suffix(50).allSatisfy { (900...2_000).contains($0) })
    #expect(pair.violations == [])
  }

  @Test("both may hold at once, and the call flows when both have resumed")
  func bothHold() {
    let pair = SessionPair()
    pair.run(for: .seconds(2))
    for side in SessionPair.Side.allCases { pair.act(side) { $0.setActive(false, at: $1) } }
    pair.run(for: .seconds(2))
    for side in SessionPair.Side.allCases {
      #expect(pair.count(side) { $0 == .heldByPeer(true) } == 1)
      pair.act(side) { $0.setActive(true, at: $1) }
    }
    pair.run(for: .seconds(3))
    #expect(pair.heard[0].suffix(50).allSatisfy { $0 != 0 })
    #expect(pair.heard[1].suffix(50).allSatisfy { $0 != 0 })
    #expect(pair.violations == [])
  }

  @Test("holds without an answer to it: the peer hears silence and nothing stalls")
  func holdUnanswered() {
    let pair = SessionPair()
    pair.run(for: .seconds(2))
    pair.hasSignaling = false
    pair.act(.caller) { $0.setActive(false, at: $1) }
    pair.run(for: .seconds(15))
    #expect(pair.heard[1].suffix(100).allSatisfy { $0 == 0 })
    #expect(pair.heard[0].suffix(100).allSatisfy { $0 == 0 })
    #expect(pair.count(.callee) { if case .stalled = $0 { true } else { false } } == 0)
    #expect(pair.session(.caller).state == .flowing)
  }

  @Test("takes a description once however often it is delivered")
  func repeated() throws {
    let pair = SessionPair()
    pair.run(for: .seconds(2))
    var answer: SessionDescription?
    for report in pair.reports[1] {
      if case .described(let description) = report { answer = description }
    }
    let described = try #require(answer)
    let count = pair.reports[0].count
    pair.act(.caller) { $0.describe(described, at: $1) }
    #expect(pair.reports[0].count == count)
    #expect(pair.session(.caller).state == .flowing)
  }

  @Test("goes on when a renewed description is of no use")
  func uselessRenewal() throws {
    let pair = SessionPair()
    pair.run(for: .seconds(2))
    var offer = try makeOffer()
    offer.media[0].port = 0
    pair.act(.caller) { $0.describe(offer, at: $1) }
    pair.run(for: .seconds(1))
    #expect(pair.session(.caller).state == .flowing)
    #expect(pair.notes[0].contains { $0.level == .warning })
    #expect(pair.heard[0].suffix(50).allSatisfy { $0 != 0 })
  }

  @Test("does not take the answer to an offer that was given up for an offer")
  func lateAnswer() throws {
    let pair = SessionPair()
    pair.run(for: .seconds(2))
    pair.hasSignaling = false
    for side in SessionPair.Side.allCases { pair.act(side) { $0.setActive(false, at: $1) } }
    var description = try #require(lastDescription(of: .caller, in: pair))
    // The offers cross: the one who was called gives way, and answers.
    pair.act(.callee) { $0.describe(description, at: $1) }
    let answered = try #require(lastDescription(of: .callee, in: pair))
    #expect(!answered.media[0].attributes.contains(Attribute("setup", "actpass")))

    description.origin.version += 1
    for index in description.media[0].attributes.indices
    where description.media[0].attributes[index].name == "setup" {
      description.media[0].attributes[index].value = "active"
    }
    pair.act(.callee) { $0.describe(description, at: $1) }
    #expect(lastDescription(of: .callee, in: pair) == answered)
  }

  private func lastDescription(
    of side: SessionPair.Side, in pair: SessionPair
  ) -> SessionDescription? {
    for case .described(let description) in pair.reports[side.rawValue].reversed() {
      return description
    }
    return nil
  }

  private var credentials: IceCredentials {
    IceCredentials(ufrag: "abcd", password: "abcdefghijklmnopqrstuvwx")
  }

  private func candidate(_ number: Int) -> Candidate {
    Candidate(
      foundation: "1", component: 1, transport: "udp", priority: 1, address: "192.0.2.1",
      port: UInt16(number), kind: .host)
  }

  private func makeSession(_ role: MediaPlan.Role) -> MediaSession {
    MediaSession(
      plan: MediaPlan(role: role, iceServers: [], includesLoopback: false),
      ports: FakePorts(seed: 1), wallTime: WallTime(milliseconds: 0), at: .zero)
  }

  private func makeOffer() throws -> SessionDescription {
    var session = makeSession(.offerer)
    _ = session.prepare(at: .zero)
    _ = session.ice(.gathering(credentials), at: .zero)
    for case .report(.described(let offer)) in session.ice(.gatheringDone, at: .zero) {
      return offer
    }
    throw NegotiationError.noAudio
  }
}
