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
  /// - Returns: `nil` when nothing in the sound is alike enough, or it is too short.
  package static func accelerate(
    _ samples: [Int16], byAtMost maximumCount: Int, isUrgent: Bool
  ) -> [Int16]? {
    guard let (lag, overlap) = findLag(in: samples, atMost: maximumCount, isUrgent) else {
      return nil
    }
    var result: [Int16] = []
    result.reserveCapacity(samples.count - lag)
    appendCrossFade(of: samples, from: 0, to: lag, count: overlap, to: &result)
    result.append(contentsOf: samples[(lag + overlap)...])
    return result
  }

  /// The sound with some of it repeated.
  ///
  /// - Parameters:
  ///   - wantedCount: by how many samples; a pitch period may be more.
  ///   - isUrgent: a less good likeness is good enough.
  /// - Returns: `nil` when nothing in the sound is alike enough, or it is too short.
  package static func decelerate(
    _ samples: [Int16], byAbout wantedCount: Int, isUrgent: Bool
  ) -> [Int16]? {
    let maximumCount = max(wantedCount, longestPeriod)
    guard let (lag, overlap) = findLag(in: samples, atMost: maximumCount, isUrgent) else {
      return nil
    }
    var result: [Int16] = []
    result.reserveCapacity(samples.count + lag)
    result.append(contentsOf: samples[..<lag])
    appendCrossFade(of: samples, from: lag, to: 0, count: overlap, to: &result)
    result.append(contentsOf: samples[overlap...])
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
    appendCrossFade(
      of: sound, from: longestLag, to: longestLag - best.lag, count: overlap, to: &result)
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

  /// The lag at which the beginning of the sound recurs best, and how long the cross-fade may be.
  private static func findLag(
    in samples: [Int16], atMost maximumCount: Int, _ isUrgent: Bool
  ) -> (lag: Int, overlap: Int)? {
    let overlap = min(longestOverlap, samples.count / 4)
    let longest = min(maximumCount, longestLag, samples.count - overlap)
    guard overlap > 0, longest >= shortestLag else { return nil }
    if isQuiet(samples) { return (longest, overlap) }

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
    return bestLikeness >= (isUrgent ? urgentLikeness : goodLikeness) ? (best, overlap) : nil
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

  /// Fades from one place of the sound to another.
  private static func appendCrossFade(
    of samples: [Int16], from first: Int, to second: Int, count: Int, to result: inout [Int16]
  ) {
    for index in 0..<count {
      let mixed =
        Int(samples[first + index]) * (count - index) + Int(samples[second + index]) * index
      result.append(Int16(mixed / count))
    }
  }

  /// Whether no joint can be heard, wherever it is put.
  package static func isQuiet(_ samples: [Int16]) -> Bool {
    let energy = samples.reduce(0) { $0 + Int($1) * Int($1) }
    return energy < samples.count * quietAmplitude * quietAmplitude
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
  /// −54 dB of full scale: below it no joint can be heard.
  private static let quietAmplitude = 64
}
