import Media
package import Realtime

/// Records a call into a file of two channels on one clock: the near side left, the far side right.
///
/// WAV, FLAC or Ogg Opus by the path's suffix. The file is valid at least once a second, so that not
/// even a killed program loses more than that. Used on one thread, never a real-time one.
package final class CallRecorder {
  package let path: String
  private let writer: BackgroundWriter
  private var near: [Int16] = []
  private var far: [Int16] = []

  /// Makes the file, in the place of an old one.
  ///
  /// - Throws: in words what is wrong with the folder, the disk or the suffix.
  package init(path: String) throws(AudioDeviceError) {
    self.path = path
    writer = try BackgroundWriter(path: path, channelCount: 2)
  }

  deinit { writer.close() }

  /// Appends sound of either side or of both.
  ///
  /// The sides need not come in equal pieces: what one is ahead waits for the other, and after 100 ms
  /// silence takes the place of what did not come.
  ///
  /// - Throws: why nothing is recorded any more; what was recorded before is kept.
  package func append(near newNear: [Int16], far newFar: [Int16]) throws(AudioDeviceError) {
    if let failure = writer.failure { throw failure }
    add(newNear, newFar)
  }

  private func add(_ newNear: [Int16], _ newFar: [Int16]) {
    near += newNear
    far += newFar
    if abs(near.count - far.count) > Self.maximumLead {
      let longer = max(near.count, far.count)
      near += [Int16](repeating: 0, count: longer - near.count)
      far += [Int16](repeating: 0, count: longer - far.count)
    }
    write(frameCount: min(near.count, far.count))
  }

  /// Samples that a disk too slow has cost.
  package var droppedSamples: Int { writer.faults.counts.droppedSamples }

  /// Writes the rest and completes the file; waits for that, at most five seconds.
  package func finish() {
    let longer = max(near.count, far.count)
    add(
      [Int16](repeating: 0, count: longer - near.count),
      [Int16](repeating: 0, count: longer - far.count))
    writer.close()
  }

  private func write(frameCount: Int) {
    // In pieces, so that a long append does not need more room than there is.
    var start = 0
    while start < frameCount {
      let end = min(start + Self.pieceFrames, frameCount)
      var frames: [Int16] = []
      frames.reserveCapacity((end - start) * 2)
      for index in start..<end {
        frames.append(near[index])
        frames.append(far[index])
      }
      frames.withUnsafeBufferPointer { frames in
        if let base = frames.baseAddress { writer.append(base, count: frames.count) }
      }
      start = end
    }
    near.removeFirst(frameCount)
    far.removeFirst(frameCount)
  }

  /// 100 ms.
  private static let maximumLead = Sound.sampleRate / 10
  private static let pieceFrames = 4_096
}
