import Basics
import Calling

/// The keywords that BotServer's bots shall know for calls, as far as a phone can do what they say.
///
///     [NAME =] START CALL "TARGET" │ WAIT FOR CALL ANSWER [NAME] │ [NAME =] CREATE ROOM "NAME"
///     ANSWER CALL │ [NAME =] HEAR │ ' a remark
///
/// A name before `=` is read over: the newest call is meant, and what was heard stands in the output.
///
/// - Source: seed1, *Planned Integration with BASIC*.
extension PlainCommand {
  /// - Returns: `nil` when the line holds none of them.
  static func keyword(_ line: String) -> PlainCommand? {
    var words = self.words(of: line)
    if words.first?.text.first == "'" || words.first?.text.first == "#" { return .nothing }
    if words.count > 2, words[1].text == "=", isName(words[0].text) { words.removeFirst(2) }
    let (keyword, operand) = split(words)
    switch keyword {
    case ["START", "CALL"] where operand != nil: return operand.map { .call(target: $0) }
    case let keyword where keyword.starts(with: ["START", "CALL"]):
      return .wrong("START CALL wants a name in quotation marks: START CALL \"bob\"")
    case ["CREATE", "ROOM"]:
      return operand.map { .createRoom($0) } ?? .wrong("Say which room: create room Standup")
    case ["ANSWER", "CALL"]: return .answer(call: nil)
    case ["HEAR"]: return .wait(.words, usualWait)
    case ["TALK"]:
      return .wrong("TALK needs a voice, which a script has not; play a file with --capture.")
    case ["INVITE", "TO", "ROOM"]:
      return .wrong("INVITE TO ROOM is not done; call several with commas: call bob,carol")
    case let keyword where keyword.starts(with: ["WAIT", "FOR", "CALL", "ANSWER"]):
      return keyword.count < 6 ? .wait(.active, usualWait) : nil
    default: return nil
    }
  }

  /// `wait STATE [TIME]`.
  static func waiting(_ rest: String) -> PlainCommand {
    let words = rest.split(separator: " ")
    let wait = words.first.flatMap { word in
      Wait.typed.first { $0.rawValue == word.lowercased() }
    }
    let limit = words.count < 2 ? usualWait : time(String(words[1]))
    guard let wait, let limit, words.count < 3 else {
      let known = Wait.typed.map(\.rawValue).joined(separator: ", ")
      return .wrong("Say what to wait for (\(known)), and how long: wait active 30s")
    }
    return .wait(wait, limit)
  }

  /// A time of a day at most; `nil` for anything else.
  static func time(_ text: String) -> Duration? {
    Duration(written: text).flatMap { $0 <= .seconds(86_400) ? $0 : nil }
  }

  /// How long is waited when nothing else is said: as long as a call rings.
  static let usualWait: Duration = .seconds(60)

  // MARK: Helpers

  private struct Word {
    var text: String
    var isQuoted: Bool
  }

  /// Words between blanks; what stands in quotation marks is one, without them.
  private static func words(of line: String) -> [Word] {
    var words: [Word] = []
    var rest = line[...]
    while let first = rest.first {
      if first == " " || first == "\t" || first == "\r" {
        rest.removeFirst()
      } else if first == "\"" {
        rest.removeFirst()
        let text = rest.prefix { $0 != "\"" }
        words.append(Word(text: String(text), isQuoted: true))
        rest = rest.dropFirst(text.count + 1)
      } else {
        let text = rest.prefix { $0 != " " && $0 != "\t" && $0 != "\r" }
        words.append(Word(text: String(text), isQuoted: false))
        rest = rest.dropFirst(text.count)
      }
    }
    return words
  }

  /// The bare words in capitals, and the quoted one that follows them.
  private static func split(_ words: [Word]) -> (keyword: [String], operand: String?) {
    let keyword = words.prefix { !$0.isQuoted }.map { $0.text.uppercased() }
    let operand = words.dropFirst(keyword.count).first?.text
    return (keyword, operand.flatMap { $0.isEmpty ? nil : $0 })
  }

  private static func isName(_ text: String) -> Bool {
    text.first?.isLetter == true && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
  }
}
