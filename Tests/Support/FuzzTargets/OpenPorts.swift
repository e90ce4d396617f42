import Media
import Simulation

/// The simulated ports, with a cipher that takes and leaves every packet as it is.
final class OpenPorts: MediaPorts {
  private let ports = FakePorts(seed: 1)

  private final class OpenCipher: CipherPort {
    func protectRTP(_ packet: inout [UInt8]) throws(CipherError) {}
    func unprotectRTP(_ packet: inout [UInt8]) throws(CipherError) {}
    func protectRTCP(_ packet: inout [UInt8]) throws(CipherError) {}
    func unprotectRTCP(_ packet: inout [UInt8]) throws(CipherError) {}
  }

  func makeCipher(keys: CipherKeys) throws(CipherError) -> any CipherPort { OpenCipher() }

  func makeHandshake() -> any HandshakePort { ports.makeHandshake() }
  func makeEncoder(settings: EncoderSettings) -> any EncoderPort {
    ports.makeEncoder(settings: settings)
  }
  func makeDecoder() -> any DecoderPort { ports.makeDecoder() }
  func makeResampler(from inputRate: Int, to outputRate: Int) -> any ResamplerPort {
    ports.makeResampler(from: inputRate, to: outputRate)
  }
  func makeVoiceProcessor(_ parts: VoiceParts) -> any VoiceProcessorPort {
    ports.makeVoiceProcessor(parts)
  }
  func random() -> UInt32 { ports.random() }
}
