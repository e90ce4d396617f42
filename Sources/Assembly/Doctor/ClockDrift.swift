/// How far a device's clock runs away from the system's, from how much sound had passed when.
///
/// Device time against system time is a straight line, and its slope says by how much the device is
/// fast; being told of a period late now and then only scatters the points.
package struct ClockDrift: Equatable, Sendable {
  /// What a series came to.
  package struct Estimate: Equatable, Sendable {
    /// Positive when the device's clock is fast, in millionths.
    package var partsPerMillion: Double
    /// The estimate's own standard error.
    package var uncertainty: Double
  }

  /// Samples a second by the device's own word.
  private let rate: Double
  private var points: [(seconds: Double, device: Double)] = []

  package init(sampleRate: Int) { rate = Double(sampleRate) }

  package static func == (one: ClockDrift, other: ClockDrift) -> Bool {
    one.rate == other.rate && one.points.elementsEqual(other.points, by: ==)
  }

  /// So much sound had passed, all in all, at that time of the monotonic clock. At most 4 096 points
  /// are kept.
  package mutating func add(samples: Int, atNanoseconds time: Int64) {
    guard points.count < 4_096 else { return }
    points.append((Double(time) / 1e9, Double(samples) / rate))
  }

  /// `nil` before two seconds and twenty points are there.
  package var estimate: Estimate? {
    guard points.count >= 20, let first = points.first, let last = points.last,
      last.seconds - first.seconds >= 2
    else { return nil }
    let count = Double(points.count)
    let meanTime = points.reduce(0) { $0 + ($1.seconds - first.seconds) } / count
    let meanDevice = points.reduce(0) { $0 + ($1.device - first.device) } / count
    var (spread, common) = (0.0, 0.0)
    for point in points {
      let time = point.seconds - first.seconds - meanTime
      spread += time * time
      common += time * (point.device - first.device - meanDevice)
    }
    guard spread > 0 else { return nil }
    let slope = common / spread
    let residue = points.reduce(0) { sum, point in
      let expected = meanDevice + slope * (point.seconds - first.seconds - meanTime)
      let error = point.device - first.device - expected
      return sum + error * error
    }
    let error = (residue / (count - 2) / spread).squareRoot()
    return Estimate(partsPerMillion: (slope - 1) * 1e6, uncertainty: error * 1e6)
  }
}
