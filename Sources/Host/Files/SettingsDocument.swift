/// A settings file as its lines: groups, keys and values before they are given a meaning.
///
///     # A comment has a line of its own.
///     [group argument]
///     key = value
///
/// Nothing is an error that ends the reading: a line that fits nothing is kept as a fault. Lines are
/// kept as they were written, so that an account can be added or removed around them.
struct SettingsDocument: Equatable, Sendable {
  enum Content: Equatable, Sendable {
    case nothing
    case group(String)
    case entry(key: String, value: String)
    case fault(Complaint.Fault)
  }

  struct Line: Equatable, Sendable {
    /// Without its line break.
    var bytes: ArraySlice<UInt8>
    var content: Content
  }

  private(set) var lines: [Line] = []

  /// In bytes; a longer line is a fault.
  static let lineLimit = 4_096
  /// In bytes; a larger file is not read.
  static let fileLimit = 256 * 1_024

  init(_ bytes: [UInt8]) {
    var rest = bytes[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    if rest.isEmpty { return }
    lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      Line(bytes: $0, content: Self.content(of: $0))
    }
    if lines.last?.bytes.isEmpty == true { lines.removeLast() }
  }

  /// The file's bytes, with a line break after every line.
  var bytes: [UInt8] {
    lines.flatMap { Array($0.bytes) + [UInt8(ascii: "\n")] }
  }

  /// Appends a group, parted from what is before it by an empty line.
  mutating func append(group: String, entries: [(key: String, value: String)]) {
    var text = lines.last.map { $0.bytes.isEmpty ? [] : [""] } ?? []
    text.append("[\(group)]")
    text += entries.map { "\($0.key) = \($0.value)" }
    for line in text {
      let bytes = Array(line.utf8)[...]
      lines.append(Line(bytes: bytes, content: Self.content(of: bytes)))
    }
  }

  /// Removes the groups that `isMeant` finds, with their lines.
  ///
  /// Comments and empty lines right before the next group belong to that one and stay.
  /// - Returns: whether there was one.
  mutating func removeGroups(where isMeant: (String) -> Bool) -> Bool {
    var kept: [Line] = []
    var pending: [Line] = []
    var isRemoving = false
    var hasRemoved = false
    for line in lines {
      if case .group(let name) = line.content {
        isRemoving = isMeant(name)
        hasRemoved = hasRemoved || isRemoving
        kept += pending
        pending = []
      }
      if !isRemoving {
        kept.append(line)
      } else if line.content == .nothing {
        pending.append(line)
      } else {
        pending = []
      }
    }
    lines = kept
    return hasRemoved
  }

  private static func content(of line: ArraySlice<UInt8>) -> Content {
    guard line.count <= lineLimit else { return .fault(.lineTooLong) }
    guard let whole = String(validating: line, as: UTF8.self) else { return .fault(.notText) }
    let text = whole.trimmed
    if text.isEmpty || text.hasPrefix("#") || text.hasPrefix(";") { return .nothing }
    if text.hasPrefix("[") {
      guard text.hasSuffix("]") else { return .fault(.unclosedGroup) }
      let words = text.dropFirst().dropLast().split { $0.isWhitespace }
      return .group(words.joined(separator: " "))
    }
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      return .fault(.notASetting)
    }
    let key = text[..<equals].trimmed
    let value = text[text.index(after: equals)...].trimmed
    // A control character in a value would end up on somebody's screen.
    guard !value.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\t" }) else {
      return .fault(.notASetting)
    }
    return .entry(key: key.lowercased(), value: String(value))
  }
}

extension StringProtocol {
  /// Without the white space around it.
  var trimmed: SubSequence {
    let start = firstIndex { !$0.isWhitespace } ?? endIndex
    guard start != endIndex, let last = lastIndex(where: { !$0.isWhitespace }) else {
      return self[endIndex...]
    }
    return self[start...last]
  }
}
