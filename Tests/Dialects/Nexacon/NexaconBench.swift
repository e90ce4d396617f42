import Basics
import Calling
import Formats
import NexaconClient
import NexaconWire
import SDP
import Testing
import Transport
import XMPP

/// A client, and a server that says what the test writes down. Time is the test's.
struct NexaconBench {
  private(set) var client: NexaconClient
  private(set) var now = Instant.zero
  /// What was asked and has not been answered, in order.
  private(set) var asked: [(id: RequestID, request: HTTPRequest)] = []
  private(set) var opening: [(id: SocketID, request: SocketRequest)] = []
  private(set) var socket = SocketID(0)
  private(set) var reports: [SignalingReport] = []
  /// What went over the stream.
  private(set) var sent: [XMLElement] = []
  private(set) var closed: [SocketID] = []
  private(set) var notes: [LogEntry] = []
  /// What the client wants to be told when it is made anew.
  private(set) var keepsake: String?

  /// Whether the server answers pings while time passes.
  var isAlive = true

  init(secret: String? = nil, keys: Bool = true, seed: UInt64 = 7) {
    var account = Account(
      id: AccountID(0), name: "nx", system: .nexacon, server: "https://nx.example",
      username: "+255788811191", secret: secret.map { Secret($0) })
    if keys {
      account.secrets = ["api-key": Secret("public"), "secret-key": Secret("private")]
    }
    client = NexaconClient(
      account: account, seed: seed, clock: WallClock(WallTime(milliseconds: Self.began), at: .zero))
  }

  /// A client that is signed in, with everything of that told.
  static func signedIn(seed: UInt64 = 7) throws -> NexaconBench {
    var bench = NexaconBench(seed: seed)
    bench.start()
    try bench.reply("POST /nexacon-auth/nxm-token/", 200, tokenAnswer)
    try bench.bringStreamUp()
    try bench.reply(
      "GET /nx/contacts/", 200, ["contacts": [["nxid": .string(ben), "name": "Ben"]]])
    try bench.reply("GET /nx/presence/?user=%2B255788811192%40nx.example", 200, ["online": true])
    try bench.reply("GET /nx/call-history/?page=1&page_size=50", 200, ["results": []])
    _ = bench.takeReports()
    _ = bench.takeSent()
    return bench
  }

  // MARK: The client's owner.

  mutating func restore(_ keepsake: String) { client.restore(keepsake) }

  mutating func start() { perform(client.start(at: now)) }

  mutating func order(_ order: SignalingOrder) { perform(client.carryOut(order, at: now)) }

  mutating func advance(_ duration: Duration) {
    let end = now.advanced(by: duration)
    while let deadline = client.deadline, deadline <= end {
      now = max(now, deadline)
      perform(client.expire(at: now))
      if isAlive, let ping = sent.last, ping.child("ping", XMPPNamespace.ping) != nil {
        sent.removeLast()
        hear("<iq xmlns='jabber:client' type='result' id='\(ping["id"] ?? "")'/>")
      }
    }
    now = end
  }

  mutating func takeReports() -> [SignalingReport] {
    defer { reports = [] }
    return reports
  }

  mutating func takeSent() -> [XMLElement] {
    defer { sent = [] }
    return sent
  }

  /// What was said to phones, and to which address.
  mutating func takeSignals() -> [(to: String, signal: SignalMessage)] {
    takeSent().compactMap { stanza in
      guard let body = stanza.child("body")?.text, let signal = try? SignalMessage(decoding: body)
      else { return nil }
      return (stanza["to"] ?? "", signal)
    }
  }

  // MARK: The server.

  /// The methods and paths that wait for an answer.
  var questions: [String] { asked.map { Self.line($0.request) } }

  mutating func reply(
    _ line: String, _ status: Int, _ body: JSONValue = .null, fields: HTTPFields = HTTPFields()
  ) throws {
    let bytes = body == .null ? [] : Array(body.text.utf8)
    let id = try take(line)
    perform(
      client.receive(
        .response(id, HTTPResponse(status: status, fields: fields, body: bytes)), at: now))
  }

  mutating func fail(_ line: String) throws {
    let id = try take(line)
    perform(client.receive(.requestFailed(id, .unreachable("here")), at: now))
  }

  func body(_ line: String) throws -> JSONValue {
    let question = try #require(asked.first { Self.line($0.request) == line }, "\(questions)")
    return try JSONValue(decoding: question.request.body)
  }

  mutating func hear(_ text: String) {
    perform(client.receive(.received(socket, .text(text)), at: now))
  }

  mutating func breakSocket() {
    perform(client.receive(.failed(socket, .broken("reset")), at: now))
  }

  mutating func openSocket() throws {
    socket = try #require(opening.first?.id, "no socket is being opened")
    opening.removeFirst()
    perform(client.receive(.opened(socket), at: now))
  }

  /// As far as the question who one is.
  mutating func offerMechanisms() throws {
    try openSocket()
    hear(Self.openText)
    hear(
      Self.features(
        "<mechanisms xmlns='\(XMPPNamespace.sasl)'><mechanism>PLAIN</mechanism></mechanisms>"))
  }

  mutating func bringStreamUp() throws {
    try offerMechanisms()
    finishStream()
  }

  mutating func finishStream() {
    hear("<success xmlns='\(XMPPNamespace.sasl)'/>")
    hear(Self.openText)
    hear(Self.features("<bind xmlns='\(XMPPNamespace.bind)'/>"))
    let id = sent.last { $0.name == "iq" }?["id"] ?? ""
    hear(
      """
      <iq xmlns='jabber:client' type='result' id='\(id)'><bind xmlns='\(XMPPNamespace.bind)'>\
      <jid>\(Self.me)/nexacon_1</jid></bind></iq>
      """)
  }

  /// Somebody's phone says something.
  mutating func say(
    _ signal: SignalMessage, from: String, id: String = "m1", extra: String = ""
  ) {
    say(body: signal.encoded(at: Self.began), from: from, id: id, extra: extra)
  }

  mutating func say(body: String, from: String, id: String = "m1", extra: String = "") {
    let message = XMLElement(
      "message", XMPPNamespace.client, ["type": "chat", "from": from, "id": id],
      [
        XMLElement("body", XMPPNamespace.client, text: body),
        XMLElement("request", XMPPNamespace.receipts),
      ])
    hear(message.encoded().replacing("</message>", with: extra + "</message>"))
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
      case .transport(.send(_, .text(let text))):
        if let element = try? XMLElement(decoding: text) { sent.append(element) }
      case .transport(.send): Issue.record("Nexacon has no binary messages.")
      case .transport(.close(let id, _)): closed.append(id)
      case .report(.keepsake(let text)): keepsake = text
      case .report(let report): reports.append(report)
      case .note(let entry): notes.append(entry)
      }
    }
  }

  private static func line(_ request: HTTPRequest) -> String {
    let path = request.url.replacing("https://nx.example/api/v1.0", with: "")
    return "\(request.method.rawValue) \(path)"
  }

  private static func features(_ inside: String) -> String {
    "<stream:features xmlns:stream='\(XMPPNamespace.streams)'>\(inside)</stream:features>"
  }

  static let began: Int64 = 1_790_000_000_000
  static let me = "+255788811191@nx.example"
  static let ben = "+255788811192@nx.example"
  static let openText = "<open xmlns='\(XMPPNamespace.framing)' from='nx.example' version='1.0'/>"
  static let tokenAnswer: JSONValue = [
    "token": "token-1", "refresh_token": "refresh-1", "jid": "+255788811191@nx.example",
    "nxws": "wss://nx.example/nx-websocket/", "expires_in_seconds": "31536000",
  ]
  static let id = CallID(account: AccountID(0), isIncoming: false, number: 1)
  static let sdp = """
    v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\n
    """
  static var description: SessionDescription {
    get throws { try SessionDescription(decoding: sdp) }
  }
  static var offer: SessionDescription {
    get throws { try SessionDescription(decoding: sdp + "a=setup:actpass\r\n") }
  }
  static var answer: SessionDescription {
    get throws { try SessionDescription(decoding: sdp + "a=setup:active\r\n") }
  }
  static let candidateLine = "candidate:1 1 udp 2130706431 192.0.2.1 50000 typ host"
}
