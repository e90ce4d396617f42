/// How much of a spoken reference is heard in a recording, and where.
///
/// The recording is searched for the reference as a whole by its loudness, and then, piece by piece of
/// a quarter of a second, by its waveform, each piece a little before or after where the last one was
/// found: a phone may stretch and shrink pauses without anybody hearing it.
package struct SoundComparison: Equatable, Sendable {
  /// How alike the waveforms are, 0–1: over all pieces, each weighted by its energy.
  package let correlation: Double
  /// How much later the recording has the reference, at its first piece that is not silent.
  package let delay: Duration
  /// How far the delays of the pieces lie apart.
  package let delaySpread: Duration
  /// The longest time for which the reference speaks and the recording is silent.
  package let longestGap: Duration

  /// - Parameters:
  ///   - reference: what was said; not longer than the recording.
  ///   - recording: what arrived, at the same rate.
  package init(of reference: Sound, in recording: Sound) {
    precondition(reference.rate == recording.rate, "both sounds have one rate")
    let reference = reference.reduced(to: Self.rate)
    let recording = recording.reduced(to: Self.rate)
    let coarse = Self.coarseDelay(of: reference, in: recording)
    let pieces = Self.pieces(of: reference, in: recording, around: coarse)
    let spoken = pieces.filter(\.isSpoken)
    let energy = spoken.map(\.energy).reduce(0, +)
    correlation =
      energy > 0 ? spoken.map { max(0, $0.correlation) * $0.energy }.reduce(0, +) / energy : 0
    let delays = spoken.filter { $0.correlation > 0.5 }.map(\.delay)
    delay = Self.duration(delays.first ?? coarse)
    delaySpread = Self.duration((delays.max() ?? 0) - (delays.min() ?? 0))
    longestGap = Self.longestGap(of: reference, in: recording, pieces)
  }

  /// One stretch of the reference and where it was found.
  private struct Piece {
    let start: Int
    var delay: Int
    var correlation: Double
    let energy: Double
    let isSpoken: Bool
  }

  /// Samples a second at which waveforms are compared: enough for speech, and quick.
  private static let rate = 8_000
  private static let pieceLength = rate / 4
  /// How far a piece may lie from the place of the one before it: 40 ms.
  private static let reach = rate / 25
  /// How far it is looked for first: 1 ms.
  private static let nearReach = rate / 1_000
  /// The windows of the envelopes: 10 ms.
  private static let window = rate / 100

  /// The delay at which the loudness of both fits best, in samples.
  private static func coarseDelay(of reference: Sound, in recording: Sound) -> Int {
    let wanted = reference.envelope(window: .milliseconds(10))
    let heard = recording.envelope(window: .milliseconds(10))
    var best = (score: -1.0, delay: 0)
    // A tenth of the reference may be missing at the end.
    for delay in 0...max(0, heard.count - wanted.count * 9 / 10) {
      let score = correlate(wanted, heard, offset: delay, from: 0, count: wanted.count)
      if score > best.score { best = (score, delay) }
    }
    return best.delay * window
  }

  private static func pieces(
    of reference: Sound, in recording: Sound, around coarse: Int
  ) -> [Piece] {
    let loudest = reference.loudness
    var pieces: [Piece] = []
    var delay = coarse
    var isFound = false
    for start in stride(from: 0, to: reference.samples.count - pieceLength + 1, by: pieceLength) {
      let energy = energy(of: reference.samples, from: start, count: pieceLength)
      var piece = Piece(
        start: start, delay: delay, correlation: 0, energy: energy,
        isSpoken: (energy / Double(pieceLength)).squareRoot() > Double(loudest) / 10)
      if piece.isSpoken {
        // Most pieces lie where the one before them was found. The first makes up for the
        // coarseness of the search by loudness.
        for reach in [Self.nearReach, isFound ? Self.reach : 2 * Self.reach]
        where piece.correlation < 0.8 {
          for candidate in (delay - reach)...(delay + reach) {
            let score = correlate(
              reference.samples, recording.samples, offset: candidate, from: start,
              count: pieceLength)
            if score > piece.correlation {
              piece.correlation = score
              piece.delay = candidate
            }
          }
        }
        if piece.correlation > 0.5 {
          delay = piece.delay
          isFound = true
        } else {
          piece.delay = delay
        }
      }
      pieces.append(piece)
    }
    return pieces
  }

  /// The correlation of `count` values of `left` with those of `right` at an offset, −1 to 1.
  private static func correlate(
    _ left: [Float], _ right: [Float], offset: Int, from start: Int, count: Int
  ) -> Double {
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        var product: Float = 0
        var leftEnergy: Float = 0
        var rightEnergy: Float = 0
        var index = max(start, -offset)
        let end = min(start + count, left.count, right.count - offset)
        while index < end {
          let a = left[index]
          let b = right[index + offset]
          product += a * b
          leftEnergy += a * a
          rightEnergy += b * b
          index += 1
        }
        guard leftEnergy > 0, rightEnergy > 1e-9 else { return 0 }
        return Double(product / (leftEnergy * rightEnergy).squareRoot())
      }
    }
  }

  private static func energy(of samples: [Float], from start: Int, count: Int) -> Double {
    var sum = 0.0
    for sample in samples[start..<start + count] { sum += Double(sample) * Double(sample) }
    return sum
  }

  private static func longestGap(
    of reference: Sound, in recording: Sound, _ pieces: [Piece]
  ) -> Duration {
    let step = rate / 200
    let wanted = reference.envelope(window: .milliseconds(5))
    // What is spoken loudly enough to be missed, and so little of it that it counts as silence.
    let spoken = reference.loudness / 8
    let scale = recording.loudness / max(reference.loudness, 1e-6)
    var longest = 0
    var gapStart: Int?
    for (index, level) in wanted.enumerated() {
      let position = index * step
      let piece = min(position / pieceLength, pieces.count - 1)
      guard piece >= 0 else { break }
      let start = position + pieces[piece].delay
      guard level > spoken else { continue }
      let heard =
        (start..<start + step).map { place in
          recording.samples.indices.contains(place) ? abs(recording.samples[place]) : 0
        }.max() ?? 0
      if heard >= level * scale / 20 {
        gapStart = nil
      } else {
        gapStart = gapStart ?? index
        longest = max(longest, index + 1 - (gapStart ?? index))
      }
    }
    return .milliseconds(longest * 5)
  }

  private static func duration(_ samples: Int) -> Duration {
    .microseconds(samples * 1_000_000 / rate)
  }
}
