import Basics
import Formats
import Simulation
import Testing
import Transport
import XMPP

@testable import Exchange

@Suite("Exchange: rooms of conferences")
struct JitsiRoomTests {
  private let bench = ExchangeBench()

  @Test("whoever comes is told of the focus, of the others, of itself, and then of the subject")
  func order() throws {
    let (alice, bob) = (try JitsiGuest(bench), try JitsiGuest(bench))
    alice.requestConference()
    alice.join()
    let first = alice.hearAll()
    #expect(first.map { $0.from?.resource } == ["focus", alice.nick, nil, "focus"])
    #expect(codes(first[1]) == ["110"])
    #expect(first[2].child("subject") != nil)
    #expect(first[3].payload?.namespace == XMPPNamespace.discoInfo)
    bob.requestConference()
    bob.join()
    let second = bob.hearAll()
    #expect(second.prefix(3).map { $0.from?.resource } == ["focus", alice.nick, bob.nick])
    #expect(second[1].child("nick")?.text == "Guest")
    #expect(second[1].child("x", XMPPNamespace.muc) == nil)
    #expect(role(second[1]) == "moderator" && role(second[2]) == "participant")
    let told = try #require(alice.hear())
    #expect(told.from?.resource == bob.nick)
    // Only moderators and oneself see addresses.
    #expect(item(told)?["jid"] == bob.jid?.description)
    #expect(item(second[1])?["jid"] == nil)
  }

  @Test("a room without a focus is new to whoever comes first, and gets its focus when asked for")
  func created() throws {
    let alice = try JitsiGuest(bench)
    alice.join()
    #expect(codes(try #require(alice.hear())) == ["110", "201"])
    _ = alice.hearAll()
    alice.say(
      XMLElement.iq(
        "set", to: JID("focus.meet.jitsi"), id: "c",
        XMLElement("conference", XMPPNamespace.jitsiFocus, ["room": "r@muc.meet.jitsi"])))
    let told = alice.hearAll()
    #expect(told.contains { $0.name == "presence" && $0.from?.resource == "focus" })
    #expect(told.contains { $0.payload?.namespace == XMPPNamespace.discoInfo })
  }

  @Test("presences replace each other as a whole, and cannot claim a role")
  func presence() throws {
    let (alice, bob) = (try JitsiGuest(bench), try JitsiGuest(bench))
    alice.enter()
    bob.enter()
    _ = alice.hearAll()
    let claim = XMLElement(
      "x", XMPPNamespace.mucUser, [:],
      [XMLElement("item", XMPPNamespace.mucUser, ["role": "moderator"])])
    bob.say(
      XMLElement.presence(
        to: JID(node: "r", domain: "muc.meet.jitsi", resource: bob.nick),
        [XMLElement("audiomuted", XMPPNamespace.client, text: "true"), claim]))
    let told = try #require(alice.hear())
    #expect(told.child("audiomuted")?.text == "true")
    #expect(told.child("nick") == nil)
    #expect(told.children("x", XMPPNamespace.mucUser).count == 1 && role(told) == "participant")
    #expect(bob.hearAll().last.map(codes) == ["110"])
  }

  @Test("what is said goes to all, and to one; strangers say nothing")
  func messages() throws {
    let (alice, bob, mallory) = (
      try JitsiGuest(bench), try JitsiGuest(bench), try JitsiGuest(bench)
    )
    alice.enter()
    bob.enter()
    _ = (alice.hearAll(), bob.hearAll())
    alice.chat("hello")
    for guest in [alice, bob] {
      let message = try #require(guest.hear())
      #expect(message.child("body")?.text == "hello" && message.from?.resource == alice.nick)
    }
    let whisper = XMLElement.message(
      to: try #require(JID("r@muc.meet.jitsi/\(bob.nick)")), type: "chat", body: "psst")
    alice.say(whisper)
    #expect(bob.hear()?.child("body")?.text == "psst")
    #expect(alice.hear() == nil)
    mallory.say(whisper)
    #expect(mallory.hear()?.stanzaError?.condition == .notAcceptable)
    mallory.chat("x")
    #expect(mallory.hear()?.stanzaError?.condition == .notAcceptable)
    #expect(bob.hear() == nil)
  }

  @Test(
    "nicks are letters, digits and underscores, not taken, and do not change",
    arguments: ["a b", "é", "_a", "a-b", "../x", String(repeating: "a", count: 65)])
  func nicks(nick: String) throws {
    let guest = try JitsiGuest(bench)
    guest.join(as: nick)
    #expect(guest.hear()?.stanzaError?.condition == .notAllowed)
    guest.requestConference()
    guest.join(as: "focus")
    #expect(guest.hear()?.stanzaError?.condition == .conflict)
    guest.join()
    _ = guest.hearAll()
    guest.join(as: "other")
    #expect(guest.hear()?.stanzaError?.condition == .notAllowed)
    let twin = try JitsiGuest(bench)
    twin.join(as: guest.nick)
    #expect(twin.hear()?.stanzaError?.condition == .conflict)
  }

  @Test("the first one's password is asked of all others, and a moderator may change it")
  func password() throws {
    let (alice, bob) = (try JitsiGuest(bench), try JitsiGuest(bench))
    alice.requestConference()
    alice.join(password: "one")
    _ = alice.hearAll()
    for wrong in [nil, "two", ""] {
      bob.join(password: wrong)
      #expect(bob.hear()?.stanzaError?.condition == .notAuthorized)
    }
    #expect(configure(bob, ["roomsecret": "x"])?.stanzaError?.condition == .notAcceptable)
    let form = alice.ask("get", "r@muc.meet.jitsi", XMLElement("query", XMPPNamespace.mucOwner))
    #expect(form?.payload?.child("x")?.children("field").count == 5)
    #expect(
      configure(alice, ["roomsecret": "two", "passwordprotectedroom": "1"])?["type"] == "result")
    bob.join(password: "two")
    #expect(codes(try #require(bob.hearAll().first { $0.from?.resource == bob.nick })) == ["110"])
    #expect(configure(alice, ["passwordprotectedroom": "0"])?["type"] == "result")
    let carol = try JitsiGuest(bench)
    carol.join()
    #expect(carol.hear()?.stanzaError == nil)
  }

  @Test("a room for members only asks newcomers to wait")
  func membersOnly() throws {
    let (alice, bob) = (try JitsiGuest(bench), try JitsiGuest(bench))
    alice.enter()
    #expect(configure(alice, ["membersonly": "true"])?["type"] == "result")
    bob.join()
    #expect(bob.hear()?.stanzaError?.condition == .registrationRequired)
  }

  @Test("a moderator puts somebody out, and others cannot")
  func kick() throws {
    let (alice, bob, carol) = (
      try JitsiGuest(bench), try JitsiGuest(bench), try JitsiGuest(bench)
    )
    for guest in [alice, bob, carol] { guest.enter() }
    #expect(kick(alice, by: bob)?.stanzaError?.condition == .forbidden)
    _ = (bob.hearAll(), carol.hearAll())
    #expect(kick(bob, by: alice)?["type"] == "result")
    let told = try #require(bob.hearAll().first { $0["type"] == "unavailable" })
    #expect(Set(codes(told)) == ["110", "307"])
    #expect(item(told)?.child("actor")?["nick"] == alice.nick)
    #expect(item(told)?.child("reason")?.text == "noise")
    #expect(carol.hearAll().contains { codes($0) == ["307"] })
    #expect(bench.exchange.conferenceCount("R") == 2)
    #expect(kick(bob, by: alice)?.stanzaError?.condition == .badRequest)
  }

  @Test("when the moderator leaves the oldest becomes one, and the last ends the room")
  func moderators() throws {
    let (alice, bob) = (try JitsiGuest(bench), try JitsiGuest(bench))
    alice.enter()
    bob.enter()
    _ = (alice.hearAll(), bob.hearAll())
    alice.leave()
    #expect(Set(codes(try #require(alice.hear()))) == ["110"])
    let told = bob.hearAll()
    #expect(told.first?["type"] == "unavailable")
    #expect(told.last.flatMap(role) == "moderator")
    bob.leave()
    #expect(bench.exchange.jitsi.rooms.isEmpty)
    #expect(bench.exchange.jitsi.roomOfLeg.isEmpty)
  }

  @Test("a destroyed room is over for all")
  func destroy() throws {
    let (alice, bob) = (try JitsiGuest(bench), try JitsiGuest(bench))
    alice.enter()
    bob.enter()
    _ = (alice.hearAll(), bob.hearAll())
    let destruction = XMLElement(
      "destroy", XMPPNamespace.mucOwner, [:],
      [XMLElement("reason", XMPPNamespace.mucOwner, text: "late")])
    let query = XMLElement("query", XMPPNamespace.mucOwner, [:], [destruction])
    #expect(alice.ask("set", "r@muc.meet.jitsi", query)?["type"] == "result")
    let told = try #require(bob.hearAll().first { $0["type"] == "unavailable" })
    let words = told.child("x", XMPPNamespace.mucUser)?.child("destroy", XMPPNamespace.mucUser)
    #expect(words?.child("reason")?.text == "late")
    #expect(bench.exchange.jitsi.rooms.isEmpty)
  }

  @Test("requests go between occupants under their names in the room, with their answers")
  func peers() throws {
    let (alice, bob) = (try JitsiGuest(bench), try JitsiGuest(bench))
    alice.enter()
    bob.enter()
    _ = (alice.hearAll(), bob.hearAll())
    let jingle = JingleMessage(.sessionInitiate, sid: "p2p").encoded()
    alice.say(XMLElement.iq("set", to: JID("r@muc.meet.jitsi/\(bob.nick)"), id: "7", jingle))
    let request = try #require(bob.hear())
    #expect(request.from?.description == "r@muc.meet.jitsi/\(alice.nick)")
    bob.say(request.result())
    let answer = try #require(alice.hear())
    #expect(answer["id"] == "7" && answer.from?.resource == bob.nick)
    let lost = alice.ask("get", "r@muc.meet.jitsi/nobody", XMLElement("ping", XMPPNamespace.ping))
    #expect(lost?.stanzaError?.condition == .itemNotFound)
    let mallory = try JitsiGuest(bench)
    let foreign = mallory.ask("set", "r@muc.meet.jitsi/\(bob.nick)", jingle)
    #expect(foreign?.stanzaError?.condition == .notAcceptable)
    #expect(bob.hear() == nil)
  }

  @Test("seats, rooms, a client's rooms and a presence's size have limits")
  func limits() throws {
    var settings = ExchangeSettings.forTests
    settings.limits.conferenceSeats = 2
    settings.limits.conferences = 3
    settings.limits.conferencesPerClient = 2
    let bench = ExchangeBench(settings: settings)
    let guests = try (0..<4).map { _ in try JitsiGuest(bench) }
    for guest in guests.prefix(3) { guest.join("full") }
    #expect(guests[2].hear()?.stanzaError?.condition == .serviceUnavailable)
    guests[0].join("second")
    guests[0].join("third")
    #expect(guests[0].hearAll().last?.stanzaError?.condition == .resourceConstraint)
    guests[1].join("third")
    _ = guests[1].hearAll()
    guests[3].join("fourth")
    #expect(guests[3].hear()?.stanzaError?.condition == .resourceConstraint)
    let request = XMLElement(
      "conference", XMPPNamespace.jitsiFocus, ["room": "fourth@muc.meet.jitsi"])
    #expect(
      guests[3].ask("set", "focus.meet.jitsi", request)?.stanzaError?.condition
        == .resourceConstraint)
    let large = XMLElement("nick", XMPPNamespace.nick, text: String(repeating: "x", count: 17_000))
    guests[2].say(
      XMLElement.presence(to: JID("second@muc.meet.jitsi/\(guests[2].nick)"), [large]))
    #expect(guests[2].hear()?.stanzaError?.condition == .notAcceptable)
  }

  @Test("a room that nobody comes into is given up after a minute")
  func empty() throws {
    let guest = try JitsiGuest(bench)
    guest.requestConference()
    bench.advance(.milliseconds(59_999))
    #expect(bench.exchange.jitsi.rooms.count == 1)
    bench.advance(.milliseconds(1))
    #expect(bench.exchange.jitsi.rooms.isEmpty)
  }

  @Test("foreign and malformed rooms are no rooms")
  func foreign() throws {
    let guest = try JitsiGuest(bench)
    for room in ["r@elsewhere", "r@muc.meet.jitsi/x", "@muc.meet.jitsi", "a b", ""] {
      let request = XMLElement("conference", XMPPNamespace.jitsiFocus, ["room": room])
      #expect(
        guest.ask("set", "focus.meet.jitsi", request)?.stanzaError?.condition == .badRequest)
    }
    guest.say("<presence xmlns='jabber:client' to='r@elsewhere/\(guest.nick)'/>")
    #expect(guest.hear()?.stanzaError?.condition == .serviceUnavailable)
    #expect(bench.exchange.jitsi.rooms.isEmpty)
  }

  // MARK: Words

  private func item(_ presence: XMLElement) -> XMLElement? {
    presence.child("x", XMPPNamespace.mucUser)?.child("item")
  }

  private func role(_ presence: XMLElement) -> String? { item(presence)?["role"] }

  private func codes(_ presence: XMLElement) -> [String] {
    presence.child("x", XMPPNamespace.mucUser)?.children("status").compactMap { $0["code"] } ?? []
  }

  private func kick(_ guest: JitsiGuest, by moderator: JitsiGuest) -> XMLElement? {
    let item = XMLElement(
      "item", XMPPNamespace.mucAdmin, ["nick": guest.nick, "role": "none"],
      [XMLElement("reason", XMPPNamespace.mucAdmin, text: "noise")])
    return moderator.ask(
      "set", "r@muc.meet.jitsi", XMLElement("query", XMPPNamespace.mucAdmin, [:], [item]))
  }

  private func configure(_ guest: JitsiGuest, _ values: [String: String]) -> XMLElement? {
    let fields = values.map { name, value in
      XMLElement(
        "field", XMPPNamespace.dataForms, ["var": "muc#roomconfig_\(name)"],
        [XMLElement("value", XMPPNamespace.dataForms, text: value)])
    }
    let form = XMLElement("x", XMPPNamespace.dataForms, ["type": "submit"], fields)
    return guest.ask(
      "set", "r@muc.meet.jitsi", XMLElement("query", XMPPNamespace.mucOwner, [:], [form]))
  }
}
