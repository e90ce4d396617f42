import Basics
import Calling
import Formats
import Jitsi
import SDP
import Testing
import Transport
import XMPP

@Suite("Jitsi: getting in")
struct EnteringTests {
  @Test("from the address to the room, in the order that servers expect")
  func order() throws {
    var bench = try ConferenceBench("https://meet.example.org/Standup?jwt=a.b")
    bench.start()
    #expect(bench.requests.first?.request.url == "https://meet.example.org/config.js")
    try bench.answerConfig("")
    let socket = try #require(bench.opened.first)
    #expect(
      socket.request.url == "wss://meet.example.org/xmpp-websocket?room=standup&token=a.b")
    #expect(socket.request.subprotocols == ["xmpp"])
    #expect(socket.request.fields["Origin"] == "https://meet.example.org")
    try bench.signIn()
    #expect(
      bench.takeEffects() == [
        .found(iceServers: [
          IceServer(kind: .stun, host: "stun.example.org", port: 3478),
          IceServer(
            kind: .turn(username: "u", credential: "p", transport: .tls), host: "turn.example.org",
            port: 443),
        ])
      ])
    let ask = try bench.takeIQ("conference")
    #expect(ask["to"] == "focus.meet.example.org")
    #expect(ask.payload?["room"] == ConferenceBench.room)
    #expect(ask.payload?["machine-uid"]?.utf8.count == 32)
    try bench.deliver(
      "<iq xmlns='jabber:client' type='result' id='\(ask["id"] ?? "")' from='focus.meet.example.org'>"
        + "<conference xmlns='http://jitsi.org/protocol/focus' ready='true'/></iq>")
    let presence = try bench.takePresence()
    #expect(presence["to"] == "\(ConferenceBench.room)/0a1b2c3d")
    #expect(presence.child("x", XMPPNamespace.muc) != nil)
    #expect(presence.child("nick", XMPPNamespace.nick)?.text == "Ann")
    try bench.join(with: ["bob00001": "Bob"])
    #expect(
      bench.takeEffects() == [
        .joined,
        .participants([
          Participant(id: "0a1b2c3d", name: "Ann", isSelf: true),
          Participant(id: "bob00001", name: "Bob"),
        ]),
      ])
  }

  @Test("a focus that asks what we can do is told, also by the short form's node")
  func disco() throws {
    var bench = try ConferenceBench.inside()
    try bench.deliver(
      "<iq xmlns='jabber:client' type='get' id='d1' from='\(ConferenceBench.room)/focus'>"
        + "<query xmlns='http://jabber.org/protocol/disco#info' "
        + "node='https://tipring.invalid#vR3k4zHZrHqU8ONvA7hcCN1/9cE='/></iq>")
    let answer = try #require(bench.answer(to: "d1"))
    let query = try #require(answer.payload)
    #expect(query.children("feature").contains { $0["var"] == "urn:xmpp:jingle:apps:rtp:audio" })
    #expect(!query.children("feature").contains { $0["var"]?.hasSuffix("video") == true })
    #expect(query.child("identity")?["name"] == "Tipring")
  }

  @Test("who is alone is told so")
  func alone() throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("", status: 404)
    try bench.signIn()
    try bench.grant()
    try bench.join(with: [:])
    let effects = bench.takeEffects()
    #expect(effects.contains(.notice("Nobody else is in the conference yet.")))
    #expect(!bench.takeSent().contains { $0.payload?.namespace == XMPPNamespace.mucOwner })
  }

  @Test("a room that we made ourselves is opened")
  func newRoom() throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("")
    try bench.signIn()
    try bench.grant()
    try bench.join(with: [:], codes: "<status code='201'/>")
    let form = try bench.takeIQ("query")
    #expect(form.payload?.child("x", XMPPNamespace.dataForms)?["type"] == "submit")
  }

  @Test("the helpers are asked for anew inside, and refusal changes nothing")
  func renewedServices() throws {
    var bench = try ConferenceBench.inside()
    bench.renewServers()
    let ask = try bench.takeIQ("services")
    try bench.deliver(
      "<iq xmlns='jabber:client' type='result' id='\(ask["id"] ?? "")' from='\(ask["to"] ?? "")'>"
        + "<services xmlns='urn:xmpp:extdisco:2'>"
        + "<service type='stun' host='stun.example.org' port='3478'/></services></iq>")
    let server = IceServer(kind: .stun, host: "stun.example.org", port: 3_478)
    #expect(bench.takeEffects() == [.servers([server])])
    bench.renewServers()
    bench.refuse(try bench.takeIQ("services"), "service-unavailable")
    #expect(bench.takeEffects() == [])
  }

  @Test("older servers know the helpers by an older name")
  func oldServices() throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("")
    try bench.signIn(services: nil)
    bench.refuse(try bench.takeIQ("services"), "service-unavailable")
    let second = try bench.takeIQ("services")
    #expect(second.payload?.namespace == "urn:xmpp:extdisco:1")
    bench.refuse(second, "service-unavailable")
    #expect(bench.takeEffects() == [.found(iceServers: [])])
    #expect(try bench.takeIQ("conference")["type"] == "set")
  }

  @Test("a focus that is not ready is asked again, a little later each time, and not for ever")
  func notReady() throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("")
    try bench.signIn()
    for _ in 0..<5 {
      try bench.grant("ready='false'")
      #expect(bench.takeSent().isEmpty)
      bench.advance(.milliseconds(9_700))
    }
    try bench.grant("ready='false'")
    #expect(
      bench.takeEffects().last
        == .ended(.signalingFailed("The conference was not opened in time.")))
    #expect(bench.conference.deadline == nil)
  }

  @Test("questions to the focus are identical")
  func identical() throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("")
    try bench.signIn()
    let first = try bench.takeIQ("conference")
    bench.refuse(first, "service-unavailable")
    bench.advance(.seconds(2))
    #expect(try bench.takeIQ("conference").payload == first.payload)
  }

  @Test("the focus's session is kept for the next question")
  func sessionID() throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("")
    try bench.signIn()
    try bench.grant("ready='false' session-id='abc'")
    bench.advance(.seconds(2))
    #expect(try bench.takeIQ("conference").payload?["session-id"] == "abc")
  }

  @Test("a conference may be asked for by HTTP")
  func http() throws {
    var bench = try ConferenceBench("https://meet.example.org/Standup?jwt=tok")
    bench.start()
    try bench.answerConfig("config.conferenceRequestUrl = '/conference-request/v1'")
    try bench.signIn()
    let ask = try #require(bench.requests.last?.request)
    #expect(ask.url == "https://meet.example.org/conference-request/v1?room=standup")
    #expect(ask.fields["Authorization"] == "Bearer tok")
    try bench.reply(200, "{\"ready\":true,\"focusJid\":\"focus@auth\"}")
    #expect(try bench.takePresence().to?.resource == "0a1b2c3d")
  }

  @Test(
    "what HTTP refuses is told in words",
    arguments: [
      (403, "sign in"), (400, "name for a room"),
    ])
  func httpRefusals(status: Int, words: String) throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("config.conferenceRequestUrl = '/conference-request/v1'")
    try bench.signIn()
    try bench.reply(status, "{}")
    #expect(try endWords(bench.takeEffects()).contains(words))
  }

  @Test("an HTTP answer that cannot be read ends the call, one that failed is asked again")
  func httpNonsense() throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("config.conferenceRequestUrl = '/conference-request/v1'")
    try bench.signIn()
    try bench.reply(502, "")
    bench.advance(.seconds(2))
    try bench.fail(.timedOut)
    bench.advance(.seconds(3))
    try bench.reply(200, "<html>")
    #expect(try endWords(bench.takeEffects()).contains("cannot be read"))
  }

  @Test(
    "what the focus refuses is told in words",
    arguments: [
      ("not-authorized", "", "sign in"),
      (
        "not-acceptable",
        "<reservation-error xmlns='http://jitsi.org/protocol/focus' error-code='3'/>",
        "reserved"
      ),
      ("bad-request", "", "refused"),
    ])
  func focusRefusals(condition: String, detail: String, expected: String) throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("")
    try bench.signIn()
    bench.refuse(try bench.takeIQ("conference"), condition, detail)
    #expect(try endWords(bench.takeEffects()).contains(expected))
    #expect(bench.conference.hasEnded)
  }

  @Test(
    "what the room refuses is told in words, with what to do",
    arguments: [
      ("not-authorized", "room-password"), ("registration-required", "only its members"),
      ("service-unavailable", "full"), ("forbidden", "does not let"), ("not-allowed", "cannot"),
    ])
  func roomRefusals(condition: String, expected: String) throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("")
    try bench.signIn()
    try bench.grant()
    try bench.deliver(
      "<presence xmlns='jabber:client' type='error' from='\(ConferenceBench.room)/0a1b2c3d'>"
        + "<error type='auth'><\(condition) xmlns='\(XMPPNamespace.stanzaErrors)'/></error></presence>"
    )
    #expect(try endWords(bench.takeEffects()).contains(expected))
  }

  @Test("a room's password goes with the first presence, and one that is wrong is told as such")
  func password() throws {
    var bench = try ConferenceBench(password: "sesame")
    bench.start()
    try bench.answerConfig("")
    try bench.signIn()
    try bench.grant()
    let presence = try bench.takePresence()
    #expect(presence.child("x", XMPPNamespace.muc)?.child("password")?.text == "sesame")
    try bench.deliver(
      "<presence xmlns='jabber:client' type='error' from='\(ConferenceBench.room)/0a1b2c3d'>"
        + "<error type='auth'><not-authorized xmlns='\(XMPPNamespace.stanzaErrors)'/></error></presence>"
    )
    #expect(try endWords(bench.takeEffects()).contains("another password"))
  }

  @Test("a room that does not answer is tried again")
  func silentRoom() throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("")
    try bench.signIn()
    try bench.grant()
    bench.advance(.seconds(18))
    try bench.grant()
    try bench.join(with: [:])
    #expect(bench.takeEffects().contains(.joined))
  }

  @Test("a server that refuses a guest says that a token may be wanted")
  func signInRefused() throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("")
    bench.receive(.opened(try #require(bench.socket)))
    try bench.deliver(ConferenceBench.open)
    try bench.deliver(
      ConferenceBench.features(
        "<mechanisms xmlns='\(XMPPNamespace.sasl)'><mechanism>ANONYMOUS</mechanism></mechanisms>"))
    try bench.deliver(
      "<failure xmlns='\(XMPPNamespace.sasl)'><not-allowed/><text>token required</text></failure>")
    #expect(try endWords(bench.takeEffects()).contains("jwt"))
  }

  @Test("a server that is not there is told at once; one that is slow is asked twice")
  func unreachable() throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.fail(.unknownHost("meet.example.org"))
    #expect(try endWords(bench.takeEffects()).contains("meet.example.org"))
    var slow = try ConferenceBench()
    slow.start()
    try slow.fail(.timedOut)
    try slow.fail(.timedOut)
    #expect(try endWords(slow.takeEffects()).contains("in time"))
  }

  @Test("a stream that cannot be opened is tried three times")
  func streamRefused() throws {
    var bench = try ConferenceBench()
    bench.start()
    try bench.answerConfig("")
    for _ in 0..<3 {
      bench.receive(.failed(try #require(bench.socket), .refused(status: 404)))
      bench.advance(.seconds(3))
    }
    #expect(bench.opened.count == 3)
    #expect(try endWords(bench.takeEffects()).contains("no such service"))
  }

  @Test("getting in has an end, to the nanosecond")
  func settingUpTime() throws {
    var bench = try ConferenceBench()
    bench.start()
    bench.advance(JitsiConference.settingUpTime - .nanoseconds(1))
    #expect(bench.takeEffects().isEmpty)
    bench.advance(.nanoseconds(1))
    #expect(try endWords(bench.takeEffects()).contains("entered in time"))
    #expect(bench.cancelled.count == 1)
  }

  @Test("names of requests and sockets stay in the lane that the owner gave")
  func lanes() throws {
    var bench = try ConferenceBench(lane: 3)
    bench.start()
    let request = try #require(bench.requests.first?.id)
    #expect((3_000_000..<4_000_000).contains(request.number))
    #expect(bench.conference.owns(request))
    try bench.answerConfig("")
    let socket = try #require(bench.opened.first?.id)
    #expect((3_000_000..<4_000_000).contains(socket.number))
    #expect(bench.conference.owns(socket))
    #expect(!bench.conference.owns(RequestID(2_999_999)))
    #expect(!bench.conference.owns(SocketID(4_000_000)))
  }

  @Test("who leaves while it is being entered leaves nothing behind", arguments: 0..<4)
  func leaveEarly(step: Int) throws {
    var bench = try ConferenceBench()
    bench.start()
    if step > 0 { try bench.answerConfig("") }
    if step > 1 { try bench.signIn() }
    if step > 2 { try bench.grant() }
    _ = bench.takeEffects()
    bench.leave()
    #expect(bench.takeEffects().isEmpty)
    #expect(bench.conference.deadline == nil)
    #expect(step == 0 ? bench.cancelled.count == 1 : bench.closed.count == 1)
    bench.leave()
    #expect(bench.closed.count <= 1)
  }
}

/// What an end was told with.
func endWords(_ effects: [JitsiConference.Effect]) throws -> String {
  let reason = try #require(
    effects.lazy.compactMap { effect -> EndReason? in
      if case .ended(let reason) = effect { reason } else { nil }
    }.first, "nothing ended in \(effects)")
  switch reason {
  case .signalingFailed(let words), .mediaFailed(let words), .notSignedIn(let words): return words
  default: return "\(reason)"
  }
}
