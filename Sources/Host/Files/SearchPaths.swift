import Glibc

/// Where the program looks for its files and leaves them (XDG Base Directory Specification 0.8).
package struct SearchPaths: Equatable, Sendable {
  package var home: String
  /// `$XDG_CONFIG_HOME/tipring`: the settings.
  package var configuration: String
  /// `$XDG_STATE_HOME/tipring`: history, and what the exchange keeps.
  package var state: String
  /// `$XDG_DATA_HOME/tipring`: recordings.
  package var data: String
  /// `$XDG_RUNTIME_DIR/tipring`: sockets. Without that variable a folder in ``state``, since `/tmp`
  /// belongs to everybody.
  package var runtime: String
  /// What was installed with the program; `nil` when only the program itself is there.
  package var resources: String?

  package var settingsFile: String { configuration + "/tipring.conf" }
  package var historyFile: String { state + "/history.sqlite" }
  /// The folder of an exchange that is given no other.
  package var exchangeData: String { state + "/exchange" }
  package var recordings: String { data + "/recordings" }
  /// Zulip's own settings file.
  package var zuliprc: String { home + "/.zuliprc" }

  /// - Parameters:
  ///   - environment: what a variable holds, if it is set.
  ///   - home: the user's home folder when `$HOME` does not say.
  ///   - executable: the program's own path, absolute.
  ///   - isDirectory: whether a folder is there.
  package init(
    environment: (String) -> String?, home: String, executable: String?,
    isDirectory: (String) -> Bool
  ) {
    /// A relative path in one of these variables is to be ignored, says the specification.
    func folder(_ variable: String) -> String? {
      guard let value = environment(variable), value.hasPrefix("/") else { return nil }
      return value.count > 1 && value.hasSuffix("/") ? String(value.dropLast()) : value
    }
    let home = folder("HOME") ?? home
    self.home = home
    configuration = (folder("XDG_CONFIG_HOME") ?? home + "/.config") + "/tipring"
    state = (folder("XDG_STATE_HOME") ?? home + "/.local/state") + "/tipring"
    data = (folder("XDG_DATA_HOME") ?? home + "/.local/share") + "/tipring"
    runtime = folder("XDG_RUNTIME_DIR").map { $0 + "/tipring" } ?? state + "/run"
    resources = executable.flatMap { Self.resources(beside: $0, isDirectory: isDirectory) }
  }

  /// The paths of this process.
  package static var ofThisProcess: SearchPaths {
    SearchPaths(
      environment: { name in getenv(name).map { String(cString: $0) } },
      home: homeFromUserDatabase, executable: executable, isDirectory: SmallFile.isDirectory)
  }

  /// The path that a setting means: `~/` is the home folder, and what is not absolute counts from the
  /// folder of the settings.
  package func expanded(_ path: String) -> String {
    if path == "~" { return home }
    if path.hasPrefix("~/") { return home + path.dropFirst() }
    return path.hasPrefix("/") ? path : "\(configuration)/\(path)"
  }

  /// `<prefix>/share/tipring` of an installed program, or `Resources` of the tree it was built in.
  private static func resources(
    beside executable: String, isDirectory: (String) -> Bool
  ) -> String? {
    let folder = SmallFile.parent(of: executable)
    let installed = SmallFile.parent(of: folder) + "/share/tipring"
    if isDirectory(installed) { return installed }
    var ancestor = folder
    while ancestor != "/", ancestor != "." {
      let candidate = ancestor + "/Resources"
      if isDirectory(candidate) { return candidate }
      ancestor = SmallFile.parent(of: ancestor)
    }
    return nil
  }

  private static var executable: String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }

  /// For a process that was started without an environment.
  private static var homeFromUserDatabase: String {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 4_096)
    return buffer.withUnsafeMutableBufferPointer { room in
      guard
        let start = room.baseAddress,
        getpwuid_r(getuid(), &entry, start, room.count, &found) == 0, found != nil,
        let directory = entry.pw_dir
      else { return "/" }
      return String(cString: directory)
    }
  }
}
