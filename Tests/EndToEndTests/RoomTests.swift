import Basics
import EndToEnd
import Formats
import Glibc
import LoopGLib
import Testing

extension WholePrograms {
  /// Rooms of the exchange, with recordings and transcripts, on the command line.
  @Suite("Rooms on the command line")
  struct RoomTests {
    private static let voices = [("alice", 440.0), ("bob", 700.0), ("carl", 1_100.0)]

    @Test("three in a room hear one another; it is recorded, downloaded, transcribed")
    func three() throws {
      let whisper = WhisperServer()
      let rig = try Rig()
      rig.folder.write(
        "[exchange]\ntranscription-url = \(whisper.url)\ntranscription-model = base\n",
        to: "exchange/config/tipring/tipring.conf")
      let (_, url) = try rig.startExchange()
      let phones = try Self.voices.map { name, frequency in
        try rig.start(
          [
            "call", "room:lobby", "--exchange", url, "--as", name, "--capture",
            "tone:\(Int(frequency))", "--playback", "file:\(rig.folder["\(name).wav"])",
            "--duration", "16s", "--json",
          ], as: name)
      }
      var call = ""
      for phone in phones {
        let active = try #require(phone.state("active", within: .seconds(20)))
        call = try #require(active["remoteCall"]?.string)
      }
      usleep(1_000_000)
      try rig.service(["record", "start", call], url)
      usleep(4_000_000)
      try rig.service(["record", "stop", call], url)
      let list = try rig.service(["recordings", call, "--json"], url)
      let path = try #require(list.split(separator: "\"").first { $0.contains("/recordings/rec_") })
      let file = rig.folder["recording.ogg"]
      try rig.service(["download", String(path), "--output", file], url)
      try rig.service(["transcribe", call], url)
      var transcript = ""
      for _ in 0..<40 where !transcript.contains("Hello there.") {
        usleep(100_000)
        transcript = try rig.service(["transcript", call, "--format", "srt"], url)
      }
      #expect(transcript.contains("00:00:01,000 --> 00:00:02,500"), "\(transcript)")
      let captions = try rig.service(["transcript", call, "--format", "vtt"], url)
      #expect(captions.hasPrefix("WEBVTT"), "\(captions)")
      #expect(captions.contains("00:00:01.000 --> 00:00:02.500"), "\(captions)")
      #expect(try rig.service(["transcript", call], url).contains("Hello there."))
      let kept = rig.folder["transcript.json"]
      try rig.service(["transcript", call, "--format", "json", "--output", kept], url)
      let segments = try JSONValue(decoding: rig.folder.read("transcript.json") ?? "")["segments"]
      #expect(segments?.array?.first?["text"]?.string == "Hello there.")
      let figures = try rig.command(
        ["analytics", "--days", "1", "--json", "--exchange", url, "--as", "alice"], as: "alice")
      #expect(figures.hasPrefix("{"), "\(figures)")
      #expect(whisper.complaints == [])
      for phone in phones { #expect(phone.exitCode(within: .seconds(40)) == 0) }
      for (name, own) in Self.voices {
        let heard = try Sound(wav: rig.folder["\(name).wav"])
          .part(from: .seconds(3), lasting: .seconds(1.5))
        for (other, frequency) in Self.voices {
          let amplitude = heard.amplitude(at: frequency)
          if other == name {
            #expect(amplitude < 0.005, "\(name) hears itself")
          } else {
            #expect(amplitude > 0.1, "\(name) does not hear \(other) (\(own))")
          }
        }
      }
      try expectAllVoices(in: file, rig)
    }

    @Test("what cannot be recorded, transcribed or fetched is told in words")
    func refused() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      for (words, hint) in [
        (["record", "start", "call_x"], "no such call"), (["recordings", "call_x"], "no such"),
        (["transcribe", "call_x"], "transcription-url"),
        (["transcript", "call_x"], "no transcript"),
        (["download", "/api/v1/calls/call_x/recordings/rec_x"], "no such"),
      ] {
        let command = try rig.start(
          ["calls"] + words + ["--exchange", url, "--as", "alice"], as: "alice")
        #expect(command.exitCode(within: .seconds(15)) == 6, "\(words)")
        let text = command.process.errorText.lowercased()
        #expect(text.contains(hint), "\(words): \(text)")
        #expect(command.process.lines == [], "\(words)")
      }
    }

    @Test("a room is made, shown, waited for, opened to a guest, and removed")
    func waitingRoom() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      func run(_ words: [String], as user: String) throws -> String {
        try rig.command(["rooms"] + words + ["--exchange", url, "--as", user], as: user)
      }
      func call(_ user: String) throws -> Phone {
        try rig.start(
          [
            "call", "room:Clinic", "--exchange", url, "--as", user, "--json", "--capture",
            "silence", "--playback", "null",
          ], as: user)
      }
      _ = try run(["create", "Clinic", "--waiting-room", "--limit", "3"], as: "alice")
      #expect(try run(["show", "Clinic"], as: "bob").contains("Clinic"))
      let host = try call("alice")
      #expect(host.state("active", within: .seconds(20)) != nil)
      let guest = try call("bob")
      #expect(
        guest.event("note", within: .seconds(15)) {
          $0["message"]?.string?.contains("let you in") == true
        } != nil)
      #expect(
        host.event("note", within: .seconds(15)) {
          $0["message"]?.string?.contains("waits to be let in") == true
        } != nil)
      _ = try run(["admit", "Clinic", "bob"], as: "alice")
      #expect(guest.state("active", within: .seconds(20)) != nil)
      #expect(try run(["participants", "Clinic"], as: "alice").contains("bob"))
      let intruder = try call("eve")
      #expect(
        intruder.event("note", within: .seconds(15)) {
          $0["message"]?.string?.contains("let you in") == true
        } != nil)
      _ = try run(["admit", "Clinic", "eve", "--refuse"], as: "alice")
      #expect(intruder.exitCode(within: .seconds(20)) == 3)
      _ = try run(["leave", "Clinic"], as: "bob")
      #expect(guest.exitCode(within: .seconds(20)) == 0)
      _ = try run(["remove", "Clinic"], as: "alice")
      #expect(host.exitCode(within: .seconds(20)) == 0)
      #expect(!(try run([], as: "alice")).contains("Clinic"))
    }

    /// A phone reads the recording into Echo and keeps what comes back.
    private func expectAllVoices(in file: String, _ rig: Rig) throws {
      let echo = rig.folder["echo.wav"]
      let phone = try rig.start(
        [
          "call", "Echo", "--capture", "file:\(file)", "--playback", "file:\(echo)", "--duration",
          "6s", "--json",
        ], as: "dave")
      #expect(phone.exitCode(within: .seconds(30)) == 0)
      for (name, frequency) in Self.voices {
        #expect(try strength(of: frequency, in: echo) > 0.05, "\(name) is not recorded")
      }
    }
  }
}

extension Rig {
  /// Runs `tipring calls` as Alice and returns what it printed.
  @discardableResult
  fileprivate func service(_ words: [String], _ url: String) throws -> String {
    try command(["calls"] + words + ["--exchange", url, "--as", "alice"], as: "alice")
  }
}

/// Plays `/v1/audio/transcriptions` and checks that what it is asked is what that API documents.
private final class WhisperServer: Sendable {
  private let found: Lock<[String]>
  private let server: ScriptedServer

  init() {
    let found = Lock<[String]>([])
    self.found = found
    server = ScriptedServer { connection in
      let head = connection.readHead()
      let body = Self.readBody(head, connection)
      let complaints = Self.complaints(head, body)
      found.withLock { $0 += complaints }
      let answer =
        #"{"task":"transcribe","language":"english","duration":4.0,"text":"Hello there.","#
        + #""segments":[{"id":0,"seek":0,"start":1.0,"end":2.5,"text":" Hello there.","#
        + #""tokens":[1],"temperature":0,"avg_logprob":-0.2,"compression_ratio":1.1,"#
        + #""no_speech_prob":0.01}]}"#
      connection.write(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
          + "Content-Length: \(answer.utf8.count)\r\nConnection: close\r\n\r\n\(answer)")
    }
  }

  var url: String { server.http + "/v1/audio/transcriptions" }

  /// What was wrong with the requests; one if there was none.
  var complaints: [String] {
    server.count == 1 ? found.withLock { $0 } : ["asked \(server.count) times"]
  }

  private static func field(_ name: String, of head: String) -> String? {
    head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name + ": ") }
      .map { String($0.dropFirst(name.count + 2)) }
  }

  private static func readBody(
    _ head: String, _ connection: ScriptedServer.Connection
  ) -> [UInt8] {
    let length = field("content-length", of: head).flatMap { Int($0) } ?? 0
    var body: [UInt8] = []
    while body.count < length {
      let some = connection.readSome()
      if some.isEmpty { break }
      body += some
    }
    return body
  }

  private static func complaints(_ head: String, _ body: [UInt8]) -> [String] {
    var complaints: [String] = []
    if !head.hasPrefix("POST /v1/audio/transcriptions HTTP/1.1\r\n") {
      complaints.append("another request: \(head)")
    }
    let type = field("content-type", of: head) ?? ""
    guard let boundary = type.split(separator: "boundary=").last,
      type.hasPrefix("multipart/form-data;")
    else { return complaints + ["no form: \(type)"] }
    let text = String(decoding: body, as: UTF8.self)
    for part in [
      "--\(boundary)\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nbase\r\n",
      "name=\"response_format\"\r\n\r\nverbose_json\r\n", "name=\"file\"; filename=\"rec_",
      ".ogg\"\r\nContent-Type: audio/ogg\r\n\r\nOggS", "\r\n--\(boundary)--\r\n",
    ] where !text.contains(part) {
      complaints.append("without \(part)")
    }
    return complaints
  }
}
