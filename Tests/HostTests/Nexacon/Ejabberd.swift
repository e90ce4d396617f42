import EndToEnd
import Glibc

/// ejabberd as Debian has it, on a free port of 127.0.0.1, with its own folder; it knows a few users
/// and accepts the tokens that an exchange has given them.
///
/// It runs as one Erlang node without a name, so that it neither needs nor starts the port mapper.
final class Ejabberd: Sendable {
  /// The domain of an exchange's addresses.
  static let domain = "nexacon.localhost"

  let port: UInt16
  private let folder = TemporaryFolder()
  private let process: Program.Process

  /// - Parameters:
  ///   - users: the local parts of their addresses.
  ///   - exchange: the port where tokens are checked.
  init(users: [String], trusting exchange: UInt16) throws {
    port = TLSServer.freePort()
    let path = folder.path
    folder.write(Self.authenticator(users, exchange), to: "authenticator.py")
    let configuration = folder.write(Self.configuration(path, port), to: "ejabberd.yml")
    process = try Program.start(
      "erl", ["-noinput", "-mnesia", "dir", "\"\(path)/spool\"", "-s", "ejabberd"],
      environment: [
        "HOME": path, "EJABBERD_CONFIG_PATH": configuration, "EJABBERD_LOG_PATH": "\(path)/log",
        "ERL_CRASH_DUMP": "\(path)/dump",
        // Where Debian keeps it.
        "ERL_LIBS": "/usr/lib/x86_64-linux-gnu:/usr/lib/aarch64-linux-gnu",
      ], output: "\(path)/output")
    TLSServer.waitUntilListening(port)
  }

  deinit {
    // What it has started ends with it. Threads of tests block other signals.
    process.end(SIGKILL)
  }

  /// What it has written of itself.
  var log: String {
    (try? Program.bytes(of: "\(folder.path)/log")).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  static func socketURL(_ port: UInt16) -> String { "ws://127.0.0.1:\(port)/nx-websocket/" }

  private static func configuration(_ path: String, _ port: UInt16) -> String {
    """
    hosts: ["\(domain)"]
    loglevel: debug
    log_rotate_count: 0
    acme:
      auto: false
    auth_method: [external]
    auth_use_cache: false
    extauth_program: "python3 \(path)/authenticator.py"
    extauth_pool_size: 1
    disable_sasl_mechanisms: ["X-OAUTH2"]
    listen:
      -
        port: \(port)
        ip: "127.0.0.1"
        module: ejabberd_http
        tls: false
        request_handlers:
          /nx-websocket: ejabberd_http_ws
    modules:
      mod_disco: {}
      mod_offline: {}
      mod_ping:
        send_pings: true
        ping_interval: 1
        ping_ack_timeout: 5
        timeout_action: kill
      mod_roster: {}
      mod_stream_mgmt:
        resend_on_timeout: if_offline
    """
  }

  /// Answers ejabberd's questions, each preceded by its length: who is known, and whose token is right.
  private static func authenticator(_ users: [String], _ exchange: UInt16) -> String {
    """
    import json, struct, sys, urllib.request

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def accepts(user, token):
        request = urllib.request.Request(
            "http://127.0.0.1:\(exchange)/api/v1.0/nexacon-auth/login/",
            json.dumps({"username": user, "password": token}).encode(),
            {"Content-Type": "application/json", "X-API-Key": "tipring", "X-Secret-Key": "tipring"})
        try:
            return opener.open(request, timeout=10).status == 200
        except OSError:
            return False

    while len(head := sys.stdin.buffer.read(2)) == 2:
        words = sys.stdin.buffer.read(struct.unpack(">H", head)[0]).decode().split(":", 3)
        good = words[1] in "\(users.joined(separator: " "))".split()
        if words[0] == "auth":
            good = good and accepts(words[1], words[3])
        sys.stdout.buffer.write(struct.pack(">HH", 2, good))
        sys.stdout.buffer.flush()
    """
  }
}
