import EndToEnd
import Glibc
import Testing

/// PipeWire of a test's own, with a session manager and its server for PulseAudio's clients: what most
/// desktops have. It needs no D-Bus and touches nothing of the user's.
///
/// The loudspeakers `a` and `b` lead nowhere but to `pulse:a.monitor` and `pulse:b.monitor`; `a` is the
/// default one. What is played to `b` is said at the microphone `voice`.
final class PipeWireDaemon: Sendable {
  /// For programs that are to use it.
  let environment: [String: String]
  /// The server that sound comes through.
  let server: Program.Process
  private let others: [Program.Process]
  private let folder: TemporaryFolder

  static var isInstalled: Bool {
    ["pipewire", "wireplumber", "pactl"].allSatisfy(Program.exists)
  }

  /// Starts all three, and waits until they are at work.
  init() async throws {
    let folder = TemporaryFolder()
    let path = folder.path
    let environment = [
      "HOME": path, "XDG_RUNTIME_DIR": path, "XDG_CONFIG_HOME": path, "XDG_STATE_HOME": path,
      "WIREPLUMBER_CONFIG_DIR": path, "PULSE_SERVER": "unix:\(path)/socket",
    ]
    (self.environment, self.folder) = (environment, folder)
    func start(_ program: String, _ settings: String, as name: String) throws -> Program.Process {
      let file = folder.write(Self.libraries + settings, to: "\(name).conf")
      return try Program.start(
        program, ["-c", program == "pipewire" ? file : "\(name).conf"], environment: environment,
        output: "\(path)/\(name).log")
    }
    folder.write(Self.policy, to: "policy.lua")
    let core = try start("pipewire", Self.core, as: "core")
    let isUp = await eventually { access("\(path)/pipewire-0", R_OK) == 0 }
    let manager = try start("wireplumber", Self.manager, as: "manager")
    server = try start("pipewire", Self.pulse(path), as: "pulse")
    others = [manager, core]
    let isServed = await eventually { access("\(path)/socket", R_OK) == 0 }
    guard isUp, isServed else {
      end()
      throw Program.NotStarted(name: "pipewire", code: ETIMEDOUT)
    }
    for sink in ["a", "b"] {
      try control("load-module", "module-null-sink", "sink_name=\(sink)", "rate=48000", Self.mono)
    }
    try control(
      "load-module", "module-remap-source", "master=b.monitor source_name=voice", Self.mono)
    try control("set-default-sink", "a")
  }

  /// Has it do something; tried again for a while, since what was made a moment ago is not there at once.
  private func control(_ arguments: String...) throws {
    try Self.control(arguments, environment: environment)
  }

  static func control(_ arguments: [String], environment: [String: String] = [:]) throws {
    for _ in 0..<50 {
      let program = try Program.start("pactl", arguments, environment: environment)
      if program.wait() == 0 { return }
      usleep(100_000)
    }
    throw Program.NotStarted(name: "pactl \(arguments.joined(separator: " "))", code: EIO)
  }

  /// Ends all three; they have the signals blocked that the threads of tests have, but for this one.
  func end() {
    for process in [server] + others { process.end(SIGKILL) }
  }

  private static let mono = "channels=1 channel_map=mono"

  private static let libraries = """
    context.spa-libs = {
      audio.convert.* = audioconvert/libspa-audioconvert
      support.* = support/libspa-support
    }

    """

  private static func modules(_ names: String...) -> String {
    names.map { "  { name = libpipewire-module-\($0) }\n" }.joined()
  }

  private static let core = """
    context.properties = {
      core.daemon = true
      core.name = pipewire-0
      support.dbus = false
      mem.warn-mlock = false
      default.clock.rate = 48000
      default.clock.quantum = 480
    }
    context.modules = [
    \(modules(
      "protocol-native", "metadata", "spa-node-factory", "client-node", "access", "adapter",
      "link-factory", "session-manager"))]
    context.objects = [
      {
        factory = spa-node-factory
        args = {
          factory.name = support.node.driver
          node.name = Dummy-Driver
          node.group = pipewire.dummy
          priority.driver = 20000
        }
      }
    ]
    """

  private static let manager = """
    context.properties = { support.dbus = false, wireplumber.script-engine = lua-scripting }
    context.modules = [
    \(modules(
      "protocol-native", "client-node", "client-device", "adapter", "metadata", "session-manager"))]
    wireplumber.components = [
      { name = libwireplumber-module-lua-scripting, type = module }
      { name = policy.lua, type = config/lua }
    ]
    """

  /// Streams go to the default device and follow it, and to the next one when theirs is gone.
  private static let policy = """
    components = {}
    for _, name in ipairs({
      "metadata", "default-nodes", "si-node", "si-audio-adapter", "si-standard-link",
      "si-audio-endpoint", "default-nodes-api",
    }) do
      components[name] = {
        "libwireplumber-module-" .. name, type = "module",
        args = { ["use-persistent-storage"] = false },
      }
    end
    for _, name in ipairs({ "access/access-default.lua", "create-item.lua", "policy-node.lua" }) do
      components[name] = { name, type = "script/lua", args = { move = true, follow = true } }
    end
    """

  private static func pulse(_ path: String) -> String {
    """
    context.properties = { support.dbus = false }
    context.modules = [
    \(modules("protocol-native", "client-node", "adapter", "metadata"))
      {
        name = libpipewire-module-protocol-pulse
        args = { server.address = [ "unix:\(path)/socket" ] }
      }
    ]
    """
  }
}
