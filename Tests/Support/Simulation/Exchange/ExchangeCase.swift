import Basics
import BotServerWire
import Formats
import Transport

/// Something an exchange must do, whichever way it is reached.
///
/// An exchange with guests and the standard attendants, and nobody signed in.
package struct ExchangeCase: Sendable, CustomStringConvertible {
  package let name: String
  private let body: @Sendable (any ExchangeDriver) throws -> Void

  package init(_ name: String, _ body: @escaping @Sendable (any ExchangeDriver) throws -> Void) {
    self.name = name
    self.body = body
  }

  package var description: String { name }

  package func run(on driver: any ExchangeDriver) throws { try body(driver) }

  package static let all = signingIn + calling + refusing + reading
}

extension ExchangeCase {
  private static let signingIn = [
    ExchangeCase("A guest signs in and is told who one is") { driver in
      let token = try driver.signIn("Alice")
      let me = try driver.get(BotServerPath.me, token: token)
      try require(me.status, is: 200)
      let user = try UserMessage(decoding: me.body)
      try require(user.userID, is: "alice")
      try require(user.displayName, is: "Alice")
      try require(user.roles, is: ["guest"])
      let socket = try driver.connect(token)
      guard case .welcome(let welcomed)? = try driver.news(of: socket).first else {
        throw CaseFailure("nobody was welcomed")
      }
      try require(welcomed.userID, is: "alice")
      try require(welcomed.status, is: "online")
    },
    ExchangeCase("The token may stand in the socket's address") { driver in
      let token = try driver.signIn("alice")
      let socket = try driver.openSocket(
        HTTPRequest(.get, BotServerPath.events + "?token=" + token))
      try require(try driver.news(of: socket).count, is: 1)
    },
    ExchangeCase("Without a token there is nothing but 401") { driver in
      for path in [BotServerPath.me, BotServerPath.users, BotServerPath.history] {
        for token in [nil, "tr_0", String(repeating: "x", count: 2_000)] {
          let answer = try driver.get(path, token: token)
          try require(answer.status, is: 401)
          try require(answer.errorCode, is: "unauthorized")
        }
      }
      do {
        _ = try driver.connect("tr_0")
        throw CaseFailure("the socket was opened")
      } catch let refused as SocketRefused {
        try require(refused.status, is: 401)
      }
    },
    ExchangeCase("A guest cannot be Echo, nor have a name that is none") { driver in
      let taken = try driver.post(BotServerPath.guest, ["username": "ECHO"], token: nil)
      try require(taken.status, is: 409)
      for name in ["", " ", "a b", "\u{1B}[2J", "../x", String(repeating: "a", count: 33), "-"] {
        let answer = try driver.post(
          BotServerPath.guest, ["username": .string(name)], token: nil)
        try require(answer.status, is: 400)
        try require(answer.errorCode, is: "invalid_request")
      }
    },
    ExchangeCase("The list of users has attendants and those who are there") { driver in
      let alice = try driver.signIn("alice")
      _ = try driver.connect(alice)
      _ = try driver.signIn("bob")
      let all = try UsersMessage(decoding: try driver.get(BotServerPath.users, token: alice).body)
      try require(all.users.map(\.userID), is: ["echo", "operator", "parrot", "alice"])
      try require(all.users.first?.about, is: "repeats you")
      let page = try driver.get(
        BotServerPath.users + "?search=PAR&limit=1&status=online", token: alice)
      try require(try UsersMessage(decoding: page.body).users.map(\.userID), is: ["parrot"])
      let wrong = try driver.get(BotServerPath.users + "?limit=none", token: alice)
      try require(wrong.status, is: 400)
    },
    ExchangeCase("Others are told who comes and goes") { driver in
      let alice = try driver.connect(try driver.signIn("alice"))
      _ = try driver.news(of: alice)
      let bob = try driver.connect(try driver.signIn("bob"))
      _ = try driver.news(of: bob)
      guard case .userStatus(let user)? = try driver.news(of: alice).first else {
        throw CaseFailure("alice was not told")
      }
      try require(user.userID + " " + user.status, is: "bob online")
    },
  ]

  private static let calling = [
    ExchangeCase("Two users call each other") { driver in
      let (alice, bob) = (try driver.signIn("alice"), try driver.signIn("bob"))
      let (a, b) = (try driver.connect(alice), try driver.connect(bob))
      _ = (try driver.news(of: a), try driver.news(of: b))

      let call = try driver.place(to: "Bob", token: alice)
      try require(call.status, is: .ringing)
      try require(call.participants.map(\.userID), is: ["alice", "bob"])
      try require(call.participants.map(\.role), is: ["host", "participant"])
      try require(call.media?.kind, is: "p2p")
      guard case .incomingCall(let incoming, _)? = try driver.news(of: b).first else {
        throw CaseFailure("it did not ring")
      }
      try require(incoming.callID, is: call.callID)
      try driver.say(.callRinging(callID: call.callID), over: b)
      _ = try driver.news(of: b)
      try require(try driver.news(of: a), is: [.callRinging(callID: call.callID)])

      try driver.say(.callOffer(callID: call.callID, sdp: "offer"), over: a)
      try driver.say(.iceCandidate(callID: call.callID, candidate: "candidate:1"), over: a)
      try driver.say(.endOfCandidates(callID: call.callID), over: a)
      _ = try driver.news(of: a)
      try require(
        try driver.news(of: b),
        is: [
          .callOffer(callID: call.callID, sdp: "offer"),
          .iceCandidate(callID: call.callID, candidate: "candidate:1"),
          .endOfCandidates(callID: call.callID),
        ])

      let accepted = try driver.respond(call.callID, .accept, token: bob)
      try require(accepted.status, is: 200)
      try require(accepted.call?.status, is: .active)
      try driver.say(.callAnswer(callID: call.callID, sdp: "answer"), over: b)
      try driver.say(.iceCandidate(callID: call.callID, candidate: "candidate:2"), over: b)
      _ = try driver.news(of: b)
      let heard = try driver.news(of: a)
      guard case .callUpdated(let updated)? = heard.first else {
        throw CaseFailure("the caller was not told")
      }
      try require(updated.status, is: .active)
      try require(
        Array(heard.dropFirst()),
        is: [
          .callAnswer(callID: call.callID, sdp: "answer"),
          .iceCandidate(callID: call.callID, candidate: "candidate:2"),
        ])

      let ended = try driver.end(call.callID, token: bob)
      try require(ended.call?.status, is: .ended)
      try require(ended.call?.endReason, is: "hangup")
      guard case .callUpdated(let over)? = try driver.news(of: a).last else {
        throw CaseFailure("the caller was not told of the end")
      }
      try require(over.status, is: .ended)
      try require(try driver.end(call.callID, token: alice).errorCode, is: "call_ended")
    },
    ExchangeCase("A caller gives up, a callee declines or is busy") { driver in
      let (alice, bob) = (try driver.signIn("alice"), try driver.signIn("bob"))
      let a = try driver.connect(alice)
      let first = try driver.place(to: "bob", token: alice)
      try require(try driver.end(first.callID, token: alice).call?.status, is: .cancelled)
      let second = try driver.place(to: "bob", token: alice)
      let declined = try driver.post(
        BotServerPath.respond(second.callID),
        RespondMessage(response: .decline, reason: "in a meeting\u{1B}[2J").encoded(), token: bob)
      try require(declined.call?.status, is: .declined)
      try require(declined.call?.endReason, is: "in a meeting [2J")
      let third = try driver.place(to: "bob", token: alice)
      let busy = try driver.respond(third.callID, .busy, token: bob)
      try require(busy.call?.status, is: .declined)
      try require(busy.call?.endReason, is: "busy")
      let updates = try driver.news(of: a).compactMap { message in
        if case .callUpdated(let call) = message { call.status } else { nil }
      }
      try require(updates, is: [.cancelled, .declined, .declined])
    },
    ExchangeCase("The first of two devices takes the call, the other stops ringing") { driver in
      let alice = try driver.signIn("alice")
      let (desk, mobile) = (try driver.signIn("bob"), try driver.signIn("bob"))
      let (d, m) = (try driver.connect(desk), try driver.connect(mobile))
      let call = try driver.place(to: "bob", token: alice)
      for socket in [d, m] {
        guard case .incomingCall? = try driver.news(of: socket).last else {
          throw CaseFailure("a device did not ring")
        }
      }
      try require(try driver.respond(call.callID, .accept, token: mobile).status, is: 200)
      guard case .callUpdated(let updated)? = try driver.news(of: d).last else {
        throw CaseFailure("the other device was not told")
      }
      try require(updated.status, is: .active)
      let late = try driver.respond(call.callID, .accept, token: desk)
      try require(late.status, is: 409)
      try require(late.errorCode, is: "already_joined")
    },
    ExchangeCase("A callee who comes later is told of the call, the offer and candidates") {
      driver in
      let (alice, bob) = (try driver.signIn("alice"), try driver.signIn("bob"))
      let a = try driver.connect(alice)
      let call = try driver.place(to: "bob", token: alice)
      try driver.say(.callOffer(callID: call.callID, sdp: "offer"), over: a)
      try driver.say(.iceCandidate(callID: call.callID, candidate: "c"), over: a)
      _ = try driver.news(of: a)
      let listed = try driver.get(BotServerPath.history + "?status=ringing", token: bob)
      try require(try HistoryMessage(decoding: listed.body).calls.map(\.callID), is: [call.callID])
      let news = try driver.news(of: try driver.connect(bob))
      guard news.count == 4, case .incomingCall = news[1] else {
        throw CaseFailure("bob was told \(news)")
      }
      try require(
        Array(news.dropFirst(2)),
        is: [
          .callOffer(callID: call.callID, sdp: "offer"),
          .iceCandidate(callID: call.callID, candidate: "c"),
        ])
    },
  ]

  private static let refusing = [
    ExchangeCase("Strangers can neither see nor touch a call") { driver in
      let (alice, mallory) = (try driver.signIn("alice"), try driver.signIn("mallory"))
      _ = try driver.signIn("bob")
      let (a, m) = (try driver.connect(alice), try driver.connect(mallory))
      let call = try driver.place(to: "bob", token: alice)
      _ = (try driver.news(of: a), try driver.news(of: m))
      for _ in 0..<2 {
        try require(
          try driver.get(BotServerPath.call(call.callID), token: mallory).status, is: 403)
        try require(try driver.end(call.callID, token: mallory).status, is: 403)
        try require(try driver.respond(call.callID, .accept, token: mallory).status, is: 403)
        try driver.say(.callOffer(callID: call.callID, sdp: "x"), over: m)
        try driver.say(.callAnswer(callID: call.callID, sdp: "x"), over: m)
        try driver.say(.callRinging(callID: call.callID), over: m)
        try require(try driver.news(of: m), is: [])
        try require(try driver.news(of: a), is: [])
        _ = try driver.end(call.callID, token: alice)
        _ = try driver.news(of: a)
      }
      try require(try driver.respond(call.callID, .accept, token: alice).status, is: 409)
    },
    ExchangeCase("A caller cannot accept for the callee") { driver in
      let alice = try driver.signIn("alice")
      _ = try driver.signIn("bob")
      let call = try driver.place(to: "bob", token: alice)
      let answer = try driver.respond(call.callID, .accept, token: alice)
      try require(answer.status, is: 403)
      try require(answer.errorCode, is: "forbidden")
    },
    ExchangeCase("Wrong initiations are refused in words") { driver in
      let alice = try driver.signIn("alice")
      let wrong: [(JSONValue, Int, String)] = [
        ([], 400, "invalid_request"), ("x", 400, "invalid_request"),
        (["participants": []], 400, "invalid_request"),
        (["participants": "bob"], 400, "invalid_request"),
        (["participants": [[1]]], 400, "invalid_request"),
        (["participants": ["alice"]], 400, "invalid_request"),
        (["participants": ["nobody"]], 404, "user_not_found"),
        (["participants": ["echo"], "type": "smell"], 400, "invalid_request"),
        (["participants": ["echo"], "type": [:]], 400, "invalid_request"),
        (["participants": ["echo"], "kind": "party"], 400, "invalid_request"),
        (["participants": ["echo"], "kind": "group"], 400, "invalid_request"),
        (["participants": ["echo", "parrot"]], 400, "invalid_request"),
        (["participants": [], "room_id": "r"], 404, "room_not_found"),
      ]
      for (body, status, code) in wrong {
        let answer = try driver.post(BotServerPath.initiate, body, token: alice)
        try require(
          answer.status == status && answer.errorCode == code,
          "\(body.text) was answered \(answer.status) \(answer.body.text)")
        try require(answer.body["success"] == false, "no envelope of an error")
        try require(answer.body["error"]?["message"]?.string?.isEmpty == false, "no words")
      }
    },
    ExchangeCase("Unknown calls, paths and methods have their own answers") { driver in
      let alice = try driver.signIn("alice")
      let unknown = try driver.get(BotServerPath.call("call_0"), token: alice)
      try require(unknown.status, is: 404)
      try require(unknown.errorCode, is: "call_not_found")
      try require(try driver.end("call_0", token: alice).errorCode, is: "call_not_found")
      try require(try driver.get("/api/v2", token: alice).status, is: 404)
      try require(try driver.get("/%zz", token: alice).status, is: 400)
      let wrong = try driver.get(BotServerPath.initiate, token: alice)
      try require(wrong.status, is: 405)
      try require(wrong.fields["Allow"], is: "POST")
      try require(try driver.post("/healthz", [:], token: nil).fields["Allow"], is: "GET, HEAD")
      let nowhere = try driver.get(BotServerPath.participants("r"), token: alice)
      try require(nowhere.errorCode, is: "room_not_found")
      for path in ["record/start", "record/stop"] {
        let answer = try driver.post("/api/v1/calls/call_0/\(path)", [:], token: alice)
        try require(answer.errorCode, is: "call_not_found")
      }
      let transcribe = try driver.post(BotServerPath.transcribe("call_0"), [:], token: alice)
      try require(transcribe.errorCode, is: "not_implemented")
      try require(try driver.get(BotServerPath.events, token: alice).status, is: 426)
    },
  ]

  private static let reading = [
    ExchangeCase("The history has pages and filters") { driver in
      let (alice, bob) = (try driver.signIn("alice"), try driver.signIn("bob"))
      var ids: [String] = []
      for index in 0..<5 {
        let call = try driver.place(to: index == 2 ? "parrot" : "bob", token: alice)
        ids.insert(call.callID, at: 0)
        if index != 4 { _ = try driver.end(call.callID, token: alice) }
      }
      func list(_ query: String, _ token: String) throws -> HistoryMessage {
        try HistoryMessage(
          decoding: try driver.get(BotServerPath.history + query, token: token).body)
      }
      let all = try list("", alice)
      try require(all.calls.map(\.callID), is: ids)
      try require([all.total, all.limit, all.offset], is: [5, 50, 0])
      try require(try list("?limit=2&offset=1", alice).calls.map(\.callID), is: Array(ids[1...2]))
      try require(try list("?limit=2&offset=1", alice).total, is: 5)
      try require(try list("?limit=1000", alice).limit, is: 100)
      try require(try list("?status=ringing", bob).calls.map(\.callID), is: [ids[0]])
      try require(try list("?status=cancelled&user_id=parrot", alice).total, is: 1)
      try require(try list("?user_id=Bob", alice).total, is: 4)
      try require(try list("?offset=100", alice).calls.count, is: 0)
      for query in ["?limit=0", "?limit=x", "?offset=-1", "?status=odd"] {
        let answer = try driver.get(BotServerPath.history + query, token: alice)
        try require(answer.status, is: 400)
      }
    },
    ExchangeCase("Health, metrics and description need no token") { driver in
      let health = try driver.get("/healthz", token: nil)
      try require(health.status, is: 200)
      try require(health.body["status"]?.string, is: "ok")
      let metrics = try driver.request(HTTPRequest(.get, "/metrics"))
      let text = String(decoding: metrics.body, as: UTF8.self)
      try require(text.contains("tipring_calls{state=\"active\"} 0\n"), text)
      let description = try driver.get("/openapi.json", token: nil)
      try require(description.body["openapi"]?.string, is: "3.1.0")
    },
  ]
}
