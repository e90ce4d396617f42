import Basics
package import Media
package import SDP

/// Ports that need no library: each does what the real one does, as simply as can be undone.
package final class FakePorts: MediaPorts {
  private var generator: SeededGenerator
  /// What was made, for tests to look at.
  package private(set) var handshakes: [FakeHandshake] = []
  package private(set) var ciphers: [FakeCipher] = []
  package private(set) var encoders: [FakeEncoder] = []
  package private(set) var decoders: [FakeDecoder] = []
  package private(set) var processors: [FakeVoiceProcessor] = []

  private let fillsBitrate: Bool

  /// - Parameter fillsBitrate: whether encoders make as many bytes as their bitrate says.
  package init(seed: UInt64, fillsBitrate: Bool = false) {
    generator = SeededGenerator(seed: seed)
    self.fillsBitrate = fillsBitrate
  }

  package func makeHandshake() -> any HandshakePort {
    let handshake = FakeHandshake(secret: (0..<16).map { _ in UInt8(truncatingIfNeeded: random()) })
    handshakes.append(handshake)
    return handshake
  }

  package func makeCipher(keys: CipherKeys) throws(CipherError) -> any CipherPort {
    let cipher = FakeCipher(keys: keys)
    ciphers.append(cipher)
    return cipher
  }

  package func makeEncoder(settings: EncoderSettings) -> any EncoderPort {
    let encoder = FakeEncoder(settings: settings, fillsBitrate: fillsBitrate)
    encoders.append(encoder)
    return encoder
  }

  package func makeDecoder() -> any DecoderPort {
    let decoder = FakeDecoder()
    decoders.append(decoder)
    return decoder
  }

  package func makeResampler(from inputRate: Int, to outputRate: Int) -> any ResamplerPort {
    FakeResampler(from: inputRate, to: outputRate)
  }

  package func makeVoiceProcessor(_ parts: VoiceParts) -> any VoiceProcessorPort {
    let processor = FakeVoiceProcessor(parts: parts)
    processors.append(processor)
    return processor
  }

  package func random() -> UInt32 { UInt32(truncatingIfNeeded: generator.next()) }
}

/// Converts rates by repeating or leaving out samples.
package final class FakeResampler: ResamplerPort {
  private let inputRate: Int
  private let outputRate: Int
  private var takenCount = 0
  private var givenCount = 0

  init(from inputRate: Int, to outputRate: Int) {
    self.inputRate = inputRate
    self.outputRate = outputRate
  }

  package func convert(_ input: [Int16]) -> [Int16] {
    let first = takenCount
    takenCount += input.count
    let end = takenCount * outputRate / inputRate
    defer { givenCount = end }
    return (givenCount..<end).map {
      input[min(input.count - 1, $0 * inputRate / outputRate - first)]
    }
  }

  package func finish() -> [Int16] {
    reset()
    return []
  }

  package func reset() {
    takenCount = 0
    givenCount = 0
  }
}

/// A handshake of two flights from each side: hellos with certificates, then finished messages.
///
///     client: hello ─▶        server: hello ─▶
///     client: finished ─▶     server: finished ─▶
///
/// A certificate is 32 bytes that are also its fingerprint. As in DTLS, the last flight is repeated
/// when the peer repeats its own, and nothing moves before `start`.
package final class FakeHandshake: HandshakePort {
  private enum Stage { case idle, waitingForHello, waitingForFinished, finished, over }

  private enum Message: UInt8 {
    case clientHello = 1
    case serverHello, clientFinished, serverFinished
  }

  package let fingerprint: Fingerprint
  package private(set) var startCount = 0
  package private(set) var retransmissionDelay: Duration?
  private let secret: [UInt8]
  private var stage = Stage.idle
  private var isClient = false
  private var accepted: [Fingerprint] = []
  private var keptDatagrams: [[UInt8]] = []
  private var lastFlight: [[UInt8]] = []
  private var peerSecret: [UInt8] = []

  init(secret: [UInt8]) {
    self.secret = secret
    fingerprint = Fingerprint(algorithm: .sha256, bytes: secret + secret)
  }

  package func start(isClient: Bool, expecting fingerprints: [Fingerprint]) -> HandshakeStep {
    startCount += 1
    self.isClient = isClient
    accepted = fingerprints
    stage = .waitingForHello
    var step = isClient ? send(.clientHello) : HandshakeStep()
    for datagram in keptDatagrams {
      let next = receive(datagram)
      step.datagrams += next.datagrams
      step.outcome = next.outcome
    }
    keptDatagrams = []
    return step
  }

  package func receive(_ datagram: [UInt8]) -> HandshakeStep {
    if datagram == Self.goodbye, stage != .idle, stage != .over {
      return HandshakeStep(outcome: .closed)
    }
    switch stage {
    case .idle:
      if keptDatagrams.count < 8 { keptDatagrams.append(datagram) }
      return HandshakeStep()
    case .over:
      return HandshakeStep()
    case .waitingForHello, .waitingForFinished, .finished:
      guard let message = read(datagram) else { return HandshakeStep() }
      return handle(message, secret: Array(datagram.dropFirst(2)))
    }
  }

  package func retransmit() -> HandshakeStep {
    guard let delay = retransmissionDelay else { return HandshakeStep() }
    retransmissionDelay = min(delay * 2, .seconds(1))
    return HandshakeStep(datagrams: lastFlight)
  }

  package func close() -> HandshakeStep {
    guard stage != .idle, stage != .over else { return HandshakeStep() }
    stage = .over
    retransmissionDelay = nil
    return HandshakeStep(datagrams: [Self.goodbye])
  }

  private func handle(_ message: Message, secret: [UInt8]) -> HandshakeStep {
    switch (message, isClient, stage) {
    case (.clientHello, false, .waitingForHello), (.serverHello, true, .waitingForHello):
      let certificate = Fingerprint(algorithm: .sha256, bytes: secret + secret)
      guard accepted.contains(certificate) else {
        stage = .over
        retransmissionDelay = nil
        return HandshakeStep(outcome: .failed("The certificate is not the one announced."))
      }
      peerSecret = secret
      stage = .waitingForFinished
      return send(isClient ? .clientFinished : .serverHello)
    case (.clientFinished, false, .waitingForFinished):
      var step = send(.serverFinished)
      retransmissionDelay = nil
      stage = .finished
      step.outcome = .finished(keys)
      return step
    case (.serverFinished, true, .waitingForFinished):
      retransmissionDelay = nil
      stage = .finished
      return HandshakeStep(outcome: .finished(keys))
    case (.clientHello, false, .waitingForFinished), (.clientFinished, false, .finished):
      return HandshakeStep(datagrams: lastFlight)
    default:
      return HandshakeStep()
    }
  }

  private var keys: CipherKeys {
    let (client, server) = isClient ? (secret, peerSecret) : (peerSecret, secret)
    return CipherKeys(
      profile: .aeadAES128GCM, sending: isClient ? client + [1] : server + [2],
      receiving: isClient ? server + [2] : client + [1])
  }

  private func send(_ message: Message) -> HandshakeStep {
    lastFlight = [[22, message.rawValue] + secret]
    retransmissionDelay = .milliseconds(50)
    return HandshakeStep(datagrams: lastFlight)
  }

  private func read(_ datagram: [UInt8]) -> Message? {
    guard datagram.count == 18, datagram[0] == 22 else { return nil }
    return Message(rawValue: datagram[1])
  }

  private static let goodbye: [UInt8] = [21, 0]
}

/// Adds a checksum under the key and knows the last packets by it.
package final class FakeCipher: CipherPort {
  private let keys: CipherKeys
  private var seen: [UInt64] = []
  private var oldest = 0

  init(keys: CipherKeys) { self.keys = keys }

  package func protectRTP(_ packet: inout [UInt8]) throws(CipherError) {
    protect(&packet)
  }

  package func unprotectRTP(_ packet: inout [UInt8]) throws(CipherError) {
    try unprotect(&packet)
  }

  package func protectRTCP(_ packet: inout [UInt8]) throws(CipherError) {
    protect(&packet)
  }

  package func unprotectRTCP(_ packet: inout [UInt8]) throws(CipherError) {
    try unprotect(&packet)
  }

  private func protect(_ packet: inout [UInt8]) {
    let tag = checksum(packet, key: keys.sending)
    for shift in 0..<8 { packet.append(UInt8(truncatingIfNeeded: tag >> (shift * 8))) }
  }

  private func unprotect(_ packet: inout [UInt8]) throws(CipherError) {
    guard packet.count > 16 else { throw .malformed }
    var tag: UInt64 = 0
    for byte in packet.suffix(8).reversed() { tag = tag << 8 | UInt64(byte) }
    packet.removeLast(8)
    guard tag == checksum(packet, key: keys.receiving) else { throw .notAuthentic }
    guard !seen.contains(tag) else { throw .replayed }
    if seen.count < 128 {
      seen.append(tag)
    } else {
      seen[oldest] = tag
      oldest = (oldest + 1) % 128
    }
  }

  private func checksum(_ packet: [UInt8], key: [UInt8]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in key { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    // The header and the ends tell packets apart; not every byte of long payloads is worth the time.
    for byte in packet.prefix(48) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    for byte in packet.suffix(8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
  }
}
