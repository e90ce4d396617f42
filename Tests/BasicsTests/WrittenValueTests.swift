import Basics
import Testing

@Suite("Values as people write them")
struct WrittenValueTests {
  @Test(
    "a time has units, or is in seconds",
    arguments: [
      ("30s", 30_000), ("2m", 120_000), ("500ms", 500), ("1h30m", 5_400_000), ("0.5s", 500),
      ("45", 45_000), ("0", 0), ("1.5", 1_500), ("365h", 1_314_000_000),
    ])
  func reads(text: String, milliseconds: Int) {
    #expect(Duration(written: text) == .milliseconds(milliseconds))
  }

  @Test(
    "anything else is no time",
    arguments: [
      "", "s", "-1s", "1x", "1m30", "30 s", "1..5s", ".", "1e9", "9999999999999s", "8761h", "１s",
      "1s ", "nan", "inf",
    ])
  func refuses(text: String) {
    #expect(Duration(written: text) == nil)
  }

  @Test(
    "a time is written in its largest whole unit",
    arguments: [("0s", 0), ("90s", 90_000), ("2m", 120_000), ("500ms", 500), ("1h", 3_600_000)])
  func writes(text: String, milliseconds: Int) {
    #expect(Duration.milliseconds(milliseconds).written == text)
    #expect(Duration(written: text) == .milliseconds(milliseconds))
  }

  @Test(
    "a place to listen is a host and a port",
    arguments: [
      ("127.0.0.1:8077", "127.0.0.1", 8077), ("[::1]:0", "::1", 0),
      ("example.org:65535", "example.org", 65_535),
    ])
  func listens(text: String, host: String, port: Int) throws {
    let place = try #require(HostAndPort(text))
    #expect(place.host == host)
    #expect(Int(place.port) == port)
    #expect(place.description == text)
  }

  @Test(
    "anything else is no place to listen",
    arguments: ["", ":1", "host", "host:", "host:65536", "host:-1", "::1:80", "[x]:1", "a b:1"])
  func refusesPlace(text: String) {
    #expect(HostAndPort(text) == nil)
  }

  @Test(
    "what began over TLS is led on to TLS only",
    arguments: [
      ("https://a", "wss://b/x", true), ("https://a", "HTTPS://b", true),
      ("https://a", "ws://a/x", false), ("HTTPS://a", "http://a", false), ("https://a", "", false),
      ("http://a", "ws://b", true), ("http://a", "wss://b", true),
    ])
  func leads(address: String, url: String, isAllowed: Bool) {
    #expect(ServerAddress.mayLead(from: address, to: url) == isAllowed)
  }

  @Test("only this machine reaches loopback")
  func loopback() {
    #expect(HostAndPort("127.0.0.1:1")?.isLoopback == true)
    #expect(HostAndPort("[::1]:1")?.isLoopback == true)
    #expect(HostAndPort("localhost:1")?.isLoopback == true)
    #expect(HostAndPort("0.0.0.0:1")?.isLoopback == false)
    #expect(HostAndPort("127.0.0.1.example.org:1")?.isLoopback == false)
  }

  @Test(
    "a server's address loses its last slash and nothing else",
    arguments: [
      ("https://calls.example.org/", "https://calls.example.org"),
      ("HTTP://127.0.0.1:8077", "http://127.0.0.1:8077"),
      ("http://[::1]:8077/base//", "http://[::1]:8077/base"),
    ])
  func normalizes(text: String, url: String) {
    #expect(ServerAddress.normalized(text) == url)
  }

  @Test(
    "what is no server's address, or carries a password, is refused",
    arguments: [
      "", "calls.example.org", "ftp://x", "http://", "http:///x", "https://amina:secret@host",
      "http://host:", "http://host:99999", "http://ho st", "http://host/a?b", "http://host/\u{1B}",
    ])
  func refusesAddress(text: String) {
    #expect(ServerAddress.normalized(text) == nil)
  }
}

@Suite("Nearest name")
struct NearestNameTests {
  private let names = ["call", "answer", "serve", "accounts", "contacts", "history", "devices"]

  @Test(
    "a slip of the finger finds the name meant",
    arguments: [
      ("cal", "call"), ("clal", "call"), ("anwser", "answer"), ("Contact", "contacts"),
      ("histroy", "history"), ("dev", "devices"),
    ])
  func finds(written: String, meant: String) {
    #expect(nearestName(to: written, among: names) == meant)
  }

  @Test("what resembles nothing finds nothing", arguments: ["", "x", "Echo", "bob", "zzzzzzzz"])
  func findsNothing(written: String) {
    #expect(nearestName(to: written, among: names) == nil)
  }

  @Test(
    "a name that was written longer finds the longest that it begins with",
    arguments: [
      ("username", "user"), ("password-file-name", "password-file"), ("redundancy", "red"),
      ("to-nobody", nil),
    ] as [(String, String?)])
  func findsBeginning(written: String, meant: String?) {
    let names = ["server", "to", "user", "red", "password", "password-file"]
    #expect(nearestName(to: written, among: names) == meant)
  }

  @Test("a name of any length is looked at in bounded time")
  func isBounded() {
    #expect(nearestName(to: String(repeating: "x", count: 1_000_000), among: names) == nil)
  }
}
