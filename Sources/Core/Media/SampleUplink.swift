/// What is said, at the rate and in the portions in which it travels as samples.
package struct SampleUplink {
  private(set) var meter = LevelMeter()
  /// Chunks that went out, and the samples in them.
  private(set) var chunkCount = 0
  private(set) var sampleCount = 0

  private let resampler: any ResamplerPort
  private let chunkSampleCount: Int
  /// Shorter than a chunk.
  private var waiting: [Int16] = []
  private var wasSilenced = true

  /// - Parameter chunkSampleCount: at `rate`; positive.
  package init(rate: Int, chunkSampleCount: Int, ports: any MediaPorts) {
    precondition(chunkSampleCount > 0, "a chunk lasts")
    resampler = ports.makeResampler(from: Sound.sampleRate, to: rate)
    self.chunkSampleCount = chunkSampleCount
  }

  /// One frame; a change between sound and silence is faded over it.
  ///
  /// - Returns: the chunks that are complete.
  package mutating func captured(_ frame: [Int16], isSilenced: Bool) -> [[Int16]] {
    var frame = frame
    if isSilenced != wasSilenced {
      Gain.fade(
        &frame, from: wasSilenced ? .silence : .unity, to: isSilenced ? .silence : .unity)
      wasSilenced = isSilenced
    } else if isSilenced {
      frame = [Int16](repeating: 0, count: frame.count)
    }
    meter.measure(frame)
    waiting += resampler.convert(frame)
    var chunks: [[Int16]] = []
    while waiting.count >= chunkSampleCount {
      chunks.append(Array(waiting.prefix(chunkSampleCount)))
      waiting.removeFirst(chunkSampleCount)
    }
    chunkCount += chunks.count
    sampleCount += chunks.count * chunkSampleCount
    return chunks
  }

  /// Begins anew; what did not fill a chunk is not sent.
  package mutating func reset() {
    waiting = []
    resampler.reset()
  }
}
