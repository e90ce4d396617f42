import Basics
import Formats
import Testing
import Transport
import XMPP

@Suite("A broken XMPP stream is resumed")
struct ResumptionTests {
  @Test("Stanzas the server has not acknowledged are sent again, others not")
  func resend() throws {
    var bench = Self.broken()
    bench.pass(.seconds(1))
    bench.signIn()
    let resume = try #require(bench.takeSent().last)
    #expect(resume.name == "resume")
    #expect(resume["previd"] == "sm1")
    #expect(resume["h"] == "1")
    bench.hear("<resumed xmlns='urn:xmpp:sm:3' previd='sm1' h='2'/>")
    #expect(bench.takeSent().compactMap(\.payload?.text) == ["three", "kept"])
    let jid = try #require(StreamBench.jid)
    #expect(bench.takeTold() == [.online(jid, resumed: true)])
    bench.hear("<a xmlns='urn:xmpp:sm:3' h='4'/>")
    #expect(bench.stream.isOnline)
  }

  @Test("When the server has forgotten, the stream begins anew and tells what may be lost")
  func forgotten() throws {
    var bench = Self.broken()
    bench.pass(.seconds(1))
    bench.signIn()
    bench.hear(
      """
      <failed xmlns='urn:xmpp:sm:3' h='2'>\
      <item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>
      """)
    guard case .undelivered(let stanzas)? = bench.takeTold().last else {
      return #expect(Bool(false), "nothing told")
    }
    #expect(stanzas.compactMap(\.payload?.text) == ["three", "kept"])
    bench.answerBinding(jid: "u2@example.org/r2")
    let jid = try #require(JID("u2@example.org/r2"))
    #expect(bench.takeTold() == [.online(jid, resumed: false)])
  }

  @Test("A stream whose network has changed is resumed at once, on another connection")
  func networkChanged() throws {
    var bench = StreamBench()
    bench.goOnline()
    let old = bench.socket
    _ = bench.takeSent()
    #expect(bench.stream.networkChanged(losesConnections: false, at: bench.now) == [])
    bench.perform(bench.stream.networkChanged(losesConnections: true, at: bench.now))
    #expect(bench.socket != old)
    bench.signIn()
    #expect(bench.takeSent().last?.name == "resume")
  }

  @Test("A stream that waits is tried as soon as the network has changed")
  func networkReturned() {
    var bench = Self.broken()
    let old = bench.socket
    bench.perform(bench.stream.networkChanged(losesConnections: false, at: bench.now))
    #expect(bench.socket != old)
  }

  @Test("After the server's time nothing is resumed")
  func tooLate() {
    var bench = Self.broken(max: 2)
    // Nobody answers for a while.
    bench.pass(.milliseconds(500))
    bench.breakDown()
    bench.pass(.milliseconds(1_600))
    bench.signIn()
    #expect(bench.takeSent().last?.child("bind") != nil)
  }

  @Test("A request survives a stream that is resumed, not one that begins anew")
  func requests() {
    var bench = StreamBench()
    bench.goOnline()
    let asked = bench.stream.request(
      "get", to: nil, XMLElement("q", "urn:q"), timeout: .seconds(30), at: bench.now)
    bench.perform(asked.effects)
    bench.breakDown()
    bench.pass(.seconds(1))
    bench.signIn()
    bench.hear("<resumed xmlns='urn:xmpp:sm:3' previd='sm1' h='0'/>")
    #expect(bench.takeSent().last?["id"] == asked.id)
    bench.breakDown()
    bench.pass(.seconds(5))
    bench.signIn()
    _ = bench.takeTold()
    bench.hear("<failed xmlns='urn:xmpp:sm:3'/>")
    #expect(bench.takeTold() == [.answered(id: asked.id, .lost)])
  }

  @Test("The server is asked for its count now and then, and told ours")
  func counts() {
    var bench = StreamBench()
    bench.goOnline()
    for _ in 0..<5 { bench.perform(bench.stream.send(.presence())) }
    #expect(bench.takeSent().map(\.name) == Array(repeating: "presence", count: 5) + ["r"])
    for _ in 0..<3 { bench.hear("<presence xmlns='jabber:client' from='a@b/c'/>") }
    bench.hear("<r xmlns='urn:xmpp:sm:3'/>")
    #expect(bench.takeSent().first?["h"] == "3")
  }

  @Test("A server that claims more than was sent is not believed")
  func impossibleCount() {
    var bench = StreamBench()
    bench.goOnline()
    bench.perform(bench.stream.send(.presence()))
    bench.hear("<a xmlns='urn:xmpp:sm:3' h='2'/>")
    #expect(!bench.stream.isOnline)
    var other = Self.broken()
    other.pass(.seconds(1))
    other.signIn()
    other.hear("<resumed xmlns='urn:xmpp:sm:3' previd='sm1' h='99'/>")
    #expect(!other.stream.isOnline)
  }

  @Test("No more than the bound is kept; beyond it a stream is begun anew")
  func overflow() {
    var bench = StreamBench()
    bench.goOnline()
    for _ in 0..<300 { bench.perform(bench.stream.send(.presence())) }
    bench.hear("<a xmlns='urn:xmpp:sm:3' h='10'/>")
    #expect(bench.stream.isOnline)
    bench.hear("<a xmlns='urn:xmpp:sm:3' h='300'/>")
    #expect(bench.stream.isOnline)
    bench.breakDown()
    bench.pass(.seconds(1))
    bench.signIn()
    #expect(bench.takeSent().last?.child("bind") != nil)
  }

  @Test(
    "A server without stream management, or refusing it, is used without",
    arguments: [
      StreamBench.bindOnly, StreamBench.allFeatures,
    ])
  func without(features: String) {
    var bench = StreamBench()
    bench.goOnline(features: features, resumable: false)
    bench.hear("<failed xmlns='urn:xmpp:sm:3'/>")
    for _ in 0..<6 { bench.perform(bench.stream.send(.presence())) }
    #expect(bench.takeSent().allSatisfy { $0.name == "presence" })
    bench.hear("<r xmlns='urn:xmpp:sm:3'/>")
    #expect(bench.sent.isEmpty)
    bench.breakDown()
    let effects = bench.stream.send(.presence())
    #expect(effects == [])
    bench.pass(.seconds(1))
    bench.signIn()
    #expect(bench.takeSent().last?.child("bind") != nil)
  }

  /// A stream that has got one message and sent three, of which the server has acknowledged one,
  /// has broken and was given a fourth.
  private static func broken(max: Int = 60) -> StreamBench {
    var bench = StreamBench()
    bench.goOnline(resumable: false)
    bench.hear("<enabled xmlns='urn:xmpp:sm:3' id='sm1' resume='true' max='\(max)'/>")
    let say = { (text: String) in
      let body = XMLElement("body", XMPPNamespace.client, text: text)
      return XMLElement("message", XMPPNamespace.client, ["to": "a@b"], [body])
    }
    for text in ["one", "two", "three"] { bench.perform(bench.stream.send(say(text))) }
    bench.hear("<message xmlns='jabber:client' from='a@b/c'/>")
    bench.hear("<a xmlns='urn:xmpp:sm:3' h='1'/>")
    _ = bench.takeSent()
    _ = bench.takeTold()
    bench.breakDown()
    bench.perform(bench.stream.send(say("kept")))
    #expect(bench.takeSent().isEmpty)
    _ = bench.takeTold()
    return bench
  }
}
