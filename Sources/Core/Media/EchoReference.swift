/// What is played, in step with the microphone: for each block that the microphone brings, the block that
/// an echo canceller is to compare with it.
///
/// Sound is asked for and comes in portions, late by chance, and a microphone's in others; and the clocks
/// may differ. A canceller that was given either as it comes would see its echo jump to and fro. So what is
/// played is held here, and taken from where the microphone's block stands: always as long before what it
/// may hold of it.
///
/// - Bound: 2.5 s.
struct EchoReference {
  private var sound = VariableResampler()
  /// By how much what is given could always be ahead of what the microphone hears, in samples. `nil` until
  /// that is known.
  private(set) var spare: Int?
  /// How much older than it should be is what was given last, in samples.
  private(set) var error = 0.0
  /// How often what is given has leapt.
  private(set) var moves = 0
  private var stray = Stray()
  /// Silence that is to be given before what is held.
  private var silence = 0

  /// By how much what is given is ahead of what the microphone hears, in samples: as much as there always
  /// is, since a canceller likes to choose. `nil` until that is known.
  var lead: Int? { spare.map(Self.lead) }

  /// How much has been taken in and not been given.
  var heldSamples: Int { Int(sound.waiting) }

  /// Takes in what goes to the loudspeaker.
  mutating func append(_ samples: [Int16]) {
    sound.append(samples)
    let excess = heldSamples - Self.limit
    if excess > 0 { sound.drop(excess) }
  }

  /// The block that goes with the microphone's next one.
  ///
  /// - Parameters:
  ///   - delay: how far the microphone is behind what is taken in, in samples: its block begins with the
  ///     sound of the sample that was taken in so many before the last.
  ///   - pace: samples taken in for each of the microphone's.
  ///   - isExact: whether the delay is known well enough to be kept to; otherwise it is, roughly.
  ///   - isHeard: as for ``VariableResampler/take(_:pace:isHeard:)``.
  /// - Returns: `nil` for the first 80 ms.
  mutating func block(delay: Int, pace: Double, isExact: Bool, isHeard: Bool) -> [Int16]? {
    var error = lead.map { offset(delay: delay, lead: $0) }
    if let error, abs(error) < Self.unbearable {
      stray = Stray()
    } else {
      stray.add(error, delay: delay)
    }
    if let lead, let known = error, stray.isSure(for: lead) {
      // A loudspeaker has run dry, say. A canceller that finds all as far ahead as before need not learn anew.
      move(by: Int(known.rounded()))
      error = 0
      stray = Stray()
    } else if stray.blocks >= (lead == nil ? Self.firstPatience : Self.patience) {
      let spare = stray.leastDelay - VoiceBlock.sampleCount - Self.reserve
      move(by: Int(offset(delay: delay, lead: Self.lead(spare)).rounded()))
      error = 0
      self.spare = spare
      stray = Stray()
    }
    guard let error else { return nil }
    self.error = error
    let count = VoiceBlock.sampleCount
    let quiet = min(silence, count)
    silence -= quiet
    var block = [Int16](repeating: 0, count: quiet)
    let steering = isExact ? Self.steering(error) : 0
    block += sound.take(count - quiet, pace: pace + steering, isHeard: isHeard)
    // What has not come yet is made good by a move.
    if block.count < count { block += repeatElement(0, count: count - block.count) }
    return block
  }

  /// What is given is to come later by so much, in samples, at once; but no earlier than it is always there,
  /// and no later than there is room to hold it.
  ///
  /// - Returns: by how much it does come later.
  mutating func delay(by samples: Int) -> Int {
    guard let spare, let lead else { return 0 }
    let most = max(0, Self.limit - heldSamples - silence)
    let change = min(max(samples, min(0, -spare)), most)
    self.spare = spare + change
    move(by: Self.lead(spare + change) - lead - change)
    return change
  }

  private static func lead(_ spare: Int) -> Int {
    let least = max(0, leads.lowerBound + min(spare, 0))
    return min(max(spare, least), leads.upperBound)
  }

  /// How much older than it should be is what would come next, in samples.
  private func offset(delay: Int, lead: Int) -> Double {
    sound.waiting + Double(silence) - Double(delay - lead)
  }

  /// Passes over what is held, or waits.
  private mutating func move(by samples: Int) {
    moves += 1
    let passed = min(silence, max(0, samples))
    silence -= passed
    if samples > 0 {
      sound.drop(samples - passed)
    } else {
      silence = min(silence - samples, Self.limit)
    }
  }

  /// The blocks in a row that have been quite elsewhere than they should.
  private struct Stray {
    private(set) var blocks = 0
    private(set) var leastDelay = Int.max
    /// The last of them, which have been elsewhere by as much as the first of these.
    private var alike = (blocks: 0, error: 0.0, leastDelay: Int.max)

    mutating func add(_ error: Double?, delay: Int) {
      blocks += 1
      leastDelay = min(leastDelay, delay)
      guard let error else { return }
      let isAlike = alike.blocks > 0 && abs(error - alike.error) < EchoReference.likeness
      alike =
        isAlike
        ? (alike.blocks + 1, alike.error, min(alike.leastDelay, delay)) : (1, error, delay)
    }

    /// Whether enough of them are alike, and what is given could have been ahead by `lead` at each.
    func isSure(for lead: Int) -> Bool {
      alike.blocks >= EchoReference.sureCount
        && alike.leastDelay >= lead + VoiceBlock.sampleCount
    }
  }

  /// How much quicker or slower is to be read, so that the error does not grow.
  private static func steering(_ error: Double) -> Double {
    let beyond = max(abs(error) - unnoticed, 0)
    let change = min(beyond / steeringTime, fastestSteering)
    return error < 0 ? -change : change
  }

  // In samples.
  /// 5 to 20 ms: mostly one that stays the same, since a canceller goes on elsewhere when it changes. It is
  /// less where there would be no reserve otherwise, as for a monitor, which gives what is played at once.
  private static let leads = 240...960
  /// 5 ms: so much later than usual may a loudspeaker ask for sound.
  private static let reserve = 240
  /// 2.5 s.
  private static let limit = 120_000
  /// 6 ms.
  private static let unbearable = 288.0
  /// 1 ms.
  private static let likeness = 48.0
  /// 3 ms.
  private static let unnoticed = 144.0
  /// 2 s.
  private static let steeringTime = 96_000.0
  /// 300 ppm.
  private static let fastestSteering = 0.000_3
  /// In blocks.
  private static let patience = 25
  private static let firstPatience = 8
  /// As many as hold the portions of two packets.
  private static let sureCount = 5
}
