import Basics
import BuzziClient
import BuzziWire
import Calling
import Formats
import Testing
import Transport

@Suite("Buzzi: a call")
struct CallTests {
  @Test("is asked for in the words of both revisions")
  func asksForSession() throws {
    var bench = try BuzziBench.online()
    bench.order(.place(callID, to: "bot:bot-1", kind: .audio))

    let body = try bench.body(sessionLine)
    #expect(body["chatbotId"] == "bot-1")
    #expect(body["companyId"] == "acme")
    #expect(body["callerInfo"]?["email"] == "you@example.org")
    #expect(body["customer"]?["id"] == "you@example.org")
  }

  @Test(
    "opens the socket with the session's name in its address once",
    arguments: [Revision.document, .code])
  func socketAddress(revision: Revision) throws {
    var bench = try BuzziBench.online()
    bench.order(.place(callID, to: "bot-1", kind: .audio))
    try bench.reply(sessionLine, 200, session(revision))
    #expect(
      bench.opening.map(\.url) == ["wss://buzzi.example/api/widget/call/ws?sessionId=s-1"])
  }

  @Test("is not carried from an encrypted address to an open one")
  func openAddress() throws {
    var bench = try BuzziBench.online()
    bench.order(.place(callID, to: "bot-1", kind: .audio))
    var answer = session(.document).object ?? [:]
    answer["wsUrl"] = "ws://buzzi.example/api/widget/call/ws"
    try bench.reply(sessionLine, 200, .object(answer))
    #expect(bench.opening.isEmpty)
    guard case .ended(callID, .signalingFailed(let words))? = bench.takeReports().last else {
      return #expect(Bool(false), "the call goes on")
    }
    #expect(words.contains("encrypted"))
    #expect(try bench.body(endLine)["reason"] == "error")
  }

  @Test(
    "sends nothing before the server has greeted, and starts once", arguments: Revision.allCases)
  func waitsForGreeting(revision: Revision) throws {
    var bench = try BuzziBench.online()
    bench.order(.place(callID, to: "bot-1", kind: .audio))
    try bench.reply(sessionLine, 200, session(revision))
    try bench.openSocket()
    bench.order(.sound(callID, [1, 2, 3]))
    #expect(bench.takeSent() == [])

    try bench.push(.ready(sessionID: "s-1"), revision)
    #expect(
      bench.takeSent() == [
        .startCall(sessionID: "s-1", name: "you@example.org", email: "you@example.org")
      ])
  }

  @Test(
    "is placed with the sound's terms and accepted when the server starts it",
    arguments: Revision.allCases)
  func placedAndAccepted(revision: Revision) throws {
    var bench = try BuzziBench.online()
    bench.order(.place(callID, to: "bot-1", kind: .audio))
    try bench.reply(sessionLine, 200, session(revision))
    try bench.openSocket()
    try bench.push(.ready(sessionID: nil), revision)
    try bench.push(.callStarted(callID: "c-1"), revision)
    #expect(
      bench.takeReports() == [
        .placed(
          callID, remoteID: "c-1", party: Party(name: "bot-1", address: "bot-1", isBot: true),
          terms: MediaTerms(
            .samples(SampleTerms(sentRate: 24_000, receivedRate: 24_000, chunk: .milliseconds(40)))),
          browserURL: nil), .accepted(callID),
      ])
  }

  @Test("sends 16 kHz where the server announces Gemini, and what the settings say before that")
  func inputRate() throws {
    for (provider, option, rate) in [
      (AIProvider.gemini, nil, 16_000), (.openAI, nil, 24_000), (.gemini, "24000", 24_000),
      (.openAI, "16000", 16_000), (.openAI, "7", 24_000),
    ] {
      var options = ["chatbot-id": "bot-1"]
      options["input-rate"] = option
      var bench = try BuzziBench.online(options: options)
      bench.order(.place(callID, to: "bot-1", kind: .audio))
      try bench.reply(sessionLine, 200, session(.document, provider: provider))
      guard case .placed(_, _, _, let terms, _) = bench.takeReports().first,
        case .samples(let samples) = terms.carriage
      else {
        Issue.record("not placed")
        continue
      }
      #expect(samples.sentRate == rate)
    }
  }

  @Test("carries sound both ways, whatever the size of its chunks")
  func sound() throws {
    var bench = try BuzziBench.inCall()
    bench.order(.sound(callID, [0, 1, -1, .max, .min]))
    #expect(bench.takeSent() == [.audioData(bytes([0, 1, -1, .max, .min]))])

    let heard: [Int16] = (0..<1_000).map { Int16(truncatingIfNeeded: $0 &* 97) }
    let all = bytes(heard)
    var position = 0
    for size in [1, 2, 3, 999, 5, 0, 990] {
      try bench.push(.audioResponse(Array(all[position..<position + size])))
      position += size
    }
    #expect(bench.takeReports().sound == heard)
  }

  @Test(
    "tells what is said and what the bot does, in either revision's words",
    arguments: Revision.allCases)
  func transcriptAndAgent(revision: Revision) throws {
    var bench = try BuzziBench.inCall(revision)
    try bench.push(.transcript(isCaller: false, text: "Hel", isFinal: false), revision)
    try bench.push(.transcript(isCaller: true, text: "Hi", isFinal: true), revision)
    try bench.push(.agent(.speaking), revision)
    let reports = bench.takeReports()
    #expect(
      reports.prefix(2) == [
        .transcript(
          callID,
          TranscriptLine(speaker: "bot-1", isSelf: false, text: "Hel", isFinal: false, at: .zero)),
        .transcript(
          callID,
          TranscriptLine(
            speaker: "you@example.org", isSelf: true, text: "Hi", isFinal: true, at: .zero)),
      ])
    #expect(Array(reports.dropFirst(2)) == [.agent(callID, .speaking)])
  }

  @Test("drops what is to be played at once when the server says so")
  func bargeIn() throws {
    var bench = try BuzziBench.inCall()
    try bench.push(.audioResponse(bytes([1, 2]) + [3]))
    try bench.push(.stopAudio(reason: "user_interrupted"))
    try bench.push(.audioResponse(bytes([4])))
    // The stray byte went with the rest: the next chunk begins a sample.
    #expect(
      bench.takeReports() == [.sound(callID, [1, 2]), .flushSound(callID), .sound(callID, [4])])
  }

  @Test("is ended by message and by request, and forgotten when the server says goodbye")
  func hangsUp() throws {
    var bench = try BuzziBench.inCall()
    bench.order(.end(callID, .hungUp))
    #expect(bench.takeSent() == [.endCall(.userEnded)])
    #expect(try bench.body(endLine)["reason"] == "user_ended")
    try bench.push(.callEnded(reason: "user_ended", durationSeconds: 3))
    #expect(bench.closed.count == 1)
    #expect(bench.takeReports() == [])
    #expect(bench.client.deadline == nil)
  }

  @Test("is closed after two seconds when the server does not say goodbye")
  func closesAnyway() throws {
    var bench = try BuzziBench.inCall()
    bench.order(.end(callID, .hungUp))
    bench.advance(.milliseconds(1_999))
    #expect(bench.closed.isEmpty)
    bench.advance(.milliseconds(1))
    #expect(bench.closed.count == 1)
  }

  @Test("tells the end again when the network fails, twice, and takes any answer for an end")
  func endIsRepeated() throws {
    var bench = try BuzziBench.inCall()
    bench.order(.end(callID, .hungUp))
    try bench.fail(endLine)
    bench.advance(.milliseconds(500))
    try bench.fail(endLine)
    bench.advance(.seconds(2))
    try bench.fail(endLine)
    bench.advance(.seconds(60))
    #expect(bench.questions == [])

    bench = try BuzziBench.inCall()
    bench.order(.end(callID, .hungUp))
    try bench.reply(endLine, 404, ["error": "Session not found or already ended"])
    bench.advance(.seconds(60))
    #expect(bench.questions == [])
  }

  @Test("given up while the session is asked for is ended at the server")
  func givenUpEarly() throws {
    var bench = try BuzziBench.online()
    bench.order(.place(callID, to: "bot-1", kind: .audio))
    bench.order(.end(callID, .cancelled))
    try bench.reply(sessionLine, 200, session(.both))
    #expect(bench.opening.isEmpty)
    #expect(bench.questions == [endLine])
    let reports = bench.takeReports()
    guard case .placed(callID, remoteID: "c-1", _, _, _)? = reports.first, reports.count == 1 else {
      Issue.record("\(reports)")
      return
    }
  }

  @Test(
    "tells why the server has ended it",
    arguments: [
      ("user_ended", EndReason.remoteHungUp), ("timeout", .remoteHungUp),
      ("escalated", .remoteHungUp),
      ("error", .signalingFailed("The server ended the call for an error.")),
    ])
  func serverEnds(word: String, reason: EndReason) throws {
    var bench = try BuzziBench.inCall()
    try bench.push(.callEnded(reason: word, durationSeconds: 180))
    #expect(bench.takeReports().ends == [reason])
    #expect(bench.closed.count == 1)
  }

  @Test(
    "tells errors in words, and ends for those after which nothing comes",
    arguments: ErrorCode.allCases)
  func errors(code: ErrorCode) throws {
    var bench = try BuzziBench.inCall()
    try bench.push(.error(message: "raw", code: code))
    let reports = bench.takeReports()
    switch code {
    case .invalidSession, .chatbotNotFound, .callsNotEnabled:
      #expect(reports.ends == [.signalingFailed(code.sentence)])
    case .timeout, .providerError, .audioFormatError, .rateLimited:
      #expect(reports == [.callNotice(callID, code.sentence)])
    }
  }

  @Test("asks for a person, and tells that one is called")
  func escalation() throws {
    var bench = try BuzziBench.inCall()
    bench.order(.requestPerson(callID))
    #expect(bench.takeSent() == [.escalate(reason: "The caller asks for a person.")])
    try bench.push(
      .escalationStarted(reason: "asked", urgency: "high", summary: "x", message: "One moment."))
    #expect(bench.takeReports().notices == ["A person is being called: One moment."])
  }
}
