import Basics
import Media
import SDP
import Simulation
import Testing

@testable import Exchange

@Suite("Conferences")
struct ConferenceTests {
  private func conference(_ legs: [String] = ["a", "b", "c"]) -> DeskBench {
    let bench = DeskBench()
    for leg in legs { bench.order(.joinConference(leg: leg, conference: "k")) }
    bench.run(for: .milliseconds(300))
    return bench
  }

  @Test("three are sent the other two, and not themselves")
  func three() {
    let bench = conference()
    for leg in ["a", "b", "c"] { #expect(bench.reports.contains(.secured(callID: leg))) }
    for (leg, value) in [("a", 1_000), ("b", 2_000), ("c", 4_000)] as [(String, Int16)] {
      bench.say(value, as: leg)
    }
    bench.run(for: .seconds(1))
    #expect(bench.hears("a") == 6_000)
    #expect(bench.hears("b") == 5_000)
    #expect(bench.hears("c") == 3_000)
    // Nothing was decoded or encoded on the way.
    #expect(bench.ports.decoders.isEmpty)
    #expect(bench.ports.encoders.isEmpty)
  }

  @Test("each stream is told once, under its leg")
  func streams() {
    let bench = conference()
    for leg in ["a", "b", "c"] { bench.say(1_000, as: leg) }
    bench.run(for: .seconds(1))
    let streams = bench.streams
    #expect(streams.map(\.leg).sorted() == ["a", "b", "c"])
    for (leg, ssrc) in streams { #expect(bench.guests[leg]?.session.ssrc == ssrc) }
  }

  @Test("the exchange offers, controls the checks and leaves the handshake's beginning to the leg")
  func offers() throws {
    let bench = conference(["a"])
    let gather = IceOrder.gather(isControlling: true, servers: [], includesLoopback: true)
    #expect(bench.agents["a"]?.orders.first == gather)
    let offer = bench.reports.compactMap { report -> String? in
      if case .described("a", true, let sdp) = report { sdp } else { nil }
    }
    let audio = try AudioDescription(
      reading: SessionDescription(decoding: try #require(offer.first)))
    #expect(audio.setup == .actpass)
    #expect(audio.opus.payloadType == 111)
    #expect(audio.telephoneEvents.contains { $0.payloadType == 126 })
    #expect(audio.audioLevelID == 1)
    #expect(!audio.isIceLite)
    #expect(bench.count { if case .described = $0 { true } else { false } } == 1)
  }

  @Test("a leg that looks for another path is described anew, and goes on being heard meanwhile")
  func restarts() throws {
    let bench = conference(["a", "b"])
    bench.say(1_000, as: "a")
    bench.run(for: .milliseconds(500))
    bench.order(.restart(leg: "b"))
    bench.run(for: .seconds(1))
    let offers = bench.reports.compactMap { report -> String? in
      if case .described("b", true, let sdp) = report { sdp } else { nil }
    }
    let credentials = try offers.map {
      try AudioDescription(reading: SessionDescription(decoding: $0)).credentials
    }
    #expect(Set(credentials.map(\.ufrag)).count == 2)
    #expect(bench.hears("b") == 1_000)
    #expect(!bench.reports.contains { if case .hangUp = $0 { true } else { false } })
  }

  @Test("a number that is another leg's is not passed on under that name")
  func collision() {
    let bench = DeskBench()
    bench.guestSeed = 77
    for leg in ["a", "b"] { bench.order(.joinConference(leg: leg, conference: "k")) }
    bench.run(for: .milliseconds(5))
    #expect(bench.guests["a"]?.session.ssrc == bench.guests["b"]?.session.ssrc)
    bench.guestSeed = nil
    bench.order(.joinConference(leg: "c", conference: "k"))
    bench.run(for: .milliseconds(300))
    bench.say(1_000, as: "a")
    bench.say(2_000, as: "b")
    bench.run(for: .seconds(1))
    // Whoever hears another one under its own number takes a new one (RFC 3550 §8.2).
    #expect(bench.hears("c") == 3_000)
    let streams = bench.streams.filter { $0.leg != "c" }
    #expect(Set(streams.map(\.ssrc)).count == streams.count)
  }

  @Test("a leg owns its numbers until it leaves, and a bounded number of them")
  func numbers() {
    var conference = Conference()
    conference.add("a", ssrc: 1)
    conference.add("b", ssrc: 2)
    #expect(conference.admit(10, from: "a") == .new)
    #expect(conference.admit(10, from: "a") == .known)
    #expect(conference.admit(10, from: "b") == .refused)
    #expect(conference.admit(1, from: "b") == .refused)
    for number in 0..<31 { #expect(conference.admit(100 + UInt32(number), from: "a") == .new) }
    #expect(conference.admit(99, from: "a") == .refused)
    #expect(conference.admit(99, from: "b") == .new)
    conference.remove("a")
    #expect(conference.admit(10, from: "b") == .new)
  }

  @Test("who is muted is not passed on")
  func mutes() {
    let bench = conference()
    bench.say(1_000, as: "a")
    bench.order(.mute(leg: "a", true))
    bench.run(for: .seconds(1))
    #expect(bench.guests["b"]?.heard.contains(1_000) == false)
    bench.order(.mute(leg: "a", false))
    bench.run(for: .seconds(1))
    #expect(bench.hears("b") == 1_000)
  }

  @Test("who leaves is not heard, and the others go on")
  func leaves() {
    let bench = conference()
    bench.say(1_000, as: "a")
    bench.say(2_000, as: "b")
    bench.run(for: .milliseconds(500))
    bench.order(.hangUp(callID: "a"))
    bench.run(for: .seconds(2))
    #expect(bench.hears("c") == 2_000)
    bench.act("b") { $0.close(at: $1) }
    bench.run(for: .milliseconds(200))
    #expect(bench.reports.contains(.hangUp(callID: "b", reason: "hangup")))
    bench.order(.hangUp(callID: "c"))
    bench.run(for: .milliseconds(100))
    #expect(bench.desk.deadline == nil)
  }

  @Test("a full conference is busy")
  func full() {
    let bench = DeskBench()
    bench.answersOffers = false
    for number in 0..<AttendantDesk.conferenceLegLimit {
      bench.order(.joinConference(leg: "g\(number)", conference: "k"))
    }
    bench.run(for: .milliseconds(50))
    #expect(bench.count { if case .hangUp = $0 { true } else { false } } == 0)
    bench.order(.joinConference(leg: "late", conference: "k"))
    #expect(bench.reports.last == .hangUp(callID: "late", reason: "busy"))
    bench.order(.hangUp(callID: "g1"))
    bench.order(.joinConference(leg: "later", conference: "k"))
    bench.run(for: .milliseconds(50))
    #expect(
      bench.reports.contains { if case .described("later", true, _) = $0 { true } else { false } })
  }

  @Test("an offer that nobody answers is given up after a minute")
  func unanswered() {
    let bench = DeskBench()
    bench.answersOffers = false
    bench.order(.joinConference(leg: "a", conference: "k"))
    bench.run(for: .seconds(59))
    #expect(!bench.reports.contains(.hangUp(callID: "a", reason: "failed")))
    bench.run(for: .seconds(2))
    #expect(bench.reports.contains(.hangUp(callID: "a", reason: "failed")))
    #expect(bench.desk.deadline == nil)
  }

  @Test("an answer that is none ends the leg", arguments: ["", "v=0", "junk\r\n"])
  func badAnswers(answer: String) {
    let bench = DeskBench()
    bench.answersOffers = false
    bench.order(.joinConference(leg: "a", conference: "k"))
    bench.run(for: .milliseconds(100))
    bench.order(.describe(callID: "a", sdp: answer))
    #expect(bench.reports.last == .hangUp(callID: "a", reason: "failed"))
  }

  @Test("who speaks is told by the senders' own measurement, and ends when they fall silent")
  func speakers() {
    let bench = conference()
    bench.say(3_000, as: "b", for: .milliseconds(300))
    bench.run(for: .milliseconds(400))
    #expect(bench.reports.last == .speakers(room: "k", legs: ["b"]))
    // Not even silence arrives.
    bench.lost = ["a", "b", "c"]
    bench.run(for: .seconds(1))
    #expect(bench.reports.last == .speakers(room: "k", legs: []))
    #expect(bench.count { if case .speakers = $0 { true } else { false } } == 2)
  }

  @Test("of silence three packets are passed on, and what is said then is heard at once")
  func silence() {
    let bench = conference()
    bench.run(for: .seconds(1))
    let received = { bench.packetsReceived(by: "b") }
    let before = received()
    bench.run(for: .seconds(2))
    #expect(received() == before)
    bench.say(1_000, as: "a", for: .milliseconds(400))
    bench.run(for: .seconds(2))
    #expect((20...24).contains(received() - before), "\(received() - before)")
    #expect((bench.guests["b"]?.heard.count { $0 == 1_000 } ?? 0) > 18_000)
  }

  @Test("who dies without a goodbye loses the seat")
  func dies() {
    let bench = conference()
    bench.lost = ["a"]
    bench.run(for: .seconds(32))
    #expect(bench.reports.contains(.hangUp(callID: "a", reason: "failed")))
    #expect(!bench.reports.contains(.hangUp(callID: "b", reason: "failed")))
  }

  @Test("forged datagrams are dropped")
  func junk() {
    let bench = conference()
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<2_000 {
      var datagram = (0..<Int.random(in: 0..<200, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      if !datagram.isEmpty { datagram[0] = UInt8.random(in: 128...191, using: &generator) }
      bench.inject(datagram, from: "a")
    }
    #expect(bench.streams.count == 3)
    bench.say(1_000, as: "a")
    bench.run(for: .seconds(1))
    #expect(bench.hears("b") == 1_000)
  }

  @Test("a leg of packets is neither parked nor moved")
  func stays() {
    let bench = conference()
    bench.order(.park(callID: "a"))
    bench.order(.move(callID: "a", room: "r"))
    bench.say(1_000, as: "a")
    bench.run(for: .seconds(1))
    #expect(bench.hears("b") == 1_000)
  }

  @Test("every leg learns the round trip to the exchange")
  func reports() {
    let bench = conference()
    for leg in ["a", "b", "c"] { bench.say(1_000, as: leg) }
    bench.run(for: .seconds(12))
    for leg in ["a", "b", "c"] {
      let times = bench.guests[leg]?.reports.compactMap { report -> Double? in
        if case .statistics(let statistics) = report { statistics.roundTripTime } else { nil }
      }
      #expect(times?.isEmpty == false, "\(leg)")
    }
  }
}

extension DeskBench {
  fileprivate func packetsReceived(by leg: String) -> Int {
    for case .statistics(let statistics) in (guests[leg]?.reports ?? []).reversed() {
      return statistics.packetsReceived
    }
    return 0
  }

  fileprivate var streams: [(leg: String, ssrc: UInt32)] {
    reports.compactMap { if case .stream(let leg, let ssrc) = $0 { (leg, ssrc) } else { nil } }
  }
}
