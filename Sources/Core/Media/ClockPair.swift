import Basics

/// How a loudspeaker's clock goes against a microphone's.
///
/// Where either stands in its sound is what has passed, less what the devices tell of their delays; the
/// distance between the two stays the same if the clocks do. A loudspeaker takes sound in periods: looked
/// at once a frame it seems to stand still for half a minute, and then to leap by a period. So what it has
/// played since it last asked for sound is counted by the time that has passed since.
struct ClockPair {
  /// Samples of the loudspeaker's for each of the microphone's; 1 until they are known to differ.
  private(set) var pace = 1.0

  private var playedCount = 0
  private var capturedCount = 0
  /// When the loudspeaker asked for sound last, what it had been given before, and what it was given then.
  private var asked: (time: Instant, before: Int, count: Int)?
  /// Of some frames, since wake-ups are late by chance: the sum of the distances, and for how many samples.
  private var looks = (sum: 0.0, count: 0, samples: 0)
  private var trend = Trend(limit: 300)
  /// Distances that are quite other than the trend, if they are.
  private var others: [Double] = []
  /// What was lost or won at once, and is no matter of clocks.
  private var lost = 0.0

  /// So many samples, by its own clock, are given to the loudspeaker.
  ///
  /// - Parameter now: when they were asked for; `nil` if that is not known, and nothing is learned then.
  mutating func played(_ count: Int, at now: Instant?) {
    defer { playedCount &+= count }
    guard let now else { return }
    // What is given at once in several portions was asked for once.
    if let asked, Self.samples(from: asked.time, to: now) * 2 < Double(asked.count) { return }
    asked = (now, playedCount, count)
  }

  /// A frame comes from the microphone.
  ///
  /// - Parameter delay: of both devices together, in samples.
  mutating func captured(_ count: Int, delay: Int, at now: Instant?) {
    defer { capturedCount &+= count }
    guard let asked, let since = samplesSinceAsked(at: now) else { return }
    looks.sum += Double(asked.before &- delay &- capturedCount) + since
    looks.count += 1
    looks.samples += count
    guard looks.samples >= Self.stretch else { return }
    let time = Double(capturedCount) / Double(Sound.sampleRate)
    observe(looks.sum / Double(looks.count) + lost, at: time)
    looks = (0, 0, 0)
  }

  private mutating func observe(_ distance: Double, at time: Double) {
    if trend.count > 0, abs(distance - trend.value(at: time)) > Self.leap {
      others.append(distance - trend.value(at: time))
      if others.count >= Self.leastOthers {
        lost -= others.reduce(0, +) / Double(others.count)
        others = []
      }
      return
    }
    others = []
    trend.add(distance, at: time)
    guard trend.count >= Self.leastCount else { return }
    let isKnown =
      pace != 1
      || abs(trend.slope) > max(4 * trend.error, Self.leastDifference / trend.length, Self.followed)
    if isKnown {
      let most = ClockSkew.limit
      pace = 1 + min(max(trend.slope / Double(Sound.sampleRate), -most), most)
    }
  }

  private func samplesSinceAsked(at now: Instant?) -> Double? {
    guard let now, let asked else { return nil }
    let since = Self.samples(from: asked.time, to: now)
    return abs(since) < Self.longestSilence ? since : nil
  }

  private static func samples(from one: Instant, to other: Instant) -> Double {
    one.duration(to: other).seconds * Double(Sound.sampleRate)
  }

  /// 200 ms.
  private static let stretch = 9_600
  /// 200 ms: a loudspeaker that has asked for nothing in so long has stopped.
  private static let longestSilence = 9_600.0
  /// 5 ms: so much at once is lost sound, or another delay that is told.
  private static let leap = 240.0
  // In stretches.
  private static let leastOthers = 5
  private static let leastCount = 20
  /// 150 ppm, in samples a second: a canceller follows less by itself, and a change of pace in a call
  /// costs it a moment.
  private static let followed = 7.2
  /// 1 ms, in samples: while clocks differ by less, sound of one clock passes unchanged.
  private static let leastDifference = 48.0
}

/// The straight line through what was seen last, by least squares.
struct Trend {
  /// By how much what is seen grows each second.
  private(set) var slope = 0.0
  /// The standard deviation of ``slope``, as far as what is seen scatters.
  private(set) var error = 0.0
  private var points: [(time: Double, value: Double)] = []
  private var middle = (time: 0.0, value: 0.0)
  private let limit: Int

  /// - Parameter limit: how many points count, at least 3.
  init(limit: Int) { self.limit = limit }

  var count: Int { points.count }

  /// From the first point to the last, in seconds.
  var length: Double { max((points.last?.time ?? 0) - (points.first?.time ?? 0), 1e-3) }

  /// What is to be expected at a time.
  func value(at time: Double) -> Double {
    middle.value + (count >= Self.leastCount ? slope * (time - middle.time) : 0)
  }

  /// - Parameter time: in seconds, later than before.
  mutating func add(_ value: Double, at time: Double) {
    points.append((time, value))
    if points.count > limit { points.removeFirst() }
    let share = 1 / Double(points.count)
    middle = (0, 0)
    for point in points {
      middle.time += point.time * share
      middle.value += point.value * share
    }
    var (own, common, rest) = (1e-9, 0.0, 0.0)
    for point in points {
      let time = point.time - middle.time
      own += time * time
      common += time * (point.value - middle.value)
    }
    slope = common / own
    for point in points {
      let miss = point.value - middle.value - slope * (point.time - middle.time)
      rest += miss * miss
    }
    error = (rest / (Double(max(1, points.count - 2)) * own)).squareRoot()
  }

  /// Fewer tell nothing of the slope.
  private static let leastCount = 10
}
