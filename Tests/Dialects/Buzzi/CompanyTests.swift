import Basics
import BuzziWire
import Calling
import Formats
import Testing
import Transport

@Suite("Buzzi: company commands")
struct CompanyTests {
  private let id = ServiceID(1)

  private func answer(_ bench: inout BuzziBench) throws -> ServiceAnswer {
    let reports = bench.takeReports()
    guard case .answered(id, let answer) = reports.last else {
      throw Unanswered(reports: reports)
    }
    return answer
  }

  private struct Unanswered: Error { let reports: [SignalingReport] }

  /// The document's example.
  private let example: JSONValue = [
    "summary": [
      "totalCalls": 150, "completedCalls": 120, "failedCalls": 10, "successRate": 80.0,
      "averageDurationSeconds": 180, "totalDurationSeconds": 21_600, "totalTurns": 1_500,
      "averageTurns": 10,
    ],
    "dailyMetrics": [
      [
        "date": "2025-01-01", "totalCalls": 10, "completedCalls": 8, "failedCalls": 1,
        "averageDurationSeconds": 200,
      ], ["date": "2025-01-02", "calls": 4, "completed": 2, "failed": 2, "totalDuration": 90],
    ],
    "sourceBreakdown": ["web": 100, "whatsapp": 40, "twilio": 10],
    "aiProviderBreakdown": ["OPENAI": 120, "GEMINI": 30],
    "statusBreakdown": ["completed": 120, "failed": 10, "no_answer": 5, "timeout": 15],
    "topChatbots": [
      [
        "chatbotId": "u", "chatbotName": "Support Bot", "totalCalls": 80,
        "averageDurationSeconds": 200,
      ]
    ],
    "recentCalls": [
      [
        "id": "r", "chatbotName": "Support Bot", "source": "web", "status": "completed",
        "durationSeconds": 180, "createdAt": "2025-01-14T10:30:00Z",
      ]
    ], "dateRange": ["start": "2024-12-15", "end": "2025-01-14"],
  ]

  @Test("analytics come as a table, in either revision's names, and whole for machines")
  func analytics() throws {
    var bench = try BuzziBench.online(session: "s")
    bench.order(.serve(id, .analytics(days: 30)))
    try bench.reply("GET /api/company/analytics/calls?days=30", 200, example)
    guard case .table(let table) = try answer(&bench) else {
      Issue.record("no table")
      return
    }
    #expect(table.json == (try JSONValue(decoding: example.text)))
    #expect(table.rows.allSatisfy { $0.count == table.columns.count })
    #expect(table.rows[0] == ["2024-12-15 to 2025-01-14", "150", "120", "10", "180 s"])
    #expect(table.rows.contains(["2025-01-01", "10", "8", "1", "200 s"]))
    #expect(table.rows.contains(["2025-01-02", "4", "2", "2", "45 s"]))
    #expect(table.rows.contains(["chatbot Support Bot", "80", "", "", "200 s"]))
    #expect(table.rows.contains { $0[0] == "source web" && $0[1] == "100" })
  }

  @Test("analytics are asked for at most a year", arguments: [(0, 1), (400, 365), (Int.max, 365)])
  func days(asked: Int, sent: Int) throws {
    var bench = try BuzziBench.online(session: "s")
    bench.order(.serve(id, .analytics(days: asked)))
    #expect(bench.questions == ["GET /api/company/analytics/calls?days=\(sent)"])
  }

  @Test("integration accounts are listed, added, changed and removed")
  func accounts() throws {
    var bench = try BuzziBench.online(session: "s")
    let account: JSONValue = [
      "id": "a/1", "provider": "whatsapp", "displayName": "Main", "phoneNumber": "+1",
      "isVerified": false, "isActive": true, "settings": [:], "webhookSecret": "shh",
    ]
    bench.order(.serve(id, .integrationAccounts))
    try bench.reply("GET /api/company/integration-accounts", 200, ["accounts": [account]])
    guard case .table(let table) = try answer(&bench) else {
      Issue.record("no table")
      return
    }
    #expect(table.rows == [["a/1", "whatsapp", "Main", "+1", "no", "yes"]])

    bench.order(.serve(id, .addIntegrationAccount(fields: ["provider": "whatsapp"])))
    #expect(try bench.body("POST /api/company/integration-accounts") == ["provider": "whatsapp"])
    try bench.reply("POST /api/company/integration-accounts", 200, ["account": account])
    guard case .done(let words, _) = try answer(&bench) else {
      Issue.record("not done")
      return
    }
    #expect(words.contains("shh"))

    bench.order(.serve(id, .changeIntegrationAccount(id: "a/1", fields: ["isActive": false])))
    #expect(try bench.body("PATCH /api/company/integration-accounts/a%2F1") == ["isActive": false])
    try bench.reply("PATCH /api/company/integration-accounts/a%2F1", 200, ["account": account])
    #expect(try answer(&bench) == .done("Account a/1 was changed.", ["account": account]))

    bench.order(.serve(id, .removeIntegrationAccount(id: "a/1")))
    try bench.reply("DELETE /api/company/integration-accounts/a%2F1", 200, ["success": true])
    guard case .done = try answer(&bench) else {
      Issue.record("not removed")
      return
    }
  }

  @Test("a chatbot's settings are sent as they are")
  func chatbot() throws {
    var bench = try BuzziBench.online(session: "s")
    let fields: JSONValue = ["enabledCall": true, "voiceConfig": ["openaiVoice": "ash"]]
    bench.order(.serve(id, .changeBot(id: "bot-1", fields: fields)))
    #expect(try bench.body("PATCH /api/company/chatbots/bot-1") == fields)
    try bench.reply("PATCH /api/company/chatbots/bot-1", 200, ["chatbot": fields])
    guard case .done = try answer(&bench) else {
      Issue.record("not done")
      return
    }
  }

  @Test("without credentials say which to set")
  func noCredentials() throws {
    var bench = try BuzziBench.online()
    bench.order(.serve(id, .analytics(days: 30)))
    guard case .failed(let words) = try answer(&bench) else {
      Issue.record("not refused")
      return
    }
    #expect(words.contains("session"))
  }

  @Test("wait out the server's limit twice, then say so")
  func rateLimit() throws {
    var bench = try BuzziBench.online(session: "s")
    bench.order(.serve(id, .integrationAccounts))
    for _ in 0..<2 {
      try bench.reply("GET /api/company/integration-accounts", 429, ["retryAfter": 3])
      #expect(bench.takeReports() == [])
      bench.advance(.seconds(3))
    }
    try bench.reply(
      "GET /api/company/integration-accounts", 429, ["error": "Too many", "code": "RATE_LIMITED"])
    #expect(try answer(&bench) == .failed(ErrorCode.rateLimited.sentence))
  }

  @Test("that other systems have are answered as unsupported")
  func unsupported() throws {
    var bench = try BuzziBench.online(session: "s")
    bench.order(.serve(id, .rooms))
    #expect(try answer(&bench) == .unsupported)
  }

  @Test("nonsense for an answer is told")
  func nonsense() throws {
    for request in [ServiceRequest.analytics(days: 30), .integrationAccounts] {
      var bench = try BuzziBench.online(session: "s")
      bench.order(.serve(id, request))
      let line = try #require(bench.questions.first)
      try bench.reply(line, HTTPResponse(status: 200, body: Array("{\"x\":[".utf8)))
      guard case .failed = try answer(&bench) else {
        Issue.record("not told")
        return
      }
    }
  }
}
