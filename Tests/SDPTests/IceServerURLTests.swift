import SDP
import Testing

@Suite("ICE server URL")
struct IceServerURLTests {
  @Test(
    "is read with its scheme, transport and usual port",
    arguments: [
      ("stun:s.example.org", "stun:s.example.org:3478"),
      ("STUN:192.0.2.1:19302", "stun:192.0.2.1:19302"),
      ("turn:t.example.org", "turn:t.example.org:3478?transport=udp"),
      ("turn:t.example.org:80?transport=tcp", "turn:t.example.org:80?transport=tcp"),
      ("turn:t.example.org?transport=udp", "turn:t.example.org:3478?transport=udp"),
      ("turns:t.example.org?transport=tcp", "turn:t.example.org:5349?transport=tls"),
      ("turns:t.example.org:443", "turn:t.example.org:443?transport=tls"),
      ("stun:[2001:db8::1]:5000", "stun:2001:db8::1:5000"),
    ])
  func reads(url: String, description: String) throws {
    let server = try #require(IceServer(url: url, username: "u", credential: "secret"))
    #expect(server.description == description)
    #expect(!server.description.contains("secret"))
  }

  @Test(
    "is refused when it is none",
    arguments: [
      "", "stun", "stun:", "stuns:host", "http://host", "stun:host:0", "stun:host:65536",
      "stun:host:x", "stun:[::1", "stun:[::1]x", "stun:ho st", "stun:host\u{7}",
      "stun:" + String(repeating: "a", count: 300),
    ])
  func refuses(url: String) {
    #expect(IceServer(url: url, username: "u", credential: "c") == nil)
  }

  @Test("of TURN needs credentials", arguments: [nil, "u"] as [String?])
  func needsCredentials(username: String?) {
    #expect(IceServer(url: "turn:host", username: username, credential: nil) == nil)
  }
}
