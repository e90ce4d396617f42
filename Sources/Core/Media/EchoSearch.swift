/// How much later than what is given along with it the echo of what is played comes, found in the sound.
///
/// Of both sounds, at 4 kHz, one bit is kept: whether they rise. Where the echo is, the microphone's bits agree
/// with what was played, or contradict it, more often than by chance; and that without regard to how loud
/// the echo is and what the loudspeaker makes of it.
struct EchoSearch {
  /// Of the last blocks, youngest last.
  private var far = [UInt64](repeating: 0, count: blockCount + 1)
  /// `nil` where it was too quiet to hold an echo.
  private var near = [UInt64?](repeating: nil, count: aheadCount + 1)
  /// What sounds stood at, for the next one to rise from.
  private var (farLevel, nearLevel) = (0, 0)
  private var blocksSincePlayed = Int.max
  /// By how much more bits agree than contradict, for each delay, the shortest first.
  private var agreement = [Int](repeating: 0, count: blockCount * bitCount)
  private var blocksUntilLook = interval
  /// What was found at the last looks, and how often in a row.
  private var found = (place: 0, count: 0)
  /// What was told last.
  private var known: Int?

  /// Takes in a block from the microphone and the one of what is played that is given along with it.
  ///
  /// - Returns: how many samples later than the one the echo of the other comes, when that is known anew:
  ///   each quarter of a second in which there may be an echo. Negative when it comes earlier.
  mutating func compare(_ block: [Int16], with played: [Int16]) -> Int? {
    far.removeFirst()
    far.append(Self.rises(of: played, from: &farLevel))
    near.removeFirst()
    let rises = Self.rises(of: block, from: &nearLevel)
    near.append(VoiceDetector.energy(of: block[...]) > Self.audible ? rises : nil)
    if VoiceDetector.energy(of: played[...]) > Self.loud {
      blocksSincePlayed = 0
    } else if blocksSincePlayed < Int.max {
      blocksSincePlayed += 1
    }
    guard blocksSincePlayed < Self.blockCount, let heard = near[0] else { return nil }
    add(heard)
    blocksUntilLook -= 1
    guard blocksUntilLook == 0 else { return nil }
    blocksUntilLook = Self.interval
    return look()
  }

  private mutating func add(_ heard: UInt64) {
    for back in 0..<Self.blockCount {
      let (younger, older) = (far[far.count - 1 - back], far[far.count - 2 - back])
      var (shift, place) = (0, back * Self.bitCount)
      while shift < Self.bitCount {
        let played =
          (older &<< UInt64(Self.bitCount &- shift) | younger &>> UInt64(shift)) & Self.allBits
        agreement[place] &+= Self.bitCount &- 2 &* (played ^ heard).nonzeroBitCount
        shift &+= 1
        place &+= 1
      }
    }
  }

  /// The delay that stands out from all others, if it did so at the last look, too. Sound of one pitch
  /// agrees with itself at many.
  private mutating func look() -> Int? {
    let most = agreement.reduce(0) { max($0, abs($1)) }
    let usual = agreement.reduce(0) { $0 + $1 * $1 } / agreement.count
    if most * most > Self.leastDistinction * usual {
      let place = first(of: most)
      found = (place, abs(place - found.place) <= Self.likeness ? found.count + 1 : 1)
    } else {
      found.count = 0
    }
    // What is older counts for less.
    for index in agreement.indices { agreement[index] = agreement[index] * 7 / 8 }
    let isNew = known.map { abs(found.place - $0) > Self.likeness } ?? false
    guard found.count >= (isNew ? Self.sureCount : Self.leastCount) else { return nil }
    known = found.place
    return (found.place - Self.aheadCount * Self.bitCount) * Self.step
  }

  /// Where the sound comes by the shortest way: a reflection may be louder.
  private func first(of most: Int) -> Int {
    var place = agreement.firstIndex { abs($0) * 4 > most * 3 } ?? 0
    while place + 1 < agreement.count, abs(agreement[place + 1]) > abs(agreement[place]) {
      place += 1
    }
    return place
  }

  /// A bit for each step, the last one lowest.
  private static func rises(of block: [Int16], from level: inout Int) -> UInt64 {
    var result: UInt64 = 0
    for start in stride(from: 0, to: VoiceBlock.sampleCount, by: step) {
      var sum = 0
      for index in start..<start + step { sum += Int(block[index]) }
      result = result << 1 | (sum > level ? 1 : 0)
      level = sum
    }
    return result
  }

  /// In samples.
  private static let step = Sound.sampleRate / 4_000
  private static let bitCount = VoiceBlock.sampleCount / step
  private static let allBits: UInt64 = 1 << bitCount - 1
  // In blocks.
  /// 500 ms of delays, of which 60 are below zero.
  private static let blockCount = 50
  private static let aheadCount = 6
  private static let interval = 25
  /// The square of 6.5: no speech has been seen to agree so much with other speech thrice in a row.
  private static let leastDistinction = 42
  private static let leastCount = 3
  /// For another one than before.
  private static let sureCount = 8
  /// 1 ms, in steps.
  private static let likeness = 4
  // Mean squares.
  private static let loud = VoiceBlock.energy(atLevel: -43)
  private static let audible = VoiceBlock.energy(atLevel: -55)
}
