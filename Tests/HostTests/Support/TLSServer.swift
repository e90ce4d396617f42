import EndToEnd
import Glibc
import LoopGLib

/// A TLS server for one connection, made of the `openssl` program: the script sees plain bytes.
final class TLSServer: Sendable {
  let port: UInt16
  let certificate: TestCertificate
  private let process: pid_t

  init(
    certificate: TestCertificate,
    script: @escaping @Sendable (ScriptedServer.Connection) -> Void
  ) throws {
    self.certificate = certificate
    port = Self.freePort()
    var toServer: [Int32] = [0, 0]
    var fromServer: [Int32] = [0, 0]
    signal(SIGPIPE, SIG_IGN)
    pipe(&toServer)
    pipe(&fromServer)
    process = try Self.spawn(
      [
        "openssl", "s_server", "-quiet", "-accept", "127.0.0.1:\(port)", "-cert",
        certificate.path, "-key", certificate.keyPath, "-naccept", "1",
      ], input: toServer[0], output: fromServer[1])
    close(toServer[0])
    close(fromServer[1])
    let connection = ScriptedServer.Connection(reading: fromServer[0], writing: toServer[1])
    ScriptedServer.onThread { script(connection) }
    Self.waitUntilListening(port)
  }

  deinit {
    // Threads of tests block other signals, and their children inherit that.
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
  }

  private static func spawn(_ arguments: [String], input: Int32, output: Int32) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    // The test's own descriptors are not for the server, or it would hold connections open.
    for descriptor in Int32(3)..<256 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var process = pid_t()
    let code = posix_spawnp(&process, arguments[0], &actions, nil, &argv, nil)
    guard code == 0 else { throw Program.NotStarted(name: arguments[0], code: code) }
    return process
  }

  static func freePort() -> UInt16 { LoopbackSocket.freePort() }

  static func waitUntilListening(_ port: UInt16) { LoopbackSocket.waitUntilListening(port) }
}
