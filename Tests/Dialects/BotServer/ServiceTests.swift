import Basics
import BotServerClient
import BotServerWire
import Calling
import Formats
import Testing
import Transport

@Suite("BotServer: services")
struct ServiceTests {
  @Test("rooms come as a table, and for machines as they are")
  func rooms() throws {
    let value: JSONValue = ["rooms": [room().encoded()], "total": 1]
    guard case .table(let table) = try ask(.rooms, "GET /api/v1/calls/rooms", 200, value) else {
      Issue.record("no table")
      return
    }
    #expect(table.columns.first == "Room" && table.json == value)
    #expect(table.rows == [["Standup", "room_1", "persistent", "0", "20", ""]])
  }

  @Test("each request goes to its path")
  func paths() throws {
    var plan = RoomPlan(name: "Board")
    plan.password = Secret("p")
    for (request, line): (ServiceRequest, String) in [
      (.createRoom(plan), "POST /api/v1/calls/rooms"),
      (.room(id: "standup"), "GET /api/v1/calls/rooms/room_1"),
      (.roomParticipants(id: "a/b"), "GET /api/v1/calls/rooms/a%2Fb/participants"),
      (.leaveRoom(id: "room_1"), "POST /api/v1/calls/rooms/room_1/leave"),
      (.removeRoom(id: "room_1"), "DELETE /api/v1/calls/rooms/room_1"),
      (
        .admit(room: "room_1", user: "bob", isLetIn: true),
        "POST /api/v1/calls/rooms/room_1/admit"
      ),
      (.startRecording(call: "c"), "POST /api/v1/calls/c/record/start"),
      (.stopRecording(call: "c"), "POST /api/v1/calls/c/record/stop"),
      (.recordings(call: "c"), "GET /api/v1/calls/c/recordings"),
      (.startTranscription(call: "c", language: "de"), "POST /api/v1/calls/c/transcribe"),
      (.transcript(call: "c", format: .vtt), "GET /api/v1/calls/c/transcript?format=vtt"),
      (.analytics(days: 7), "GET /api/v1/calls/analytics?days=7"),
      (.history(HistoryFilter()), "GET /api/v1/calls/history?limit=20"),
    ] {
      let answer = try ask(request, line, 409, error("x", "Not now"))
      #expect(answer == .failed("The server says: Not now."), "\(line)")
    }
  }

  @Test("a file comes with its bytes, from our server with the token, from others without")
  func files() throws {
    for (url, isOurs) in [("/f/rec_1", true), ("https://elsewhere.org/rec_1.wav", false)] {
      var bench = try ClientBench.signedIn()
      bench.order(.serve(ServiceID(1), .recording(url: url)))
      let asked = try #require(bench.asked.last)
      #expect((asked.request.fields["Authorization"] != nil) == isOurs)
      #expect(asked.request.responseLimit > 1 << 20)
      let line = isOurs ? "GET /f/rec_1" : "GET /rec_1.wav"
      try bench.reply(
        line, HTTPResponse(status: 200, fields: ["Content-Type": "audio/ogg"], body: [1, 2, 3]))
      let name = isOurs ? "rec_1.ogg" : "rec_1.wav"
      #expect(
        bench.takeReports() == [
          .answered(ServiceID(1), .document(name: name, type: "audio/ogg", bytes: [1, 2, 3]))
        ])
    }
    var bench = try ClientBench.signedIn()
    bench.order(.serve(ServiceID(1), .recording(url: "file:///etc/passwd")))
    #expect(bench.asked.isEmpty)
  }

  @Test("what a BotServer of today does not have is told so")
  func missing() throws {
    guard
      case .failed(let words) = try ask(
        .analytics(days: 1), "GET /api/v1/calls/analytics?days=1", 404, .null)
    else {
      Issue.record("it was answered")
      return
    }
    #expect(words.contains("no Calls API"))
    var bench = try ClientBench.signedIn()
    bench.order(.serve(ServiceID(2), .integrationAccounts))
    #expect(bench.takeReports() == [.answered(ServiceID(2), .unsupported)])
  }

  @Test("every request is answered once, also when one signs out or too much is asked")
  func bounds() throws {
    var bench = try ClientBench.signedIn()
    for number in 0..<20 { bench.order(.serve(ServiceID(number), .rooms)) }
    #expect(bench.questions.count == 8)
    bench.order(.signOut)
    bench.advance(.seconds(3))
    let answered = bench.takeReports().compactMap { report -> Int? in
      if case .answered(let id, .failed) = report { return id.number }
      return nil
    }
    #expect(answered.sorted() == Array(0..<20))
    bench = ClientBench()
    bench.order(.serve(ServiceID(1), .rooms))
    #expect(bench.takeReports() == [.answered(ServiceID(1), .failed("Not signed in to work."))])
  }

  @Test(
    "answers that make no sense are told so",
    arguments: [["x": 1], [], "x", ["summary": 3], ["recordings": "x"]] as [JSONValue])
  func nonsense(value: JSONValue) throws {
    for (request, line): (ServiceRequest, String) in [
      (.recordings(call: "c"), "GET /api/v1/calls/c/recordings"),
      (.history(HistoryFilter()), "GET /api/v1/calls/history?limit=20"),
      (.createRoom(RoomPlan(name: "x")), "POST /api/v1/calls/rooms"),
    ] {
      #expect(try ask(request, line, 200, value) == .failed("The server's answer cannot be read."))
    }
  }

  private func ask(
    _ request: ServiceRequest, _ line: String, _ status: Int, _ body: JSONValue
  ) throws -> ServiceAnswer {
    var bench = try ClientBench.signedIn(rooms: [room().encoded()])
    bench.order(.serve(ServiceID(4), request))
    try bench.reply(line, status, body)
    guard case .answered(ServiceID(4), let answer)? = bench.takeReports().first else {
      Issue.record("\(line) was not answered")
      return .unsupported
    }
    return answer
  }
}
