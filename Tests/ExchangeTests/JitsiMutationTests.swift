import Basics
import Formats
import Simulation
import Testing
import Transport
import XMPP

@testable import Exchange

@Suite("Exchange: damaged stanzas")
struct JitsiMutationTests {
  @Test("10 000 damaged stanzas of a conversation neither crash nor disturb the others in the room")
  func damaged() throws {
    var settings = ExchangeSettings.forTests
    settings.limits.messagesPerSecond = 1e9
    settings.limits.messageBurst = 1e9
    settings.limits.requestBurst = 1e9
    settings.limits.conferences = 64
    let bench = ExchangeBench(settings: settings)
    let witness = try JitsiGuest(bench)
    witness.enter()
    var mutator = Mutator(seed: 23)
    var guest: JitsiGuest?
    var words: [XMLElement] = []
    for index in 0..<10_000 {
      if guest.map({ $0.closeCode != nil }) ?? true || index.isMultiple(of: 100) {
        if let guest { bench.closeSocket(guest.socket) }
        guest = nil
        let newcomer = try JitsiGuest(bench)
        words = try enter(newcomer, bench)
        guest = newcomer
      }
      let word = words[index % words.count]
      // What is not well-formed ends the stream, so most are damaged in what they say only.
      let isBroken = mutator.happens(onceIn: 10)
      guest?.say(isBroken ? mutator.mutate(word.encoded()) : damage(word, &mutator).encoded())
      let heard = guest?.drain() ?? 0
      #expect(heard < 64, "seed 23, case \(index)")
      if index.isMultiple(of: 500) {
        bench.advance(.seconds(61))
        _ = witness.hearAll()
        let pong = witness.ask("get", nil, XMLElement("ping", XMPPNamespace.ping))
        #expect(pong?["type"] == "result", "seed 23, case \(index)")
      }
      _ = (witness.drain(), bench.takeOrders())
    }
    // Streams that could have been resumed are given up by then.
    bench.advance(.seconds(61))
    let state = bench.exchange.jitsi
    #expect(state.rooms.count <= 64 && state.server.sessionCount <= 2)
    #expect(state.rooms["r"]?.chat.occupant(witness.nick) != nil)
    #expect(bench.exchange.legs.count <= 2 && state.roomOfLeg.count <= 2)
  }

  /// Brings a guest into the room and a session, and returns what it may say there.
  private func enter(_ guest: JitsiGuest, _ bench: ExchangeBench) throws -> [XMLElement] {
    guest.enter()
    _ = bench.describeLegs()
    let room = "r@muc.meet.jitsi"
    let focus = JID("\(room)/focus")
    var words = [
      XMLElement.message(to: try #require(JID(room)), type: "groupchat", body: "hello"),
      XMLElement.presence(
        to: JID("\(room)/\(guest.nick)"),
        [XMLElement("SourceInfo", XMPPNamespace.client, text: "{\"x-a0\":{\"muted\":true}}")]),
      XMLElement.iq(
        "set", to: JID("focus.meet.jitsi"), id: "1",
        XMLElement("conference", XMPPNamespace.jitsiFocus, ["room": room])),
      XMLElement.iq(
        "get", to: JID(room), id: "2", XMLElement("query", XMPPNamespace.mucOwner)),
      XMLElement.iq("get", id: "3", XMLElement("ping", XMPPNamespace.ping)),
      XMLElement("r", XMPPNamespace.streamManagement),
      XMLElement("enable", XMPPNamespace.streamManagement, ["resume": "true"]),
    ]
    if let offer = guest.takeJingle().first(where: { $0.action == .sessionInitiate }) {
      let accept = guest.answer(to: offer, ssrc: 5)
      var info = JingleMessage(.transportInfo, sid: offer.sid)
      info.contents = accept.contents
      var end = JingleMessage(.sessionTerminate, sid: offer.sid, reason: .init("success"))
      end.extensions = [XMLElement("bridge-session", XMPPNamespace.jitsiFocus, ["restart": "true"])]
      words += [accept, info, end].map { XMLElement.iq("set", to: focus, id: "4", $0.encoded()) }
    }
    return words
  }

  /// The element with other values, names, namespaces and children here and there.
  private func damage(_ element: XMLElement, _ mutator: inout Mutator) -> XMLElement {
    var element = element
    for (name, value) in element.attributes.sorted(by: { $0.key < $1.key })
    where mutator.happens(onceIn: 8) {
      element[name] = mutator.happens(onceIn: 3) ? nil : mutator.mutate(value)
    }
    if mutator.happens(onceIn: 40) { element.namespace = mutator.mutate(element.namespace) }
    if mutator.happens(onceIn: 16) { element.nodes = mutator.disturb(element.nodes) }
    element.nodes = element.nodes.map { node in
      switch node {
      case .text(let text): .text(mutator.happens(onceIn: 4) ? mutator.mutate(text) : text)
      case .element(let child): .element(damage(child, &mutator))
      }
    }
    return element
  }
}
