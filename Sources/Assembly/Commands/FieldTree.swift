import Formats
import Invocation

/// `KEY=VALUE` words as the object that an API takes: dots lead into objects, numbers and truth values
/// are what they look like, `@FILE` stands for a file's first line.
struct FieldTree {
  private(set) var value: JSONValue = .object([:])

  init(_ fields: [Field]) throws(SetupError) {
    for field in fields {
      let path = field.key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard path.count <= 8, path.allSatisfy({ !$0.isEmpty }) else {
        throw SetupError(
          sentence: "“\(field.key)” is no name; write a.b for b within a.", exitCode: .usage)
      }
      value = Self.setting(path[...], to: try Self.read(field.value), in: value)
    }
  }

  private static func setting(
    _ path: ArraySlice<String>, to new: JSONValue, in value: JSONValue
  ) -> JSONValue {
    guard let name = path.first else { return new }
    var members: [String: JSONValue] = [:]
    if case .object(let existing) = value { members = existing }
    members[name] = setting(path.dropFirst(), to: new, in: members[name] ?? .object([:]))
    return .object(members)
  }

  private static func read(_ text: String) throws(SetupError) -> JSONValue {
    switch text {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "null": return .null
    default: break
    }
    if text.hasPrefix("@") {
      return .string(try ServiceCommand.firstLine(of: String(text.dropFirst())))
    }
    // A telephone number stays one.
    let isPadded = text.hasPrefix("0") && text.dropFirst().first?.isNumber == true
    guard text.utf8.count <= 15, !text.hasPrefix("+"), !isPadded else { return .string(text) }
    if let number = Int64(text) { return .integer(number) }
    if text.contains("."), let number = Double(text), number.isFinite { return .number(number) }
    return .string(text)
  }
}
