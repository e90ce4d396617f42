/// How sound is sent at present: what one can afford of a budget.
struct SendingPlan: Equatable, Sendable {
  /// What the encoder makes of a second of sound.
  var bitsPerSecond: Int
  /// How much sound one packet carries, in milliseconds.
  var packetTime: Int
  /// Which earlier packets each one carries along.
  var copies: CopyPattern

  /// - Parameters:
  ///   - budget: what all packets together may take, headers included, in bits a second.
  ///   - wanted: the copies that loss asks for; there are fewer where the budget does not allow it.
  ///   - previous: what was done before; packets become shorter again only when there is room to spare.
  init(
    budget: Double, copies wanted: CopyPattern, _ bounds: SendingBounds,
    after previous: SendingPlan?
  ) {
    for count in (0...wanted.count).reversed() {
      let bits = Self.bits(budget, count, packetTime: bounds.shortestPacketTime)
      guard count > 0, bits >= Self.leastWithCopies else { continue }
      let copies = CopyPattern(count: count, distance: wanted.distance)
      self.init(bits, packetTime: bounds.shortestPacketTime, copies, bounds)
      return
    }
    for packetTime in bounds.packetTimes {
      let isShorter = previous.map { $0.packetTime > packetTime } ?? false
      let bits = Self.bits(budget, 0, packetTime: packetTime)
      let least = min(
        Self.least(packetTime: packetTime) * (isShorter ? Self.spareShare : 1),
        Double(bounds.mostBitsPerSecond))
      if bits >= least || packetTime == bounds.packetTimes.last {
        self.init(bits, packetTime: packetTime, .none, bounds)
        return
      }
    }
    preconditionFailure("the longest packets are taken whatever the budget")
  }

  private init(
    _ bits: Double, packetTime: Int, _ copies: CopyPattern, _ bounds: SendingBounds
  ) {
    // The encoder is set anew in whole steps only, and up to what is allowed.
    let stepped = max(Self.leastBitsPerSecond, Int(bits) / 1_000 * 1_000)
    bitsPerSecond =
      Int(bits) >= bounds.mostBitsPerSecond
      ? bounds.mostBitsPerSecond : min(stepped, bounds.mostBitsPerSecond)
    self.packetTime = packetTime
    self.copies = copies
  }

  /// What is left for each frame.
  private static func bits(_ budget: Double, _ copyCount: Int, packetTime: Int) -> Double {
    (budget - headerBits(packetTime: packetTime)) / Double(1 + copyCount)
  }

  /// Below it, fewer headers serve speech better than shorter packets do.
  private static func least(packetTime: Int) -> Double {
    switch packetTime {
    case ..<20: 32_000
    case ..<40: 22_000
    default: 14_000
    }
  }

  /// What headers take, in bits a second.
  static func headerBits(packetTime: Int) -> Double {
    Double(headerBytes * 8) * 1_000 / Double(packetTime)
  }

  /// IP, UDP, RTP with its extensions, and the cipher's tag.
  static let headerBytes = 64
  /// The least an encoder is asked for.
  static let leastBitsPerSecond = 8_000
  /// With fewer bits a frame, its copy is no longer worth what it costs.
  private static let leastWithCopies = 16_000.0
  /// What must be there beyond the least before packets become shorter again.
  private static let spareShare = 1.2

  /// What remains of a budget, however little the network carries.
  static let leastBudget = Double(leastBitsPerSecond) + headerBits(packetTime: 60)
}
