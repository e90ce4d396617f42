/// The path and query of a request, taken apart and decoded.
struct RequestTarget: Equatable, Sendable {
  /// The segments between slashes, percent-decoded; a slash at the end makes none.
  let segments: [String]
  private let query: [String: String]

  /// - Parameter url: path and query as they stand in the request line.
  /// - Returns: `nil` when it is longer than 8 KiB or a percent escape or UTF-8 is broken.
  init?(_ url: String) {
    guard url.utf8.count <= 8 << 10, url.hasPrefix("/") else { return nil }
    let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var segments: [String] = []
    for segment in parts[0].split(separator: "/", omittingEmptySubsequences: true) {
      guard let decoded = Self.decoded(segment, plusIsSpace: false) else { return nil }
      segments.append(decoded)
    }
    var query: [String: String] = [:]
    let pairs = parts.count > 1 ? parts[1].split(separator: "&") : []
    for pair in pairs.prefix(32) {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(halves[0], plusIsSpace: true),
        let value = halves.count > 1 ? Self.decoded(halves[1], plusIsSpace: true) : ""
      else { return nil }
      query[name] = value
    }
    self.segments = segments
    self.query = query
  }

  /// A parameter's last value; `nil` when it is missing or empty.
  subscript(name: String) -> String? {
    guard let value = query[name], !value.isEmpty else { return nil }
    return value
  }

  private static func decoded(_ text: Substring, plusIsSpace: Bool) -> String? {
    var bytes: [UInt8] = []
    var iterator = text.utf8.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit)
        else { return nil }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
