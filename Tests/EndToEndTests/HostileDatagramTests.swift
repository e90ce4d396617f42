import Basics
import EndToEnd
import Formats
import Glibc
import Testing

extension WholePrograms {
  /// Datagrams from somebody who has no part in the call.
  @Suite("Hostile datagrams")
  struct HostileDatagramTests {
    /// The first bytes by which RFC 7983 tells the classes apart, and some that belong to none.
    private static let classes: [[UInt8]] = [
      [0x00, 0x01, 0x00, 0x08, 0x21, 0x12, 0xA4, 0x42],  // STUN, a binding request
      [0x01, 0x01, 0x00, 0x00, 0x21, 0x12, 0xA4, 0x42],  // STUN, a response
      [0x16, 0xFE, 0xFD, 0x00, 0x00],  // DTLS, a handshake
      [0x80, 0x6F], [0x80, 0xC8], [0xFF, 0xFF],  // RTP, RTCP, neither
    ]
    private static let datagramsOfClass = 20_000

    /// Sends twenty thousand of every class to each socket, twelve thousand a second at most.
    private static func flood(_ targets: [ProcessFacts.UDPSocket]) {
      let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
      defer { close(descriptor) }
      var state: UInt64 = 20_260_101
      func random() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
      }
      let noise = (0..<4_096).map { _ in UInt8(truncatingIfNeeded: random()) }
      let start = ContinuousClock.now
      for number in 0..<classes.count * datagramsOfClass {
        let length = 8 + Int(random() % 200)
        let first = Int(random() % 3_800)
        let datagram = classes[number % classes.count] + noise[first..<first + length]
        for target in targets {
          var address = sockaddr_in()
          address.sin_family = sa_family_t(AF_INET)
          address.sin_addr.s_addr = target.address == 0 ? 0x0100_007F : target.address
          address.sin_port = target.port
          _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
              sendto(
                descriptor, datagram, datagram.count, 0, address,
                socklen_t(MemoryLayout<sockaddr_in>.size))
            }
          }
        }
        while number > 12 * Int((ContinuousClock.now - start) / .milliseconds(1)) { usleep(500) }
      }
    }

    @Test("leave the sound as it is, and take no memory")
    func flooded() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      let heard = rig.folder["b.wav"]
      let bob = try rig.start(
        [
          "answer", "--exchange", url, "--as", "bob", "--auto", "--once", "--capture", "silence",
          "--playback", "file:\(heard)", "--json",
        ], as: "bob")
      #expect(bob.event("ready", within: .seconds(10)) != nil)
      let alice = try rig.start(
        [
          "--plain", "--exchange", url, "--as", "alice", "--capture", "file:\(rig.speech)",
          "--duration", "5m", "--playback", "null", "--json",
        ], as: "alice")
      alice.process.send("call bob")
      #expect(alice.state("active", within: .seconds(15)) != nil)
      for phone in [alice, bob] {
        let targets = ProcessFacts.udpSockets(of: phone.process.id)
        #expect(!targets.isEmpty)
      }
      Self.flood([alice, bob].flatMap { ProcessFacts.udpSockets(of: $0.process.id) })
      for phone in [alice, bob] {
        #expect(phone.process.isRunning)
        let memory = ProcessFacts.peakMemory(of: phone.process.id) ?? .max
        #expect(memory < 200 << 20)
      }
      alice.process.send("hangup")
      #expect(alice.event("summary", within: .seconds(5))?["exitCode"]?.integer == 0)
      alice.process.send("quit")
      #expect(alice.exitCode(within: .seconds(5)) == 0)
      #expect(bob.exitCode(within: .seconds(10)) == 0)
      let comparison = try compare(said: rig.speech, heard: heard)
      #expect(comparison.correlation >= 0.85)
      let received = bob.allEvents?.compactMap { event in
        event["event"]?.string == "statistics" ? event["packetsReceived"]?.integer : nil
      }
      #expect(zip(received ?? [], (received ?? []).dropFirst()).allSatisfy { $0 < $1 })
      #expect((received ?? []).count > 3)
    }
  }
}
