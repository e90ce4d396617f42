import Basics
import Formats
import SDP
import Testing
import XMPP

@Suite("XMPP's values")
struct ValueTests {
  @Test("Addresses are taken apart, and compare in lower case")
  func addresses() throws {
    let full = try #require(JID("Ann@Example.ORG/Phone 1"))
    #expect(full.node == "ann")
    #expect(full.domain == "example.org")
    #expect(full.resource == "Phone 1")
    #expect(full.bare == JID("ann@example.org"))
    #expect(full.description == "ann@example.org/Phone 1")
    #expect(JID("example.org")?.node == nil)
    #expect(JID("a@b/c/d@e")?.resource == "c/d@e")
    #expect(JID("+255788811191@example.org")?.node == "+255788811191")
    #expect(JID("example.org.") == JID("example.org"))
    #expect(JID("straße@example.org") != nil)
  }

  @Test(
    "What is no address is refused",
    arguments: [
      "", "@", "a@", "@b", "a@b@c", "a b@c", "a@b/", "a@b c", "a&b@c", "a@b\u{0}", "a@b/\u{200B}",
      "<a@b", "a@b/\n", "a:b@c", ".",
    ])
  func badAddresses(text: String) { #expect(JID(text) == nil) }

  @Test("Each part of an address is bounded")
  func bound() {
    let long = String(repeating: "a", count: JID.partLimit)
    #expect(JID("\(long)@\(long)/\(long)") != nil)
    #expect(JID("\(long)a@b") == nil)
    #expect(JID("a@b/\(long)a") == nil)
    #expect(JID("a@\(long)a") == nil)
  }

  @Test("A refusal says why, and is read as it was said")
  func stanzaErrors() throws {
    let request = try XMLElement(
      decoding: "<iq xmlns='jabber:client' type='set' from='a@b/c' to='d@e' id='1'/>")
    for condition in StanzaError.Condition.allCases {
      let error = StanzaError(
        condition, text: "no", detail: XMLElement("lobby", "urn:x", text: "room"))
      let answer = try XMLElement(decoding: request.refusal(error).encoded())
      #expect(answer.stanzaError == error)
      #expect(answer["to"] == "a@b/c")
      #expect(answer["from"] == "d@e")
      #expect(!error.sentence.isEmpty)
    }
    let unknown = try XMLElement(
      decoding:
        "<iq xmlns='jabber:client' type='error' id='1'><error><strange xmlns='urn:s'/></error></iq>"
    )
    #expect(unknown.stanzaError?.condition == .undefinedCondition)
    #expect(request.stanzaError == nil)
  }

  @Test("Features are digested in the order of their bytes (XEP-0115 §5.2)")
  func verification() {
    let info = DiscoInfo(
      identities: [.init(category: "client", type: "pc", name: "Exodus 0.9.1")],
      features: [
        "http://jabber.org/protocol/muc", "http://jabber.org/protocol/disco#info",
        "http://jabber.org/protocol/caps", "http://jabber.org/protocol/disco#items",
      ])
    #expect(
      info.verificationString
        == "client/pc//Exodus 0.9.1<http://jabber.org/protocol/caps<"
        + "http://jabber.org/protocol/disco#info<http://jabber.org/protocol/disco#items<"
        + "http://jabber.org/protocol/muc<")
    #expect(DiscoInfo(decoding: info.query()) == info)
  }

  @Test("STUN and TURN servers are read; what cannot be used is passed over")
  func externalServices() throws {
    let services = try XMLElement(
      decoding: """
        <services xmlns='urn:xmpp:extdisco:2'>\
        <service type='stun' host='stun.example.org' port='3478'/>\
        <service type='turn' host='turn.example.org' port='443' transport='tcp' username='u' \
        password='p'/><service type='turns' host='2001:db8::1' username='u' password='p'/>\
        <service type='turn' host='none.example.org'/><service type='ftp' host='x'/>\
        <service host='y'/></services>
        """)
    #expect(
      ExternalServices(decoding: services).iceServers == [
        IceServer(kind: .stun, host: "stun.example.org", port: 3478),
        IceServer(
          kind: .turn(username: "u", credential: "p", transport: .tcp), host: "turn.example.org",
          port: 443),
        IceServer(
          kind: .turn(username: "u", credential: "p", transport: .tls), host: "2001:db8::1",
          port: 5349),
      ])
    let many = XMLElement(
      "services", XMPPNamespace.externalServices, [:],
      (0..<50).map {
        XMLElement("service", XMPPNamespace.externalServices, ["type": "stun", "host": "s\($0)"])
      })
    #expect(ExternalServices(decoding: many).iceServers.count == ExternalServices.limit)
  }
}
