import Basics
import CGLib
import Exchange
import Glibc

/// One accepted connection, for one request or a WebSocket: whose it is, and what may take how long.
///
/// Used on the loop's thread.
final class ServerConnection {
  enum Phase: Equatable {
    case head
    /// The request's body is received, or the response is sent.
    case body
    /// The exchange has the request and answers later.
    case waiting(ExchangeRequestID)
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
    case .waiting: return waited >= settings.answerTime
    case .upgraded: return false
    }
  }

  /// Whether the peer says nothing more; who still waits for an answer keeps its side open.
  var hasLeft: Bool {
    // Linux has this event for it (poll(2)), which the C library's module leaves out.
    let leaving: Int16 = 0x2000
    var state = pollfd(fd: g_socket_get_fd(socket), events: leaving, revents: 0)
    let ends = leaving | Int16(POLLHUP) | Int16(POLLERR) | Int16(POLLNVAL)
    return poll(&state, 1, 0) > 0 && state.revents & ends != 0
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
