package import Basics
import CGLib
import CSoup
package import Exchange
import Glibc
package import LoopGLib
package import Transport

/// What a host passes on from its exchange.
package enum ExchangeHostEvent: Equatable, Sendable {
  case attendant(AttendantOrder)
  /// To be performed on the host's loop; what comes of it is given back.
  case transport(TransportEffect)
  case note(LogEntry)
}

/// Serves an exchange over HTTP and WebSocket, on a loop of its own.
///
/// libsoup parses the requests, one a connection. Connections are accepted, limited and timed here, and
/// WebSockets are carried by ``WebSocketPump``: libsoup 3.2 leaves them without bounds, accepts nobody
/// after the first failure to accept, and loses a connection whose client leaves between requests. The store is called on
/// this loop, which carries no sound; an operation takes less than a millisecond.
package final class ExchangeHost: @unchecked Sendable {
  // Unchecked: after `init`, everything that changes is touched on the loop's thread only.

  /// Where it listens, with the real port.
  package let address: ListenAddress
  let loop: GLibLoop
  let settings: HostSettings
  private let messageLimit: Int
  let handler: @Sendable (ExchangeHostEvent) -> Void
  private let store: any ExchangeStore
  private let reports = Mailbox<AttendantReport>(capacity: 8_192)

  private var exchange: Exchange
  private var alarm: Alarm?
  private var storeCheckedAt = Instant.zero
  private var nextNumber = 1
  /// The request that is being handled, and what the exchange has answered to it.
  private var asking: (id: ExchangeRequestID, response: HTTPResponse?)?
  /// The requests that the exchange answers later.
  private var waiting = WaitingRequests()
  private var rejections: [ExchangeSocketID: HTTPResponse] = [:]

  private(set) var server: UnsafeMutablePointer<SoupServer>?
  let identity: ServerIdentity?
  /// `nil` once the exchange has ended.
  private(set) var listener: Listener?
  var watch: DescriptorWatch?
  private(set) var patrol: Alarm?
  var connections: [OpaquePointer: ServerConnection] = [:]
  private var pumps: [ExchangeSocketID: WebSocketPump] = [:]
  private var isStopped = false

  /// Listens, reads certificate and store, and serves nobody yet.
  ///
  /// - Parameters:
  ///   - handler: called on the loop's thread.
  package init(
    loop: GLibLoop, settings: HostSettings, exchange exchangeSettings: ExchangeSettings,
    store: sending any ExchangeStore, ports: any ExchangePorts = SystemExchangePorts(),
    handler: @escaping @Sendable (ExchangeHostEvent) -> Void
  ) throws(HostFailure) {
    self.loop = loop
    self.settings = settings
    self.store = store
    self.handler = handler
    messageLimit = exchangeSettings.limits.messageBytes
    identity = try ServerIdentity(certificate: settings.certificate, key: settings.key)
    let listener = try Listener(settings.listen)
    self.listener = listener
    address = listener.address
    var exchangeSettings = exchangeSettings
    exchangeSettings.isSecure = identity != nil
    exchange = Exchange(settings: exchangeSettings, ports: ports)
    do throws(StoreFailure) {
      let snapshot = try store.load()
      firstEffects = exchange.receive(.loaded(snapshot), at: .now, wall: .now)
    } catch {
      throw .store(error.sentence)
    }
  }

  private var firstEffects: [ExchangeEffect] = []

  /// `http://127.0.0.1:8077`, or with `https`.
  package var url: String { "\(identity == nil ? "http" : "https")://\(address)" }

  /// Begins to serve. Any thread; the loop may start later.
  package func start() { loop.perform { self.begin() } }

  /// Says goodbye to all clients and ends. Any thread.
  package func stop() { loop.perform { self.end() } }

  /// Tells the exchange what an attendant did. Any thread.
  ///
  /// - Returns: `false` when too many reports wait already.
  @discardableResult
  package func take(_ report: AttendantReport) -> Bool { reports.post(report) }

  /// Tells the exchange what came of a request of its own. On the loop's thread.
  package func take(_ event: TransportEvent) { feed(.transport(event)) }

  // MARK: The machine

  private func feed(_ event: ExchangeEvent) {
    perform(exchange.receive(event, at: .now, wall: .now))
    alarm?.set(exchange.deadline)
  }

  private func expire() {
    perform(exchange.expire(at: .now, wall: .now))
    alarm?.set(exchange.deadline)
  }

  private func perform(_ effects: [ExchangeEffect]) {
    for effect in effects {
      switch effect {
      case .respond(let id, let response): respond(to: id, response)
      case .push(let id, let text): pumps[id]?.send(text)
      case .closeSocket(let id, let code): pumps[id]?.close(code: code)
      case .rejectSocket(let id, let response): rejections[id] = response
      case .store(let operation):
        if let answer = store.perform(operation) { feed(.stored(answer)) }
      case .attendant(let order): handler(.attendant(order))
      case .transport(let effect): handler(.transport(effect))
      case .note(let entry): handler(.note(entry))
      }
    }
  }

  /// Looks once a second at most whether another process has added or removed users.
  private func readUsersAnew() {
    let now = Instant.now
    guard storeCheckedAt.duration(to: now) >= .seconds(1) else { return }
    storeCheckedAt = now
    if let users = store.changedUsers() { feed(.usersChanged(users)) }
  }

  private func takeNumber() -> Int {
    defer { nextNumber += 1 }
    return nextNumber
  }

  // MARK: Begin and end

  private func begin() {
    guard server == nil, !isStopped else { return }
    let server = shim_soup_server_new()!  // Out of memory is the only way it fails.
    self.server = server
    soup_server_add_handler(
      server, nil,
      { _, message, _, _, data in
        guard let message, let data else { return }
        ExchangeHost.from(data).answer(ServerMessage(message))
      }, retained(), { data in Unmanaged<ExchangeHost>.fromOpaque(data!).release() })
    let started:
      @convention(c) (UnsafeMutablePointer<SoupServer>?, OpaquePointer?, gpointer?) -> Void = {
        _, message, data in
        guard let message, let data else { return }
        ExchangeHost.from(data).requestStarted(message)
      }
    g_signal_connect_data(
      server, "request-started", unsafeBitCast(started, to: GCallback.self),
      Unmanaged.passUnretained(self).toOpaque(), nil, GConnectFlags(rawValue: 0))
    alarm = Alarm(on: loop) { [weak self] in self?.expire() }
    patrol = Alarm(on: loop) { [weak self] in self?.patrolConnections() }
    reports.deliver(on: loop) { [weak self] batch in
      for report in batch { self?.feed(.attendant(report)) }
    }
    perform(firstEffects)
    firstEffects = []
    alarm?.set(exchange.deadline)
    listen()
  }

  private func end() {
    isStopped = true
    watch = nil
    listener = nil
    alarm = nil
    patrol = nil
    for pump in pumps.values { pump.close(code: 1001) }
    for connection in connections.values { connection.pump?.drop() }
    pumps = [:]
    guard let server else { return }
    self.server = nil
    soup_server_disconnect(server)
    soup_server_remove_handler(server, nil)
    g_signal_handlers_disconnect_matched(
      server, G_SIGNAL_MATCH_DATA, 0, 0, nil, nil, Unmanaged.passUnretained(self).toOpaque())
    g_object_unref(server)
    waiting = WaitingRequests()
    connections = [:]
  }

  private func retained() -> gpointer { Unmanaged.passRetained(self).toOpaque() }

  private static func from(_ data: gpointer) -> ExchangeHost {
    Unmanaged<ExchangeHost>.fromOpaque(data).takeUnretainedValue()
  }

  // MARK: Requests

  private func requestStarted(_ message: OpaquePointer) {
    let gotHead: @convention(c) (OpaquePointer?, gpointer?) -> Void = { message, data in
      guard let message, let data else { return }
      ExchangeHost.from(data).gotHead(ServerMessage(message))
    }
    let gotChunk: @convention(c) (OpaquePointer?, OpaquePointer?, gpointer?) -> Void = {
      message, chunk, data in
      guard let message, let chunk, let data else { return }
      ExchangeHost.from(data).gotChunk(ServerMessage(message), Int(g_bytes_get_size(chunk)))
    }
    connect(message, "got-headers", unsafeBitCast(gotHead, to: GCallback.self))
    connect(message, "got-chunk", unsafeBitCast(gotChunk, to: GCallback.self))
  }

  private func gotHead(_ message: ServerMessage) {
    connection(of: message.message)?.enter(.body, at: .now)
    if message.announcedByteCount > settings.bodyLimit {
      message.refuseBody(limit: settings.bodyLimit)
    }
  }

  private func gotChunk(_ message: ServerMessage, _ byteCount: Int) {
    guard let connection = connection(of: message.message) else { return }
    let before = connection.bodyByteCount
    connection.bodyByteCount += byteCount
    if before <= settings.bodyLimit, connection.bodyByteCount > settings.bodyLimit {
      message.refuseBody(limit: settings.bodyLimit)
    }
    // libsoup answers after the whole body only; nobody is listened to for ever.
    if connection.bodyByteCount > settings.bodyLimit * 64 { connection.cut() }
  }

  private func answer(_ message: ServerMessage) {
    guard !message.isRefused, let connection = connection(of: message.message) else { return }
    readUsersAnew()
    guard let request = message.request else {
      return message.refuse(501, "not_implemented", "The method is unknown.")
    }
    if message.wantsWebSocket, Exchange.isSocketPath(request.url) {
      openSocket(message, request, connection)
      return
    }
    guard waiting.count < settings.waitingLimit else {
      return message.refuse(503, "too_busy", "Too many requests wait already; try again.")
    }
    let id = ExchangeRequestID(takeNumber())
    asking = (id, nil)
    feed(.request(id, from: connection.peer, request))
    let response = asking?.response
    asking = nil
    if let response {
      message.respond(response)
    } else {
      connection.enter(.waiting(id), at: .now)
      waiting.pause(message, as: id)
    }
  }

  private func respond(to id: ExchangeRequestID, _ response: HTTPResponse) {
    if asking?.id == id {
      asking?.response = response
    } else if let message = waiting[id] {
      connection(of: message)?.enter(.body, at: .now)
      waiting.resume(id, with: response)
    }
  }

  /// A request's client has gone, or its answer takes too long.
  func giveUp(_ id: ExchangeRequestID) {
    guard let message = waiting[id].map(ServerMessage.init) else { return }
    respond(to: id, message.refusal(504, "timed_out", "The exchange did not answer in time."))
  }

  // MARK: WebSockets

  private func openSocket(
    _ message: ServerMessage, _ request: HTTPRequest, _ connection: ServerConnection
  ) {
    let id = ExchangeSocketID(takeNumber())
    let pump = WebSocketPump(limit: messageLimit, backlogLimit: settings.backlogLimit) {
      [weak self] event in self?.take(event, from: id)
    }
    pumps[id] = pump
    feed(.socketOpened(id, from: connection.peer, request))
    if let response = rejections.removeValue(forKey: id) {
      pumps[id] = nil
      message.respond(response)
    } else if message.switchProtocols(
      to: Exchange.subprotocol(at: request.url, among: message.subprotocols))
    {
      connection.pump = pump
      connection.enter(.upgraded, at: .now)
      let switched: @convention(c) (OpaquePointer?, gpointer?) -> Void = { message, data in
        guard let message, let data else { return }
        ExchangeHost.from(data).switched(message)
      }
      connect(message.message, "wrote-informational", unsafeBitCast(switched, to: GCallback.self))
    } else {
      pumps[id] = nil
      feed(.socketClosed(id))
      message.refuse(400, "invalid_request", "This is no handshake of a WebSocket.")
    }
  }

  private func switched(_ message: OpaquePointer) {
    guard let pump = connection(of: message)?.pump,
      let stream = soup_server_message_steal_connection(message)
    else { return }
    pump.attach(stream, to: loop)
  }

  private func take(_ event: WebSocketPump.Event, from id: ExchangeSocketID) {
    switch event {
    case .received(let message): feed(.socketMessage(id, message))
    case .closed:
      pumps[id] = nil
      feed(.socketClosed(id))
    }
  }

  private func connect(_ message: OpaquePointer, _ signal: String, _ callback: GCallback) {
    // The server ends its messages before it lets go of this host.
    g_signal_connect_data(
      UnsafeMutableRawPointer(message), signal, callback,
      Unmanaged.passUnretained(self).toOpaque(), nil, GConnectFlags(rawValue: 0))
  }
}
