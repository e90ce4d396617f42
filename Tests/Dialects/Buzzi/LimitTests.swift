import Basics
import BuzziClient
import BuzziWire
import Calling
import Formats
import Testing
import Transport

@Suite("Buzzi: limits and losses")
struct LimitTests {
  @Test("a server that wants fewer requests is asked again when it says", arguments: [true, false])
  func waitsOutRateLimit(isInBody: Bool) throws {
    var bench = try BuzziBench.online()
    bench.order(.place(callID, to: "bot-1", kind: .audio))
    let body = ErrorBody(message: "Too many requests", retryAfter: isInBody ? 7 : nil).encoded()
    try bench.reply(sessionLine, 429, body, fields: isInBody ? [:] : ["Retry-After": "7"])
    #expect(bench.takeReports().notices.count == 1)
    bench.advance(.milliseconds(6_999))
    #expect(bench.questions == [])
    bench.advance(.milliseconds(1))
    #expect(bench.questions == [sessionLine])
  }

  @Test("a sixth call waits until one of five is over")
  func queues() throws {
    var bench = try BuzziBench.online()
    for number in 1...6 {
      let id = CallID(account: AccountID(0), isIncoming: false, number: number)
      bench.order(.place(id, to: "bot-1", kind: .audio))
    }
    #expect(bench.questions.count == 5)
    #expect(bench.takeReports().notices.count == 1)
    bench.advance(.seconds(5))
    #expect(bench.questions.count == 5)

    try bench.reply(sessionLine, 404, ["error": "Chatbot not found"])
    bench.advance(.seconds(1))
    #expect(bench.questions.count == 5)
    #expect(bench.takeReports().ends.count == 1)
  }

  @Test("at most sixteen calls are kept")
  func callLimit() throws {
    var bench = try BuzziBench.online()
    for number in 1...17 {
      let id = CallID(account: AccountID(0), isIncoming: false, number: number)
      bench.order(.place(id, to: "bot-1", kind: .audio))
    }
    #expect(bench.takeReports().ends.count == 1)
  }

  @Test("a broken socket is opened again after 1, 2 and 4 s, and the call goes on")
  func reconnects() throws {
    var bench = try BuzziBench.inCall()
    try bench.breakSocket()
    for (delay, closing) in [(1, 4002), (2, 4002)] {
      bench.advance(.milliseconds(delay * 1_000 - 1))
      #expect(bench.opening.isEmpty)
      bench.advance(.milliseconds(1))
      #expect(
        bench.opening.map(\.url) == [
          "wss://buzzi.example/api/widget/call/ws?sessionId=s-1&reconnect=true"
        ])
      try bench.openSocket()
      // The server has not noticed yet that the old socket is gone.
      try bench.closeSocket(closing)
    }
    bench.advance(.seconds(4))
    try bench.openSocket()
    try bench.push(.ready(sessionID: "s-1"))
    try bench.push(.callStarted(callID: "c-1"))
    #expect(bench.takeReports().notices.last == "The call is connected again.")
    bench.order(.sound(callID, [1]))
    #expect(bench.takeSent().contains(.audioData(bytes([1]))))
  }

  @Test("is given up after the third try")
  func givesUp() throws {
    var bench = try BuzziBench.inCall()
    try bench.breakSocket()
    for delay in [1, 2, 4] {
      bench.advance(.seconds(delay))
      try bench.refuseSocket(.unreachable("here"))
    }
    #expect(
      bench.takeReports().ends == [.signalingFailed(TransportFailure.unreachable("here").sentence)])
    #expect(bench.questions == [endLine])
    #expect(bench.client.deadline == nil)
  }

  @Test("an unknown session is not tried again", arguments: [4000, 4001])
  func finalCodes(code: Int) throws {
    var bench = try BuzziBench.inCall()
    try bench.closeSocket(code)
    #expect(bench.takeReports().ends == [.signalingFailed(ErrorCode.invalidSession.sentence)])
  }

  @Test("a plain goodbye ends the call")
  func goodbye() throws {
    var bench = try BuzziBench.inCall()
    try bench.closeSocket(1000)
    #expect(bench.takeReports().ends == [.remoteHungUp])
  }

  @Test("a server that stays silent at any step is left", arguments: 0..<3)
  func silentServer(step: Int) throws {
    var bench = try BuzziBench.online()
    bench.order(.place(callID, to: "bot-1", kind: .audio))
    try bench.reply(sessionLine, 200, session(.both))
    for _ in 0..<4 {
      if step > 0 { try bench.openSocket() }
      if step > 1 { try bench.push(.ready(sessionID: nil)) }
      bench.advance(.seconds(12))
      bench.advance(.seconds(4))
    }
    #expect(bench.takeReports().ends == [.signalingFailed(TransportFailure.timedOut.sentence)])
    #expect(bench.client.deadline == nil)
  }

  @Test("what the server complained of before the call is up is why it failed")
  func complaint() throws {
    var bench = try BuzziBench.online()
    bench.order(.place(callID, to: "bot-1", kind: .audio))
    try bench.reply(sessionLine, 200, session(.both))
    try bench.openSocket()
    try bench.push(.error(message: "boom", code: .providerError))
    try bench.push(.callEnded(reason: "error", durationSeconds: 0))
    #expect(bench.takeReports().ends == [.signalingFailed(ErrorCode.providerError.sentence)])
  }
}
