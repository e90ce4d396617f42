import Glibc

/// Janus on 127.0.0.1 with its AudioBridge alone.
package final class JanusServer {
  private let folder = TemporaryFolder()
  private let process: ChildProcess
  private let port = LoopbackSocket.freePort()

  /// Whether Debian's package is there.
  package static var isInstalled: Bool { access("/usr/bin/janus", X_OK) == 0 }

  package init() throws {
    let library = Self.libraryFolder
    folder.write(
      """
      general: {
        configs_folder = "\(folder.path)"
        plugins_folder = "\(library)/plugins"
        transports_folder = "\(library)/transports"
        events_folder = "/nonexistent"
        loggers_folder = "/nonexistent"
        reclaim_session_timeout = 30
      }
      plugins: { disable = "\(Self.others(in: "\(library)/plugins", than: "audiobridge"))" }
      transports: { disable = "\(Self.others(in: "\(library)/transports", than: "websockets"))" }
      """, to: "janus.jcfg")
    folder.write(
      """
      general: { json = "compact" ws = true ws_port = \(port) ws_ip = "127.0.0.1" wss = false }
      admin: { admin_ws = false admin_wss = false }
      """, to: "janus.transport.websockets.jcfg")
    folder.write(
      "general: { admin_key = \"key\" }\n", to: "janus.plugin.audiobridge.jcfg")
    process = try ChildProcess(
      "janus", ["--config=\(folder["janus.jcfg"])", "--configs-folder=\(folder.path)"],
      outputFile: folder["log"])
    LoopbackSocket.waitUntilListening(port)
  }

  package var url: String { "ws://127.0.0.1:\(port)" }

  package func stop() { process.kill() }

  /// Where Debian puts its plugins.
  private static var libraryFolder: String {
    ["x86_64-linux-gnu", "aarch64-linux-gnu"].map { "/usr/lib/\($0)/janus" }
      .first { access("\($0)/plugins", R_OK) == 0 } ?? "/usr/lib/janus"
  }

  private static func others(in folder: String, than wanted: String) -> String {
    guard let directory = opendir(folder) else { return "" }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".so"), name != "libjanus_\(wanted).so" { names.append(name) }
    }
    return names.joined(separator: ",")
  }
}
