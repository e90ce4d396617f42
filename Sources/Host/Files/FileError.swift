import Basics
import Glibc

/// Why a file could not be used.
package enum FileError: Error, Equatable, Sendable {
  /// An operation of the C library failed, with its `errno`.
  case failed(Operation, path: String, code: Int32)
  case tooLarge(path: String, limit: Int)
  /// A folder, a device or a pipe stands there.
  case notAFile(path: String)

  package enum Operation: String, Sendable {
    case read, write
    case makeDirectory = "make the folder"
  }

  /// Whether there simply is no such file.
  package var isAbsence: Bool {
    if case .failed(.read, _, ENOENT) = self { return true }
    return false
  }

  /// One sentence for people.
  package var sentence: String {
    switch self {
    case .failed(let operation, let path, let code):
      "Cannot \(operation.rawValue) \(shown(path)): \(String(cString: strerror(code)))."
    case .tooLarge(let path, let limit):
      "\(shown(path)) is larger than the \(limit / 1024) KiB that are read."
    case .notAFile(let path): "\(shown(path)) is not a plain file."
    }
  }

  private func shown(_ path: String) -> String { HarmlessText.line(path, limit: 120) }
}
