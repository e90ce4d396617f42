import Transport

/// The path and query of a request, taken apart and decoded.
struct RequestTarget: Equatable, Sendable {
  /// The segments between slashes, percent-decoded; a slash at the end makes none.
  let segments: [String]
  private let query: FormFields

  /// - Parameter url: path and query as they stand in the request line.
  /// - Returns: `nil` when it is longer than 8 KiB or a percent escape or UTF-8 is broken.
  init?(_ url: String) {
    guard url.utf8.count <= 8 << 10, url.hasPrefix("/") else { return nil }
    let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var segments: [String] = []
    for segment in parts[0].split(separator: "/", omittingEmptySubsequences: true) {
      guard let decoded = segment.percentDecoded(plusIsSpace: false) else { return nil }
      segments.append(decoded)
    }
    guard let query = FormFields(parts.count > 1 ? parts[1] : "", limit: 32) else { return nil }
    self.segments = segments
    self.query = query
  }

  /// A parameter's last value; `nil` when it is missing or empty.
  subscript(name: String) -> String? { query[name] }
}

/// Names and values as forms and queries write them (`application/x-www-form-urlencoded`).
///
/// - Bound: surplus pairs are passed over; of pairs with one name the last counts.
struct FormFields: Equatable, Sendable {
  private var values: [String: String] = [:]

  /// The fields of a request's body; `nil` when it is too long or a percent escape or UTF-8 is broken.
  init?(of request: HTTPRequest) {
    guard request.body.count <= Self.bodyLimit,
      let text = String(validating: request.body, as: UTF8.self)
    else { return nil }
    self.init(text[...], limit: 256)
  }

  init?(_ text: Substring, limit: Int) {
    for pair in text.split(separator: "&").prefix(limit) {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = halves[0].percentDecoded(plusIsSpace: true),
        let value = halves.count > 1 ? halves[1].percentDecoded(plusIsSpace: true) : ""
      else { return nil }
      values[name] = value
    }
  }

  /// The value of that name; `nil` when it is missing or empty.
  subscript(name: String) -> String? {
    guard let value = values[name], !value.isEmpty else { return nil }
    return value
  }

  /// Whether there is a field of that name, though it may be empty.
  func has(_ name: String) -> Bool { values[name] != nil }

  /// Of a body, in bytes.
  static let bodyLimit = 256 << 10
}

extension Substring {
  /// Without percent escapes (RFC 3986 §2.1); `nil` when one is broken, or when it is not UTF-8.
  fileprivate func percentDecoded(plusIsSpace: Bool) -> String? {
    var bytes: [UInt8] = []
    var iterator = utf8.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = iterator.next().flatMap(Self.digit),
          let low = iterator.next().flatMap(Self.digit)
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
