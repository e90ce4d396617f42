import COpenSSL
package import Media
package import SDP

/// One end of a DTLS 1.2 association that agrees on SRTP keys.
///
///     waiting ──start──▶ shaking ──keys agreed──▶ secured
///        │                  │ alert, time over,      │ goodbye,
///        │ close            │ wrong fingerprint      │ fatal alert
///        └──────────────────┴────────────────────────┴──▶ over
///
/// Datagrams that are no DTLS, or not authentic, are passed over. Once it is over, nothing is sent or
/// taken any more.
///
/// - Source: RFC 6347, RFC 5764, RFC 8842.
package final class DTLSEndpoint: HandshakePort {
  private enum State {
    case waiting(early: [[UInt8]])
    case shaking(expecting: [Fingerprint])
    case secured
    case over
  }

  package var fingerprint: Fingerprint { certificate.fingerprint }

  private let certificate: Certificate
  private let ssl: OpaquePointer
  private let input: OpaquePointer
  private let outbox = DatagramOutbox()
  private var state = State.waiting(early: [])

  /// - Parameter profiles: what may protect the media, best first.
  package init(
    certificate: Certificate, profiles: [CipherKeys.Profile] = [.aeadAES128GCM, .aes128SHA1]
  ) {
    self.certificate = certificate
    guard let ssl = SSL_new(certificate.context), let input = shim_bio_memory_new(),
      let output = outbox.makeBIO()
    else { preconditionFailure("the library has memory for one more association") }
    self.ssl = ssl
    self.input = input
    SSL_set_bio(ssl, input, output)
    shim_dtls_set_mtu(ssl, Self.mtu)
    DTLS_set_timer_cb(ssl) { _, microseconds in
      microseconds == 0 ? firstTimeout : min(2 * microseconds, longestTimeout)
    }
    let names = profiles.map(\.name).joined(separator: ":")
    let refusal = SSL_set_tlsext_use_srtp(ssl, names)
    precondition(refusal == 0, "the library has these profiles")
    // By the time there are keys, there is to be a cipher for them.
    SRTPCipher.prepare()
  }

  deinit {
    // Frees both BIOs, too.
    SSL_free(ssl)
  }

  package func start(isClient: Bool, expecting fingerprints: [Fingerprint]) -> HandshakeStep {
    guard case .waiting(let early) = state else {
      return HandshakeStep()  // Started before, or closed meanwhile.
    }
    state = .shaking(expecting: fingerprints)
    if isClient { SSL_set_connect_state(ssl) } else { SSL_set_accept_state(ssl) }
    var step = shake()
    for datagram in early {
      guard case .goesOn = step.outcome else { break }
      let next = receive(datagram)
      step.datagrams += next.datagrams
      step.outcome = next.outcome
    }
    return step
  }

  package func receive(_ datagram: [UInt8]) -> HandshakeStep {
    guard let first = datagram.first, Self.firstBytes.contains(first),
      datagram.count <= Self.largestDatagramBytes
    else { return HandshakeStep() }
    switch state {
    case .waiting(var early):
      if early.count < Self.mostEarlyDatagrams { early.append(datagram) }
      state = .waiting(early: early)
      return HandshakeStep()
    case .shaking:
      BIO_write(input, datagram, Int32(datagram.count))
      return shake()
    case .secured:
      BIO_write(input, datagram, Int32(datagram.count))
      return listen()
    case .over:
      return HandshakeStep()
    }
  }

  package func retransmit() -> HandshakeStep {
    guard case .shaking = state else { return HandshakeStep() }
    ERR_clear_error()
    // The library repeats only what is due, so an early call does no harm.
    guard shim_dtls_handle_timeout(ssl) >= 0 else { return fail("the peer does not answer") }
    return HandshakeStep(datagrams: outbox.take())
  }

  package var retransmissionDelay: Duration? {
    guard case .shaking = state else { return nil }
    let microseconds = shim_dtls_timeout(ssl)
    guard microseconds >= 0 else { return nil }
    // The library reads the civil clock, which may have been set back.
    return .microseconds(min(microseconds, Int64(longestTimeout)))
  }

  package func close() -> HandshakeStep {
    if case .secured = state { SSL_shutdown(ssl) }
    state = .over
    return HandshakeStep(datagrams: outbox.take())
  }

  /// Takes the handshake as far as what has arrived allows.
  private func shake() -> HandshakeStep {
    ERR_clear_error()
    let result = SSL_do_handshake(ssl)
    if result == 1 { return agree() }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE:
      return HandshakeStep(datagrams: outbox.take())
    case SSL_ERROR_ZERO_RETURN:
      state = .over
      return HandshakeStep(datagrams: outbox.take(), outcome: .closed)
    default:
      return fail("the handshake failed: \(Self.libraryReason())")
    }
  }

  /// Checks who the peer is and takes the keys.
  private func agree() -> HandshakeStep {
    guard case .shaking(let fingerprints) = state else {
      preconditionFailure("a handshake is finished by shaking hands")
    }
    state = .secured
    guard let peer = SSL_get1_peer_certificate(ssl) else {
      return refuse("the peer shows no certificate")
    }
    defer { X509_free(peer) }
    guard !fingerprints.isEmpty else {
      return refuse("the peer's description tells no fingerprint")
    }
    guard Fingerprint.matches(peer, anyOf: fingerprints) else {
      return refuse("the peer's certificate is not the one that its description tells")
    }
    guard let chosen = SSL_get_selected_srtp_profile(ssl),
      let profile = CipherKeys.Profile(rawValue: UInt16(truncatingIfNeeded: chosen.pointee.id))
    else { return refuse("the peer protects media in no way that is known here") }
    guard let keys = exportKeys(profile) else { return refuse("no keys could be derived") }
    return HandshakeStep(datagrams: outbox.take(), outcome: .finished(keys))
  }

  /// Derives the master keys and salts (RFC 5764 §4.2).
  private func exportKeys(_ profile: CipherKeys.Profile) -> CipherKeys? {
    let (keyBytes, saltBytes) = (CipherKeys.keyByteCount, profile.saltByteCount)
    var material = [UInt8](repeating: 0, count: 2 * (keyBytes + saltBytes))
    let label = "EXTRACTOR-dtls_srtp"
    guard
      SSL_export_keying_material(
        ssl, &material, material.count, label, label.utf8.count, nil, 0, 0) == 1
    else { return nil }
    // Client key, server key, client salt, server salt.
    let salts = material[(2 * keyBytes)...]
    let client = Array(material[..<keyBytes] + salts.prefix(saltBytes))
    let server = Array(material[keyBytes..<(2 * keyBytes)] + salts.suffix(saltBytes))
    return SSL_is_server(ssl) == 1
      ? CipherKeys(profile: profile, sending: server, receiving: client)
      : CipherKeys(profile: profile, sending: client, receiving: server)
  }

  /// Answers a peer that missed our last flight, and hears its goodbye. Data is not for us.
  private func listen() -> HandshakeStep {
    var scratch = [UInt8](repeating: 0, count: Self.largestDatagramBytes)
    var result: Int32
    repeat {
      ERR_clear_error()
      result = SSL_read(ssl, &scratch, Int32(scratch.count))
    } while result > 0
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE:
      return HandshakeStep(datagrams: outbox.take())
    case SSL_ERROR_ZERO_RETURN:
      state = .over
      return HandshakeStep(datagrams: outbox.take(), outcome: .closed)
    default:
      return fail("the peer broke the association off: \(Self.libraryReason())")
    }
  }

  /// Ends an association whose handshake went well with a goodbye.
  private func refuse(_ reason: String) -> HandshakeStep {
    SSL_shutdown(ssl)
    return fail(reason)
  }

  private func fail(_ reason: String) -> HandshakeStep {
    state = .over
    return HandshakeStep(datagrams: outbox.take(), outcome: .failed(reason))
  }

  private static func libraryReason() -> String {
    guard let reason = ERR_reason_error_string(ERR_peek_error()) else { return "no reason given" }
    return String(cString: reason)
  }

  /// First bytes of DTLS records (RFC 7983 §7).
  private static let firstBytes: ClosedRange<UInt8> = 20...63
  /// Enough for what one flight brings ahead of the description.
  private static let mostEarlyDatagrams = 8
  private static let largestDatagramBytes = 4_096
  /// Bytes of one of our datagrams at most, without the headers below DTLS.
  private static let mtu = 1_200
}

/// Microseconds before the first repetition, against the second that RFC 6347 §4.2.4.1 suggests:
/// a pair has been checked, so that its round trip is known to be short.
private let firstTimeout: UInt32 = 50_000
/// Microseconds; with the library's limit of twelve repetitions a handshake is given up after 9 s.
private let longestTimeout: UInt32 = 1_000_000

extension CipherKeys.Profile {
  /// In the library's words.
  fileprivate var name: String {
    switch self {
    case .aes128SHA1: "SRTP_AES128_CM_SHA1_80"
    case .aeadAES128GCM: "SRTP_AEAD_AES_128_GCM"
    }
  }
}
