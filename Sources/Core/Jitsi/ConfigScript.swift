/// The few settings that a client needs of a Jitsi server's `config.js`.
///
/// The file is a script, so it is read and not run: assignments (`config.hosts.muc = …`) and members of
/// object literals whose value is text, a number or a truth value, also joined by `+` from known
/// variables. What else the script does is passed over; of several values the last counts.
///
/// - Bound: ``byteLimit``; what stands behind is not read.
struct ConfigScript: Equatable, Sendable {
  /// By path without `config.` in front: `hosts.domain`.
  private(set) var values: [String: String] = [:]

  /// - Parameter variables: what the script is to find in variables, such as `subdomain`.
  init(_ text: String, variables: [String: String] = [:]) {
    var reader = ConfigReader(
      tokens: ConfigTokens(Array(text.utf8.prefix(Self.byteLimit)), variables), fixed: variables)
    values = reader.read()
  }

  subscript(path: String) -> String? { values[path] }

  static let byteLimit = 256 * 1_024
}

/// Follows the script's braces and takes out values.
private struct ConfigReader {
  /// What a pair of braces encloses.
  private enum Enclosure {
    case object(path: String)
    case block
  }

  private var tokens: ConfigTokens
  /// Variables that the script must not set.
  private let fixed: [String: String]
  private var variables: [String: String]
  private var values: [String: String] = [:]
  private var enclosures: [Enclosure] = []

  init(tokens: ConfigTokens, fixed: [String: String]) {
    self.tokens = tokens
    self.fixed = fixed
    variables = fixed
  }

  mutating func read() -> [String: String] {
    while let token = tokens.next() {
      switch token {
      case .sign("{"): open(.block)
      case .sign("}"): _ = enclosures.popLast()
      case .sign: break
      case .text(let name):
        if case .object(let path) = enclosures.last, tokens.take(":") {
          readValue(of: Self.path(path, name))
        }
      case .word(let word): readWord(word)
      }
    }
    return values
  }

  private mutating func readWord(_ word: String) {
    if case .object(let path) = enclosures.last {
      if tokens.take(":") { readValue(of: Self.path(path, word)) }
    } else if tokens.takeAssignment() {
      readValue(of: word.hasPrefix("config.") ? String(word.dropFirst(7)) : word)
    }
  }

  private mutating func readValue(of path: String) {
    if tokens.take("{") {
      return open(.object(path: path == "config" ? "" : path))
    }
    guard let value = readSum(), fixed[path] == nil else { return }
    guard values.count < Self.valueLimit else { return }
    values[path] = value
    variables[path] = value
  }

  /// Operands joined by `+`; `nil` for any other expression.
  private mutating func readSum() -> String? {
    var sum = ""
    repeat {
      switch tokens.peek() {
      case .text(let text):
        sum += text
      case .word(let word):
        guard let value = variables[word] ?? Self.literal(word) else { return nil }
        sum += value
      case .sign, nil:
        return nil
      }
      _ = tokens.next()
      guard sum.utf8.count <= Self.lengthLimit else { return nil }
    } while tokens.take("+")
    // Anything that goes on with the expression makes it another value.
    switch tokens.peek() {
    case .sign(let sign) where "?|&([.<>=!*-/%".contains(sign): return nil
    default: return sum
    }
  }

  private mutating func open(_ enclosure: Enclosure) {
    // Beyond the limit nothing is told apart any more, and nothing read.
    enclosures.append(enclosures.count < Self.depthLimit ? enclosure : .block)
  }

  private static func path(_ outer: String, _ name: String) -> String {
    outer.isEmpty ? name : outer + "." + name
  }

  private static func literal(_ word: String) -> String? {
    word == "true" || word == "false" || word.utf8.allSatisfy { (48...57).contains($0) }
      ? word : nil
  }

  private static let valueLimit = 2_000
  private static let depthLimit = 64
  private static let lengthLimit = 4_096
}
