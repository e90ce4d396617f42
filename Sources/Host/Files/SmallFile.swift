import CLinux
import Glibc

/// Reads and writes files that are held in memory whole.
package enum SmallFile {
  /// The contents of a plain file of at most `limit` bytes.
  package static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    try OpenedFile(path).contents(limit: limit)
  }

  /// Puts `bytes` in the place of the file, whole or not at all; only its owner can read it then.
  ///
  /// A symbolic link stays one: what it points to is replaced.
  package static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
    let target = resolved(path)
    var template = Array("\(target).XXXXXX".utf8CString)
    let descriptor = shim_mkostemp(&template, O_CLOEXEC)
    guard descriptor >= 0 else { throw .failed(.write, path: path, code: errno) }
    // mkostemp makes the file readable and writable by its owner alone.
    var code = writeAll(bytes, to: descriptor)
    if code == 0, fsync(descriptor) != 0 { code = errno }
    close(descriptor)
    if code == 0, rename(template, target) != 0 { code = errno }
    guard code == 0 else {
      unlink(template)
      throw .failed(.write, path: path, code: code)
    }
    // The new name must survive a power cut as well as the contents.
    let directory = open(parent(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
  }

  /// Makes a folder, and those above it, for its owner alone; one that is there stays as it is.
  package static func makePrivateDirectory(_ path: String) throws(FileError) {
    if mkdir(path, 0o700) == 0 || isDirectory(path) { return }
    guard errno == ENOENT, parent(of: path) != path else {
      throw .failed(.makeDirectory, path: path, code: errno == EEXIST ? ENOTDIR : errno)
    }
    try makePrivateDirectory(parent(of: path))
    if mkdir(path, 0o700) != 0, !isDirectory(path) {
      throw .failed(.makeDirectory, path: path, code: errno)
    }
  }

  /// Whether a folder is there; leaves `errno` alone.
  package static func isDirectory(_ path: String) -> Bool {
    let code = errno
    defer { errno = code }
    var attributes = stat()
    return stat(path, &attributes) == 0 && attributes.st_mode & S_IFMT == S_IFDIR
  }

  /// The folder that holds a path: `/a` for `/a/b`, `/` for `/a`, `.` for `a`.
  package static func parent(of path: String) -> String {
    var trimmed = Substring(path)
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      rest = rest.dropFirst(count)
    }
    return 0
  }
}
