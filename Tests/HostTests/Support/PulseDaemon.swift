import EndToEnd
import Glibc

/// A PulseAudio daemon of a test's own, on its own socket, with sinks that lead nowhere.
///
/// What is played into the sink `pulse:a` is captured from `pulse:a.monitor`, by programs that find
/// the daemon through ``environment``.
final class PulseDaemon: Sendable {
  let process: Program.Process
  private let folder = TemporaryFolder()
  private let socket: String

  static var isInstalled: Bool { Program.exists("pulseaudio") }

  /// Starts the daemon and waits until it can be connected to.
  init(sinks: [String]) async throws {
    let path = folder.path
    socket = "\(path)/socket"
    var arguments = [
      "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
      "-L", "module-native-protocol-unix auth-anonymous=1 socket=\(socket)",
    ]
    for sink in sinks {
      arguments += ["-L", "module-null-sink sink_name=\(sink) rate=48000"]
    }
    let home = ["HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "PULSE_RUNTIME_PATH"]
    process = try Program.start(
      "pulseaudio", arguments,
      environment: Dictionary(uniqueKeysWithValues: home.map { ($0, path) }),
      output: "\(path)/log")
    let isUp = await eventually { [socket] in access(socket, R_OK) == 0 }
    if !isUp {
      process.end(SIGKILL)
      throw Program.NotStarted(name: "pulseaudio", code: ETIMEDOUT)
    }
  }

  /// For programs that are to use this daemon.
  var environment: [String: String] {
    ["PULSE_SERVER": "unix:\(socket)", "HOME": folder.path, "XDG_RUNTIME_DIR": folder.path]
  }

  /// Ends the daemon.
  func end() { process.end() }
}
