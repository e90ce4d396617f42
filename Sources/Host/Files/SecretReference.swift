package import Basics
import Glibc

/// Where a password is kept. The settings hold this and never the password.
package enum SecretReference: Equatable, Sendable {
  /// A shell command; the first line it prints.
  case command(String)
  /// A file readable by its owner alone; its first line.
  case file(path: String)
  case environment(variable: String)
  /// The key in Zulip's own settings file.
  case zuliprc(path: String)

  /// Fetches the password. Blocks for as long as a command runs, so not for a loop's thread.
  ///
  /// - Parameter timeout: how long a command may take.
  package func read(timeout: Duration = .seconds(30)) throws(SecretError) -> Secret {
    switch self {
    case .command(let command):
      let output: ShellCommand.Output
      do {
        output = try ShellCommand.run(command, timeout: timeout, limit: Self.limit)
      } catch {
        throw .command(error)
      }
      return try Self.firstLine(of: output.bytes)
    case .file(let path):
      return try Self.firstLine(of: Self.privateContents(of: path))
    case .environment(let variable):
      guard let value = getenv(variable) else { throw .unset(variable: variable) }
      return try Self.firstLine(of: Array(String(cString: value).utf8))
    case .zuliprc(let path):
      let bytes: [UInt8]
      do { bytes = try SmallFile.read(path, limit: SettingsDocument.fileLimit) } catch {
        throw .file(error)
      }
      return try Self.firstLine(of: Array((Zuliprc.key(in: bytes) ?? "").utf8))
    }
  }

  /// In bytes.
  private static let limit = 4_096

  private static func privateContents(of path: String) throws(SecretError) -> [UInt8] {
    let isLoose: Bool
    do throws(FileError) {
      let file = try OpenedFile(path)
      isLoose = file.isOpenToOthers
      if !isLoose { return try file.contents(limit: limit) }
    } catch {
      throw .file(error)
    }
    throw .loose(path)
  }

  private static func firstLine(of bytes: [UInt8]) throws(SecretError) -> Secret {
    var line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    guard !line.isEmpty else { throw .empty }
    guard let text = String(validating: line, as: UTF8.self), !text.contains("\0") else {
      throw .notText
    }
    return Secret(text)
  }
}

/// Why a password could not be fetched. Holds nothing of what was read.
package enum SecretError: Error, Equatable, Sendable {
  case command(ShellCommand.Failure)
  case file(FileError)
  /// Others may read the file.
  case loose(String)
  case unset(variable: String)
  case empty
  case notText

  /// One sentence for people, saying what to do.
  package var sentence: String {
    switch self {
    case .command(let failure): "The password command \(failure.sentence)"
    case .file(let error): error.sentence
    case .loose(let path):
      "Others can read \(HarmlessText.line(path, limit: 120)); run: chmod 600 on it."
    case .unset(let variable): "The environment variable \(variable) is not set."
    case .empty: "The password is empty; its first line counts."
    case .notText: "The password is not UTF-8 text."
    }
  }
}
