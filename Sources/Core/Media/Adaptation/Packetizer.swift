/// Joins the microphone's frames to what one packet carries.
struct Packetizer {
  private var samples: [Int16] = []
  private var timestamp: UInt32 = 0
  private var wantedCount = 0

  /// Adds one frame.
  ///
  /// - Parameters:
  ///   - timestamp: the frame's.
  ///   - packetTime: in milliseconds; a packet that has been begun keeps the one it began with.
  /// - Returns: what the packet carries, once it is full.
  mutating func add(
    _ frame: [Int16], timestamp: UInt32, packetTime: Int
  ) -> (samples: [Int16], timestamp: UInt32)? {
    if samples.isEmpty {
      self.timestamp = timestamp
      wantedCount = packetTime * Sound.sampleRate / 1_000
      guard frame.count < wantedCount else { return (frame, timestamp) }
    }
    samples += frame
    guard samples.count >= wantedCount else { return nil }
    defer { samples.removeAll(keepingCapacity: true) }
    return (samples, self.timestamp)
  }

  /// Forgets what is not full.
  mutating func clear() { samples.removeAll() }
}
