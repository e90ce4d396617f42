import Files
import Glibc

/// The project's files, as the tests of its rules read them.
enum SourceTree {
  /// The folder that holds `Package.swift`.
  static let root: String = {
    var parts = #filePath.split(separator: "/")
    parts.removeLast(3)
    return "/" + parts.joined(separator: "/")
  }()

  /// All Swift files below `Sources`, read once.
  static let sources = swiftFiles(in: "Sources")

  /// A file's text, by its path from the root.
  static func text(_ path: String) throws -> String {
    String(decoding: try SmallFile.read("\(root)/\(path)", limit: 1 << 20), as: UTF8.self)
  }

  static func exists(_ path: String) -> Bool { access("\(root)/\(path)", F_OK) == 0 }

  /// All Swift files below a folder.
  static func swiftFiles(in folder: String) -> [SourceFile] {
    names(in: folder).flatMap { name in
      let path = "\(folder)/\(name)"
      if SmallFile.isDirectory("\(root)/\(path)") { return swiftFiles(in: path) }
      guard name.hasSuffix(".swift"), let text = try? text(path) else { return [] }
      return [SourceFile(path: path, text: text)]
    }
  }

  private static func names(in folder: String) -> [String] {
    guard let directory = opendir("\(root)/\(folder)") else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}

/// One Swift file, line by line.
struct SourceFile: Sendable {
  let path: String
  let lines: [String]
  /// The lines without comments and without what stands in quotation marks.
  let code: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var isInText = false
    code = lines.map { Self.code(in: $0, isInText: &isInText) }
  }

  /// The target whose folder holds the file.
  var target: String {
    let parts = path.split(separator: "/").map(String.init)
    switch parts[1] {
    case "Core", "Host": return parts[2]
    case "Dialects": return parts[2] + parts[3]
    default: return parts[1]
    }
  }

  /// The modules that the file imports.
  var imports: [String] {
    code.compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
        words[..<index].allSatisfy({
          ["package", "internal", "private", "fileprivate", "public"].contains($0)
            || $0.hasPrefix("@")
        })
      else { return nil }
      let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
      let name = kinds.contains(words[index + 1]) ? words[index + 2] : words[index + 1]
      return name.split(separator: ".").first.map(String.init)
    }
  }

  /// `path:line`, for a failure's message.
  func place(_ index: Int) -> String { "\(path):\(index + 1)" }

  /// Whether a line, or one of the three before it, is explained.
  func isExplained(_ index: Int) -> Bool {
    lines[max(0, index - 3)...index].contains { $0.contains("//") }
  }

  private static func code(in line: String, isInText: inout Bool) -> String {
    if line.contains("\"\"\"") {
      // The delimiters of a long text, alone or behind what it is given to.
      if line.ranges(of: "\"\"\"").count == 1 { isInText.toggle() }
      return ""
    }
    if isInText { return "" }
    var result = ""
    var isQuoted = false
    var previous: Character = " "
    for character in line {
      if character == "\"", previous != "\\" { isQuoted.toggle() }
      if !isQuoted {
        if character == "/", previous == "/" { return String(result.dropLast()) }
        result.append(character)
      }
      previous = character
    }
    return result
  }
}
