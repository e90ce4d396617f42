import Basics
import Calling
import EndToEnd
import Janus
import LoopGLib
import Testing

/// Against Janus, where it is installed.
@Suite("Janus server", .serialized, .enabled(if: JanusServer.isInstalled))
struct JanusServerTests {
  @Test("two sit in a room, hear each other and not themselves, and survive a lost socket")
  func twoSeats() async throws {
    let server = try JanusServer()
    defer { server.stop() }
    let keeper = JanusHousekeeper(url: server.url)
    defer { keeper.stop() }
    let plan = JanusRoomPlan(
      room: .number(4_711), description: "Test", pin: Secret("pin"), secret: Secret("secret"))
    try #require(await keeper.carryOut(.create(plan), id: 1))
    for (id, token) in [(2, "one"), (3, "other")] {
      try #require(
        await keeper.carryOut(
          .allow(room: plan.room, token: Secret(token), secret: plan.secret), id: id))
    }
    let one = JanusPhone(place(server, plan, token: "one", name: "One"), hertz: 440)
    let other = JanusPhone(place(server, plan, token: "other", name: "Other"), hertz: 660)
    defer {
      one.stop()
      other.stop()
    }
    for phone in [one, other] {
      #expect(
        await eventually { phone.told.withLock { $0.isSecured } },
        "\(phone.told.withLock { $0.reports })")
    }
    for (phone, wanted, own) in [(one, 660.0, 440.0), (other, 440.0, 660.0)] {
      #expect(await hears(phone, wanted, notItself: own))
    }
    #expect(
      await eventually {
        one.told.withLock { told in
          told.reports.contains { report in
            guard case .participants(let list) = report else { return false }
            return list.contains { $0.name == "Other" && $0.isSpeaking }
          }
        }
      })
    one.loseSocket()
    #expect(
      await eventually {
        one.told.withLock { $0.reports.contains(.notice("The media server is there again.")) }
      }, "\(one.told.withLock { $0.reports.suffix(4) })")
    #expect(one.told.withLock { $0.openCount } == 2)
    #expect(await hears(one, 660, notItself: 440))
    other.leave()
    #expect(await eventually { other.told.withLock { $0.reports.last == .left } })
    #expect(
      await eventually {
        one.told.withLock { told in
          let lists = told.reports.compactMap { report -> [Participant]? in
            if case .participants(let list) = report { return list }
            return nil
          }
          return lists.last?.count == 1
        }
      })
    #expect(await keeper.carryOut(.destroy(room: plan.room, secret: plan.secret), id: 9))
    #expect(
      await eventually {
        one.told.withLock { told in
          told.reports.contains { if case .dismissed = $0 { true } else { false } }
        }
      })
  }

  @Test("says in words that PIN or token is wrong, and that there is no such room")
  func refused() async throws {
    let server = try JanusServer()
    defer { server.stop() }
    let keeper = JanusHousekeeper(url: server.url)
    defer { keeper.stop() }
    let plan = JanusRoomPlan(
      room: .number(1), description: "Test", pin: Secret("pin"), secret: Secret("secret"))
    try #require(await keeper.carryOut(.create(plan), id: 1))
    #expect(await keeper.carryOut(.create(plan), id: 2), "a room that is there already will do")
    var elsewhere = plan
    elsewhere.room = .number(2)
    for (plan, token, words) in [(plan, "wrong", "admit"), (elsewhere, "x", "no longer exists")] {
      let phone = JanusPhone(place(server, plan, token: token, name: "One"), hertz: 440)
      defer { phone.stop() }
      #expect(
        await eventually {
          phone.told.withLock { told in
            told.reports.contains {
              if case .failed(let sentence) = $0 { sentence.contains(words) } else { false }
            }
          }
        }, "\(phone.told.withLock { $0.reports })")
    }
  }

  private func place(
    _ server: JanusServer, _ plan: JanusRoomPlan, token: String, name: String
  ) -> JanusPlace {
    JanusPlace(
      url: server.url, room: plan.room, pin: plan.pin, token: Secret(token), displayName: name)
  }

  private func hears(_ phone: JanusPhone, _ wanted: Double, notItself own: Double) async -> Bool {
    // What was heard before does not count.
    try? await Task.sleep(for: .milliseconds(1_500))
    return await eventually(within: .seconds(15)) {
      let heard = phone.heard(24_000)
      return Tones.amplitude(heard, hertz: wanted) > 2_000
        && Tones.amplitude(heard, hertz: own) < 300
    }
  }
}
