import Basics
import Calling
import Formats
import SDP
import Testing
import Transport
import ZulipClient
import ZulipWire

@Suite("Zulip: outgoing calls")
struct OutgoingTests {
  private func placed(
    _ bench: inout ClientBench, address: String = "bob@example.org"
  ) throws {
    bench.place(address)
    try bench.reply("POST /calls/create", 200, created)
  }

  @Test("the callee is named both ways, and video is not asked for unless wanted")
  func creation() throws {
    var bench = try ClientBench.online()
    bench.place()
    #expect(
      try bench.form("POST /calls/create") == [
        "user_id": "2", "recipient_email": "bob@example.org", "is_video_call": "false",
      ])
    var other = try ClientBench.online()
    other.place("2", kind: .video)
    #expect(try other.form("POST /calls/create")["is_video_call"] == "true")
  }

  @Test("placed, rung, accepted and hung up, with the sound in the room")
  func life() throws {
    var bench = try ClientBench.online()
    try placed(&bench)
    let placing = bench.takeCallReports()
    guard case .placed(outgoingID, let remoteID, let party, let terms, let url)? = placing.first
    else {
      Issue.record("\(placing)")
      return
    }
    #expect(remoteID == "call-1")
    #expect(party == Party(name: "Bob", address: "bob@example.org"))
    #expect(terms.carriage == .offeredByServer)
    #expect(terms.iceServers == [IceServer(kind: .stun, host: "stun.example.org", port: 3_478)])
    #expect(url == openURL)
    #expect(bench.roomCount == 1)
    try bench.push(.ringing)
    try bench.push(.accepted)
    #expect(bench.takeCallReports() == [.ringing(outgoingID), .accepted(outgoingID)])
    try bench.appear("Bob")
    guard
      case .participants(outgoingID, let participants)? = bench.takeReports().first(where: {
        if case .participants = $0 { true } else { false }
      })
    else {
      Issue.record("nobody was told of Bob")
      return
    }
    #expect(participants.map(\.name) == ["Ann", "Bob"])
    bench.advance(.seconds(30))
    #expect(try bench.form("POST /calls/heartbeat")["call_id"] == "call-1")
    try bench.reply("POST /calls/heartbeat", 200, ["result": "success", "call_state": "accepted"])
    bench.order(.end(outgoingID, .hungUp))
    #expect(bench.roomCount == 0)
    #expect(bench.questions.contains("POST /calls/call-1/end"))
    try bench.reply("POST /calls/call-1/end", 200, ["result": "success"])
    bench.advance(.seconds(120))
    #expect(!bench.questions.contains("POST /calls/heartbeat"))
    #expect(bench.takeCallReports() == [])
  }

  @Test("a caller who gives up cancels, or ends where there is no cancelling")
  func cancel() throws {
    var bench = try ClientBench.online()
    try placed(&bench)
    bench.order(.end(outgoingID, .cancelled))
    try bench.reply("POST /calls/call-1/cancel", 405, .null)
    try bench.reply("POST /calls/call-1/end", 404, problem("Call not found"))
    #expect(!bench.questions.contains { $0.contains("call-1") })
    #expect(bench.roomCount == 0)
  }

  @Test("a caller who gives up before the server has answered cancels as soon as it has")
  func earlyCancel() throws {
    var bench = try ClientBench.online()
    bench.place()
    bench.order(.end(outgoingID, .cancelled))
    try bench.reply("POST /calls/create", 200, created)
    #expect(bench.questions.contains("POST /calls/call-1/cancel"))
    let reports = bench.takeCallReports()
    guard case .placed(outgoingID, remoteID: "call-1", _, _, _)? = reports.first, reports.count == 1
    else {
      Issue.record("\(reports)")
      return
    }
    #expect(bench.roomCount == 0)
  }

  @Test("the callee's answer ends the call as what it was")
  func endings() throws {
    let cases: [(CallEventKind, Bool, String?, EndReason)] = [
      (.declined, false, nil, .declined(reason: nil)), (.missed, false, "no_answer", .noAnswer),
      (.ended, true, "hangup", .remoteHungUp), (.cancelled, false, nil, .cancelled),
      (
        .ended, true, "network_failure",
        .signalingFailed("The server has lost one of the two sides.")
      ),
    ]
    for (kind, isAccepted, reason, expected) in cases {
      var bench = try ClientBench.online()
      try placed(&bench)
      if isAccepted { try bench.push(.accepted) }
      _ = bench.takeReports()
      try bench.push(kind, reason: reason)
      #expect(bench.takeCallReports() == [.ended(outgoingID, expected)])
      #expect(bench.roomCount == 0)
      #expect(!bench.questions.contains { $0.hasSuffix("/end") || $0.hasSuffix("/cancel") })
    }
  }

  @Test("a call that is refused before its room answers is known by its name all the same")
  func fastRefusal() throws {
    var bench = try ClientBench.online()
    bench.isJitsiSilent = true
    try placed(&bench)
    #expect(bench.takeCallReports() == [])
    try bench.push(.ringing)
    try bench.push(.declined)
    let reports = bench.takeCallReports()
    guard case .placed(outgoingID, "call-1", _, _, _)? = reports.first else {
      Issue.record("\(reports)")
      return
    }
    #expect(
      reports.dropFirst() == [.ringing(outgoingID), .ended(outgoingID, .declined(reason: nil))])
  }

  @Test("what the server refuses is told in its words")
  func refusals() throws {
    let says = "The server says: "
    let cases: [(Int, JSONValue, EndReason)] = [
      (400, problem("Cannot call yourself"), .signalingFailed(says + "Cannot call yourself.")),
      (
        404, problem("User not found with user_id: 2"),
        .unknownCallee(says + "User not found with user_id: 2.")
      ),
      (409, problem("Bob is currently in another call"), .busy),
      (
        409, problem("You are already in a call", existing: "call-0"),
        .signalingFailed(says + "You are already in a call.")
      ),
      (
        500, problem("Failed to create call: oops"),
        .signalingFailed(says + "Failed to create call: oops.")
      ),
      (
        404, .null,
        .signalingFailed("This server has no calls any more; sign in again.")
      ),
    ]
    for (status, body, expected) in cases {
      var bench = try ClientBench.online()
      bench.place()
      try bench.reply("POST /calls/create", status, body)
      #expect(bench.takeCallReports() == [.ended(outgoingID, expected)])
    }
  }

  @Test("a server that asks to wait a moment is waited for")
  func redial() throws {
    var bench = try ClientBench.online()
    bench.place()
    let wait = problem("Please wait a moment before making another call", existing: "call-0")
    try bench.reply("POST /calls/create", 429, wait, fields: ["Retry-After": "5"])
    guard case .callNotice(outgoingID, let words)? = bench.takeReports().last else {
      Issue.record("nothing was told")
      return
    }
    #expect(words.hasSuffix("Trying again in 5s."))
    bench.advance(.seconds(4))
    #expect(!bench.questions.contains("POST /calls/create"))
    bench.advance(.seconds(1))
    for _ in 0..<2 {
      try bench.reply("POST /calls/create", 429, wait, fields: ["Retry-After": "5"])
      bench.advance(.seconds(5))
    }
    #expect(
      bench.takeCallReports() == [
        .ended(
          outgoingID,
          .signalingFailed("The server says: Please wait a moment before making another call."))
      ])
  }

  @Test("a callee who is in another call is waited for in the queue")
  func queued() throws {
    var bench = try ClientBench.online()
    bench.place()
    let queue = CreatedCall(
      callID: nil, url: nil, isVideo: false, roomName: nil,
      queue: CreatedCall.Queue(id: "w-1", message: "Bob is busy.", expiresAt: nil))
    try bench.reply("POST /calls/create", 202, queue.encoded(in: .two))
    let reports = bench.takeReports()
    #expect(reports.contains { $0.isPlaced })
    #expect(reports.last == .callNotice(outgoingID, "Bob is busy."))
    #expect(bench.roomCount == 0)
    try bench.push(.initiated, "call-9")
    #expect(bench.roomCount == 1)
    try bench.push(.accepted, "call-9")
    #expect(bench.takeCallReports() == [.accepted(outgoingID)])
    var other = try ClientBench.online()
    other.place()
    try other.reply("POST /calls/create", 202, queue.encoded(in: .two))
    other.order(.end(outgoingID, .cancelled))
    #expect(other.questions.contains("POST /calls/w-1/cancel"))
  }

  @Test("events that come before the call has its name are not lost")
  func earlyEvents() throws {
    var bench = try ClientBench.online()
    bench.place()
    try bench.push(.initiated)
    try bench.push(.ringing)
    try bench.push(.accepted)
    #expect(bench.takeCallReports() == [])
    try bench.reply("POST /calls/create", 200, created)
    let reports = bench.takeCallReports()
    #expect(reports.first?.isPlaced == true)
    #expect(reports.dropFirst() == [.ringing(outgoingID), .accepted(outgoingID)])
  }

  @Test("somebody in the room has taken the call, even if no event says so")
  func metInRoom() throws {
    var bench = try ClientBench.online()
    try placed(&bench)
    _ = bench.takeReports()
    try bench.appear("Bob")
    #expect(bench.takeCallReports() == [.accepted(outgoingID)])
    try bench.disappear("Bob")
    bench.advance(.seconds(9))
    try bench.appear("Bob")
    bench.advance(.seconds(20))
    #expect(bench.takeCallReports() == [])
    try bench.disappear("Bob")
    bench.advance(.seconds(10))
    #expect(bench.takeCallReports() == [.ended(outgoingID, .remoteHungUp)])
    #expect(bench.questions.contains("POST /calls/call-1/end"))
  }

  @Test("without the room's server there is no call, and Zulip is told")
  func noRoom() throws {
    var bench = try ClientBench.online()
    bench.hasJitsi = false
    try placed(&bench)
    bench.advance(.seconds(60))
    guard case .ended(outgoingID, .signalingFailed)? = bench.takeCallReports().last else {
      Issue.record("the call goes on")
      return
    }
    #expect(bench.questions.contains("POST /calls/call-1/cancel"))
  }

  @Test("an address that is not among the contacts is looked up first")
  func lookUp() throws {
    var bench = try ClientBench.online()
    bench.place("dora@example.org")
    try bench.reply(
      "GET /users/dora%40example.org", 200,
      [
        "result": "success",
        "user": ["user_id": 7, "full_name": "Dora", "email": "dora@example.org"],
      ])
    #expect(try bench.form("POST /calls/create")["user_id"] == "7")
    var other = try ClientBench.online()
    other.place("nobody")
    try other.reply("GET /users/nobody", 400, problem("No such user"))
    #expect(
      other.takeCallReports() == [
        .ended(outgoingID, .signalingFailed("Nobody on this Zulip is called “nobody”."))
      ])
  }

  @Test("several addresses make a group call, in which one is at once")
  func group() throws {
    var bench = try ClientBench.online()
    bench.place("room:Bob, cleo@example.org")
    let form = try bench.form("POST /calls/group/create")
    #expect(form["user_ids"] == "2,3")
    #expect(form["call_type"] == "audio")
    try bench.reply(
      "POST /calls/group/create", 200,
      ["result": "success", "call_id": "g-1", "call_url": .string(callURL), "call_type": "audio"])
    let reports = bench.takeCallReports()
    #expect(reports.first?.isPlaced == true)
    #expect(reports.last == .accepted(outgoingID))
    try bench.appear("Bob")
    try bench.disappear("Bob")
    bench.advance(.seconds(29))
    #expect(bench.takeCallReports() == [])
    bench.advance(.seconds(1))
    #expect(try bench.form("POST /calls/heartbeat")["call_id"] == "g-1")
    bench.order(.end(outgoingID, .hungUp))
    #expect(bench.questions.contains("POST /calls/group/g-1/leave"))
    var other = try ClientBench.online()
    other.place("bob,nobody")
    guard case .ended(outgoingID, .signalingFailed(let words))? = other.takeCallReports().last
    else {
      Issue.record("the call was placed")
      return
    }
    #expect(words == "Nobody on this Zulip is called “nobody”.")
  }

  @Test("a conference's URL is entered without calling anybody")
  func conference() throws {
    var bench = try ClientBench.online()
    bench.place("https://meet.example.org/Standup")
    let reports = bench.takeCallReports()
    #expect(reports.first?.isPlaced == true)
    #expect(reports.last == .accepted(outgoingID))
    bench.order(.end(outgoingID, .hungUp))
    #expect(bench.roomCount == 0)
    #expect(bench.questions == ["GET /events"])
  }

  @Test("option B is asked every two seconds, and a forgotten call was declined")
  func polling() throws {
    var bench = try ClientBench.online(.seedB)
    bench.place()
    let answer = CreatedCall(
      callID: "call-1", url: callURL, isVideo: false, roomName: "r", expiresIn: 60)
    try bench.reply("POST /calls/create", 200, answer.encoded(in: .seedB))
    _ = bench.takeReports()
    bench.advance(.milliseconds(2_400))
    try bench.reply("GET /calls/call-1/status", 200, status(.calling, in: .seedB))
    bench.advance(.milliseconds(2_400))
    try bench.reply("GET /calls/call-1/status", 200, status(.accepted, in: .seedB))
    #expect(bench.takeCallReports() == [.accepted(outgoingID)])
    var other = try ClientBench.online(.seedB)
    other.place()
    try other.reply("POST /calls/create", 200, answer.encoded(in: .seedB))
    _ = other.takeReports()
    other.advance(.milliseconds(2_400))
    try other.reply("GET /calls/call-1/status", 404, problem("Call not found"))
    #expect(other.takeCallReports() == [.ended(outgoingID, .declined(reason: nil))])
  }

  @Test("option A has a room only: who comes in has taken the call, who leaves has ended it")
  func optionA() throws {
    var bench = try ClientBench.online(.seedA)
    bench.place()
    #expect(try bench.form("POST /calls/initiate")["recipient_email"] == "bob@example.org")
    try bench.reply(
      "POST /calls/initiate", 200,
      ["result": "success", "call_url": .string(callURL), "room_id": "0123456789ab"])
    #expect(bench.takeCallReports().map(\.isPlaced) == [true])
    try bench.appear("Bob")
    try bench.disappear("Bob")
    bench.advance(.seconds(3))
    #expect(
      bench.takeCallReports() == [.accepted(outgoingID), .ended(outgoingID, .remoteHungUp)])
    #expect(!bench.questions.contains { $0.contains("/calls/") })
  }

  @Test("a stock Zulip is sent a link")
  func stock() throws {
    var bench = try ClientBench.online(.stock)
    bench.place()
    let form = try bench.form("POST /messages")
    #expect(form["type"] == "private")
    let link = try #require(JoinLink(in: form["content"] ?? ""))
    #expect(!link.isVideo)
    #expect(link.url.wholeMatch(of: /https:\/\/meet\.example\.org\/[0-9]{15}/) != nil)
    try bench.reply("POST /messages", 200, ["result": "success", "id": 5])
    #expect(bench.takeCallReports().map(\.isPlaced) == [true])
    try bench.appear("Bob")
    #expect(bench.takeCallReports() == [.accepted(outgoingID)])
    bench.order(.end(outgoingID, .hungUp))
    #expect(bench.roomCount == 0)
    #expect(bench.questions == ["GET /events"])
  }

  @Test("the microphone's state is shown in the room")
  func mute() throws {
    var bench = try ClientBench.online()
    bench.place()
    bench.order(.mute(outgoingID, true))
    try bench.reply("POST /calls/create", 200, created)
    let told = bench.takeReports().compactMap { report -> [Participant]? in
      if case .participants(_, let all) = report { all } else { nil }
    }
    #expect(told.last?.first?.isMuted == true)
  }

  @Test("nobody is called while one is not signed in, nor more than there is room for")
  func bounds() throws {
    var bench = ClientBench()
    bench.place()
    #expect(
      bench.takeReports() == [.ended(outgoingID, .notSignedIn("Not signed in to work."))])
    var full = try ClientBench.online()
    for number in 1...17 {
      full.order(
        .place(
          CallID(account: AccountID(0), isIncoming: false, number: number),
          to: "bob@example.org", kind: .audio))
    }
    #expect(full.takeCallReports().count == 1)
    #expect(full.questions.filter { $0 == "POST /calls/create" }.count == 16)
  }
}
