import CGLib
import CSoup
import LoopGLib
import Transport

/// The library's sessions of one account: its connections, and whom it trusts.
///
/// A session knows no credentials, no cookies and no compression; what a request needs it brings.
/// Used on its loop's thread.
final class AccountSession {
  private let settings: TransportSettings
  private var direct: UnsafeMutablePointer<SoupSession>?
  private var proxied: UnsafeMutablePointer<SoupSession>?
  private let trust: ServerTrust

  init(settings: TransportSettings) {
    self.settings = settings
    trust = ServerTrust(caFile: settings.caFile, isInsecure: settings.isInsecure)
  }

  deinit {
    for session in [direct, proxied].compactMap({ $0 }) {
      soup_session_abort(session)
      g_object_unref(session)
    }
  }

  /// Ends the connections to servers that are not on this machine.
  func dropConnections() {
    if let proxied { soup_session_abort(proxied) }
  }

  /// The session for a server: past any proxy when it is on this machine, else by the system's
  /// settings.
  func session(for url: ServerURL) -> UnsafeMutablePointer<SoupSession> {
    if let session = url.isLoopback ? direct : proxied { return session }
    guard let session = shim_soup_session_new(settings.userAgent, mostConnections) else {
      preconditionFailure("the library has memory for one more session")
    }
    if url.isLoopback {
      soup_session_set_proxy_resolver(session, nil)
      direct = session
    } else {
      proxied = session
    }
    return session
  }

  /// Reads the user's authorities, which are needed for secure connections only.
  func prepare(for url: ServerURL) throws(TransportFailure) {
    guard !url.isSecure || trust.prepare() else {
      throw .insecure("the file of authorities “\(settings.caFile ?? "")” cannot be read")
    }
  }

  /// Whether a certificate that the system does not trust is taken all the same.
  func trusts(_ certificate: UnsafeMutablePointer<GTlsCertificate>, of url: ServerURL) -> Bool {
    trust.accepts(UnsafeMutableRawPointer(certificate), from: url.host, port: url.port)
  }

  /// As many as all requests and sockets together.
  private var mostConnections: Int32 { Int32(settings.requestLimit + settings.socketLimit) }
}
