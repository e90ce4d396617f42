import Basics
import BuzziWire
import Formats
import Simulation
import Testing
import Transport

@testable import Exchange

@Suite("Exchange as Buzzi: the company")
struct BuzziCompanyTests {
  @Test("whoever is signed in on this machine may ask, by token or by NextAuth's cookie")
  func signIn() throws {
    let bench = ExchangeBench.buzzi()
    let token = try bench.signIn("alice")
    #expect(try bench.get(BuzziPath.analytics, token: nil).status == 401)
    #expect(try bench.get(BuzziPath.analytics, token: "no").status == 401)
    #expect(try bench.get(BuzziPath.analytics, token: token).status == 200)
    for name in ["next-auth.session-token", "__Secure-authjs.session-token"] {
      let request = HTTPRequest(
        .get, BuzziPath.analytics, fields: ["Cookie": "a=b; \(name)=\(token); c"])
      #expect(try bench.request(request).status == 200)
    }
    let request = HTTPRequest(.get, BuzziPath.analytics, fields: ["Cookie": "other=\(token)"])
    #expect(try bench.request(request).status == 401)
  }

  @Test("from elsewhere only an administrator may ask")
  func administrators() throws {
    let admin = StoredUser(
      id: "root", name: "root", role: .admin, createdAt: WallTime(milliseconds: 0),
      seenAt: WallTime(milliseconds: 0),
      tokens: [.init(hash: "digest of secret", createdAt: WallTime(milliseconds: 0))])
    let bench = ExchangeBench.buzzi()
    let token = try bench.signIn("alice")
    bench.feed(.usersChanged([admin] + bench.exchange.directory.guests))
    bench.address = "192.0.2.1"
    #expect(try bench.get(BuzziPath.accounts, token: token).status == 403)
    #expect(try bench.get(BuzziPath.accounts, token: "secret").status == 200)
  }

  @Test("figures are made of the calls there were, in both revisions' names")
  func analytics() throws {
    let bench = ExchangeBench.buzzi()
    let token = try bench.signIn("alice")
    for _ in 0..<3 {
      let call = try bench.buzziCall()
      for text in ["one", "two"] {
        bench.feed(
          .attendant(
            .transcript(
              callID: call.leg, AttendantUtterance(isOwn: false, text: text, isFinal: true))))
      }
      bench.advance(.seconds(20))
      try bench.say(.endCall(.userEnded), over: call.socket)
    }
    let failed = try bench.buzziCall(of: "echo")
    bench.feed(.attendant(.hangUp(callID: failed.leg, reason: "failed")))

    let body = try bench.get(BuzziPath.analytics + "?days=7", token: token).body
    let summary = body["summary"]
    #expect(summary?["totalCalls"] == 4)
    #expect(summary?["completedCalls"] == 3)
    #expect(summary?["failedCalls"] == 1)
    #expect(summary?["successRate"]?.double == 75)
    #expect(summary?["averageDurationSeconds"] == 20)
    #expect(summary?["totalDurationSeconds"] == 60)
    #expect(summary?["totalTurns"] == 6)
    #expect(summary?["averageTurns"]?.double == 1.5)
    let today = body["dailyMetrics"]?.array?.last
    #expect(today?["totalCalls"] == 4)
    #expect(today?["calls"] == 4)
    #expect(today?["completed"] == 3)
    #expect(today?["averageDurationSeconds"] == 20)
    #expect(today?["totalDuration"] == 60)
    #expect(body["dailyMetrics"]?.array?.count == 8)
    #expect(body["sourceBreakdown"] == ["web": 4])
    #expect(body["aiProviderBreakdown"] == ["OPENAI": 4])
    #expect(body["statusBreakdown"] == ["completed": 3, "failed": 1])
    #expect(body["topChatbots"]?.array?.first?["chatbotName"] == "Parrot")
    #expect(body["topChatbots"]?.array?.first?["completedCalls"] == 3)
    #expect(body["recentCalls"]?.array?.count == 4)
    #expect(body["recentCalls"]?.array?.first?["status"] == "failed")
    #expect(body["dateRange"]?["end"] == today?["date"])
  }

  @Test("days are 1 to 365, and calls from before are not counted")
  func days() throws {
    let bench = ExchangeBench.buzzi()
    let token = try bench.signIn("alice")
    let call = try bench.buzziCall()
    try bench.say(.endCall(.userEnded), over: call.socket)
    bench.advance(.seconds(86_400 * 3))
    func total(_ days: String) throws -> JSONValue? {
      try bench.get(BuzziPath.analytics + "?days=\(days)", token: token).body["summary"]?[
        "totalCalls"]
    }
    #expect(try total("2") == 0)
    #expect(try total("3") == 1)
    #expect(try total("100000") == 1)
    for bad in ["0", "-1", "x", "1.5"] {
      #expect(try bench.get(BuzziPath.analytics + "?days=\(bad)", token: token).status == 400)
    }
  }

  @Test("figures are given sixty times a minute")
  func analyticsLimit() throws {
    let bench = ExchangeBench.buzzi()
    let token = try bench.signIn("alice")
    for _ in 0..<60 { #expect(try bench.get(BuzziPath.analytics, token: token).status == 200) }
    let answer = try bench.get(BuzziPath.analytics, token: token)
    #expect(answer.status == 429)
    #expect(answer.body["retryAfter"]?.integer == 1)
    bench.advance(.seconds(1))
    #expect(try bench.get(BuzziPath.analytics, token: token).status == 200)
  }

  @Test("an integration account lives: made, shown, changed, removed; its secret is shown once")
  func integrationAccounts() throws {
    let bench = ExchangeBench.buzzi()
    let token = try bench.signIn("alice")
    let made = try bench.post(
      BuzziPath.accounts,
      [
        "provider": "twilio", "displayName": "Main", "phoneNumber": "+1 234",
        "credentials": ["access_token": "sesame", "account_sid": "AC1"],
        "settings": ["recordingEnabled": true, "defaultAiProvider": "OPENAI"],
      ], token: token)
    #expect(made.status == 200)
    let account = made.body["account"]
    #expect(account?["isVerified"] == false)
    #expect(account?["isActive"] == true)
    let secret = try #require(account?["webhookSecret"]?.string)
    let id = try #require(account?["id"]?.string)

    bench.advance(.seconds(1))
    let changed = try bench.patch(
      BuzziPath.account(id), ["displayName": "Other", "settings": ["recordingEnabled": false]],
      token: token)
    #expect(changed.body["account"]?["displayName"] == "Other")
    #expect(changed.body["account"]?["settings"]?["defaultAiProvider"] == "OPENAI")
    #expect(changed.body["account"]?["settings"]?["recordingEnabled"] == false)
    #expect(changed.body["account"]?["updatedAt"] != changed.body["account"]?["createdAt"])

    let list = try bench.get(BuzziPath.accounts, token: token).body
    #expect(list["accounts"]?.array?.count == 1)
    #expect(!list.text.contains("webhookSecret"))
    let kept = "\(bench.store)" + "\(bench.exchange.buzzi.integrations)"
    #expect(!kept.contains("sesame"))
    #expect(
      !bench.exchange.buzzi.integrations.values.contains {
        $0.document.body.contains("\"\(secret)\"")
      })

    #expect(try bench.send(.delete, BuzziPath.account(id), .null, token: token).status == 200)
    #expect(try bench.get(BuzziPath.accounts, token: token).body == ["accounts": []])
    #expect(try bench.send(.delete, BuzziPath.account(id), .null, token: token).status == 404)
    #expect(try bench.patch(BuzziPath.account(id), ["isActive": true], token: token).status == 404)
    // It is kept all the same.
    #expect(bench.exchange.buzzi.integrations[id]?.isDeleted == true)
  }

  @Test(
    "what is wrong with an account is told",
    arguments: [
      [:], ["provider": "skype", "displayName": "x"], ["provider": "twilio"],
      ["provider": "twilio", "displayName": ""],
      ["provider": "twilio", "displayName": "x", "phoneNumber": "call me"],
      ["provider": "twilio", "displayName": "x", "settings": []],
      ["provider": "twilio", "displayName": "x", "credentials": "x"],
    ] as [JSONValue])
  func badAccounts(body: JSONValue) throws {
    let bench = ExchangeBench.buzzi()
    let answer = try bench.post(BuzziPath.accounts, body, token: try bench.signIn("alice"))
    #expect(answer.status == 400)
    #expect(answer.body["error"]?.string?.isEmpty == false)
  }

  @Test("a chatbot's settings are checked, merged and kept")
  func chatbots() throws {
    let bench = ExchangeBench.buzzi()
    let token = try bench.signIn("alice")
    let document: JSONValue = [
      "enabledCall": true, "callAiProvider": "GEMINI",
      "voiceConfig": [
        "openaiVoice": "ash", "geminiVoice": "Puck", "vadThreshold": 0.4,
        "silenceDurationMs": 500, "prefixPaddingMs": 200, "callGreeting": "Hello!",
        "systemPromptCall": "Be kind.",
      ],
      "callWidgetConfig": [
        "enabled": true, "position": "bottom-right",
        "callButton": ["style": "orb", "size": "md", "animation": "pulse"],
        "orb": ["glowIntensity": "medium", "pulseSpeed": "normal"],
        "callDialog": ["width": 400, "showVisualizer": true],
      ],
    ]
    let path = BuzziPath.chatbot("parrot")
    #expect(try bench.patch(path, document, token: token).status == 200)
    let more = try bench.patch(
      path, ["callWidgetConfig": ["callDialog": ["width": 500]]], token: token)
    #expect(more.body["chatbot"]?["callWidgetConfig"]?["callDialog"]?["showVisualizer"] == true)
    #expect(more.body["chatbot"]?["callWidgetConfig"]?["callDialog"]?["width"] == 500)
    #expect(more.body["chatbot"]?["voiceConfig"]?["geminiVoice"] == "Puck")
    #expect(try bench.get(path, token: token).body == more.body)
    let session = try bench.session()
    #expect(session.aiProvider == .gemini)

    for (body, name) in [
      (["enabledCall": "maybe"], "enabledCall"), (["callAiProvider": "ELIZA"], "callAiProvider"),
      (["voiceConfig": ["openaiVoice": "bob"]], "voiceConfig.openaiVoice"),
      (["callWidgetConfig": ["orb": ["glow": "x"]]], "callWidgetConfig.orb.glow"),
      (["callWidgetConfig": ["callDialog": ["width": 7]]], "callWidgetConfig.callDialog.width"),
      (["callWidgetConfig": ["position": "<script>"]], "callWidgetConfig.position"),
    ] as [(JSONValue, String)] {
      let answer = try bench.patch(path, body, token: token)
      #expect(answer.status == 400)
      #expect(answer.body["error"]?.string?.contains(name) == true, "\(answer.body)")
    }
    #expect(try bench.get(path, token: token).body == more.body)
    #expect(try bench.patch(BuzziPath.chatbot("nobody"), [:], token: token).status == 404)
  }

  @Test("a chatbot whose calls are not enabled takes none", arguments: Revision.allCases)
  func disabled(revision: Revision) throws {
    let bench = ExchangeBench.buzzi { $0.buzzi.revision = revision }
    let token = try bench.signIn("alice")
    _ = try bench.patch(BuzziPath.chatbot("parrot"), ["enabledCall": false], token: token)
    let answer = try bench.post(
      BuzziPath.session, ["chatbotId": "parrot", "companyId": "acme"], token: nil)
    #expect(answer.status == (revision == .document ? 404 : 403))
    #expect(answer.body["code"] == "CALLS_NOT_ENABLED")
  }

  @Test("a caller sees its own calls with a chatbot")
  func history() throws {
    let bench = ExchangeBench.buzzi()
    let call = try bench.buzziCall()
    bench.advance(.seconds(3))
    try bench.say(.endCall(.userEnded), over: call.socket)
    func list(_ query: String) throws -> [JSONValue] {
      try bench.get(BuzziPath.history + query, token: nil).body["history"]?.array ?? []
    }
    let mine = try list("?chatbotId=parrot&endUserId=u-1")
    #expect(mine.count == 1)
    #expect(mine.first?["id"] == .string(call.session.callID))
    #expect(mine.first?["durationSeconds"] == 3)
    #expect(try list("?chatbotId=parrot&endUserId=u-2").isEmpty)
    #expect(try list("?chatbotId=parrot").isEmpty)
    #expect(try list("?chatbotId=echo&endUserId=u-1").isEmpty)
    #expect(try bench.get(BuzziPath.history, token: nil).status == 400)
  }

  @Test("what was kept is there after a restart; calls that were up have failed")
  func restart() throws {
    var settings = ExchangeSettings.forTests
    settings.buzzi.sessionsPerMinute = 100
    let store = MemoryStore()
    let bench = ExchangeBench(settings: settings, store: store)
    let token = try bench.signIn("alice")
    _ = try bench.patch(BuzziPath.chatbot("parrot"), ["callAiProvider": "GEMINI"], token: token)
    _ = try bench.post(
      BuzziPath.accounts, ["provider": "vonage", "displayName": "V"], token: token)
    let done = try bench.buzziCall()
    try bench.say(.endCall(.userEnded), over: done.socket)
    _ = try bench.buzziCall()

    let again = ExchangeBench(settings: settings, store: store)
    #expect(again.exchange.buzzi.ledger.records.map(\.status) == [.completed, .failed])
    #expect(again.exchange.buzzi.integrations.count == 1)
    #expect(again.exchange.buzzi.chatbots["parrot"]?.provider == .gemini)
  }

  @Test("past calls are bounded: the oldest is dropped from memory and store")
  func ledgerBound() {
    var ledger = BuzziLedger()
    var operations: [StoreOperation] = []
    for number in 0...BuzziLedger.limit {
      operations = ledger.put(
        BuzziRecord(
          id: "\(number)", chatbotID: "parrot", chatbotName: "Parrot", source: "web",
          provider: "OPENAI", callerID: nil, createdAt: WallTime(milliseconds: Int64(number))))
    }
    #expect(ledger.records.count == BuzziLedger.limit)
    #expect(operations.contains(.removeDocument(collection: "buzzi-calls", key: "0")))
  }
}
