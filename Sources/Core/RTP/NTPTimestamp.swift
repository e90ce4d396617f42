package import Basics

/// A moment in NTP's form: seconds since 1900 in the high 32 bits, their fraction in the low.
///
/// - Source: RFC 3550 §4.
package struct NTPTimestamp: Hashable, Sendable {
  package let rawValue: UInt64

  package init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Good to the millisecond. From 2036 on the seconds have rolled over, as NTP's do.
  package init(_ time: WallTime) {
    self.init(nanosecondsSince1970: Int128(time.milliseconds) * 1_000_000)
  }

  fileprivate init(nanosecondsSince1970 nanoseconds: Int128) {
    let since1900 = nanoseconds + Self.secondsFrom1900To1970 * 1_000_000_000
    rawValue = UInt64(truncatingIfNeeded: (since1900 << 32) / 1_000_000_000)
  }

  /// The middle 32 bits, in units of 1/65 536 s: the form in which reports refer to each other.
  package var compact: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 16) }

  private static let secondsFrom1900To1970: Int128 = 2_208_988_800
}

/// Tells NTP time from the monotonic clock, so that it neither steps nor loses its fraction.
package struct NTPClock: Equatable, Sendable {
  private let time: WallTime
  private let instant: Instant

  /// - Parameters:
  ///   - time: what the wall clock showed…
  ///   - instant: …at this instant.
  package init(_ time: WallTime, at instant: Instant) {
    self.time = time
    self.instant = instant
  }

  package func timestamp(at now: Instant) -> NTPTimestamp {
    let elapsed = Int128(now.nanoseconds) - Int128(instant.nanoseconds)
    return NTPTimestamp(nanosecondsSince1970: Int128(time.milliseconds) * 1_000_000 + elapsed)
  }
}
