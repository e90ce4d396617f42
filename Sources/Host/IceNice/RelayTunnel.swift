import Basics
import CGLib
import LoopGLib

/// A TURN server over TLS, made to look like one over TCP on this machine.
///
/// libnice has no TURN over TLS: asked for it, it speaks plain TCP to the port of TLS. So it is given
/// a port of 127.0.0.1, and what it says there goes to the server through TLS. Used on its loop's
/// thread. Dropping it ends all its connections.
final class RelayTunnel: @unchecked Sendable {
  // Unchecked: touched on the loop's thread only.

  /// Where the library finds the server.
  static let address = "127.0.0.1"
  let port: UInt16

  private let server: OpaquePointer
  private let host: String
  private let serverPort: UInt16
  private let trust: ServerTrust
  private let note: (LogEntry) -> Void
  private let listener = g_socket_listener_new()
  private let client = g_socket_client_new()
  private let cancellable = g_cancellable_new()
  private var judge: GCallback?
  private var connectionCount = 0

  /// `nil` when no port can be opened.
  init?(
    to host: String, port: UInt16, trust: ServerTrust, note: @escaping (LogEntry) -> Void
  ) {
    server = g_network_address_new(host, port)
    self.host = host
    serverPort = port
    self.trust = trust
    self.note = note
    g_socket_client_set_tls(client, 1)
    self.port = Self.listen(listener)
    guard self.port > 0 else { return nil }
    judgeCertificates()
    accept()
  }

  deinit {
    g_cancellable_cancel(cancellable)
    g_socket_listener_close(listener)
    g_object_unref(listener)
    g_object_unref(client)
    g_object_unref(cancellable)
    g_object_unref(UnsafeMutableRawPointer(server))
  }

  /// Opens any port of this machine alone; 0 when there is none.
  private static func listen(_ listener: UnsafeMutablePointer<GSocketListener>?) -> UInt16 {
    let wanted = g_inet_socket_address_new_from_string(address, 0)
    defer { g_object_unref(wanted) }
    var effective: UnsafeMutablePointer<GSocketAddress>?
    guard
      g_socket_listener_add_address(
        listener, wanted, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, nil, &effective, nil) != 0,
      let effective
    else { return 0 }
    defer { g_object_unref(effective) }
    return effective.withMemoryRebound(to: GInetSocketAddress.self, capacity: 1) {
      g_inet_socket_address_get_port($0)
    }
  }

  /// Asks to be asked about certificates that the system does not trust.
  private func judgeCertificates() {
    let judge: @convention(c) (gpointer?, gpointer?, GTlsCertificateFlags, gpointer?) -> gboolean =
      { _, certificate, _, data in
        guard let certificate, let tunnel = Ticket.tunnel(data) else { return 0 }
        let isTaken = tunnel.trust.accepts(certificate, from: tunnel.host, port: tunnel.serverPort)
        return isTaken ? 1 : 0
      }
    let shake:
      @convention(c) (gpointer?, GSocketClientEvent, gpointer?, gpointer?, gpointer?) -> Void =
        { _, event, _, connection, data in
          guard event == G_SOCKET_CLIENT_TLS_HANDSHAKING, let tunnel = Ticket.tunnel(data) else {
            return
          }
          tunnel.connectSignal("accept-certificate", of: connection, to: tunnel.judge)
        }
    self.judge = unsafeBitCast(judge, to: GCallback.self)
    connectSignal("event", of: client, to: unsafeBitCast(shake, to: GCallback.self))
  }

  private func connectSignal(
    _ name: String, of object: UnsafeMutableRawPointer?, to callback: GCallback?
  ) {
    g_signal_connect_data(
      object, name, callback, Ticket.make(self), { data, _ in Ticket.release(data) },
      GConnectFlags(rawValue: 0))
  }

  private func accept() {
    g_socket_listener_accept_async(
      listener, cancellable,
      { source, result, data in
        let tunnel = Ticket.take(data)
        let listener = UnsafeMutableRawPointer(source)?
          .assumingMemoryBound(to: GSocketListener.self)
        let local = g_socket_listener_accept_finish(listener, result, nil, nil)
        guard let local else { return }
        tunnel?.connect(local)
        g_object_unref(local)
        tunnel?.accept()
      }, Ticket.make(self))
  }

  private func connect(_ local: UnsafeMutablePointer<GSocketConnection>) {
    connectionCount += 1
    guard connectionCount <= Self.mostConnections else { return }
    g_socket_client_connect_async(
      client, server, cancellable,
      { source, result, data in
        let local = Ticket.connection(data)
        defer { g_object_unref(local) }
        let tunnel = Ticket.take(data)
        var error: UnsafeMutablePointer<GError>?
        let client = UnsafeMutableRawPointer(source)?.assumingMemoryBound(to: GSocketClient.self)
        guard let remote = g_socket_client_connect_finish(client, result, &error) else {
          tunnel?.noteFailure(error)
          g_error_free(error)
          return
        }
        tunnel?.join(local, UnsafeMutableRawPointer(remote))
        g_object_unref(remote)
      }, Ticket.make(self, connection: UnsafeMutableRawPointer(local)))
  }

  /// Carries bytes both ways until either end closes.
  private func join(_ local: UnsafeMutableRawPointer, _ remote: UnsafeMutableRawPointer) {
    g_io_stream_splice_async(
      local.assumingMemoryBound(to: GIOStream.self),
      remote.assumingMemoryBound(to: GIOStream.self),
      GIOStreamSpliceFlags(
        rawValue: G_IO_STREAM_SPLICE_CLOSE_STREAM1.rawValue
          | G_IO_STREAM_SPLICE_CLOSE_STREAM2.rawValue),
      G_PRIORITY_DEFAULT, cancellable, { _, result, _ in g_io_stream_splice_finish(result, nil) },
      nil)
  }

  private func noteFailure(_ error: UnsafeMutablePointer<GError>?) {
    let reason = error?.pointee.message.map { String(cString: $0) } ?? "no reason given"
    note(
      LogEntry(.warning, "ICE", "turn:\(host):\(serverPort) over TLS: \(HarmlessText.line(reason))")
    )
  }

  /// What the library holds until it answers, also after the tunnel was dropped.
  private final class Ticket {
    private weak var tunnel: RelayTunnel?
    private let connection: UnsafeMutableRawPointer?

    private init(_ tunnel: RelayTunnel, _ connection: UnsafeMutableRawPointer?) {
      self.tunnel = tunnel
      self.connection = connection
    }

    /// - Parameter connection: an object that the ticket keeps.
    static func make(
      _ tunnel: RelayTunnel, connection: UnsafeMutableRawPointer? = nil
    ) -> UnsafeMutableRawPointer {
      Unmanaged.passRetained(Ticket(tunnel, connection.map { g_object_ref($0) })).toOpaque()
    }

    /// The object that the ticket kept, which is the caller's to release now.
    static func connection(_ data: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer {
      Unmanaged<Ticket>.fromOpaque(data!).takeUnretainedValue().connection!
    }

    static func tunnel(_ data: UnsafeMutableRawPointer?) -> RelayTunnel? {
      Unmanaged<Ticket>.fromOpaque(data!).takeUnretainedValue().tunnel
    }

    static func release(_ data: UnsafeMutableRawPointer?) {
      Unmanaged<Ticket>.fromOpaque(data!).release()
    }

    static func take(_ data: UnsafeMutableRawPointer?) -> RelayTunnel? {
      Unmanaged<Ticket>.fromOpaque(data!).takeRetainedValue().tunnel
    }
  }

  /// One for each of our addresses, and a few anew.
  private static let mostConnections = 2 * LocalAddresses.most
}
