import Media
import MediaSecurity
import OpusCodec
import Resampling
import VoiceProcessing

/// The real libraries behind one media loop's sessions.
///
/// They fail only for want of memory, which the program does not survive in any case.
final class LibraryPorts: MediaPorts {
  private lazy var certificate = Self.mustHave("certificate") { try Certificate() }
  private var generator = SystemRandomNumberGenerator()

  /// Makes beforehand what takes a moment, so that no call waits for it.
  func prepare() { _ = certificate }

  func makeHandshake() -> any HandshakePort {
    DTLSEndpoint(certificate: certificate)
  }

  func makeCipher(keys: CipherKeys) throws(CipherError) -> any CipherPort {
    try SRTPCipher(keys: keys)
  }

  func makeEncoder(settings: EncoderSettings) -> any EncoderPort {
    Self.mustHave("encoder") { try OpusEncoder(settings: settings) }
  }

  func makeDecoder() -> any DecoderPort {
    Self.mustHave("decoder") { try OpusDecoder() }
  }

  func makeResampler(from inputRate: Int, to outputRate: Int) -> any ResamplerPort {
    Self.mustHave("resampler") { try Resampler(from: inputRate, to: outputRate) }
  }

  func makeVoiceProcessor(_ parts: VoiceParts) -> any VoiceProcessorPort {
    guard let processor = VoiceProcessor(parts) else {
      preconditionFailure("memory for a voice processor")
    }
    return processor
  }

  func random() -> UInt32 {
    generator.next()
  }

  private static func mustHave<Port>(_ name: String, _ make: () throws -> Port) -> Port {
    do {
      return try make()
    } catch {
      preconditionFailure("memory for a \(name): \(error)")
    }
  }
}

extension Resampler: ResamplerPort {}
