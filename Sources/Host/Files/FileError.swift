import Basics
import Glibc

/// Why a file could not be used.
package enum FileError: Error, Equatable, Sendable {
  /// An operation of the C library failed, with its `errno`.
  case failed(Operation, path: String, code: Int32)
  case tooLarge(path: String, limit: Int)
  /// A device, a pipe or a socket stands there.
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

  /// What is wrong and what to do about it, in plain words.
  package var sentence: String {
    switch self {
    case .failed(let operation, let path, let code):
      "Cannot \(operation.rawValue) \(shown(path)): \(reason(operation, code))"
    case .tooLarge(let path, let limit):
      "\(shown(path)) is larger than the \(limit / 1024) KiB that are read."
    case .notAFile(let path):
      "Cannot read \(shown(path)): it is a pipe or a device. Name a plain file."
    }
  }

  private func reason(_ operation: Operation, _ code: Int32) -> String {
    switch code {
    case ENOENT where operation == .write: "its folder does not exist. Make it first."
    case ENOENT: "there is no such file. Check the path."
    case ENOTDIR: "a part of the path is no folder. Check the path."
    case EISDIR: "it is a folder. Name a file."
    case EACCES, EPERM, EROFS: "you have no right to. Check the permissions."
    case ENOSPC, EDQUOT: "the disk is full. Free some room."
    default: "\(String(cString: strerror(code)))."
    }
  }

  private func shown(_ path: String) -> String { HarmlessText.line(path, limit: 120) }
}
