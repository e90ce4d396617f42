import Basics
import Formats
import SDP
import Testing
import Transport
import XMPP

/// What the machines of the core say is understood by a server that others wrote.
@Suite("XMPP with prosody", .serialized, .timeLimit(.minutes(3)))
struct ProsodyTests {
  @Test("A guest signs in, is given an address and asks what the server can do")
  func anonymous() async throws {
    let prosody = try Prosody()
    let end = StreamEnd(Self.guest(prosody))
    let jid = try #require(await end.online(), "\(prosody.log.suffix(2_000))")
    #expect(jid.domain == Prosody.guests)
    let server = try #require(JID(Prosody.guests))
    let query = XMLElement("query", XMPPNamespace.discoInfo)
    guard case .result(let answer)? = await end.ask("get", to: server, query) else {
      return #expect(Bool(false), "\(end.told)")
    }
    #expect(DiscoInfo(decoding: try #require(answer.payload)).features.contains(XMPPNamespace.ping))
    guard case .result(let services)? = await end.ask("get", to: server, ExternalServices.request())
    else { return #expect(Bool(false), "\(end.told)") }
    let iceServers = ExternalServices(decoding: try #require(services.payload)).iceServers
    #expect(
      iceServers.map(\.description).sorted() == [
        "stun:127.0.0.1:3478", "turn:127.0.0.1:3478?transport=udp",
      ])
  }

  @Test("A registered user signs in with a password, and not with a wrong one")
  func plain() async throws {
    let prosody = try Prosody(users: ["user": "p+w=ß"])
    let end = StreamEnd(Self.user(prosody, "p+w=ß"))
    #expect(await end.online() == JID("user@plain.example/phone"))
    let other = StreamEnd(Self.user(prosody, "wrong"))
    let reason = await other.first { effect -> String? in
      if case .refused(let reason) = effect { reason } else { nil }
    }
    #expect(reason?.contains("does not accept the credentials") == true)
  }

  @Test("The second credentials are tried on the same stream")
  func secondCredentials() async throws {
    let prosody = try Prosody(users: ["user": "right"])
    var settings = Self.user(prosody, "wrong")
    settings.credentials.append(.plain(username: "user", password: "right"))
    let end = StreamEnd(settings)
    #expect(await end.online() != nil, "\(end.told)")
  }

  @Test("A quiet stream stays up by pings, and answers those of others")
  func pings() async throws {
    let prosody = try Prosody()
    var settings = Self.guest(prosody)
    settings.pingInterval = .milliseconds(100)
    let end = StreamEnd(settings)
    let other = StreamEnd(Self.guest(prosody))
    let jid = try #require(await end.online())
    _ = try #require(await other.online())
    other.others = [end]
    let ping = XMLElement("ping", XMPPNamespace.ping)
    guard case .result? = await other.ask("get", to: jid, ping) else {
      return #expect(Bool(false), "\(other.told)")
    }
    _ = await end.first(within: .seconds(1)) { _ in nil as Bool? }
    #expect(end.stream.isOnline)
    #expect(end.told.count == 1)
    let unknown = XMLElement("query", "urn:unknown")
    #expect(
      await other.ask("get", to: jid, unknown) == .refused(StanzaError(.serviceUnavailable)))
  }

  // Guests are strangers to this server each time they sign in, so that only users can resume.

  @Test("A stream whose socket was cut is resumed, and what was said meanwhile arrives")
  func resumption() async throws {
    let prosody = try Prosody(users: ["user": "secret"])
    let wire = CuttableWire(to: prosody.port)
    let end = StreamEnd(Self.user(prosody, "secret", over: wire))
    let other = StreamEnd(Self.user(prosody, "secret", resource: "other"))
    let jid = try #require(await end.online())
    let peer = try #require(await other.online())
    // Stream management is on once the server has answered something after it.
    _ = await end.ask("get", to: JID(Prosody.domain), XMLElement("ping", XMPPNamespace.ping))
    wire.cut()
    _ = await end.first { if case .offline = $0 { true } else { nil } }
    end.send(.message(to: peer, type: "chat", body: "from the broken one"))
    other.send(.message(to: jid, type: "chat", body: "to the broken one"))
    #expect(await end.online(resumed: true) == jid, "\(prosody.log.suffix(4_000))")
    #expect(await end.stanza { $0.child("body")?.text == "to the broken one" } != nil)
    #expect(await other.stanza { $0.child("body")?.text == "from the broken one" } != nil)
  }

  @Test("A stream that came back too late begins anew")
  func lateResumption() async throws {
    let prosody = try Prosody(users: ["user": "secret"], resumptionSeconds: 1)
    let wire = CuttableWire(to: prosody.port)
    let end = StreamEnd(Self.user(prosody, "secret", over: wire))
    #expect(await end.online() != nil)
    _ = await end.ask("get", to: JID(Prosody.domain), XMLElement("ping", XMPPNamespace.ping))
    let before = end.told.count
    wire.cut()
    // The stream is not looked after meanwhile, so that it comes back too late.
    try await Task.sleep(for: .milliseconds(2_500))
    let jid = await end.first(checking: {
      end.told[before...].lazy.compactMap { effect -> JID? in
        if case .online(let jid, resumed: false) = effect { jid } else { nil }
      }.first
    })
    #expect(jid == JID("user@plain.example/phone"), "\(end.told)")
  }

  @Test("Two meet in a room, see and hear each other, and part")
  func room() async throws {
    let prosody = try Prosody()
    let (ann, ben) = (StreamEnd(Self.guest(prosody)), StreamEnd(Self.guest(prosody)))
    ann.others = [ben]
    ben.others = [ann]
    _ = try #require(await ann.online())
    _ = try #require(await ben.online())
    let annRoom = try RoomEnd(
      ann, nick: "ann",
      extras: [
        XMLElement("nick", XMPPNamespace.nick, text: "Ann")
      ])
    annRoom.join()
    #expect(await annRoom.first { if case .joined(let isNew) = $0 { isNew } else { nil } } == true)
    // A new room waits for its owner to be content with what it is (XEP-0045 §10.1.2).
    _ = await ann.ask("set", to: annRoom.room.room, RoomEnd.instantRoom)
    let benRoom = try RoomEnd(ben, nick: "ben")
    benRoom.join()
    #expect(await benRoom.first { if case .joined(let isNew) = $0 { isNew } else { nil } } == false)
    #expect(benRoom.room.occupants.keys.sorted() == ["ann", "ben"])
    #expect(
      benRoom.room.occupants["ann"]?.presence.child("nick", XMPPNamespace.nick)?.text == "Ann")
    ann.others = []
    annRoom.perform(annRoom.room.say("hello"))
    #expect(
      await benRoom.first { $0 == .message(nick: "ann", text: "hello") ? true : nil } == true)
    annRoom.perform(annRoom.room.leave())
    #expect(await benRoom.first { $0 == .left(nick: "ann") ? true : nil } == true)
  }

  @Test("A room that cannot be entered says why")
  func refusals() async throws {
    let prosody = try Prosody()
    let (ann, ben) = (StreamEnd(Self.guest(prosody)), StreamEnd(Self.guest(prosody)))
    _ = try #require(await ann.online())
    _ = try #require(await ben.online())
    let annRoom = try RoomEnd(ann, nick: "ann")
    annRoom.join()
    _ = await annRoom.first { if case .joined = $0 { true } else { nil } }
    _ = await ann.ask("set", to: annRoom.room.room, RoomEnd.settings(password: "open sesame"))
    let refusal = { (effect: MultiUserRoom.Effect) -> MultiUserRoom.Refusal? in
      if case .refused(let refusal) = effect { refusal } else { nil }
    }
    let without = try RoomEnd(ben, nick: "ben")
    without.join()
    #expect(await without.first(refusal) == .passwordNeeded)
    let sameName = try RoomEnd(ben, nick: "ann", password: "open sesame")
    sameName.join()
    #expect(await sameName.first(refusal) == .nickTaken)
    let benRoom = try RoomEnd(ben, nick: "ben", password: "open sesame")
    benRoom.join()
    #expect(await benRoom.first { if case .joined = $0 { true } else { nil } } == true)
    // Put out by the owner.
    _ = await ann.ask("set", to: annRoom.room.room, RoomEnd.kick("ben", reason: "enough"))
    let removal = await benRoom.first { effect -> MultiUserRoom.Removal? in
      if case .removed(let removal) = effect { removal } else { nil }
    }
    guard case .kicked(_, "enough")? = removal else {
      return #expect(Bool(false), "\(benRoom.told)")
    }
    _ = await ann.ask("set", to: annRoom.room.room, RoomEnd.settings(membersOnly: true))
    benRoom.join()
    guard case .membersOnly? = await benRoom.first(refusal) else {
      return #expect(Bool(false), "\(benRoom.told)")
    }
  }

  private static func guest(_ prosody: Prosody) -> XMPPSettings {
    XMPPSettings(url: prosody.url, domain: Prosody.guests, credentials: [.anonymous])
  }

  private static func user(
    _ prosody: Prosody, _ password: String, resource: String = "phone",
    over wire: CuttableWire? = nil
  ) -> XMPPSettings {
    XMPPSettings(
      url: "ws://127.0.0.1:\(wire?.port ?? prosody.port)/xmpp-websocket", domain: Prosody.domain,
      credentials: [.plain(username: "user", password: password)], resource: resource)
  }
}
