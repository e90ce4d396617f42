import Exchange
import Glibc

/// The folder of an exchange's files; a store in memory has none.
struct DataFolder {
  private let path: String

  /// - Parameter database: the path of a file in the folder.
  init(beside database: String) {
    let end = database.utf8.lastIndex(of: UInt8(ascii: "/"))
    path = end.map { String(database[...$0]) } ?? "./"
  }

  /// The whole file; `nil` when there is none.
  func read(_ file: StoredFilePath) throws(DatabaseError) -> [UInt8]? {
    let name = path + file.description
    // What a link or a pipe leads to is none of the exchange's files.
    let descriptor = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ELOOP || errno == ENOTDIR { return nil }
      throw .unreachable(path: name, reason: lastSystemError())
    }
    defer { close(descriptor) }
    var attributes = stat()
    guard fstat(descriptor, &attributes) == 0, attributes.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    guard attributes.st_size <= StoredFilePath.fileLimit else {
      throw .unreachable(path: name, reason: "it is larger than the exchange reads")
    }
    return try read(descriptor, Int(attributes.st_size), name)
  }

  func remove(_ file: StoredFilePath) throws(DatabaseError) {
    let name = path + file.description
    guard unlink(name) != 0, errno != ENOENT else { return }
    throw .unreachable(path: name, reason: lastSystemError())
  }

  private func read(
    _ descriptor: Int32, _ size: Int, _ name: String
  ) throws(DatabaseError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let part = Glibc.read(
          // A buffer for at least one byte has an address.
          descriptor, buffer.baseAddress! + count, size - count)
        if part < 0, errno == EINTR { continue }
        if part < 0 { failure = errno }
        if part <= 0 { return }
        count += part
      }
    }
    if failure != 0 { throw .unreachable(path: name, reason: lastSystemError()) }
    return bytes
  }
}
