import Media

/// The last minute of one call's sound, and how loud it ever was.
package struct StatisticsHistory: Equatable, Sendable {
  /// One a second, the newest last, at most ``span``.
  private(set) var samples: [MediaStatistics] = []
  /// The loudest that ever came, 0–1, longer ago than a minute, too.
  private(set) var loudest = 0.0

  init() {}

  mutating func append(_ sample: MediaStatistics) {
    samples.append(sample)
    loudest = max(loudest, sample.remoteAudioLevel)
    if samples.count > Self.span { samples.removeFirst(samples.count - Self.span) }
  }

  var latest: MediaStatistics? { samples.last }

  /// How much a counter has grown over the last seconds.
  func growth(of counter: KeyPath<MediaStatistics, Int>, seconds: Int) -> Int {
    guard let last = samples.last else { return 0 }
    let first = samples[max(0, samples.count - 1 - seconds)]
    return max(0, last[keyPath: counter] &- first[keyPath: counter])
  }

  /// The mean of a measure over the last seconds.
  func mean(of measure: (MediaStatistics) -> Double, seconds: Int) -> Double {
    let recent = samples.suffix(seconds)
    guard !recent.isEmpty else { return 0 }
    return recent.reduce(0) { $0 + measure($1) } / Double(recent.count)
  }

  /// Whether something has held for all of the last seconds.
  func holds(for seconds: Int, _ condition: (MediaStatistics) -> Bool) -> Bool {
    samples.count >= seconds && samples.suffix(seconds).allSatisfy(condition)
  }

  /// In samples, and so in seconds.
  static let span = 60
}
