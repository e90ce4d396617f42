import Basics
import Calling
import Formats
import Jitsi
import SDP
import Simulation
import Testing
import Transport
import XMPP

@Suite("Jitsi: damaged messages")
struct MutationTests {
  @Test("ten thousand damaged conversations neither crash nor grow")
  func damaged() throws {
    var mutator = Mutator(seed: 2_026)
    var entering = try ConferenceBench()
    entering.start()
    try entering.answerConfig("")
    entering.receive(.opened(try #require(entering.socket)))
    let talking = [try ConferenceBench.inside(), try ConferenceBench.inSession()]
    var outcomes: Set<String> = []
    for round in 0..<10_000 {
      var bench = round % 3 == 0 ? entering : talking[round % 3 - 1]
      if round % 3 == 0 {
        bench.enter(damagedBy: &mutator)
      } else {
        // A window that wanders over the conversation keeps the cases many and short.
        let start = round % Self.talk.count
        let lines = (Self.talk + Self.talk)[start..<start + 6]
        for line in mutator.disturb(Array(lines)) {
          bench.hear(mutator.happens(onceIn: 2) ? mutator.mutate(line) : line)
        }
      }
      bench.advance(.seconds(1))
      let effects = bench.takeEffects()
      for effect in effects { outcomes.insert(String("\(effect)".prefix { $0 != "(" })) }
      #expect(effects.count < 100 && bench.notes.count <= 60, "round \(round)")
      #expect(effects.count { if case .ended = $0 { true } else { false } } <= 1, "round \(round)")
      if bench.conference.hasEnded { #expect(bench.conference.deadline == nil, "round \(round)") }
    }
    // Much of the damage still leaves sense, so that all parts have been reached.
    #expect(
      outcomes.isSuperset(of: [
        "found", "joined", "described", "mediaGone", "participants", "muted", "message", "ended",
      ]))
  }

  @Test("a thousand damaged settings files lead to a server, never to a stop")
  func config() throws {
    var mutator = Mutator(seed: 5)
    let address = try JitsiAddress(url: "https://h.example/t/r")
    let config =
      "var a = 'x'; config.hosts = { domain: 'd.example', muc: `c.${subdomain}d` }; // end\n"
      + "config.websocket = 'wss://' + window.location.host + '/' + subdir + 'ws'; /* x */"
    for _ in 0..<1_000 {
      let server = JitsiServer(config: mutator.mutate(config), for: address)
      #expect(server.webSocketURL.hasPrefix("wss://"))
    }
  }

  /// What is said to one who is in the room.
  private static let talk: [String] = {
    let room = ConferenceBench.room
    let payloads = [
      ConferenceBench.initiate(sid: "s-9"),
      ConferenceBench.sources("source-add", ConferenceBench.source(7, "bob00001")),
      ConferenceBench.jingle(
        "transport-info",
        "<content creator='initiator' name='audio'>"
          + ConferenceBench.transport(generation: " ice-generation='2'") + "</content>"),
      ConferenceBench.sources("source-remove", ConferenceBench.source(7, "bob00001")),
      "<mute xmlns='http://jitsi.org/jitmeet/audio' actor='\(room)/bob00001'>true</mute>",
      ConferenceBench.jingle("session-terminate", "<reason><expired/></reason>"),
    ]
    return payloads.enumerated().map { number, payload in
      "<iq xmlns='jabber:client' type='set' id='m\(number)' from='\(room)/focus'>\(payload)</iq>"
    } + [
      "<message xmlns='jabber:client' type='groupchat' from='\(room)/bob00001'><body>x</body></message>",
      "<presence xmlns='jabber:client' from='\(room)/carl0001'>"
        + "<nick xmlns='\(XMPPNamespace.nick)'>C</nick>"
        + "<SourceInfo>{\"carl0001-a0\":{\"muted\":true}}</SourceInfo></presence>",
      "<presence xmlns='jabber:client' type='unavailable' from='\(room)/carl0001'/>",
      "<presence xmlns='jabber:client' type='unavailable' from='\(room)/0a1b2c3d'>"
        + "<x xmlns='\(XMPPNamespace.mucUser)'><status code='307'/><status code='110'/></x></presence>",
    ]
  }()
}

extension ConferenceBench {
  mutating func hear(_ text: String) {
    if let socket { receive(.received(socket, .text(text))) }
  }

  /// Goes through all of the entry, with some of what the server says damaged.
  fileprivate mutating func enter(damagedBy mutator: inout Mutator) {
    let stream = [
      Self.open,
      Self.features(
        "<mechanisms xmlns='\(XMPPNamespace.sasl)'><mechanism>ANONYMOUS</mechanism></mechanisms>"),
      "<success xmlns='\(XMPPNamespace.sasl)'/>", Self.open,
      Self.features("<bind xmlns='\(XMPPNamespace.bind)'/>"),
    ]
    for line in stream { hear(mutator.happens(onceIn: 12) ? mutator.mutate(line) : line) }
    for _ in 0..<3 {
      for (id, to, name) in openRequests {
        let payload =
          switch name {
          case "bind":
            "<bind xmlns='\(XMPPNamespace.bind)'><jid>0a1b2c3d@meet.example.org/r</jid></bind>"
          case "services": Self.services
          default: "<conference xmlns='\(XMPPNamespace.jitsiFocus)' ready='true'/>"
          }
        let from = to.isEmpty ? "" : " from='\(to)'"
        let line = "<iq xmlns='jabber:client' type='result' id='\(id)'\(from)>\(payload)</iq>"
        hear(mutator.happens(onceIn: 5) ? mutator.mutate(line) : line)
      }
    }
    let presence =
      "<presence xmlns='jabber:client' from='\(Self.room)/0a1b2c3d'>"
      + "<x xmlns='\(XMPPNamespace.mucUser)'><status code='110'/></x></presence>"
    hear(mutator.happens(onceIn: 3) ? mutator.mutate(presence) : presence)
  }
}
