package import Formats

/// The name of a room or of somebody in it: a number, or a text on servers with `string_ids`.
package enum JanusID: Hashable, Sendable {
  case number(Int64)
  case text(String)

  /// - Returns: `nil` for anything else, an empty text, or one of more than 200 bytes.
  package init?(_ value: JSONValue?) {
    switch value {
    case .integer(let number)?: self = .number(number)
    case .string(let text)? where !text.isEmpty && text.utf8.count <= 200: self = .text(text)
    default: return nil
    }
  }

  package var json: JSONValue {
    switch self {
    case .number(let number): .integer(number)
    case .text(let text): .string(text)
    }
  }

  package var description: String {
    switch self {
    case .number(let number): String(number)
    case .text(let text): text
    }
  }
}
