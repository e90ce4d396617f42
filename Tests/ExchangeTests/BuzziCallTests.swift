import Basics
import BuzziWire
import Formats
import Simulation
import Testing
import Transport

@testable import Exchange

@Suite("Exchange as Buzzi: calls")
struct BuzziCallTests {
  @Test("a session is made in the words of each revision", arguments: Revision.allCases)
  func sessions(revision: Revision) throws {
    let bench = ExchangeBench.buzzi { $0.buzzi.revision = revision }
    let answer = try bench.send(
      .post, BuzziPath.session, ["chatbotId": "parrot", "companyId": "acme"], token: nil)
    #expect(answer.status == 200)
    #expect((answer.body["aiProvider"] != nil) == revision.speaksDocument)
    #expect((answer.body["voiceConfig"]?["voice"] == "alloy") == revision.speaksDocument)
    #expect((answer.body["expiresAt"] != nil) == revision.speaksCode)
    #expect(answer.body["wsUrl"]?.string?.contains("?sessionId=") == revision.speaksCode)
  }

  @Test("what is missing or unknown is told with status and code")
  func refusals() throws {
    let bench = ExchangeBench.buzzi { $0.buzzi.companyID = "acme" }
    func ask(_ body: JSONValue) throws -> Answer {
      try bench.post(BuzziPath.session, body, token: nil)
    }
    #expect(try ask([:]).status == 400)
    #expect(try ask(["chatbotId": ""]).status == 400)
    #expect(try ask(["chatbotId": "parrot", "companyId": "other"]).status == 404)
    let unknown = try ask(["chatbotId": "nobody"])
    #expect(unknown.status == 404)
    #expect(unknown.body["error"] == "Chatbot not found")
    #expect(unknown.body["code"] == "CHATBOT_NOT_FOUND")
    // The operator calls back, and such a caller cannot be called.
    #expect(try ask(["chatbotId": "operator"]).status == 404)
    #expect(try bench.get(BuzziPath.session, token: nil).status == 405)
    #expect(try bench.get(BuzziPath.socket, token: nil).status == 426)
  }

  @Test(
    "the code's revision asks for a company, the document's does not", arguments: Revision.allCases)
  func company(revision: Revision) throws {
    let bench = ExchangeBench.buzzi { $0.buzzi.revision = revision }
    let answer = try bench.post(BuzziPath.session, ["chatbotId": "parrot"], token: nil)
    #expect(answer.status == (revision == .code ? 400 : 200))
  }

  @Test("the server greets, and starts the call when it is asked to", arguments: Revision.allCases)
  func starts(revision: Revision) throws {
    let bench = ExchangeBench.buzzi { $0.buzzi.revision = revision }
    let session = try bench.session()
    let socket = try bench.openCall(session)
    let greeting = bench.heard(over: socket)
    #expect(greeting.count == (revision == .both ? 2 : 1))
    #expect(bench.takeOrders().isEmpty)

    try bench.say(.startCall(sessionID: session.sessionID, name: nil, email: nil), over: socket)
    #expect(bench.heard(over: socket).contains(.callStarted(callID: session.callID)))
    #expect(
      bench.takeOrders() == [
        .talkWithSamples(
          leg: "buzzi-1", attendant: "parrot",
          guest: AttendantGuest(userID: "buzzi:\(session.callID)", name: "Ada"), rate: 24_000)
      ])
  }

  @Test("a socket of a session that is unknown is told so before it is closed")
  func unknownSession() throws {
    let bench = ExchangeBench.buzzi()
    let socket = try bench.openSocket(HTTPRequest(.get, BuzziPath.socket + "?sessionId=none"))
    #expect(
      bench.heard(over: socket) == [
        .error(message: ErrorCode.invalidSession.sentence, code: .invalidSession)
      ])
    #expect(bench.closed[socket] == 4001)
  }

  @Test("sound goes to the bot and comes back; what is said and done is told")
  func sound() throws {
    let bench = ExchangeBench.buzzi()
    let call = try bench.buzziCall()
    try bench.send(ClientMessage.audioData(of: [1, -2, 3]), over: call.socket)
    #expect(bench.takeOrders() == [.samples(leg: call.leg, [1, -2, 3])])

    bench.feed(.attendant(.agent(callID: call.leg, .speaking)))
    bench.feed(.attendant(.samples(leg: call.leg, [7, 8])))
    bench.feed(
      .attendant(
        .transcript(
          callID: call.leg, AttendantUtterance(isOwn: false, text: "hi", isFinal: true))))
    bench.feed(.attendant(.flush(leg: call.leg)))
    #expect(
      bench.heard(over: call.socket) == [
        .agent(.speaking), .agent(.speaking), .audioResponse([7, 0, 8, 0]),
        .transcript(isCaller: true, text: "hi", isFinal: true),
        .stopAudio(reason: "user_interrupted"),
      ])
  }

  @Test("a caller of Gemini's sends 16 kHz, which the bot hears at 24")
  func upsampling() throws {
    let bench = ExchangeBench.buzzi()
    let admin = try bench.signIn("admin")
    _ = try bench.patch(BuzziPath.chatbot("parrot"), ["callAiProvider": "GEMINI"], token: admin)
    let call = try bench.buzziCall()
    #expect(call.session.sentRate == 16_000)
    var heard = 0
    for _ in 0..<10 {
      try bench.send(
        ClientMessage.audioData(of: [Int16](repeating: 1_000, count: 640)), over: call.socket)
      for order in bench.takeOrders() {
        if case .samples(_, let samples) = order { heard += samples.count }
      }
    }
    #expect(heard == 9_600)
  }

  @Test("sound that is none is refused by name, and changes nothing")
  func badSound() throws {
    let bench = ExchangeBench.buzzi()
    let call = try bench.buzziCall()
    for letters in ["!", "AAAA", "A"] {
      try bench.send(#"{"type":"audio_data","data":{"audio":"\#(letters)"}}"#, over: call.socket)
    }
    try bench.send("nonsense", over: call.socket)
    try bench.send(#"{"type":"who knows"}"#, over: call.socket)
    #expect(
      bench.heard(over: call.socket) == [
        .error(message: "Invalid audio format", code: .audioFormatError),
        .error(message: "Invalid audio format", code: .audioFormatError),
        .error(message: "Invalid audio format", code: .audioFormatError),
        .error(message: "Invalid message format", code: nil),
      ])
    #expect(bench.takeOrders().isEmpty)
  }

  @Test("sound before the start reaches nobody")
  func earlySound() throws {
    let bench = ExchangeBench.buzzi()
    let socket = try bench.openCall(try bench.session())
    try bench.send(ClientMessage.audioData(of: [1]), over: socket)
    #expect(bench.takeOrders().isEmpty)
  }

  @Test("the caller ends the call by message")
  func endsByMessage() throws {
    let bench = ExchangeBench.buzzi()
    let call = try bench.buzziCall()
    bench.advance(.seconds(5))
    try bench.say(.endCall(.userEnded), over: call.socket)
    #expect(
      bench.heard(over: call.socket).last == .callEnded(reason: "user_ended", durationSeconds: 5))
    #expect(bench.takeOrders() == [.hangUp(callID: call.leg)])
    #expect(bench.closed[call.socket] == 1000)
    #expect(bench.exchange.deadline == nil)
  }

  @Test("the caller ends the call by request, once")
  func endsByRequest() throws {
    let bench = ExchangeBench.buzzi()
    let call = try bench.buzziCall()
    bench.advance(.seconds(5))
    let path = BuzziPath.end(call.session.sessionID)
    let answer = try bench.post(path, ["reason": "user_ended"], token: nil)
    #expect(answer.status == 200)
    #expect(answer.body["callSummary"]?["durationSeconds"] == 5)
    #expect(bench.closed[call.socket] == 1000)
    let again = try bench.post(path, ["reason": "user_ended"], token: nil)
    #expect(again.status == 404)
    #expect(again.body["error"] == "Session not found or already ended")
  }

  @Test("a call in which nobody speaks ends after the silence time and not before")
  func silence() throws {
    let bench = ExchangeBench.buzzi()
    let call = try bench.buzziCall()
    let loud = [Int16](repeating: 5_000, count: 480)
    bench.advance(.seconds(100))
    try bench.send(ClientMessage.audioData(of: loud), over: call.socket)
    bench.advance(.seconds(100))
    bench.feed(.attendant(.samples(leg: call.leg, loud)))
    bench.advance(.milliseconds(179_999))
    // A quiet room is no speech.
    try bench.send(ClientMessage.audioData(of: [1, 2, 3]), over: call.socket)
    #expect(bench.closed.isEmpty)
    _ = bench.heard(over: call.socket)
    bench.advance(.milliseconds(1))
    let heard = bench.heard(over: call.socket)
    #expect(heard.contains(.error(message: ErrorCode.timeout.sentence, code: .timeout)))
    #expect(heard.last == .callEnded(reason: "timeout", durationSeconds: 380))
    #expect(bench.exchange.buzzi.ledger.records.last?.status == .timeout)
  }

  @Test("sockets are closed by the codes of the API")
  func closeCodes() throws {
    let bench = ExchangeBench.buzzi()
    let nameless = try bench.openSocket(HTTPRequest(.get, BuzziPath.socket))
    let unknown = try bench.openSocket(HTTPRequest(.get, BuzziPath.socket + "?sessionId=nobody"))
    let session = try bench.session()
    let first = try bench.openCall(session)
    let second = try bench.openCall(session)
    #expect(bench.closed == [nameless: 4000, unknown: 4001, second: 4002])
    #expect(bench.heard(over: first).isEmpty == false)
  }

  @Test("a caller whose socket broke comes back to the same bot within the time")
  func reconnects() throws {
    let bench = ExchangeBench.buzzi()
    let call = try bench.buzziCall()
    bench.closeSocket(call.socket)
    bench.advance(.milliseconds(29_999))
    let socket = try bench.openCall(call.session, reconnect: true)
    try bench.say(
      .startCall(sessionID: call.session.sessionID, name: nil, email: nil), over: socket)
    #expect(bench.heard(over: socket).contains(.callStarted(callID: call.session.callID)))
    #expect(bench.takeOrders().isEmpty)
    bench.feed(.attendant(.samples(leg: call.leg, [5])))
    #expect(bench.heard(over: socket) == [.audioResponse([5, 0])])

    bench.closeSocket(socket)
    bench.advance(.seconds(30))
    #expect(bench.takeOrders() == [.hangUp(callID: call.leg)])
  }

  @Test("a caller who comes back before the old socket is missed takes it over")
  func takesOver() throws {
    let bench = ExchangeBench.buzzi()
    let call = try bench.buzziCall()
    let socket = try bench.openCall(call.session, reconnect: true)
    #expect(bench.closed == [call.socket: 1000])
    bench.advance(.seconds(60))
    bench.feed(.attendant(.samples(leg: call.leg, [5])))
    #expect(bench.heard(over: socket).last == .audioResponse([5, 0]))
  }

  @Test("a bot that hangs up ends the call; one that cannot be had is an error")
  func botEnds() throws {
    let bench = ExchangeBench.buzzi()
    let first = try bench.buzziCall()
    bench.feed(.attendant(.hangUp(callID: first.leg, reason: "hangup")))
    #expect(
      bench.heard(over: first.socket).last == .callEnded(reason: "agent_ended", durationSeconds: 0))
    let second = try bench.buzziCall()
    bench.feed(.attendant(.hangUp(callID: second.leg, reason: "busy")))
    #expect(
      bench.heard(over: second.socket).contains(
        .error(message: ErrorCode.providerError.sentence, code: .providerError)))
    #expect(bench.exchange.buzzi.ledger.records.map(\.status) == [.completed, .failed])
    #expect(bench.exchange.legs.isEmpty)
  }

  @Test("a session that nobody takes up is forgotten after a day")
  func expires() throws {
    let bench = ExchangeBench.buzzi()
    let session = try bench.session()
    bench.advance(.seconds(86_400))
    #expect(bench.exchange.buzzi.sessions.isEmpty)
    let socket = try bench.openCall(session)
    #expect(bench.closed[socket] == 4001)
  }

  // MARK: Limits

  @Test("ten sessions a minute are made for one address, then the caller is told to wait")
  func sessionLimit() throws {
    let bench = ExchangeBench()
    for _ in 0..<10 { _ = try bench.session() }
    let body: JSONValue = ["chatbotId": "parrot"]
    let answer = try bench.post(BuzziPath.session, body, token: nil)
    #expect(answer.status == 429)
    #expect(answer.body["code"] == "RATE_LIMITED")
    #expect(answer.body["retryAfter"]?.integer == 6)
    #expect(answer.fields["Retry-After"] == "6")
    #expect(answer.fields["X-RateLimit-Limit"] == "10")
    bench.address = "192.0.2.1"
    #expect(try bench.post(BuzziPath.session, body, token: nil).status == 200)
    bench.address = "127.0.0.1"
    bench.advance(.seconds(6))
    #expect(try bench.post(BuzziPath.session, body, token: nil).status == 200)
  }

  @Test("five sockets are open for one address, and a sixth when one has closed")
  func socketLimit() throws {
    let bench = ExchangeBench()
    let sessions = try (0..<6).map { _ in try bench.session() }
    let sockets = try sessions.prefix(5).map { try bench.openCall($0) }
    #expect(throws: SocketRefused(status: 429)) { try bench.openCall(sessions[5]) }
    bench.closeSocket(sockets[0])
    _ = try bench.openCall(sessions[5])
  }

  @Test("sessions are bounded: the oldest that nobody has taken up gives way")
  func sessionBound() throws {
    let bench = ExchangeBench.buzzi { settings in
      settings.buzzi.sessionsPerMinute = 1e9
      settings.limits.requestBurst = 1e9
      settings.limits.requestsPerSecond = 1e9
    }
    let first = try bench.session()
    bench.advance(.milliseconds(1))
    let call = try bench.buzziCall()
    for _ in 0..<BuzziState.sessionLimit { _ = try bench.session() }
    #expect(bench.exchange.buzzi.sessions.count == BuzziState.sessionLimit)
    #expect(bench.exchange.buzzi.sessions[first.sessionID] == nil)
    #expect(bench.exchange.buzzi.sessions[call.session.sessionID] != nil)
  }

  @Test("ten thousand damaged messages change nothing", arguments: [1, 2])
  func damaged(seed: UInt64) throws {
    let bench = ExchangeBench.buzzi { settings in
      settings.limits.messagesPerSecond = 1e9
      settings.limits.messageBurst = 1e9
      settings.limits.faultsPerSocket = .max
    }
    let call = try bench.buzziCall()
    let models = [
      ClientMessage.audioData([1, 2, 3, 4]), .startCall(sessionID: "s", name: "n", email: "e"),
    ].map { $0.encoded() }
    var mutator = Mutator(seed: seed)
    for index in 0..<10_000 {
      let text = mutator.mutate(models[index % models.count])
      // What still says it as it should is no damage.
      guard !text.contains("end_call"), !text.contains("escalate") else { continue }
      try bench.send(text, over: call.socket)
      if index % 100 == 0 { _ = bench.heard(over: call.socket) }
    }
    #expect(bench.exchange.buzzi.sessions.count == 1)
    #expect(
      bench.takeOrders().allSatisfy { order in
        if case .samples(call.leg, _) = order { return true }
        return false
      }, "seed \(seed)")
  }
}
