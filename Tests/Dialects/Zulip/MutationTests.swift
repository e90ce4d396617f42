import Basics
import Calling
import Formats
import Simulation
import Testing
import Transport
import ZulipClient
import ZulipWire

@Suite("Zulip: damaged conversations")
struct MutationTests {
  /// Events from an invitation to the end of several calls, as a server sends them.
  private static let transcript: [[String: JSONValue]] = {
    let (ann, bobby) = (ZulipUser(id: 1, name: "Ann"), ZulipUser(id: 2, name: "Bob"))
    func event(_ kind: CallEventKind, _ id: String, isOwn: Bool, in dialect: ZulipDialect = .three)
      -> [String: JSONValue]
    {
      CallEventMessage(
        kind: kind, callID: id, isVideo: false, sender: isOwn ? ann : bobby,
        receiver: isOwn ? bobby : ann, state: nil, url: callURL, at: ClientBench.start
      ).encoded(in: dialect)
    }
    let group = GroupEventMessage(
      kind: .invited, callID: "g-1", isVideo: false, title: "T", url: callURL, host: bobby,
      participants: [])
    let presence = PresenceMessage(isActive: true, at: ClientBench.start)
    return [
      event(.initiated, "call-1", isOwn: true), event(.ringing, "call-1", isOwn: true),
      event(.incoming, "call-2", isOwn: false), event(.accepted, "call-1", isOwn: true),
      group.encoded(), event(.cancelled, "call-2", isOwn: false),
      event(.incoming, "call-3", isOwn: false, in: .two),
      [
        "type": "presence", "user_id": 2, "email": "bob@example.org",
        "presence": presence.encoded(),
      ],
      ["type": "heartbeat"], event(.missed, "call-3", isOwn: false, in: .two),
      event(.ended, "call-1", isOwn: true), ["type": "realm_user", "op": "update"],
    ]
  }()

  @Test(
    "ten thousand damaged answers: no crash, no growth, no word of unknown calls",
    arguments: 0..<20)
  func mutations(seed: Int) throws {
    var mutator = Mutator(seed: UInt64(seed) &+ 90)
    var count = 0
    while count < 500 {
      var bench = try ClientBench.online(seed: UInt64(seed))
      bench.place()
      var known: Set<CallID> = [outgoingID]
      try answer("POST /calls/create", created, &mutator, &bench)
      for (number, event) in mutator.disturb(Self.transcript).enumerated() {
        count += 1
        let members = event.merging(["id": .integer(Int64(number))]) { $1 }
        let page: JSONValue = ["result": "success", "events": .array([.object(members)])]
        if bench.questions.contains("GET /events") {
          try answer("GET /events", page, &mutator, &bench)
        }
        if mutator.happens(onceIn: 6) { bench.order(.accept(incomingID)) }
        if bench.questions.contains("POST /calls/call-2/respond") {
          let accepted = RespondedCall(action: .accept, url: callURL, message: "")
          try answer(
            "POST /calls/call-2/respond", accepted.encoded(in: .three), &mutator, &bench)
        }
        if bench.questions.contains("POST /register") {
          try answer("POST /register", registered, &mutator, &bench)
        }
        if mutator.happens(onceIn: 4) { bench.advance(.seconds(7)) }
        for report in bench.takeReports() { check(report, &known, seed) }
      }
      #expect(bench.questions.count < 60, "seed \(seed): \(bench.questions)")
      #expect(bench.notes.count <= 120)
      #expect(bench.roomCount <= 4)
      bench.order(.signOut)
      bench.advance(.seconds(3))
      #expect(bench.client.deadline == nil)
    }
  }

  /// Answers, mostly with something damaged.
  private func answer(
    _ line: String, _ body: JSONValue, _ mutator: inout Mutator, _ bench: inout ClientBench
  ) throws {
    let isWhole = mutator.happens(onceIn: 3)
    let status = mutator.happens(onceIn: 10) ? 400 : 200
    try bench.reply(line, text: isWhole ? body.text : mutator.mutate(body.text), status: status)
  }

  private func check(_ report: SignalingReport, _ known: inout Set<CallID>, _ seed: Int) {
    switch report {
    case .invited(let invitation):
      #expect(known.insert(invitation.id).inserted, "seed \(seed)")
      #expect(invitation.remoteID.utf8.count <= 500)
      #expect(invitation.from.name.count <= 420)
    case .placed(let id, _, _, _, _), .ringing(let id), .accepted(let id), .ended(let id, _),
      .callNotice(let id, _), .participants(let id, _), .mediaGone(let id):
      #expect(known.contains(id), "seed \(seed): \(report)")
    case .account, .contacts, .history, .identity, .notice: break
    default: Issue.record("seed \(seed): \(report)")
    }
  }
}
