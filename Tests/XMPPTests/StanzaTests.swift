import Basics
import Formats
import Testing
import Transport
import XMPP

@Suite("An XMPP stream in use")
struct StanzaTests {
  @Test("Messages and presence come to the owner as they are")
  func stanzas() throws {
    var bench = StreamBench()
    bench.goOnline()
    let text = "<message xmlns='jabber:client' from='a@b/c' type='chat'><body>hi</body></message>"
    bench.hear(text)
    #expect(bench.told == [.stanza(try XMLElement(decoding: text))])
  }

  @Test("A request is answered once, by whom it was asked")
  func request() throws {
    var bench = StreamBench()
    bench.goOnline()
    let to = try #require(JID("focus.example.org"))
    let asked = bench.stream.request("get", to: to, XMLElement("query", "urn:q"), at: bench.now)
    bench.perform(asked.effects)
    #expect(bench.takeSent().first?["to"] == "focus.example.org")
    bench.hear(
      "<iq xmlns='jabber:client' type='result' from='evil@example.org' id='\(asked.id)'/>")
    guard case .note? = bench.takeTold().last else {
      return #expect(Bool(false), "somebody else's answer was taken")
    }
    let answer =
      "<iq xmlns='jabber:client' type='result' from='focus.example.org' id='\(asked.id)'/>"
    bench.hear(answer)
    bench.hear(answer)
    #expect(
      bench.told == [.answered(id: asked.id, .result(try XMLElement(decoding: answer)))])
  }

  @Test(
    "The server answers for the account under any of its names",
    arguments: [nil, "example.org", "u1@example.org", "u1@example.org/r1"])
  func ownServer(from: String?) {
    var bench = StreamBench()
    bench.goOnline()
    let asked = bench.stream.request("get", to: nil, XMLElement("query", "urn:q"), at: bench.now)
    bench.perform(asked.effects)
    let sender = from.map { " from='\($0)'" } ?? ""
    bench.hear(
      """
      <iq xmlns='jabber:client' type='error'\(sender) id='\(asked.id)'><error type='cancel'>\
      <item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>
      """)
    #expect(
      bench.told == [.answered(id: asked.id, .refused(StanzaError(.itemNotFound)))])
  }

  @Test("A request that nobody answers is given up in time")
  func timeout() {
    var bench = StreamBench { $0.pingInterval = .seconds(60) }
    bench.goOnline()
    let asked = bench.stream.request("get", to: nil, XMLElement("query", "urn:q"), at: bench.now)
    bench.perform(asked.effects)
    bench.pass(.milliseconds(9_999))
    #expect(bench.told.isEmpty)
    bench.pass(.milliseconds(1))
    #expect(bench.told == [.answered(id: asked.id, .timedOut)])
  }

  @Test("Only so many requests are under way; more are answered at once")
  func requestLimit() {
    var bench = StreamBench()
    bench.goOnline()
    for _ in 0..<XMPPStream.requestLimit {
      bench.perform(
        bench.stream.request("get", to: nil, XMLElement("q", "urn:q"), at: bench.now).effects)
    }
    #expect(bench.told.isEmpty)
    let asked = bench.stream.request("get", to: nil, XMLElement("q", "urn:q"), at: bench.now)
    #expect(asked.effects == [.answered(id: asked.id, .lost)])
  }

  @Test("Nothing is asked and nothing sent before the stream is up")
  func notUp() {
    var bench = StreamBench()
    bench.start()
    let asked = bench.stream.request("get", to: nil, XMLElement("q", "urn:q"), at: bench.now)
    #expect(asked.effects == [.answered(id: asked.id, .lost)])
    let effects = bench.stream.send(.presence())
    #expect(effects == [])
  }

  @Test("Pings, questions about this program and unknown requests are answered here")
  func answers() throws {
    let disco = DiscoInfo(
      identities: [.init(category: "client", type: "console", name: "Tipring")],
      features: [XMPPNamespace.ping],
      capabilities: .init(node: "https://tipring.invalid", version: "abc="))
    var bench = StreamBench {
      $0.disco = disco
      $0.handledNamespaces = [XMPPNamespace.jingle]
    }
    bench.goOnline()
    let ask = { (type: String, payload: String) in
      "<iq xmlns='jabber:client' type='\(type)' from='a@b/c' to='u1@example.org/r1' id='7'>"
        + "\(payload)</iq>"
    }
    bench.hear(ask("get", "<ping xmlns='urn:xmpp:ping'/>"))
    let pong = try #require(bench.takeSent().first)
    #expect(pong["type"] == "result")
    #expect(pong["to"] == "a@b/c")
    #expect(pong["id"] == "7")

    let info = "http://jabber.org/protocol/disco#info"
    bench.hear(ask("get", "<query xmlns='\(info)'/>"))
    #expect(bench.takeSent().first?.payload == disco.query())
    bench.hear(ask("get", "<query xmlns='\(info)' node='https://tipring.invalid#abc='/>"))
    #expect(bench.takeSent().first?.payload?["node"] == "https://tipring.invalid#abc=")
    bench.hear(ask("get", "<query xmlns='\(info)' node='other'/>"))
    #expect(bench.takeSent().first?.stanzaError?.condition == .itemNotFound)

    bench.hear(ask("set", "<query xmlns='jabber:iq:roster'/>"))
    bench.hear(ask("get", ""))
    #expect(
      bench.takeSent().filter { $0.name == "iq" }.map { $0.stanzaError?.condition }
        == Array(
          repeating: .serviceUnavailable, count: 2))
    #expect(bench.told.isEmpty)

    bench.hear(ask("set", "<jingle xmlns='urn:xmpp:jingle:1'/>"))
    #expect(bench.sent.isEmpty)
    #expect(bench.told.count == 1)
  }

  @Test("A stream that is quiet is pinged, and given up when two pings are not answered")
  func silence() {
    var bench = StreamBench()
    bench.goOnline()
    bench.pass(.milliseconds(9_999))
    #expect(bench.sent.isEmpty)
    bench.pass(.milliseconds(1))
    #expect(bench.takeSent().first?.child("ping", XMPPNamespace.ping) != nil)
    bench.pass(.seconds(5))
    #expect(bench.takeSent().first?.child("ping", XMPPNamespace.ping) != nil)
    bench.pass(.milliseconds(4_999))
    #expect(bench.stream.isOnline)
    bench.pass(.milliseconds(1))
    #expect(!bench.stream.isOnline)
    #expect(bench.closed == [bench.socket])
  }

  @Test("Anything heard is a sign of life, and the interval is the settings'")
  func signsOfLife() {
    var bench = StreamBench { $0.pingInterval = .seconds(30) }
    bench.goOnline(features: StreamBench.bindOnly)
    bench.pass(.seconds(29))
    bench.hear("<message xmlns='jabber:client' from='a@b/c'/>")
    bench.pass(.seconds(29))
    #expect(bench.sent.isEmpty)
    bench.pass(.seconds(1))
    #expect(bench.takeSent().count == 1)
    bench.pass(.seconds(1))
    bench.hear("<iq xmlns='jabber:client' type='result' id='whatever'/>")
    bench.pass(.seconds(29))
    #expect(bench.sent.isEmpty)
    #expect(bench.stream.isOnline)
  }

  @Test("Damaged and foreign messages are dropped and the stream goes on")
  func nonsense() {
    var bench = StreamBench()
    bench.goOnline()
    bench.perform(bench.stream.receive(.received(bench.socket, .binary([1, 2])), at: bench.now))
    for text in [
      "", "<message", "<x xmlns='urn:x'/>", "<iq xmlns='jabber:client' type='get'/>",
      "<iq xmlns='jabber:client' type='what' id='1'><q xmlns='urn:q'/></iq>",
    ] { bench.hear(text) }
    #expect(bench.told.count == 6)
    #expect(bench.sent.isEmpty)
    #expect(bench.stream.isOnline)
  }
}
