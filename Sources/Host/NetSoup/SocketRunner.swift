import Basics
import CGLib
import CSoup
import LoopGLib
import Transport

/// One WebSocket from its opening handshake to its end.
///
/// The library connects, secures and shakes hands; then its connection is taken over, since its own
/// reader holds messages in fragments, and its writer pongs, without any bound.
///
/// Used on its loop's thread. Dropping it closes the connection, and nothing is told afterwards.
final class SocketRunner: @unchecked Sendable {
  // Unchecked: touched on the loop's thread only.
  enum Event {
    case opened
    case received(SocketMessage)
    case closed(code: Int, reason: String)
    case failed(TransportFailure)

    var isLast: Bool {
      switch self {
      case .opened, .received: false
      case .closed, .failed: true
      }
    }
  }

  private let loop: GLibLoop
  private let report: (Event) -> Void
  private let cancellable = g_cancellable_new()
  private let outgoing: OutgoingMessage
  private var alarm: Alarm?
  private var stream: ByteStream?
  private var endpoint: WebSocketEndpoint?
  private var hasEnded = false

  /// - Parameter report: called later than this returns; not after `closed` or `failed`.
  init(
    _ request: SocketRequest, session: AccountSession, on loop: GLibLoop,
    report: @escaping (Event) -> Void
  ) throws(TransportFailure) {
    self.loop = loop
    self.report = report
    let url = try ServerURL(request.url, forSocket: true)
    if let name = request.subprotocols.first(where: { !OutgoingMessage.isToken($0) }) {
      throw .malformed("the subprotocol “\(name)” cannot be asked for")
    }
    outgoing = try OutgoingMessage(.get, url, fields: request.fields, session: session)
    let alarm = Alarm(on: loop) { [weak self] in self?.timeIsOver() }
    alarm.set(Instant.now.advanced(by: request.timeout))
    self.alarm = alarm
    connect(session.session(for: url), subprotocols: request.subprotocols)
  }

  deinit {
    g_cancellable_cancel(cancellable)
    g_object_unref(cancellable)
  }

  func send(_ message: SocketMessage) {
    var generator = SystemRandomNumberGenerator()
    guard let effects = endpoint?.send(message, using: &generator) else { return }
    carryOut(effects)
  }

  func close(code: Int) {
    guard endpoint != nil else {
      end(.closed(code: Self.noCloseFrame, reason: ""))
      return
    }
    var generator = SystemRandomNumberGenerator()
    carryOut(endpoint?.close(code: code, at: .now, using: &generator) ?? [])
  }

  private func connect(_ session: UnsafeMutablePointer<SoupSession>, subprotocols: [String]) {
    let protocols = subprotocols.isEmpty ? nil : Self.strings(subprotocols)
    defer { g_strfreev(protocols) }
    soup_session_websocket_connect_async(
      session, outgoing.message, nil, protocols, G_PRIORITY_DEFAULT, cancellable,
      { source, result, data in
        var error: UnsafeMutablePointer<GError>?
        let session = UnsafeMutableRawPointer(source)?
          .assumingMemoryBound(to: SoupSession.self)
        let connection = soup_session_websocket_connect_finish(session, result, &error)
        guard let runner = Ticket.take(data) else {
          // Called off meanwhile.
          if let connection { g_object_unref(UnsafeMutableRawPointer(connection)) }
          if let error { g_error_free(error) }
          return
        }
        runner.connected(connection, error)
      }, Ticket.make(self))
  }

  /// A list as the library takes it; to be freed.
  private static func strings(
    _ texts: [String]
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    let builder = g_strv_builder_new()
    defer { g_strv_builder_unref(builder) }
    for text in texts { g_strv_builder_add(builder, text) }
    return g_strv_builder_end(builder)
  }

  private func connected(_ connection: OpaquePointer?, _ error: UnsafeMutablePointer<GError>?) {
    guard let connection else {
      let failure = outgoing.failure(taking: error)
      // A status that is no error comes from a server that has something else at this URL.
      if case .malformed = failure, outgoing.status >= 300 {
        end(.failed(.refused(status: outgoing.status)))
      } else {
        end(.failed(failure))
      }
      return
    }
    let object = UnsafeMutableRawPointer(connection)
    // The library's own reader is a source of the loop whose data is the connection.
    guard let reader = g_main_context_find_source_by_user_data(loop.context, object) else {
      g_object_unref(object)
      end(.failed(.broken("the connection cannot be taken over")))
      return
    }
    g_source_destroy(reader)
    endpoint = WebSocketEndpoint(role: .client, limit: Self.messageLimit, at: .now)
    stream = ByteStream(
      of: UnsafeMutableRawPointer(soup_websocket_connection_get_io_stream(connection)),
      owner: object, on: loop, outgoingLimit: Self.outgoingLimit
    ) { [weak self] event in self?.streamTells(event) }
    report(.opened)
    setAlarm()
  }

  private func streamTells(_ event: ByteStream.Event) {
    var generator = SystemRandomNumberGenerator()
    switch event {
    case .received(let bytes):
      carryOut(endpoint?.receive(bytes, at: .now, using: &generator) ?? [])
    case .ended: carryOut(endpoint?.ended() ?? [])
    case .broken(let reason): end(.failed(.broken(reason)))
    }
  }

  private func timeIsOver() {
    guard endpoint != nil else {
      end(.failed(.timedOut))
      return
    }
    var generator = SystemRandomNumberGenerator()
    carryOut(endpoint?.expire(at: .now, using: &generator) ?? [])
  }

  private func carryOut(_ effects: [WebSocketEndpoint.Effect]) {
    for effect in effects {
      guard !hasEnded else { return }
      switch effect {
      case .write(let bytes):
        if stream?.write(bytes) == false {
          end(.failed(.broken("the server does not take what is sent")))
        }
      case .received(let message): report(.received(message))
      case .closed(let code, let reason): end(.closed(code: code, reason: reason))
      case .failed(let failure): end(.failed(failure))
      }
    }
    setAlarm()
  }

  private func setAlarm() {
    guard !hasEnded else { return }
    alarm?.set(endpoint?.deadline)
  }

  private func end(_ event: Event) {
    guard !hasEnded else { return }
    hasEnded = true
    alarm = nil
    g_cancellable_cancel(cancellable)
    stream?.finish()
    stream = nil
    report(event)
  }

  /// What the library holds until it answers, also after the socket was dropped.
  private final class Ticket {
    private weak var runner: SocketRunner?
    private init(_ runner: SocketRunner) { self.runner = runner }

    static func make(_ runner: SocketRunner) -> UnsafeMutableRawPointer {
      Unmanaged.passRetained(Ticket(runner)).toOpaque()
    }

    /// `nil` when the socket was dropped, or has ended.
    static func take(_ data: UnsafeMutableRawPointer?) -> SocketRunner? {
      guard let data, let runner = Unmanaged<Ticket>.fromOpaque(data).takeRetainedValue().runner,
        !runner.hasEnded
      else { return nil }
      return runner
    }
  }

  /// Bytes of one message from the server.
  static let messageLimit = 1_048_576
  /// Bytes that may wait for the server to take them.
  private static let outgoingLimit = 2_097_152
  private static let noCloseFrame = 1006
}
