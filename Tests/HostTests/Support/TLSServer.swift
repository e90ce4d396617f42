import Glibc
import LoopGLib

/// A TLS server for one connection, made of the `openssl` program: the script sees plain bytes.
final class TLSServer: Sendable {
  let port: UInt16
  /// The server's certificate, in PEM.
  let certificatePath: String
  /// The key that belongs to it.
  var keyPath: String { "\(directory)/key.pem" }
  private let directory: String
  private let process: pid_t

  /// - Parameters:
  ///   - names: the certificate's alternative names, as `openssl req -addext` takes them.
  ///   - days: how long it is valid, from now; negative when it has expired.
  init?(
    names: String = "IP:127.0.0.1,DNS:localhost", days: Int = 2,
    script: @escaping @Sendable (ScriptedServer.Connection) -> Void
  ) {
    var template = Array("/tmp/tipring-tls-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { return nil }
    directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    certificatePath = "\(directory)/certificate.pem"
    let key = "\(directory)/key.pem"
    let request = "\(directory)/request.pem"
    // Made in two steps, since the first alone makes none that has expired.
    guard
      Self.run([
        "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", key, "-out", request, "-subj", "/CN=test", "-addext", "subjectAltName=\(names)",
      ]),
      Self.run([
        "openssl", "x509", "-req", "-in", request, "-signkey", key, "-out", certificatePath,
        "-days", "\(days)", "-copy_extensions", "copy",
      ]),
      let free = Self.freePort()
    else { return nil }
    port = free
    var toServer: [Int32] = [0, 0]
    var fromServer: [Int32] = [0, 0]
    signal(SIGPIPE, SIG_IGN)
    pipe(&toServer)
    pipe(&fromServer)
    guard
      let process = Self.spawn(
        [
          "openssl", "s_server", "-quiet", "-accept", "127.0.0.1:\(free)", "-cert",
          certificatePath, "-key", key, "-naccept", "1",
        ], input: toServer[0], output: fromServer[1])
    else { return nil }
    self.process = process
    close(toServer[0])
    close(fromServer[1])
    let connection = ScriptedServer.Connection(reading: fromServer[0], writing: toServer[1])
    ScriptedServer.onThread { script(connection) }
    Self.waitUntilListening(free)
  }

  deinit {
    // Threads of tests block other signals, and their children inherit that.
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
    for name in ["certificate.pem", "key.pem", "request.pem"] { unlink("\(directory)/\(name)") }
    rmdir(directory)
  }

  private static func run(_ arguments: [String]) -> Bool {
    guard let process = spawn(arguments, input: nil, output: nil) else { return false }
    var status: Int32 = 0
    waitpid(process, &status, 0)
    return status == 0
  }

  private static func spawn(_ arguments: [String], input: Int32?, output: Int32?) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    if let output {
      posix_spawn_file_actions_adddup2(&actions, output, 1)
    } else {
      posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    }
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    // The test's own descriptors are not for the server, or it would hold connections open.
    for descriptor in Int32(3)..<256 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var process = pid_t()
    return posix_spawnp(&process, arguments[0], &actions, nil, &argv, nil) == 0 ? process : nil
  }

  private static func freePort() -> UInt16? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    let port = UDPPort.bindToLoopback(descriptor)
    return port > 0 ? port : nil
  }

  /// Looks into the kernel's table; to connect would use up the server's one connection.
  private static func waitUntilListening(_ port: UInt16) {
    let entry = "0100007F:" + String(port, radix: 16, uppercase: true) + " 00000000:0000 0A"
    for _ in 0..<500 {
      var buffer = [UInt8](repeating: 0, count: 262_144)
      let descriptor = open("/proc/net/tcp", O_RDONLY)
      var count = 0
      while true {
        let more = buffer.withUnsafeMutableBytes {
          read(descriptor, $0.baseAddress! + count, $0.count - count)
        }
        if more <= 0 { break }
        count += more
      }
      close(descriptor)
      if String(decoding: buffer.prefix(count), as: UTF8.self).contains(entry) { return }
      usleep(5_000)
    }
  }
}
