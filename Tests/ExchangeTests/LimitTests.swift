import Basics
import BotServerWire
import Formats
import Simulation
import Testing
import Transport

@testable import Exchange

@Suite("Exchange: limits")
struct LimitTests {
  @Test("a client's 120 requests at once are answered, the 121st is told when to come again")
  func requests() throws {
    let bench = ExchangeBench()
    let token = try bench.signIn("alice")
    for _ in 0..<120 {
      #expect(try bench.get(BotServerPath.me, token: token).status == 200)
    }
    let refused = try bench.get(BotServerPath.me, token: token)
    #expect(refused.status == 429)
    #expect(refused.errorCode == "rate_limited")
    #expect(refused.fields["Retry-After"] == "1")
    bench.advance(.milliseconds(17))
    #expect(try bench.get(BotServerPath.me, token: token).status == 200)
    // Another client is not held up by it.
    #expect(try bench.get("/healthz", token: nil).status == 200)
  }

  @Test("guessing tokens is slowed down by address")
  func guessing() throws {
    let bench = ExchangeBench()
    for _ in 0..<120 { #expect(try bench.get(BotServerPath.me, token: "x").status == 401) }
    #expect(try bench.get(BotServerPath.me, token: "x").status == 429)
    bench.address = "127.0.0.2"
    #expect(try bench.get(BotServerPath.me, token: "x").status == 401)
  }

  @Test("the limiter remembers a bounded number of clients")
  func limiterBound() {
    var limiter = RateLimiter(perSecond: 1, burst: 2)
    for index in 0..<RateLimiter.capacity * 2 { _ = limiter.take("\(index)", at: .zero) }
    #expect(limiter.count <= RateLimiter.capacity + 1)
    #expect(limiter.take("newcomer", at: .zero) != nil)
    let later = Instant.zero.advanced(by: .seconds(2))
    #expect(limiter.take("newcomer", at: later) == nil)
    #expect(limiter.count == 1)
  }

  @Test("a user has eight sockets, and may open another when one has closed")
  func socketsPerUser() throws {
    let bench = ExchangeBench()
    let token = try bench.signIn("alice")
    let sockets = try (0..<8).map { _ in try bench.connect(token) }
    #expect(throws: SocketRefused(status: 429)) { try bench.connect(token) }
    bench.closeSocket(sockets[0])
    _ = try bench.connect(token)
  }

  @Test("an address of another machine has 64 sockets")
  func socketsPerAddress() throws {
    let bench = ExchangeBench()
    bench.address = "192.0.2.1"
    let tokens = try (0..<9).map { try bench.signIn("user\($0)") }
    for token in tokens.prefix(8) { for _ in 0..<8 { _ = try bench.connect(token) } }
    #expect(throws: SocketRefused(status: 429)) { try bench.connect(tokens[8]) }
    bench.address = "::1"
    _ = try bench.connect(tokens[8])
  }

  @Test("all sockets together have a limit")
  func socketsInAll() throws {
    var settings = ExchangeSettings(admitsGuests: true)
    settings.limits.sockets = 2
    let bench = ExchangeBench(settings: settings)
    let token = try bench.signIn("alice")
    _ = (try bench.connect(token), try bench.connect(token))
    #expect(throws: SocketRefused(status: 429)) { try bench.connect(token) }
  }

  @Test("a message of 64 KiB is read, one more byte closes the socket")
  func messageSize() throws {
    let bench = ExchangeBench()
    let socket = try bench.connect(try bench.signIn("alice"))
    let frame = #"{"type":"ping","x":""}"#
    let fill = String(repeating: "x", count: 65_536 - frame.utf8.count)
    let message = #"{"type":"ping","x":"\#(fill)"}"#
    try bench.send(message, over: socket)
    #expect(bench.closed[socket] == nil)
    try bench.send(message + " ", over: socket)
    #expect(bench.closed[socket] == 1009)
    #expect(bench.exchange.socketCount == 0)
  }

  @Test("240 messages at once are taken, the next closes the socket")
  func messageRate() throws {
    let bench = ExchangeBench()
    let socket = try bench.connect(try bench.signIn("alice"))
    for _ in 0..<240 { try bench.say(.ping, over: socket) }
    #expect(bench.closed[socket] == nil)
    try bench.say(.ping, over: socket)
    #expect(bench.closed[socket] == 1008)
  }

  @Test("32 messages without sense are forgiven, the next closes the socket")
  func faults() throws {
    let bench = ExchangeBench()
    let socket = try bench.connect(try bench.signIn("alice"))
    for _ in 0..<32 { try bench.send("{}", over: socket) }
    #expect(bench.closed[socket] == nil)
    bench.feed(.socketMessage(ExchangeSocketID(socket), .binary([1, 2, 3])))
    #expect(bench.closed[socket] == 1008)
  }

  @Test("a user places eight calls, and takes eight")
  func callsPerUser() throws {
    let bench = ExchangeBench()
    let names = (0..<9).map { "user\($0)" }
    let tokens = try names.map { try bench.signIn($0) }
    let calls = try names.dropFirst().map { try bench.place(to: $0, token: tokens[0]) }
    let ninth = InitiateMessage(type: "audio", participants: ["echo"]).encoded()
    let refused = try bench.post(BotServerPath.initiate, ninth, token: tokens[0])
    #expect(refused.status == 429)
    let toBusy = InitiateMessage(type: "audio", participants: ["user0"]).encoded()
    let busy = try bench.post(BotServerPath.initiate, toBusy, token: tokens[1])
    #expect(busy.status == 409)
    #expect(busy.errorCode == "busy")
    _ = try bench.end(calls[7].callID, token: tokens[0])
    #expect(try bench.post(BotServerPath.initiate, toBusy, token: tokens[1]).status == 201)
  }

  @Test("an attendant has room for ten, then it is busy")
  func attendantLimit() throws {
    let bench = ExchangeBench()
    let (alice, bob) = (try bench.signIn("alice"), try bench.signIn("bob"))
    for index in 0..<10 { _ = try bench.place(to: "Echo", token: index < 5 ? alice : bob) }
    let answer = try bench.post(
      BotServerPath.initiate, ["participants": ["echo"]], token: alice)
    #expect(answer.errorCode == "busy")
  }

  @Test("all calls together have a limit")
  func calls() throws {
    var settings = ExchangeSettings(admitsGuests: true)
    settings.limits.calls = 1
    let bench = ExchangeBench(settings: settings)
    let (alice, _) = (try bench.signIn("alice"), try bench.signIn("bob"))
    _ = try bench.place(to: "bob", token: alice)
    let answer = try bench.post(BotServerPath.initiate, ["participants": ["bob"]], token: alice)
    #expect(answer.status == 429)
    #expect(answer.fields["Retry-After"] == "30")
  }

  @Test("the guest who is longest away makes room for a new one, who is there does not")
  func guests() throws {
    var settings = ExchangeSettings(admitsGuests: true)
    settings.limits.guests = 2
    let bench = ExchangeBench(settings: settings)
    let alice = try bench.signIn("alice")
    _ = try bench.connect(alice)
    bench.advance(.milliseconds(1))
    let bob = try bench.signIn("bob")
    let carol = try bench.signIn("carol")
    #expect(try bench.get(BotServerPath.me, token: alice).status == 200)
    #expect(try bench.get(BotServerPath.me, token: bob).status == 401)
    _ = try bench.connect(carol)
    let full = try bench.post(BotServerPath.guest, ["username": "dave"], token: nil)
    #expect(full.status == 429)
    #expect(bench.store.users.keys.sorted() == ["alice", "carol"])
  }

  @Test("a user has sixteen tokens; the seventeenth revokes the first")
  func tokens() throws {
    let bench = ExchangeBench()
    let tokens = try (0..<17).map { _ in try bench.signIn("alice") }
    #expect(try bench.get(BotServerPath.me, token: tokens[0]).status == 401)
    #expect(try bench.get(BotServerPath.me, token: tokens[1]).status == 200)
    #expect(bench.store.users["alice"]?.tokens.count == 16)
  }

  @Test("64 candidates are kept for a callee, more are refused")
  func candidates() throws {
    let bench = ExchangeBench()
    let (alice, bob) = (try bench.signIn("alice"), try bench.signIn("bob"))
    let a = try bench.connect(alice)
    let call = try bench.place(to: "bob", token: alice)
    try bench.say(.callOffer(callID: call.callID, sdp: "offer"), over: a)
    for index in 0..<80 {
      try bench.say(.iceCandidate(callID: call.callID, candidate: "\(index)"), over: a)
    }
    let news = try bench.news(of: try bench.connect(bob))
    #expect(news.count == 2 + 1 + 64)
  }
}
