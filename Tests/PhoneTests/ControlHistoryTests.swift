import Basics
import Calling
import Media
import Phone
import Testing

@Suite("Control core: history")
struct ControlHistoryTests {
  @Test("writes a call down at its start, at the answer and at its end")
  func writes() {
    var bench = ControlBench.signedIn()
    bench.order(.place(target: "bob"))
    let first = bench.takeRecords()
    #expect(first.map(\.outcome) == [.unfinished])
    #expect(first[0].id.hasPrefix("exchange/local-"))
    #expect(first[0].startedAt == bench.wallTime)

    bench.report([
      .placed(
        outgoingID, remoteID: "call_1", party: Party(name: "Bob", address: "bob"),
        terms: MediaTerms(), browserURL: nil)
    ])
    let effects = bench.takeEffects()
    #expect(effects.contains(.removeRecord(id: first[0].id)))
    #expect(
      effects.contains {
        if case .record(let record) = $0 { record.id == "exchange/call_1" } else { false }
      })

    bench.advance(.seconds(3))
    bench.report([.accepted(outgoingID)])
    let answeredAt = bench.wallTime
    #expect(bench.takeRecords().map(\.answeredAt) == [answeredAt])
    bench.media(.flowing(outgoingID))
    #expect(bench.takeRecords() == [])

    for mos in [4.0, 4.4] {
      var statistics = MediaStatistics()
      statistics.mos = mos
      bench.media(.statistics(outgoingID, statistics))
    }
    bench.advance(.seconds(60))
    #expect(bench.takeRecords() == [])
    bench.order(.hangUp(outgoingID))
    let last = bench.takeRecords()
    #expect(last.map(\.outcome) == [.answered])
    #expect(last[0].duration == .seconds(60))
    #expect(last[0].quality.map { abs($0 - 4.2) < 0.001 } == true)
    #expect(bench.board.history == last)
  }

  @Test(
    "remembers how a call ended",
    arguments: [
      (.declined(reason: nil), .declined), (.busy, .busy), (.cancelled, .cancelled),
      (.noAnswer, .noAnswer), (.signalingFailed("x"), .failed), (.mediaFailed("x"), .failed),
    ] as [(EndReason, CallRecord.Outcome)])
  func outcomes(reason: EndReason, outcome: CallRecord.Outcome) {
    var bench = ControlBench.signedIn()
    bench.outgoing(to: .ringing)
    bench.report([.ended(outgoingID, reason)])
    #expect(bench.board.history.map(\.outcome) == [outcome])
    #expect(bench.board.missedCount == 0)
  }

  @Test("counts an incoming call as missed that nobody took or whose caller gave up")
  func missed() {
    var bench = ControlBench.signedIn()
    bench.invite(1)
    bench.report([.ended(incoming(1), .cancelled)])
    bench.invite(2)
    bench.report([.ended(incoming(2), .missed)])
    bench.invite(3)
    bench.report([.ended(incoming(3), .answeredElsewhere)])
    bench.invite(4)
    bench.order(.decline(incoming(4), reason: nil))
    #expect(bench.board.missedCount == 2)
    _ = bench.takeEffects()
    bench.order(.seeMissedCalls)
    #expect(bench.takeEffects().first == .markSeen)
    #expect(bench.board.missedCount == 0)
    bench.order(.seeMissedCalls)
    #expect(bench.takeEffects() == [])
  }

  @Test("joins the local history with the server's, newest first, and completes what was cut off")
  func merges() {
    for isLocalFirst in [true, false] {
      var bench = ControlBench.signedIn()
      var cutOff = record("a", at: 1, .unfinished)
      cutOff.note = "promised to call"
      let local = [cutOff, record("b", at: 5, .answered), record("local-1", at: 3, .failed)]
      var completed = record("a", at: 1, .answered)
      let remote = [
        completed, record("b", at: 5, .declined), record("c", at: 9, .missed, isSeen: false),
        record("d", at: 10, .unfinished),
      ]
      if isLocalFirst { bench.loaded(local) }
      bench.report([.history(remote)])
      if !isLocalFirst { bench.loaded(local) }
      completed.note = "promised to call"
      #expect(
        bench.board.history == [
          record("c", at: 9, .missed, isSeen: false), record("b", at: 5, .answered),
          record("local-1", at: 3, .failed), completed,
        ])
      #expect(bench.board.missedCount == 1)
      #expect(bench.takeRecords().contains(completed))
      bench.report([.history(remote)])
      #expect(bench.takeEffects() == [])
    }
  }

  @Test("does not let the server overwrite a call that is going on")
  func liveCallsWin() {
    var bench = ControlBench.signedIn()
    bench.outgoing()
    _ = bench.takeEffects()
    bench.report([.history([record("call_1", at: 0, .failed)])])
    #expect(bench.takeEffects() == [])
    #expect(bench.board.history.map(\.outcome) == [.unfinished])
  }

  @Test("gives a call that was given up before it had a name its server's, and tells it once")
  func namesLate() {
    var bench = ControlBench.signedIn()
    bench.order(.place(target: "bob"))
    let local = bench.takeRecords()[0]
    bench.order(.hangUp(outgoingID))
    _ = bench.takeEffects()
    bench.report([
      .placed(
        outgoingID, remoteID: "call_1", party: Party(name: "Bob", address: "bob"),
        terms: MediaTerms(), browserURL: nil)
    ])
    #expect(bench.takeEffects().contains(.removeRecord(id: local.id)))
    var remote = local
    remote.id = "exchange/call_1"
    remote.outcome = .cancelled
    bench.report([.history([remote])])
    #expect(bench.board.history.map(\.id) == ["exchange/call_1"])
    #expect(bench.board.history.map(\.outcome) == [.cancelled])
  }

  @Test("knows the server's record of a call that it could not name, whichever comes first")
  func knowsNameless() {
    for isLocalFirst in [true, false] {
      var bench = ControlBench.signedIn()
      var given = nameless(.cancelled)
      given.note = "wrong number"
      var remote = nameless(.missed)
      remote.id = "exchange/call_9"
      remote.party = .init(name: "BOB", address: "17")
      remote.startedAt = given.startedAt.advanced(by: .seconds(3))
      if isLocalFirst { bench.loaded([given]) }
      bench.report([.history([remote])])
      if !isLocalFirst { bench.loaded([given]) }
      var named = given
      named.id = remote.id
      #expect(bench.board.history == [named])
      let effects = bench.takeEffects()
      #expect(effects.contains(.record(named)))
      #expect(effects.contains(.removeRecord(id: given.id)))
      bench.report([.history([remote])])
      #expect(bench.takeEffects() == [])
    }
  }

  @Test("keeps apart from a call without a name what is another: party, direction, time")
  func keepsApart() {
    let changes: [(inout CallRecord) -> Void] = [
      { $0.party = .init(name: "Ann", address: "ann") }, { $0.isIncoming.toggle() },
      { $0.startedAt = $0.startedAt.advanced(by: .seconds(11)) },
      { $0.startedAt = $0.startedAt.advanced(by: .seconds(-11)) },
    ]
    for change in changes {
      var bench = ControlBench.signedIn()
      bench.loaded([nameless(.cancelled)])
      var remote = nameless(.cancelled)
      remote.id = "exchange/call_9"
      change(&remote)
      bench.report([.history([remote])])
      #expect(bench.board.history.count == 2)
    }
  }

  @Test("lets the record of a call that has just been given up stand for the server's")
  func standsForServer() {
    var bench = ControlBench.signedIn()
    bench.order(.place(target: "bob"))
    var remote = bench.takeRecords()[0]
    bench.order(.hangUp(outgoingID))
    remote.id = "exchange/call_1"
    remote.outcome = .cancelled
    bench.report([.history([remote])])
    #expect(bench.board.history.count == 1)
    bench.advance(.seconds(6))
    bench.report([.history([remote])])
    #expect(bench.board.history.map(\.id) == ["exchange/call_1"])
  }

  private func nameless(_ outcome: CallRecord.Outcome) -> CallRecord {
    record("local-7", at: 5, outcome)
  }

  @Test("keeps 500 calls, the newest")
  func isBounded() {
    var bench = ControlBench.signedIn()
    bench.loaded((0..<600).map { record("c\($0)", at: Int64($0), .answered) })
    #expect(bench.board.history.count == 500)
    #expect(bench.board.history.first?.id == "exchange/c599")
  }

  @Test("notes and deletes, and does not let the server bring back what was deleted")
  func edits() {
    var bench = ControlBench.signedIn()
    let past = record("a", at: 1, .answered)
    bench.loaded([past])
    bench.order(.noteRecord(id: past.id, "nice"))
    #expect(bench.takeRecords().map(\.note) == ["nice"])
    bench.order(.deleteRecord(id: past.id))
    #expect(bench.takeEffects().first == .removeRecord(id: past.id))
    bench.report([.history([past])])
    #expect(bench.board.history == [])
  }

  @Test("writes the note of a call with it, also just after its end, and keeps a call that is up")
  func notesLiveCall() {
    var bench = ControlBench.signedIn()
    bench.outgoing()
    bench.order(.note(outgoingID, "first"))
    bench.order(.deleteRecord(id: "exchange/call_1"))
    guard case .warning = bench.takeEvents().last else {
      Issue.record("the record of a call that is up was deleted")
      return
    }
    bench.order(.hangUp(outgoingID))
    bench.order(.note(outgoingID, String(repeating: "x", count: 9_000)))
    #expect(bench.board.history.map { $0.note?.count } == [4_000])
    bench.advance(.seconds(6))
    #expect(bench.board.history.count == 1)
  }

  private func record(
    _ id: String, at minutes: Int64, _ outcome: CallRecord.Outcome, isSeen: Bool = true
  ) -> CallRecord {
    CallRecord(
      id: "exchange/\(id)", accountName: "exchange", system: .botServer, isIncoming: true,
      party: .init(name: "Bob", address: "bob"),
      startedAt: WallTime(milliseconds: minutes * 60_000),
      outcome: outcome, isSeen: isSeen)
  }
}
