/// Which way sound goes, seen from the side whose description says it (RFC 3264 §5.1).
package enum Direction: String, Sendable {
  case sendrecv, sendonly, recvonly, inactive

  package init(sends: Bool, receives: Bool) {
    switch (sends, receives) {
    case (true, true): self = .sendrecv
    case (true, false): self = .sendonly
    case (false, true): self = .recvonly
    case (false, false): self = .inactive
    }
  }

  package var sends: Bool { self == .sendrecv || self == .sendonly }
  package var receives: Bool { self == .sendrecv || self == .recvonly }

  /// The same, seen from the other side.
  package var mirrored: Direction { Direction(sends: receives, receives: sends) }

  /// What is left when only that way is possible as well.
  package func limited(to other: Direction) -> Direction {
    Direction(sends: sends && other.sends, receives: receives && other.receives)
  }
}

/// Opus under a payload type, and what the side that says it wants to receive.
///
/// - Source: RFC 7587 §6.1, §7.
package struct OpusFormat: Equatable, Sendable {
  /// 0–127.
  package var payloadType: UInt8
  /// The receiver can make use of in-band forward error correction.
  package var usesInbandFEC = false
  /// The receiver prefers pauses to be left out.
  package var usesDTX = false
  package var prefersStereo = false
  package var usesConstantBitrate = false
  /// 6 000–510 000 bits a second; `nil` when nothing was said.
  package var maximumAverageBitrate: Int?
  /// In milliseconds.
  package var minimumPacketTime: Int?
  /// In samples a second.
  package var maximumPlaybackRate: Int?

  package init(payloadType: UInt8) {
    precondition(payloadType < 128, "a payload type has seven bits")
    self.payloadType = payloadType
  }

  /// - Parameter parameters: the value of `fmtp` behind the payload type, empty if there is none.
  init(payloadType: UInt8, parameters: String) {
    self.init(payloadType: payloadType)
    for parameter in parameters.split(separator: ";") {
      let parts = parameter.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, let name = parts[0].split(separator: " ").first,
        let text = parts[1].split(separator: " ").first, let value = Int(text)
      else { continue }
      switch name.lowercased() {
      case "useinbandfec": usesInbandFEC = value == 1
      case "usedtx": usesDTX = value == 1
      case "stereo": prefersStereo = value == 1
      case "cbr": usesConstantBitrate = value == 1
      case "maxaveragebitrate": maximumAverageBitrate = min(max(value, 6_000), 510_000)
      case "minptime": minimumPacketTime = min(max(value, 3), 120)
      case "maxplaybackrate": maximumPlaybackRate = min(max(value, 8_000), 48_000)
      default: break
      }
    }
  }

  /// The value of `fmtp` behind the payload type.
  var parameters: String {
    var result: [String] = []
    if let minimumPacketTime { result.append("minptime=\(minimumPacketTime)") }
    if usesInbandFEC { result.append("useinbandfec=1") }
    if usesDTX { result.append("usedtx=1") }
    if prefersStereo { result.append("stereo=1") }
    if usesConstantBitrate { result.append("cbr=1") }
    if let maximumAverageBitrate { result.append("maxaveragebitrate=\(maximumAverageBitrate)") }
    if let maximumPlaybackRate { result.append("maxplaybackrate=\(maximumPlaybackRate)") }
    return result.joined(separator: ";")
  }
}

/// Keypad tones under a payload type (RFC 4733 §7.1.1).
package struct TelephoneEventFormat: Equatable, Sendable {
  /// 0–127.
  package var payloadType: UInt8
  /// Timestamp units a second; the stream's own 48 000 is to be preferred (RFC 4733 §2.1).
  package var clockRate: Int

  package init(payloadType: UInt8, clockRate: Int) {
    precondition(payloadType < 128, "a payload type has seven bits")
    self.payloadType = payloadType
    self.clockRate = clockRate
  }
}
