/// Bytes as text in 64 letters, for sound and credentials inside messages.
///
/// - Source: RFC 4648 §4.
package enum Base64 {
  /// The text of `bytes`, padded to groups of four letters.
  package static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index &+ 2 < bytes.count {
      let group =
        UInt32(bytes[index]) << 16 | UInt32(bytes[index &+ 1]) << 8 | UInt32(bytes[index &+ 2])
      text.append(letters[Int(group >> 18)])
      text.append(letters[Int(group >> 12 & 63)])
      text.append(letters[Int(group >> 6 & 63)])
      text.append(letters[Int(group & 63)])
      index &+= 3
    }
    switch bytes.count - index {
    case 1:
      let group = UInt32(bytes[index]) << 16
      text += [letters[Int(group >> 18)], letters[Int(group >> 12 & 63)], padding, padding]
    case 2:
      let group = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8
      text += [
        letters[Int(group >> 18)], letters[Int(group >> 12 & 63)], letters[Int(group >> 6 & 63)],
        padding,
      ]
    default: break
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes that `text` stands for. White space between letters is passed over, and the padding may
  /// be missing.
  ///
  /// - Returns: `nil` for other characters, letters after the padding, or a single letter left over.
  package static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 4 * 3 + 3)
    var group: UInt32 = 0
    var letterCount = 0
    var paddingCount = 0
    for letter in text.utf8 {
      let value = values[Int(letter)]
      switch value {
      case 0...63:
        guard paddingCount == 0 else { return nil }
        group = group << 6 | UInt32(value)
        letterCount &+= 1
        guard letterCount & 3 == 0 else { continue }
        bytes.append(UInt8(truncatingIfNeeded: group >> 16))
        bytes.append(UInt8(truncatingIfNeeded: group >> 8))
        bytes.append(UInt8(truncatingIfNeeded: group))
      case isPadding: paddingCount &+= 1
      case isSpace: continue
      default: return nil
      }
    }
    let rest = letterCount & 3
    guard rest != 1, paddingCount == 0 || rest != 0 && paddingCount == 4 - rest else { return nil }
    if rest == 2 { bytes.append(UInt8(truncatingIfNeeded: group >> 4)) }
    if rest == 3 {
      bytes.append(UInt8(truncatingIfNeeded: group >> 10))
      bytes.append(UInt8(truncatingIfNeeded: group >> 2))
    }
    return bytes
  }

  private static let letters = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")
  private static let isPadding: UInt8 = 64
  private static let isSpace: UInt8 = 65
  /// What every byte stands for; 255 for what has no meaning.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
    values[Int(padding)] = isPadding
    for space in " \t\r\n".utf8 { values[Int(space)] = isSpace }
    return values
  }()
}
