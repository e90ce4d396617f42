/// Why a database cannot be used or did not do something.
package enum DatabaseError: Error, Equatable, CustomStringConvertible {
  /// The file or its folder cannot be made, read or written; with the system's words.
  case unreachable(path: String, reason: String)
  /// The file is no database, or its pages contradict each other.
  case damaged(path: String)
  /// Another program's database.
  case foreign(path: String)
  /// Written by a newer Tipring.
  case tooNew(path: String, version: Int)
  /// Another process held the file for longer than the time-out.
  case busy(path: String)
  /// Another process serves from this file.
  case inUse(path: String)
  case full(path: String)
  /// Anything else, with SQLite's result code.
  case failed(path: String, code: Int32, message: String)

  /// One sentence for people, saying what to do.
  package var description: String {
    switch self {
    case .unreachable(let path, let reason):
      "\(path) cannot be opened: \(reason); check the folder and its permissions."
    case .damaged(let path):
      "\(path) is damaged or no database; move it away to begin anew, it was not changed."
    case .foreign(let path): "\(path) is another program's database; choose another place."
    case .tooNew(let path, let version):
      "\(path) was written by a newer version (format \(version)); update the program."
    case .busy(let path): "\(path) is held by another process; try again."
    case .inUse(let path):
      "Another exchange serves from \(path); stop it, or choose another --data folder."
    case .full(let path): "There is no space left for \(path); free some."
    case .failed(let path, let code, let message):
      "\(path) could not be used: \(message) (SQLite code \(code))."
    }
  }
}
