import CVoiceProcessing
package import Media

/// Echo cancellation, noise suppression, gain control and a high-pass: ten milliseconds of near and far
/// end in, clean speech out.
///
/// Nothing is allocated for a block by this class. What the library refuses to clean stays as it was.
package final class VoiceProcessor: VoiceProcessorPort {
  private let library: OpaquePointer
  private let cancelsEcho: Bool
  private var hiddenDelay = HiddenDelay()

  /// - Returns: `nil` when the library refuses, which it does for want of memory alone.
  package init?(_ parts: VoiceParts) {
    cancelsEcho = parts.cancelsEcho
    let parts = voice_processing_parts(
      cancels_echo: parts.cancelsEcho, suppresses_noise: parts.suppressesNoise,
      controls_gain: parts.controlsGain)
    guard let library = voice_processing_create(parts) else { return nil }
    self.library = library
  }

  deinit { voice_processing_destroy(library) }

  package func hear(_ block: [Int16]) {
    precondition(block.count == VoiceBlock.sampleCount, "the library takes blocks of 10 ms")
    _ = block.withUnsafeBufferPointer { voice_processing_hear(library, $0.baseAddress) }
  }

  package func clean(_ frame: inout [Int16], from start: Int, delayMilliseconds: Int) {
    precondition(
      start >= 0 && start + VoiceBlock.sampleCount <= frame.count, "the block is of the frame")
    let told = min(max(0, delayMilliseconds), Self.longestDelay)
    if cancelsEcho { lookForHiddenDelay(told: told) }
    let delay = Int32(clamping: told + hiddenDelay.milliseconds)
    frame.withUnsafeMutableBufferPointer { frame in
      // The frame holds a block, so it has an address.
      _ = voice_processing_clean(library, frame.baseAddress! + start, delay)
    }
  }

  private func lookForHiddenDelay(told: Int) {
    hiddenDelay.devicesTell(told)
    guard hiddenDelay.isDue() else { return }
    var error: Int32 = 0
    if voice_processing_delay_error(library, &error) {
      hiddenDelay.correct(by: Int(error), told: told)
    }
  }

  /// In milliseconds; far more than a phone is used with.
  private static let longestDelay = 10_000
}
