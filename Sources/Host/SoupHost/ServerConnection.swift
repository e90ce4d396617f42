import Basics
import CGLib
import Glibc

/// One accepted connection, for one request or a WebSocket: whose it is, and what may take how long. Used on the loop's thread.
final class ServerConnection {
  enum Phase: Equatable {
    case head
    /// The request's body is received, then the response is sent.
    case body
    /// A WebSocket by now; the pump keeps its time.
    case upgraded
  }

  /// The peer's address, without a port.
  let peer: String
  private let socket: UnsafeMutablePointer<GSocket>
  /// What libsoup tells a request's connection by.
  let remoteAddress: UnsafeMutablePointer<GSocketAddress>
  private(set) var phase = Phase.head
  private(set) var since: Instant
  /// Of the request that is being received.
  var bodyByteCount = 0
  var pump: WebSocketPump?

  /// Takes over the references to both objects.
  init(
    peer: String, socket: UnsafeMutablePointer<GSocket>,
    remoteAddress: UnsafeMutablePointer<GSocketAddress>, at now: Instant
  ) {
    self.peer = peer
    self.socket = socket
    self.remoteAddress = remoteAddress
    since = now
  }

  deinit {
    g_object_unref(socket)
    g_object_unref(remoteAddress)
  }

  func enter(_ phase: Phase, at now: Instant) {
    self.phase = phase
    since = now
  }

  /// Whether the peer takes longer than it may.
  func isOverdue(at now: Instant, settings: HostSettings) -> Bool {
    let waited = since.duration(to: now)
    switch phase {
    case .head: return waited >= settings.headTime
    case .body: return waited >= settings.bodyTime
    case .upgraded: return false
    }
  }

  /// Ends the connection below everything that uses it, with a reset; they are told by their next
  /// read.
  func cut() {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      g_socket_get_fd(socket), SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    g_socket_close(socket, nil)
  }
}
