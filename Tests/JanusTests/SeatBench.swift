import Basics
import Calling
import Formats
import Janus
import SDP
import Testing

/// A seat, and a Janus server that says what the test writes down.
struct SeatBench {
  private(set) var seat: JanusSeat
  private(set) var now = Instant.zero
  private var generator = SeededGenerator(seed: 3)
  private(set) var isOpen = false
  private(set) var openCount = 0
  private(set) var sent: [JSONValue] = []
  private(set) var reports: [JanusSeat.Report] = []
  private(set) var notes: [String] = []

  init() {
    seat = JanusSeat(
      JanusPlace(
        url: "ws://janus:8188", room: .number(1_234), pin: Secret("pin"), token: Secret("token"),
        displayName: "You"))
    perform(seat.start(at: now))
  }

  /// Somebody who sits in the room with Bob.
  static func joined() throws -> SeatBench {
    var bench = SeatBench()
    bench.opened()
    try bench.answer(["janus": "success", "data": ["id": 11]])
    try bench.answer(["janus": "success", "data": ["id": 22]])
    try bench.event([
      "audiobridge": "joined", "room": 1_234, "id": 7,
      "participants": [["id": 8, "display": "Bob", "setup": true, "muted": false]],
    ])
    bench.sent = []
    bench.reports = []
    return bench
  }

  // MARK: The owner

  mutating func opened() { perform(seat.opened(at: now)) }
  mutating func lost() {
    isOpen = false
    perform(seat.lost("It broke.", at: now, using: &generator))
  }
  mutating func describe(_ description: SessionDescription) {
    perform(seat.describe(description, at: now))
  }
  mutating func candidate(_ candidate: Candidate) { perform(seat.candidate(candidate, at: now)) }
  mutating func endOfCandidates() { perform(seat.endOfCandidates(at: now)) }
  mutating func mute(_ isMuted: Bool) { perform(seat.mute(isMuted, at: now)) }
  mutating func leave() { perform(seat.leave(at: now)) }

  mutating func advance(_ duration: Duration, acknowledging: Bool = true) {
    let end = now.advanced(by: duration)
    while let deadline = seat.deadline, deadline <= end {
      now = max(now, deadline)
      let count = sent.count
      perform(seat.expire(at: now, using: &generator))
      for message in sent[min(count, sent.count)...] where acknowledging {
        receive(["janus": "ack", "transaction": message["transaction"] ?? .null])
      }
    }
    now = end
  }

  mutating func takeSent() -> [JSONValue] {
    defer { sent = [] }
    return sent
  }

  mutating func takeReports() -> [JanusSeat.Report] {
    defer { reports = [] }
    return reports
  }

  // MARK: The server

  mutating func receive(_ text: String) { perform(seat.received(text, at: now)) }
  mutating func receive(_ message: JSONValue) { receive(message.text) }

  /// Answers the last request.
  mutating func answer(_ message: JSONValue) throws {
    var members = message.object ?? [:]
    members["transaction"] = try #require(sent.last?["transaction"])
    receive(.object(members))
  }

  /// An event of the plugin, as the answer to the last request.
  mutating func event(_ data: JSONValue, jsep: JSONValue? = nil) throws {
    try answer(
      .members([
        "janus": "event", "sender": 22, "plugindata": ["data": data], "jsep": jsep,
      ]))
  }

  /// An event that nobody asked for.
  mutating func push(_ data: JSONValue) {
    receive(["janus": "event", "sender": 22, "plugindata": ["data": data]])
  }

  private mutating func perform(_ effects: [JanusSeat.Effect]) {
    for effect in effects {
      switch effect {
      case .open:
        isOpen = true
        openCount += 1
      case .send(let text):
        #expect(isOpen, "a message without a socket")
        if let value = try? JSONValue(decoding: text) { sent.append(value) }
      case .close: isOpen = false
      case .report(let report): reports.append(report)
      case .note(let words): notes.append(words)
      }
    }
  }
}

let offer = SessionDescription(
  origin: .init(sessionID: 1, version: 1, address: "127.0.0.1"),
  media: [
    MediaSection(kind: "audio", port: 9, transportProtocol: "UDP/TLS/RTP/SAVPF", formats: ["111"])
  ])

func candidate(_ port: UInt16) -> Candidate {
  Candidate(
    foundation: "1", component: 1, transport: "udp", priority: 1, address: "127.0.0.1", port: port,
    kind: .host)
}

let you = Participant(id: "7", name: "You", isSelf: true)
let bob = Participant(id: "8", name: "Bob")
