import Basics
import RTP
import SDP
import Simulation
import Testing

@testable import Media

@Suite("Media session: a conference")
struct ConferenceSessionTests {
  private func conference(seconds: Int = 2) -> SessionPair {
    var setup = SessionPair.Setup()
    setup.isConference = true
    let pair = SessionPair(setup)
    pair.run(for: .seconds(seconds))
    return pair
  }

  @Test("sends no more than a little silence while muted or on hold, and speaks again afterwards")
  func mutes() {
    let pair = conference()
    for isMute in [true, false] {
      pair.act(.callee) { session, now in
        guard isMute else { return session.setActive(false, at: now) }
        session.setMuted(true)
        return []
      }
      var (sound, reports) = (0, 0)
      pair.loses = { side, kind, _ in
        if side == .callee, kind == .rtp { sound += 1 }
        if side == .callee, kind == .rtcp { reports += 1 }
        return false
      }
      pair.run(for: .seconds(12))
      #expect(sound == 3)
      #expect(reports > 0, "the reports go on")
      #expect(pair.heard[0].suffix(100).allSatisfy { $0 == 0 })
      pair.act(.callee) { session, now in
        session.setMuted(false)
        return session.setActive(true, at: now)
      }
      pair.run(for: .seconds(2))
      #expect(pair.heard[0].suffix(50).count { (3_000..<4_000).contains($0) } >= 45)
    }
    #expect(pair.violations == [])
  }

  @Test("offers nothing of itself: holding changes no description")
  func offersNothing() {
    let pair = conference()
    let described: (SessionReport) -> Bool = { if case .described = $0 { true } else { false } }
    let before = pair.count(.callee, described)
    pair.act(.callee) { $0.setActive(false, at: $1) }
    pair.run(for: .seconds(1))
    #expect(pair.count(.callee, described) == before)
  }

  @Test("is over when its path breaks, or when the network has changed", arguments: [true, false])
  func pathBreaks(byFailure: Bool) {
    let pair = conference()
    pair.act(.callee) { session, now in
      byFailure ? session.ice(.failed("no answer"), at: now) : session.restart(at: now)
    }
    #expect(pair.session(.callee).state == .closed)
    #expect(pair.count(.callee) { if case .failed = $0 { true } else { false } } == 1)
  }

  @Test("an ordinary call goes on looking for a path")
  func ordinaryPath() {
    let pair = SessionPair()
    pair.run(for: .seconds(2))
    pair.act(.callee) { $0.ice(.failed("no answer"), at: $1) }
    #expect(pair.session(.callee).state == .flowing)
  }

  @Test("takes the silence of a stream that is no longer forwarded for silence, not for loss")
  func silenceIsNotLoss() {
    for isSilent in [true, false] {
      let pair = conference()
      pair.act(.caller) { session, _ in
        session.setMuted(isSilent)
        return []
      }
      pair.run(for: .milliseconds(100))
      // As a conference's server does, and as a broken path does.
      pair.loses = { side, kind, _ in side == .caller && kind == .rtp }
      let before = concealed(pair)
      pair.run(for: .seconds(3))
      #expect((concealed(pair) - before == 0) == isSilent)
    }
  }

  @Test("tells who speaks, once streams are expected")
  func speakers() throws {
    let pair = conference()
    let ssrc = pair.session(.caller).local.ssrc
    let speaking: (SessionReport) -> Bool = { if case .speaking = $0 { true } else { false } }
    #expect(pair.count(.callee, speaking) == 0)
    pair.act(.callee) { session, _ in
      session.expect(streams: [ssrc, 7])
      return []
    }
    pair.run(for: .seconds(1))
    #expect(pair.reports[1].last(where: speaking) == .speaking([ssrc]))
    pair.act(.caller) { session, _ in
      session.setMuted(true)
      return []
    }
    pair.run(for: .seconds(2))
    #expect(pair.reports[1].last(where: speaking) == .speaking([]))
    #expect(pair.count(.callee, speaking) == 2)
  }

  @Test("takes another bitrate during the call")
  func bitrate() {
    let pair = conference()
    pair.act(.callee) { session, _ in
      session.setBitrate(bitsPerSecond: 32_000)
      return []
    }
    #expect(pair.ports[1].encoders.last?.settings.bitsPerSecond == 32_000)
  }

  private func concealed(_ pair: SessionPair) -> Int {
    pair.sessions[1]?.flow?.statistics.concealedSamples ?? 0
  }
}
