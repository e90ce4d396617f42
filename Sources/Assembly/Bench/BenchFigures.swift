import Formats

/// Repeated readings of one quantity.
struct BenchFigures {
  let name: String
  let unit: String
  /// What the product aims at: at most, or at least.
  let aim: Double?
  private let isAimLeast: Bool
  private var readings: [Double] = []

  init(_ name: String, unit: String, aim: Double?, isAimLeast: Bool = false) {
    self.name = name
    self.unit = unit
    self.aim = aim
    self.isAimLeast = isAimLeast
  }

  mutating func add(_ reading: Double) { readings.append(reading) }

  /// The middle reading; `nil` without any.
  var median: Double? { quantile(0.5) }

  /// The reading below which `fraction` of all readings lie.
  func quantile(_ fraction: Double) -> Double? {
    guard !readings.isEmpty else { return nil }
    let sorted = readings.sorted()
    return sorted[min(sorted.count - 1, Int((Double(sorted.count) * fraction).rounded(.down)))]
  }

  /// One line for people.
  var line: String {
    guard let median, let least = readings.min(), let most = readings.max(),
      let high = quantile(0.95), let highest = quantile(0.99)
    else {
      return "\(name): nothing measured"
    }
    let aimed =
      aim.map {
        ", aim \(text($0)) \((isAimLeast ? median >= $0 : median <= $0) ? "met" : "missed")"
      }
      ?? ""
    return
      "\(name): median \(text(median)) \(unit) (\(text(least))–\(text(most)), p95 \(text(high)), p99 \(text(highest)), \(readings.count) readings\(aimed))"
  }

  /// The same for programs.
  var json: JSONValue {
    .members([
      "name": .string(name), "unit": .string(unit), "median": median.map { .number($0) },
      "p95": quantile(0.95).map { .number($0) }, "p99": quantile(0.99).map { .number($0) },
      "minimum": readings.min().map { .number($0) }, "maximum": readings.max().map { .number($0) },
      "readings": .integer(Int64(readings.count)), "aim": aim.map { .number($0) },
    ])
  }

  private func text(_ value: Double) -> String {
    let tenths = (value * 100).rounded() / 100
    return tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)
  }
}
