package import Media

/// Cleans by halving each sample, and remembers what it was told.
package final class FakeVoiceProcessor: VoiceProcessorPort {
  package let parts: VoiceParts
  /// All that went to the loudspeaker.
  package private(set) var heard: [Int16] = []
  /// The delay that was told with each block, in milliseconds.
  package private(set) var delays: [Int] = []

  package let delaySamples = 0
  /// What was told about noise.
  package private(set) var noise: [Bool] = []
  /// How many blocks were filtered.
  package private(set) var filteredBlocks = 0

  package init(parts: VoiceParts) { self.parts = parts }

  package func filter(_ frame: inout [Int16], from start: Int) { filteredBlocks += 1 }

  package func expectNoise(_ isNoisy: Bool) { noise.append(isNoisy) }

  package func hear(_ block: [Int16]) {
    precondition(block.count == VoiceBlock.sampleCount, "blocks are whole")
    heard += block
  }

  package func clean(_ frame: inout [Int16], from start: Int, delayMilliseconds: Int) {
    delays.append(delayMilliseconds)
    for index in start..<start + VoiceBlock.sampleCount { frame[index] /= 2 }
  }
}
