/// Which of two takes of the microphone's sound is heard: as it came, or processed, which is later.
///
/// Going over to the later one repeats a little of what was said, and going back leaves some out. The
/// first may come in the middle of a word: then it is delayed so much more that it repeats whole
/// periods of the voice. The other is for pauses.
struct VoicePath: Equatable, Sendable {
  /// By how many samples the processed take is heard later than it came, while it is the one.
  private var extraDelay: Int?
  /// The last blocks as they came, youngest last.
  private var direct = [Int16](repeating: 0, count: 4 * VoiceBlock.sampleCount)
  /// The last two blocks that were processed.
  private var processed = [Int16](repeating: 0, count: 2 * VoiceBlock.sampleCount)
  /// Of the processor, in samples.
  private let delay: Int

  /// - Parameter delay: by how much processed sound is later, in samples; at most two blocks.
  init(delay: Int) { self.delay = min(max(0, delay), Self.longestDelay) }

  var isProcessed: Bool { extraDelay != nil }

  /// What a processor is given that has slept: the last blocks as they came, oldest first.
  var recent: [[Int16]] {
    stride(from: VoiceBlock.sampleCount, to: direct.count, by: VoiceBlock.sampleCount).map {
      Array(direct[$0..<$0 + VoiceBlock.sampleCount])
    }
  }

  mutating func append(_ block: [Int16]) {
    direct.removeFirst(block.count)
    direct += block
  }

  mutating func append(processed block: [Int16]) {
    processed.removeFirst(block.count)
    processed += block
  }

  /// What is heard of the last block.
  ///
  /// - Parameters:
  ///   - block: that block, as it came.
  ///   - wantsProcessed: which take it shall be from now on.
  mutating func next(_ block: [Int16], wantsProcessed: Bool) -> [Int16] {
    let before = extraDelay
    if wantsProcessed != isProcessed { extraDelay = wantsProcessed ? likeliestDelay() : nil }
    let last = extraDelay.map(processed(at:)) ?? block
    guard before != extraDelay else { return last }
    return Self.fade(from: before.map(processed(at:)) ?? block, to: last)
  }

  private func processed(at extraDelay: Int) -> [Int16] {
    let start = VoiceBlock.sampleCount - extraDelay
    return Array(processed[start..<start + VoiceBlock.sampleCount])
  }

  /// By how much more the processed take has to be delayed so that it goes on as the direct one does.
  private func likeliestDelay() -> Int {
    var best = (delay: 0, likeness: 0.0)
    func compare(_ extra: Int) {
      let likeness = likeness(at: delay + extra)
      if likeness > best.likeness { best = (extra, likeness) }
    }
    for extra in stride(from: 0, through: Self.longestExtra, by: 8) { compare(extra) }
    let middle = best.delay
    for extra in max(0, middle - 7)...min(middle + 7, Self.longestExtra) { compare(extra) }
    return best.delay
  }

  /// How like the last block is to what came so many samples before: the squared correlation, by the
  /// energy of what came before.
  private func likeness(at lag: Int) -> Double {
    var (common, own) = (0, 0)
    for index in stride(from: direct.count - VoiceBlock.sampleCount, to: direct.count, by: 4) {
      let before = Int(direct[index - lag])
      common += Int(direct[index]) * before
      own += before * before
    }
    guard common > 0, own > 0 else { return 0 }
    return Double(common) * Double(common) / Double(own)
  }

  private static func fade(from first: [Int16], to last: [Int16]) -> [Int16] {
    let count = last.count
    return last.indices.map { index in
      let sum = Int(first[index]) * (count - index) + Int(last[index]) * index
      return Int16(sum / count)
    }
  }

  private static let longestDelay = 2 * VoiceBlock.sampleCount
  /// 8 ms: the periods of all but the lowest voices.
  private static let longestExtra = 384
}
