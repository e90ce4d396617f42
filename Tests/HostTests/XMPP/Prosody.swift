import EndToEnd
import Glibc

/// The XMPP server of that name on free ports of 127.0.0.1, with its own folder: a domain of
/// registered users, one of guests, and rooms.
final class Prosody: Sendable {
  static let domain = "plain.example"
  static let guests = "guest.example"
  static let rooms = "rooms.guest.example"

  let port: UInt16
  private let folder = TemporaryFolder()
  private let process: Program.Process

  /// - Parameter users: names and passwords.
  init(users: [String: String] = [:], resumptionSeconds: Int = 60) throws {
    port = TLSServer.freePort()
    let path = folder.path
    let configuration = "\(path)/prosody.cfg.lua"
    folder.write(Self.configuration(path, port, resumptionSeconds), to: "prosody.cfg.lua")
    mkdir("\(path)/data", 0o700)
    for (name, password) in users {
      let code = try Program.run(
        "prosodyctl", ["--config", configuration, "register", name, Self.domain, password])
      guard code == 0 else { throw Program.NotStarted(name: "prosodyctl", code: code) }
    }
    process = try Program.start(
      "prosody", ["--config", configuration, "-F"], output: "\(path)/output")
    TLSServer.waitUntilListening(port)
  }

  deinit {
    // Threads of tests block other signals, and their children inherit that.
    process.end(SIGKILL)
  }

  var url: String { "ws://127.0.0.1:\(port)/xmpp-websocket" }

  /// What it has written of itself.
  var log: String {
    (try? Program.bytes(of: "\(folder.path)/log")).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  private static func configuration(
    _ path: String, _ port: UInt16, _ resumptionSeconds: Int
  ) -> String {
    """
    run_as_root = true
    pidfile = "\(path)/pid"
    data_path = "\(path)/data"
    certificates = "\(path)"
    log = { debug = "\(path)/log" }
    interfaces = { "127.0.0.1" }
    c2s_ports = {}
    s2s_ports = {}
    component_ports = {}
    https_ports = {}
    http_ports = { \(port) }
    http_interfaces = { "127.0.0.1" }
    http_default_host = "\(domain)"
    modules_enabled = {
      "saslauth", "roster", "disco", "ping", "posix", "websocket", "smacks", "presence",
      "message", "iq", "offline", "external_services",
    }
    modules_disabled = { "s2s", "admin_shell", "tls" }
    consider_websocket_secure = true
    c2s_require_encryption = false
    allow_unencrypted_plain_auth = true
    smacks_hibernation_time = \(resumptionSeconds)
    authentication = "internal_plain"
    external_services = {
      { type = "stun", host = "127.0.0.1", port = 3478 },
      { type = "turn", host = "127.0.0.1", port = 3478, transport = "udp", secret = "s", ttl = 60 },
    }
    VirtualHost "\(domain)"
    VirtualHost "\(guests)"
      authentication = "anonymous"
    Component "\(rooms)" "muc"
    """
  }
}
