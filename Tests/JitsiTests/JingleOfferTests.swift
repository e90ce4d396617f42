import Calling
import Formats
import SDP
import Testing
import XMPP

@testable import Jitsi

@Suite("Jitsi offers and presence")
struct JingleOfferTests {
  private func message(_ text: String) throws -> JingleMessage {
    try JingleMessage(decoding: try XMLElement(decoding: text))
  }

  @Test("a focus's offer becomes a description that can be answered")
  func offer() throws {
    let audio = try AudioDescription(
      reading: try message(ConferenceBench.initiate()).offer(version: 1))
    #expect(audio.mid == "audio")
    #expect(audio.opus.payloadType == 111)
    #expect(audio.opus.usesInbandFEC)
    #expect(audio.telephoneEvents.map(\.payloadType) == [126])
    #expect(audio.audioLevelID == 1)
    #expect(audio.credentials.ufrag == "abcd")
    #expect(audio.candidates.map(\.address) == ["192.0.2.1"])
    #expect(audio.setup == .actpass)
    #expect(audio.direction == .sendrecv)
  }

  @Test("the transport of another content in the bundle counts for the sound")
  func sharedTransport() throws {
    var offer = try message(ConferenceBench.initiate())
    let transport = offer.contents[0].transport
    offer.contents[0].transport = nil
    offer.contents.append(JingleContent(name: "data", transport: transport))
    #expect(try AudioDescription(reading: offer.offer(version: 1)).credentials.ufrag == "abcd")
  }

  @Test("an offer without a bundle, without sound or without a transport is refused")
  func refusals() throws {
    let unbundled = try message(ConferenceBench.initiate(group: ""))
    #expect(throws: JingleRefusal.noBundle) { try unbundled.offer(version: 1) }
    let pathless = try message(ConferenceBench.initiate(transport: ""))
    #expect(throws: JingleRefusal.noTransport) { try pathless.offer(version: 1) }
    let silent = try message(ConferenceBench.jingle("session-initiate", ""))
    #expect(throws: JingleRefusal.noAudio) { try silent.offer(version: 1) }
    #expect(JingleRefusal.noBundle.condition == "unsupported-applications")
    #expect(JingleRefusal.noTransport.condition == "unsupported-transports")
    for refusal in [JingleRefusal.noAudio, .noBundle, .noTransport] {
      #expect(!refusal.sentence.isEmpty)
    }
  }

  @Test("sources come in contents or as JSON, with the same owners")
  func sources() throws {
    let json =
      "{\"sources\":{\"bob\":[[],[],[{\"s\":5,\"n\":\"bob-a0\",\"m\":\"s t\"},{\"s\":0},{\"n\":1}]],"
      + "\"eve\":[[{\"s\":9}]],\"jvb\":[[],[],[{\"s\":6}]]}}"
    let offer = try message(
      ConferenceBench.initiate(
        sources: ConferenceBench.source(7, "\(ConferenceBench.room)/carl"),
        more: "<json-message xmlns='http://jitsi.org/jitmeet'>\(json)</json-message>"))
    #expect(offer.audioSources.map(\.ssrc) == [7, 5, 6])
    #expect(offer.audioSources.map(\.endpoint) == ["carl", "bob", "jvb"])
    #expect(JingleSource(ssrc: 1, name: "ep-a0").endpoint == "ep")
    #expect(JingleSource(ssrc: 1, name: "-a0").endpoint == nil)
    #expect(JingleSource.list(json: "[").isEmpty)
  }

  @Test("streams are people's; the bridge's own is nobody's")
  func members() {
    var members = ConferenceMembers()
    _ = members.set("bob", JitsiPeer(endpoint: "bob", presence: XMLElement("presence", "")))
    members.setSources([
      JingleSource(ssrc: 1, owner: "jvb"), JingleSource(ssrc: 3, owner: "bob"),
      JingleSource(ssrc: 2, owner: "bob"), JingleSource(ssrc: 4, owner: "gone"),
    ])
    #expect(
      members.participants == [Participant(id: "bob", name: "bob", streams: [2, 3])])
    members.remove([JingleSource(ssrc: 2)])
    #expect(members.participants.first?.streams == [3])
  }

  @Test("streams are bounded")
  func bound() {
    var members = ConferenceMembers()
    _ = members.set("e", JitsiPeer(endpoint: "e", presence: XMLElement("presence", "")))
    for number in 1...2_000 { members.add([JingleSource(ssrc: UInt32(number), owner: "e")]) }
    #expect(members.participants.first?.streams.count == ConferenceMembers.streamLimit)
  }

  @Test("our presence is whole every time, and says muted in both ways")
  func presence() throws {
    let elements = JitsiPresence(endpoint: "0a1b", displayName: "Ann", isMuted: true).elements
    let presence = XMLElement("presence", XMPPNamespace.client, [:], elements)
    #expect(presence.child("nick", XMPPNamespace.nick)?.text == "Ann")
    #expect(presence.child("audiomuted", XMPPNamespace.client)?.text == "true")
    #expect(presence.child("videomuted", XMPPNamespace.client)?.text == "true")
    #expect(presence.child("SourceInfo")?.text == "{\"0a1b-a0\":{\"muted\":true}}")
    #expect(presence.child("c", XMPPNamespace.capabilities)?["node"] == "https://tipring.invalid")
    let again = JitsiPeer(endpoint: "0a1b", presence: presence)
    #expect(again.isMuted)
    #expect(again.displayName == "Ann")
  }

  @Test("what a peer tells source by source counts before the rest")
  func peer() throws {
    let read = { (text: String) throws in
      JitsiPeer(
        endpoint: "bob",
        presence: try XMLElement(decoding: "<presence xmlns='jabber:client'>\(text)</presence>"))
    }
    #expect(try read("<audiomuted>true</audiomuted>").isMuted)
    #expect(
      try !read(
        "<audiomuted>true</audiomuted><SourceInfo>{\"bob-a0\":{\"muted\":false}}</SourceInfo>"
      )
      .isMuted)
    #expect(try read("<audiomuted>true</audiomuted><SourceInfo>nonsense</SourceInfo>").isMuted)
    #expect(try read("<nick xmlns='http://jabber.org/protocol/nick'/>").displayName == nil)
  }

  @Test("what the program can do has the digest that goes with presence")
  func digest() {
    // SHA-1 by another program of the text beside it; a new feature needs a new one.
    #expect(
      JitsiDisco.info.verificationString
        == "client/console//Tipring<http://jabber.org/protocol/caps<"
        + "http://jabber.org/protocol/disco#info<http://jitsi.org/json-encoded-sources<"
        + "http://jitsi.org/opus-red<http://jitsi.org/source-name<http://jitsi.org/tcc<"
        + "urn:ietf:rfc:5761<urn:ietf:rfc:5888<urn:xmpp:jingle:1<"
        + "urn:xmpp:jingle:apps:dtls:0<urn:xmpp:jingle:apps:rtp:1<urn:xmpp:jingle:apps:rtp:audio<"
        + "urn:xmpp:jingle:transports:ice-udp:1<urn:xmpp:ping<")
    #expect(JitsiDisco.capabilities.version == "vR3k4zHZrHqU8ONvA7hcCN1/9cE=")
  }
}
