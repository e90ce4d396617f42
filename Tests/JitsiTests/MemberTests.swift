import Basics
import Calling
import Formats
import Jitsi
import Testing
import Transport
import XMPP

@Suite("Jitsi: people in the room")
struct MemberTests {
  @Test("names, muted microphones, comers and goers are told whole")
  func people() throws {
    var bench = try ConferenceBench.inside()
    try bench.appear("carl0001", "Carl", "<audiomuted>true</audiomuted>")
    #expect(
      bench.takeEffects() == [
        .participants([
          Participant(id: "0a1b2c3d", name: "Ann", isSelf: true),
          Participant(id: "bob00001", name: "Bob"),
          Participant(id: "carl0001", name: "Carl", isMuted: true),
        ])
      ])
    try bench.appear("carl0001", "Carl", "<audiomuted>true</audiomuted>")
    #expect(bench.takeEffects().isEmpty)
    try bench.disappear("bob00001")
    #expect(bench.takeEffects().count == 1)
    try bench.disappear("carl0001")
    #expect(bench.takeEffects().last == .notice("All others have left the conference."))
    try bench.disappear("focus")
    #expect(bench.takeEffects().isEmpty)
  }

  @Test("muting shows in a presence that is whole, and a repetition in none")
  func mute() throws {
    var bench = try ConferenceBench.inside()
    bench.setMuted(true)
    let presence = try bench.takePresence()
    #expect(presence.child("audiomuted")?.text == "true")
    #expect(presence.child("SourceInfo")?.text == "{\"0a1b2c3d-a0\":{\"muted\":true}}")
    #expect(presence.child("nick") != nil)
    #expect(presence.child("c", XMPPNamespace.capabilities) != nil)
    #expect(presence.child("x", XMPPNamespace.muc) == nil)
    bench.setMuted(true)
    #expect(bench.takeSent().isEmpty)
    bench.setMuted(false)
    #expect(try bench.takePresence().child("audiomuted")?.text == "false")
  }

  @Test("who comes in muted says so in the first presence")
  func mutedEntry() throws {
    var bench = try ConferenceBench(isMuted: true)
    bench.start()
    try bench.answerConfig("")
    try bench.signIn()
    try bench.grant()
    #expect(try bench.takePresence().child("audiomuted")?.text == "true")
  }

  @Test("a moderator may mute us, and nobody may open the microphone")
  func remoteMute() throws {
    var bench = try ConferenceBench.inside()
    let id = bench.focusSays(
      "<mute xmlns='http://jitsi.org/jitmeet/audio' actor='\(ConferenceBench.room)/bob00001'>true</mute>"
    )
    #expect(bench.answer(to: id)?["type"] == "result")
    #expect(try bench.takePresence().child("audiomuted")?.text == "true")
    #expect(bench.takeEffects().last == .muted(by: "Bob"))
    #expect(bench.conference.isMuted)
    bench.focusSays("<mute xmlns='http://jitsi.org/jitmeet/audio'>false</mute>")
    #expect(bench.conference.isMuted)
    #expect(bench.takeEffects().isEmpty)
  }

  @Test("only the focus mutes")
  func strangerMutes() throws {
    var bench = try ConferenceBench.inside()
    for from in ["bob00001", "eve@elsewhere.example/focus"] {
      let id = bench.focusSays(
        "<mute xmlns='http://jitsi.org/jitmeet/audio'>true</mute>", from: from)
      #expect(bench.answer(to: id)?.stanzaError?.condition == .forbidden)
    }
    #expect(!bench.conference.isMuted)
    #expect(bench.takeEffects().isEmpty)
  }

  @Test("a conference may start us muted")
  func startMuted() throws {
    var bench = try ConferenceBench.inside()
    bench.focusSays(
      ConferenceBench.initiate(
        more: "<startmuted xmlns='http://jitsi.org/jitmeet/start-muted' audio='true' video='true'/>"
      ))
    #expect(bench.takeEffects().contains(.muted(by: nil)))
    #expect(try bench.takePresence().child("audiomuted")?.text == "true")
  }

  @Test("lines of chat come with their writers' names, and one's own come not back")
  func chat() throws {
    var bench = try ConferenceBench.inside()
    let line = { (nick: String, inside: String) in
      "<message xmlns='jabber:client' type='groupchat' from='\(ConferenceBench.room)/\(nick)'>"
        + "\(inside)</message>"
    }
    try bench.deliver(line("bob00001", "<body>hello</body>"))
    #expect(bench.takeEffects() == [.message(from: "Bob", text: "hello")])
    try bench.deliver(line("0a1b2c3d", "<body>mine</body>"))
    try bench.deliver(line("bob00001", "<body/>"))
    try bench.deliver(
      line(
        "bob00001", "<body>old</body><delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>"))
    #expect(bench.takeEffects().isEmpty)
    try bench.deliver(line("bob00001", "<body>\(String(repeating: "x", count: 9_000))</body>"))
    guard case .message(_, let text) = bench.takeEffects().first else {
      Issue.record("a long line was lost")
      return
    }
    #expect(text.count == 2_000)
  }

  @Test("who is put out is told by whom and why")
  func kicked() throws {
    var bench = try ConferenceBench.inside()
    try bench.deliver(
      "<presence xmlns='jabber:client' type='unavailable' from='\(ConferenceBench.room)/0a1b2c3d'>"
        + "<x xmlns='\(XMPPNamespace.mucUser)'><item affiliation='none' role='none'>"
        + "<actor nick='bob00001'/><reason>noise</reason></item>"
        + "<status code='307'/><status code='110'/></x></presence>")
    #expect(
      bench.takeEffects().last
        == .ended(.signalingFailed("Removed from the conference by Bob: noise.")))
    #expect(bench.conference.deadline == nil)
  }

  @Test("a conference that is closed for all is hung up")
  func destroyed() throws {
    var bench = try ConferenceBench.inside()
    try bench.deliver(
      "<presence xmlns='jabber:client' type='unavailable' from='\(ConferenceBench.room)/0a1b2c3d'>"
        + "<x xmlns='\(XMPPNamespace.mucUser)'><item affiliation='none' role='none'/>"
        + "<destroy><reason>done</reason></destroy><status code='110'/></x></presence>")
    #expect(bench.takeEffects().last == .ended(.remoteHungUp))
  }

  @Test("leaving says goodbye to the room before the stream is closed")
  func leave() throws {
    var bench = try ConferenceBench.inSession()
    bench.leave()
    let goodbye = try bench.takePresence()
    #expect(goodbye["type"] == "unavailable")
    #expect(goodbye["to"] == "\(ConferenceBench.room)/0a1b2c3d")
    #expect(bench.closed.count == 1)
    #expect(bench.takeEffects().isEmpty)
    bench.focusSays(ConferenceBench.initiate(sid: "late"))
    #expect(bench.takeEffects().isEmpty)
  }
}
