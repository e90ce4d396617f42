/// Sound read a little faster or slower than it comes, by a pace that may change from piece to piece.
///
/// Between two samples, a windowed sine cardinal of ``tapCount`` samples is laid through its neighbours;
/// as long as the pace is 1 and always was, samples pass as they are.
///
/// - Bound: what is appended and not taken is the owner's to bound, with ``drop(_:)``.
package struct VariableResampler: Equatable, Sendable {
  /// What is still needed: ``before`` samples that were passed, then what waits.
  private var held = [Int16](repeating: 0, count: before)
  /// Where the next sample is read.
  private var position = Double(before)

  package init() {}

  package mutating func append(_ samples: [Int16]) { held += samples }

  /// The next `count` samples; fewer if there are no more.
  ///
  /// - Parameters:
  ///   - pace: how many samples of what was appended make one, about 1.
  ///   - isHeard: `false` where only how much there is counts, and how loud: each sample is then the
  ///     nearest one, for a tenth of the work.
  package mutating func take(_ count: Int, pace: Double, isHeard: Bool = true) -> [Int16] {
    precondition(pace > 0.5 && pace < 2, "two clocks of one rate")
    var result: [Int16] = []
    result.reserveCapacity(max(0, min(count, held.count)))
    if pace == 1, position == position.rounded(.down) {
      let start = Int(position)
      result += held[start..<min(held.count, start + max(0, count))]
      position += Double(result.count)
    } else if !isHeard {
      takeNearest(count, pace: pace, into: &result)
    } else {
      while result.count < count, Int(position) + Self.after < held.count {
        result.append(sample(at: position))
        position += pace
      }
    }
    forget()
    return result
  }

  /// Passes over so many samples without a look at them.
  package mutating func drop(_ count: Int) {
    position = min(position + Double(max(0, count)), Double(held.count))
    forget()
  }

  /// How many samples of what was appended have not been taken yet.
  package var waiting: Double { Double(held.count) - position }

  private mutating func takeNearest(_ count: Int, pace: Double, into result: inout [Int16]) {
    let end = Double(held.count - Self.after)
    while result.count < count, position < end {
      // As the pace is about 1, the nearest samples follow each other for long.
      let place = Int(position + 0.5)
      let beyond = position + 0.5 - Double(place)
      let room =
        pace > 1 ? (1 - beyond) / (pace - 1) : pace < 1 ? beyond / (1 - pace) : Double(count)
      let wanted = min(room, (end - position) / pace, Double(count - result.count))
      let taken = max(1, Int(wanted.rounded(.up)))
      result += held[place..<place + taken]
      position += pace * Double(taken)
    }
  }

  private mutating func forget() {
    let passed = Int(position) - Self.before
    guard passed > 0 else { return }
    held.removeFirst(passed)
    position -= Double(passed)
  }

  private func sample(at position: Double) -> Int16 {
    let base = Int(position)
    let place = Float(position - Double(base)) * Float(Self.phaseCount)
    let phase = min(Int(place), Self.phaseCount - 1)
    let share = place - Float(phase)
    var window = SIMD16<Float>()
    let first = base - Self.before
    for tap in 0..<Self.tapCount { window[tap] = Float(held[first + tap]) }
    let (one, next) = (Self.table[phase], Self.table[phase + 1])
    let value = (window * (one + (next - one) * share)).sum()
    return Int16(max(-32_768, min(32_767, value.rounded())))
  }

  // MARK: The filter

  private static let tapCount = 16
  /// Samples that are needed before and after the one that is read at.
  private static let before = 7
  private static let after = 8
  private static let phaseCount = 256

  /// The taps for each part of the way from one sample to the next, both ends included.
  private static let table: [SIMD16<Float>] = (0...phaseCount).map { phase in
    let part = Double(phase) / Double(phaseCount)
    var taps = SIMD16<Double>()
    for tap in 0..<tapCount {
      let distance = Double(tap - before) - part
      taps[tap] = cardinal(distance) * window(distance / Double(after))
    }
    // Of the same strength for steady sound wherever it is read.
    return SIMD16<Float>(taps / taps.sum())
  }

  /// sin πx / πx.
  private static func cardinal(_ x: Double) -> Double {
    guard abs(x) > 1e-9 else { return 1 }
    let whole = x.rounded()
    let part = x - whole
    let sine = part < 0 ? -Oscillator.sine(-part * .pi) : Oscillator.sine(part * .pi)
    return (Int(whole).isMultiple(of: 2) ? sine : -sine) / (x * .pi)
  }

  /// Kaiser's window with a shape of 7, from −1 to 1.
  private static func window(_ x: Double) -> Double {
    abs(x) >= 1 ? 0 : bessel(7 * (1 - x * x).squareRoot()) / bessel(7)
  }

  /// The modified Bessel function of the first kind and order 0, by its series.
  private static func bessel(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for index in 1...30 {
      let factor = x / 2 / Double(index)
      term *= factor * factor
      sum += term
    }
    return sum
  }
}
