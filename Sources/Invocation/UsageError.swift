import Basics
package import Media

/// Why a command line was not understood.
package struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Fault: Equatable, Sendable {
    case unknownCommand(String, suggestion: String?)
    case unknownOption(String, suggestion: String?)
    case missingValue(option: String, usage: String)
    case unexpectedValue(option: String)
    /// `expected` completes “it must be …”.
    case badValue(String, of: String, expected: String)
    case unusableSound(option: String, AudioSpecError)
    case missingOperand(String)
    case missingOption(OptionSpec)
    case unexpectedOperand(String)
    case excluded(String, by: String)
    /// The first makes no sense without the second.
    case incomplete(String, without: String)
  }

  package let fault: Fault
  /// The command that was being read, without `tipring`; empty for the phone.
  package let command: String

  package init(_ fault: Fault, in command: String) {
    self.fault = fault
    self.command = command
  }

  /// One sentence saying what was wrong, fit to be shown whatever the words were.
  package var sentence: String { HarmlessText.line(rawSentence, limit: 512) }

  /// The sentence, and where to read on; without the program's name, which stands before all errors.
  package var description: String {
    "\(sentence)\nTry: tipring \(command.isEmpty ? "" : command + " ")--help"
  }

  private var rawSentence: String {
    switch fault {
    case .unknownCommand(let name, let suggestion?):
      "There is no command “\(name)”; did you mean “\(suggestion)”?"
    case .unknownCommand(let name, nil):
      "There is no command “\(name)”; to call somebody, write: tipring call \(name)"
    case .unknownOption(let name, let suggestion?):
      "There is no option \(name) here; did you mean \(suggestion)?"
    case .unknownOption(let name, nil): "There is no option \(name) here."
    case .missingValue(let option, let usage): "\(option) needs a value: \(usage)"
    case .unexpectedValue(let option): "\(option) takes no value."
    case .badValue(let value, let name, let expected):
      "“\(value)” will not do for \(name); it must be \(expected)."
    case .unusableSound(let option, let error): "\(option): \(error.sentence)"
    case .missingOperand(let placeholder): "\(placeholder) is missing."
    case .missingOption(let option): "\(option.name) is missing, \(option.about)."
    case .unexpectedOperand(let text): "“\(text)” is one word too many."
    case .excluded(let option, let other): "\(option) and \(other) exclude each other."
    case .incomplete(let option, let other): "\(option) only makes sense with \(other)."
    }
  }
}
