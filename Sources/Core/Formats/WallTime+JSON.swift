package import Basics

extension WallTime {
  /// Reads a date in any of the forms that servers use: ISO 8601, or seconds or milliseconds since 1970.
  ///
  /// - Returns: `nil` for what is none.
  package init?(decoding value: JSONValue?) {
    guard let value else { return nil }
    if case .string(let text) = value, let time = WallTime(iso8601: text) {
      self = time
      return
    }
    // Beyond 10^11 it counts milliseconds; beyond 10^15 it is no date.
    guard let number = value.double, number >= 0, number < 1e15 else { return nil }
    self.init(milliseconds: Int64(number > 1e11 ? number : number * 1_000))
  }
}
