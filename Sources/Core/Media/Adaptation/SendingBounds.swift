import SDP

/// Between what limits sending may be adapted: what the user chose, and what the peer takes.
struct SendingBounds: Equatable, Sendable {
  /// What speech may take at most, its redundant copies included.
  var mostBitsPerSecond: Int
  /// What it takes to begin with.
  var firstBitsPerSecond: Int
  /// How long the microphone's frames are, in milliseconds: 10 or 20. No packet is shorter.
  var shortestPacketTime = 20
  /// In milliseconds.
  var longestPacketTime = 60
  var redundancy = Redundancy.unknown
  /// For how many packets before its own the peer tells a copy that stands alone.
  var mostCopyDistance = 1

  /// Whether copies of earlier packets may be sent along (RFC 2198).
  enum Redundancy: Equatable, Sendable {
    /// The peer does not know how to read them, or the user does not want them.
    case unknown
    case whenNeeded
    /// The peer would rather have them.
    case asked
    /// The user wants them.
    case always
  }

  /// How long packets may be, in milliseconds; the shortest first.
  var packetTimes: [Int] {
    let times = [10, 20, 40, 60].filter { $0 > shortestPacketTime && $0 <= longestPacketTime }
    return [shortestPacketTime] + times
  }

  /// The most that all packets together may take, headers included, in bits a second.
  var mostBudget: Double {
    Double(mostBitsPerSecond) + SendingPlan.headerBits(packetTime: shortestPacketTime)
  }

  var firstBudget: Double {
    Double(min(firstBitsPerSecond, mostBitsPerSecond))
      + SendingPlan.headerBits(packetTime: shortestPacketTime)
  }
}

extension SendingBounds {
  init(_ agreed: AgreedAudio, settings: MediaSettings) {
    let most = min(
      settings.encoder.bitsPerSecond, agreed.sentOpus.maximumAverageBitrate ?? .max)
    self.init(
      mostBitsPerSecond: most, firstBitsPerSecond: min(most, settings.firstBitsPerSecond ?? most))
    shortestPacketTime = settings.frameSampleCount * 1_000 / Sound.sampleRate
    longestPacketTime = max(shortestPacketTime, agreed.remote.maximumPacketTime ?? 60)
    guard agreed.sentRedundancy != nil else { return }
    mostCopyDistance = agreed.remote.mostCopyDistance
    switch settings.usesRedundancy {
    case nil: redundancy = agreed.remote.prefersRedundancy ? .asked : .whenNeeded
    case true?: redundancy = .always
    case false?: redundancy = .unknown
    }
  }
}
