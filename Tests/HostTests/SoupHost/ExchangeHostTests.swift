import Basics
import BotServerWire
import Exchange
import Formats
import Glibc
import LoopGLib
import NetSoup
import Simulation
import SoupHost
import Testing
import Transport

@Suite("ExchangeHost", .serialized)
struct ExchangeHostTests {
  @Test("does over a port what the exchange must", arguments: ExchangeCase.all)
  func cases(_ example: ExchangeCase) throws { try example.run(on: HostRig()) }

  @Test("listens at IPv6 and tells its real port")
  func ipv6() throws {
    let rig = try HostRig(listen: ListenAddress(host: "::1", port: 0))
    #expect(rig.port != 0)
    #expect(rig.host.url == "http://[::1]:\(rig.port)")
    #expect(try rig.get("/healthz", token: nil).status == 200)
  }

  @Test("says that a port is in use, that an address is not here or is none")
  func cannotListen() throws {
    let rig = try HostRig()
    #expect(throws: HostFailure.portInUse("127.0.0.1:\(rig.port)")) {
      try HostRig(listen: rig.host.address)
    }
    #expect(throws: HostFailure.notHere("203.0.113.9")) {
      try HostRig(listen: ListenAddress(host: "203.0.113.9", port: 0))
    }
    #expect(throws: HostFailure.badAddress("nowhere:0")) {
      try HostRig(listen: ListenAddress(host: "nowhere", port: 0))
    }
    #expect(HostFailure.portInUse("[::1]:80").description.contains("choose another port"))
  }

  @Test(
    "reads addresses",
    arguments: [
      ("127.0.0.1:8077", "127.0.0.1:8077"), ("[::1]:0", "[::1]:0"),
      ("localhost:1", "127.0.0.1:1"), ("9000", "127.0.0.1:9000"), ("0.0.0.0:1", "0.0.0.0:1"),
    ])
  func addresses(text: String, expected: String) throws {
    let address = try ListenAddress(parsing: text)
    #expect(address.description == expected)
    #expect(address.isLoopback == !expected.hasPrefix("0.0"))
  }

  @Test(
    "refuses what is no address", arguments: ["", ":", "x:1", "1.2.3.4:70000", "::1:80", "[::1]"])
  func noAddresses(text: String) {
    #expect(throws: HostFailure.badAddress(text)) { try ListenAddress(parsing: text) }
  }

  @Test("a body of one MiB is read, a larger one is refused, announced or in chunks")
  func bodies() throws {
    let rig = try HostRig()
    let full = HTTPRequest(
      .post, BotServerPath.guest, body: [UInt8](repeating: 32, count: 1 << 20))
    #expect(try rig.request(full).status == 400)
    let large = HTTPRequest(
      .post, BotServerPath.guest, body: [UInt8](repeating: 32, count: 10 << 20))
    let refused = try rig.request(large)
    #expect(refused.status == 413)
    #expect(refused.fields["Connection"] == "close")
    #expect(Answer(refused).errorCode == "too_large")

    let connection = try rig.open()
    connection.write(
      "POST /api/auth/guest HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 32, count: 65_536) + Array("\r\n".utf8)
    for _ in 0..<17 { connection.write(chunk) }
    connection.write("0\r\n\r\n")
    #expect(try connection.readResponse().status == 413)
    #expect(try connection.isEnded())
  }

  @Test(
    "what is refused before the exchange sees it is told in each system's words",
    arguments: [
      ("/api/v1/calls/rooms", "error.message"), ("/api/v1/calls/create", "msg"),
      ("/api/v1.0/nx/call/", "error"), ("/api/widget/call/session", "error"),
      ("/api/webhook/whatsapp", "error"),
    ])
  func wordsOfSystems(path: String, member: String) throws {
    let rig = try HostRig { settings, _ in settings.bodyLimit = 10_000 }
    let answer = Answer(
      try rig.request(HTTPRequest(.post, path, body: [UInt8](repeating: 32, count: 20_000))))
    #expect(answer.status == 413)
    var value: JSONValue? = answer.body
    for name in member.split(separator: ".") { value = value?[String(name)] }
    #expect(value?.string == "A body has at most 10000 bytes.")
  }

  @Test("a body without end is cut off")
  func endlessBody() throws {
    let rig = try HostRig { settings, _ in settings.bodyLimit = 10_000 }
    let connection = try rig.open()
    connection.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 32, count: 65_536) + Array("\r\n".utf8)
    var count = 0
    while count < 2_000, connection.write(chunk) { count += 1 }
    #expect(count < 2_000)
    #expect(try rig.get("/healthz", token: nil).status == 200)
  }

  @Test("heads without end are refused")
  func endlessHead() throws {
    let rig = try HostRig()
    let connection = try rig.open()
    connection.write("GET /healthz HTTP/1.1\r\nHost: x\r\n")
    var isTaken = true
    for index in 0..<2_000 where isTaken {
      isTaken = connection.write(
        Array("X-\(index): \(String(repeating: "x", count: 1_000))\r\n".utf8))
    }
    connection.write("\r\n")
    #expect(try connection.isEnded() || !isTaken)
    #expect(try rig.get("/healthz", token: nil).status == 200)
  }

  @Test(
    "junk instead of a request is refused or cut, and the exchange goes on",
    arguments: [
      "\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /\u{1B}[2J HTTP/1.1\r\nHost: x\r\n\r\n", "GET http://[/ HTTP/1.1\r\n\r\n",
      "POST /api/auth/guest HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
      "POST /api/auth/guest HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
      "GET /ws/meet HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    ])
  func junk(text: String) throws {
    let rig = try HostRig { settings, _ in settings.bodyTime = .seconds(1) }
    do {
      let connection = try rig.open()
      connection.write(text)
      if let response = try? connection.readResponse() { #expect(response.status >= 200) }
    }
    #expect(try rig.get("/healthz", token: nil).status == 200)
  }

  @Test("whoever sends a head or a body too slowly, or nothing, is cut off")
  func slow() throws {
    let rig = try HostRig { settings, _ in
      settings.headTime = .milliseconds(100)
      settings.bodyTime = .milliseconds(100)
    }
    let (silent, slow, slower) = (try rig.open(), try rig.open(), try rig.open())
    slow.write("GET /healthz HTTP/1.1\r\nHo")
    slower.write("POST /api/auth/guest HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
    for connection in [silent, slow, slower] {
      #expect(throws: Never.self) { try connection.isEnded() }
    }
  }

  @Test("holds no more connections than it may, and has room again when they are gone")
  func connectionLimit() throws {
    let rig = try HostRig { settings, _ in settings.connectionLimit = 4 }
    var held = try (0..<4).map { _ in try rig.open() }
    #expect(try rig.open().isEnded())
    held = []
    _ = held
    try eventually { try rig.get("/healthz", token: nil).status == 200 }
    let token = try rig.signIn("alice")
    for _ in 0..<20 {
      // Sockets and requests, ended in every way, leave nothing behind.
      let socket = try rig.connect(token)
      rig.closeSocket(socket)
      try eventually { try rig.get("/healthz", token: nil).status == 200 }
      let connection = try rig.open()
      connection.write("GET /hea")
    }
  }

  @Test("HEAD has a head and no body, and every connection ends with its response")
  func head() throws {
    let rig = try HostRig()
    for method in ["HEAD", "GET"] {
      let connection = try rig.open()
      connection.write("\(method) /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
      let response = try connection.readResponse(hasBody: method == "GET")
      #expect(response.status == 200)
      #expect(response.fields["Connection"] == "close")
      #expect(try connection.isEnded())
    }
  }

  @Test("says what is wrong with a certificate")
  func badCertificate() throws {
    #expect(
      throws: HostFailure.badCertificate(
        path: "/nowhere.pem", reason: "no key is named; give both files")
    ) { try HostRig { settings, _ in settings.certificate = "/nowhere.pem" } }
    #expect(throws: HostFailure.self) {
      try HostRig { settings, _ in
        settings.certificate = "/nowhere.pem"
        settings.key = "/nowhere.key"
      }
    }
  }

  @Test("serves requests and sockets over TLS, and nobody who speaks plainly")
  func tls() async throws {
    let identity = try TestCertificate()
    let rig = try HostRig { settings, _ in
      settings.certificate = identity.path
      settings.key = identity.keyPath
    }
    #expect(rig.host.url == "https://127.0.0.1:\(rig.port)")
    let end = TransportEnd(settings: TransportSettings(caFile: identity.path))
    defer { end.stop() }
    let body = Array(#"{"username":"alice"}"#.utf8)
    let answer = await end.ask(
      1, HTTPRequest(.post, rig.host.url + BotServerPath.guest, body: body))
    guard case .response(_, let response)? = answer, response.status == 200,
      let token = Answer(response).body["token"]?.string
    else { throw CaseFailure("it was answered \(String(describing: answer))") }
    let opened = await end.open(
      1, SocketRequest(rig.host.url + BotServerPath.events + "?token=" + token))
    #expect(opened == .opened(SocketID(1)))
    end.perform(.send(SocketID(1), .text(MeetMessage.ping.encoded())))
    let pong = await end.event {
      $0 == .received(SocketID(1), .text(MeetMessage.pong.encoded()))
    }
    #expect(pong != nil)

    let plain = try rig.open()
    plain.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try plain.isEnded())
  }

  @Test("orders to attendants go out, their reports come in")
  func attendants() throws {
    let rig = try HostRig()
    let alice = try rig.signIn("alice")
    let socket = try rig.connect(alice)
    let call = try rig.place(to: "echo", token: alice)
    try rig.say(.callOffer(callID: call.callID, sdp: "offer"), over: socket)
    _ = try rig.news(of: socket)
    let invitation = AttendantOrder.invite(
      callID: call.callID, attendant: "echo",
      caller: AttendantGuest(userID: "alice", name: "alice"), offer: "offer")
    #expect(rig.events.withLock { $0.contains(.attendant(invitation)) })
    rig.host.take(.accept(callID: call.callID))
    try eventually { try rig.status(of: call.callID, token: alice) == .active }
  }

  @Test("a call rings out by the real clock")
  func ringsOut() throws {
    let rig = try HostRig { _, exchange in exchange.ringTime = .milliseconds(50) }
    let (alice, _) = (try rig.signIn("alice"), try rig.signIn("bob"))
    let call = try rig.place(to: "bob", token: alice)
    try eventually { try rig.status(of: call.callID, token: alice) == .missed }
  }
}

@Suite("ExchangeHost: sockets", .serialized)
struct ExchangeHostSocketTests {
  @Test("a message of 64 KiB is taken in fragments too, a larger one closes with 1009")
  func messages() throws {
    let rig = try HostRig()
    let token = try rig.signIn("alice")
    let socket = rig[try rig.connect(token)]
    _ = try socket.receive()
    let ping = Array(#"{"type":"ping"}"#.utf8)
    let padding = [UInt8](repeating: 32, count: 65_536 - ping.count)
    #expect(socket.send(1, ping, isFinal: false))
    #expect(socket.send(0, padding))
    #expect(try socket.receive() == MeetMessage.pong.encoded())
    #expect(socket.send(1, ping, isFinal: false))
    #expect(socket.send(0, padding, isFinal: false))
    #expect(socket.send(0, [32]))
    #expect(try socket.readToClose() == 1_009)
    try eventually { try rig.metric("tipring_sockets") == 0 }
  }

  @Test("10 MB in one frame, and fragments without end, close the socket and cost no memory")
  func endless() throws {
    let rig = try HostRig()
    let token = try rig.signIn("alice")
    let whole = rig[try rig.connect(token)]
    whole.send(2, [UInt8](repeating: 1, count: 10 << 20))
    #expect(try whole.readToClose() != 1_000)
    let pieces = rig[try rig.connect(token)]
    pieces.send(2, [1], isFinal: false)
    var count = 0
    while count < 5_000, pieces.send(0, [UInt8](repeating: 1, count: 60_000), isFinal: false) {
      count += 1
    }
    #expect(count < 5_000)
    #expect(try rig.get("/healthz", token: nil).status == 200)
  }

  @Test("what is no text, not masked or compressed closes the socket with its code")
  func faults() throws {
    let rig = try HostRig()
    let token = try rig.signIn("alice")
    for (bytes, code) in [
      ([0x81, 0x02, 0x7B, 0x7D], 1_002), ([0xC1, 0x80, 0, 0, 0, 0], 1_002),
      ([0x81, 0x81, 0, 0, 0, 0, 0xFF], 1_007),
    ] as [([UInt8], Int)] {
      let socket = rig[try rig.connect(token)]
      socket.connection.write(bytes)
      #expect(try socket.readToClose() == code)
    }
  }

  @Test("a socket that is taken and left at once is told why")
  func goodbyeAtOnce() throws {
    let rig = try HostRig()
    let socket = try rig.openSocket(HTTPRequest(.get, "/api/widget/call/ws"))
    #expect(throws: CaseFailure.self) { try rig.receive(from: socket) }
    #expect(rig[socket].closeCode == 4000)
  }

  @Test("a goodbye is answered with its code")
  func goodbye() throws {
    let rig = try HostRig()
    let socket = rig[try rig.connect(try rig.signIn("alice"))]
    socket.send(0x8, [0x03, 0xE8])
    #expect(try socket.readToClose() == 1_000)
    #expect(try socket.connection.isEnded())
    try eventually { try rig.metric("tipring_sockets") == 0 }
  }

  @Test("a ping is answered, and one who vanishes is missed")
  func pingAndVanish() throws {
    let rig = try HostRig()
    let token = try rig.signIn("alice")
    let id = try rig.connect(token)
    _ = try rig[id].receive()
    rig[id].send(0x9, [1, 2, 3])
    let pong = try rig[id].readFrame()
    #expect(pong?.opcode == 0xA && pong?.payload == [1, 2, 3])
    rig.closeSocket(id)
    try eventually { try rig.metric("tipring_sockets") == 0 }
  }

  @Test("a client that does not read is dropped when its backlog is full, others are served")
  func backlog() throws {
    let rig = try HostRig { settings, exchange in
      settings.backlogLimit = 100_000
      exchange.limits.messagesPerSecond = 1e6
      exchange.limits.messageBurst = 1e6
    }
    let (alice, bob) = (try rig.signIn("alice"), try rig.signIn("bob"))
    let (a, b) = (try rig.connect(alice), try rig.connect(bob))
    let call = try rig.place(to: "bob", token: alice)
    _ = try rig.respond(call.callID, .accept, token: bob)
    let words = MeetMessage.transcription(
      TranscriptionMessage(
        callID: call.callID, participantID: "alice", displayName: "",
        text: String(repeating: "x", count: 60_000), isFinal: true, at: nil))
    for _ in 0..<400 { try rig.say(words, over: a) }
    _ = try rig.news(of: a)
    try eventually { try rig.metric("tipring_sockets") == 1 }
    _ = b
  }

  @Test("ten thousand damaged messages, and damaged frames, leave the exchange at work")
  func damaged() throws {
    let rig = try HostRig { _, exchange in
      exchange.limits.messagesPerSecond = 1e6
      exchange.limits.messageBurst = 1e6
      exchange.limits.faultsPerSocket = .max
      exchange.limits.requestBurst = 1e6
      exchange.limits.socketsPerUser = 1_000
      exchange.limits.socketsPerAddress = 1_000
    }
    let token = try rig.signIn("alice")
    var generator = SeededGenerator(seed: 11)
    let socket = rig[try rig.connect(token)]
    let model = Array(MeetMessage.callOffer(callID: "call_0", sdp: "v=0").encoded().utf8)
    for _ in 0..<10_000 {
      var bytes = model
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(
        in: 32...126, using: &generator)
      socket.send(1, bytes)
    }
    socket.send(#"{"type":"ping"}"#)
    while try socket.receive() != MeetMessage.pong.encoded() {}
    for _ in 0..<200 {
      let other = try PlainSocket(
        "127.0.0.1", rig.port,
        HTTPRequest(.get, BotServerPath.events, fields: ["Authorization": "Bearer \(token)"]))
      other.connection.write((0..<200).map { _ in .random(in: .min ... .max, using: &generator) })
    }
    try eventually { try rig.metric("tipring_sockets") == 1 }
  }

  @Test("an exchange that ends says goodbye")
  func ends() throws {
    let rig = try HostRig()
    let socket = rig[try rig.connect(try rig.signIn("alice"))]
    rig.host.stop()
    #expect(try socket.readToClose() == 1_001)
  }

  @Test("an exchange that has ended leaves its port to the next, and nothing in memory")
  func leavesNothing() throws {
    var rig: HostRig? = try HostRig()
    weak let host = rig?.host
    let address = try #require(rig?.host.address)
    let token = try rig?.signIn("alice")
    let socket = try rig?.connect(token ?? "")
    _ = try rig?.open()
    #expect(socket != nil)
    host?.stop()
    try eventually { (try? PlainConnection(address.host, address.port)) == nil }
    let next = try HostRig(listen: address)
    #expect(try next.get("/healthz", token: nil).status == 200)
    rig = nil
    #expect(host == nil)
  }
}
