import Basics
import BotServerWire
import Formats
import Janus
import Simulation
import Testing
import Transport

@testable import Exchange

@Suite("Exchange: recordings, transcripts, figures")
struct RecordingTests {
  private let path = BotServerPath.self

  @Test("a room is recorded, everybody is told, and the file can be had by who was there")
  func records() throws {
    let (bench, id) = try MeetingBench.inLobby(["alice", "bob"])
    let eve = try bench.bench.signIn("eve")
    _ = bench.bench.takeOrders()
    let started = try bench.post(path.startRecording(id), as: "alice")
    let recording = try RecordingMessage(decoding: started.body).recordingID
    let file = "recordings/\(recording).ogg"
    #expect(bench.bench.takeOrders() == [.startRecording(room: id, path: file)])
    #expect(
      try bench.news(of: "bob")
        == [.recordingControl(roomID: "lobby", callID: id, action: "start")])
    #expect(try bench.post(path.startRecording(id), as: "bob").errorCode == "already_recording")
    let stopped = try stop(bench, id, file)
    #expect(stopped["status"]?.string == "ready" && stopped["duration_seconds"]?.integer == 12)
    let list = try RecordingsMessage(decoding: try bench.get(path.recordings(id), as: "bob").body)
    let url = try #require(list.recordings.first?.fileURL)
    bench.bench.store.files[try #require(StoredFilePath(file))] = [79, 103, 103, 83]
    let sound = try bench.bench.request(
      HTTPRequest(.get, url, fields: ["Authorization": "Bearer \(bench.tokens["bob"] ?? "")"]))
    #expect(sound.status == 200 && sound.body == [79, 103, 103, 83])
    #expect(sound.fields["Content-Type"] == "audio/ogg")
    #expect(try bench.bench.get(url, token: eve).status == 404)
    #expect(try bench.post(path.stopRecording(id), as: "bob").errorCode == "not_recording")
  }

  @Test("a call from phone to phone is not recorded, and what to do is said")
  func direct() throws {
    let bench = try MeetingBench(["alice", "bob"])
    let direct = try bench.bench.place(to: "bob", token: bench.tokens["alice"] ?? "")
    let answer = try bench.post(path.startRecording(direct.callID), as: "alice")
    #expect(answer.status == 409 && answer.errorCode == "not_recordable")
    #expect(answer.body["error"]?["message"]?.string?.contains("“recording”: true") == true)
    _ = try bench.bench.end(direct.callID, token: bench.tokens["alice"] ?? "")
    // Asked for from the beginning, it is put through a room.
    let call = try bench.call(["participants": ["bob"], "recording": true], by: "alice")
    #expect(call.kind == "one_to_one")
    try bench.say(.callOffer(callID: call.callID, sdp: "offer"), as: "alice")
    _ = bench.bench.takeOrders()
    _ = try bench.bench.respond(call.callID, .accept, token: bench.tokens["bob"] ?? "")
    #expect(
      bench.bench.takeOrders().contains {
        if case .startRecording(call.callID, _) = $0 { true } else { false }
      })
    _ = try bench.bench.end(call.callID, token: bench.tokens["alice"] ?? "")
    #expect(try bench.statuses(of: "bob").last == .ended)
  }

  @Test("a room may forbid it, and a recording that fails is told")
  func refusals() throws {
    let bench = try MeetingBench(["alice"])
    let room = try bench.makeRoom(
      ["name": "Quiet", "settings": ["allow_recording": false]], by: "alice")
    let id = try bench.join(room.roomID, "alice").callID
    #expect(try bench.post(path.startRecording(id), as: "alice").status == 403)
    let lobby = try bench.join("lobby", "alice").callID
    let started = try bench.post(path.startRecording(lobby), as: "alice")
    let recording = started.body["recording_id"]?.string ?? ""
    bench.report(
      .recording(room: lobby, path: "recordings/\(recording).ogg", .failed("The disk is full.")))
    let list = try bench.get(path.recordings(lobby), as: "alice").body["recordings"]?.array
    #expect(list?.first?["status"]?.string == "failed")
  }

  @Test("a recording is transcribed in the background, with who spoke, and exported")
  func transcribes() throws {
    let (bench, id) = try recorded()
    let request = try #require(transcriptionRequest(bench))
    #expect(request.url == "http://whisper/v1/audio/transcriptions")
    #expect(request.fields["Authorization"] == "Bearer k")
    #expect(request.fields["Content-Type"]?.hasPrefix("multipart/form-data; boundary=") == true)
    let body = String(decoding: request.body, as: UTF8.self)
    for part in [
      "name=\"model\"\r\n\r\nbase\r\n", "name=\"response_format\"\r\n\r\nverbose_json\r\n",
      "name=\"language\"\r\n\r\nen\r\n", "filename=\"rec_", "Content-Type: audio/ogg\r\n\r\nOggS",
    ] {
      #expect(body.contains(part), "\(part)")
    }
    #expect(try bench.get(path.transcript(id), as: "bob").body["status"]?.string == "running")
    try answer(bench, 200, verboseJSON)
    let transcript = try TranscriptMessage(
      decoding: try bench.get(path.transcript(id), as: "bob").body)
    #expect(transcript.status == "ready" && transcript.language == "en")
    #expect(transcript.segments.map(\.text) == ["Hello there.", "Hi & bye --> <b>"])
    #expect(transcript.segments.map(\.speakerID) == ["bob", nil])
    #expect(transcript.segments[0].confidence == 0.819)
    for (format, text) in [
      ("txt", "[00:00:01] bob: Hello there.\n[01:02:03] Hi & bye -> <b>\n"),
      (
        "vtt",
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n<v bob>Hello there.\n"
          + "\n01:02:03.400 --> 01:02:05.000\nHi &amp; bye -&gt; &lt;b&gt;\n"
      ),
      (
        "srt",
        "1\n00:00:01,000 --> 00:00:02,500\nbob: Hello there.\n"
          + "\n2\n01:02:03,400 --> 01:02:05,000\nHi & bye -> <b>\n"
      ),
    ] {
      let response = try bench.bench.request(
        HTTPRequest(
          .get, path.transcript(id) + "?format=\(format)",
          fields: ["Authorization": "Bearer \(bench.tokens["bob"] ?? "")"]))
      #expect(String(decoding: response.body, as: UTF8.self) == text)
    }
    #expect(try bench.get(path.transcript(id) + "?format=doc", as: "bob").status == 400)
  }

  @Test("a transcription is tried three times, and taken up after a restart")
  func resumes() throws {
    let (bench, id) = try recorded()
    try answer(bench, 503, ["error": ["message": "Loading model"]])
    #expect(transcriptionRequest(bench) == nil)
    let anew = StoredExchangeBench(settings: settings, store: bench.bench.store)
    anew.advance(.seconds(1))
    #expect(request(in: anew.outgoing) != nil)
    bench.bench.advance(.seconds(21))
    try answer(bench, 503, "x")
    bench.bench.advance(.seconds(41))
    try answer(bench, 503, .null)
    let body = try bench.get(path.transcript(id), as: "bob").body
    #expect(body["status"]?.string == "failed")
    #expect(body["message"]?.string?.contains("status 503") == true)
  }

  @Test(
    "nonsense from the server that transcribes is told",
    arguments: [[], "x", ["text": []]] as [JSONValue])
  func nonsense(value: JSONValue) throws {
    let (bench, id) = try recorded()
    try answer(bench, 200, value)
    let body = try bench.get(path.transcript(id), as: "bob").body
    #expect(body["status"]?.string == "failed")
  }

  @Test("without a server that transcribes, it is said what to set")
  func unset() throws {
    let (bench, id) = try MeetingBench.inLobby(["alice"])
    let answer = try bench.post(path.transcribe(id), as: "alice")
    #expect(answer.status == 501)
    #expect(answer.body["error"]?["message"]?.string?.contains("transcription-url") == true)
  }

  @Test("what Parrot and its caller say is kept as their transcript")
  func parrot() throws {
    let bench = try MeetingBench(["alice"])
    let call = try bench.bench.place(to: "parrot", token: bench.tokens["alice"] ?? "")
    bench.report(.accept(callID: call.callID))
    let words = [("Hello?", false, false), ("Hello!", true, true), ("Bye.", false, true)]
    for (text, isOwn, isFinal) in words {
      bench.report(
        .transcript(
          callID: call.callID, AttendantUtterance(isOwn: isOwn, text: text, isFinal: isFinal)))
      bench.bench.advance(.seconds(1))
    }
    _ = try bench.bench.end(call.callID, token: bench.tokens["alice"] ?? "")
    let transcript = try TranscriptMessage(
      decoding: try bench.get(path.transcript(call.callID), as: "alice").body)
    #expect(transcript.segments.map(\.text) == ["Hello!", "Bye."])
    #expect(transcript.segments.map(\.speakerID) == ["parrot", "alice"])
    #expect(bench.bench.store.documents.contains { $0.collection == "transcripts" })
  }

  @Test("everybody sees their own figures, with quality")
  func figures() throws {
    let bench = try MeetingBench(["alice", "bob", "carol"])
    for name in ["bob", "carol"] {
      let call = try bench.bench.place(to: name, token: bench.tokens["alice"] ?? "")
      if name == "bob" {
        _ = try bench.bench.respond(call.callID, .accept, token: bench.tokens["bob"] ?? "")
        bench.bench.advance(.seconds(90))
        try bench.say(.callQuality(callID: call.callID, score: 4.2), as: "alice")
      }
      _ = try bench.bench.end(call.callID, token: bench.tokens["alice"] ?? "")
    }
    let group = try bench.call(["participants": ["bob", "carol"]], by: "alice")
    _ = try bench.bench.end(group.callID, token: bench.tokens["alice"] ?? "")
    for (name, total, seconds) in [("alice", 3, 90), ("bob", 2, 90), ("carol", 2, 0)] {
      let answer = try bench.get(path.analytics + "?days=7", as: name)
      let figures = try AnalyticsMessage(decoding: answer.body)
      #expect(figures.scope == "own" && figures.days == 7)
      #expect(figures.summary.total == total, "\(name)")
      #expect(figures.summary.durationSeconds == seconds, "\(name)")
      #expect(figures.summary.averageQuality == (name == "alice" ? 4.2 : nil))
      #expect(figures.daily.count == 1)
    }
    #expect(try bench.get(path.analytics + "?days=0", as: "alice").status == 400)
    let anew = ExchangeBench(settings: .forTests, store: bench.bench.store)
    #expect(anew.exchange.meetings.quality.values.first?.all.count == 1)
  }

  @Test("a Janus server makes the room, lets members in by token, and is told of the end")
  func janus() throws {
    var settings = ExchangeSettings.forTests
    settings.janus = JanusService(url: "ws://janus:8188", adminKey: Secret("key"))
    let bench = try MeetingBench(["alice"], settings: settings)
    bench.bench.feed(
      .request(
        ExchangeRequestID(9_000), from: "127.0.0.1",
        HTTPRequest(
          .post, path.join("lobby"),
          fields: ["Authorization": "Bearer \(bench.tokens["alice"] ?? "")"])))
    guard case .open(let socket, let request)? = bench.bench.outgoing.first else {
      Issue.record("nothing was opened")
      return
    }
    #expect(request.url == "ws://janus:8188" && request.subprotocols == ["janus-protocol"])
    bench.bench.feed(.transport(.opened(socket)))
    #expect(
      try answerJanus(over: socket, of: bench) == ["create", "attach", "create", "allowed"])
    let answer = try #require(bench.bench.takeResponse(9_000))
    let joined = try JoinedRoomMessage(decoding: try JSONValue(decoding: answer.body))
    #expect(joined.media.kind == "janus-audiobridge" && joined.media.url == "ws://janus:8188")
    #expect(joined.media.pin != nil && joined.media.token != nil && joined.media.room != nil)
    let call = try bench.get(path.call(joined.callID), as: "alice")
    #expect(try CallMessage(decoding: call.body).media == joined.media)
    bench.bench.outgoing = []
    _ = try bench.post(path.leave("lobby"), as: "alice")
    #expect(try answerJanus(over: socket, of: bench) == ["allowed", "destroy"])
  }

  // MARK: Helpers

  /// Says yes to all that a Janus server is asked, and tells what that was.
  private func answerJanus(
    over socket: SocketID, of bench: MeetingBench
  ) throws -> [String] {
    var seen = 0
    var requests: [String] = []
    while seen < bench.bench.outgoing.count {
      defer { seen += 1 }
      guard case .send(_, .text(let text)) = bench.bench.outgoing[seen] else { continue }
      let message = try JSONValue(decoding: text)
      requests.append((message["body"]?["request"] ?? message["janus"])?.string ?? "")
      let reply: JSONValue = [
        "janus": "success", "transaction": message["transaction"] ?? .null,
        "data": ["id": .integer(Int64(seen + 1))],
        "plugindata": message["body"] == nil ? .null : ["data": ["audiobridge": "success"]],
      ]
      bench.bench.feed(.transport(.received(socket, .text(reply.text))))
    }
    return requests
  }

  private var settings: ExchangeSettings {
    var settings = ExchangeSettings.forTests
    settings.transcription = TranscriptionService(
      url: "http://whisper/v1/audio/transcriptions", model: "base", key: Secret("k"))
    return settings
  }

  /// A room whose recording, in which Bob spoke at the beginning, is at the server that transcribes.
  private func recorded() throws -> (MeetingBench, callID: String) {
    let (bench, id) = try MeetingBench.inLobby(["alice", "bob"], settings: settings)
    let started = try bench.post(path.transcribe(id), ["language": "en"], as: "alice")
    try #require(started.status == 200, "\(started.body.text)")
    let recording = try #require(bench.bench.exchange.meetings.recordings.keys.first)
    let file = "recordings/\(recording).ogg"
    bench.bench.store.files[try #require(StoredFilePath(file))] = Array("OggS".utf8)
    bench.report(.speakers(room: id, legs: ["\(id)/2"]))
    bench.bench.advance(.seconds(3))
    bench.report(.speakers(room: id, legs: []))
    bench.bench.advance(.seconds(9))
    _ = try stop(bench, id, file)
    return (bench, id)
  }

  private func stop(
    _ bench: MeetingBench, _ id: String, _ file: String
  ) throws -> JSONValue {
    bench.bench.feed(
      .request(
        ExchangeRequestID(9_001), from: "127.0.0.1",
        HTTPRequest(
          .post, path.stopRecording(id),
          fields: ["Authorization": "Bearer \(bench.tokens["alice"] ?? "")"])))
    bench.report(
      .recording(room: id, path: file, .ended(duration: .seconds(12), byteCount: 4_000)))
    return try JSONValue(decoding: try #require(bench.bench.takeResponse(9_001)).body)
  }

  private func transcriptionRequest(_ bench: MeetingBench) -> HTTPRequest? {
    defer { bench.bench.outgoing = [] }
    return request(in: bench.bench.outgoing)?.1
  }

  private func request(in effects: [TransportEffect]) -> (RequestID, HTTPRequest)? {
    for case .request(let id, let request) in effects { return (id, request) }
    return nil
  }

  /// Answers the question that is open.
  private func answer(_ bench: MeetingBench, _ status: Int, _ body: JSONValue) throws {
    let asked = bench.bench.exchange.outgoing.requests.keys.first
    bench.bench.outgoing = []
    bench.bench.feed(
      .transport(
        .response(
          try #require(asked), HTTPResponse(status: status, body: Array(body.text.utf8)))))
  }

  private let verboseJSON: JSONValue = [
    "task": "transcribe", "language": "english", "duration": 12.0, "text": "Hello there. Hi.",
    "segments": [
      ["id": 0, "start": 1.0, "end": 2.5, "text": " Hello there.", "avg_logprob": -0.2],
      ["id": 1, "start": 3723.4, "end": 3725.0, "text": " Hi & bye --> <b>"],
      ["id": 2, "start": 4, "end": 5, "text": " "], ["id": 3],
    ],
  ]
}
