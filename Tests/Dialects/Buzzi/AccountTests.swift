import Basics
import BuzziClient
import BuzziWire
import Calling
import Formats
import Testing
import Transport

@Suite("Buzzi: an account")
struct AccountTests {
  @Test("is signed in once the server answers, and shows its chatbots")
  func signsIn() throws {
    var bench = BuzziBench(options: ["chatbot-id": "bot-1, bot-2"])
    bench.start()
    try bench.reply(historyLine, 200, ["history": []])
    let reports = bench.takeReports()
    #expect(reports.contains(.account(.signedIn)))
    #expect(
      reports.contains { report in
        guard case .contacts(let contacts) = report else { return false }
        return contacts.map(\.address) == ["bot-1", "bot-2"]
          && contacts.allSatisfy { $0.kind == .bot }
      })
  }

  @Test("of a server without a history is signed in as well")
  func noHistory() throws {
    var bench = BuzziBench()
    bench.start()
    try bench.reply(historyLine, 404)
    #expect(bench.takeReports().contains(.account(.signedIn)))
  }

  @Test("is refused where its origin is not allowed", arguments: [401, 403])
  func refused(status: Int) throws {
    var bench = BuzziBench()
    bench.start()
    try bench.reply(historyLine, status, ["error": "Origin not allowed"])
    #expect(
      bench.takeReports().last
        == .account(.refused(reason: "The server says: Origin not allowed.")))
    #expect(bench.client.deadline == nil)
  }

  @Test("is tried again when the server cannot be reached, fails or wants to be left alone")
  func retries() throws {
    var bench = BuzziBench()
    bench.start()
    try bench.fail(historyLine)
    bench.advance(.seconds(1))
    try bench.reply(historyLine, 500)
    bench.advance(.seconds(5))
    try bench.reply(historyLine, 429, fields: ["Retry-After": "30"])
    bench.advance(.milliseconds(29_999))
    #expect(bench.questions == [])
    bench.advance(.milliseconds(1))
    try bench.reply(historyLine, 200, ["history": []])
    #expect(bench.takeReports().contains(.account(.signedIn)))
  }

  @Test("that names nothing says what to set")
  func empty() {
    var bench = BuzziBench(options: [:])
    bench.start()
    guard case .account(.refused(let reason)) = bench.takeReports().last else {
      Issue.record("not refused")
      return
    }
    #expect(reason.contains("set chatbot-id in [account"))
  }

  @Test("brings the history of its chatbots")
  func history() throws {
    var bench = BuzziBench()
    bench.start()
    try bench.reply(
      historyLine, 200,
      [
        "history": [
          [
            "id": "c-9", "status": "completed", "startedAt": "2026-11-20T10:00:00Z",
            "endedAt": "2026-11-20T10:01:00.500Z", "durationSeconds": "60",
            "endReason": "user_ended", "aiProvider": "OPENAI",
          ], ["id": 7], "junk", ["id": "c-8", "status": "no_answer", "startedAt": "2026-11-20"],
        ]
      ])
    let records = bench.takeReports().compactMap { report -> [CallRecord]? in
      guard case .history(let records) = report else { return nil }
      return records
    }.last
    #expect(records?.map(\.id) == ["work/c-9", "work/c-8"])
    #expect(records?.map(\.outcome) == [.answered, .noAnswer])
    #expect(records?.first?.party.address == "bot-1")
  }

  @Test("that signs out ends its calls and answers what waits")
  func signsOut() throws {
    var bench = try BuzziBench.inCall()
    bench.order(.serve(ServiceID(1), .history(HistoryFilter())))
    bench.order(.signOut)
    #expect(bench.closed.count == 1)
    #expect(bench.questions == [endLine])
    #expect(
      bench.takeReports() == [
        .answered(ServiceID(1), .failed("Not signed in to this account.")), .account(.signedOut),
      ])
    #expect(bench.client.deadline == nil)
  }

  @Test("never shows its credentials")
  func secrets() throws {
    var bench = try BuzziBench.online(secret: "token-7", session: "cookie-7")
    bench.order(.serve(ServiceID(1), .analytics(days: 7)))
    let line = "GET /api/company/analytics/calls?days=7"
    let request = try bench.request(line)
    #expect(request.fields["Authorization"] == "Bearer token-7")
    #expect(request.fields["Cookie"]?.contains("next-auth.session-token=cookie-7") == true)
    #expect(request.fields["Cookie"]?.contains("__Secure-authjs.session-token=cookie-7") == true)
    try bench.reply(line, 500, ["error": "oops"])
    #expect(!"\(bench.reports) \(bench.notes)".contains("-7"))
    // A caller's endpoints are not told the company's secrets.
    bench.order(.refreshHistory)
    #expect(try bench.request(historyLine).fields["Authorization"] == nil)
    #expect(try bench.request(historyLine).fields["Cookie"] == nil)
  }
}
