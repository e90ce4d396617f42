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
    let stages = try (0..<3).map { try prepared($0) }
    for round in 0..<10_000 {
      var bench = stages[round % 3]
      let lines = mutator.disturb(Self.lines(of: bench))
      for line in lines {
        let text = mutator.happens(onceIn: 2) ? mutator.mutate(line) : line
        if let socket = bench.socket { bench.receive(.received(socket, .text(text))) }
      }
      bench.advance(.seconds(1))
      let effects = bench.takeEffects()
      #expect(effects.count < 200 && bench.notes.count <= 60, "round \(round)")
      #expect(ends(effects) <= 1, "round \(round)")
      if bench.conference.hasEnded {
        #expect(bench.conference.deadline == nil, "round \(round)")
      }
    }
  }

  @Test("a thousand damaged settings files lead to a server or to none, never to a stop")
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

  /// A conference before the room, in the room, and in a session.
  private func prepared(_ stage: Int) throws -> ConferenceBench {
    switch stage {
    case 0:
      var bench = try ConferenceBench()
      bench.start()
      try bench.answerConfig("")
      bench.receive(.opened(try #require(bench.socket)))
      return bench
    case 1: return try .inside()
    default: return try .inSession()
    }
  }

  private func ends(_ effects: [JitsiConference.Effect]) -> Int {
    effects.count { if case .ended = $0 { true } else { false } }
  }

  private static func lines(of bench: ConferenceBench) -> [String] {
    let room = ConferenceBench.room
    let iq = { (payload: String, id: Int) in
      "<iq xmlns='jabber:client' type='set' id='m\(id)' from='\(room)/focus'>\(payload)</iq>"
    }
    let answers = bench.openRequests.map { id, to in
      "<iq xmlns='jabber:client' type='result' id='\(id)' from='\(to)'>"
        + "<conference xmlns='\(XMPPNamespace.jitsiFocus)' ready='true'/></iq>"
    }
    return [
      ConferenceBench.open,
      ConferenceBench.features(
        "<mechanisms xmlns='\(XMPPNamespace.sasl)'><mechanism>ANONYMOUS</mechanism></mechanisms>"),
      "<success xmlns='\(XMPPNamespace.sasl)'/>",
      ConferenceBench.open,
      ConferenceBench.features("<bind xmlns='\(XMPPNamespace.bind)'/>"),
    ] + answers + [
      iq(ConferenceBench.initiate(sid: "s-9"), 1),
      iq(ConferenceBench.sources("source-add", ConferenceBench.source(7, "bob00001")), 2),
      iq(
        ConferenceBench.jingle(
          "transport-info",
          "<content creator='initiator' name='audio'>"
            + ConferenceBench.transport(generation: " ice-generation='2'") + "</content>"), 3),
      iq(ConferenceBench.sources("source-remove", ConferenceBench.source(7, "bob00001")), 4),
      iq("<mute xmlns='http://jitsi.org/jitmeet/audio' actor='\(room)/bob00001'>true</mute>", 5),
      iq(ConferenceBench.jingle("session-terminate", "<reason><expired/></reason>"), 6),
      "<message xmlns='jabber:client' type='groupchat' from='\(room)/bob00001'><body>x</body></message>",
      "<presence xmlns='jabber:client' from='\(room)/carl0001'><nick xmlns='\(XMPPNamespace.nick)'>C</nick>"
        + "<SourceInfo>{\"carl0001-a0\":{\"muted\":true}}</SourceInfo></presence>",
      "<presence xmlns='jabber:client' type='unavailable' from='\(room)/carl0001'/>",
    ]
  }
}
