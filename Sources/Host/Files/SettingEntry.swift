import Basics

/// What a value is read beside: the folders that paths are relative to.
typealias PathExpansion = (String) -> String

/// One key of one group: how its value is read, and what the manual says of it.
struct SettingEntry<Root: Sendable>: Sendable {
  let key: String
  /// Completes “it must be …”.
  let expected: String
  /// As it would be written; empty when there is none.
  let standard: String
  let about: String
  /// Takes the value in; `false` when it is none. The value is never empty.
  let read: @Sendable (String, inout Root, PathExpansion) -> Bool

  static func flag(
    _ key: String, _ path: any WritableKeyPath<Root, Bool> & Sendable, in root: Root,
    _ about: String
  ) -> Self {
    Self(
      key: key, expected: "yes or no", standard: root[keyPath: path] ? "yes" : "no", about: about
    ) { text, root, _ in
      guard let value = truth(text) else { return false }
      root[keyPath: path] = value
      return true
    }
  }

  /// Yes, no, or left to the circumstances.
  static func automatic(
    _ key: String, _ path: any WritableKeyPath<Root, Bool?> & Sendable, _ about: String
  ) -> Self {
    Self(key: key, expected: "auto, yes or no", standard: "auto", about: about) { text, root, _ in
      let value = truth(text)
      guard value != nil || text.lowercased() == "auto" else { return false }
      root[keyPath: path] = value
      return true
    }
  }

  static func choice<Choice: RawRepresentable<String> & CaseIterable & SendableMetatype>(
    _ key: String, _ path: any WritableKeyPath<Root, Choice> & Sendable, in root: Root,
    _ about: String
  ) -> Self {
    let names = Choice.allCases.map(\.rawValue).asAlternatives
    return Self(
      key: key, expected: names, standard: root[keyPath: path].rawValue, about: about
    ) { text, root, _ in
      guard let value = Choice(rawValue: text.lowercased()) else { return false }
      root[keyPath: path] = value
      return true
    }
  }

  /// Anything that `parse` takes.
  static func value<Value>(
    _ key: String, _ path: any WritableKeyPath<Root, Value> & Sendable, expected: String,
    standard: String = "", _ about: String, parse: @escaping @Sendable (String) -> Value?
  ) -> Self {
    Self(key: key, expected: expected, standard: standard, about: about) { text, root, _ in
      guard let value = parse(text) else { return false }
      root[keyPath: path] = value
      return true
    }
  }

  /// The same for what may be missing: what `parse` does not take is no value, not a missing one.
  static func value<Value>(
    _ key: String, _ path: any WritableKeyPath<Root, Value?> & Sendable, expected: String,
    standard: String = "", _ about: String, parse: @escaping @Sendable (String) -> Value?
  ) -> Self {
    Self(key: key, expected: expected, standard: standard, about: about) { text, root, _ in
      guard let value = parse(text) else { return false }
      root[keyPath: path] = value
      return true
    }
  }

  static func path(
    _ key: String, _ path: any WritableKeyPath<Root, String?> & Sendable, standard: String = "",
    _ about: String
  ) -> Self {
    Self(key: key, expected: "a path", standard: standard, about: about) { text, root, expand in
      root[keyPath: path] = expand(unquoted(text))
      return true
    }
  }

  /// Something that only some call systems have.
  static func option(
    _ key: String, expected: String = "a short text without blanks around it", _ about: String,
    isUsable: @escaping @Sendable (String) -> Bool
  ) -> SettingEntry<AccountSettings> {
    .value(key, \AccountSettings.options[key], expected: expected, about) { text in
      // The value is optional itself: none of it is not the same as none at all.
      let text = unquoted(text)
      guard isUsable(text) else { return Optional<String?>.none }
      return .some(text)
    }
  }

  /// The three keys that say where a password comes from; the last of them counts.
  ///
  /// - Parameter what: completes “is …”.
  static func secret(
    _ name: String, _ path: any WritableKeyPath<Root, SecretReference?> & Sendable,
    _ what: String = "the password"
  ) -> [Self] {
    [
      value(
        "\(name)-command", path, expected: "a command",
        "A shell command; the first line it prints is \(what)."
      ) { .command($0) },
      Self(
        key: "\(name)-file", expected: "a path", standard: "",
        about: "A file readable by its owner alone; its first line is \(what)."
      ) { text, root, expand in
        root[keyPath: path] = .file(path: expand(unquoted(text)))
        return true
      },
      value(
        "\(name)-env", path, expected: "the name of an environment variable",
        "An environment variable that holds \(what)."
      ) { isVariableName($0) ? .environment(variable: $0) : nil },
    ]
  }
}

private func truth(_ text: String) -> Bool? {
  switch text.lowercased() {
  case "yes", "true", "on", "1": true
  case "no", "false", "off", "0": false
  default: nil
  }
}

/// Without the quotation marks around it, when there are no others.
func unquoted(_ text: String) -> String {
  guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
  let inner = text.dropFirst().dropLast()
  return inner.contains("\"") ? text : String(inner)
}

private func isVariableName(_ text: String) -> Bool {
  text.utf8.count <= 128 && text.first?.isNumber == false
    && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
}
