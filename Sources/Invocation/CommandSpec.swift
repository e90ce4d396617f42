/// One option as it is written, explained and completed.
package struct OptionSpec: Equatable, Sendable {
  package enum Value: Equatable, Sendable {
    case none
    /// `--name VALUE` or `--name=VALUE`.
    case required(String)
    /// `--name` or `--name=VALUE`.
    case optional(String)
  }

  /// With its dashes.
  package let name: String
  package let value: Value
  package let about: String

  package init(_ name: String, _ value: Value, _ about: String) {
    self.name = name
    self.value = value
    self.about = about
  }

  /// An option without a value.
  package init(_ name: String, _ about: String) {
    self.init(name, .none, about)
  }

  /// As the help text shows it: `--record PATH`.
  package var usage: String {
    switch value {
    case .none: name
    case .required(let placeholder): "\(name) \(placeholder)"
    case .optional(let placeholder): "\(name)[=\(placeholder)]"
    }
  }
}

/// One command as it is written, explained and completed.
package struct CommandSpec: Sendable {
  package struct Example: Equatable, Sendable {
    package let line: String
    package let about: String

    package init(_ line: String, _ about: String) {
      self.line = line
      self.about = about
    }
  }

  /// Without `tipring`; two words for a subcommand, empty for the phone itself.
  package let name: String
  /// What follows the name, in capitals where it stands for something.
  package let operands: String
  /// One line for the list of commands.
  package let summary: String
  /// Paragraphs that say the rest.
  package let text: [String]
  package let options: [OptionSpec]
  package let examples: [Example]

  package init(
    _ name: String, operands: String = "", summary: String, text: [String] = [],
    options: [OptionSpec] = [], examples: [Example] = []
  ) {
    self.name = name
    self.operands = operands
    self.summary = summary
    self.text = text
    self.options = options
    self.examples = examples
  }

  /// How many operands the command takes at most.
  package var operandLimit: Int {
    operands.hasSuffix("…") ? 64 : operands.split(separator: " ").count
  }

  /// The option of that name, if the command has it.
  package func option(named name: String) -> OptionSpec? {
    options.first { $0.name == name }
  }

  /// The first words of all commands that are listed, without their subcommands.
  package static var names: [String] {
    all.map(\.name).filter { !$0.isEmpty && !$0.contains(" ") }
  }

  /// The command of that name.
  package static func named(_ name: String) -> CommandSpec? {
    all.first { $0.name == name }
  }

  /// The second words of a command's subcommands.
  package func subcommandNames() -> [String] {
    Self.all.compactMap { other in
      name.isEmpty || !other.name.hasPrefix(name + " ")
        ? nil : String(other.name.dropFirst(name.count + 1))
    }
  }
}
