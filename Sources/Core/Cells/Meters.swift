/// Small graphs of block characters.
package enum Meters {
  /// A bar of `width` columns, filled to `fraction`, by eighths.
  package static func gauge(_ fraction: Double, width: Int) -> String {
    guard width > 0 else { return "" }
    let filled = Int((clamped(fraction) * Double(width)).rounded())
    return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
  }

  /// Sound levels, 0–1 linear, as one block each; the newest is last and at the right.
  ///
  /// The height follows loudness as it is heard, from −54 dB up. Silence is the lowest block.
  package static func levels(_ levels: some BidirectionalCollection<Double>, width: Int) -> String {
    let blocks = levels.suffix(max(width, 0)).map { block(loudness($0)) }
    return String(repeating: "▁", count: max(0, width - blocks.count)) + blocks.joined()
  }

  /// Values over time, oldest first, as `width` blocks between `floor` and `ceiling`.
  ///
  /// When there are more values than columns, each block is the highest of its share, so that a short
  /// disturbance stays in sight. Time not yet measured is left blank, at the left.
  package static func sparkline(
    _ values: [Double?], span: Int, width: Int, floor: Double = 0, ceiling: Double
  ) -> String {
    guard width > 0, span > 0, ceiling > floor else { return "" }
    let recent = Array(values.suffix(span))
    let padded = Array(repeating: Double?.none, count: span - recent.count) + recent
    let columns = min(width, span)
    let blocks = (0..<columns).map { column in
      let share = padded[column * span / columns..<(column + 1) * span / columns]
      guard let highest = share.compactMap({ $0 }).max() else { return " " }
      return block((highest - floor) / (ceiling - floor))
    }
    return blocks.joined()
  }

  /// How loud a linear level is heard, 0–1 over 54 decibels.
  package static func loudness(_ level: Double) -> Double {
    guard level.isFinite, level > 0 else { return 0 }
    // The exponent and a straight line through the significand are the logarithm to 0.1 of 6 dB.
    let octaves = Double(level.exponent) + (level.significand - 1)
    return clamped(1 + octaves / 9)
  }

  private static func block(_ fraction: Double) -> String {
    blocks[Int((clamped(fraction) * Double(blocks.count - 1)).rounded())]
  }

  private static func clamped(_ fraction: Double) -> Double {
    fraction.isFinite ? min(max(fraction, 0), 1) : 0
  }

  private static let blocks = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
}
