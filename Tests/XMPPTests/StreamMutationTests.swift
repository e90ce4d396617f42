import Basics
import Formats
import Testing
import Transport
import XMPP

@Suite("Damaged XMPP conversations")
struct StreamMutationTests {
  @Test("Ten thousand damaged conversations neither crash nor grow a stream without bound")
  func mutations() {
    var generator = SeededGenerator(seed: 20_261_121)
    for _ in 0..<10_000 {
      var bench = Quiet(seed: generator.next())
      let start = Int.random(in: 0..<Self.conversation.count, using: &generator)
      for (index, text) in Self.conversation.enumerated() {
        let isDamaged = index >= start && Int.random(in: 0..<3, using: &generator) == 0
        bench.hear(isDamaged ? Self.damaged(text, using: &generator) : text)
        if isDamaged, Bool.random(using: &generator) { bench.hear(text) }
      }
      #expect(bench.sentCount < 100)
      #expect(bench.toldCount < 100)
      #expect(bench.stream.deadline != nil || bench.stream.state == .down)
    }
  }

  /// Hears and counts, and looks at nothing.
  private struct Quiet {
    var stream: XMPPStream
    var socket = SocketID(0)
    var boundID = ""
    var sentCount = 0
    var toldCount = 0

    init(seed: UInt64) {
      stream = XMPPStream(
        settings: XMPPSettings(
          url: "ws://h/", domain: "example.org", credentials: [.anonymous]), lane: 1, seed: seed)
      perform(stream.start(at: .zero))
      perform(stream.receive(.opened(socket), at: .zero))
    }

    mutating func hear(_ text: String) {
      let text = text.replacing("$ID", with: boundID)
      perform(stream.receive(.received(socket, .text(text)), at: .zero))
    }

    private mutating func perform(_ effects: [XMPPStream.Effect]) {
      for effect in effects {
        switch effect {
        case .transport(.open(let socket, _)): self.socket = socket
        case .transport(.send(_, .text(let text))):
          sentCount += 1
          if let id = (try? XMLElement(decoding: text))?["id"] { boundID = id }
        case .transport: break
        default: toldCount += 1
        }
      }
    }
  }

  private static func damaged(
    _ text: String, using generator: inout SeededGenerator
  ) -> String {
    var bytes = Array(text.utf8)
    let index = Int.random(in: 0..<bytes.count, using: &generator)
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes.removeSubrange(index...)
    case 1: bytes[index] = UInt8.random(in: 0...255, using: &generator)
    case 2: bytes.insert(contentsOf: bytes[..<index], at: index)
    case 3:
      // An attribute or element of a wrong kind.
      return text.replacing("result", with: "error").replacing("h='1'", with: "h='4294967295'")
    default: return conversation.randomElement(using: &generator) ?? text
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let conversation = [
    StreamBench.openText, StreamBench.mechanisms("ANONYMOUS"),
    "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", StreamBench.openText,
    StreamBench.allFeatures,
    """
    <iq xmlns='jabber:client' type='result' id='$ID'>\
    <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>u@example.org/r</jid></bind></iq>
    """,
    "<enabled xmlns='urn:xmpp:sm:3' id='sm' resume='true' max='60'/>",
    "<message xmlns='jabber:client' from='a@b/c'><body>x</body></message>",
    "<iq xmlns='jabber:client' type='get' from='a@b/c' id='9'><ping xmlns='urn:xmpp:ping'/></iq>",
    "<r xmlns='urn:xmpp:sm:3'/>", "<a xmlns='urn:xmpp:sm:3' h='1'/>",
    "<iq xmlns='jabber:client' type='result' from='example.org' id='x'/>",
    "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing' see-other-uri='ws://other/'/>",
  ]
}
