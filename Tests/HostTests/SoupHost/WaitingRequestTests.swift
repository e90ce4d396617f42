import Basics
import BotServerWire
import EndToEnd
import Exchange
import Glibc
import LoopGLib
import NetSoup
import Simulation
import SoupHost
import Testing
import Transport

@Suite("ExchangeHost: requests that wait", .serialized)
struct WaitingRequestTests {
  @Test("a request is answered by a later event, while others are served")
  func later() throws {
    let isAsked = Lock(false)
    let rig = try HostRig(store: LateStore(isAsked))
    let token = try rig.signIn("alice")
    let first = try rig.askHistory(token)
    // Requests on other connections may overtake it until then.
    try eventually { isAsked.withLock { $0 } }
    #expect(try rig.get("/healthz", token: nil).status == 200)
    let second = try rig.askHistory(token)
    #expect(try first.readResponse().status == 200)
    #expect(try first.isEnded())
    let third = try rig.askHistory(token)
    #expect(try second.readResponse().status == 200)
    withExtendedLifetime(third) {}
  }

  @Test("a request waits longer than its body may take, and no longer than an answer may")
  func times() throws {
    let rig = try HostRig(
      { settings, _ in
        settings.bodyTime = .milliseconds(1)
        settings.answerTime = .seconds(6)
      }, store: LateStore())
    let token = try rig.signIn("alice")
    let connection = try rig.askHistory(token, timeout: 20)
    let response = try connection.readResponse()
    #expect(response.status == 504)
  }

  @Test("as many requests wait as may, the next is told to come again")
  func limit() throws {
    let rig = try HostRig({ settings, _ in settings.waitingLimit = 3 }, store: SilentStore())
    let token = try rig.signIn("alice")
    let held = try (0..<3).map { _ in try rig.askHistory(token) }
    try eventually {
      try rig.get(BotServerPath.users, token: token).status == 503
    }
    withExtendedLifetime(held) {}
  }

  @Test("a client that has left is forgotten, and its answer harms nobody")
  func leaves() throws {
    let rig = try HostRig({ settings, _ in settings.waitingLimit = 2 }, store: SilentStore())
    let token = try rig.signIn("alice")
    var held = try (0..<2).map { _ in try rig.askHistory(token) }
    try eventually { try rig.get(BotServerPath.users, token: token).status == 503 }
    #expect(!held.isEmpty)
    held = []
    try eventually(seconds: 15) { try rig.get(BotServerPath.users, token: token).status == 200 }
  }

  @Test("an exchange that ends lets go of whoever waits")
  func ends() throws {
    var rig: HostRig? = try HostRig(store: SilentStore())
    weak let host = rig?.host
    let token = try rig?.signIn("alice")
    let connection = try rig?.askHistory(token ?? "")
    #expect(try rig?.get("/healthz", token: nil).status == 200)
    rig = nil
    #expect(try connection?.isEnded() == true)
    #expect(host == nil)
  }

  @Test("reads a request's fields, whatever their names")
  func fields() throws {
    let rig = try HostRig()
    let connection = try rig.open()
    let token = try rig.signIn("alice")
    connection.write(
      "GET \(BotServerPath.me) HTTP/1.1\r\nHost: x\r\nX-Odd: 1\r\nauthorization: Bearer \(token)\r\n\r\n"
    )
    #expect(try connection.readResponse().status == 200)
  }
}

@Suite("ExchangeHost: its own requests", .serialized)
struct OutgoingTests {
  @Test(
    "the runner of a server makes 64 WebSockets and 40 requests at once, to the exchange itself")
  func many() async throws {
    let rig = try HostRig { _, exchange in
      exchange.limits.socketsPerUser = 100
      exchange.limits.socketsPerAddress = 100
    }
    let token = try rig.signIn("alice")
    let end = TransportEnd(settings: TransportSettings(requestLimit: 256, socketLimit: 64))
    defer { end.stop() }
    let url = rig.host.url
    for number in 1...65 {
      end.perform(.open(SocketID(number), SocketRequest("\(url)/ws/meet?token=\(token)")))
    }
    for number in 1...40 {
      end.perform(.request(RequestID(number), HTTPRequest(.get, url + "/healthz")))
    }
    _ = await end.event { $0 == .failed(SocketID(65), .broken("more than 64 connections at once")) }
    for number in 1...64 {
      let opened = await end.event { $0 == .opened(SocketID(number)) }
      #expect(opened != nil)
    }
    for number in 1...40 {
      let answer = await end.event {
        if case .response(RequestID(number), let response) = $0 {
          response.status == 200
        } else {
          false
        }
      }
      #expect(answer != nil)
    }
  }
}

extension HostRig {
  fileprivate func askHistory(_ token: String, timeout seconds: Int = 5) throws -> PlainConnection {
    let connection = try PlainConnection(host.address.host, port, timeout: seconds)
    connection.writeRequest(
      HTTPRequest(.get, BotServerPath.history, fields: ["Authorization": "Bearer \(token)"]),
      host: "localhost")
    return connection
  }
}

/// Remembers users, and answers a question when the next one is asked.
private final class LateStore: ExchangeStore {
  private let isAsked: Lock<Bool>
  private let memory = MemoryStore()
  private var asked: StoreOperation?

  /// - Parameter isAsked: set when a question has come.
  init(_ isAsked: Lock<Bool> = Lock(false)) { self.isAsked = isAsked }

  func load() throws(StoreFailure) -> StoreSnapshot { try memory.load() }
  func changedUsers() -> [StoredUser]? { nil }

  func perform(_ operation: StoreOperation) -> StoreAnswer? {
    guard case .findHistory = operation else { return memory.perform(operation) }
    defer {
      asked = operation
      isAsked.withLock { $0 = true }
    }
    return asked.flatMap(memory.perform)
  }
}

/// Remembers users, and answers no question.
private final class SilentStore: ExchangeStore {
  private let memory = MemoryStore()

  func load() throws(StoreFailure) -> StoreSnapshot { try memory.load() }
  func changedUsers() -> [StoredUser]? { nil }

  func perform(_ operation: StoreOperation) -> StoreAnswer? {
    guard case .findHistory = operation else { return memory.perform(operation) }
    return nil
  }
}
