import Basics
import Media
import Simulation
import Testing

@testable import Exchange

@Suite("AttendantDesk: orders in any order")
struct DeskStormTests {
  @Test("ten thousand orders at random leave every leg where it belongs", arguments: [1, 2, 3, 4])
  func storm(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let bench = DeskBench()
    bench.join("r", as: "real")
    bench.call("parrot", as: "caller")
    bench.run(for: .milliseconds(200))
    for number in 0..<10_000 {
      bench.order(order(using: &generator))
      if number.isMultiple(of: 500) { bench.run(for: .milliseconds(60)) }
      if number.isMultiple(of: 100) { expectOrder(bench.desk) }
    }
    expectOrder(bench.desk)
    bench.closeDesk()
    #expect(bench.desk.legs.isEmpty)
    #expect(bench.desk.rooms.isEmpty)
    #expect(bench.desk.conferences.isEmpty)
    bench.run(for: .milliseconds(100))
    #expect(bench.desk.deadline == nil)
  }

  /// Every leg stands in exactly the room or conference that it says, and none is empty.
  private func expectOrder(_ desk: AttendantDesk) {
    var placed: [String: Int] = [:]
    for (name, room) in desk.rooms {
      #expect(!room.isEmpty && room.legs.count <= AttendantDesk.roomLegLimit)
      for leg in room.legs {
        placed[leg, default: 0] += 1
        #expect(desk.legs[leg]?.place == .room(name))
      }
    }
    for (name, conference) in desk.conferences {
      #expect(!conference.isEmpty && conference.legs.count <= AttendantDesk.conferenceLegLimit)
      for leg in conference.legs {
        placed[leg, default: 0] += 1
        #expect(desk.legs[leg]?.place == .conference(name))
      }
    }
    for (name, leg) in desk.legs {
      switch leg.place {
      case .attendant:
        #expect(leg.conversation != nil)
        #expect(placed[name] == nil)
      case .parked:
        #expect(leg.waitingSignal != nil)
        #expect(placed[name] == nil)
      case .room, .conference: #expect(placed[name] == 1)
      }
      #expect((leg.session == nil) != (leg.line == nil))
    }
    #expect(desk.legs.count <= AttendantDesk.legLimit)
    #expect(desk.legs.values.count { $0.place == .attendant } <= AttendantDesk.callLimit)
  }

  private func order(using generator: inout SeededGenerator) -> AttendantOrder {
    let names = ["real", "caller"] + (0..<12).map { "leg\($0)" }
    let leg = names[Int.random(in: 0..<names.count, using: &generator)]
    let room = ["r", "s", "", "a/b"][Int.random(in: 0..<4, using: &generator)]
    let guest = AttendantGuest(userID: "u", name: "U")
    let rate = [16_000, 24_000, 0, -1][Int.random(in: 0..<4, using: &generator)]
    let sdp = ["", "v=0", "junk\r\n"][Int.random(in: 0..<3, using: &generator)]
    let bots = ["echo", "parrot", "operator", "nobody"]
    let bot = bots[Int.random(in: 0..<4, using: &generator)]
    switch Int.random(in: 0..<18, using: &generator) {
    case 0: return .invite(callID: leg, attendant: bot, caller: guest, offer: sdp)
    case 1: return .placed(callID: leg, attendant: bot, callee: guest)
    case 2: return .accepted(callID: leg)
    case 3: return .describe(callID: leg, sdp: sdp)
    case 4: return .candidate(callID: leg, sdp)
    case 5: return .endOfCandidates(callID: leg)
    case 6: return leg == "real" ? .stopRecording(room: room) : .hangUp(callID: leg)
    case 7: return .joinRoom(leg: leg, room: room, offer: sdp)
    case 8: return .joinRoomWithSamples(leg: leg, room: room, rate: rate)
    case 9: return .joinConference(leg: leg, conference: room)
    case 10: return .talkWithSamples(leg: leg, attendant: bot, guest: guest, rate: rate)
    case 11:
      let count = Int.random(in: 0..<3_000, using: &generator)
      return .samples(
        leg: leg, [Int16](repeating: .random(in: -9_000...9_000, using: &generator), count: count))
    case 12: return .mute(leg: leg, .random(using: &generator))
    case 13: return .park(callID: leg)
    case 14, 15: return .move(callID: leg, room: room)
    case 16: return .startRecording(room: room, path: sdp)
    default: return .stopRecording(room: room)
    }
  }
}
