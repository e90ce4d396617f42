/// One thing worth knowing about what the program did; a value like any other, performed by the host.
///
/// Never holds a secret: what carries credentials has no `description` to put into one.
package struct LogEntry: Equatable, Sendable {
  package enum Level: Int, Comparable, Sendable {
    case debug, info, warning, error

    package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  package var level: Level
  /// What it is about, in a word or two: a target, an account, a call.
  package var subject: String
  package var text: String

  package init(_ level: Level, _ subject: String, _ text: String) {
    self.level = level
    self.subject = subject
    self.text = text
  }
}
