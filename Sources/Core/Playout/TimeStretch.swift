/// Makes sound shorter or longer without changing its pitch.
///
/// Looks for the lag at which the sound resembles itself best, which for a voice is its pitch period
/// or a multiple, and takes out or repeats that much with a cross-fade between the like places
/// (waveform-similarity overlap-add).
package enum TimeStretch {
  /// The sound with some of it taken out.
  ///
  /// - Parameters:
  ///   - maximumCount: how many samples may be taken out.
  ///   - isUrgent: a less good likeness is good enough.
  ///   - isPause: there is nothing but noise, in which a joint need not be alike.
  /// - Returns: `nil` when nothing in the sound is alike enough, or it is too short.
  package static func accelerate(
    _ samples: [Int16], byAtMost maximumCount: Int, isUrgent: Bool, isPause: Bool = false
  ) -> [Int16]? {
    guard
      let recurrence = findRecurrence(
        in: samples, atMost: maximumCount, isUrgent: isUrgent, isPause: isPause)
    else { return nil }
    var result: [Int16] = []
    result.reserveCapacity(samples.count - recurrence.lag)
    appendCrossFade(of: samples, from: 0, to: recurrence.lag, recurrence, to: &result)
    result.append(contentsOf: samples[(recurrence.lag + recurrence.overlap)...])
    return result
  }

  /// The sound with some of it repeated.
  ///
  /// - Parameters:
  ///   - wantedCount: by how many samples; a pitch period may be more, but is not in a pause.
  ///   - isUrgent: a less good likeness is good enough.
  ///   - isPause: there is nothing but noise, in which a joint need not be alike.
  /// - Returns: `nil` when nothing in the sound is alike enough, or it is too short.
  package static func decelerate(
    _ samples: [Int16], byAbout wantedCount: Int, isUrgent: Bool, isPause: Bool = false
  ) -> [Int16]? {
    // A pause has no period that must be kept.
    let maximumCount = max(wantedCount, isPause ? shortestLag : longestPeriod)
    guard
      let recurrence = findRecurrence(
        in: samples, atMost: maximumCount, isUrgent: isUrgent, isPause: isPause)
    else { return nil }
    var result: [Int16] = []
    result.reserveCapacity(samples.count + recurrence.lag)
    result.append(contentsOf: samples[..<recurrence.lag])
    appendCrossFade(of: samples, from: recurrence.lag, to: 0, recurrence, to: &result)
    result.append(contentsOf: samples[recurrence.overlap...])
    return result
  }

  /// What is still to be played, with the sound before it repeated first.
  ///
  /// - Parameters:
  ///   - played: what was played last, ``longestLag`` samples at least.
  ///   - wantedCount: by about how many samples.
  /// - Returns: `nil` when nothing in the sound is alike enough, or it is too short.
  package static func lengthen(
    _ samples: [Int16], after played: [Int16], byAbout wantedCount: Int
  ) -> [Int16]? {
    guard played.count >= longestLag else { return nil }
    let sound = Array(played.suffix(longestLag)) + samples
    let overlap = min(longestOverlap, samples.count)
    let longest = min(max(wantedCount, longestPeriod), longestLag)
    guard overlap >= shortestOverlap else { return nil }
    var best = (lag: longest, likeness: -1.0)
    if isQuiet(sound) {
      best.likeness = 1
    } else {
      for lag in stride(from: shortestLag, through: longest, by: coarseStep / 2) {
        let likeness = likeness(
          of: sound, from: longestLag - lag, at: lag, count: overlap, step: coarseStep)
        if likeness > best.likeness { best = (lag, likeness) }
      }
    }
    guard best.likeness >= urgentLikeness else { return nil }
    var result: [Int16] = []
    result.reserveCapacity(samples.count + best.lag)
    let recurrence = Recurrence(lag: best.lag, overlap: overlap)
    appendCrossFade(of: sound, from: longestLag, to: longestLag - best.lag, recurrence, to: &result)
    result.append(contentsOf: sound[(longestLag - best.lag + overlap)...])
    return result
  }

  /// The lag at which the end of the sound repeats what was before it; `nil` when it does not.
  ///
  /// - Parameter samples: ``longestLag`` at least.
  static func period(atEndOf samples: [Int16]) -> Int? {
    let overlap = longestOverlap / 2
    let start = samples.count - overlap
    guard start >= longestPeriod, !isQuiet(samples) else { return nil }
    var best = (lag: 0, likeness: urgentLikeness)
    for lag in shortestLag...longestPeriod {
      let likeness = likeness(of: samples, from: start - lag, at: lag, count: overlap, step: 1)
      if likeness > best.likeness { best = (lag, likeness) }
    }
    return best.lag > 0 ? best.lag : nil
  }

  /// Where sound goes on at a place like that where it was.
  private struct Recurrence {
    /// How far the places are from each other, and how long the cross-fade is.
    var lag, overlap: Int
    /// Noise of two places, added up, is softer than either.
    var likeness = 1.0
  }

  /// Where the beginning of the sound recurs best.
  private static func findRecurrence(
    in samples: [Int16], atMost maximumCount: Int, isUrgent: Bool, isPause: Bool
  ) -> Recurrence? {
    let overlap = min(longestOverlap, samples.count / 4)
    let longest = min(maximumCount, longestLag, samples.count - overlap)
    guard overlap > 0, longest >= shortestLag else { return nil }
    if isQuiet(samples) { return Recurrence(lag: longest, overlap: overlap) }

    var best = shortestLag
    var bestLikeness = -1.0
    for lag in stride(from: shortestLag, through: longest, by: coarseStep) {
      let likeness = likeness(of: samples, at: lag, count: overlap, step: coarseStep)
      if likeness > bestLikeness { (best, bestLikeness) = (lag, likeness) }
    }
    bestLikeness = -1
    let coarse = best
    for lag in max(shortestLag, coarse - coarseStep + 1)...min(longest, coarse + coarseStep - 1) {
      let likeness = likeness(of: samples, at: lag, count: overlap, step: 1)
      if likeness > bestLikeness { (best, bestLikeness) = (lag, likeness) }
    }
    if bestLikeness >= (isUrgent ? urgentLikeness : goodLikeness) {
      return Recurrence(lag: best, overlap: overlap)
    }
    // What is neither alike nor noise is something soft that somebody listens to.
    guard isPause, bestLikeness <= noiseLikeness else { return nil }
    return Recurrence(lag: best, overlap: overlap, likeness: max(0, bestLikeness))
  }

  /// The normalised correlation of the sound's beginning with what comes a lag later: 1 for the same.
  private static func likeness(
    of samples: [Int16], from start: Int = 0, at lag: Int, count: Int, step: Int
  ) -> Double {
    var product = 0
    var energy = 0
    var laterEnergy = 0
    for index in stride(from: start, to: start + count, by: step) {
      let sample = Int(samples[index])
      let later = Int(samples[index + lag])
      product += sample * later
      energy += sample * sample
      laterEnergy += later * later
    }
    let scale = (Double(energy) * Double(laterEnergy)).squareRoot()
    return scale > 0 ? Double(product) / scale : 0
  }

  /// Fades from one place of the sound to another, as loud as they are.
  private static func appendCrossFade(
    of samples: [Int16], from first: Int, to second: Int, _ recurrence: Recurrence,
    to result: inout [Int16]
  ) {
    let count = recurrence.overlap
    for index in 0..<count {
      let mixed =
        Int(samples[first + index]) * (count - index) + Int(samples[second + index]) * index
      guard recurrence.likeness < 1 else {
        result.append(Int16(mixed / count))
        continue
      }
      let share = Double(index) / Double(count)
      let loss = (1 - 2 * share * (1 - share) * (1 - recurrence.likeness)).squareRoot()
      result.append(Int16(clamping: Int(Double(mixed / count) / loss)))
    }
  }

  /// Whether no joint can be heard, wherever it is put.
  package static func isQuiet(_ samples: [Int16]) -> Bool {
    Double(SoundEnergy.sum(of: samples[...])) < Double(samples.count) * quietEnergy
  }

  /// 2.5 ms, the pitch period of a child's highest voice.
  private static let shortestLag = 120
  /// 12.5 ms, that of a man's lowest.
  private static let longestPeriod = 600
  /// 15 ms.
  package static let longestLag = 720
  /// 5 ms.
  private static let longestOverlap = 240
  private static let shortestOverlap = 60
  private static let coarseStep = 4
  private static let goodLikeness = 0.85
  private static let urgentLikeness = 0.4
  private static let noiseLikeness = 0.5
  /// −54 dB of full scale, as a mean square: below it no joint can be heard.
  static let quietEnergy = 4_096.0
}
