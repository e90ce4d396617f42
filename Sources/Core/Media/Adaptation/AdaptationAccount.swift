import Basics

/// How sound is sent at present, and why.
package struct AdaptationAccount: Equatable, Sendable {
  package enum Reason: Equatable, Sendable {
    /// All that the settings allow.
    case nothing
    /// Packets wait so long in a queue on the way there.
    case queue(Duration)
    /// The way there carries no more than this, headers included.
    case narrow(bitsPerSecond: Int)
    /// The peer believes that the way there carries no more than this, headers included.
    case estimate(bitsPerSecond: Int)
    /// So much is lost on the way there, 0–1.
    case loss(Double)
  }

  /// Why packets carry copies of earlier ones.
  package enum CopyCause: Equatable, Sendable {
    /// So much is lost on the way there, 0–1.
    case loss(Double)
    /// The other side would rather have them.
    case peer
    case settings
  }

  /// What the encoder makes of a second of sound.
  package var bitsPerSecond: Int
  /// How much sound one packet carries, in milliseconds.
  package var packetTime: Int
  /// How many earlier packets each one carries along.
  package var copyCount: Int
  /// How many packets each of those is before the next.
  package var copyDistance: Int
  /// How much loss the encoder's own redundancy is for, in percent, beyond what it always is for.
  package var fecLossPercent: Int?
  /// `nil` without copies.
  package var copyCause: CopyCause?
  package var reason: Reason
  private let shortestPacketTime: Int

  /// - Parameters: times in milliseconds; packets are as short as they may be unless said otherwise.
  package init(
    bitsPerSecond: Int, packetTime: Int = 20, shortestPacketTime: Int = 20, copyCount: Int = 0,
    copyDistance: Int = 1, copyCause: CopyCause? = nil, reason: Reason = .nothing
  ) {
    self.bitsPerSecond = bitsPerSecond
    self.packetTime = packetTime
    self.shortestPacketTime = shortestPacketTime
    self.copyCount = copyCount
    self.copyDistance = copyDistance
    self.copyCause = copyCause
    self.reason = reason
  }

  /// Whether anything is done that is not always done.
  package var isNoteworthy: Bool {
    reason != .nothing || copyCount > 0 || packetTime > shortestPacketTime
      || fecLossPercent != nil
  }

  /// For people: "32 kbit/s, as 8 % is lost on the way there; each packet carries the one before".
  package var sentence: String {
    var text = rate
    if packetTime > shortestPacketTime { text += " in packets of \(packetTime) ms" }
    if let fecLossPercent { text += " with in-band FEC for \(fecLossPercent) % loss" }
    switch reason {
    case .nothing: break
    case .queue(let delay):
      text += ", as packets wait \(max(1, delay.nanoseconds / 1_000_000)) ms on the way there"
    case .narrow(let bitsPerSecond):
      text += ", as the way there carries about \(max(1, bitsPerSecond / 1_000)) kbit/s"
    case .estimate(let bitsPerSecond):
      text += ", as the other side takes about \(max(1, bitsPerSecond / 1_000)) kbit/s"
    case .loss(let share): text += ", as \(percent(share)) is lost on the way there"
    }
    if copyCount > 0 { text += "; each packet carries \(carried)" }
    switch (copyCause, reason) {
    case (nil, _), (.loss, .loss): break  // That is said already.
    case (.loss(let share), _): text += ", as \(percent(share)) is lost"
    case (.peer, _): text += ", as the other side asks"
    case (.settings, _): text += ", as the settings ask"
    }
    return text
  }

  /// Which packets one carries along.
  private var carried: String {
    switch (copyCount, copyDistance) {
    case (1, 1): "the one before"
    case (1, let distance): "the one \(distance) before"
    case (let count, 1): "the \(count) before"
    case (let count, let distance):
      "those " + (1...count).map { "\($0 * distance)" }.joined(separator: " and ") + " before"
    }
  }

  /// What is sent; with headers where that is held against what can be.
  private var rate: String {
    let text = "\(bitsPerSecond / 1_000) kbit/s"
    switch reason {
    case .nothing, .queue, .loss: return text
    case .narrow, .estimate:
      let all =
        Double(bitsPerSecond * (1 + copyCount))
        + SendingPlan.headerBits(packetTime: packetTime)
      return text + " (\(Int(all / 1_000 + 0.5)) with headers)"
    }
  }

  /// The same in fewer and fewer words, ``sentence`` first: "32 kbit/s, 1 copy, for 8 % loss".
  package var wordings: [String] {
    let details = [
      packetTime > shortestPacketTime ? "\(packetTime) ms packets" : nil,
      fecLossPercent.map { "FEC for \($0) %" },
    ]
    let copies = copyCount == 0 ? nil : copyCount == 1 ? "1 copy" : "\(copyCount) copies"
    let cause: String? =
      switch reason {
      case .nothing: nil
      case .queue(let delay): "for \(max(1, delay.nanoseconds / 1_000_000)) ms in a queue"
      case .narrow(let bitsPerSecond): "as the way carries \(max(1, bitsPerSecond / 1_000)) kbit/s"
      case .estimate(let bitsPerSecond): "as the peer takes \(max(1, bitsPerSecond / 1_000)) kbit/s"
      case .loss(let share): "for \(percent(share)) loss"
      }
    return [sentence]
      + [[rate] + details + [copies, cause], [rate, copies, cause], [rate, cause ?? copies]]
      .map { $0.compactMap(\.self).joined(separator: ", ") }
  }
}

/// How the other side sends sound, as far as it is particular.
package struct ReceptionAccount: Equatable, Sendable {
  /// Of what was sent to us lately, 0–1; before copies helped.
  package var loss: Double
  /// Whether the other side was asked for copies of earlier packets (RFC 2198).
  package var isAsking: Bool
  /// Whether they come.
  package var hasCopies: Bool

  package init(loss: Double, isAsking: Bool, hasCopies: Bool) {
    self.loss = loss
    self.isAsking = isAsking
    self.hasCopies = hasCopies
  }

  /// - Returns: `nil` when there is nothing particular.
  init?(_ wish: CopyWish, isAsking: Bool) {
    guard isAsking || wish.hasCopies else { return nil }
    self.init(loss: wish.loss, isAsking: isAsking, hasCopies: wish.hasCopies)
  }

  /// For people: "with copies of earlier packets, as asked for; 8 % is lost on the way here".
  package var sentence: String {
    let cause =
      loss >= 0.005 ? "\(percent(loss)) is lost on the way here" : "little is lost on the way here"
    return switch (isAsking, hasCopies) {
    case (true, true): "with copies of earlier packets, as asked for; \(cause)"
    case (true, false): "copies of earlier packets are asked for; \(cause)"
    case (false, _): "with copies of earlier packets; \(cause)"
    }
  }

  /// The same in fewer words, ``sentence`` first: "with copies, 8 % lost".
  package var wordings: [String] {
    let copies = hasCopies || !isAsking ? "with copies" : "copies asked for"
    return [sentence, "\(copies), \(loss >= 0.005 ? percent(loss) : "little") lost"]
  }
}

private func percent(_ share: Double) -> String { "\(max(1, Int(share * 100 + 0.5))) %" }
