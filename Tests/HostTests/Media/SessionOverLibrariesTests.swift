import Basics
import Glibc
import Media
import MediaSecurity
import OpusCodec
import Simulation
import Testing

/// Two sessions with OpenSSL, libsrtp2 and Opus behind them, over a link in virtual time.
@Suite("Media session over the real libraries")
struct SessionOverLibrariesTests {
  @Test("agrees on keys and carries a tone each way, unharmed", arguments: [false, true])
  func tones(isLatencyLow: Bool) throws {
    var setup = SessionPair.Setup()
    setup.settings.latency = isLatencyLow ? .low : .normal
    let pair = try makePair(setup)
    pair.run(for: .seconds(4))

    for (side, frequency) in [(0, 660.0), (1, 440.0)] {
      let heard = Array(pair.sound[side].suffix(48_000 * 2))
      #expect(share(of: heard, at: frequency) > 0.99)
    }
    for side in SessionPair.Side.allCases {
      let statistics = try #require(figures(pair, side))
      #expect(statistics.packetsLost == 0)
      #expect(statistics.concealedSamples == 0)
      #expect(statistics.faultyPackets == 0)
      #expect(statistics.cipher == "AES-128-GCM")
      #expect((40_000...125_000).contains(statistics.receivedBitrate))
    }
    #expect(pair.violations == [])
  }

  @Test("conceals and recovers what a bad link loses, without false alarms")
  func badLink() throws {
    var setup = SessionPair.Setup(seed: 5)
    setup.link = LinkModel.Quality(
      delay: .milliseconds(20), jitter: .milliseconds(15), loss: 0.1, duplication: 0.05,
      reordering: 0.03)
    let pair = try makePair(setup)
    pair.run(for: .seconds(12))

    for (side, frequency) in [(SessionPair.Side.caller, 660.0), (.callee, 440.0)] {
      let heard = Array(pair.sound[side.rawValue].suffix(48_000 * 4))
      #expect(share(of: heard, at: frequency) > 0.8)
      let statistics = try #require(figures(pair, side))
      #expect(statistics.packetsLost > 20)
      #expect(statistics.recoveredPackets > 0)
      #expect(statistics.faultyPackets == 0)
      #expect(Double(statistics.concealedSamples) < 0.15 * Double(statistics.totalSamplesReceived))
    }
    #expect(pair.violations == [])
  }

  @Test("says goodbye by DTLS when the BYE is lost")
  func goodbye() throws {
    let pair = try makePair(SessionPair.Setup())
    pair.run(for: .seconds(1))
    pair.loses = { _, kind, _ in kind == .rtcp }
    pair.act(.callee) { $0.close(at: $1) }
    pair.run(for: .seconds(1))
    #expect(pair.count(.caller) { $0 == .peerLeft } == 1)
  }

  @Test("refuses a forged fingerprint")
  func forged() throws {
    var setup = SessionPair.Setup()
    setup.forgesFingerprint = true
    let pair = try makePair(setup)
    pair.run(for: .seconds(3))
    // The caller, whose own view is right, learns of the refusal by the goodbye.
    #expect(pair.count(.callee) { $0 == .secured } == 0)
    #expect(pair.session(.callee).state == .closed)
    #expect(pair.count(.caller) { $0 == .peerLeft } == 1)
    #expect(pair.heard[0].allSatisfy { $0 == 0 } && pair.heard[1].allSatisfy { $0 == 0 })
  }

  private func makePair(_ setup: SessionPair.Setup) throws -> SessionPair {
    let pair = SessionPair(setup, mediaPorts: [try RealPorts(), try RealPorts()])
    pair.keepsSound = true
    pair.speech = [440.0, 660.0].map { frequency in
      { number, count in
        (0..<count).map { index in
          let time = Double(number * count + index) / 48_000
          return Int16(8_000 * sin(2 * Double.pi * frequency * time))
        }
      }
    }
    return pair
  }

  private func figures(_ pair: SessionPair, _ side: SessionPair.Side) -> MediaStatistics? {
    for case .statistics(let statistics) in pair.reports[side.rawValue].reversed() {
      return statistics
    }
    return nil
  }

  /// The share of the power that lies near one frequency: of short windows, since concealment and
  /// stretching shift the phase.
  private func share(of samples: [Int16], at frequency: Double) -> Double {
    var (near, total) = (0.0, 0.0)
    for start in stride(from: 0, to: samples.count - 4_800, by: 4_800) {
      var (real, imaginary) = (0.0, 0.0)
      for index in 0..<4_800 {
        let value = Double(samples[start + index])
        let angle = 2 * Double.pi * frequency * Double(index) / 48_000
        real += value * cos(angle)
        imaginary += value * sin(angle)
        total += value * value
      }
      near += (real * real + imaginary * imaginary) * 2 / 4_800
    }
    return total > 0 ? near / total : 0
  }
}

/// The libraries as a media loop has them.
private final class RealPorts: MediaPorts {
  private let certificate: Certificate
  private var generator = SystemRandomNumberGenerator()

  init() throws { certificate = try Certificate() }

  func makeHandshake() -> any HandshakePort { DTLSEndpoint(certificate: certificate) }

  func makeCipher(keys: CipherKeys) throws(CipherError) -> any CipherPort {
    try SRTPCipher(keys: keys)
  }

  func makeEncoder(settings: EncoderSettings) -> any EncoderPort {
    do { return try OpusEncoder(settings: settings) } catch { fatalError("\(error)") }
  }

  func makeDecoder() -> any DecoderPort {
    do { return try OpusDecoder() } catch { fatalError("\(error)") }
  }

  func makeResampler(from inputRate: Int, to outputRate: Int) -> any ResamplerPort {
    preconditionFailure("sessions over a path convert nothing")
  }

  func makeVoiceProcessor(_ parts: VoiceParts) -> any VoiceProcessorPort {
    preconditionFailure("a session's sound is clean before it gets there")
  }

  func random() -> UInt32 { generator.next() }
}
