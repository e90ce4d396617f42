import Basics
import EndToEnd
import Glibc
import IceNice
import LoopGLib
import Testing

@Suite("Names of the link", .serialized)
struct MulticastLookupTests {
  @Test("a name is found by asking everybody on the link, whatever its case")
  func found() async throws {
    let responder = try Responder(knowing: "3f1c2d.local")
    defer { responder.stop() }
    #expect(await addresses(of: "3F1c2d.LOCAL") == ["127.0.0.9"])
  }

  @Test("a name that nobody knows is given up after its time")
  func unknown() async throws {
    let responder = try Responder(knowing: "somebody-else.local")
    defer { responder.stop() }
    #expect(await addresses(of: "3f1c2d.local", within: .milliseconds(500)) == [])
  }

  private func addresses(
    of name: String, within time: Duration = .seconds(20)
  ) async -> [String]? {
    let loop = GLibLoop(name: "names")
    loop.start()
    defer { loop.stop() }
    let found = Lock<[String]?>(nil)
    let lookup = Lock<MulticastLookup?>(nil)
    loop.perform {
      let made = MulticastLookup(name, within: time, on: loop, interfaces: ["127.0.0.1"]) {
        addresses in found.withLock { $0 = addresses }
      }
      lookup.withLock { $0 = made }
    }
    _ = await eventually { found.withLock { $0 } != nil }
    return found.withLock { $0 }
  }
}

/// Answers multicast questions for one name, on loopback; a child process that Python runs.
private final class Responder {
  private let process: ChildProcess

  init(knowing name: String) throws {
    process = try ChildProcess(
      "python3",
      [
        "-uc",
        """
        import socket, struct, sys
        name = sys.argv[1].encode()
        encoded = b"".join(bytes([len(x)]) + x for x in name.split(b".")) + b"\\0"
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        s.bind(("", 5353))
        lo = socket.inet_aton("127.0.0.1")
        s.setsockopt(0, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("224.0.0.251") + lo)
        s.setsockopt(0, socket.IP_MULTICAST_IF, lo)
        print("ready")
        while True:
          data, who = s.recvfrom(9000)
          if data[2] & 0x80 or data[12:12 + len(encoded)].lower() != encoded: continue
          answer = struct.pack(">6H", 0, 0x8400, 0, 1, 0, 0) + encoded
          answer += struct.pack(">HHIH", 1, 0x8001, 120, 4) + socket.inet_aton("127.0.0.9")
          s.sendto(answer, ("224.0.0.251", 5353) if who[1] == 5353 else who)
        """, name,
      ])
    guard process.line(containing: "ready", within: .seconds(20)) != nil else {
      process.kill()
      throw NotReady(words: process.errorText)
    }
  }

  func stop() { process.kill() }

  struct NotReady: Error { let words: String }
}
