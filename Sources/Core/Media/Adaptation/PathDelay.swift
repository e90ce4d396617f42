import Basics

/// How long packets wait on their way, beyond what the way itself takes.
///
/// The way itself is the least that has been measured lately. A single packet may be late for many
/// reasons; only where all of a while are late does a queue stand.
struct PathDelay {
  /// By how much two packets in a row differ, in seconds, smoothed.
  private(set) var jitter = 0.0

  private var samples: [(at: Instant, delay: Duration)] = []
  /// What the quickest of each while took, during the last second.
  private var quickest: [(at: Instant, delay: Duration)] = []
  /// The least of the current span and of the one before.
  private var least: (before: Duration?, now: Duration?) = (nil, nil)
  private var spanStart: Instant?
  private let window: Duration
  private let leastCount: Int

  /// - Parameters:
  ///   - window: how long packets must be late…
  ///   - leastCount: …and how many, before a queue is believed in.
  init(window: Duration, leastCount: Int) {
    self.window = window
    self.leastCount = leastCount
  }

  /// - Parameters:
  ///   - delay: from an arbitrary beginning, always the same.
  ///   - now: when that was so; later from call to call.
  mutating func measured(_ delay: Duration, at now: Instant) {
    if let spanStart, spanStart.duration(to: now) < Self.span {
      least.now = min(least.now ?? delay, delay)
    } else {
      spanStart = now
      least = (least.now, delay)
    }
    if let last = samples.last {
      jitter += (abs((delay - last.delay).seconds) - jitter) / 8
    }
    samples.append((now, delay))
    while samples.count > leastCount,
      samples[1].at.duration(to: now) >= window || samples.count > Self.sampleLimit
    {
      samples.removeFirst()
    }
    if let least = samples.map(\.delay).min() { quickest.append((now, least)) }
    while quickest.count > 2,
      quickest[1].at.duration(to: now) >= Self.trend || quickest.count > Self.sampleLimit
    {
      quickest.removeFirst()
    }
  }

  /// What even the quickest packet of the last while waited; `nil` until enough is known.
  var standing: Duration? {
    guard samples.count >= leastCount, let last = samples.last,
      samples[0].at.duration(to: last.at) >= window, let floor, let quickest = quickest.last?.delay
    else { return nil }
    return max(.zero, quickest - floor)
  }

  /// By how much longer the quickest wait than a second ago, in seconds a second: a queue that comes of
  /// what is sent grows by what is sent too much.
  var growth: Double {
    guard let first = quickest.first, let last = quickest.last,
      case let span = first.at.duration(to: last.at), span > .zero
    else { return 0 }
    return (last.delay - first.delay).seconds / max(span, Self.trend).seconds
  }

  /// Whether the last packets waited ever less.
  var isFalling: Bool {
    guard let first = samples.first, let last = samples.last else { return false }
    return last.delay < first.delay
  }

  /// When the last packet was measured.
  var latestAt: Instant? { samples.last?.at }

  /// What the last packet waited.
  var latest: Duration? {
    guard let floor, let last = samples.last else { return nil }
    return max(.zero, last.delay - floor)
  }

  /// The way itself takes as long as the last packets did.
  mutating func acceptAsWay() {
    guard let quickest = quickest.last?.delay else { return }
    least = (nil, quickest)
    spanStart = samples.last?.at
  }

  private var floor: Duration? {
    guard let before = least.before else { return least.now }
    return least.now.map { min($0, before) } ?? before
  }

  /// The way itself is the least of one to two of these, so that clocks may drift.
  private static let span: Duration = .seconds(30)
  private static let trend: Duration = .seconds(1)
  private static let sampleLimit = 256
}
