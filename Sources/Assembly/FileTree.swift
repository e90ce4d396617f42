import Glibc

/// Folders that this program made for itself.
enum FileTree {
  /// Makes a folder and those above it that are missing, for this user alone.
  static func make(_ path: String) {
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      made += "/" + part
      mkdir(made, 0o700)
    }
  }

  /// Removes a folder with all that is in it; links are removed, not followed.
  static func remove(_ path: String) {
    guard let folder = opendir(path) else {
      _ = Glibc.remove(path)
      return
    }
    defer {
      closedir(folder)
      rmdir(path)
    }
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name != ".", name != ".." else { continue }
      let child = path + "/" + name
      var attributes = stat()
      if lstat(child, &attributes) == 0, attributes.st_mode & S_IFMT == S_IFDIR {
        remove(child)
      } else {
        unlink(child)
      }
    }
  }
}
