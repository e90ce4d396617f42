import Basics
import CGLib
import CSoup
import Exchange
import Glibc
import LoopGLib

/// Accepts connections, limits and times them.
extension ExchangeHost {
  func listen() {
    guard let listener else { return }
    watch = DescriptorWatch(of: listener.descriptor, on: loop) { [weak self] in
      self?.acceptConnections()
    }
  }

  private func acceptConnections() {
    for _ in 0..<16 {
      switch listener?.accept() {
      case .connection(let descriptor, let peer)?: admit(descriptor, from: peer)
      case .nobody?, nil: return
      case .exhausted?:
        // Whoever waits goes on waiting until descriptors are free again.
        handler(.note(LogEntry(.warning, "exchange", "The system has no room for a connection.")))
        watch = nil
        patrol?.set(Instant.now.advanced(by: .milliseconds(500)))
        return
      }
    }
  }

  private func admit(_ descriptor: Int32, from peer: String) {
    let isLocal = ListenAddress(host: peer, port: 0).isLoopback
    let atPeer = isLocal ? 0 : connections.values.count { $0.peer == peer }
    guard let server, connections.count < settings.connectionLimit,
      atPeer < settings.connectionsPerAddress
    else {
      close(descriptor)
      return
    }
    guard let socket = g_socket_new_from_fd(descriptor, nil) else {
      close(descriptor)
      return
    }
    guard let local = g_socket_get_local_address(socket, nil),
      let remote = g_socket_get_remote_address(socket, nil),
      let plain = g_socket_connection_factory_create_connection(socket),
      let stream = secured(plain)
    else {
      // The peer has gone already.
      g_object_unref(socket)
      return
    }
    let key = OpaquePointer(remote)
    connections[key] = ServerConnection(
      peer: peer, socket: socket, remoteAddress: remote, at: .now)
    g_object_weak_ref(
      UnsafeMutableRawPointer(plain).assumingMemoryBound(to: GObject.self),
      { data, _ in
        let end = Unmanaged<ConnectionEnd>.fromOpaque(data!).takeRetainedValue()
        end.host?.connectionEnded(end.key)
      }, Unmanaged.passRetained(ConnectionEnd(self, key)).toOpaque())
    soup_server_accept_iostream(server, stream, local, remote, nil)
    g_object_unref(local)
    g_object_unref(stream)
    if connections.count == 1 { patrol?.set(Instant.now.advanced(by: Self.patrolTime)) }
  }

  /// The stream that requests are read from; takes over the reference.
  private func secured(
    _ plain: UnsafeMutablePointer<GSocketConnection>
  ) -> UnsafeMutablePointer<GIOStream>? {
    let base = UnsafeMutableRawPointer(plain).assumingMemoryBound(to: GIOStream.self)
    guard let identity else { return base }
    defer { g_object_unref(base) }
    return identity.wrap(base)
  }

  private func connectionEnded(_ key: OpaquePointer) {
    guard let connection = connections.removeValue(forKey: key) else { return }
    if connection.pump?.isAttached == false { connection.pump?.drop() }
  }

  func patrolConnections() {
    if watch == nil { listen() }
    let now = Instant.now
    for connection in connections.values {
      let isOverdue = connection.isOverdue(at: now, settings: settings)
      if case .waiting(let id) = connection.phase {
        let hasLeft = connection.hasLeft
        if hasLeft { connection.cut() }
        if hasLeft || isOverdue { giveUp(id) }
      } else if isOverdue {
        connection.cut()
      }
    }
    if !connections.isEmpty { patrol?.set(now.advanced(by: Self.patrolTime)) }
  }

  func connection(of message: OpaquePointer) -> ServerConnection? {
    soup_server_message_get_remote_address(message).flatMap { connections[OpaquePointer($0)] }
  }

  /// How often connections are looked at.
  private static let patrolTime = Duration.seconds(5)
}
