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
    /// So much is lost on the way there, 0–1.
    case loss(Double)
  }

  /// What the encoder makes of a second of sound.
  package var bitsPerSecond: Int
  /// How much sound one packet carries, in milliseconds.
  package var packetTime: Int
  /// How many earlier packets each one carries along.
  package var copyCount: Int
  package var reason: Reason
  private let shortestPacketTime: Int

  /// - Parameters: times in milliseconds; packets are as short as they may be unless said otherwise.
  package init(
    bitsPerSecond: Int, packetTime: Int = 20, shortestPacketTime: Int = 20, copyCount: Int = 0,
    reason: Reason = .nothing
  ) {
    self.bitsPerSecond = bitsPerSecond
    self.packetTime = packetTime
    self.shortestPacketTime = shortestPacketTime
    self.copyCount = copyCount
    self.reason = reason
  }

  /// Whether anything is done that is not always done.
  package var isNoteworthy: Bool {
    reason != .nothing || copyCount > 0 || packetTime > shortestPacketTime
  }

  /// For people: "32 kbit/s, as 8 % is lost on the way there; each packet carries the one before".
  package var sentence: String {
    var text = "\(bitsPerSecond / 1_000) kbit/s"
    if packetTime > shortestPacketTime { text += " in packets of \(packetTime) ms" }
    switch reason {
    case .nothing: break
    case .queue(let delay):
      text += ", as packets wait \(max(1, delay.nanoseconds / 1_000_000)) ms on the way there"
    case .narrow(let bitsPerSecond):
      text += ", as the way there carries about \(max(1, bitsPerSecond / 1_000)) kbit/s"
    case .loss(let share):
      text += ", as \(max(1, Int(share * 100 + 0.5))) % is lost on the way there"
    }
    switch copyCount {
    case 0: break
    case 1: text += "; each packet carries the one before"
    default: text += "; each packet carries the \(copyCount) before"
    }
    return text
  }
}
