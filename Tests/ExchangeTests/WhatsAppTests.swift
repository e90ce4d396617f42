import Basics
import BotServerWire
import BuzziWire
import Formats
import SDP
import Simulation
import Testing
import Transport

@testable import Exchange

/// Meta's side: the webhook's bodies, and what the Graph API is asked.
private struct Meta {
  let bench: ExchangeBench

  init(_ change: (inout ExchangeSettings) -> Void = { _ in }) {
    bench = ExchangeBench.buzzi { settings in
      var whatsApp = WhatsAppSettings(
        phoneNumberID: "106540352242922", accessToken: Secret("token-9"),
        appSecret: Secret("app-9"), verifyToken: Secret("verify-9"))
      whatsApp.graphURL = "https://graph.example/v23.0"
      settings.whatsApp = whatsApp
      change(&settings)
    }
  }

  /// A body as Meta documents it.
  func body(_ call: JSONValue, number: String = "106540352242922") -> JSONValue {
    [
      "object": "whatsapp_business_account",
      "entry": [
        [
          "id": "0",
          "changes": [
            [
              "field": "calls",
              "value": [
                "messaging_product": "whatsapp",
                "metadata": [
                  "display_phone_number": "15550783881", "phone_number_id": .string(number),
                ],
                "contacts": [["profile": ["name": "Pablo"], "wa_id": "16315553601"]],
                "calls": [call],
              ],
            ]
          ],
        ]
      ],
    ]
  }

  func connect(_ id: String = "wacid.ABC") -> JSONValue {
    [
      "id": .string(id), "to": "16315553601", "from": "16315553601", "event": "connect",
      "timestamp": "1671644824", "direction": "USER_INITIATED",
      "session": ["sdp_type": "offer", "sdp": .string(Self.offer)],
    ]
  }

  func terminate(_ id: String = "wacid.ABC", status: JSONValue = "COMPLETED") -> JSONValue {
    ["id": .string(id), "event": "terminate", "status": status, "duration": 7]
  }

  func post(_ body: JSONValue, path: String = BuzziPath.webhooks[0], signature: String? = nil)
    throws -> Answer
  {
    let bytes = Array(body.text.utf8)
    let code = FakeExchangePorts().authenticationCode(
      .sha256, key: Array("app-9".utf8), message: bytes)
    let fields: HTTPFields = [
      "X-Hub-Signature-256": signature ?? "sha256=" + hexadecimal(code)
    ]
    return Answer(try bench.request(HTTPRequest(.post, path, fields: fields, body: bytes)))
  }

  /// What the Graph API has been asked and has not answered, and the names of the requests.
  func takeActions() throws -> [(id: RequestID, action: JSONValue)] {
    defer { bench.outgoing = [] }
    return try bench.outgoing.map { effect in
      guard case .request(let id, let request) = effect else {
        throw CaseFailure("something else than a request")
      }
      #expect(request.url == "https://graph.example/v23.0/106540352242922/calls")
      #expect(request.fields["Authorization"] == "Bearer token-9")
      let body = try JSONValue(decoding: request.body)
      #expect(body["messaging_product"] == "whatsapp")
      return (id, body)
    }
  }

  func answer(_ id: RequestID, _ status: Int = 200, _ body: JSONValue = ["success": true]) {
    bench.feed(
      .transport(.response(id, HTTPResponse(status: status, body: Array(body.text.utf8)))))
  }

  /// A seat at which the call rings.
  func ring() throws -> (token: String, socket: Int, call: CallMessage) {
    let token = try bench.signIn("sue")
    let socket = try bench.connect(token)
    _ = try bench.news(of: socket)
    #expect(try post(body(connect())).status == 200)
    for message in try bench.news(of: socket) {
      if case .incomingCall(let call, _) = message { return (token, socket, call) }
    }
    throw CaseFailure("nothing rings")
  }

  /// As in Meta's documentation, shortened.
  static let offer = [
    "v=0", "o=- 7602563789789945080 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE audio",
    "a=msid-semantic: WMS 632b1ae4", "m=audio 3480 UDP/TLS/RTP/SAVPF 111 126",
    "c=IN IP4 157.240.26.62",
    "a=candidate:1775 1 udp 2122260223 157.240.26.62 3480 typ host generation 0",
    "a=ice-ufrag:6O0H", "a=ice-pwd:TYCbtfOrBMPpfxFRgSbnnuTI", "a=ice-options:trickle",
    "a=fingerprint:sha-256 "
      + "1B:4C:97:DA:15:1C:D4:0F:C8:6D:52:DF:15:8C:3A:42:8E:7D:1A:55:CE:5F:7B:AC:A8:0F:9D:EA:4B:C3:5C:0F",
    "a=setup:actpass", "a=mid:audio", "a=sendrecv", "a=rtcp-mux", "a=rtpmap:111 opus/48000/2",
    "a=fmtp:111 maxaveragebitrate=20000;maxplaybackrate=16000;minptime=20;useinbandfec=1",
    "a=rtpmap:126 telephone-event/8000", "a=maxptime:20", "a=ptime:20", "",
  ].joined(separator: "\r\n")

  /// Without candidates: they follow.
  static let answer =
    offer.replacing("actpass", with: "active").split(separator: "\r\n")
    .filter { !$0.hasPrefix("a=candidate") }.joined(separator: "\r\n") + "\r\n"
}

@Suite("Exchange: calls over WhatsApp")
struct WhatsAppTests {
  private static let candidate = "candidate:1 1 udp 2130706431 192.0.2.7 40000 typ host"

  @Test(
    "the webhook is proven to be ours, and to nobody who does not know the word",
    arguments: BuzziPath.webhooks)
  func verification(path: String) throws {
    let meta = Meta()
    let query = "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    let response = try meta.bench.request(HTTPRequest(.get, path + query + "verify-9"))
    #expect(response.status == 200)
    #expect(String(decoding: response.body, as: UTF8.self) == "1158201444")
    for bad in [query + "verify-8", query, "?hub.verify_token=verify-9&hub.challenge=1"] {
      #expect(try meta.bench.request(HTTPRequest(.get, path + bad)).status == 403)
    }
  }

  @Test("the secret of an integration account proves it as well, and verifies the account")
  func accountVerification() throws {
    let meta = Meta()
    let token = try meta.bench.signIn("alice")
    let made = try meta.bench.post(
      BuzziPath.accounts, ["provider": "whatsapp", "displayName": "W"], token: token)
    let secret = try #require(made.body["account"]?["webhookSecret"]?.string)
    let url =
      BuzziPath.webhooks[0] + "?hub.mode=subscribe&hub.challenge=7&hub.verify_token=\(secret)"
    #expect(try meta.bench.request(HTTPRequest(.get, url)).status == 200)
    let list = try meta.bench.get(BuzziPath.accounts, token: token).body
    #expect(list["accounts"]?.array?.first?["isVerified"] == true)
  }

  @Test("without settings there is no webhook, and it says what to set")
  func notConfigured() throws {
    let bench = ExchangeBench.buzzi()
    let check = "?hub.mode=subscribe&hub.challenge=7&hub.verify_token=x"
    for answer in [
      try bench.get(BuzziPath.webhooks[0] + check, token: nil),
      try bench.post(BuzziPath.webhooks[0], [:], token: nil),
    ] {
      #expect(answer.status == 403)
      #expect(answer.body["error"]?.string?.contains("whatsapp-number") == true)
    }
  }

  @Test(
    "what is not signed by Meta is refused and does nothing",
    arguments: ["", "sha256=", "sha256=00", "sha1=ff"])
  func signature(given: String) throws {
    let meta = Meta()
    _ = try meta.bench.connect(try meta.bench.signIn("sue"))
    let answer = try meta.post(meta.body(meta.connect()), signature: given)
    #expect(answer.status == 401)
    #expect(answer.body == ["error": "Invalid signature"])
    #expect(meta.bench.exchange.calls.isEmpty)
  }

  @Test("comparison tells equal from different at every place")
  func comparison() {
    let text = Array("sha256=0123".utf8)
    #expect(WhatsAppFacade.isSame(text, text))
    #expect(!WhatsAppFacade.isSame(text, Array(text.dropLast())))
    for index in text.indices {
      var other = text
      other[index] ^= 1
      #expect(!WhatsAppFacade.isSame(text, other))
    }
  }

  @Test("a call rings at the seat with Meta's offer")
  func rings() throws {
    let meta = Meta()
    let token = try meta.bench.signIn("sue")
    let socket = try meta.bench.connect(token)
    _ = try meta.bench.news(of: socket)
    let answer = try meta.post(meta.body(meta.connect()))
    #expect(answer.status == 200)
    #expect(answer.body == ["status": "ok"])
    let news = try meta.bench.news(of: socket)
    guard case .incomingCall(let call, _) = news.first else {
      Issue.record("nothing rings")
      return
    }
    #expect(call.participants.first?.displayName == "Pablo")
    #expect(
      Array(news.dropFirst()) == [
        .callOffer(callID: call.callID, sdp: Meta.offer), .endOfCandidates(callID: call.callID),
      ])
    #expect(try meta.takeActions().isEmpty)
  }

  @Test("the names of Buzzi's document are understood, too", arguments: [0, 1])
  func documentNames(variant: Int) throws {
    let meta = Meta()
    let socket = try meta.bench.connect(try meta.bench.signIn("sue"))
    _ = try meta.bench.news(of: socket)
    var call: [String: JSONValue] = [
      "event": "connect", "call_id": "w-1", "from": "+1234567890",
      "phone_number_id": "106540352242922",
    ]
    if variant == 0 {
      call["offer"] = .string(Meta.offer)
    } else {
      call["call"] = ["offer": ["sdp": .string(Meta.offer)]]
    }
    _ = try meta.post(["entry": [["changes": [["value": ["calls": [.object(call)]]]]]]])
    #expect(meta.bench.exchange.whatsApp.calls.count == 1)
    _ = try meta.post([
      "entry": [
        [
          "changes": [
            [
              "value": [
                "calls": [
                  ["event": "terminate", "call_id": "w-1", "reason": "user_hangup"]
                ]
              ]
            ]
          ]
        ]
      ]
    ])
    #expect(meta.bench.exchange.calls.isEmpty)
  }

  @Test(
    "the seat's answer goes to Meta with all candidates: made ready, then accepted with the same")
  func accepts() throws {
    let meta = Meta()
    let seat = try meta.ring()
    _ = try meta.bench.respond(seat.call.callID, .accept, token: seat.token)
    try meta.bench.say(.callAnswer(callID: seat.call.callID, sdp: Meta.answer), over: seat.socket)
    try meta.bench.say(
      .iceCandidate(callID: seat.call.callID, candidate: Self.candidate), over: seat.socket)
    #expect(try meta.takeActions().isEmpty)
    try meta.bench.say(.endOfCandidates(callID: seat.call.callID), over: seat.socket)

    let ready = try meta.takeActions()
    #expect(ready.map { $0.action["action"] } == ["pre_accept"])
    let session = try #require(ready.first?.action["session"])
    #expect(session["sdp_type"] == "answer")
    let sdp = try #require(session["sdp"]?.string)
    #expect(sdp.contains("a=\(Self.candidate)\r\n"))
    #expect(sdp.contains("a=end-of-candidates"))
    #expect(sdp.contains("m=audio 40000 "))
    #expect(!sdp.contains("trickle"))
    #expect((try? AudioDescription(reading: SessionDescription(decoding: sdp))) != nil)

    meta.answer(ready[0].id)
    let accepted = try meta.takeActions()
    #expect(accepted.map { $0.action["action"] } == ["accept"])
    #expect(accepted.first?.action["session"] == session)
    meta.answer(accepted[0].id)
    #expect(meta.bench.exchange.whatsApp.calls["wacid.ABC"]?.stage == .up)

    meta.bench.advance(.seconds(7))
    _ = try meta.bench.post(BotServerPath.end(seat.call.callID), [:], token: seat.token)
    #expect(try meta.takeActions().map { $0.action["action"] } == ["terminate"])
    let record = meta.bench.exchange.buzzi.ledger.records.last
    #expect(record?.status == .completed)
    #expect(record?.durationSeconds == 7)
    let figures = try meta.bench.get(BuzziPath.analytics, token: seat.token).body
    #expect(figures["sourceBreakdown"] == ["whatsapp": 1])
  }

  @Test("an answer that comes with all its candidates is passed on at once")
  func wholeAnswer() throws {
    let meta = Meta()
    let seat = try meta.ring()
    _ = try meta.bench.respond(seat.call.callID, .accept, token: seat.token)
    let sdp = Meta.answer + "a=\(Self.candidate)\r\na=end-of-candidates\r\n"
    try meta.bench.say(.callAnswer(callID: seat.call.callID, sdp: sdp), over: seat.socket)
    let asked = try meta.takeActions()
    #expect(asked.map { $0.action["action"] } == ["pre_accept"])
    let passed = try #require(asked.first?.action["session"]?["sdp"]?.string)
    #expect(passed.contains("m=audio 40000 "))
    #expect(passed.split(separator: "\r\n").count { $0 == "a=end-of-candidates" } == 1)
    #expect(passed.split(separator: "\r\n").count { $0 == "a=\(Self.candidate)" } == 1)
  }

  @Test("a seat that holds is answered in Meta's place; another path cannot be had there")
  func renewed() throws {
    let meta = Meta()
    let seat = try meta.ring()
    let id = seat.call.callID
    _ = try meta.bench.respond(id, .accept, token: seat.token)
    try meta.bench.say(.callAnswer(callID: id, sdp: Meta.answer), over: seat.socket)
    _ = try meta.bench.news(of: seat.socket)
    let held = Meta.answer.replacing("a=setup:active", with: "a=setup:actpass")
      .replacing("a=sendrecv", with: "a=sendonly")
    try meta.bench.say(.callOffer(callID: id, sdp: held), over: seat.socket)
    let answers = try meta.bench.news(of: seat.socket).compactMap { message -> String? in
      if case .callAnswer(id, let sdp) = message { sdp } else { nil }
    }
    #expect(answers.count == 1)
    let answer = try AudioDescription(
      reading: SessionDescription(decoding: try #require(answers.first)))
    #expect(answer.direction == .recvonly)
    #expect(answer.setup == .passive)
    #expect(answer.credentials.ufrag == "6O0H")

    let moved = held.replacing("a=ice-ufrag:6O0H", with: "a=ice-ufrag:7P1I")
    for sdp in [moved, "junk", ""] {
      try meta.bench.say(.callOffer(callID: id, sdp: sdp), over: seat.socket)
    }
    let others = try meta.bench.news(of: seat.socket).filter { message in
      if case .callAnswer = message { true } else { false }
    }
    #expect(others.isEmpty)
  }

  @Test("candidates are waited for three seconds")
  func gathering() throws {
    let meta = Meta()
    let seat = try meta.ring()
    _ = try meta.bench.respond(seat.call.callID, .accept, token: seat.token)
    try meta.bench.say(.callAnswer(callID: seat.call.callID, sdp: Meta.answer), over: seat.socket)
    meta.bench.advance(.milliseconds(2_999))
    #expect(try meta.takeActions().isEmpty)
    meta.bench.advance(.milliseconds(1))
    #expect(try meta.takeActions().map { $0.action["action"] } == ["pre_accept"])
  }

  @Test("a seat that refuses or does not answer has the call rejected", arguments: [true, false])
  func rejected(refuses: Bool) throws {
    let meta = Meta()
    let seat = try meta.ring()
    if refuses {
      _ = try meta.bench.respond(seat.call.callID, .decline, token: seat.token)
    } else {
      meta.bench.advance(.seconds(60))
    }
    #expect(try meta.takeActions().map { $0.action["action"] } == ["reject"])
    #expect(meta.bench.exchange.visitors.isEmpty)
    #expect(meta.bench.exchange.buzzi.ledger.records.last?.status == (refuses ? .busy : .noAnswer))
  }

  @Test("with nobody free the call is rejected at once")
  func nobody() throws {
    let meta = Meta()
    _ = try meta.post(meta.body(meta.connect()))
    #expect(try meta.takeActions().map { $0.action["action"] } == ["reject"])
    #expect(meta.bench.exchange.visitors.isEmpty)
  }

  @Test(
    "Meta's end ends the call, whatever the shape of its status",
    arguments: ["COMPLETED", ["FAILED"]] as [JSONValue])
  func terminated(status: JSONValue) throws {
    let meta = Meta()
    let seat = try meta.ring()
    _ = try meta.post(meta.body(meta.terminate(status: status)))
    #expect(meta.bench.exchange.calls.isEmpty)
    // Meta knows that it is over.
    #expect(try meta.takeActions().isEmpty)
    let news = try meta.bench.news(of: seat.socket)
    #expect(
      news.contains { message in
        if case .callUpdated(let call) = message { return call.status != .ringing }
        return false
      })
  }

  @Test("a webhook that comes again rings once, also after the end")
  func idempotent() throws {
    let meta = Meta()
    let seat = try meta.ring()
    _ = try meta.post(meta.body(meta.connect()))
    #expect(try meta.bench.news(of: seat.socket).isEmpty)
    _ = try meta.post(meta.body(meta.terminate()))
    _ = try meta.post(meta.body(meta.terminate()))
    _ = try meta.post(meta.body(meta.connect()))
    #expect(meta.bench.exchange.calls.isEmpty)
    #expect(try meta.takeActions().isEmpty)
  }

  @Test("calls to another number are not ours")
  func otherNumber() throws {
    let meta = Meta()
    _ = try meta.bench.connect(try meta.bench.signIn("sue"))
    _ = try meta.post(meta.body(meta.connect(), number: "999"))
    #expect(meta.bench.exchange.calls.isEmpty)
  }

  @Test("a Graph API that fails is asked again after 0.5 and 2 s; then the call has failed")
  func graphFails() throws {
    let meta = Meta()
    let seat = try meta.ring()
    _ = try meta.bench.respond(seat.call.callID, .accept, token: seat.token)
    try meta.bench.say(.callAnswer(callID: seat.call.callID, sdp: Meta.answer), over: seat.socket)
    try meta.bench.say(.endOfCandidates(callID: seat.call.callID), over: seat.socket)
    for wait in [500, 2_000] {
      let asked = try meta.takeActions()
      #expect(asked.map { $0.action["action"] } == ["pre_accept"])
      meta.bench.feed(.transport(.requestFailed(asked[0].id, .timedOut)))
      meta.bench.advance(.milliseconds(wait - 1))
      #expect(meta.bench.outgoing.isEmpty)
      meta.bench.advance(.milliseconds(1))
    }
    let last = try meta.takeActions()
    meta.answer(last[0].id, 500, .null)
    #expect(try meta.takeActions().map { $0.action["action"] } == ["terminate"])
    #expect(meta.bench.exchange.calls.isEmpty)
  }

  @Test("an acceptance that Meta refuses ends the call")
  func acceptanceRefused() throws {
    let meta = Meta()
    let seat = try meta.ring()
    _ = try meta.bench.respond(seat.call.callID, .accept, token: seat.token)
    try meta.bench.say(.callAnswer(callID: seat.call.callID, sdp: Meta.answer), over: seat.socket)
    try meta.bench.say(.endOfCandidates(callID: seat.call.callID), over: seat.socket)
    // Making ready is a help only.
    meta.answer(try meta.takeActions()[0].id, 400, ["error": ["message": "no", "code": 138_000]])
    meta.answer(
      try meta.takeActions()[0].id, 400, ["error": ["message": "Invalid SDP", "code": 138_008]])
    #expect(meta.bench.exchange.calls.isEmpty)
    #expect(meta.bench.exchange.buzzi.ledger.records.last?.status == .failed)
  }

  @Test("a bot can be the one who is called")
  func bot() throws {
    let meta = Meta { $0.whatsApp?.callee = "Parrot" }
    _ = try meta.post(meta.body(meta.connect()))
    let callID = try #require(meta.bench.exchange.calls.keys.first)
    #expect(
      meta.bench.takeOrders().first
        == .invite(
          callID: callID, attendant: "parrot",
          caller: AttendantGuest(userID: "whatsapp:wacid.ABC", name: "Pablo"), offer: Meta.offer))
    meta.bench.feed(.attendant(.accept(callID: callID)))
    meta.bench.feed(.attendant(.described(callID: callID, isOffer: false, sdp: Meta.answer)))
    meta.bench.feed(.attendant(.candidate(callID: callID, Self.candidate)))
    meta.bench.feed(.attendant(.endOfCandidates(callID: callID)))
    #expect(try meta.takeActions().map { $0.action["action"] } == ["pre_accept"])
  }

  @Test("damaged webhooks do no harm", arguments: 0..<4)
  func damaged(seed: UInt64) throws {
    let meta = Meta { settings in
      settings.limits.requestsPerSecond = 1e9
      settings.limits.requestBurst = 1e9
    }
    _ = try meta.bench.connect(try meta.bench.signIn("sue"))
    var mutator = Mutator(seed: seed)
    for number in 0..<2_500 {
      let body = meta.body(meta.connect("w\(number)")).text
      let bytes = Array(mutator.mutate(body).utf8)
      let code = FakeExchangePorts().authenticationCode(
        .sha256, key: Array("app-9".utf8), message: bytes)
      let request = HTTPRequest(
        .post, BuzziPath.webhooks[0],
        fields: ["X-Hub-Signature-256": "sha256=" + hexadecimal(code)], body: bytes)
      #expect(try meta.bench.request(request).status == 200)
      meta.bench.outgoing = []
      if number % 50 == 0 { meta.bench.advance(.seconds(61)) }
    }
    #expect(meta.bench.exchange.whatsApp.calls.count <= WhatsAppState.callLimit)
    #expect(meta.bench.exchange.whatsApp.finished.count <= WhatsAppState.finishedLimit)
    #expect(meta.bench.exchange.visitors.count == meta.bench.exchange.whatsApp.calls.count)
  }
}
