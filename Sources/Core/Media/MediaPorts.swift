import Basics
package import Playout
package import SDP

// What one call's sound needs from libraries. These are computations: they neither wait nor touch the
// world, so the core calls them directly; datagrams and timers are effects. Tests and the simulator
// put fakes in their place.

/// Sound as the whole program handles it: 48 000 samples a second, one channel, 16 bits.
package enum Sound {
  package static let sampleRate = 48_000
  /// Samples of `duration`.
  package static func samples(_ duration: Duration) -> Int {
    Int(duration.nanoseconds * Int64(sampleRate) / 1_000_000_000)
  }
}

/// Keys for both directions, agreed by a DTLS handshake (RFC 5764 §4.2).
package struct CipherKeys: Equatable, Sendable {
  package enum Profile: UInt16, Sendable {
    case aes128SHA1 = 0x0001
    case aeadAES128GCM = 0x0007

    /// As people read it.
    package var title: String {
      switch self {
      case .aes128SHA1: "AES-128-CM-SHA1-80"
      case .aeadAES128GCM: "AES-128-GCM"
      }
    }
  }

  package var profile: Profile
  /// Master key and salt, one after the other.
  package var sending: [UInt8]
  package var receiving: [UInt8]

  package init(profile: Profile, sending: [UInt8], receiving: [UInt8]) {
    self.profile = profile
    self.sending = sending
    self.receiving = receiving
  }
}

/// What a step of a handshake led to.
package struct HandshakeStep: Sendable {
  package enum Outcome: Equatable, Sendable {
    case goesOn
    /// The peer's certificate has the fingerprint that its description told, and these are the keys.
    case finished(CipherKeys)
    /// In words; the wrong fingerprint is one of the reasons.
    case failed(String)
    /// The peer said goodbye.
    case closed
  }

  /// Datagrams to be sent, in order.
  package var datagrams: [[UInt8]]
  package var outcome: Outcome

  package init(datagrams: [[UInt8]] = [], outcome: Outcome = .goesOn) {
    self.datagrams = datagrams
    self.outcome = outcome
  }
}

/// One end of a DTLS association. Used on one thread.
package protocol HandshakePort: AnyObject {
  /// Of our own certificate, for the description.
  var fingerprint: Fingerprint { get }
  /// Begins as client (`active`) or server (`passive`). Of the fingerprints any with the strongest
  /// hash function among them is accepted (RFC 8122 §5).
  ///
  /// Datagrams received before are kept, up to eight, and handled now.
  func start(isClient: Bool, expecting fingerprints: [Fingerprint]) -> HandshakeStep
  func receive(_ datagram: [UInt8]) -> HandshakeStep
  /// Repeats what was lost; to be called when ``retransmissionDelay`` has passed.
  func retransmit() -> HandshakeStep
  /// How long until ``retransmit()`` is due; `nil` when nothing is outstanding. Starts at 50 ms and
  /// doubles up to 1 s.
  var retransmissionDelay: Duration? { get }
  /// The goodbye to be sent.
  func close() -> HandshakeStep
}

/// Protects and unprotects packets (RFC 3711, RFC 7714). Used on one thread.
package protocol CipherPort: AnyObject {
  func protectRTP(_ packet: inout [UInt8]) throws(CipherError)
  func unprotectRTP(_ packet: inout [UInt8]) throws(CipherError)
  func protectRTCP(_ packet: inout [UInt8]) throws(CipherError)
  func unprotectRTCP(_ packet: inout [UInt8]) throws(CipherError)
}

/// Why a packet was not taken.
package enum CipherError: Error, Equatable {
  case notAuthentic
  case replayed
  case malformed
  /// The library's own status code.
  case failed(Int32)
}

/// Turns frames of sound into Opus packets. Used on one thread.
package protocol EncoderPort: AnyObject {
  /// - Parameter frame: 120, 240, 480, 960, 1 920 or 2 880 samples.
  /// - Returns: the payload; empty when there is nothing to send (DTX) or the library failed.
  func encode(_ frame: [Int16]) -> [UInt8]
  /// 6 000–510 000.
  func setBitrate(bitsPerSecond: Int)
  /// How much loss in-band FEC shall be ready for, 0–100.
  func setExpectedLoss(percent: Int)
}

/// Turns Opus packets into sound. Used on one thread.
package protocol DecoderPort: FrameDecoder {}

/// Converts a stream of samples from one rate to another, piece by piece. Used on one thread.
package protocol ResamplerPort: AnyObject {
  /// Converts the next piece; what comes out varies by a sample or two from piece to piece.
  func convert(_ input: [Int16]) -> [Int16]
  /// The rest of the stream, which a filter held back. The next piece begins a new stream.
  func finish() -> [Int16]
  /// Forgets the stream so far.
  func reset()
}

/// Makes the ports of one session.
package protocol MediaPorts: AnyObject {
  func makeHandshake() -> any HandshakePort
  func makeCipher(keys: CipherKeys) throws(CipherError) -> any CipherPort
  func makeEncoder(settings: EncoderSettings) -> any EncoderPort
  func makeDecoder() -> any DecoderPort
  /// - Parameters: samples a second, 8 000–48 000.
  func makeResampler(from inputRate: Int, to outputRate: Int) -> any ResamplerPort
  /// One for each microphone; it learns the room.
  func makeVoiceProcessor(_ parts: VoiceParts) -> any VoiceProcessorPort
  /// 32 random bits: SSRCs, first sequence numbers and timestamps (RFC 3550 §5.1, §8).
  func random() -> UInt32
}

/// How the encoder begins.
package struct EncoderSettings: Equatable, Sendable {
  package var bitsPerSecond: Int
  /// In-band forward error correction (RFC 6716 §2.1.7).
  package var usesFEC: Bool
  /// Discontinuous transmission (RFC 7587 §3.1.3).
  package var usesDTX: Bool
  package var expectedLossPercent: Int

  package init(
    bitsPerSecond: Int = 64_000, usesFEC: Bool = true, usesDTX: Bool = false,
    expectedLossPercent: Int = 5
  ) {
    self.bitsPerSecond = bitsPerSecond
    self.usesFEC = usesFEC
    self.usesDTX = usesDTX
    self.expectedLossPercent = expectedLossPercent
  }
}
