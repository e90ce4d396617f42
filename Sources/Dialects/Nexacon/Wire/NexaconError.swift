package import Formats

/// Why a message of a Nexacon server or peer was not taken.
package enum NexaconError: Error, Equatable, Sendable {
  /// It is no JSON, or none of an object.
  case malformed
  case missing(String)
  /// A member has a value that means nothing.
  case invalid(String)
  /// A message of another kind than a call's.
  case unknownType(String)
}

/// What a server says when it does not do what was asked.
package struct RefusalMessage: Equatable, Sendable {
  /// Shown only after `HarmlessText`.
  package var words: String?

  package init(words: String?) { self.words = words }

  /// Reads `{"error": "…"}`, and Django's `{"detail": "…"}` as well.
  package init(decoding value: JSONValue) {
    words =
      value["msg"]?.string ?? value["message"]?.string ?? value["error"]?.string
      ?? value["error"]?["message"]?.string ?? value["detail"]?.string
  }

  package func encoded() -> JSONValue { ["error": .string(words ?? "")] }
}

func string(_ name: String, of value: JSONValue) throws(NexaconError) -> String {
  guard let text = value[name]?.string, !text.isEmpty else { throw .missing(name) }
  return text
}
