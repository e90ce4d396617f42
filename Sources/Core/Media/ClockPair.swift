import Basics

/// How a loudspeaker's clock goes against a microphone's.
///
/// What the loudspeaker was given and has not played, and what the microphone has heard and has not
/// brought, are the delays that the devices tell; so it is known how far what is heard here is behind what is
/// played there. That distance stays the same if the clocks do.
struct ClockPair {
  /// Samples of the loudspeaker's for each of the microphone's; 1 until they are known to differ.
  private(set) var pace = 1.0
  /// Whether the delay that ``captured(_:delay:)`` answers is known better than it is told.
  private(set) var isSteady = false

  private var playedCount = 0
  private var capturedCount = 0
  /// Of some frames, since what is told is not exact: the sum of the distances, and for how many samples.
  private var looks = (sum: 0.0, count: 0, samples: 0)
  private var trend = Trend(limit: 300)
  /// What was seen last and is quite other than the trend, but alike: sound has been lost, or another delay
  /// is told, which is no matter of clocks.
  private var others: [(time: Double, value: Double)] = []

  /// So many samples, by its own clock, are given to the loudspeaker.
  mutating func played(_ count: Int) { playedCount &+= count }

  /// A frame comes from the microphone.
  ///
  /// - Parameter delay: from a sample that is given to the loudspeaker now until it is heard, and from the
  ///   air until now for the frame's first; in samples.
  /// - Returns: that delay without what is told of it being inexact, as far as it is known.
  mutating func captured(_ count: Int, delay: Int) -> Int {
    defer { capturedCount &+= count }
    let distance = playedCount &- delay &- capturedCount
    let time = Double(capturedCount) / Double(Sound.sampleRate)
    looks.sum += Double(distance)
    looks.count += 1
    looks.samples += count
    if looks.samples >= Self.stretch {
      observe(looks.sum / Double(looks.count), at: time - Self.halfStretch)
      looks = (0, 0, 0)
    }
    let expected = trend.value(at: time) ?? 0
    isSteady = trend.count >= Self.leastCount && abs(Double(distance) - expected) <= leap
    guard isSteady else { return delay }
    return playedCount &- capturedCount &- Int(expected.rounded())
  }

  private mutating func observe(_ distance: Double, at time: Double) {
    if let expected = trend.value(at: time), abs(distance - expected) > leap {
      if let last = others.last, abs(distance - last.value) > leap { others = [] }
      others.append((time, distance))
      guard others.count >= Self.leastOthers else { return }
      trend.leap()
      // The first of them may be of both sides of the leap.
      for other in others.dropFirst() { trend.add(other.value, at: other.time) }
    } else {
      trend.add(distance, at: time)
    }
    others = []
    guard trend.count >= Self.leastCount else { return }
    learnPace()
  }

  /// Believes the trend as far as it is known, and of what no crystal does only as much as one may, and that
  /// after a while.
  private mutating func learnPace() {
    let (slope, error) = (trend.slope, trend.error)
    guard abs(slope) <= Self.usual || trend.length >= Self.longWhile else { return }
    let certain = 4 * error * (1 + Self.few * trend.likeness)
    let least = max(certain, Self.leastDifference / trend.length, Self.followed)
    guard abs(slope) > least || pace != 1 && error <= Self.exact else { return }
    pace = 1 + min(max(slope, -Self.usual), Self.usual) / Double(Sound.sampleRate)
  }

  /// How far off the trend is more than what is told is by chance.
  private var leap: Double {
    guard trend.count >= Self.leastCount else { return Self.mostLeap }
    return min(max(Self.leastLeap, 3 * trend.deviation), Self.mostLeap)
  }

  /// 200 ms.
  private static let stretch = 9_600
  /// In seconds.
  private static let halfStretch = 0.1
  // 2 and 4 ms.
  private static let leastLeap = 96.0
  private static let mostLeap = 192.0
  // In stretches.
  private static let leastOthers = 5
  private static let leastCount = 20
  /// 150 ppm, in samples a second: a canceller follows less by itself, and a change of pace in a call
  /// costs it a moment.
  private static let followed = 7.2
  /// 1 ms, in samples: while clocks differ by less, sound of one clock passes unchanged.
  private static let leastDifference = 48.0
  /// 400 ppm, in samples a second: more than crystals differ by.
  private static let usual = 19.2
  /// In seconds.
  private static let longWhile = 30.0
  /// 100 ppm, in samples a second.
  private static let exact = 4.8
  /// So many looks that are alike tell how exact they are only half as well as they should.
  private static let few = 8.0
}

/// The straight line through what was seen last, by least squares; where that leaps, the line leaps with it
/// and goes on in parallel.
struct Trend {
  /// By how much what is seen grows each second.
  private(set) var slope = 0.0
  /// The standard deviation of ``slope``, as far as what is seen scatters: what is told once and seen for a
  /// while is one observation and not several.
  private(set) var error = 0.0
  /// How many points tell how exact the slope is, counting once those in a row that are alike.
  private(set) var looks = 1
  /// By how much less sure that is than if none were alike; 0 if none are.
  private(set) var likeness = 0.0
  /// The standard deviation of what is seen from the line.
  private(set) var deviation = 0.0
  /// What was seen between one leap and the next; the last one grows.
  private var pieces: [Piece] = [Piece()]
  private let limit: Int

  /// - Parameter limit: how many points count, at least 3.
  init(limit: Int) { self.limit = limit }

  var count: Int { pieces.reduce(0) { $0 + $1.points.count } }

  /// From the first point to the last of the longest piece, in seconds.
  var length: Double { max(pieces.map(\.length).max() ?? 0, 1e-3) }

  /// What is to be expected at a time; `nil` if nothing has been seen yet.
  func value(at time: Double) -> Double? {
    guard let last = pieces.last, !last.points.isEmpty else { return nil }
    return last.middle.value + (count >= Self.leastCount ? slope * (time - last.middle.time) : 0)
  }

  /// - Parameter time: in seconds, later than before.
  mutating func add(_ value: Double, at time: Double) {
    pieces[pieces.count - 1].points.append((time, value))
    if count > limit { pieces[0].points.removeFirst() }
    if pieces[0].points.isEmpty { pieces.removeFirst() }
    let own = pieces.reduce(1e-9) { $0 + $1.sums.own }
    let common = pieces.reduce(0) { $0 + $1.sums.common }
    let rest = pieces.reduce(0) { $0 + $1.sums.rest } - common * common / own
    slope = common / own
    // The slope and the pieces' levels leave so many points to tell.
    let freedom = Double(max(1, count - 1 - pieces.count))
    deviation = (max(0, rest) / freedom).squareRoot()
    looks = max(1, pieces.reduce(-1) { $0 + $1.looks - 1 })
    likeness = max(0, 1 / Double(looks) - 1 / Double(max(1, count - 1 - pieces.count)))
    error = deviation * (Double(count) / Double(looks) / own).squareRoot()
  }

  /// What is seen has leapt: what comes is of another level. The last point may be of both.
  mutating func leap() {
    pieces[pieces.count - 1].points.removeLast()
    if pieces[pieces.count - 1].points.isEmpty { pieces.removeLast() }
    pieces.append(Piece())
  }

  /// Points around their own middle.
  private struct Piece {
    var points: [(time: Double, value: Double)] = [] { didSet { center() } }
    private(set) var middle = (time: 0.0, value: 0.0)
    /// Of times squared, of times by values, and of values squared.
    private(set) var sums = (own: 0.0, common: 0.0, rest: 0.0)
    /// How many values there are that are not like the one before.
    private(set) var looks = 0

    var length: Double { (points.last?.time ?? 0) - (points.first?.time ?? 0) }

    /// Adds up anew, so that no error remains.
    private mutating func center() {
      let share = 1 / Double(max(1, points.count))
      middle = (0, 0)
      for point in points {
        middle.time += point.time * share
        middle.value += point.value * share
      }
      sums = (0, 0, 0)
      looks = 0
      var told = Double.infinity
      for point in points {
        if abs(point.value - told) > Self.likeness {
          told = point.value
          looks += 1
        }
        let (time, value) = (point.time - middle.time, point.value - middle.value)
        sums.own += time * time
        sums.common += time * value
        sums.rest += value * value
      }
    }

    /// What is told once stays the same, within some samples.
    private static let likeness = 4.0
  }

  /// Fewer tell nothing of the slope.
  private static let leastCount = 10
}
