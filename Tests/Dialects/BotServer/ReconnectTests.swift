import Basics
import BotServerClient
import BotServerWire
import Calling
import Formats
import SDP
import Testing
import Transport

@Suite("BotServer reconnection")
struct ReconnectTests {
  private let ringing = "GET /api/v1/calls/history?status=ringing&limit=20"

  @Test("finds a restarted server, asks what was missed, and keeps the call")
  func midCall() throws {
    var bench = try inCall()
    try bench.breakSocket()
    guard case .account(.reconnecting(let since, let nextTry, _)) = bench.takeReports().first else {
      Issue.record("the loss was not told")
      return
    }
    #expect(since == bench.now)
    #expect(bench.now.duration(to: nextTry) <= .milliseconds(360))
    bench.advance(.milliseconds(400))
    try bench.openSocket()
    #expect(bench.takeReports() == [.account(.signedIn)])
    #expect(
      bench.questions == [
        "GET /api/v1/calls/call_1", "GET /api/users?limit=100", "GET /api/v1/calls/rooms",
        "GET /api/v1/calls/history?limit=100",
      ])
    try bench.reply("GET /api/v1/calls/call_1", 200, call(.active).encoded())
    #expect(bench.takeReports() == [])
  }

  @Test(
    "opens another socket at once when the network has changed, and tells only the newest offer")
  func networkChanged() throws {
    var bench = try inCall()
    let old = bench.socket
    bench.networkChanged(losesConnections: true)
    #expect(bench.closed.last == old)
    #expect(bench.opening.count == 1)
    _ = bench.takeSent()
    for number in [UInt16(2), 3] {
      bench.order(.describe(outgoingID, description(UInt64(number))))
      bench.order(.candidate(outgoingID, candidate(number)))
    }
    try bench.openSocket()
    #expect(
      bench.takeSent() == [
        .callOffer(callID: "call_1", sdp: description(3).encoded()),
        .iceCandidate(callID: "call_1", candidate: candidate(3).encoded()),
      ])
  }

  @Test("asks for a call's servers anew, and passes them on once")
  func renewsServers() throws {
    var bench = try inCall()
    bench.order(.renewServers(outgoingID))
    let turn = IceServer(
      kind: .turn(username: "2000000000:you", credential: "c", transport: .udp),
      host: "t.example.org", port: 3_478)
    let fresh = MediaMessage(
      kind: "p2p",
      iceServers: [
        IceServerMessage(
          urls: ["turn:t.example.org:3478?transport=udp"], username: "2000000000:you",
          credential: "c")
      ], eventsURL: nil)
    try bench.reply("GET /api/v1/calls/call_1", 200, call(.active, media: fresh).encoded())
    #expect(bench.takeReports() == [.servers(outgoingID, [turn])])
    bench.order(.renewServers(CallID(account: AccountID(0), isIncoming: true, number: 77)))
    #expect(bench.questions == [])
  }

  @Test("learns on return that the other side hung up meanwhile")
  func missedEnd() throws {
    var bench = try inCall()
    try bench.breakSocket()
    bench.advance(.milliseconds(400))
    try bench.openSocket()
    _ = bench.takeReports()
    try bench.reply("GET /api/v1/calls/call_1", 200, call(.ended).encoded())
    #expect(bench.takeReports() == [.ended(outgoingID, .remoteHungUp)])
  }

  @Test("keeps an accepted call that the server has forgotten, and gives up one that was not")
  func forgotten() throws {
    for isAccepted in [true, false] {
      var bench = isAccepted ? try inCall() : try placed()
      try bench.breakSocket()
      bench.advance(.milliseconds(400))
      try bench.openSocket()
      _ = bench.takeReports()
      try bench.reply("GET /api/v1/calls/call_1", 404, error("call_not_found", "No such call."))
      let expected: [SignalingReport] =
        isAccepted
        ? [] : [.ended(outgoingID, .signalingFailed("The server no longer knows the call."))]
      #expect(bench.takeReports() == expected)
    }
  }

  @Test("delivers on return the end of a call that was hung up meanwhile")
  func keptEnd() throws {
    var bench = try inCall()
    try bench.breakSocket()
    bench.order(.end(outgoingID, .hungUp))
    try bench.fail("POST /api/v1/calls/call_1/end")
    bench.advance(.milliseconds(500))
    try bench.refuseSocket()
    try bench.fail("POST /api/v1/calls/call_1/end")
    bench.advance(.seconds(2))
    try bench.fail("POST /api/v1/calls/call_1/end")
    #expect(!bench.questions.contains("POST /api/v1/calls/call_1/end"))
    try bench.openSocket()
    #expect(try bench.body("POST /api/v1/calls/call_1/end") == ["reason": "hangup"])
    try bench.reply("POST /api/v1/calls/call_1/end", 200, call(.ended).encoded())
    bench.advance(.seconds(5))
    #expect(!bench.questions.contains("POST /api/v1/calls/call_1/end"))
  }

  @Test("keeps a bounded number of ends")
  func boundsKeptEnds() throws {
    var bench = try ClientBench.signedIn()
    try bench.breakSocket()
    for number in 1...100 {
      let id = CallID(account: AccountID(0), isIncoming: false, number: number)
      bench.order(.place(id, to: "bob", kind: .audio))
      try bench.reply(
        "POST /api/v1/calls/initiate", 201, call(.ringing, id: "c\(number)").encoded())
      bench.order(.end(id, .cancelled))
      try bench.fail("POST /api/v1/calls/c\(number)/end")
    }
    bench.advance(.milliseconds(500))
    #expect(bench.questions.count { $0.hasSuffix("/end") } == 32)
  }

  @Test("takes back the oldest of too many requests that the server leaves unanswered")
  func boundsRequests() throws {
    var bench = try ClientBench.signedIn()
    for number in 0..<200 {
      try bench.push(.incomingCall(call(.ringing, id: "c\(number)", from: "bob"), lastWords: []))
      bench.order(
        .refuseBusy(CallID(account: AccountID(0), isIncoming: true, number: number + 1)))
      bench.order(.refreshContacts)
      bench.order(.refreshHistory)
    }
    #expect(bench.questions.count == 32 + 3)
    #expect(bench.questions.contains("POST /api/v1/calls/c199/respond"))
  }

  @Test("does not ask while the socket may come back by itself")
  func firstPoll() throws {
    var bench = try inCall()
    try bench.breakSocket()
    bench.advance(.milliseconds(310))
    if !bench.opening.isEmpty { try bench.refuseSocket() }
    bench.advance(.milliseconds(690) - .nanoseconds(1))
    #expect(bench.questions == [])
    bench.advance(.nanoseconds(1))
    #expect(bench.questions == [ringing, "GET /api/v1/calls/call_1"])
  }

  @Test("asks every five seconds, a fifth more or less, while only the socket is away")
  func polls() throws {
    var bench = try ClientBench.signedIn()
    try bench.breakSocket()
    bench.advance(.seconds(1))
    for _ in 0..<20 {
      try bench.reply(ringing, 200, ["calls": []])
      let start = bench.now
      while !bench.questions.contains(ringing) {
        bench.advance(.milliseconds(10))
        while !bench.opening.isEmpty { try bench.refuseSocket(.malformed("no WebSocket")) }
      }
      let gap = start.duration(to: bench.now).seconds
      #expect(gap > 3.98 && gap < 6.02, "\(gap)")
    }
  }

  @Test("asks a server that does not answer ever more rarely, up to half a minute")
  func pollBacksOff() throws {
    var bench = try ClientBench.signedIn()
    try bench.breakSocket()
    bench.advance(.seconds(1))
    var gap = 0.0
    for _ in 0..<6 {
      try bench.fail(ringing)
      let start = bench.now
      while !bench.questions.contains(ringing) {
        bench.advance(.milliseconds(10))
        while !bench.opening.isEmpty { try bench.refuseSocket() }
      }
      gap = start.duration(to: bench.now).seconds
    }
    #expect(gap > 23.9 && gap < 36.1, "\(gap)")
  }

  @Test("rings, accepts and learns of the end by asking alone")
  func pollingCall() throws {
    var bench = try ClientBench.signedIn()
    try bench.breakSocket()
    bench.advance(.seconds(1))
    try bench.refuseSocket(.malformed("no WebSocket"))
    _ = bench.takeReports()
    try bench.reply(
      ringing, 200, ["calls": .array([call(.ringing, from: "bob").encoded()])])
    guard case .invited = bench.takeReports().first else {
      Issue.record("nobody was invited")
      return
    }
    bench.order(.accept(incomingID))
    try bench.reply(
      "POST /api/v1/calls/call_1/respond", 200, call(.active, from: "bob").encoded())
    bench.advance(.seconds(7))
    _ = bench.takeReports()
    try bench.reply("GET /api/v1/calls/call_1", 200, call(.ended, from: "bob").encoded())
    #expect(bench.takeReports().contains(.ended(incomingID, .remoteHungUp)))
  }

  @Test("tells by asking that an outgoing call rings and is accepted")
  func pollingOutgoing() throws {
    var bench = try placed()
    try bench.breakSocket()
    bench.advance(.seconds(1))
    try bench.refuseSocket()
    _ = bench.takeReports()
    try bench.reply("GET /api/v1/calls/call_1", 200, call(.ringing).encoded())
    #expect(bench.takeReports() == [.ringing(outgoingID)])
    try bench.reply(ringing, 200, ["calls": []])
    bench.advance(.seconds(6))
    while !bench.opening.isEmpty { try bench.refuseSocket() }
    _ = bench.takeReports()
    try bench.reply("GET /api/v1/calls/call_1", 200, call(.active).encoded())
    #expect(bench.takeReports() == [.accepted(outgoingID)])
  }

  @Test("opens the socket without waiting its turn when a silent server answers again")
  func hastens() throws {
    var bench = try ClientBench.signedIn()
    try bench.breakSocket()
    bench.advance(.seconds(1))
    for _ in 0..<4 {
      try bench.fail(ringing)
      while !bench.questions.contains(ringing) {
        bench.advance(.milliseconds(100))
        while !bench.opening.isEmpty { try bench.refuseSocket() }
      }
    }
    #expect(bench.opening.isEmpty)
    try bench.reply(ringing, 200, ["calls": []])
    #expect(bench.opening.count == 1)
  }

  @Test("is refused when the token is no longer accepted")
  func tokenRevoked() throws {
    var bench = try inCall()
    try bench.breakSocket()
    bench.advance(.seconds(1))
    try bench.refuseSocket()
    _ = bench.takeReports()
    try bench.reply(ringing, 401, error("unauthorized", "A valid token is needed."))
    #expect(
      bench.takeReports() == [
        .account(.refused(reason: "The server says: A valid token is needed."))
      ])
    bench.advance(.seconds(600))
    #expect(bench.questions == [])
    #expect(bench.opening.isEmpty)
  }

  @Test("asks a quiet server for a sign of life and leaves a dead one")
  func keepAlive() throws {
    var bench = try ClientBench.signedIn()
    bench.isAlive = false
    bench.advance(.seconds(10))
    #expect(bench.takeSent() == [.ping])
    try bench.push(.pong)
    bench.advance(.seconds(10))
    #expect(bench.takeSent() == [.ping])
    bench.advance(.seconds(5))
    guard case .account(.reconnecting) = bench.takeReports().first else {
      Issue.record("the dead server was not told")
      return
    }
    #expect(bench.closed.count == 1)
  }

  @Test("gives a sign of life when asked")
  func answersPing() throws {
    var bench = try ClientBench.signedIn()
    try bench.push(.ping)
    #expect(bench.takeSent() == [.pong])
  }

  @Test("keeps what it has to say to the peer until the socket is back")
  func keepsSayings() throws {
    var bench = try inCall()
    try bench.breakSocket()
    bench.order(.candidate(outgoingID, candidate(9)))
    #expect(bench.takeSent() == [])
    bench.advance(.milliseconds(400))
    try bench.openSocket()
    #expect(
      bench.takeSent() == [
        .iceCandidate(callID: "call_1", candidate: candidate(9).encoded())
      ])
  }

  @Test("ignores an offer that a server repeats after the reconnection")
  func repeatedOffer() throws {
    var bench = try ClientBench.signedIn()
    try bench.push(.incomingCall(call(.ringing, from: "bob"), lastWords: []))
    try bench.push(.callOffer(callID: "call_1", sdp: description(1).encoded()))
    try bench.breakSocket()
    bench.advance(.milliseconds(400))
    try bench.openSocket()
    _ = bench.takeReports()
    try bench.push(.incomingCall(call(.ringing, from: "bob"), lastWords: []))
    try bench.push(.callOffer(callID: "call_1", sdp: description(1).encoded()))
    #expect(bench.takeReports() == [])
  }

  private func placed() throws -> ClientBench {
    var bench = try ClientBench.signedIn()
    bench.order(.place(outgoingID, to: "bob", kind: .audio))
    try bench.reply("POST /api/v1/calls/initiate", 201, call(.ringing).encoded())
    _ = bench.takeReports()
    return bench
  }

  private func inCall() throws -> ClientBench {
    var bench = try placed()
    try bench.push(.callUpdated(call(.active)))
    _ = bench.takeReports()
    return bench
  }
}
