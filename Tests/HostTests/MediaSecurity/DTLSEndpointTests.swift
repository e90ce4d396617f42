import Media
import MediaSecurity
import SDP
import Testing

@Suite("DTLS endpoint")
struct DTLSEndpointTests {
  static let both: [CipherKeys.Profile] = [.aeadAES128GCM, .aes128SHA1]

  @Test(
    "agrees on keys, AES-GCM before AES-CM",
    arguments: [
      (both, both, CipherKeys.Profile.aeadAES128GCM),
      ([.aes128SHA1], both, .aes128SHA1),
      (both, [.aes128SHA1], .aes128SHA1),
    ])
  func agrees(
    client: [CipherKeys.Profile], server: [CipherKeys.Profile], profile: CipherKeys.Profile
  ) throws {
    let pair = DTLSPair(clientProfiles: client, serverProfiles: server)
    pair.shake()
    let keys = try #require(pair.keys)
    #expect(keys.client.profile == profile)
    #expect(keys.server.profile == profile)
    #expect(keys.client.sending == keys.server.receiving)
    #expect(keys.client.receiving == keys.server.sending)
    #expect(keys.client.sending != keys.client.receiving)
    #expect(keys.client.sending.count == (profile == .aes128SHA1 ? 30 : 28))
    #expect(pair.client.retransmissionDelay == nil)
    #expect(pair.server.retransmissionDelay == nil)
  }

  @Test("sends datagrams of DTLS records, none longer than 1 200 bytes")
  func datagramSizes() {
    let pair = DTLSPair()
    pair.shake()
    for datagram in pair.fromClient + pair.fromServer {
      #expect(datagram.count <= 1_200)
      #expect((20...63).contains(datagram[0]))
    }
  }

  @Test("repeats a first flight that was lost on either side")
  func lostFirstFlights() {
    let pair = DTLSPair()
    pair.shake { _, index in index == 0 }
    #expect(pair.keys != nil)
  }

  @Test("repeats its last flight when the peer missed it")
  func lostLastFlight() {
    let pair = DTLSPair()
    // The server's second flight holds its Finished, and it has no timer any more.
    let whole = DTLSPair()
    whole.shake()
    let last = whole.fromServer.count - 1
    pair.shake { isFromClient, index in !isFromClient && index == last }
    #expect(pair.keys != nil)
  }

  @Test("doubles the time between repetitions and gives up on a silent peer")
  func silentPeer() throws {
    let client = DTLSEndpoint(certificate: DTLSPair.certificate)
    #expect(client.retransmissionDelay == nil)
    _ = client.start(isClient: true, expecting: [client.fingerprint])
    let first = try #require(client.retransmissionDelay)
    #expect(first <= .milliseconds(50))
    // Early, so nothing happens.
    #expect(client.retransmit().datagrams.isEmpty)
    let clock = ContinuousClock()
    let start = clock.now
    var sendTimes: [Duration] = []
    while let delay = client.retransmissionDelay, sendTimes.count < 4 {
      let until = clock.now + delay
      while clock.now < until {}
      if !client.retransmit().datagrams.isEmpty { sendTimes.append(clock.now - start) }
    }
    // 50, 150, 350, 750 ms; the library is early by up to 15 ms.
    let expected = [50, 150, 350, 750]
    for (time, milliseconds) in zip(sendTimes, expected) {
      #expect(time > .milliseconds(milliseconds - 70))
    }
    #expect(sendTimes.count == 4)
  }

  @Test("fails when the certificate is not the one that was told")
  func wrongFingerprint() {
    let pair = DTLSPair()
    pair.shake(clientExpects: [pair.client.fingerprint])
    #expect(
      pair.clientOutcome
        == .failed("the peer's certificate is not the one that its description tells"))
    // The other end finished, and hears a goodbye.
    #expect(pair.serverOutcome == .closed)
  }

  @Test("takes any fingerprint of the strongest hash function that was told")
  func severalFingerprints() {
    let pair = DTLSPair()
    let foreign = Fingerprint(algorithm: .sha256, bytes: [UInt8](repeating: 1, count: 32))
    let weak = Fingerprint(algorithm: .sha1, bytes: [UInt8](repeating: 2, count: 20))
    pair.shake(clientExpects: [weak, foreign, pair.server.fingerprint])
    #expect(pair.keys != nil)

    let strict = DTLSPair()
    let strong = Fingerprint(algorithm: .sha512, bytes: [UInt8](repeating: 3, count: 64))
    strict.shake(serverExpects: [strict.client.fingerprint, strong])
    #expect(strict.keys == nil)
  }

  @Test("fails without a fingerprint to compare")
  func noFingerprint() {
    let pair = DTLSPair()
    pair.shake(serverExpects: [])
    #expect(pair.serverOutcome == .failed("the peer's description tells no fingerprint"))
  }

  @Test("fails when there is no profile in common")
  func noProfile() {
    let pair = DTLSPair(clientProfiles: [.aeadAES128GCM], serverProfiles: [.aes128SHA1])
    pair.shake()
    #expect(pair.keys == nil)
    #expect(
      [pair.clientOutcome, pair.serverOutcome].contains(
        .failed("the peer protects media in no way that is known here")))
  }

  @Test("keeps up to eight datagrams that come before the start")
  func earlyDatagrams() {
    let client = DTLSEndpoint(certificate: DTLSPair.certificate)
    let server = DTLSEndpoint(certificate: DTLSPair.otherCertificate)
    let hello = client.start(isClient: true, expecting: [server.fingerprint]).datagrams
    #expect(server.receive(hello[0]).datagrams.isEmpty)
    #expect(!server.start(isClient: false, expecting: [client.fingerprint]).datagrams.isEmpty)

    let flooded = DTLSEndpoint(certificate: DTLSPair.otherCertificate)
    for _ in 0..<8 { _ = flooded.receive([22, 0, 0]) }
    _ = flooded.receive(hello[0])
    #expect(flooded.start(isClient: false, expecting: [client.fingerprint]).datagrams.isEmpty)
  }

  @Test("passes over junk before, during and after the handshake")
  func junk() throws {
    var generator = SeededGenerator(seed: 11)
    let client = DTLSEndpoint(certificate: DTLSPair.certificate)
    let server = DTLSEndpoint(certificate: DTLSPair.otherCertificate)
    var outcomes: [HandshakeStep.Outcome] = []
    func feedJunk() {
      for _ in 0..<200 {
        var datagram = (0..<Int.random(in: 0...1_500, using: &generator)).map { _ in
          UInt8.random(in: 0...255, using: &generator)
        }
        if Bool.random(using: &generator), !datagram.isEmpty {
          datagram[0] = UInt8.random(in: 20...63, using: &generator)
        }
        outcomes += [client.receive(datagram).outcome, server.receive(datagram).outcome]
      }
      outcomes += [client.receive([UInt8](repeating: 22, count: 70_000)).outcome]
    }
    _ = server.start(isClient: false, expecting: [client.fingerprint])
    var toServer = client.start(isClient: true, expecting: [server.fingerprint]).datagrams
    feedJunk()
    var finished = 0
    while !toServer.isEmpty {
      var toClient: [[UInt8]] = []
      for datagram in toServer {
        let step = server.receive(datagram)
        if case .finished = step.outcome { finished += 1 }
        toClient += step.datagrams
        feedJunk()
      }
      toServer = []
      for datagram in toClient {
        let step = client.receive(datagram)
        if case .finished = step.outcome { finished += 1 }
        toServer += step.datagrams
      }
    }
    feedJunk()
    #expect(finished == 2)
    #expect(outcomes.allSatisfy { $0 == .goesOn })
  }

  @Test("ends in words, and not in a crash, when a handshake message is damaged")
  func damagedHandshake() {
    var generator = SeededGenerator(seed: 12)
    for _ in 0..<200 {
      let client = DTLSEndpoint(certificate: DTLSPair.certificate)
      let server = DTLSEndpoint(certificate: DTLSPair.otherCertificate)
      _ = server.start(isClient: false, expecting: [client.fingerprint])
      var hello = client.start(isClient: true, expecting: [server.fingerprint]).datagrams[0]
      // Behind the record header, which would only make it junk.
      hello[Int.random(in: 13..<hello.count, using: &generator)] ^= 0xFF
      let step = server.receive(hello)
      if case .failed(let reason) = step.outcome { #expect(!reason.isEmpty) }
      for datagram in step.datagrams { _ = client.receive(datagram) }
    }
  }

  @Test("says goodbye once, and does nothing afterwards")
  func goodbye() throws {
    let pair = DTLSPair()
    pair.shake()
    let goodbye = pair.client.close()
    #expect(goodbye.datagrams.count == 1)
    #expect(pair.client.close().datagrams.isEmpty)
    #expect(pair.server.receive(try #require(goodbye.datagrams.first)).outcome == .closed)
    #expect(pair.server.receive(goodbye.datagrams[0]).outcome == .goesOn)
    #expect(pair.client.retransmit().datagrams.isEmpty)
    #expect(pair.client.start(isClient: true, expecting: []).datagrams.isEmpty)
  }

  @Test("closes quietly before and during the handshake")
  func earlyClose() {
    let untouched = DTLSEndpoint(certificate: DTLSPair.certificate)
    #expect(untouched.close().datagrams.isEmpty)
    let shaking = DTLSEndpoint(certificate: DTLSPair.certificate)
    _ = shaking.start(isClient: true, expecting: [shaking.fingerprint])
    #expect(shaking.close().datagrams.isEmpty)
    #expect(shaking.retransmissionDelay == nil)
  }
}
