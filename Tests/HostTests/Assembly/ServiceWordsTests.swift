import Basics
import Calling
import EndToEnd
import Formats
import Invocation
import LoopGLib
import Media
import Testing

@testable import Assembly

@Suite("What servers are asked for, in words")
struct ServiceWordsTests {
  @Test("fields become the object that an API takes")
  func fields() throws {
    let fields = [
      ("displayName", "Support"), ("isActive", "false"), ("limit", "3"), ("share", "0.5"),
      ("phoneNumber", "+4930123456"), ("code", "007"), ("settings.a.b", "x"),
      ("settings.c", "null"),
    ].map { Field(key: $0, value: $1) }
    let value: JSONValue = [
      "displayName": "Support", "isActive": false, "limit": 3, "share": 0.5,
      "phoneNumber": "+4930123456", "code": "007", "settings": ["a": ["b": "x"], "c": .null],
    ]
    #expect(try FieldTree(fields).value == value)
  }

  @Test("a secret comes from a file that others cannot read")
  func secretField() throws {
    let folder = TemporaryFolder()
    folder.write("s3cret\n", to: "token", mode: 0o600)
    let tree = try FieldTree([Field(key: "token", value: "@\(folder.path)/token")])
    #expect(tree.value == ["token": "s3cret"])
    folder.write("s3cret\n", to: "loose", mode: 0o644)
    #expect(throws: SetupError.self) {
      try FieldTree([Field(key: "token", value: "@\(folder.path)/loose")])
    }
    for key in ["a..b", ".a", "a.b.c.d.e.f.g.h.i"] {
      #expect(throws: SetupError.self) { try FieldTree([Field(key: key, value: "1")]) }
    }
  }

  @Test("a table has its columns below each other, and nothing of a terminal's")
  func table() {
    let table = ServiceTable(
      columns: ["room", "people"], rows: [["Stand\u{1B}[2Jup", "3"], ["Lobby", "12"]], json: .null)
    let lines = Listing.lines(of: table)
    #expect(lines.count == 3)
    #expect(!lines.joined().contains("\u{1B}"))
    #expect(lines[0].hasSuffix("people") && lines[2].hasSuffix("12"))
    let starts = lines.map { line in
      line.lastIndex(of: " ").map { line.distance(from: line.startIndex, to: $0) }
    }
    #expect(Set(starts).count == 1)
    let empty = ServiceTable(
      columns: ["room"], rows: [], json: .array([]), emptiness: "Nobody is in the room.")
    #expect(Listing.lines(of: empty) == ["Nobody is in the room."])
  }

  @Test("contacts and calls have the signs and words in lists that they have on the screen")
  func signs() {
    let room = Contact(
      account: AccountID(1), address: "room:lobby", name: "Lobby", kind: .room,
      presence: .offline, memberCount: 2)
    #expect(Listing.line(room).hasPrefix("# Lobby "))
    #expect(Listing.line(room).hasSuffix("room:lobby  room 2"))
    var call = CallRecord(
      id: "1", accountName: "work", system: .botServer, isIncoming: false,
      party: CallRecord.PartyName(name: "Ann", address: "ann"), startedAt: .now,
      outcome: .noAnswer)
    #expect(Listing.line(call).hasPrefix("✗ ") && Listing.line(call).hasSuffix("  no reply"))
    call.outcome = .unfinished
    #expect(Listing.line(call).hasPrefix("↗ ") && Listing.line(call).hasSuffix("  unfinished"))
  }

  @Test("a call lasts as long in lists as on the screen: its whole seconds")
  func lengths() {
    #expect(Listing.text(.milliseconds(14_700)) == "0:14")
    #expect(Listing.text(.milliseconds(59_999)) == "0:59")
    #expect(Listing.text(.seconds(3_723)) == "1:02:03")
  }

  @Test("statistics have the names of Nexacon's SDK when they are asked for")
  func nexaconNames() throws {
    var statistics = MediaStatistics()
    statistics.packetsReceived = 50
    statistics.packetsLost = 2
    statistics.bytesReceived = 4_000
    statistics.receivedBitrate = 33_000
    statistics.packetsSent = 49
    statistics.bytesSent = 3_900
    let line = JSONLine(
      "statistics", at: WallTime(milliseconds: 5), call: nil,
      JSONLine.nexaconMembers(of: statistics, at: WallTime(milliseconds: 5)))
    let value = try JSONValue(decoding: line.text)
    #expect(value["timestamp"] == 5)
    let audio: JSONValue = [
      "bitrate": 33_000, "packetsReceived": 50, "packetsLost": 2, "bytesReceived": 4_000,
    ]
    #expect(value["audio"] == audio)
    #expect(value["audioOut"] == ["packetsSent": 49, "bytesSent": 3_900])
    #expect(value["video"]?["framesReceived"] == 0)
  }
}
