import Files
import Invocation

/// The commands of a file: one a line, with remarks after `#` or `'`, and a part between `ON INCOMING CALL`
/// and `END ON` that is done whenever a call rings.
///
/// - Bound: ``lineLimit`` lines, and 256 KiB.
struct Script: Equatable {
  private(set) var commands: [PlainCommand] = []
  /// What is done when a call rings; `nil` when the script does not say.
  private(set) var handler: [PlainCommand]?

  /// The first line that is wrong.
  struct Fault: Error, Equatable {
    /// From 1.
    let line: Int
    let words: String
  }

  init(_ text: String) throws(Fault) {
    var isInHandler = false
    var count = 0
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      count += 1
      guard count <= Self.lineLimit else {
        throw Fault(line: count, words: "A script has \(Self.lineLimit) lines at most.")
      }
      let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map { $0.uppercased() }
      switch words {
      case ["ON", "INCOMING", "CALL"]:
        guard handler == nil else {
          throw Fault(line: count, words: "ON INCOMING CALL stands in a script once.")
        }
        handler = []
        isInHandler = true
      case ["END", "ON"]:
        guard isInHandler else {
          throw Fault(line: count, words: "END ON has no ON INCOMING CALL before it.")
        }
        isInHandler = false
      default:
        let command = PlainCommand(String(line))
        if case .wrong(let words) = command { throw Fault(line: count, words: words) }
        if command == .nothing { continue }
        if isInHandler { handler?.append(command) } else { commands.append(command) }
      }
    }
    if isInHandler { throw Fault(line: count, words: "ON INCOMING CALL has no END ON.") }
  }

  /// Reads a script; what is wrong with it comes with the file and the line.
  init(file path: String) throws(SetupError) {
    do {
      let bytes = try SmallFile.read(path, limit: 256 << 10)
      self = try Script(String(decoding: bytes, as: UTF8.self))
    } catch FileError.notAFile(let path) {
      let words = FileError.notAFile(path: path).sentence
      throw SetupError(
        sentence: "\(words) Commands from a pipe are read by tipring --plain.", exitCode: .usage)
    } catch let error as FileError {
      throw SetupError(sentence: error.sentence, exitCode: .usage)
    } catch let fault as Fault {
      throw SetupError(sentence: "\(path):\(fault.line): \(fault.words)", exitCode: .usage)
    } catch {
      throw SetupError(sentence: "\(path) cannot be read.", exitCode: .usage)
    }
  }

  static let lineLimit = 900
}
