import Basics
import EndToEnd
import Glibc
import IceNice
import LoopGLib
import Media
import SDP
import Testing

@Suite("ICE agent", .serialized)
struct IceAgentTests {
  @Test("two agents connect while candidates trickle")
  func trickle() async {
    let pair = IcePair()
    defer { pair.stop() }
    #expect(await pair.connect())
    #expect(pair.one.events.contains(.connected(local: .host, remote: .host)))
    #expect(pair.one.failures.isEmpty)
  }

  @Test("two agents connect when all candidates are told at once")
  func fullExchange() async throws {
    let pair = IcePair()
    defer { pair.stop() }
    for (end, isControlling) in [(pair.one, true), (pair.other, false)] {
      end.perform(.gather(isControlling: isControlling, servers: [], includesLoopback: true))
    }
    #expect(
      await eventually {
        pair.one.events.contains(.gatheringDone) && pair.other.events.contains(.gatheringDone)
      })
    for (end, peer) in [(pair.one, pair.other), (pair.other, pair.one)] {
      end.perform(.setRemote(try #require(peer.credentials.first)))
      for candidate in peer.candidates { end.perform(.addRemote(candidate)) }
      end.perform(.endOfRemoteCandidates)
    }
    #expect(await eventually { pair.one.connectedAt != nil && pair.other.connectedAt != nil })
  }

  @Test("connects over TCP where the other side has nothing else, and keeps datagrams whole")
  func overTCP() async throws {
    let pair = IcePair(settings: IceSettings(usesTCP: true))
    defer { pair.stop() }
    pair.gather()
    #expect(
      await eventually {
        pair.one.events.contains(.gatheringDone) && pair.other.events.contains(.gatheringDone)
      })
    for (end, peer) in [(pair.one, pair.other), (pair.other, pair.one)] {
      #expect(peer.candidates.map(\.tcpKind) == [nil, .active, .passive])
      end.perform(.setRemote(try #require(peer.credentials.first)))
      for candidate in peer.candidates where candidate.transport == "tcp" {
        end.perform(.addRemote(candidate))
      }
      end.perform(.endOfRemoteCandidates)
    }
    #expect(await eventually { pair.one.connectedAt != nil && pair.other.connectedAt != nil })
    await carryHundred(over: pair)
  }

  @Test("tells credentials first, then candidates, then the end")
  func gatheringOrder() async throws {
    let pair = IcePair()
    defer { pair.stop() }
    pair.one.perform(.gather(isControlling: true, servers: [], includesLoopback: true))
    #expect(await eventually { pair.one.events.contains(.gatheringDone) })
    let events = pair.one.events
    guard case .gathering(let credentials) = events[0] else {
      Issue.record("credentials come first")
      return
    }
    #expect(credentials.ufrag.utf8.count >= 4)
    #expect(credentials.password.utf8.count >= 22)
    #expect(events.last == .gatheringDone)
    let candidate = try #require(pair.one.candidates.first)
    #expect(candidate.address == "127.0.0.1")
    #expect(candidate.component == 1 && candidate.transport == "udp" && candidate.kind == .host)
    #expect(candidate.port > 0 && candidate.priority > 0 && !candidate.foundation.isEmpty)
    #expect(candidate.relatedAddress == nil)
  }

  @Test("carries a hundred datagrams each way, whole and in order")
  func datagrams() async {
    let pair = IcePair()
    defer { pair.stop() }
    #expect(await pair.connect())
    await carryHundred(over: pair)
  }

  @Test("receives datagrams without waking its own loop")
  func wakeUps() async throws {
    let pair = IcePair()
    defer { pair.stop() }
    #expect(await pair.connect())
    guard let before = await pair.writtenCount() else { return }  // The system does not count.
    for number in 1...50 {
      pair.one.perform(.send([0x80, UInt8(number)]))
      #expect(await eventually { pair.other.received.count == number })
    }
    let after = try #require(await pair.writtenCount())
    // Each wake-up is a write, and GLib's own would be two for each datagram.
    #expect(after - before < 50)
  }

  /// Sends a hundred datagrams each way and expects them whole and in order.
  private func carryHundred(over pair: IcePair) async {
    let sent = (0..<100).map { number in
      [0x80, UInt8(number)] + [UInt8](repeating: UInt8(number), count: number * 12)
    }
    for datagram in sent {
      pair.one.perform(.send(datagram))
      pair.other.perform(.send(datagram))
    }
    #expect(
      await eventually { pair.one.received.count >= 100 && pair.other.received.count >= 100 })
    #expect(pair.one.received == sent)
    #expect(pair.other.received == sent)
  }

  @Test("drops what cannot be sent: before the pair, too long, empty")
  func unsendable() async {
    let pair = IcePair()
    defer { pair.stop() }
    pair.one.perform(.send([0x80]))
    #expect(await pair.connect())
    pair.one.perform(.send([UInt8](repeating: 0x80, count: 5_000)))
    pair.one.perform(.send([]))
    pair.one.perform(.send([0x80, 1]))
    #expect(await eventually { !pair.other.received.isEmpty })
    #expect(pair.other.received.filter { !$0.isEmpty } == [[0x80, 1]])
  }

  @Test("fails at once, in words, when no interface is up")
  func noInterface() async {
    let pair = IcePair(addresses: [])
    defer { pair.stop() }
    pair.one.perform(.gather(isControlling: true, servers: [], includesLoopback: false))
    #expect(await eventually { pair.one.failures == ["no network interface is up"] })
  }

  @Test("lists loopback addresses only when asked, and never link-local ones")
  func localAddresses() {
    let without = LocalAddresses.list(includesLoopback: false)
    let with = LocalAddresses.list(includesLoopback: true)
    #expect(!without.contains { $0.hasPrefix("127.") || $0 == "::1" })
    #expect(with.first == "127.0.0.1")
    #expect(with.count <= LocalAddresses.most)
    #expect(!with.contains { $0.hasPrefix("fe80") })
  }

  /// A port that nobody uses at this moment.
  private static func freePort() -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(descriptor) }
    return LoopbackSocket.bind(descriptor)
  }

  @Test("opens its port within the range, and fails in words when the range is used up")
  func portRange() async throws {
    let loop = GLibLoop(name: "ice")
    loop.start()
    defer { loop.stop() }
    let free = Self.freePort()
    let one = IceEnd(on: loop, settings: IceSettings(portRange: free...free))
    let other = IceEnd(on: loop, settings: IceSettings(portRange: free...free))
    one.perform(.gather(isControlling: true, servers: [], includesLoopback: true))
    #expect(await eventually { one.events.contains(.gatheringDone) })
    #expect(one.candidates.map(\.port) == [free])
    other.perform(.gather(isControlling: true, servers: [], includesLoopback: true))
    #expect(await eventually { other.failures == ["no UDP port can be opened"] })
    one.drop()
    other.drop()
  }

  @Test("connects over all interfaces of this machine")
  func allInterfaces() async {
    let pair = IcePair(addresses: nil)
    defer { pair.stop() }
    #expect(await pair.connect())
  }

  @Test("a restart has new credentials, and datagrams pass all the while")
  func restart() async throws {
    let pair = IcePair()
    defer { pair.stop() }
    #expect(await pair.connect())
    let before = pair.one.candidates
    // Only one side has restarted: its new generation has nobody to talk to yet.
    pair.one.trickle(to: nil)
    pair.other.trickle(to: nil)
    pair.one.perform(.restart)
    #expect(await eventually { pair.one.credentials.count == 2 && pair.one.candidates.count == 2 })
    #expect(pair.one.credentials[0] != pair.one.credentials[1])
    #expect(pair.one.candidates != before)
    pair.one.perform(.send([0x80, 1]))
    pair.other.perform(.send([0x80, 2]))
    #expect(await eventually { pair.one.received == [[0x80, 2]] })
    #expect(await eventually { pair.other.received == [[0x80, 1]] })

    pair.other.perform(.restart)
    #expect(await eventually { pair.other.candidates.count == 2 })
    for (end, peer) in [(pair.one, pair.other), (pair.other, pair.one)] {
      end.perform(.setRemote(peer.credentials[1]))
      end.perform(.addRemote(peer.candidates[1]))
      end.perform(.endOfRemoteCandidates)
    }
    #expect(
      await eventually { pair.one.connectedCount == 2 && pair.other.connectedCount == 2 })
    pair.one.perform(.send([0x80, 3]))
    pair.other.perform(.send([0x80, 4]))
    #expect(await eventually { pair.one.received.last == [0x80, 4] })
    #expect(await eventually { pair.other.received.last == [0x80, 3] })
    #expect(pair.one.failures.isEmpty && pair.other.failures.isEmpty)
  }

  @Test("tells nothing more once it is closed or dropped, wherever it was", arguments: 0..<12)
  func closing(milliseconds: Int) async throws {
    let pair = IcePair()
    defer { pair.stop() }
    pair.one.trickle(to: pair.other)
    pair.other.trickle(to: pair.one)
    pair.gather()
    try await Task.sleep(for: .milliseconds(milliseconds * 4))
    let countAfterClose = Lock<Int?>(nil)
    let one = pair.one
    if milliseconds % 2 == 0 { one.perform(.close) } else { one.drop() }
    pair.loop.perform { countAfterClose.withLock { $0 = one.events.count } }
    #expect(await eventually { countAfterClose.withLock { $0 } != nil })
    pair.other.perform(.send([0x80, 9]))
    one.perform(.restart)
    one.perform(.gather(isControlling: true, servers: [], includesLoopback: true))
    try await Task.sleep(for: .milliseconds(60))
    #expect(one.events.count == countAfterClose.withLock { $0 })
  }

  @Test("may be dropped by its own handler")
  func droppedInHandler() async {
    let loop = GLibLoop(name: "ice")
    loop.start()
    defer { loop.stop() }
    let agent = Lock<IceAgent?>(nil)
    let count = Lock(0)
    loop.perform {
      let made = IceAgent(loop: loop, localAddresses: { _ in ["127.0.0.1"] }) { _ in
        count.withLock { $0 += 1 }
        agent.withLock { $0 = nil }
      }
      agent.withLock { $0 = made }
      made.perform(.gather(isControlling: true, servers: [], includesLoopback: true))
      // Nothing was told from within.
      #expect(count.withLock { $0 } == 0)
    }
    #expect(await eventually { count.withLock { $0 } > 0 })
    #expect(agent.withLock { $0 } == nil)
    try? await Task.sleep(for: .milliseconds(50))
    #expect(count.withLock { $0 } == 1)
  }

  @Test(
    "refuses credentials that are none",
    arguments: [
      IceCredentials(ufrag: "", password: ""),
      IceCredentials(ufrag: "abcd", password: ""),
      IceCredentials(ufrag: "ab\u{0}cd", password: "1234567890123456789012"),
      IceCredentials(ufrag: "ab\r\ncd", password: "1234567890123456789012"),
      IceCredentials(ufrag: "äöüß", password: "1234567890123456789012"),
      IceCredentials(ufrag: String(repeating: "a", count: 257), password: "1234567890123456789012"),
    ])
  func malformedCredentials(credentials: IceCredentials) async {
    let pair = IcePair()
    defer { pair.stop() }
    pair.one.perform(.gather(isControlling: true, servers: [], includesLoopback: true))
    pair.one.perform(.setRemote(credentials))
    #expect(
      await eventually {
        pair.one.failures == ["the peer's description has no usable ICE credentials"]
      })
  }

  @Test("connects to nobody with the wrong password")
  func wrongPassword() async throws {
    let pair = IcePair()
    defer { pair.stop() }
    for (end, isControlling) in [(pair.one, true), (pair.other, false)] {
      end.perform(.gather(isControlling: isControlling, servers: [], includesLoopback: true))
    }
    #expect(await eventually { !pair.one.candidates.isEmpty && !pair.other.candidates.isEmpty })
    for (end, peer) in [(pair.one, pair.other), (pair.other, pair.one)] {
      var credentials = try #require(peer.credentials.first)
      credentials.password = String(credentials.password.reversed()) + "x"
      end.perform(.setRemote(credentials))
      for candidate in peer.candidates { end.perform(.addRemote(candidate)) }
    }
    try await Task.sleep(for: .milliseconds(500))
    #expect(pair.one.connectedAt == nil && pair.other.connectedAt == nil)
  }

  @Test("passes over candidates that cannot be used, and a flood of them")
  func junkCandidates() async throws {
    let pair = IcePair()
    defer { pair.stop() }
    let junk: [Candidate] = [
      candidate("not an address"), candidate(""), candidate("example.com"),
      candidate("nobody.local"), candidate("127.0.0.1", port: 0),
      candidate("127.0.0.1", component: 2), candidate("127.0.0.1", transport: "tcp"),
      candidate("999.1.1.1"), candidate("::ffff"), candidate("0.0.0.0"), candidate("224.0.0.1"),
      candidate("127.0.0.1", foundation: String(repeating: "f", count: 500)),
    ]
    // Before there is anything to add them to, and with credentials that fit nothing.
    for candidate in junk { pair.one.perform(.addRemote(candidate)) }
    #expect(await pair.connect())
    for candidate in junk { pair.one.perform(.addRemote(candidate)) }
    for number in 1...200 {
      pair.one.perform(.addRemote(candidate("192.0.2.\(number % 250)", port: UInt16(number))))
    }
    pair.one.perform(.send([0x80, 1]))
    #expect(await eventually { pair.other.received == [[0x80, 1]] })
    #expect(await eventually { pair.one.told.withLock { $0.notes.count } > 100 })
  }

  @Test("goes on without a server whose name is not known")
  func unknownServer() async throws {
    let pair = IcePair()
    defer { pair.stop() }
    let servers = [
      IceServer(
        kind: .turn(username: "u", credential: "secret", transport: .udp),
        host: "no-such-server.invalid", port: 3_478)
    ]
    pair.one.perform(.gather(isControlling: true, servers: servers, includesLoopback: true))
    #expect(await eventually { pair.one.events.contains(.gatheringDone) })
    #expect(pair.one.candidates.count == 1)
    let notes = pair.one.told.withLock { $0.notes.map(\.text) }
    #expect(notes.count == 1)
    #expect(!notes.contains { $0.contains("secret") })
  }

  @Test("comes to the end of gathering though a server is silent")
  func silentServer() async throws {
    let pair = IcePair()
    defer { pair.stop() }
    let silent = UDPPort()
    let servers = [IceServer(kind: .stun, host: "127.0.0.1", port: silent.port)]
    pair.one.perform(.gather(isControlling: true, servers: servers, includesLoopback: true))
    #expect(await eventually { !pair.one.candidates.isEmpty })
    #expect(!pair.one.events.contains(.gatheringDone))
    #expect(await eventually { pair.one.events.contains(.gatheringDone) })
  }

  @Test("learns its outer address from a STUN server, by name or by address")
  func reflexive() async throws {
    let pair = IcePair()
    defer { pair.stop() }
    let server = UDPPort { request in
      // Binding success: XOR-MAPPED-ADDRESS 198.51.100.7:40000 (RFC 8489 §14.2).
      guard request.count >= 20, request[0] == 0, request[1] == 1 else { return nil }
      let port = UInt16(40_000) ^ 0x2112
      var answer: [UInt8] = [1, 1, 0, 12]
      answer += request[4..<20]
      answer += [0, 0x20, 0, 8, 0, 1, UInt8(port >> 8), UInt8(truncatingIfNeeded: port)]
      answer += [198 ^ 0x21, 51 ^ 0x12, 100 ^ 0xA4, 7 ^ 0x42]
      return answer
    }
    for (end, host) in [(pair.one, "127.0.0.1"), (pair.other, "localhost")] {
      let servers = [IceServer(kind: .stun, host: host, port: server.port)]
      end.perform(.gather(isControlling: true, servers: servers, includesLoopback: true))
      #expect(await eventually { end.events.contains(.gatheringDone) })
      let reflexive = try #require(end.candidates.first { $0.kind == .serverReflexive })
      #expect(reflexive.address == "198.51.100.7" && reflexive.port == 40_000)
      #expect(reflexive.relatedAddress == "127.0.0.1")
      #expect(reflexive.relatedPort == end.candidates.first { $0.kind == .host }?.port)
    }
  }

  @Test("fails, in words, when nobody answers and no more candidates will come")
  func nobodyAnswers() async throws {
    let pair = IcePair()
    defer { pair.stop() }
    let checkCount = Lock(0)
    let silent = UDPPort { _ in
      checkCount.withLock { $0 += 1 }
      return nil
    }
    pair.one.perform(.gather(isControlling: true, servers: [], includesLoopback: true))
    pair.one.perform(
      .setRemote(IceCredentials(ufrag: "abcd", password: "1234567890123456789012")))
    pair.one.perform(.addRemote(candidate("127.0.0.1", port: silent.port)))
    pair.one.perform(.endOfRemoteCandidates)
    #expect(
      await eventually(within: .seconds(20)) {
        pair.one.failures == ["no path to the peer works; 1 of its addresses were tried"]
      })
    // A bad path may lose three in a row.
    #expect(checkCount.withLock { $0 } >= 5)
  }

  private func candidate(
    _ address: String, port: UInt16 = 9_000, component: Int = 1, transport: String = "udp",
    foundation: String = "1"
  ) -> Candidate {
    Candidate(
      foundation: foundation, component: component, transport: transport, priority: 1_000,
      address: address, port: port, kind: .host)
  }
}
