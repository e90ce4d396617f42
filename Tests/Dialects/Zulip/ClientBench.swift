import Basics
import Calling
import Formats
import Testing
import Transport
import ZulipClient
import ZulipWire

/// A client, a Zulip that says what the test writes down, and a Jitsi that lets everybody in. Time is
/// the test's.
struct ClientBench {
  private(set) var client: ZulipClient
  private(set) var now = Instant.zero
  /// What Zulip was asked and has not answered, in order.
  private(set) var asked: [(id: RequestID, request: HTTPRequest)] = []
  private(set) var cancelled = 0
  private(set) var notes: [LogEntry] = []
  private var reports: [SignalingReport] = []
  private var room = ScriptedRoom()
  /// What the rooms' sockets will hear next.
  private var waiting: [TransportEvent] = []
  private var isPumping = false
  /// Whether the Jitsi server answers at all.
  var hasJitsi = true
  /// Whether it leaves its clients waiting.
  var isJitsiSilent = false

  static let start = WallTime(milliseconds: 1_790_000_000_000)

  init(secret: String? = "key-1", seed: UInt64 = 7) {
    let account = Account(
      id: AccountID(0), name: "work", system: .zulip, server: "https://chat.example.org",
      username: "ann@example.org", secret: secret.map { Secret($0) })
    client = ZulipClient(account: account, seed: seed, clock: WallClock(Self.start, at: .zero))
  }

  /// A client that is signed in and polls, with everything of that told.
  static func online(
    _ dialect: ZulipDialect = .three, seed: UInt64 = 7, registered: JSONValue = registered
  ) throws -> ClientBench {
    var bench = ClientBench(seed: seed)
    bench.start()
    try bench.reply("GET /users/me", 200, me)
    try bench.answerProbes(dialect)
    try bench.reply("POST /register", 200, registered)
    try bench.settle()
    _ = bench.takeReports()
    return bench
  }

  /// Plays a server of that dialect while it is found out.
  mutating func answerProbes(_ dialect: ZulipDialect) throws {
    if dialect.hasCallEvents {
      return try reply("POST /calls/heartbeat", 404, problem("Call not found"))
    }
    try replyHTML("POST /calls/heartbeat")
    if dialect == .seedC {
      return try reply("GET /calls/history", 200, HistoryPage.none)
    }
    try replyHTML("GET /calls/history")
    let missing = problem("recipient_email is required")
    if dialect == .seedB { return try reply("POST /calls/create", 400, missing) }
    try replyHTML("POST /calls/create")
    if dialect == .seedA { return try reply("POST /calls/initiate", 400, missing) }
    try replyHTML("POST /calls/initiate")
  }

  /// Answers what follows signing in, as far as it is asked.
  mutating func settle() throws {
    let answers: [(String, JSONValue)] = [
      ("GET /users", ["result": "success", "members": .array([me, bob, cleo])]),
      ("GET /realm/presence", ["result": "success", "presences": [:]]),
      ("POST /users/me/presence", ["result": "success", "presences": [:]]),
      ("GET /calls/history", HistoryPage.none),
      ("GET /calls/active", ["result": "success", "active_calls": []]),
    ]
    for (line, body) in answers where questions.contains(line) { try reply(line, 200, body) }
  }

  // MARK: The client's owner

  mutating func start() { perform(client.start(at: now)) }

  mutating func order(_ order: SignalingOrder) { perform(client.carryOut(order, at: now)) }

  mutating func place(_ address: String = "bob@example.org", kind: CallKind = .audio) {
    order(.place(outgoingID, to: address, kind: kind))
  }

  /// Lets time pass; deadlines on the way are met at their own instants.
  mutating func advance(_ duration: Duration) {
    let end = now.advanced(by: duration)
    while let deadline = client.deadline, deadline <= end {
      now = max(now, deadline)
      perform(client.expire(at: now))
    }
    now = end
  }

  mutating func takeReports() -> [SignalingReport] {
    defer { reports = [] }
    return reports
  }

  /// The reports of calls, without what the room tells beside.
  mutating func takeCallReports() -> [SignalingReport] {
    takeReports().filter { report in
      switch report {
      case .participants, .callNotice, .notice, .contacts, .history, .account, .identity: false
      default: true
      }
    }
  }

  // MARK: Zulip

  /// The methods and paths, without query, that wait for an answer.
  var questions: [String] { asked.map { Self.line($0.request) } }

  /// Answers the oldest request of that method and path.
  mutating func reply(
    _ line: String, _ status: Int, _ body: JSONValue, fields: HTTPFields = HTTPFields()
  ) throws {
    let id = try take(line)
    let response = HTTPResponse(status: status, fields: fields, body: Array(body.text.utf8))
    perform(client.receive(.response(id, response), at: now))
  }

  mutating func reply(_ line: String, text: String, status: Int = 200) throws {
    let id = try take(line)
    let response = HTTPResponse(status: status, body: Array(text.utf8))
    perform(client.receive(.response(id, response), at: now))
  }

  mutating func replyHTML(_ line: String) throws {
    try reply(line, text: "<html><body>Not Found</body></html>", status: 404)
  }

  mutating func fail(_ line: String, _ failure: TransportFailure = .unreachable("here")) throws {
    let id = try take(line)
    perform(client.receive(.requestFailed(id, failure), at: now))
  }

  /// The fields of the oldest request of that method and path, of its form or its query.
  func form(_ line: String) throws -> [String: String] {
    let question = try #require(asked.first { Self.line($0.request) == line }, "\(questions)")
    let text =
      question.request.body.isEmpty
      ? String(question.request.url.split(separator: "?").dropFirst().first ?? "")
      : String(decoding: question.request.body, as: UTF8.self)
    return Self.fields(text)
  }

  func request(_ line: String) throws -> HTTPRequest {
    try #require(asked.first { Self.line($0.request) == line }, "\(questions)").request
  }

  private var eventCount = 0

  /// Answers the poll with these events, numbered on.
  mutating func push(_ events: [String: JSONValue]...) throws {
    var list: [JSONValue] = []
    for var event in events {
      event["id"] = .integer(Int64(eventCount))
      eventCount += 1
      list.append(.object(event))
    }
    try reply("GET /events", 200, ["result": "success", "events": .array(list)])
  }

  mutating func push(
    _ kind: CallEventKind, _ callID: String = "call-1", from sender: JSONValue = me,
    reason: String? = nil
  ) throws {
    let isOwn = sender == me
    try push(
      CallEventMessage(
        kind: kind, callID: callID, isVideo: false, sender: ZulipUser(decoding: sender),
        receiver: ZulipUser(decoding: isOwn ? bob : me), state: nil, url: callURL, reason: reason
      ).encoded(in: .three).filter { $0.key != "state" })
  }

  private mutating func take(_ line: String) throws -> RequestID {
    let index = try #require(
      asked.firstIndex { Self.line($0.request) == line }, "\(line) was not asked: \(questions)")
    return asked.remove(at: index).id
  }

  // MARK: The rooms

  /// How many rooms the client is in.
  var roomCount: Int { room.occupied.count }

  /// Somebody comes into the room that was entered last.
  mutating func appear(_ name: String) throws {
    let socket = try #require(room.occupied.last, "the client is in no room")
    hear(room.appear(name, on: socket), on: socket)
  }

  mutating func disappear(_ name: String) throws {
    let socket = try #require(room.occupied.last, "the client is in no room")
    hear(room.disappear(name, on: socket), on: socket)
  }

  private mutating func hear(_ texts: [String], on socket: SocketID) {
    waiting += texts.map { .received(socket, .text($0)) }
    pump()
  }

  private mutating func pump() {
    guard !isPumping else { return }
    isPumping = true
    while !waiting.isEmpty {
      let event = waiting.removeFirst()
      perform(client.receive(event, at: now))
    }
    isPumping = false
  }

  private mutating func perform(_ effects: [DialectEffect]) {
    for effect in effects {
      switch effect {
      case .transport(.request(let id, let request)):
        if request.url.hasPrefix("https://chat.example.org/") {
          asked.append((id, request))
        } else if isJitsiSilent {
          break
        } else if hasJitsi {
          let config = HTTPResponse(status: 200, body: Array("var config = {};".utf8))
          waiting.append(.response(id, config))
        } else {
          waiting.append(.requestFailed(id, .unreachable("meet.example.org")))
        }
      case .transport(.cancel(let id)):
        cancelled += 1
        asked.removeAll { $0.id == id }
      case .transport(.open(let id, _)):
        room.opened(id)
        waiting.append(.opened(id))
      case .transport(.send(let id, .text(let text))):
        waiting += room.answers(to: text, on: id).map { .received(id, .text($0)) }
      case .transport(.send(_, .binary)): Issue.record("a binary message was sent")
      case .transport(.close(let id, _)): room.closed(id)
      case .report(let report): reports.append(report)
      case .note(let entry): notes.append(entry)
      }
    }
    pump()
  }

  private static func line(_ request: HTTPRequest) -> String {
    let path = request.url.split(separator: "/api/v1", maxSplits: 1).last ?? ""
    return "\(request.method.rawValue) \(path.prefix { $0 != "?" })"
  }

  private static func fields(_ text: String) -> [String: String] {
    var fields: [String: String] = [:]
    for pair in text.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1)
      var bytes: [UInt8] = []
      var rest = (halves.count > 1 ? halves[1] : "")[...]
      while let character = rest.popFirst() {
        if character == "%", let byte = UInt8(rest.prefix(2), radix: 16) {
          bytes.append(byte)
          rest = rest.dropFirst(2)
        } else {
          bytes += Array(String(character).utf8)
        }
      }
      fields[String(halves[0])] = String(decoding: bytes, as: UTF8.self)
    }
    return fields
  }
}

// MARK: Words of the script

let me: JSONValue = [
  "user_id": 1, "full_name": "Ann", "email": "ann@example.org", "is_active": true, "is_bot": false,
]
let bob: JSONValue = [
  "user_id": 2, "full_name": "Bob", "email": "bob@example.org", "is_active": true, "is_bot": false,
]
let cleo: JSONValue = [
  "user_id": 3, "full_name": "Cleo", "email": "cleo@example.org", "is_active": true,
  "is_bot": false,
]

let callURL =
  "https://meet.example.org/zulip-call-0123456789ab?userInfo.displayName=Ann&jwt=secret-token"
let openURL = "https://meet.example.org/zulip-call-0123456789ab"

let outgoingID = CallID(account: AccountID(0), isIncoming: false, number: 1)
let incomingID = CallID(account: AccountID(0), isIncoming: true, number: 1)

let registered: JSONValue = RegisteredQueue(
  queueID: "q:1", lastEventID: -1, jitsiServer: "https://meet.example.org"
).encoded()

let created: JSONValue = CreatedCall(
  callID: "call-1", url: callURL, isVideo: false, roomName: "zulip-call-0123456789ab",
  recipient: ZulipUser(decoding: bob), isReceiverOnline: true
).encoded(in: .three)

func problem(_ message: String, code: String? = nil, existing: String? = nil) -> JSONValue {
  ZulipProblem(message, code: code, existingCallID: existing).encoded()
}

extension HistoryPage {
  static var none: JSONValue {
    HistoryPage(calls: [], nextCursor: nil, hasMore: false).encoded(in: .three)
  }
}

func status(
  _ state: ZulipCallState, _ id: String = "call-1", from sender: JSONValue = me,
  in dialect: ZulipDialect = .three, at time: WallTime = ClientBench.start
) -> JSONValue {
  let call = CallStatusMessage(
    callID: id, state: state, url: callURL, isVideo: false, sender: ZulipUser(decoding: sender),
    receiver: ZulipUser(decoding: sender == me ? bob : me), createdAt: time)
  return ["result": "success", "call": call.encoded(in: dialect)]
}

extension SignalingReport {
  var isPlaced: Bool {
    guard case .placed = self else { return false }
    return true
  }
}
