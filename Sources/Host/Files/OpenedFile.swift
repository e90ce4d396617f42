import Glibc

/// A plain file, open for reading until this value is gone.
struct OpenedFile: ~Copyable {
  /// Of the file that was opened, whatever stands at its path by now.
  let attributes: stat
  private let descriptor: Int32
  private let path: String

  init(_ path: String) throws(FileError) {
    // Without O_NONBLOCK a pipe that nobody writes to would be waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else {
      // A socket cannot be opened at all.
      throw errno == ENXIO ? .notAFile(path: path) : .failed(.read, path: path, code: errno)
    }
    var attributes = stat()
    let kind = fstat(descriptor, &attributes) == 0 ? attributes.st_mode & S_IFMT : 0
    guard kind == S_IFREG else {
      close(descriptor)
      throw kind == S_IFDIR
        ? .failed(.read, path: path, code: EISDIR) : .notAFile(path: path)
    }
    self.descriptor = descriptor
    self.attributes = attributes
    self.path = path
  }

  deinit { close(descriptor) }

  /// Whether anybody but its owner may read, write or run it.
  var isOpenToOthers: Bool { attributes.st_mode & 0o077 != 0 }

  /// Everything from where reading stands, at most `limit` bytes.
  borrowing func contents(limit: Int) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw .failed(.read, path: path, code: errno)
      }
      guard bytes.count + count <= limit else { throw .tooLarge(path: path, limit: limit) }
      bytes += buffer[..<count]
    }
  }
}
