/// How loud the sound of one packet is, as its sender measured it.
///
/// One byte, `voice:1 │ level:7`. Under its name the extension is negotiated in `extmap`.
///
/// - Source: RFC 6464 §3.
package struct AudioLevel: Equatable, Sendable {
  /// The sender takes the sound for speech.
  package var isVoice: Bool
  /// In −dBov: 0 is the loudest possible, 127 silence.
  package var level: UInt8

  package static let uri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

  package init(isVoice: Bool, level: UInt8) {
    self.isVoice = isVoice
    self.level = min(level, 127)
  }

  /// The level of sound with that root mean square, where 1 is full scale.
  package init(isVoice: Bool, rootMeanSquare: Double) {
    self.init(isVoice: isVoice, level: Self.level(ofRootMeanSquare: rootMeanSquare))
  }

  /// Reads an extension's data; the two-byte form may pad it with a second byte, which is ignored.
  package init?(decoding data: [UInt8]) {
    guard let byte = data.first else { return nil }
    self.init(isVoice: byte & 0x80 != 0, level: byte & 0x7F)
  }

  /// The data that ``init(decoding:)`` reads.
  package func encoded() -> [UInt8] {
    [(isVoice ? 0x80 : 0) | level]
  }

  /// The root mean square of sound at this level, where 1 is full scale.
  package var rootMeanSquare: Double {
    guard level < 127 else { return 0 }
    // 10^(−level/20), by steps of one decibel.
    var value = 1.0
    for _ in 0..<level { value *= Self.oneDecibelDown }
    return value
  }

  /// The nearest level to a root mean square, found without a logarithm, which the core lacks.
  private static func level(ofRootMeanSquare value: Double) -> UInt8 {
    var level: UInt8 = 0
    var step = halfDecibelDown
    while level < 127, value < step {
      level += 1
      step *= oneDecibelDown
    }
    return level
  }

  /// 10^(−1/20).
  private static let oneDecibelDown = 0.891_250_938_133_745_5
  /// 10^(−1/40).
  private static let halfDecibelDown = 0.944_060_876_285_923_4
}
