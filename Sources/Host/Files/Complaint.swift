import Basics

/// Something in a settings file that was not taken; everything else in the file counts.
package struct Complaint: Equatable, Sendable, CustomStringConvertible {
  package enum Fault: Equatable, Sendable {
    case notASetting
    case notText
    case lineTooLong
    case unclosedGroup
    case outsideGroups(String)
    case unknownGroup(String, suggestion: String?)
    case unknownKey(String, group: String, suggestion: String?)
    /// `expected` completes “it must be …”.
    case badValue(String, key: String, expected: String)
    case setTwice(String, firstLine: Int)
    case excluded(String, by: String)
    /// A line of [keys] that cannot be followed, in the console's sentence.
    case badKeys(String)
    case badAccountName(String)
    case incompleteAccount(String, missing: String)
    case tooManyAccounts(limit: Int)
    /// A password stands in the file itself; it is not repeated here.
    case passwordInFile(String, instead: String)
    case readableByOthers
    /// It lacks the address, the user or the key.
    case notZuliprc
    case unreadable(FileError)
  }

  /// The path of the file.
  package var file: String
  /// Counted from 1; `nil` when the whole file is meant.
  package var line: Int?
  package var fault: Fault

  package init(file: String, line: Int?, _ fault: Fault) {
    self.file = file
    self.line = line
    self.fault = fault
  }

  /// The fault alone, for what stands in no file.
  package var sentence: String { HarmlessText.line(words, limit: 400) }

  /// `tipring.conf:12: There is no setting “mous” in [phone]; did you mean “mouse”?`
  package var description: String {
    let name = file.split(separator: "/").last.map(String.init) ?? file
    return HarmlessText.line("\(name):\(line.map { "\($0):" } ?? "") \(words)", limit: 400)
  }

  private var words: String {
    switch fault {
    case .notASetting: "This is neither “key = value” nor “[group]” nor a # comment."
    case .notText: "This line is not UTF-8 text."
    case .lineTooLong: "This line is longer than \(SettingsDocument.lineLimit) bytes."
    case .unclosedGroup: "A group's name ends with “]”."
    case .outsideGroups(let key): "“\(key)” belongs below a group such as [phone]."
    case .unknownGroup(let name, let suggestion):
      "There is no group [\(name)]" + asked(suggestion.map { "[\($0)]" })
    case .unknownKey(let key, let group, let suggestion):
      "There is no setting “\(key)” in [\(group)]" + asked(suggestion.map { "“\($0)”" })
    case .badValue(let value, let key, let expected):
      "“\(value.prefix(80))” will not do for \(key); it must be \(expected)."
    case .setTwice(let key, let firstLine):
      "\(key) is set in line \(firstLine) already; this line counts."
    case .excluded(let key, let other): "\(key) and \(other) exclude each other; \(other) counts."
    case .badKeys(let sentence): sentence
    case .badAccountName(let name):
      "“\(name.prefix(40))” is no account name; it has 1 to 32 letters, digits, dots, dashes or "
        + "underscores, and “exchange” is taken."
    case .incompleteAccount(let name, let missing):
      "The account \(name) is left out, because it has no \(missing)."
    case .tooManyAccounts(let limit): "Only the first \(limit) accounts are used."
    case .passwordInFile(let key, let name):
      "\(key): passwords do not belong here; use \(name)-command, \(name)-file or \(name)-env."
    case .readableByOthers: "Others can read this file, and a key is in it: chmod 600 \(file)"
    case .notZuliprc: "This is no zuliprc file with email, key and site."
    case .unreadable(let error): error.sentence
    }
  }

  private func asked(_ suggestion: String?) -> String {
    suggestion.map { "; did you mean \($0)?" } ?? "."
  }
}
