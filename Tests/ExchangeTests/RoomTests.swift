import Basics
import Exchange
import Media
import Simulation
import Testing

@Suite("Rooms")
struct RoomTests {
  private func room(_ legs: [String] = ["a", "b", "c"]) -> DeskBench {
    let bench = DeskBench()
    for leg in legs { bench.join("r", as: leg) }
    bench.run(for: .milliseconds(300))
    return bench
  }

  @Test("three hear the other two and not themselves")
  func three() {
    let bench = room()
    for leg in ["a", "b", "c"] { #expect(bench.reports.contains(.secured(callID: leg))) }
    for (leg, value) in [("a", 1_000), ("b", 2_000), ("c", 4_000)] as [(String, Int16)] {
      bench.say(value, as: leg)
    }
    bench.run(for: .seconds(1))
    #expect(bench.hears("a") == 6_000)
    #expect(bench.hears("b") == 5_000)
    #expect(bench.hears("c") == 3_000)
  }

  @Test("two rooms do not hear each other")
  func apart() {
    let bench = room()
    bench.join("s", as: "d")
    bench.join("s", as: "e")
    bench.run(for: .milliseconds(300))
    bench.say(1_000, as: "a")
    bench.say(500, as: "d")
    bench.run(for: .seconds(1))
    #expect(bench.hears("b") == 1_000)
    #expect(bench.hears("e") == 500)
    #expect(bench.hears("d") == 0)
  }

  @Test("who is muted hears and is not heard, until that is over")
  func mutes() {
    let bench = room()
    bench.say(1_000, as: "a")
    bench.say(2_000, as: "b")
    bench.order(.mute(leg: "a", true))
    bench.run(for: .seconds(1))
    #expect(bench.hears("a") == 2_000)
    #expect(bench.hears("c") == 2_000)
    bench.order(.mute(leg: "a", false))
    bench.run(for: .seconds(1))
    #expect(bench.hears("c") == 3_000)
  }

  @Test("the sum of loud voices is limited, and does not roll over")
  func saturates() {
    let bench = room()
    bench.say(30_000, as: "a")
    bench.say(30_000, as: "b")
    bench.run(for: .seconds(1))
    #expect(bench.hears("c") == 32_767)
    #expect(bench.hears("a") == 30_000)
  }

  @Test("who leaves is not heard any more, and the room ends with the last")
  func leaves() {
    let bench = room()
    bench.say(1_000, as: "a")
    bench.run(for: .milliseconds(500))
    bench.order(.hangUp(callID: "a"))
    bench.run(for: .milliseconds(500))
    #expect(bench.hears("b") == 0)
    // Another one goes by itself.
    bench.act("b") { $0.close(at: $1) }
    bench.run(for: .milliseconds(500))
    #expect(bench.reports.last == .hangUp(callID: "b", reason: "hangup"))
    bench.order(.hangUp(callID: "c"))
    bench.run(for: .milliseconds(100))
    #expect(bench.desk.deadline == nil)
  }

  @Test("who dies without a goodbye loses the seat half a minute later")
  func dies() {
    let bench = room()
    bench.lost = ["a"]
    bench.run(for: .seconds(29))
    #expect(!bench.reports.contains(.hangUp(callID: "a", reason: "failed")))
    bench.run(for: .seconds(3))
    #expect(bench.reports.contains(.hangUp(callID: "a", reason: "failed")))
    #expect(!bench.reports.contains(.hangUp(callID: "b", reason: "failed")))
  }

  @Test("who is heard again in time keeps the seat")
  func recovers() {
    let bench = room()
    bench.lost = ["a"]
    bench.run(for: .seconds(20))
    bench.lost = []
    bench.run(for: .seconds(20))
    bench.lost = ["a"]
    bench.run(for: .seconds(20))
    #expect(!bench.reports.contains(.hangUp(callID: "a", reason: "failed")))
  }

  @Test("a full room is busy until somebody leaves")
  func full() {
    let bench = DeskBench()
    for number in 0..<AttendantDesk.roomLegLimit { bench.join("r", as: "g\(number)") }
    bench.run(for: .milliseconds(100))
    #expect(bench.count { if case .hangUp = $0 { true } else { false } } == 0)
    bench.join("r", as: "late")
    bench.run(for: .milliseconds(50))
    #expect(bench.reports.last == .hangUp(callID: "late", reason: "busy"))
    bench.order(.hangUp(callID: "g3"))
    bench.join("r", as: "later")
    bench.run(for: .milliseconds(300))
    #expect(bench.reports.contains(.secured(callID: "later")))
  }

  @Test("there is an end to the legs in all")
  func fullHouse() {
    let bench = DeskBench()
    for number in 0..<AttendantDesk.legLimit { bench.join("r\(number % 20)", as: "g\(number)") }
    bench.run(for: .milliseconds(20))
    #expect(bench.count { if case .hangUp = $0 { true } else { false } } == 0)
    bench.join("empty", as: "late")
    bench.run(for: .milliseconds(20))
    #expect(bench.reports.last == .hangUp(callID: "late", reason: "busy"))
  }

  @Test("an offer that is none ends the leg", arguments: ["", "v=0", "junk\r\n", "v=0\r\n"])
  func badOffers(offer: String) {
    let bench = room()
    bench.order(.joinRoom(leg: "x", room: "r", offer: offer))
    bench.run(for: .milliseconds(100))
    #expect(bench.reports.last == .hangUp(callID: "x", reason: "failed"))
    bench.say(1_000, as: "a")
    bench.run(for: .milliseconds(500))
    #expect(bench.hears("b") == 1_000)
  }

  @Test("a second join of the same leg and orders for nobody change nothing")
  func nobody() {
    let bench = room()
    let count = bench.reports.count
    for order in [
      .hangUp(callID: "x"), .mute(leg: "x", true), .park(callID: "x"),
      .move(callID: "x", room: "r"), .describe(callID: "x", sdp: "v=0"),
      .candidate(callID: "a", "junk"), .stopRecording(room: "x"),
    ] as [AttendantOrder] {
      bench.order(order)
    }
    #expect(bench.reports.count == count)
    bench.order(.joinRoom(leg: "a", room: "s", offer: "v=0"))
    #expect(bench.reports.count == count)
    bench.say(1_000, as: "b")
    bench.run(for: .milliseconds(500))
    #expect(bench.hears("a") == 1_000)
  }

  @Test("of ten voices the eight loudest are mixed, each without itself")
  func loudest() {
    let legs = (0..<10).map { "g\($0)" }
    let values: [Int16] = [100, 150, 1_000, 1_100, 1_200, 1_300, 1_400, 1_500, 1_600, 1_700]
    let bench = room(legs)
    for (leg, value) in zip(legs, values) { bench.say(value, as: leg) }
    bench.run(for: .seconds(1))
    let sum = values.suffix(8).reduce(0, +)
    #expect(bench.hears("g0") == sum)
    #expect(bench.hears("g1") == sum)
    #expect(bench.hears("g9") == sum - 1_700)
  }

  @Test("all who are silent hear the same, encoded once")
  func sharesEncoding() {
    let bench = room(["a", "b", "c", "d", "e"])
    bench.say(1_000, as: "a")
    bench.run(for: .milliseconds(500))
    let before = bench.ports.encoders.reduce(0) { $0 + $1.frameCount }
    bench.run(for: .seconds(1))
    let encoded = bench.ports.encoders.reduce(0) { $0 + $1.frameCount } - before
    // One frame for the four, one for the speaker, fifty times a second.
    #expect((98...102).contains(encoded), "\(encoded)")
    #expect(bench.hears("e") == 1_000)
  }

  // MARK: Who speaks

  @Test("who speaks is told once, and a pause within a sentence is none")
  func speakers() {
    let bench = room()
    bench.say(3_000, as: "b", for: .milliseconds(300))
    bench.run(for: .milliseconds(700))
    bench.say(3_000, as: "b", for: .milliseconds(300))
    bench.run(for: .milliseconds(600))
    #expect(bench.speakerReports == [["b"]])
    bench.say(3_000, as: "c", for: .milliseconds(200))
    bench.run(for: .seconds(2))
    #expect(bench.speakerReports.last == [])
    #expect(bench.speakerReports.contains(["b", "c"]))
    #expect(bench.speakerReports.count <= 5)
  }

  @Test("a speaker who leaves speaks no more")
  func speakerLeaves() {
    let bench = room()
    bench.say(3_000, as: "b")
    bench.run(for: .milliseconds(500))
    #expect(bench.speakerReports == [["b"]])
    bench.order(.hangUp(callID: "b"))
    #expect(bench.speakerReports == [["b"], []])
  }

  // MARK: Recording

  @Test("a recording holds everybody's voice, and ends when it is told to")
  func records() {
    let bench = room()
    bench.say(1_000, as: "a")
    bench.say(2_000, as: "b")
    bench.run(for: .milliseconds(500))
    bench.order(.startRecording(room: "r", path: "recordings/1.wav"))
    bench.recorded(.began, of: "r", path: "recordings/1.wav")
    bench.run(for: .seconds(1))
    bench.order(.stopRecording(room: "r"))
    bench.run(for: .milliseconds(500))
    let orders = bench.recordings["r"] ?? []
    #expect(orders.first == .start(path: "recordings/1.wav"))
    #expect(orders.last == .stop)
    #expect((50...52).contains(orders.count - 2), "\(orders.count)")
    #expect(orders.dropFirst().first == .append([Int16](repeating: 3_000, count: 960)))
    #expect(bench.reports.contains(.recording(room: "r", path: "recordings/1.wav", .began)))
    bench.recorded(
      .ended(duration: .seconds(1), byteCount: 96_044), of: "r", path: "recordings/1.wav")
    #expect(
      bench.reports.last
        == .recording(
          room: "r", path: "recordings/1.wav", .ended(duration: .seconds(1), byteCount: 96_044)))
  }

  @Test("a recording ends with its room")
  func recordingEndsWithRoom() {
    let bench = room(["a"])
    bench.order(.startRecording(room: "r", path: "1.wav"))
    bench.order(.hangUp(callID: "a"))
    #expect(bench.recordings["r"] == [.start(path: "1.wav"), .stop])
  }

  @Test("a recorder that fails is given no more, and another recording can begin")
  func recordingFails() {
    let bench = room()
    bench.order(.startRecording(room: "r", path: "1.wav"))
    bench.recorded(.failed("The disk is full."), of: "r", path: "1.wav")
    bench.run(for: .milliseconds(200))
    #expect(bench.recordings["r"] == [.start(path: "1.wav")])
    bench.order(.startRecording(room: "r", path: "2.wav"))
    #expect(bench.recordings["r"]?.last == .start(path: "2.wav"))
    // The end of the first comes late.
    bench.recorded(.ended(duration: .zero, byteCount: 0), of: "r", path: "1.wav")
    bench.run(for: .milliseconds(100))
    #expect(bench.recordings["r"]?.count ?? 0 > 3)
  }

  @Test("one recording at a time, and none of an empty room")
  func recordingRefused() {
    let bench = room()
    bench.order(.startRecording(room: "r", path: "1.wav"))
    bench.order(.startRecording(room: "r", path: "2.wav"))
    guard case .recording("r", "2.wav", .failed)? = bench.reports.last else {
      Issue.record("\(String(describing: bench.reports.last))")
      return
    }
    bench.order(.startRecording(room: "nowhere", path: "3.wav"))
    guard case .recording("nowhere", "3.wav", .failed)? = bench.reports.last else {
      Issue.record("\(String(describing: bench.reports.last))")
      return
    }
    #expect(bench.recordings["nowhere"] == nil)
  }
}

@Suite("Parking and moving")
struct ParkingTests {
  @Test("a parked caller hears a signal, and nobody hears the caller")
  func parks() {
    let bench = DeskBench()
    bench.call("echo", as: "c1")
    bench.run(for: .milliseconds(300))
    let descriptions = bench.descriptionCount
    bench.order(.park(callID: "c1"))
    bench.guests["c1"]?.heard = []
    bench.run(for: .seconds(2))
    #expect(bench.guests["c1"]?.heard.contains { $0 > 1_000 } == true)
    bench.say(5_000, as: "c1", for: .seconds(1))
    bench.run(for: .seconds(3))
    #expect(bench.guests["c1"]?.heard.contains { $0 > 4_000 } == false)
    #expect(bench.descriptionCount == descriptions)
  }

  @Test("a call with an attendant is moved into a room on its path")
  func moves() {
    let bench = DeskBench()
    bench.call("echo", as: "c1")
    bench.join("help", as: "seat")
    bench.run(for: .milliseconds(300))
    let descriptions = bench.descriptionCount
    bench.order(.park(callID: "c1"))
    bench.run(for: .seconds(1))
    bench.order(.move(callID: "c1", room: "help"))
    bench.say(1_000, as: "c1")
    bench.say(2_000, as: "seat")
    bench.run(for: .seconds(1))
    #expect(bench.hears("c1") == 2_000)
    #expect(bench.hears("seat") == 1_000)
    #expect(bench.descriptionCount == descriptions)
    bench.order(.hangUp(callID: "c1"))
    bench.run(for: .milliseconds(500))
    #expect(bench.hears("seat") == 0)
  }

  @Test("who is moved before the seat is there waits alone and is heard when it comes")
  func movesFirst() {
    let bench = DeskBench()
    bench.call("echo", as: "c1")
    bench.run(for: .milliseconds(300))
    bench.order(.move(callID: "c1", room: "help"))
    bench.say(1_000, as: "c1")
    bench.run(for: .milliseconds(300))
    bench.join("help", as: "seat")
    bench.run(for: .seconds(1))
    #expect(bench.hears("seat") == 1_000)
  }

  @Test("a leg of a room goes to another one, and is parked")
  func movesBetweenRooms() {
    let bench = DeskBench()
    bench.join("r", as: "a")
    bench.join("r", as: "b")
    bench.join("s", as: "c")
    bench.run(for: .milliseconds(300))
    bench.say(1_000, as: "a")
    bench.order(.move(callID: "a", room: "s"))
    bench.run(for: .milliseconds(500))
    #expect(bench.hears("b") == 0)
    #expect(bench.hears("c") == 1_000)
    bench.order(.park(callID: "a"))
    bench.run(for: .milliseconds(500))
    #expect(bench.hears("c") == 0)
  }

  @Test("a full room leaves the caller where it is")
  func fullRoom() {
    let bench = DeskBench()
    for number in 0..<AttendantDesk.roomLegLimit { bench.join("r", as: "g\(number)") }
    bench.call("echo", as: "c1")
    bench.run(for: .milliseconds(300))
    bench.order(.park(callID: "c1"))
    bench.order(.move(callID: "c1", room: "r"))
    #expect(bench.notes.last?.text.contains("is full") == true)
    bench.guests["c1"]?.heard = []
    bench.run(for: .seconds(2))
    #expect(bench.guests["c1"]?.heard.contains { $0 > 1_000 } == true)
  }
}

extension DeskBench {
  fileprivate var speakerReports: [[String]] {
    reports.compactMap { if case .speakers(_, let legs) = $0 { legs } else { nil } }
  }

  fileprivate var descriptionCount: Int {
    count { if case .described = $0 { true } else { false } }
  }
}
