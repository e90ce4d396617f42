import Basics
import Formats
import Testing
import XMPP

@Suite("A room of several")
struct RoomTests {
  @Test("One is in once the own presence has come back, after those who were there")
  func join() throws {
    var bench = try Bench(password: "secret", extras: [XMLElement("nick", XMPPNamespace.nick)])
    bench.join()
    let presence = try #require(bench.sent.first)
    #expect(presence["to"] == "room@muc.example/me")
    #expect(presence.child("x", XMPPNamespace.muc)?.child("password")?.text == "secret")
    #expect(presence.child("nick", XMPPNamespace.nick) != nil)
    bench.hear(Self.presence("focus", role: "moderator"))
    #expect(bench.room.state != .inside)
    bench.hear(Self.presence("me", codes: ["110", "201"]))
    #expect(bench.room.state == .inside)
    #expect(bench.told.last == .joined(isNew: true))
    #expect(bench.room.occupants.keys.sorted() == ["focus", "me"])
    #expect(bench.room.occupants["focus"]?.isModerator == true)
    #expect(bench.room.occupants["me"]?.isSelf == true)
  }

  @Test("The room may give another nick")
  func changedNick() throws {
    var bench = try Bench()
    bench.join()
    bench.hear(Self.presence("me2", codes: ["110", "210"]))
    #expect(bench.room.nick == "me2")
    #expect(bench.room.state == .inside)
  }

  @Test(
    "Why one is not let in is told apart",
    arguments: [
      ("not-authorized", "password"), ("registration-required", "only its members"),
      ("forbidden", "does not let this account in"), ("not-allowed", "cannot be entered"),
      ("service-unavailable", "full"), ("conflict", "of that name"),
      ("resource-constraint", "try again later"), ("jid-malformed", "jid malformed"),
    ])
  func refusals(condition: String, words: String) throws {
    var bench = try Bench()
    bench.join()
    bench.hear(
      """
      <presence xmlns='jabber:client' from='room@muc.example/me' type='error'><error type='auth'>\
      <\(condition) xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>
      """)
    guard case .refused(let refusal)? = bench.told.last else {
      return #expect(Bool(false), "not refused")
    }
    #expect(refusal.sentence.contains(words), "\(refusal.sentence)")
    #expect(bench.room.state == .outside)
    #expect(bench.room.deadline == nil)
  }

  @Test("A room that does not answer is given up")
  func noAnswer() throws {
    var bench = try Bench()
    bench.join()
    let deadline = try #require(bench.room.deadline)
    bench.perform(bench.room.expire(at: .zero))
    #expect(bench.told.isEmpty)
    bench.perform(bench.room.expire(at: deadline))
    #expect(bench.told == [.refused(.noAnswer)])
    #expect(bench.sent.last?["type"] == "unavailable")
  }

  @Test("People come, change, speak and go")
  func people() throws {
    var bench = try Bench()
    bench.enter()
    bench.hear(Self.presence("ann", extra: "<audiomuted>true</audiomuted>"))
    #expect(bench.room.occupants["ann"]?.presence.child("audiomuted")?.text == "true")
    bench.hear(Self.message("ann", "hello"))
    #expect(bench.told.last == .message(nick: "ann", text: "hello"))
    bench.hear(Self.presence("ann", type: "unavailable"))
    #expect(bench.told.last == .left(nick: "ann"))
    let count = bench.told.count
    bench.hear(Self.presence("ann", type: "unavailable"))
    #expect(bench.told.count == count)
  }

  @Test("What was said before, and privately, is not taken for speech")
  func otherMessages() throws {
    var bench = try Bench()
    bench.enter()
    for text in [
      Self.message("ann", "old", extra: "<delay xmlns='urn:xmpp:delay'/>"),
      Self.message("ann", "psst", type: "chat"),
      "<message xmlns='jabber:client' from='other@muc.example/x' type='groupchat'/>",
    ] {
      let isTaken = bench.isTaken(text)
      #expect(!isTaken)
    }
  }

  @Test("Being kicked, banned, or left over by a room that is closed is told")
  func removals() throws {
    let cases: [(String, MultiUserRoom.Removal)] = [
      (
        "<item><actor nick='boss'/><reason>bye</reason></item><status code='307'/>",
        .kicked(by: "boss", reason: "bye")
      ),
      ("<status code='307'/><status code='110'/>", .kicked(by: nil, reason: nil)),
      ("<status code='301'/>", .banned(reason: nil)),
      ("<destroy><reason>over</reason></destroy>", .destroyed(reason: "over")),
      ("<status code='322'/>", .membersOnly), ("<status code='332'/>", .closed),
    ]
    for (user, removal) in cases {
      var bench = try Bench()
      bench.enter()
      bench.hear(
        """
        <presence xmlns='jabber:client' from='room@muc.example/me' type='unavailable'>\
        <x xmlns='\(XMPPNamespace.mucUser)'>\(user)</x></presence>
        """)
      #expect(bench.told.last == .removed(removal))
      #expect(bench.room.state == .outside)
    }
  }

  @Test("A nick that is changed from outside is the nick from then on")
  func renamed() throws {
    var bench = try Bench()
    bench.enter()
    bench.hear(
      """
      <presence xmlns='jabber:client' from='room@muc.example/me' type='unavailable'>\
      <x xmlns='\(XMPPNamespace.mucUser)'><item nick='I'/><status code='303'/>\
      <status code='110'/></x></presence>
      """)
    bench.hear(Self.presence("I", codes: ["110"]))
    #expect(bench.room.nick == "I")
    #expect(bench.room.state == .inside)
    #expect(bench.room.occupants.keys.sorted() == ["I"])
  }

  @Test("Presence is sent whole after a change, and taken back when leaving")
  func updates() throws {
    var bench = try Bench()
    let early = bench.room.update([])
    #expect(early == [])
    bench.enter()
    bench.perform(bench.room.update([XMLElement("audiomuted", XMPPNamespace.client, text: "true")]))
    #expect(bench.sent.last?.child("audiomuted")?.text == "true")
    #expect(bench.sent.last?.child("x", XMPPNamespace.muc) == nil)
    bench.perform(bench.room.say("hi"))
    #expect(bench.sent.last?["type"] == "groupchat")
    bench.perform(bench.room.leave())
    #expect(bench.sent.last?["type"] == "unavailable")
    let again = bench.room.leave()
    #expect(again == [])
    #expect(bench.room.say("hi") == [])
    #expect(bench.room.occupants.isEmpty)
  }

  @Test("Occupants beyond the bound are not told of")
  func bound() throws {
    var bench = try Bench()
    bench.join()
    for index in 0..<MultiUserRoom.occupantLimit + 5 { bench.hear(Self.presence("p\(index)")) }
    #expect(bench.room.occupants.count == MultiUserRoom.occupantLimit)
    bench.hear(Self.presence("me", codes: ["110"]))
    #expect(bench.room.state == .inside)
  }

  private struct Bench {
    var room: MultiUserRoom
    var sent: [XMLElement] = []
    var told: [MultiUserRoom.Effect] = []

    init(password: String? = nil, extras: [XMLElement] = []) throws {
      let jid = try #require(JID("room@muc.example"))
      room = try #require(
        MultiUserRoom(room: jid, nick: "me", password: password, extras: extras))
    }

    mutating func perform(_ effects: [MultiUserRoom.Effect]) {
      for effect in effects {
        if case .send(let stanza) = effect { sent.append(stanza) } else { told.append(effect) }
      }
    }

    mutating func join() { perform(room.join(at: .zero)) }

    mutating func enter() {
      join()
      hear(RoomTests.presence("me", codes: ["110"]))
    }

    mutating func hear(_ text: String) {
      guard let stanza = try? XMLElement(decoding: text) else {
        Issue.record("not XML: \(text)")
        return
      }
      perform(room.receive(stanza, at: .zero) ?? [])
    }

    mutating func isTaken(_ text: String) -> Bool {
      (try? XMLElement(decoding: text)).map { room.receive($0, at: .zero) != nil } ?? false
    }
  }

  private static func presence(
    _ nick: String, role: String = "participant", codes: [String] = [], type: String? = nil,
    extra: String = ""
  ) -> String {
    "<presence xmlns='jabber:client' from='room@muc.example/\(nick)'"
      + (type.map { " type='\($0)'" } ?? "") + "><x xmlns='\(XMPPNamespace.mucUser)'>"
      + "<item affiliation='none' role='\(role)' jid='\(nick)@example.org/x'/>"
      + codes.map { "<status code='\($0)'/>" }.joined() + "</x>\(extra)</presence>"
  }

  private static func message(
    _ nick: String, _ text: String, type: String = "groupchat", extra: String = ""
  ) -> String {
    "<message xmlns='jabber:client' from='room@muc.example/\(nick)' type='\(type)'>"
      + "<body>\(text)</body>\(extra)</message>"
  }
}
