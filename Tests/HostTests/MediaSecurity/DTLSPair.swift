import Glibc
import Media
import MediaSecurity
import SDP

/// Two ends whose datagrams are handed across in memory.
final class DTLSPair {
  let client: DTLSEndpoint
  let server: DTLSEndpoint
  private(set) var clientOutcome = HandshakeStep.Outcome.goesOn
  private(set) var serverOutcome = HandshakeStep.Outcome.goesOn
  /// What was sent, lost or not.
  private(set) var fromClient: [[UInt8]] = []
  private(set) var fromServer: [[UInt8]] = []

  static let certificate = try! Certificate()  // Fails only without the library.
  static let otherCertificate = try! Certificate()  // As above.

  init(
    clientProfiles: [CipherKeys.Profile] = [.aeadAES128GCM, .aes128SHA1],
    serverProfiles: [CipherKeys.Profile] = [.aeadAES128GCM, .aes128SHA1]
  ) {
    client = DTLSEndpoint(certificate: Self.certificate, profiles: clientProfiles)
    server = DTLSEndpoint(certificate: Self.otherCertificate, profiles: serverProfiles)
  }

  /// Starts both ends and carries datagrams until both have an outcome, waiting for retransmissions.
  ///
  /// - Parameters:
  ///   - clientExpects: `nil` for the right fingerprint.
  ///   - losing: told how many datagrams of that side went before; `true` loses this one.
  func shake(
    clientExpects: [Fingerprint]? = nil, serverExpects: [Fingerprint]? = nil,
    losing: (_ isFromClient: Bool, _ index: Int) -> Bool = { _, _ in false }
  ) {
    var toServer: [[UInt8]] = []
    var toClient: [[UInt8]] = []
    func note(_ step: HandshakeStep, isFromClient: Bool) {
      for datagram in step.datagrams {
        let index = isFromClient ? fromClient.count : fromServer.count
        if isFromClient { fromClient.append(datagram) } else { fromServer.append(datagram) }
        if losing(isFromClient, index) { continue }
        if isFromClient { toServer.append(datagram) } else { toClient.append(datagram) }
      }
      guard step.outcome != .goesOn else { return }
      if isFromClient { clientOutcome = step.outcome } else { serverOutcome = step.outcome }
    }
    note(
      server.start(isClient: false, expecting: serverExpects ?? [client.fingerprint]),
      isFromClient: false)
    note(
      client.start(isClient: true, expecting: clientExpects ?? [server.fingerprint]),
      isFromClient: true)
    for _ in 0..<1_000 {
      while !toServer.isEmpty || !toClient.isEmpty {
        if !toServer.isEmpty { note(server.receive(toServer.removeFirst()), isFromClient: false) }
        if !toClient.isEmpty { note(client.receive(toClient.removeFirst()), isFromClient: true) }
      }
      let delays = [client.retransmissionDelay, server.retransmissionDelay].compactMap { $0 }
      guard let delay = delays.min() else { return }
      usleep(UInt32(delay / .microseconds(1)) + 200)
      note(client.retransmit(), isFromClient: true)
      note(server.retransmit(), isFromClient: false)
    }
  }

  /// The keys of both ends, when both have finished.
  var keys: (client: CipherKeys, server: CipherKeys)? {
    guard case .finished(let client) = clientOutcome, case .finished(let server) = serverOutcome
    else { return nil }
    return (client, server)
  }
}
