import Basics

/// A command line taken apart by the tables, before its values are looked at.
struct ScannedArguments: Sendable {
  var spec = CommandSpec.phone
  var operands: [String] = []
  /// The last value of each option given; empty for one without a value.
  var values: [String: String] = [:]
  var wantsHelp = false
  var wantsVersion = false

  /// - Parameter arguments: without the program's own name.
  init(_ arguments: [String]) throws(UsageError) {
    var rest = arguments[...]
    while let word = rest.popFirst() {
      if word == "--" {
        for operand in rest { try take(operand: operand) }
        break
      }
      if word.hasPrefix("-"), word != "-" {
        try take(option: word, from: &rest)
      } else {
        try take(operand: word)
      }
    }
    // An option may stand before the command that it belongs to.
    for name in values.keys.sorted() where spec.option(named: name) == nil {
      throw UsageError(.unknownOption(name, suggestion: nil), in: spec.name)
    }
  }

  /// The value of an option; `nil` when it was not given.
  func value(_ name: String) -> String? { values[name] }

  func has(_ name: String) -> Bool { values[name] != nil }

  private mutating func take(operand: String) throws(UsageError) {
    if operands.isEmpty {
      let name = spec.name.isEmpty ? operand : "\(spec.name) \(operand)"
      if !operand.contains(" "), let command = CommandSpec.named(name), command.name != spec.name {
        spec = command
        return
      }
      if spec.name.isEmpty {
        throw UsageError(
          .unknownCommand(operand, suggestion: nearestName(to: operand, among: CommandSpec.names)),
          in: "")
      }
      if spec.operands.isEmpty {
        let subcommands = spec.subcommandNames()
        guard subcommands.isEmpty else {
          throw UsageError(
            .unknownCommand(
              "\(spec.name) \(operand)",
              suggestion: nearestName(to: operand, among: subcommands).map { "\(spec.name) \($0)" }
                ?? "\(spec.name) \(subcommands[0])"),
            in: spec.name)
        }
      }
    }
    guard operands.count < spec.operandLimit else {
      throw UsageError(.unexpectedOperand(operand), in: spec.name)
    }
    operands.append(operand)
  }

  private mutating func take(
    option word: String, from rest: inout ArraySlice<String>
  ) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let attached = parts.count == 2 ? String(parts[1]) : nil
    if name == "--help" || name == "-h" || name == "--version" {
      guard attached == nil else { throw UsageError(.unexpectedValue(option: name), in: spec.name) }
      if name == "--version" { wantsVersion = true } else { wantsHelp = true }
      return
    }
    guard let option = option(named: name) else {
      let known = (spec.options + OptionSpec.universal).map(\.name)
      throw UsageError(
        .unknownOption(name, suggestion: nearestName(to: name, among: known)), in: spec.name)
    }
    switch option.value {
    case .none:
      guard attached == nil else { throw UsageError(.unexpectedValue(option: name), in: spec.name) }
      values[name] = ""
    case .optional:
      values[name] = attached ?? ""
    case .required:
      var value = attached
      // What looks like the next option is not taken for a value; `--name=VALUE` can say it anyway.
      if value == nil, rest.first?.hasPrefix("--") == false { value = rest.popFirst() }
      guard let value, !value.isEmpty else {
        throw UsageError(.missingValue(option: name, usage: option.usage), in: spec.name)
      }
      values[name] = value
    }
  }

  /// The option, also when the command that has it is yet to come.
  private func option(named name: String) -> OptionSpec? {
    if let option = spec.option(named: name) { return option }
    guard operands.isEmpty else { return nil }
    let prefix = spec.name.isEmpty ? "" : spec.name + " "
    for command in CommandSpec.all where command.name.hasPrefix(prefix) {
      if let option = command.option(named: name) { return option }
    }
    return nil
  }
}
