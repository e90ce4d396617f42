package import Basics
package import Formats

extension WallTime {
  /// Reads a timestamp as the servers write it: seconds or milliseconds since 1970, or ISO 8601.
  package init?(zulip value: JSONValue?) {
    guard let value else { return nil }
    if case .string(let text) = value, let time = WallTime(iso8601: text) {
      self = time
      return
    }
    // Beyond 10^11 it counts milliseconds (protocols 0.3); beyond 10^15 it is no date.
    guard let number = value.double, number >= 0, number < 1e15 else { return nil }
    self.init(milliseconds: Int64(number > 1e11 ? number : number * 1_000))
  }

  /// Whole seconds since 1970.
  package var unixSeconds: Int64 {
    milliseconds.flooredQuotientAndRemainder(dividingBy: 1_000).quotient
  }
}
