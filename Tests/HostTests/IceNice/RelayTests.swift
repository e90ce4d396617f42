import Basics
import EndToEnd
import Glibc
import IceNice
import LoopGLib
import Media
import SDP
import SoupHost
import Testing

@testable import Exchange

/// Against coturn, where it is installed.
@Suite("ICE agent and TURN", .serialized, .enabled(if: Program.exists("turnserver")))
struct RelayTests {
  @Test("connects from relay to relay", arguments: [IceServer.Transport.udp, .tcp, .tls])
  func relayed(transport: IceServer.Transport) async throws {
    let server = try TurnServer()
    defer { server.stop() }
    try await connect(over: server, transport, addresses: ["127.0.0.1"])
  }

  @Test("reaches a server over TLS from every interface")
  func allInterfaces() async throws {
    let server = try TurnServer()
    defer { server.stop() }
    try await connect(over: server, .tls, addresses: nil)
  }

  @Test("relays for who was given time-limited credentials, and for nobody whose time is over")
  func timeLimited() async throws {
    let server = try TurnServer(sharedSecret: "north")
    defer { server.stop() }
    var settings = ExchangeSettings(admitsGuests: false)
    settings.turn = TurnService(
      uris: [server.uri], secret: Secret("north"), lifetime: .seconds(600))
    let exchange = Exchange(settings: settings, ports: SystemExchangePorts())
    let valid = try #require(exchange.iceServers(for: "amina", on: .now).first)
    try await connect(by: valid, caFile: nil, addresses: ["127.0.0.1"])
    let old = try #require(
      exchange.iceServers(for: "amina", on: WallTime.now.advanced(by: .seconds(-3_600))).first)
    let pair = IcePair()
    defer { pair.stop() }
    pair.one.perform(.gather(isControlling: true, servers: [old], includesLoopback: true))
    #expect(await eventually { pair.one.events.contains(.gatheringDone) })
    #expect(pair.one.candidates.map(\.kind) == [.host])
  }

  @Test("asks the servers that it was given last when it begins anew")
  func otherServers() async throws {
    let server = try TurnServer()
    defer { server.stop() }
    let pair = IcePair(addresses: ["127.0.0.1"])
    defer { pair.stop() }
    let wrong = server.iceServer(.udp, credential: "expired")
    pair.one.perform(.gather(isControlling: true, servers: [wrong], includesLoopback: true))
    #expect(await eventually { pair.one.events.contains(.gatheringDone) })
    #expect(!pair.one.candidates.contains { $0.kind == .relayed })
    pair.one.perform(.servers([server.iceServer(.udp)]))
    pair.one.perform(.restart)
    #expect(await eventually { pair.one.candidates.contains { $0.kind == .relayed } })
  }

  @Test(
    "tells of an address that a slow server gives after it was complained of",
    arguments: [IceServer.Transport.udp, .tls])
  func slowServer(transport: IceServer.Transport) async throws {
    let server = try TurnServer()
    defer { server.stop() }
    let pair = IcePair(addresses: ["127.0.0.1"], caFile: server.certificate.path)
    defer { pair.stop() }
    server.pause()
    pair.one.perform(
      .gather(
        isControlling: true, servers: [server.iceServer(transport)], includesLoopback: true))
    #expect(
      await eventually {
        pair.one.told.withLock { $0.notes.contains { $0.text.contains("relays nothing") } }
      })
    server.goOn()
    #expect(await eventually { pair.one.events.contains(.gatheringDone) })
    // The end is told after all that there is.
    #expect(pair.one.events.last == .gatheringDone)
    #expect(pair.one.candidates.map(\.kind) == [.host, .relayed])
    #expect(pair.one.told.withLock { $0.notes.last?.text.contains("after all") } == true)
  }

  @Test("learns no address from a server that refuses the password")
  func wrongPassword() async throws {
    let server = try TurnServer()
    defer { server.stop() }
    let pair = IcePair()
    defer { pair.stop() }
    let wrong = server.iceServer(.udp, credential: "wrong")
    pair.one.perform(.gather(isControlling: true, servers: [wrong], includesLoopback: true))
    #expect(await eventually { pair.one.events.contains(.gatheringDone) })
    #expect(pair.one.candidates.map(\.kind) == [.host])
  }

  @Test("trusts no server over TLS whose certificate nobody vouches for")
  func untrusted() async throws {
    let server = try TurnServer()
    defer { server.stop() }
    let pair = IcePair()
    defer { pair.stop() }
    pair.one.perform(
      .gather(isControlling: true, servers: [server.iceServer(.tls)], includesLoopback: true))
    #expect(await eventually { pair.one.events.contains(.gatheringDone) })
    #expect(pair.one.candidates.map(\.kind) == [.host])
    #expect(pair.one.told.withLock { $0.notes.contains { $0.text.contains("certificate") } })
  }

  private func connect(
    over turn: TurnServer, _ transport: IceServer.Transport, addresses: [String]?
  ) async throws {
    try await connect(
      by: turn.iceServer(transport), caFile: turn.certificate.path, addresses: addresses)
  }

  private func connect(
    by server: IceServer, caFile: String?, addresses: [String]?
  ) async throws {
    let pair = IcePair(addresses: addresses, caFile: caFile)
    defer { pair.stop() }
    for (end, isControlling) in [(pair.one, true), (pair.other, false)] {
      end.perform(.gather(isControlling: isControlling, servers: [server], includesLoopback: true))
    }
    #expect(
      await eventually {
        pair.one.events.contains(.gatheringDone) && pair.other.events.contains(.gatheringDone)
      })
    for (end, peer) in [(pair.one, pair.other), (pair.other, pair.one)] {
      end.perform(.setRemote(try #require(peer.credentials.first)))
      for candidate in peer.candidates where candidate.kind == .relayed {
        end.perform(.addRemote(candidate))
      }
      end.perform(.endOfRemoteCandidates)
    }
    #expect(await eventually { pair.one.connectedAt != nil && pair.other.connectedAt != nil })
    #expect(
      pair.one.events.contains {
        if case .connected(_, remote: .relayed) = $0 { true } else { false }
      })
    for number in UInt8(0)..<100 {
      pair.one.perform(.send([0x80, number]))
      pair.other.perform(.send([0x80, number]))
    }
    #expect(
      await eventually { pair.one.received.count == 100 && pair.other.received.count == 100 })
  }
}

/// coturn on 127.0.0.1, with one user, or a secret that it shares.
private final class TurnServer {
  let certificate = try! TestCertificate()  // Fails only without `openssl`.
  private let folder = TemporaryFolder()
  private let port = TLSServer.freePort()
  private let tlsPort = TLSServer.freePort()
  private let process: Program.Process

  init(sharedSecret: String? = nil) throws {
    let credentials =
      sharedSecret.map { ["--use-auth-secret", "--static-auth-secret=\($0)"] }
      ?? ["--lt-cred-mech", "--user=user:secret"]
    process = try Program.start(
      "turnserver",
      credentials + [
        "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--listening-port=\(port)",
        "--tls-listening-port=\(tlsPort)",
        "--realm=test", "--allow-loopback-peers", "--no-cli", "--log-file=stdout",
        "--cert=\(certificate.path)", "--pkey=\(certificate.keyPath)",
        "--pidfile=\(folder.path)/pid", "--userdb=\(folder.path)/users",
      ])
    TLSServer.waitUntilListening(port)
    TLSServer.waitUntilListening(tlsPort)
  }

  /// Lets nothing be answered until ``goOn()``.
  func pause() { kill(process.id, SIGSTOP) }
  func goOn() { kill(process.id, SIGCONT) }
  func stop() { process.end(SIGKILL) }

  var uri: String { "turn:127.0.0.1:\(port)?transport=udp" }

  func iceServer(_ transport: IceServer.Transport, credential: String = "secret") -> IceServer {
    IceServer(
      kind: .turn(username: "user", credential: credential, transport: transport),
      host: "localhost", port: transport == .tls ? tlsPort : port)
  }
}
