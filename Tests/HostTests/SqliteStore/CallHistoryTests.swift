import Basics
import Calling
import EndToEnd
import Glibc
import SqliteStore
import Testing

@Suite("CallHistory")
struct CallHistoryTests {
  private let folder = TemporaryFolder()

  @Test("gives back what was put in, newest first")
  func order() throws {
    let history = try CallHistory(path: folder["state/history.db"])
    let records = (0..<3).map { record($0) }
    for record in records { try history.put(record) }
    #expect(try history.newest() == records.reversed())
    #expect(try history.newest(1) == [records[2]])
    #expect(try CallHistory(path: folder["state/history.db"]).newest() == records.reversed())
  }

  @Test("completes a record that was begun")
  func completes() throws {
    let history = try CallHistory(path: ":memory:")
    var call = record(1)
    try history.put(call)
    call.outcome = .answered
    call.answeredAt = WallTime(milliseconds: 5_000)
    call.endedAt = WallTime(milliseconds: 9_000)
    call.quality = 4.2
    try history.put(call)
    #expect(try history.newest() == [call])
  }

  @Test("keeps note, quality and that a call was seen when a server tells of the call again")
  func merges() throws {
    let history = try CallHistory(path: ":memory:")
    var call = record(1, outcome: .missed, isSeen: false)
    call.quality = 4
    try history.put(call)
    #expect(try history.missedCount() == 1)
    try history.note("call back", id: call.id)
    try history.markMissedSeen()
    try history.put(record(1, outcome: .missed, isSeen: false))
    #expect(try history.missedCount() == 0)
    #expect(try history.newest().first?.note == "call back")
    #expect(try history.newest().first?.quality == 4)
    try history.note("", id: call.id)
    #expect(try history.newest().first?.note == nil)
  }

  @Test("keeps a text for each account until it is replaced or taken back")
  func keepsakes() throws {
    let path = folder["keepsakes.db"]
    let history = try CallHistory(path: path)
    #expect(try history.keepsakes() == [:])
    try history.keep("one", of: "nx")
    try history.keep("[\"\u{1F99C}\"]", of: "other")
    try history.keep("two", of: "nx")
    #expect(try CallHistory(path: path).keepsakes() == ["nx": "two", "other": "[\"\u{1F99C}\"]"])
    try history.keep(nil, of: "nx")
    #expect(try CallHistory(path: path).keepsakes() == ["other": "[\"\u{1F99C}\"]"])
  }

  @Test("counts a call as missed that began as seen")
  func becomesMissed() throws {
    let history = try CallHistory(path: ":memory:")
    try history.put(record(1))
    try history.put(record(1, outcome: .missed, isSeen: false))
    #expect(try history.missedCount() == 1)
  }

  @Test("removes a record, and a note is cut at its limit")
  func removes() throws {
    let history = try CallHistory(path: ":memory:")
    try history.put(record(1))
    try history.put(record(2))
    try history.note(String(repeating: "x", count: 5_000), id: "call 2")
    try history.remove(id: "call 1")
    try history.remove(id: "never was")
    let left = try history.newest()
    #expect(left.map(\.id) == ["call 2"])
    #expect(left.first?.note?.count == CallHistory.noteLimit)
  }

  @Test("takes the words of several writers at once")
  func writers() async throws {
    let path = folder["history.db"]
    _ = try CallHistory(path: path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          // As another process would have it: a connection of its own.
          let history = try CallHistory(path: path)
          for number in 0..<50 { try history.put(record(writer * 100 + number)) }
        }
      }
      try await group.waitForAll()
    }
    #expect(try CallHistory(path: path).newest(1_000).count == 200)
  }
}

private func record(
  _ number: Int, outcome: CallRecord.Outcome = .unfinished, isSeen: Bool = true
) -> CallRecord {
  CallRecord(
    id: "call \(number)", accountName: "exchange", system: .botServer, isIncoming: number % 2 == 0,
    party: CallRecord.PartyName(name: "Амина\u{202E} O'Hara", address: "amina"),
    startedAt: WallTime(milliseconds: Int64(number) * 1_000), outcome: outcome, isSeen: isSeen)
}
