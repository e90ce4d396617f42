import Basics
import Calling
import Formats
import Jitsi
import LoopGLib
import SDP
import Testing
import Transport
import XMPP

/// The conference client among rooms of the server that Jitsi itself is built on.
@Suite("Jitsi's client with prosody", .serialized, .timeLimit(.minutes(3)))
struct JitsiProsodyTests {
  @Test("Two are let in, see each other's names and microphones, and talk in writing")
  func room() async throws {
    let prosody = try Prosody()
    let focus = try await Focus(prosody)
    let ann = try ConferenceEnd(prosody, as: "Ann")
    #expect(await ann.joined(), "\(ann.told) \(prosody.log.suffix(2_000))")
    let bob = try ConferenceEnd(prosody, as: "Bob")
    #expect(await bob.joined())
    #expect(await ann.participants { $0.map(\.name).contains("Bob") } != nil)
    #expect(await bob.participants { $0.map(\.name).contains("Ann") } != nil)
    // The focus is nobody.
    #expect(await bob.participants { $0.count == 2 } != nil)

    ann.perform { $0.setMuted(true) }
    ann.pump()
    #expect(await bob.participants { $0.contains { $0.name == "Ann" && $0.isMuted } } != nil)

    focus.room.perform(focus.room.room.say("hello <all> & you"))
    let line = await bob.first { effect -> String? in
      if case .message("focus", let text) = effect { text } else { nil }
    }
    #expect(line == "hello <all> & you")

    ann.perform { $0.leave() }
    #expect(await bob.participants { $0.count == 1 } != nil)
  }

  @Test("The focus asks what the client can do, offers a session, and is answered")
  func session() async throws {
    let prosody = try Prosody()
    let focus = try await Focus(prosody)
    let ann = try ConferenceEnd(prosody, as: "Ann")
    #expect(await ann.joined())
    let occupant = try #require(
      await focus.room.first { effect -> MultiUserRoom.Occupant? in
        if case .occupant(let occupant) = effect, !occupant.isSelf { occupant } else { nil }
      })
    #expect(occupant.presence.child("nick", XMPPNamespace.nick)?.text == "Ann")
    let short = try #require(occupant.presence.child("c", XMPPNamespace.capabilities))
    let address = try #require(focus.room.room.room.with(resource: occupant.nick))

    let pumping = focus.end
    pumping.beside = { ann.pump() }
    var query = XMLElement("query", XMPPNamespace.discoInfo)
    query["node"] = "\(short["node"] ?? "")#\(short["ver"] ?? "")"
    guard case .result(let answer)? = await pumping.ask("get", to: address, query) else {
      return #expect(Bool(false), "\(pumping.told)")
    }
    let info = DiscoInfo(decoding: try #require(answer.payload))
    #expect(info.identities.map(\.name) == ["Tipring"])
    #expect(info.features.contains(XMPPNamespace.jingleRTPAudio))

    let offer = try XMLElement(decoding: Self.offer(from: focus.room.room.room))
    guard case .result? = await pumping.ask("set", to: address, offer) else {
      return #expect(Bool(false), "\(pumping.told)")
    }
    let described = try #require(
      await ann.first { effect -> SessionDescription? in
        if case .described(let offer) = effect { offer } else { nil }
      })
    var negotiation = OfferAnswer(
      local: LocalAudio(
        sessionID: 1, ssrc: 77, canonicalName: "ann",
        fingerprint: Fingerprint(algorithm: .sha256, bytes: [UInt8](repeating: 1, count: 32))))
    let ours = try negotiation.makeAnswer(
      to: described,
      LocalTransport(
        credentials: IceCredentials(ufrag: "ours", password: "ours567890123456789012")))
    ann.perform { $0.answer(ours, at: .now) }
    let accept = try #require(
      await pumping.stanza { $0.payload?["action"] == "session-accept" })
    pumping.send(accept.result())
    let message = try JingleMessage(decoding: try #require(accept.payload))
    #expect(message.sid == "s1")
    #expect(message.contents.first?.description?.sources.map(\.ssrc) == [77])
    #expect(message.contents.first?.description?.sources.first?.name == "\(occupant.nick)-a0")
  }

  @Test("A connection that is cut is made anew, under another name, in the same call")
  func cut() async throws {
    let prosody = try Prosody()
    let focus = try await Focus(prosody)
    let wire = CuttableWire(to: prosody.port)
    let ann = try ConferenceEnd(prosody, over: wire, as: "Ann")
    #expect(await ann.joined())
    let first = try #require(await ann.participants { $0.count == 1 }?.first?.id)
    wire.cut()
    let again = await ann.participants { participants in
      participants.contains { $0.isSelf && $0.id != first }
    }
    #expect(again != nil, "\(ann.told)")
    #expect(ann.told.contains(.notice("The connection to the conference is back.")))
    #expect(!ann.conference.hasEnded)
    _ = focus
  }

  private static func offer(from room: JID) -> String {
    let digest = Array(repeating: "AB", count: 32).joined(separator: ":")
    return "<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s1' "
      + "initiator='\(room)/focus'><group xmlns='urn:xmpp:jingle:apps:grouping:0' "
      + "semantics='BUNDLE'><content name='audio'/></group>"
      + "<content creator='initiator' name='audio' senders='both'>"
      + "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>"
      + "<payload-type id='111' name='opus' clockrate='48000' channels='2'/><rtcp-mux/>"
      + "</description><transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='abcd' "
      + "pwd='0123456789012345678901'><fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' "
      + "hash='sha-256' setup='actpass'>\(digest)</fingerprint></transport></content></jingle>"
  }
}

/// The occupant `focus`, who makes the room before others come.
private final class Focus {
  let end: StreamEnd
  let room: RoomEnd

  init(_ prosody: Prosody) async throws {
    end = StreamEnd(
      XMPPSettings(
        url: prosody.url, domain: Prosody.guests, credentials: [.anonymous],
        handledNamespaces: [XMPPNamespace.jingle]))
    #expect(await end.online() != nil)
    room = try RoomEnd(end, nick: "focus")
    room.join()
    let hasJoined = await room.first { effect -> Bool? in
      if case .joined = effect { true } else { nil }
    }
    #expect(hasJoined == true)
    _ = await end.ask("set", to: room.room.room, RoomEnd.instantRoom)
  }
}

extension ConferenceEnd {
  func joined() async -> Bool {
    await first { effect -> Bool? in effect == .joined ? true : nil } == true
  }

  /// Waits until those who are there fulfil a condition.
  func participants(_ condition: ([Participant]) -> Bool) async -> [Participant]? {
    await first { effect -> [Participant]? in
      if case .participants(let participants) = effect, condition(participants) {
        participants
      } else {
        nil
      }
    }
  }
}
