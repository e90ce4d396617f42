import Basics
import IceNice
import LoopGLib
import Media
import MediaSecurity
import OpusCodec
import RTP
import SDP
import Testing

/// What a session does with a path, a handshake, a cipher and a codec, done by hand on real sockets.
@Suite("Secured call over loopback")
struct SecuredCallTests {
  @Test("a tone goes each way, once a path is found and keys are agreed")
  func tones() async throws {
    let loop = GLibLoop(name: "call")
    loop.start()
    let certificate = try Certificate()
    let frequencies = [440.0, 660.0]
    let ends = try frequencies.map { try CallEnd(on: loop, certificate: certificate, hertz: $0) }
    loop.perform {
      ends[0].start(calling: ends[1], isCaller: true)
      ends[1].start(calling: ends[0], isCaller: false)
    }
    #expect(await eventually { ends.allSatisfy { $0.heardCount >= 125 * 960 } })
    loop.perform { for end in ends { end.stop() } }
    loop.stop()
    for (end, hertz) in zip(ends, frequencies.reversed()) {
      #expect(end.faultCount == 0)
      // The codec's beginning is left out.
      #expect(Tones.signalToNoise(end.heard.dropFirst(24_000), hertz: hertz) > 15)
    }
  }
}

/// One end of the call. Everything happens on the loop.
private final class CallEnd: @unchecked Sendable {
  // Unchecked: touched on the loop's thread, and by the test once the loop has ended.
  private let loop: GLibLoop
  private let handshake: DTLSEndpoint
  private let encoder: OpusEncoder
  private let decoder: OpusDecoder
  private let hertz: Double
  private let sound = Lock<[Int16]>([])
  private var agent: IceAgent?
  private var cipher: SRTPCipher?
  private var peer: CallEnd?
  private var isCaller = false
  private var retransmission: Alarm?
  private var isConnected = false
  private(set) var faultCount = 0

  init(on loop: GLibLoop, certificate: Certificate, hertz: Double) throws {
    self.loop = loop
    self.hertz = hertz
    handshake = DTLSEndpoint(certificate: certificate)
    encoder = try OpusEncoder(settings: EncoderSettings())
    decoder = try OpusDecoder()
  }

  var heardCount: Int { sound.withLock { $0.count } }
  var heard: [Int16] { sound.withLock { $0 } }

  func start(calling peer: CallEnd, isCaller: Bool) {
    self.peer = peer
    self.isCaller = isCaller
    retransmission = Alarm(on: loop) { [weak self] in
      guard let self else { return }
      take(handshake.retransmit())
    }
    agent = IceAgent(
      loop: loop, localAddresses: { _ in ["127.0.0.1"] },
      handler: { [weak self] event in self?.take(event) })
    agent?.perform(.gather(isControlling: isCaller, servers: [], includesLoopback: true))
  }

  func stop() {
    agent?.perform(.close)
    (agent, peer, retransmission) = (nil, nil, nil)
  }

  private func take(_ event: IceEvent) {
    switch event {
    case .gathering(let credentials): peer?.agent?.perform(.setRemote(credentials))
    case .candidate(let candidate): peer?.agent?.perform(.addRemote(candidate))
    case .gatheringDone: peer?.agent?.perform(.endOfRemoteCandidates)
    case .connected where !isConnected:
      isConnected = true
      take(
        handshake.start(
          isClient: isCaller, expecting: [peer?.handshake.fingerprint].compactMap { $0 }))
    case .received(let datagram): take(datagram)
    case .connected, .disconnected, .using: break
    case .failed: faultCount += 1
    }
  }

  private func take(_ step: HandshakeStep) {
    for datagram in step.datagrams { agent?.perform(.send(datagram)) }
    retransmission?.set(handshake.retransmissionDelay.map { Instant.now.advanced(by: $0) })
    switch step.outcome {
    case .goesOn: break
    case .finished(let keys):
      cipher = try? SRTPCipher(keys: keys)
      // Both speak once both can hear.
      guard let peer, peer.cipher != nil else { return }
      for end in [self, peer] { end.speak() }
    case .failed, .closed: faultCount += 1
    }
  }

  private func take(_ datagram: [UInt8]) {
    switch DatagramClass(of: datagram) {
    case .dtls: take(handshake.receive(datagram))
    case .rtp:
      var packet = datagram
      guard let cipher, (try? cipher.unprotectRTP(&packet)) != nil,
        let decoded = try? RTPPacket(decoding: packet),
        let samples = decoder.decode(decoded.payload)
      else {
        faultCount += 1
        return
      }
      sound.withLock { $0 += samples }
    case .stun, .rtcp, .turnChannel, .unknown: faultCount += 1
    }
  }

  /// Sends two seconds and a half at once.
  private func speak() {
    let tone = Tones.sine(hertz: hertz, count: 125 * 960)
    for index in 0..<125 {
      let payload = encoder.encode(Array(tone[(index * 960)..<(index * 960 + 960)]))
      var packet = RTPPacket(
        payloadType: 111, sequence: SequenceNumber(UInt16(index)), timestamp: UInt32(index * 960),
        ssrc: UInt32(hertz), payload: payload
      ).encoded()
      guard let cipher, (try? cipher.protectRTP(&packet)) != nil else {
        faultCount += 1
        return
      }
      agent?.perform(.send(packet))
    }
  }
}
