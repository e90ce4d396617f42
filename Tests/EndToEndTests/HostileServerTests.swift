import Basics
import EndToEnd
import Formats
import LoopGLib
import Testing
import Transport

extension WholePrograms {
  /// Servers that send nonsense, too much, or half of it.
  @Suite("Hostile servers")
  struct HostileServerTests {
    private typealias Answer = ScriptedBotServer.Answer
    private typealias Connection = ScriptedServer.Connection

    /// In debug builds, on any server whatever.
    private static let memoryBound = 200 << 20
    private static let tenMegabytes = 10 << 20

    /// Calls bob through each server, all at the same time.
    private func call(
      through servers: [String: ScriptedBotServer], within limit: Duration
    ) throws -> [String: WatchedEnd] {
      let rig = try Rig()
      var phones: [String: Phone] = [:]
      for (number, server) in servers.enumerated() {
        phones[server.key] = try rig.start(
          [
            "call", "bob", "--exchange", server.value.url, "--as", "you", "--capture", "silence",
            "--playback", "null", "--json",
          ], as: "user\(number)")
      }
      return watchEnds(of: phones, within: limit)
    }

    private func expectOrderly(_ ends: [String: WatchedEnd], exitCode: Int32) {
      for (name, end) in ends {
        #expect(end.exitCode == exitCode, "\(name): \(end.output)")
        #expect(!end.sentence.isEmpty, "\(name)")
        #expect(end.peakMemory < Self.memoryBound, "\(name)")
        #expect(Hostile.isHarmless(end.output), "\(name)")
      }
    }

    @Test("a sign-in that fails in whatever way ends a call with 6, a sentence and little memory")
    func signIn() throws {
      let guest = "POST /api/auth/guest"
      let me = "GET /api/users/me"
      let big = Answer.raw { connection in
        connection.write(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na00000\r\n")
        connection.write([UInt8](repeating: UInt8(ascii: " "), count: Self.tenMegabytes))
        connection.write("\r\n0\r\n\r\n")
      }
      let refusal = JSONValue.object(["error": ["code": "no", "message": .string(Hostile.name)]])
      let servers: [String: [String: Answer]] = [
        "a list instead of a token": [guest: .json("[1,2]")],
        "an object as a token": [guest: .json(#"{"username":"you","token":{}}"#)],
        "deep nesting": [me: .json(String(repeating: "[", count: 100_000))],
        "an object as an id": [me: .json(#"{"user_id":{"a":[]},"display_name":3}"#)],
        "a body of 10 MB": [me: big],
        "a promise of 10 EB": [
          me: .raw { $0.write("HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\n{") }
        ],
        "endless headers": [
          guest: .raw { connection in
            connection.write("HTTP/1.1 200 OK\r\n")
            let line = "X: " + String(repeating: "y", count: 60_000) + "\r\n"
            for _ in 0..<2_000 where !connection.write(line) { return }
          }
        ],
        "an end within the head": [guest: .raw { $0.write("HTTP/1.1 200 OK\r\nContent-Le") }],
        "an end within the body": [
          me: .raw { $0.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"user") }
        ],
        "no HTTP": [guest: .raw { $0.write("\u{1B}]0;PWNED\u{7}\u{1B}[2J\r\n\r\n") }],
        "a hostile redirection": [
          me: .raw {
            $0.write("HTTP/1.1 302 Found\r\nLocation: http://a%1b%5d0;PWNED%07/\r\n\r\n")
          }
        ],
        "hostile words": [
          guest: .raw { connection in
            let body = refusal.text
            connection.write(
              "HTTP/1.1 503 No\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
          }
        ],
      ]
      let ends = try call(
        through: servers.mapValues { ScriptedBotServer(answers: $0) }, within: .seconds(25))
      expectOrderly(ends, exitCode: 6)
    }

    @Test("lists and calls that make no sense do not keep a call from ending in words")
    func calls() throws {
      let initiate = "POST /api/v1/calls/initiate"
      let servers: [String: [String: Answer]] = [
        "a call without a name": [initiate: .json(#"{"call_id":7,"status":[]}"#)],
        "a call with a long name": [
          initiate: .json(
            JSONValue.object([
              "call_id": .string(String(repeating: "c", count: 10_000)), "status": "ringing",
            ]).text)
        ],
        "a call closed on": [initiate: .raw { $0.write("HTTP/1.1 200") }],
        "sound of another kind": [
          initiate: .json(
            #"{"call_id":"c1","status":"ringing","media":{"kind":"\u001b]0;PWNED\u0007"}}"#)
        ],
        "no socket": [
          "GET /ws/meet": .raw { $0.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
          "GET /api/v1/calls/c1": .json(
            ScriptedBotServer.call("failed", reason: Hostile.name).text),
        ],
      ]
      let ends = try call(
        through: servers.mapValues { ScriptedBotServer(answers: $0) }, within: .seconds(20))
      for name in servers.keys where name != "sound of another kind" {
        expectOrderly(ends.filter { $0.key == name }, exitCode: 6)
      }
      expectOrderly(ends.filter { $0.key == "sound of another kind" }, exitCode: 7)
    }

    /// A server whose first events socket sends bytes as they are and ends, and whose next one says
    /// that the call was missed.
    private func server(
      sendingFirst bytes: [UInt8], answers: [String: Answer] = [:]
    ) -> ScriptedBotServer {
      let count = Lock(0)
      return ScriptedBotServer(answers: answers) { connection in
        let number = count.withLock { count in
          count += 1
          return count
        }
        if number == 1 {
          connection.waitForMessage(containing: "call_offer")
          connection.write(bytes)
        } else {
          connection.send([
            "type": "call_updated", "call": ScriptedBotServer.call("missed", reason: "timeout"),
          ])
          connection.waitForEnd()
        }
      }
    }

    @Test("an events socket that breaks is opened again, and an unanswered call gives 5")
    func sockets() throws {
      let large = WebSocketFrame(.text, [UInt8](repeating: 32, count: Self.tenMegabytes))
      let fragments = (0..<40).flatMap { number in
        WebSocketFrame(
          number == 0 ? .text : .continuation, [UInt8](repeating: 32, count: 1 << 18),
          isFinal: false
        ).encoded(mask: nil)
      }
      let lists: [String: Answer] = [
        "GET /api/users": .json(
          #"{"users":[3,{"user_id":[]},{},{"user_id":"bob","roles":7}],"total":1e300}"#),
        "GET /api/v1/calls/history": .json(
          #"{"calls":[[],{"call_id":1},{"call_id":"x","status":"odd"}],"total":"all"}"#),
      ]
      let ends = try call(
        through: [
          "a frame of 10 MB": server(sendingFirst: large.encoded(mask: nil)),
          "fragments of 10 MB": server(sendingFirst: fragments),
          "half a frame": server(sendingFirst: [0x81, 0x7E, 0x10, 0x00, 0x7B]),
          "a masked frame": server(
            sendingFirst: WebSocketFrame(.text, [1, 2, 3]).encoded(mask: 0x0102_0304)),
          "no frames": server(sendingFirst: (0..<4_096).map { UInt8(truncatingIfNeeded: $0 * 7) }),
          "senseless lists": server(sendingFirst: [], answers: lists),
        ], within: .seconds(20))
      expectOrderly(ends, exitCode: 5)
    }

    @Test("a peer who speaks nonsense about sound harms nothing, and is told in words")
    func nonsense() throws {
      let nonsense: [JSONValue] = [
        ["type": "call_answer", "call_id": "c1", "sdp": 17],
        ["type": "call_answer", "call_id": "c1", "sdp": "junk"],
        [
          "type": "call_answer", "call_id": "c1",
          "sdp": .string("v=0\r\n" + String(repeating: "a=x:\u{1B}[2J\r\n", count: 20_000)),
        ],
        [
          "type": "call_offer", "call_id": "c1",
          "sdp": "v=0\r\nm=audio 99999999999999999999 X Y\r\n",
        ],
        ["type": "ice_candidate", "call_id": "c1", "candidate": ["a": 1]],
        ["type": "ice_candidate", "call_id": "c1", "candidate": "candidate:\u{7} x y z"],
        [
          "type": "ice_candidate", "call_id": "c1",
          "candidate": "candidate:1 99999999999 udp -1 999.1.1.1 77777 typ host",
        ],
        ["type": .string(Hostile.name)], [], "text", ["type": 3],
        ["type": "agent_state", "call_id": "c1", "state": .string(Hostile.name)],
        [
          "type": "transcription", "call_id": "c1", "participant_id": "bob",
          "display_name": .string(Hostile.name), "text": .string(Hostile.name), "is_final": true,
        ],
      ]
      let script: @Sendable (String, String, Connection) -> Void = { first, caller, connection in
        if caller == "you" {
          connection.waitForMessage(containing: "call_offer")
        } else {
          connection.send([
            "type": "incoming_call",
            "call": ScriptedBotServer.call("ringing", caller: caller, callerName: Hostile.name),
            "last_words": [3, ["call_id": "c1", "participant_id": "eve", "text": 1]],
          ])
          connection.waitForMessage(containing: first)
        }
        for message in nonsense { connection.send(message) }
        connection.write(WebSocketFrame(.text, Array("{".utf8)))
        connection.write(WebSocketFrame(.binary, [0, 1, 2]))
        connection.send([
          "type": "call_updated",
          "call": ScriptedBotServer.call("failed", reason: Hostile.name, caller: caller),
        ])
        connection.waitForEnd()
      }
      let outgoing = ScriptedBotServer { script("", "you", $0) }
      expectOrderly(try call(through: ["calling": outgoing], within: .seconds(15)), exitCode: 6)

      let rig = try Rig()
      let incoming = ScriptedBotServer { script("call_ringing", "eve", $0) }
      let phone = try rig.start(
        [
          "answer", "--auto=5s", "--once", "--exchange", incoming.url, "--as", "you", "--capture",
          "silence", "--playback", "null", "--json",
        ], as: "you")
      expectOrderly(watchEnds(of: ["answering": phone], within: .seconds(15)), exitCode: 6)
    }
  }
}
