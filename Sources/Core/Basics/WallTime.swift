/// A moment of civil time: milliseconds since 1970-01-01 00:00 UTC.
///
/// Used where people or formats ask for a date: history, JSON lines, sender reports. Pure code is
/// given it as a value and never asks the clock.
package struct WallTime: Hashable, Comparable, Sendable {
  package let milliseconds: Int64

  package init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  package static func < (earlier: WallTime, later: WallTime) -> Bool {
    earlier.milliseconds < later.milliseconds
  }

  package func advanced(by duration: Duration) -> WallTime {
    WallTime(milliseconds: milliseconds.addingSaturated(duration.nanoseconds / 1_000_000))
  }

  package func duration(to other: WallTime) -> Duration {
    .milliseconds(other.milliseconds.subtractingSaturated(milliseconds))
  }

  /// ISO 8601 in UTC with milliseconds: `2026-11-20T09:30:00.125Z`.
  package var iso8601: String {
    let date = CivilDate(of: self)
    let (second, fraction) = milliseconds.flooredQuotientAndRemainder(dividingBy: 1_000)
    let secondOfDay = second.flooredQuotientAndRemainder(dividingBy: 86_400).remainder
    return
      "\(padded(Int64(date.year), 4))-\(padded(Int64(date.month), 2))-\(padded(Int64(date.day), 2))"
      + "T\(padded(secondOfDay / 3_600, 2)):\(padded(secondOfDay / 60 % 60, 2))"
      + ":\(padded(secondOfDay % 60, 2)).\(padded(fraction, 3))Z"
  }

  /// Reads a date as servers write it: `2026-11-20T09:30:00`, with or without a fraction and a zone
  /// (`Z`, `+03:00`, `+0300`); a date alone is its midnight. No zone means UTC.
  ///
  /// - Returns: `nil` for anything else, and for years outside 1–9999.
  package init?(iso8601 text: some StringProtocol) {
    var scanner = DigitScanner(Array(text.utf8))
    guard let year = scanner.digits(4), scanner.take("-"), let month = scanner.digits(2),
      scanner.take("-"), let day = scanner.digits(2), year > 0, (1...12).contains(month)
    else { return nil }
    let date = CivilDate(year: year, month: month, day: day)
    var total = date.daysSince1970 * 86_400_000
    // A day that its month lacks would come back as one of the next month.
    guard CivilDate(of: WallTime(milliseconds: total)) == date else { return nil }
    if scanner.isAtEnd {
      self.init(milliseconds: total)
      return
    }
    guard scanner.take("T") || scanner.take("t") || scanner.take(" "), let hour = scanner.digits(2),
      scanner.take(":"), let minute = scanner.digits(2), scanner.take(":"),
      let second = scanner.digits(2), hour < 24, minute < 60, second < 61
    else { return nil }
    total += Int64(hour) * 3_600_000 + Int64(minute) * 60_000 + Int64(second) * 1_000
    if scanner.take(".") || scanner.take(",") {
      guard let fraction = scanner.fractionMilliseconds() else { return nil }
      total += fraction
    }
    guard let zone = scanner.zoneMilliseconds(), scanner.isAtEnd else { return nil }
    self.init(milliseconds: total - zone)
  }

  /// The hour and minute on a clock that is `offset` ahead of UTC: `09:30`.
  package func hourAndMinute(offset: Duration) -> String {
    let local = advanced(by: offset).milliseconds
    let minuteOfDay = local.flooredQuotientAndRemainder(dividingBy: 60_000).quotient
      .flooredQuotientAndRemainder(dividingBy: 1_440).remainder
    return "\(padded(minuteOfDay / 60, 2)):\(padded(minuteOfDay % 60, 2))"
  }

  /// The calendar date on a clock that is `offset` ahead of UTC.
  package func date(offset: Duration) -> CivilDate {
    CivilDate(of: advanced(by: offset))
  }
}

/// A day of the proleptic Gregorian calendar.
package struct CivilDate: Hashable, Sendable {
  package let year: Int
  package let month: Int
  package let day: Int

  package init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The day in UTC on which `time` falls.
  package init(of time: WallTime) {
    // Counted in eras of 400 years that begin on 1 March, so that a leap day is an era's last.
    let days = time.milliseconds.flooredQuotientAndRemainder(dividingBy: 86_400_000).quotient
    let (era, dayOfEra) = (days + 719_468).flooredQuotientAndRemainder(dividingBy: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    self.init(
      year: Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), month: Int(month),
      day: Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1))
  }

  /// Days from 1970-01-01 to this day.
  package var daysSince1970: Int64 {
    let shiftedYear = Int64(month <= 2 ? year - 1 : year)
    let (era, yearOfEra) = shiftedYear.flooredQuotientAndRemainder(dividingBy: 400)
    let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// `2026-11-20`.
  package var iso8601: String {
    "\(padded(Int64(year), 4))-\(padded(Int64(month), 2))-\(padded(Int64(day), 2))"
  }
}

extension Int64 {
  /// Division that rounds toward negative infinity, so that the remainder is never negative.
  package func flooredQuotientAndRemainder(
    dividingBy divisor: Int64
  ) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

/// `value` in decimal with zeros in front up to `width` digits.
package func padded(_ value: Int64, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// Reads the fixed-width decimal fields of a date.
private struct DigitScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, UInt32(bytes[position]) == character.value else { return false }
    position += 1
    return true
  }

  mutating func digits(_ count: Int) -> Int? {
    guard position + count <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[position..<position + count] {
      guard (48...57).contains(byte) else { return nil }
      value = value * 10 + Int(byte) - 48
    }
    position += count
    return value
  }

  /// Digits after the point; those beyond the third are read and dropped.
  mutating func fractionMilliseconds() -> Int64? {
    let start = position
    var value: Int64 = 0
    while position < bytes.count, (48...57).contains(bytes[position]) {
      if position - start < 3 { value = value * 10 + Int64(bytes[position]) - 48 }
      position += 1
    }
    switch position - start {
    case 0: return nil
    case 1: return value * 100
    case 2: return value * 10
    default: return value
    }
  }

  /// How far the zone is ahead of UTC.
  mutating func zoneMilliseconds() -> Int64? {
    if isAtEnd || take("Z") || take("z") { return 0 }
    let sign: Int64 = take("-") ? -1 : 1
    guard sign == -1 || take("+"), let hours = digits(2) else { return nil }
    let minutes = isAtEnd ? 0 : (take(":"), digits(2)).1
    guard let minutes, hours < 24, minutes < 60 else { return nil }
    return sign * (Int64(hours) * 3_600_000 + Int64(minutes) * 60_000)
  }
}
