import Basics

/// The payload of a telephone-event packet: one keypad tone, repeated while it sounds.
///
/// Four bytes in network order:
///
///     event:8 │ end:1 reserved:1 volume:6 │ duration:16
///
/// - Source: RFC 4733 §2.3.
package struct TelephoneEvent: Equatable, Sendable {
  /// 0–9 for the digits, 10 for `*`, 11 for `#`, 12–15 for A–D (RFC 4733 §3.2).
  package var code: UInt8
  /// Whether this packet ends the tone.
  package var isEnd: Bool
  /// The tone's power, in −dBm0: 0 is loudest, 63 softest.
  package var volume: UInt8
  /// How long the tone has sounded, in RTP timestamp units.
  package var duration: UInt16

  /// What was wrong with a received payload.
  package enum DecodingError: Error, Equatable {
    case wrongSize(byteCount: Int)
    case notAKey(code: UInt8)
  }

  /// A payload to be sent.
  package init(code: UInt8, isEnd: Bool, volume: UInt8, duration: UInt16) {
    precondition(code <= Self.lastKey, "only the sixteen keys are sent")
    precondition(volume < 64, "volume has six bits")
    self.code = code
    self.isEnd = isEnd
    self.volume = volume
    self.duration = duration
  }

  /// Reads a received payload. The reserved bit is ignored, as the RFC asks of receivers.
  package init(decoding payload: [UInt8]) throws(DecodingError) {
    var reader = ByteReader(payload)
    guard payload.count == Self.byteCount, let code = reader.readUInt8(),
      let flags = reader.readUInt8(), let duration = reader.readUInt16()
    else { throw .wrongSize(byteCount: payload.count) }
    guard code <= Self.lastKey else { throw .notAKey(code: code) }
    self.init(code: code, isEnd: flags & 0x80 != 0, volume: flags & 0x3F, duration: duration)
  }

  /// The four bytes that ``init(decoding:)`` reads.
  package func encoded() -> [UInt8] {
    var bytes = [code, (isEnd ? 0x80 : 0x00) | volume]
    bytes.append(bigEndian: duration)
    return bytes
  }

  /// The key as it is printed on the keypad.
  package var key: Character { Self.keys[Int(code)] }

  /// The code of a key, `a`–`d` included; `nil` for what no keypad has.
  package static func code(of key: Character) -> UInt8? {
    // Compared as text: some letters become two in upper case.
    keys.firstIndex { String($0) == key.uppercased() }.map { UInt8($0) }
  }

  private static let keys: [Character] = Array("0123456789*#ABCD")
  private static let byteCount = 4
  private static let lastKey: UInt8 = 15
}
