import Basics
import EndToEnd
import Formats
import Testing

extension WholePrograms {
  /// Names and words from elsewhere that try to command the terminal.
  @Suite("Hostile names on the screen")
  struct HostileNamesTests {
    @Test(
      "a caller, a contact and a history full of escape sequences change nothing but their place")
    func names() throws {
      let name = JSONValue.string(Hostile.name)
      let call = ScriptedBotServer.call(
        "ringing", caller: "eve", callerName: Hostile.name
      ).object.map { members in
        JSONValue.object(members.merging(["summary": name]) { $1 })
      }
      let past = ScriptedBotServer.call(
        "ended", reason: Hostile.name, caller: "eve", callerName: Hostile.name
      ).object.map { members in
        JSONValue.object(
          members.merging(["call_id": "c0", "created_at": "2026-01-01T00:00:00Z"]) { $1 })
      }
      let users: [JSONValue] = [
        ["user_id": "eve", "display_name": name, "about": name, "status": name, "roles": ["bot"]],
        ["user_id": name, "username": name, "roles": [name]],
      ]
      let server = ScriptedBotServer(
        answers: [
          "GET /api/users": .json(JSONValue.object(["users": .array(users)]).text),
          "GET /api/v1/calls/history": .json(
            JSONValue.object(["calls": .array([past ?? .null]), "total": 1]).text),
        ],
        events: { connection in
          connection.send([
            "type": "incoming_call", "call": call ?? .null,
            "last_words": [
              ["call_id": "c1", "participant_id": "eve", "display_name": name, "text": name]
            ],
          ])
          connection.waitForEnd()
        })
      let rig = try Rig()
      let terminal = try Tmux(
        "\(Rig.program) --exchange \(server.url) --as you --capture silence --playback null",
        columns: 100, rows: 30, environment: rig.environment(of: "you"))
      let title = try terminal.query("#{pane_title}")
      let screen = try #require(try terminal.screen(showing: "accept", within: .seconds(15)))
      #expect(screen.contains { $0.contains("eve") })
      #expect(Hostile.isHarmless(screen.joined(separator: "\n")))
      // Without the popup, what lies beneath it.
      let isDone: Void? = try Deadline(within: .seconds(10)).poll(every: .milliseconds(400)) {
        try terminal.press("d")
        return try terminal.screen.contains { $0.contains("accept") } ? nil : ()
      }
      #expect(isDone != nil)
      let rest = try #require(try terminal.screen(showing: "History", within: .seconds(5)))
      #expect(Hostile.isHarmless(rest.joined(separator: "\n")))
      #expect(rest.allSatisfy { $0.count <= 100 })
      #expect(try terminal.query("#{pane_title}") == title)
      try terminal.press("q")
      #expect(terminal.exitCode(within: .seconds(10)) == 0)
      #expect(try terminal.query("#{pane_title}") == title)
    }
  }
}
