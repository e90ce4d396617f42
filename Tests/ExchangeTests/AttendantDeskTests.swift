import Basics
import Exchange
import Media
import SDP
import Simulation
import Testing

@Suite("AttendantDesk")
struct AttendantDeskTests {
  @Test("Echo takes a call and sends the guest's words back a second later")
  func echo() throws {
    let bench = DeskBench()
    bench.call("echo", as: "c1")
    bench.run(for: .milliseconds(200))
    #expect(bench.reports.first == .accept(callID: "c1"))
    #expect(bench.guests["c1"]?.reports.contains(.secured) == true)
    let frame = [Int16](repeating: 5_000, count: 960)
    bench.guests["c1"]?.speech = [[Int16]](repeating: frame, count: 25)
    bench.guests["c1"]?.heard = []
    bench.run(for: .seconds(3))
    let heard = try #require(bench.guests["c1"]?.heard)
    let first = try #require(heard.firstIndex { $0 > 4_000 })
    let loud = heard.count { $0 > 4_000 }
    // One second, and what two jitter buffers and a frame take.
    #expect((48_000...60_000).contains(first), "\(first)")
    #expect((23_000...25_000).contains(loud), "\(loud)")
  }

  @Test("Parrot's words and states are told, and its voice is heard")
  func parrot() {
    let bench = DeskBench()
    bench.call("parrot", as: "c1")
    bench.run(for: .seconds(2))
    #expect(
      bench.count {
        $0
          == .transcript(
            callID: "c1",
            AttendantUtterance(
              isOwn: true, text: "Hello, I am Parrot. Say anything, and I say it back.",
              isFinal: true))
      } == 1)
    #expect(bench.reports.contains(.agent(callID: "c1", .speaking)))
    #expect(bench.reports.last == .agent(callID: "c1", .listening))
    #expect(bench.guests["c1"]?.heard.contains { $0 > 2_000 } == true)
  }

  @Test("who has words waits for the voices, Echo does not")
  func waitsForVoices() {
    let bench = DeskBench(voices: nil)
    bench.call("parrot", as: "c1")
    bench.call("echo", as: "c2")
    bench.guests["c2"]?.speech = [[Int16]](
      repeating: [Int16](repeating: 5_000, count: 960), count: 50)
    bench.run(for: .seconds(2))
    #expect(!bench.reports.contains(.agent(callID: "c1", .speaking)))
    #expect(bench.guests["c2"]?.heard.contains { $0 > 4_000 } == true)
    bench.speak(with: Voices(clips: [.parrotGreeting: [Int16](repeating: 7_000, count: 9_600)]))
    bench.speak(with: Voices())
    #expect(bench.count { $0 == .agent(callID: "c1", .speaking) } == 1)
    bench.run(for: .seconds(1))
    #expect(bench.guests["c1"]?.heard.contains { $0 > 6_000 } == true)
  }

  @Test("Operator hangs up, and calls back three seconds later")
  func callsBack() throws {
    let bench = DeskBench()
    bench.call("operator", as: "c1")
    bench.run(for: .seconds(2))
    #expect(bench.reports.contains(.hangUp(callID: "c1", reason: "hangup")))
    let hangUpAt = bench.now
    #expect(!bench.reports.contains(.placeCall(attendant: "operator", to: "alice")))
    bench.run(for: .seconds(3))
    #expect(bench.reports.contains(.placeCall(attendant: "operator", to: "alice")))
    #expect(hangUpAt.duration(to: bench.now) <= .seconds(3))
    bench.run(for: .seconds(2))
    #expect(bench.guests["back"]?.reports.contains(.secured) == true)
    #expect(bench.guests["back"]?.heard.contains { $0 > 2_000 } == true)
    // Told to by the key.
    bench.act("back") { $0.digits("#", at: $1) }
    bench.run(for: .seconds(3))
    #expect(bench.reports.last == .hangUp(callID: "back", reason: "hangup"))
  }

  @Test("a guest who hangs up is not talked to any more")
  func guestLeaves() {
    let bench = DeskBench()
    bench.call("echo", as: "c1")
    bench.run(for: .seconds(1))
    bench.order(.hangUp(callID: "c1"))
    #expect(bench.desk.deadline != nil)
    bench.run(for: .seconds(1))
    #expect(bench.desk.deadline == nil)
    let count = bench.reports.count
    bench.order(.hangUp(callID: "c1"))
    bench.order(.describe(callID: "c1", sdp: "v=0"))
    bench.order(.candidate(callID: "c1", "x"))
    #expect(bench.reports.count == count)
  }

  @Test("a guest whose sound says goodbye has hung up")
  func peerLeft() {
    let bench = DeskBench()
    bench.call("echo", as: "c1")
    bench.run(for: .seconds(1))
    bench.act("c1") { $0.close(at: $1) }
    bench.run(for: .seconds(1))
    #expect(bench.reports.last == .hangUp(callID: "c1", reason: "hangup"))
  }

  @Test("32 guests are talked to at once, the next hears busy")
  func limit() {
    let bench = DeskBench()
    for number in 0..<AttendantDesk.callLimit { bench.call("echo", as: "c\(number)") }
    bench.run(for: .milliseconds(300))
    #expect(bench.count { if case .accept = $0 { true } else { false } } == 32)
    bench.call("echo", as: "late")
    bench.run(for: .milliseconds(100))
    #expect(bench.reports.last == .hangUp(callID: "late", reason: "busy"))
    bench.order(.hangUp(callID: "c0"))
    bench.call("echo", as: "later")
    bench.run(for: .milliseconds(100))
    #expect(bench.reports.contains(.accept(callID: "later")))
  }

  @Test("an offer that is none ends the call", arguments: ["", "v=0", "junk\r\n", "v=0\r\n"])
  func badOffers(offer: String) {
    let bench = DeskBench()
    bench.order(
      .invite(
        callID: "c1", attendant: "echo", caller: AttendantGuest(userID: "a", name: "a"),
        offer: offer))
    bench.run(for: .milliseconds(100))
    #expect(bench.reports.last == .hangUp(callID: "c1", reason: "failed"))
    bench.run(for: .seconds(1))
    #expect(bench.desk.deadline == nil)
  }

  @Test("nobody is called by a name that no attendant has")
  func unknownAttendant() {
    let bench = DeskBench()
    bench.call("nobody", as: "c1")
    bench.run(for: .milliseconds(100))
    #expect(bench.reports.last == .hangUp(callID: "c1", reason: "busy"))
  }

  @Test("a guest without a path is given up after fifteen seconds")
  func noPath() {
    let bench = DeskBench()
    bench.hasPath = false
    bench.call("echo", as: "c1")
    bench.run(for: .milliseconds(14_900))
    #expect(bench.reports.first == .accept(callID: "c1"))
    #expect(bench.desk.deadline != nil)
    bench.run(for: .milliseconds(200))
    #expect(bench.reports.last == .hangUp(callID: "c1", reason: "failed"))
    #expect(bench.desk.deadline == nil)
  }

  @Test("a desk that closes ends all calls and forgets its promises")
  func closes() {
    let bench = DeskBench()
    bench.call("operator", as: "c1")
    bench.call("echo", as: "c2")
    bench.run(for: .seconds(2))
    bench.closeDesk()
    #expect(bench.reports.last == .hangUp(callID: "c2", reason: "hangup"))
    bench.run(for: .seconds(5))
    #expect(!bench.reports.contains(.placeCall(attendant: "operator", to: "alice")))
  }
}
