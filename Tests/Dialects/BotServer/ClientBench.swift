import Basics
import BotServerClient
import BotServerWire
import Calling
import Formats
import SDP
import Testing
import Transport

/// A client, and a server that says what the test writes down. Time is the test's.
struct ClientBench {
  private(set) var client: BotServerClient
  private(set) var now = Instant.zero
  /// What was asked and has not been answered, in order.
  private(set) var asked: [(id: RequestID, request: HTTPRequest)] = []
  private(set) var opening: [(id: SocketID, request: SocketRequest)] = []
  private(set) var socket: SocketID?
  private var reports: [SignalingReport] = []
  private var sent: [MeetMessage] = []
  private(set) var closed: [SocketID] = []
  private(set) var notes: [LogEntry] = []
  /// Whether the server answers pings while time passes.
  var isAlive = true

  init(secret: String? = "token-1", server: String = "http://127.0.0.1:8077", seed: UInt64 = 7) {
    let account = Account(
      id: AccountID(0), name: "work", system: .botServer, server: server, username: "you",
      secret: secret.map { Secret($0) })
    client = BotServerClient(account: account, seed: seed)
  }

  /// A client that is signed in, with its socket up and everything of that told.
  static func signedIn(
    secret: String? = "token-1", server: String = "http://127.0.0.1:8077", rooms: [JSONValue] = []
  ) throws -> ClientBench {
    var bench = ClientBench(secret: secret, server: server)
    bench.start()
    if secret == nil {
      try bench.reply("POST /api/auth/guest", 200, ["username": "you", "token": "guest-1"])
    }
    try bench.reply("GET /api/users/me", 200, me)
    try bench.reply("GET /api/users?limit=100", 200, ["users": .array([me, bob, echo])])
    try bench.reply("GET /api/v1/calls/rooms", 200, ["rooms": .array(rooms), "total": 1])
    try bench.reply("GET /api/v1/calls/history?limit=100", 200, ["calls": []])
    try bench.openSocket()
    _ = bench.takeReports()
    _ = bench.takeSent()
    return bench
  }

  // MARK: The client's owner.

  mutating func start() { perform(client.start(at: now)) }

  mutating func order(_ order: SignalingOrder) { perform(client.carryOut(order, at: now)) }

  mutating func networkChanged(losesConnections: Bool) {
    perform(client.networkChanged(losesConnections: losesConnections, at: now))
  }

  /// Lets time pass; deadlines on the way are met at their own instants.
  mutating func advance(_ duration: Duration) {
    let end = now.advanced(by: duration)
    while let deadline = client.deadline, deadline <= end {
      now = max(now, deadline)
      perform(client.expire(at: now))
      if isAlive, let socket, sent.last == .ping {
        perform(client.receive(.received(socket, .text(MeetMessage.pong.encoded())), at: now))
        sent.removeLast()
      }
    }
    now = end
  }

  mutating func takeReports() -> [SignalingReport] {
    defer { reports = [] }
    return reports
  }

  mutating func takeSent() -> [MeetMessage] {
    defer { sent = [] }
    return sent
  }

  // MARK: The server.

  /// The methods and paths that wait for an answer.
  var questions: [String] { asked.map { Self.line($0.request) } }

  /// Answers the oldest request of that method and path.
  mutating func reply(
    _ line: String, _ status: Int, _ body: JSONValue = .null, fields: HTTPFields = HTTPFields()
  ) throws {
    let bytes = body == .null ? [] : Array(body.text.utf8)
    try reply(line, HTTPResponse(status: status, fields: fields, body: bytes))
  }

  mutating func reply(_ line: String, _ response: HTTPResponse) throws {
    let id = try take(line)
    perform(client.receive(.response(id, response), at: now))
  }

  mutating func fail(_ line: String, _ failure: TransportFailure = .unreachable("here")) throws {
    let id = try take(line)
    perform(client.receive(.requestFailed(id, failure), at: now))
  }

  /// The body of the oldest request of that method and path.
  func body(_ line: String) throws -> JSONValue {
    let question = try #require(asked.first { Self.line($0.request) == line }, "\(questions)")
    return try JSONValue(decoding: question.request.body)
  }

  mutating func openSocket() throws {
    let id = try #require(opening.first?.id, "no socket is being opened")
    opening.removeFirst()
    socket = id
    perform(client.receive(.opened(id), at: now))
  }

  mutating func refuseSocket(_ failure: TransportFailure = .unreachable("here")) throws {
    let id = try #require(opening.first?.id, "no socket is being opened")
    opening.removeFirst()
    perform(client.receive(.failed(id, failure), at: now))
  }

  /// A socket beside the events socket cannot be opened, or breaks.
  mutating func fail(socket id: SocketID) {
    opening.removeAll { $0.id == id }
    perform(client.receive(.failed(id, .unreachable("there")), at: now))
  }

  mutating func push(_ message: MeetMessage) throws { try push(text: message.encoded()) }

  mutating func push(text: String) throws {
    let id = try #require(socket, "no socket is open")
    perform(client.receive(.received(id, .text(text)), at: now))
  }

  mutating func push(binary: [UInt8]) throws {
    let id = try #require(socket, "no socket is open")
    perform(client.receive(.received(id, .binary(binary)), at: now))
  }

  mutating func breakSocket() throws {
    let id = try #require(socket, "no socket is open")
    socket = nil
    perform(client.receive(.failed(id, .broken("reset")), at: now))
  }

  private mutating func take(_ line: String) throws -> RequestID {
    let index = try #require(
      asked.firstIndex { Self.line($0.request) == line }, "\(line) was not asked: \(questions)")
    return asked.remove(at: index).id
  }

  private mutating func perform(_ effects: [DialectEffect]) {
    for effect in effects {
      switch effect {
      case .transport(.request(let id, let request)): asked.append((id, request))
      case .transport(.cancel(let id)): asked.removeAll { $0.id == id }
      case .transport(.open(let id, let request)): opening.append((id, request))
      case .transport(.send(let id, .text(let text))):
        #expect(id == socket, "a message went to a socket that is not open")
        if let message = try? MeetMessage(decoding: text) { sent.append(message) }
      case .transport(.send(_, .binary)): Issue.record("a binary message was sent")
      case .transport(.close(let id, _)): closed.append(id)
      case .report(let report): reports.append(report)
      case .note(let entry): notes.append(entry)
      }
    }
  }

  private static func line(_ request: HTTPRequest) -> String {
    let afterScheme = request.url.split(separator: "//", maxSplits: 1).last ?? ""
    return "\(request.method.rawValue) \(afterScheme.drop { $0 != "/" })"
  }
}

// MARK: Words of the script.

let me: JSONValue = [
  "user_id": "you", "username": "you", "display_name": "You", "status": "online",
  "roles": ["user"],
]
let bob: JSONValue = [
  "user_id": "bob", "username": "bob", "display_name": "Bob", "status": "away", "roles": ["user"],
]
let echo: JSONValue = [
  "user_id": "echo", "username": "echo", "display_name": "Echo", "status": "online",
  "roles": ["bot"], "about": "repeats you",
]

let outgoingID = CallID(account: AccountID(0), isIncoming: false, number: 1)
let incomingID = CallID(account: AccountID(0), isIncoming: true, number: 1)

/// A call between `you` and `bob`.
func call(
  _ status: CallMessage.Status, id: String = "call_1", from host: String = "you",
  endReason: String? = nil, startedAt: WallTime? = nil, media: MediaMessage? = p2p
) -> CallMessage {
  let other = host == "you" ? "bob" : "you"
  return CallMessage(
    callID: id, type: "audio", kind: "one_to_one", status: status,
    participants: [participant(host, "host"), participant(other, "participant")],
    createdAt: WallTime(milliseconds: 5_000), startedAt: startedAt, endReason: endReason,
    media: media)
}

func participant(_ id: String, _ role: String) -> ParticipantMessage {
  ParticipantMessage(
    userID: id, displayName: id == "you" ? "You" : "Bob", role: role, isBot: false, audio: true,
    video: false, joinedAt: nil)
}

let p2p = MediaMessage(
  kind: "p2p",
  iceServers: [
    IceServerMessage(
      urls: ["turn:t.example.org:3478?transport=tcp", "nonsense"], username: "u", credential: "c"),
    IceServerMessage(urls: ["stun:s.example.org"]),
  ], eventsURL: nil)

/// A description; with another setup role than `actpass`, an answer.
func description(_ number: UInt64, _ setup: SetupRole = .actpass) -> SessionDescription {
  SessionDescription(
    origin: .init(sessionID: number, version: 1, address: "127.0.0.1"),
    media: [
      MediaSection(
        kind: "audio", port: 9, transportProtocol: "UDP/TLS/RTP/SAVPF", formats: ["111"],
        attributes: [Attribute("setup", setup.rawValue)])
    ])
}

func candidate(_ port: UInt16) -> Candidate {
  Candidate(
    foundation: "1", component: 1, transport: "udp", priority: 2_130_706_431, address: "127.0.0.1",
    port: port, kind: .host)
}

func error(_ code: String, _ message: String) -> JSONValue {
  ErrorMessage(code: code, message: message).encoded()
}
