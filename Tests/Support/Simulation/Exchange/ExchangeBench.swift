package import Basics
import BotServerWire
package import Exchange
package import Transport

/// An exchange that remembers nothing beyond the test.
package typealias ExchangeBench = StoredExchangeBench<MemoryStore>

/// An exchange without a network: the test turns the clock, asks, and reads what came out.
package final class StoredExchangeBench<Store: ExchangeStore>: ExchangeDriver {
  package private(set) var exchange: Exchange
  package let store: Store
  package private(set) var now: Instant
  /// What the exchange asked of other servers.
  package var outgoing: [TransportEffect] = []
  package private(set) var orders: [AttendantOrder] = []
  package private(set) var notes: [LogEntry] = []
  package private(set) var closed: [Int: Int] = [:]
  /// Where the next requests and sockets come from.
  package var address = "127.0.0.1"
  private var inboxes: [Int: [String]] = [:]
  private var responses: [Int: HTTPResponse] = [:]
  private var rejections: [Int: HTTPResponse] = [:]
  private var nextNumber = 1

  package init(
    settings: ExchangeSettings = .forTests, store: Store, at now: Instant = .zero
  ) {
    self.store = store
    self.now = now
    exchange = Exchange(settings: settings, ports: FakeExchangePorts())
    let snapshot = (try? store.load()) ?? StoreSnapshot()
    perform(exchange.receive(.loaded(snapshot), at: now, wall: wall))
  }

  /// The date that belongs to the present instant.
  package var wall: WallTime {
    WallTime(milliseconds: 1_790_000_000_000).advanced(by: Instant.zero.duration(to: now))
  }

  /// Lets time pass; deadlines on the way are met at their own instants.
  package func advance(_ duration: Duration) {
    let end = now.advanced(by: duration)
    while let deadline = exchange.deadline, deadline <= end {
      now = max(now, deadline)
      perform(exchange.expire(at: now, wall: wall))
    }
    now = end
  }

  package func feed(_ event: ExchangeEvent) {
    perform(exchange.receive(event, at: now, wall: wall))
  }

  package func takeOrders() -> [AttendantOrder] {
    defer { orders = [] }
    return orders
  }

  // MARK: ExchangeDriver

  /// Asks something whose answer may come later.
  package func begin(_ request: HTTPRequest) -> Int {
    let id = takeNumber()
    feed(.request(ExchangeRequestID(id), from: address, request))
    return id
  }

  /// The answer to what was begun, once; `nil` while there is none.
  package func takeAnswer(to id: Int) -> HTTPResponse? { responses.removeValue(forKey: id) }

  package func request(_ request: HTTPRequest) throws -> HTTPResponse {
    let id = begin(request)
    guard let response = takeAnswer(to: id) else {
      throw CaseFailure("\(request.url) was not answered")
    }
    return response
  }

  /// What a request that was fed by that number has been answered, once.
  package func takeResponse(_ number: Int) -> HTTPResponse? {
    responses.removeValue(forKey: number)
  }

  package func openSocket(_ request: HTTPRequest) throws -> Int {
    let id = takeNumber()
    inboxes[id] = []
    feed(.socketOpened(ExchangeSocketID(id), from: address, request))
    if let response = rejections.removeValue(forKey: id) {
      throw SocketRefused(status: response.status)
    }
    return id
  }

  package func send(_ text: String, over socket: Int) throws {
    feed(.socketMessage(ExchangeSocketID(socket), .text(text)))
  }

  package func receive(from socket: Int) throws -> String {
    guard let text = inboxes[socket]?.first else { throw CaseFailure("nothing was received") }
    inboxes[socket]?.removeFirst()
    return text
  }

  package func closeSocket(_ socket: Int) {
    feed(.socketClosed(ExchangeSocketID(socket)))
  }

  // MARK: Effects

  private func perform(_ effects: [ExchangeEffect]) {
    for effect in effects {
      switch effect {
      case .respond(let id, let response): responses[id.number] = response
      case .push(let id, let text): inboxes[id.number, default: []].append(text)
      case .closeSocket(let id, let code): closed[id.number] = code
      case .rejectSocket(let id, let response): rejections[id.number] = response
      case .store(let operation):
        if let answer = store.perform(operation) { feed(.stored(answer)) }
      case .attendant(let order): orders.append(order)
      case .transport(let effect): outgoing.append(effect)
      case .note(let entry): notes.append(entry)
      }
    }
  }

  private func takeNumber() -> Int {
    defer { nextNumber += 1 }
    return nextNumber
  }
}

extension StoredExchangeBench where Store == MemoryStore {
  package convenience init(settings: ExchangeSettings = .forTests) {
    self.init(settings: settings, store: MemoryStore())
  }
}

extension ExchangeSettings {
  /// With guests and the standard attendants.
  package static var forTests: ExchangeSettings {
    ExchangeSettings(admitsGuests: true, attendants: AttendantProfile.standard)
  }
}

/// Ports whose bytes are different each time and the same in each run.
package final class FakeExchangePorts: ExchangePorts {
  private let state: Counter

  package init(seed: UInt64 = 1) { state = Counter(seed) }

  package func digest(_ text: String) -> String { "digest of " + text }

  package func authenticationCode(
    _ hash: ExchangeHash, key: [UInt8], message: [UInt8]
  ) -> [UInt8] {
    let sum = (key + [0] + message).reduce(UInt8(hash == .sha1 ? 1 : 2)) { $0 &* 31 &+ $1 }
    return [UInt8](repeating: sum, count: hash == .sha1 ? 20 : 32)
  }

  package func randomBytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: state.next() >> 24) }
  }

  private final class Counter: @unchecked Sendable {
    // Unchecked: an exchange uses its ports on one thread.
    private var value: UInt64

    init(_ seed: UInt64) { value = seed }

    func next() -> UInt64 {
      value = value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return value >> 16
    }
  }
}
