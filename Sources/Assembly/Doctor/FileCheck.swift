import Files
import Formats
import Glibc
import SqliteStore

/// What `tipring doctor` finds about settings, history, recordings and secrets.
struct FileCheck {
  private let reader: SetupReader

  init(_ reader: SetupReader) { self.reader = reader }

  func findings() -> [Finding] {
    settings + [history, Self.room(at: reader.recordingsFolder)] + secrets
  }

  private var settings: [Finding] {
    let path = reader.paths.settingsFile
    guard reader.complaints.isEmpty else {
      return reader.complaints.map {
        Finding(.files, "settings", .lookAt, $0, advice: "Correct it in \(path).")
      }
    }
    return [
      Finding(
        .files, "settings", .good,
        access(path, F_OK) == 0 ? "\(path) is understood." : "There are none; all is standard.")
    ]
  }

  private var history: Finding {
    let path = reader.paths.historyFile
    guard access(path, F_OK) == 0 else {
      return Finding(.files, "history", .good, "There is none yet.")
    }
    do throws(DatabaseError) {
      try CallHistory.verify(path: path)
    } catch {
      return Finding(
        .files, "history", .bad, error.description,
        advice: "Calls work without it; what was in it is not shown.")
    }
    guard !Self.isOpenToOthers(path) else {
      return Finding(
        .files, "history", .lookAt, "Others on this machine can read \(path).",
        advice: "Run: chmod 600 \(path)")
    }
    return Finding(.files, "history", .good, "The database is whole.")
  }

  /// How much can still be recorded.
  static func room(at folder: String) -> Finding {
    // The folder itself is made with the first recording.
    var ancestor = folder
    while access(ancestor, F_OK) != 0, ancestor != "/", ancestor != "." {
      ancestor = SmallFile.parent(of: ancestor)
    }
    var system = statvfs()
    guard statvfs(ancestor, &system) == 0 else {
      return Finding(
        .files, "recordings", .lookAt, "The disk of \(folder) cannot be looked at.",
        advice: "Choose another folder with recordings in tipring.conf.")
    }
    guard access(ancestor, W_OK) == 0 else {
      return Finding(
        .files, "recordings", .lookAt, "\(ancestor) cannot be written to.",
        advice: "Choose another folder with recordings in tipring.conf.")
    }
    let free = UInt64(system.f_bavail).multipliedReportingOverflow(by: UInt64(system.f_frsize))
    let megabytes = free.overflow ? .max : free.partialValue / 1_000_000
    let figures: [String: JSONValue] = ["freeMegabytes": .integer(Int64(clamping: megabytes))]
    let minutes = megabytes / megabytesPerMinute
    return Finding(
      .files, "recordings", minutes < 2 ? .bad : minutes < 60 ? .lookAt : .good,
      "There is room for \(min(minutes / 60, 9_999)) h \(minutes % 60) min of recorded calls.",
      advice: minutes < 60 ? "Free some room on the disk of \(folder)." : nil, figures: figures)
  }

  /// What is kept in files and variables; commands are tried by signing in.
  private var secrets: [Finding] {
    var kept: [(account: String, reference: SecretReference)] = []
    for account in reader.settings.accounts where account.isEnabled {
      let references =
        [account.password, account.turnPassword].compactMap { $0 } + account.secrets.values
      kept += references.map { (account.name, $0) }
    }
    let faults = kept.compactMap { account, reference -> Finding? in
      switch reference {
      case .command: return nil
      case .file, .environment, .zuliprc:
        do throws(SecretError) {
          _ = try reference.read()
          return nil
        } catch {
          return Finding(
            .files, "secrets", .bad, "Of the account \(account): \(error.sentence)",
            advice: "Correct the account's password… in \(reader.paths.settingsFile), or the file.")
        }
      }
    }
    guard faults.isEmpty else { return faults }
    return [
      Finding(
        .files, "secrets", .good,
        kept.isEmpty ? "None are needed." : "\(kept.count) are kept where others cannot read them.")
    ]
  }

  private static func isOpenToOthers(_ path: String) -> Bool {
    var attributes = stat()
    return stat(path, &attributes) == 0 && attributes.st_mode & 0o077 != 0
  }

  /// Two voices, 16 bits, 48 kHz, as WAV has them.
  private static let megabytesPerMinute: UInt64 = 12
}
