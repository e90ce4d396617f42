import Basics
import Calling
import Formats
import Janus
import SDP
import Simulation
import Testing

@Suite("Janus: a seat")
struct JanusSeatTests {
  @Test("makes a session, attaches, joins with PIN and token, and tells who is there")
  func joins() throws {
    var bench = SeatBench()
    #expect(bench.openCount == 1)
    bench.opened()
    #expect(bench.takeSent().first?["janus"] == "create")
    bench.receive(["janus": "success", "transaction": "t1", "data": ["id": 11]])
    let attach = try #require(bench.takeSent().first)
    #expect(attach["session_id"] == 11 && attach["plugin"] == "janus.plugin.audiobridge")
    bench.receive(["janus": "success", "transaction": "t2", "data": ["id": 22]])
    let join = try #require(bench.sent.first)
    #expect(join["handle_id"] == 22)
    #expect(
      join["body"] == [
        "request": "join", "room": 1_234, "display": "You", "muted": false, "codec": "opus",
        "pin": "pin", "token": "token",
      ])
    try bench.answer(["janus": "ack"])
    bench.receive([
      "janus": "event", "sender": 22, "transaction": "t3",
      "plugindata": [
        "data": [
          "audiobridge": "joined", "id": 7, "participants": [["id": 8, "display": "Bob"]],
        ]
      ],
    ])
    #expect(bench.takeReports() == [.joined, .participants([you, bob])])
  }

  @Test("offers in configure once joined, trickles, and takes the answer")
  func negotiates() throws {
    var bench = SeatBench()
    bench.describe(offer)
    bench.candidate(candidate(1))
    bench.opened()
    try bench.answer(["janus": "success", "data": ["id": 11]])
    try bench.answer(["janus": "success", "data": ["id": 22]])
    try bench.event(["audiobridge": "joined", "id": 7, "participants": []])
    let sent = bench.takeSent().suffix(2)
    #expect(sent.first?["jsep"]?["type"] == "offer")
    #expect(sent.last?["candidate"]?["candidate"]?.string == candidate(1).encoded())
    bench.endOfCandidates()
    #expect(bench.takeSent().last?["candidate"] == ["completed": true])
    bench.receive([
      "janus": "event", "sender": 22, "transaction": "t4",
      "plugindata": ["data": ["audiobridge": "event", "result": "ok"]],
      "jsep": ["type": "answer", "sdp": .string(offer.encoded())],
    ])
    #expect(bench.takeReports().last == .described(offer))
    // A new offer restarts ICE.
    bench.describe(offer)
    #expect(bench.takeSent().last?["jsep"]?["type"] == "offer")
  }

  @Test("shows who comes, goes, is muted and talks")
  func participants() throws {
    var bench = try SeatBench.joined()
    bench.push(["audiobridge": "joined", "participants": [["id": 9, "display": "Carol"]]])
    bench.push(["audiobridge": "talking", "room": 1_234, "id": 9])
    bench.push([
      "audiobridge": "event", "participants": [["id": 9, "display": "Carol", "muted": true]],
    ])
    bench.push(["audiobridge": "event", "leaving": 8])
    var carol = Participant(id: "9", name: "Carol")
    var expected: [JanusSeat.Report] = [.participants([you, bob, carol])]
    carol.isSpeaking = true
    expected.append(.participants([you, bob, carol]))
    carol.isSpeaking = false
    carol.isMuted = true
    expected += [.participants([you, bob, carol]), .participants([you, carol])]
    #expect(bench.takeReports() == expected)
    bench.mute(true)
    bench.mute(true)
    #expect(bench.takeSent().map { $0["body"] } == [["request": "configure", "muted": true]])
  }

  @Test("says one thing after the other, as the server keeps no order: the last word counts")
  func mutesInOrder() throws {
    var bench = try SeatBench.joined()
    bench.mute(true)
    #expect(bench.takeSent().count == 1)
    bench.mute(false)
    bench.describe(offer)
    bench.candidate(candidate(1))
    #expect(bench.sent == [])
    bench.push(["audiobridge": "event", "participants": [["id": 8, "muted": true]]])
    #expect(bench.sent == [])
    bench.receive(configured(by: 4))
    let sent = bench.takeSent()
    #expect(sent.map { $0["janus"] } == ["message", "trickle"])
    #expect(sent.first?["body"] == ["request": "configure", "muted": false])
    #expect(sent.first?["jsep"]?["type"] == "offer")
    bench.mute(true)
    bench.mute(false)
    bench.mute(true)
    bench.receive(configured(by: 5))
    #expect(bench.takeSent().map { $0["body"] } == [["request": "configure", "muted": true]])
    bench.mute(false)
    bench.mute(true)
    bench.receive(configured(by: 7))
    #expect(bench.sent == [])
  }

  /// The answer to a “configure”.
  private func configured(by transaction: Int) -> JSONValue {
    [
      "janus": "event", "sender": 22, "transaction": .string("t\(transaction)"),
      "plugindata": ["data": ["audiobridge": "event", "result": "ok"]],
    ]
  }

  @Test("keeps the session alive every 25 s, and takes silence for a loss")
  func keepsAlive() throws {
    var bench = try SeatBench.joined()
    bench.advance(.seconds(51))
    #expect(bench.takeSent().map { $0["janus"] } == ["keepalive", "keepalive"])
    bench.advance(.seconds(25), acknowledging: false)
    bench.advance(.seconds(10), acknowledging: false)
    #expect(bench.isOpen)
    bench.advance(.seconds(2), acknowledging: false)
    #expect(bench.openCount == 2)
  }

  @Test("claims its session after a loss, and asks who is there")
  func claims() throws {
    var bench = try SeatBench.joined()
    bench.lost()
    bench.advance(.seconds(1))
    #expect(bench.openCount == 2)
    bench.opened()
    let claim = try #require(bench.takeSent().last)
    #expect(claim["janus"] == "claim" && claim["session_id"] == 11)
    bench.receive(["janus": "success", "transaction": claim["transaction"] ?? .null])
    #expect(bench.takeSent().last?["body"]?["request"] == "listparticipants")
    #expect(!bench.takeReports().contains { if case .failed = $0 { true } else { false } })
  }

  @Test("gives up a session that the server has forgotten, or that is away for a minute")
  func givesUp() throws {
    var bench = try SeatBench.joined()
    bench.lost()
    bench.advance(.seconds(1))
    bench.opened()
    try bench.answer(["janus": "error", "error": ["code": 458, "reason": "No such session"]])
    #expect(bench.takeReports().last == .failed(JanusFailure(code: 458, reason: "").sentence))
    bench = try SeatBench.joined()
    for _ in 0..<30 {
      bench.lost()
      bench.advance(.seconds(6))
    }
    #expect(bench.takeReports().last == .failed("It broke."))
    #expect(bench.seat.deadline == nil)
  }

  @Test("leaves, detaches and destroys, and is done within two seconds anyhow")
  func leaves() throws {
    var bench = try SeatBench.joined()
    bench.leave()
    #expect(
      bench.takeSent().map { $0["body"]?["request"] ?? $0["janus"] } == [
        "leave", "detach", "destroy",
      ])
    #expect(bench.takeReports() == [])
    bench.advance(.seconds(3), acknowledging: false)
    #expect(bench.takeReports() == [.left])
    #expect(!bench.isOpen && bench.seat.deadline == nil)
  }

  @Test(
    "tells in words why the room is not to be had",
    arguments: [
      (485, "longer exists"), (489, "PIN"), (491, "already"), (486, "already"), (482, "482"),
      (1, "code 1"),
    ])
  func refusals(code: Int, words: String) throws {
    var bench = SeatBench()
    bench.opened()
    try bench.answer(["janus": "success", "data": ["id": 11]])
    try bench.answer(["janus": "success", "data": ["id": 22]])
    try bench.event([
      "audiobridge": "event", "error_code": .integer(Int64(code)), "error": "no\u{1B}[2J",
    ])
    guard case .failed(let sentence)? = bench.takeReports().last else {
      Issue.record("no failure was told")
      return
    }
    #expect(sentence.contains(words) && !sentence.contains("\u{1B}"))
  }

  @Test("is dismissed when it is kicked, the room is closed, or the media path is ended")
  func dismissed() throws {
    for message: JSONValue in [
      ["janus": "hangup", "sender": 22, "reason": "ICE failed"], ["janus": "detached"],
      ["janus": "event", "sender": 22, "plugindata": ["data": ["audiobridge": "destroyed"]]],
      [
        "janus": "event", "sender": 22,
        "plugindata": ["data": ["audiobridge": "event", "kicked": 7]],
      ],
    ] {
      var bench = try SeatBench.joined()
      bench.receive(message)
      guard case .dismissed? = bench.takeReports().last else {
        Issue.record("\(message.text) did not end it")
        continue
      }
    }
    var bench = try SeatBench.joined()
    bench.receive(["janus": "timeout", "session_id": 11])
    guard case .failed? = bench.takeReports().last else {
      Issue.record("an expired session was not told")
      return
    }
  }

  @Test("says once in ten seconds that packets are lost")
  func slowLink() throws {
    var bench = try SeatBench.joined()
    for _ in 0..<5 { bench.receive(["janus": "slowlink", "uplink": true, "lost": 12]) }
    #expect(bench.takeReports().count == 1)
  }

  @Test("ten thousand damaged conversations do no harm", arguments: 0..<20)
  func mutations(seed: Int) throws {
    let transcript: [JSONValue] = [
      ["janus": "success", "transaction": "t1", "data": ["id": 11]],
      ["janus": "success", "transaction": "t2", "data": ["id": 22]],
      ["janus": "ack", "transaction": "t3"],
      [
        "janus": "event", "sender": 22, "transaction": "t3",
        "plugindata": [
          "data": [
            "audiobridge": "joined", "id": 7,
            "participants": [["id": 8, "display": "Bob", "talking": true]],
          ]
        ],
      ],
      [
        "janus": "event", "sender": 22, "transaction": "t4",
        "plugindata": ["data": ["audiobridge": "event", "result": "ok"]],
        "jsep": ["type": "answer", "sdp": .string(offer.encoded())],
      ],
      ["janus": "trickle", "candidate": ["candidate": .string(candidate(5).encoded())]],
      ["janus": "webrtcup", "sender": 22], ["janus": "media", "type": "audio", "receiving": true],
      ["janus": "slowlink", "uplink": false, "lost": 3],
      [
        "janus": "event", "sender": 22,
        "plugindata": ["data": ["audiobridge": "talking", "id": 8]],
      ],
      [
        "janus": "event", "sender": 22,
        "plugindata": ["data": ["audiobridge": "event", "leaving": 8]],
      ],
      ["janus": "error", "transaction": "t5", "error": ["code": 457, "reason": "x"]],
      ["janus": "hangup", "reason": "DTLS alert"], ["janus": "timeout"],
    ]
    var mutator = Mutator(seed: UInt64(seed) &+ 5)
    var count = 0
    while count < 500 {
      var bench = SeatBench()
      bench.describe(offer)
      bench.opened()
      for message in mutator.disturb(transcript) {
        count += 1
        bench.receive(mutator.happens(onceIn: 3) ? message.text : mutator.mutate(message.text))
        if mutator.happens(onceIn: 9) { bench.advance(.seconds(3), acknowledging: false) }
        if mutator.happens(onceIn: 20) { bench.lost() }
      }
      #expect(bench.notes.count <= 11)
      for case .participants(let list) in bench.takeReports() {
        #expect(list.count <= JanusSeat.participantLimit + 1)
      }
      bench.leave()
      bench.advance(.seconds(60), acknowledging: false)
      #expect(bench.seat.deadline == nil, "seed \(seed)")
    }
  }
}
