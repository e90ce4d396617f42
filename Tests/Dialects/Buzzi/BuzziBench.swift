import Basics
import BuzziClient
import BuzziWire
import Calling
import Formats
import Testing
import Transport

/// A client, and a server that says what the test writes down. Time is the test's.
struct BuzziBench {
  private(set) var client: BuzziClient
  private(set) var now = Instant.zero
  /// What was asked and has not been answered, in order.
  private(set) var asked: [(id: RequestID, request: HTTPRequest)] = []
  private(set) var opening: [(id: SocketID, url: String)] = []
  /// The socket that was opened last.
  private(set) var socket: SocketID?
  private(set) var reports: [SignalingReport] = []
  private(set) var sent: [(socket: SocketID, text: String)] = []
  private(set) var closed: [SocketID] = []
  private(set) var notes: [LogEntry] = []

  init(
    options: [String: String] = ["chatbot-id": "bot-1", "company-id": "acme"],
    secret: String? = nil, session: String? = nil, seed: UInt64 = 7
  ) {
    let account = Account(
      id: AccountID(0), name: "work", system: .buzzi, server: "https://buzzi.example",
      username: "you@example.org", secret: secret.map { Secret($0) }, options: options,
      secrets: session.map { ["session": Secret($0)] } ?? [:])
    client = BuzziClient(account: account, seed: seed)
  }

  /// A client that is signed in.
  static func online(
    options: [String: String] = ["chatbot-id": "bot-1", "company-id": "acme"],
    secret: String? = nil, session: String? = nil
  ) throws -> BuzziBench {
    var bench = BuzziBench(options: options, secret: secret, session: session)
    bench.start()
    try bench.reply(historyLine, 200, ["history": []])
    _ = bench.takeReports()
    return bench
  }

  /// A client in a call that is up.
  static func inCall(_ revision: Revision = .both) throws -> BuzziBench {
    var bench = try online()
    bench.order(.place(callID, to: "bot:bot-1", kind: .audio))
    try bench.reply(sessionLine, 200, session(revision))
    try bench.openSocket()
    try bench.push(.ready(sessionID: "s-1"), revision)
    try bench.push(.callStarted(callID: "c-1"), revision)
    _ = bench.takeReports()
    _ = bench.takeSent()
    return bench
  }

  // MARK: The client's owner.

  mutating func start() { perform(client.start(at: now)) }

  mutating func order(_ order: SignalingOrder) { perform(client.carryOut(order, at: now)) }

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

  /// The messages that were sent.
  mutating func takeSent() -> [ClientMessage] {
    defer { sent = [] }
    return sent.compactMap { try? ClientMessage(decoding: $0.text) }
  }

  // MARK: The server.

  var questions: [String] { asked.map { Self.line($0.request) } }

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

  mutating func fail(_ line: String) throws {
    let id = try take(line)
    perform(client.receive(.requestFailed(id, .unreachable("here")), at: now))
  }

  func request(_ line: String) throws -> HTTPRequest {
    try #require(asked.first { Self.line($0.request) == line }, "\(questions)").request
  }

  func body(_ line: String) throws -> JSONValue {
    try JSONValue(decoding: try request(line).body)
  }

  mutating func openSocket() throws {
    let id = try #require(opening.first?.id, "no socket is being opened")
    opening.removeFirst()
    socket = id
    perform(client.receive(.opened(id), at: now))
  }

  mutating func refuseSocket(_ failure: TransportFailure) throws {
    let id = try #require(opening.first?.id, "no socket is being opened")
    opening.removeFirst()
    perform(client.receive(.failed(id, failure), at: now))
  }

  mutating func push(_ message: ServerMessage, _ revision: Revision = .both) throws {
    for text in message.encoded(as: revision) { try push(text: text) }
  }

  mutating func push(text: String) throws {
    let id = try #require(socket, "no socket is open")
    perform(client.receive(.received(id, .text(text)), at: now))
  }

  mutating func push(binary: [UInt8]) throws {
    let id = try #require(socket, "no socket is open")
    perform(client.receive(.received(id, .binary(binary)), at: now))
  }

  mutating func closeSocket(_ code: Int, _ reason: String = "") throws {
    let id = try #require(socket, "no socket is open")
    perform(client.receive(.closed(id, code: code, reason: reason), at: now))
  }

  mutating func breakSocket() throws {
    let id = try #require(socket, "no socket is open")
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
      case .transport(.open(let id, let request)): opening.append((id, request.url))
      case .transport(.send(let id, .text(let text))): sent.append((id, text))
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

let callID = CallID(account: AccountID(0), isIncoming: false, number: 1)
let historyLine =
  "GET /api/widget/call/history?chatbotId=bot-1&endUserId=you%40example.org&limit=50"
let sessionLine = "POST /api/widget/call/session"
let endLine = "POST /api/widget/call/s-1/end"

/// The answer to a request for a session, as a server of that revision gives it.
func session(_ revision: Revision, provider: AIProvider = .openAI, id: String = "s-1") -> JSONValue
{
  let url = "wss://buzzi.example/api/widget/call/ws"
  return SessionResponse(
    sessionID: id, callID: "c-1", wsURL: revision == .code ? url + "?sessionId=\(id)" : url,
    aiProvider: provider, voiceConfig: VoiceConfig(), expiresAt: WallTime(milliseconds: 1)
  ).encoded(as: revision)
}

func bytes(_ samples: [Int16]) -> [UInt8] {
  samples.flatMap { sample in
    let bits = UInt16(bitPattern: sample)
    return [UInt8(truncatingIfNeeded: bits), UInt8(bits >> 8)]
  }
}

extension [SignalingReport] {
  /// The words of notices about calls.
  var notices: [String] {
    compactMap { report in
      guard case .callNotice(_, let words) = report else { return nil }
      return words
    }
  }

  /// Why calls have ended.
  var ends: [EndReason] {
    compactMap { report in
      guard case .ended(_, let reason) = report else { return nil }
      return reason
    }
  }

  var sound: [Int16] {
    flatMap { report -> [Int16] in
      guard case .sound(_, let samples) = report else { return [] }
      return samples
    }
  }
}
