import Basics
import Calling
import Formats
import NexaconWire
import Testing

@Suite("What a Nexacon server knows beside calls")
struct ServiceTests {
  @Test("Contacts come with their presence, asked for and told by the stream")
  func contacts() throws {
    var bench = try NexaconBench.signedIn()
    bench.order(.refreshContacts)
    try bench.reply(
      "GET /nx/contacts/", 200,
      [
        "contacts": [
          ["nxid": .string(NexaconBench.ben), "name": "Ben"], ["nxid": "zoe@nx.example"],
        ]
      ])
    try bench.reply(
      "GET /nx/presence/?user=%2B255788811192%40nx.example", 200, ["status": "offline"])
    try bench.reply("GET /nx/presence/?user=zoe%40nx.example", 404)
    bench.hear(
      "<presence xmlns='jabber:client' from='zoe@nx.example/1'><show>away</show></presence>")
    guard case .contacts(let contacts)? = bench.takeReports().last else {
      return #expect(Bool(false), "no contacts")
    }
    #expect(contacts.map(\.address) == ["+255788811192", "zoe"])
    #expect(contacts.map(\.presence) == [.offline, .away])
  }

  @Test(
    "Past calls become records, under any of the names that servers use",
    arguments: [
      "results", "calls", "data", "items",
    ])
  func history(member: String) throws {
    var bench = try NexaconBench.signedIn()
    bench.order(.refreshHistory)
    let entries: JSONValue = [
      [
        "room": "call_1", "status": "ended", "duration_seconds": "65",
        "caller": .string(NexaconBench.me),
        "participants": [.string(NexaconBench.ben)], "started_at": "2026-05-01T10:00:00Z",
        "ended_at": 1_777_629_700,
      ],
      [
        "id": "call_2", "status": "cancelled", "caller": .string(NexaconBench.ben),
        "started_at": 1_777_629_700_000,
      ],
      ["status": "ended"], "nonsense",
    ]
    try bench.reply(
      "GET /nx/call-history/?page=1&page_size=50", 200, .object([member: entries]))
    guard case .history(let records)? = bench.takeReports().last else {
      return #expect(Bool(false), "no history")
    }
    #expect(records.map(\.id) == ["nx/call_1", "nx/call_2"])
    #expect(records.map(\.outcome) == [.answered, .missed])
    #expect(records.map(\.isIncoming) == [false, true])
    #expect(records.first?.duration == .seconds(65))
  }

  @Test("All filters of the history combine")
  func filters() throws {
    var bench = try NexaconBench.signedIn()
    var filter = HistoryFilter()
    filter.from = "2026-05-01"
    filter.to = "2026-05-27"
    filter.kind = "audio"
    filter.status = "ended"
    filter.participant = "+255788811192"
    filter.page = 2
    filter.pageSize = 10
    let id = ServiceID(3)
    bench.order(.serve(id, .history(filter)))
    try bench.reply(
      "GET /nx/call-history/?start_date=2026-05-01&end_date=2026-05-27&call_type=audio"
        + "&status=ended&participant=%2B255788811192&page=2&page_size=10", 200,
      ["results": [["room": "r", "status": "ended"]], "count": 11])
    guard case .answered(id, .table(let table))? = bench.takeReports().last else {
      return #expect(Bool(false), "no table")
    }
    #expect(table.rows.count == 1)
    #expect(table.json["count"] == 11)
  }

  @Test("A call URL is made by the server; what Nexacon lacks is said to be lacking")
  func callURL() throws {
    var bench = try NexaconBench.signedIn()
    bench.order(.serve(ServiceID(1), .callURL(address: "+255788811192", kind: .video)))
    #expect(
      try bench.body("POST /nx/call-url/")
        == ["to": .string(NexaconBench.ben), "type": "video"])
    try bench.reply("POST /nx/call-url/", 200, ["call_url": "https://nx.example/c?room=1"])
    #expect(
      bench.takeReports() == [
        .answered(
          ServiceID(1),
          .done("https://nx.example/c?room=1", ["call_url": "https://nx.example/c?room=1"]))
      ])
    bench.order(.serve(ServiceID(2), .rooms))
    #expect(bench.takeReports() == [.answered(ServiceID(2), .unsupported)])
  }

  @Test("Figures have the names of the vendor's kit")
  func statistics() {
    var statistics = NexaconStatistics()
    statistics.received.bitsPerSecond = 32_000
    statistics.received.packets = 100
    statistics.sent.bytes = 5
    statistics.milliseconds = 9
    #expect(statistics.json["audio"]?["bitrate"] == 32_000)
    #expect(statistics.json["audio"]?["packetsReceived"] == 100)
    #expect(statistics.json["audioOut"]?["bytesSent"] == 5)
    #expect(statistics.json["video"]?["frameWidth"] == 0)
    #expect(statistics.json["timestamp"] == 9)
  }
}
