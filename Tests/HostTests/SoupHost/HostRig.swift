import Basics
import Exchange
import LoopGLib
import Simulation
import SoupHost
import Transport

/// An exchange served on a loopback port, and plain clients of it.
final class HostRig: ExchangeDriver {
  let host: ExchangeHost
  let events = Lock<[ExchangeHostEvent]>([])
  private let loop: GLibLoop
  private var sockets: [Int: PlainSocket] = [:]

  init(
    _ change: (inout HostSettings, inout ExchangeSettings) -> Void = { _, _ in },
    listen: ListenAddress = ListenAddress(host: "127.0.0.1", port: 0),
    store: sending any ExchangeStore = MemoryStore()
  ) throws {
    loop = GLibLoop(name: "exchange test")
    var settings = HostSettings(listen: listen)
    var exchange = ExchangeSettings.forTests
    change(&settings, &exchange)
    host = try ExchangeHost(
      loop: loop, settings: settings, exchange: exchange, store: store
    ) { [events] event in events.withLock { $0.append(event) } }
    host.start()
    loop.start()
  }

  deinit {
    host.stop()
    loop.stop()
  }

  var port: UInt16 { host.address.port }

  func open() throws -> PlainConnection { try PlainConnection(host.address.host, port) }

  subscript(socket: Int) -> PlainSocket {
    // A test asks for sockets that it has opened.
    sockets[socket]!
  }

  /// One of the exchange's figures.
  func metric(_ name: String) throws -> Int? {
    let text = String(decoding: try request(HTTPRequest(.get, "/metrics")).body, as: UTF8.self)
    return text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
      .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
  }

  // MARK: ExchangeDriver

  func request(_ request: HTTPRequest) throws -> HTTPResponse {
    let connection = try open()
    connection.writeRequest(request, host: "localhost", extra: "Connection: close\r\n")
    return try connection.readResponse(hasBody: request.method != .head)
  }

  func openSocket(_ request: HTTPRequest) throws -> Int {
    let socket = try PlainSocket(host.address.host, port, request)
    sockets[sockets.count + 1] = socket
    return sockets.count
  }

  func send(_ text: String, over socket: Int) throws { sockets[socket]?.send(text) }

  func receive(from socket: Int) throws -> String {
    guard let socket = sockets[socket] else { throw CaseFailure("there is no such socket") }
    return try socket.receive()
  }

  func closeSocket(_ socket: Int) { sockets[socket] = nil }
}
