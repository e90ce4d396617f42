import Basics
import Formats
import Janus
import Testing

@Suite("Janus: rooms kept")
struct JanusKeeperTests {
  private let plan = JanusRoomPlan(
    room: .number(5), description: "Lobby", pin: Secret("p"), secret: Secret("s"))

  @Test("connects when there is something to do, and makes rooms with the admin key")
  func creates() throws {
    var (keeper, sent) = try ready()
    let body = try #require(sent.last?["body"])
    #expect(sent.last?["apisecret"] == "api")
    #expect(body["request"] == "create" && body["admin_key"] == "key" && body["pin"] == "p")
    #expect(body["allowed"] == ["s"])
    let done = answer(&keeper, sent.last, ["audiobridge": "created", "room": 5])
    #expect(done == [.done(1)])
    let more = keeper.carryOut(
      .allow(room: .number(5), token: Secret("t"), secret: Secret("s")), id: 2, at: .zero)
    guard case .send(let text)? = more.first else {
      Issue.record("nothing was sent")
      return
    }
    let allow = try JSONValue(decoding: text)
    #expect(allow["body"]?["request"] == "allowed" && allow["body"]?["action"] == "add")
    #expect(allow["body"]?["allowed"] == ["t"])
    let refused = answer(&keeper, allow, ["error_code": 485, "error": "No such room"])
    #expect(refused == [.refused(2, JanusFailure(code: 485, reason: "No such room"))])
  }

  @Test("a room that exists already is as good as made")
  func exists() throws {
    var (keeper, sent) = try ready()
    #expect(answer(&keeper, sent.last, ["error_code": 486, "error": "exists"]) == [.done(1)])
  }

  @Test("what is asked about a room waits for the answer before it, as the server keeps no order")
  func order() throws {
    var (keeper, sent) = try ready()
    let other = JanusRoomPlan(
      room: .number(6), description: "Hall", pin: Secret("p"), secret: Secret("s"))
    let allow = JanusKeeper.Task.allow(
      room: .number(5), token: Secret("t"), secret: Secret("s"))
    #expect(keeper.carryOut(allow, id: 2, at: .zero) == [])
    let destroy = JanusKeeper.Task.destroy(room: .number(5), secret: Secret("s"))
    #expect(keeper.carryOut(destroy, id: 3, at: .zero) == [])
    // Another room need not wait.
    #expect(texts(keeper.carryOut(.create(other), id: 4, at: .zero)).count == 1)
    for (id, word) in [(1, "allowed"), (2, "destroy")] {
      let effects = answer(&keeper, sent.last, ["audiobridge": "success"])
      #expect(effects.first == .done(id))
      sent = texts(effects)
      #expect(sent.map { $0["body"]?["request"] } == [.string(word)])
    }
    #expect(answer(&keeper, sent.last, ["audiobridge": "destroyed"]) == [.done(3)])
  }

  @Test("who waits for a room that cannot be made is told why")
  func notMade() throws {
    var (keeper, sent) = try ready()
    for id in [2, 3] {
      _ = keeper.carryOut(
        .allow(room: .number(5), token: Secret("t"), secret: Secret("s")), id: id, at: .zero)
    }
    let failure = JanusFailure(code: 489, reason: "Unauthorized")
    #expect(
      answer(&keeper, sent.last, ["error_code": 489, "error": "Unauthorized"])
        == [1, 2, 3].map { .refused($0, failure) })
  }

  @Test("what cannot be done is told, and too much is refused")
  func fails() {
    var keeper = JanusKeeper(apiSecret: nil, adminKey: nil)
    var generator = SeededGenerator(seed: 1)
    for id in 0..<JanusKeeper.taskLimit {
      _ = keeper.carryOut(.create(plan), id: id, at: .zero)
    }
    guard case .failed(999, _)? = keeper.carryOut(.create(plan), id: 999, at: .zero).first else {
      Issue.record("there is no bound")
      return
    }
    let effects = keeper.lost("Nobody answers.", at: .zero, using: &generator)
    #expect(effects.count { if case .failed = $0 { true } else { false } } == JanusKeeper.taskLimit)
  }

  private func ready() throws -> (JanusKeeper, [JSONValue]) {
    var keeper = JanusKeeper(apiSecret: Secret("api"), adminKey: Secret("key"))
    #expect(keeper.carryOut(.create(plan), id: 1, at: .zero) == [.open])
    var sent = texts(keeper.opened(at: .zero))
    for id: JSONValue in [11, 22] {
      let message: JSONValue = [
        "janus": "success", "transaction": sent.last?["transaction"] ?? .null, "data": ["id": id],
      ]
      sent += texts(keeper.received(message.text, at: .zero))
    }
    return (keeper, sent)
  }

  private func answer(
    _ keeper: inout JanusKeeper, _ request: JSONValue?, _ data: JSONValue
  ) -> [JanusKeeper.Effect] {
    let message: JSONValue = [
      "janus": "success", "transaction": request?["transaction"] ?? .null,
      "plugindata": ["data": data],
    ]
    return keeper.received(message.text, at: .zero)
  }

  private func texts(_ effects: [JanusKeeper.Effect]) -> [JSONValue] {
    effects.compactMap { effect in
      if case .send(let text) = effect { return try? JSONValue(decoding: text) }
      return nil
    }
  }
}
