import CVoiceProcessing
package import Media

/// Echo cancellation, noise suppression and a high-pass: ten milliseconds of near and far end in, clean
/// speech out.
///
/// Nothing is allocated for a block by this class. What the library refuses to clean stays as it was.
package final class VoiceProcessor: VoiceProcessorPort {
  private let library: OpaquePointer
  package let delaySamples: Int

  /// - Returns: `nil` when the library refuses, which it does for want of memory alone.
  package init?(_ parts: VoiceParts) {
    delaySamples =
      Self.bandDelay + (parts.cancelsEcho ? Self.echoDelay : 0)
      + (parts.suppressesNoise ? Self.noiseDelay : 0)
    let parts = voice_processing_parts(
      cancels_echo: parts.cancelsEcho, suppresses_noise: parts.suppressesNoise)
    guard let library = voice_processing_create(parts) else { return nil }
    self.library = library
  }

  deinit { voice_processing_destroy(library) }

  package func filter(_ frame: inout [Int16], from start: Int) {
    precondition(
      start >= 0 && start + VoiceBlock.sampleCount <= frame.count, "the block is of the frame")
    frame.withUnsafeMutableBufferPointer { frame in
      // The frame holds a block, so it has an address.
      voice_processing_high_pass(
        library, frame.baseAddress! + start, Int32(VoiceBlock.sampleCount))
    }
  }

  package func expectNoise(_ isNoisy: Bool) {
    voice_processing_suppress_strongly(library, isNoisy)
  }

  package func hear(_ block: [Int16]) {
    precondition(block.count == VoiceBlock.sampleCount, "the library takes blocks of 10 ms")
    _ = block.withUnsafeBufferPointer { voice_processing_hear(library, $0.baseAddress) }
  }

  package func clean(_ frame: inout [Int16], from start: Int, delayMilliseconds: Int) {
    precondition(
      start >= 0 && start + VoiceBlock.sampleCount <= frame.count, "the block is of the frame")
    let delay = Int32(clamping: delayMilliseconds)
    frame.withUnsafeMutableBufferPointer { frame in
      // The frame holds a block, so it has an address.
      _ = voice_processing_clean(library, frame.baseAddress! + start, delay)
    }
  }

  // The library's own delays, at 48 kHz.
  /// Of the filters that part the sound into three bands and join them.
  private static let bandDelay = 46
  /// Blocks of 4 ms out of frames of 10 ms, and their overlap.
  private static let echoDelay = 336
  /// The overlap of its windows.
  private static let noiseDelay = 288
}
