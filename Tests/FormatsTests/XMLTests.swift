import Basics
import Formats
import Testing

@Suite("XML elements")
struct XMLTests {
  @Test("A stanza is read with its attributes, children and text")
  func stanza() throws {
    let message = try XMLElement(
      decoding: """
        <message xmlns='jabber:client' to="a@b" xml:lang='en'><body>1 &lt; 2 &amp; &#x263A;</body>\
        <x xmlns='urn:x'><y/></x></message>
        """)
    #expect(message.name == "message")
    #expect(message.namespace == "jabber:client")
    #expect(message["to"] == "a@b")
    #expect(message["xml:lang"] == "en")
    #expect(message.child("body", "jabber:client")?.text == "1 < 2 & ☺")
    #expect(message.child("x", "urn:x")?.child("y", "urn:x") != nil)
  }

  @Test("A prefix stands for the namespace it was declared with, also anew inside")
  func prefixes() throws {
    let element = try XMLElement(
      decoding: """
        <s:features xmlns:s='urn:s' xmlns='urn:d'><a/><s:b xmlns:s='urn:t'><s:c/></s:b>\
        <s:d/><e xmlns=''/></s:features>
        """)
    #expect(
      element
        == XMLElement(
          "features", "urn:s", [:],
          [
            XMLElement("a", "urn:d"),
            XMLElement("b", "urn:t", [:], [XMLElement("c", "urn:t")]),
            XMLElement("d", "urn:s"), XMLElement("e", ""),
          ]))
  }

  @Test("An attribute of another namespace is passed over")
  func foreignAttributes() throws {
    let element = try XMLElement(decoding: "<a xmlns:x='u' x:b='1' b='2' xml:lang='en'/>")
    #expect(element.attributes == ["b": "2", "xml:lang": "en"])
  }

  @Test("Text in CDATA sections and around references is one node")
  func joinedText() throws {
    let element = try XMLElement(decoding: "<a>x<![CDATA[<&]]>&gt;\r\ny\rz</a>")
    #expect(element.nodes == [.text("x<&>\ny\nz")])
  }

  @Test("Space in attributes is a space unless it was written as a reference")
  func attributeSpace() throws {
    let element = try XMLElement(decoding: "<a b='1\n2\t3&#10;4'/>")
    #expect(element["b"] == "1 2 3\n4")
  }

  @Test(
    "What streams must not have is refused",
    arguments: [
      "<?xml version='1.0'?><a/>", "<!DOCTYPE a><a/>", "<!-- c --><a/>", "<a><!-- c --></a>",
      "<a><?p i?></a>", "<a><!ENTITY x 'y'></a>",
    ])
  func forbidden(text: String) {
    #expect { try XMLElement(decoding: text) } throws: {
      if case .forbidden = $0 as? XMLError { true } else { false }
    }
  }

  @Test(
    "Faults are told apart",
    arguments: [
      ("", XMLError.incomplete), ("<a>", .incomplete), ("<a", .incomplete), ("<a b='", .incomplete),
      ("<a><![CDATA[x", .incomplete), ("<a></b>", .malformed(at: 5)),
      ("<a b=c/>", .malformed(at: 5)), ("<a b='1'c='2'/>", .malformed(at: 8)),
      ("<a b='<'/>", .malformed(at: 6)), ("<1/>", .malformed(at: 1)),
      ("<a xmlns:p=''/>", .malformed(at: 13)), ("text", .malformed(at: 0)),
      ("<a/><b/>", .trailing(at: 4)), ("<a/>x", .trailing(at: 4)),
      ("<a>&nbsp;</a>", .unknownEntity(at: 3)), ("<a>&#xD800;</a>", .unknownEntity(at: 3)),
      ("<a>&#+65;</a>", .unknownEntity(at: 3)), ("<a>& b</a>", .unknownEntity(at: 3)),
      ("<a>&#0;</a>", .illegalCharacter(at: 3)), ("<a>\u{1}</a>", .illegalCharacter(at: 3)),
      ("<a>\u{FFFF}</a>", .illegalCharacter(at: 3)),
      ("<p:a/>", .unboundPrefix("p")), ("<a p:b='1'/>", .unboundPrefix("p")),
      ("<a b='1' b='2'/>", .duplicateAttribute("b")),
    ])
  func fault(text: String, error: XMLError) {
    #expect(throws: error) { try XMLElement(decoding: text) }
    #expect(!error.sentence.isEmpty)
  }

  @Test("Size, depth, elements, attributes and prefixes are bounded")
  func bounds() throws {
    #expect(throws: XMLError.tooLarge(byteCount: 11)) {
      try XMLElement(decoding: "<a>1234</a>", limit: 10)
    }
    _ = try XMLElement(decoding: "<a>1234</a>", limit: 11)
    _ = try XMLElement(decoding: Self.nested(XMLElement.depthLimit))
    #expect(throws: XMLError.tooDeep) {
      try XMLElement(decoding: Self.nested(XMLElement.depthLimit + 1))
    }
    _ = try XMLElement(decoding: Self.siblings(XMLElement.elementLimit - 1))
    #expect(throws: XMLError.tooManyElements) {
      try XMLElement(decoding: Self.siblings(XMLElement.elementLimit))
    }
    _ = try XMLElement(decoding: Self.attributes(XMLElement.attributeLimit))
    #expect(throws: XMLError.tooManyAttributes) {
      try XMLElement(decoding: Self.attributes(XMLElement.attributeLimit + 1))
    }
    #expect(throws: XMLError.tooManyPrefixes) {
      try XMLElement(
        decoding: "<a \(Self.declarations("p", 40))><b \(Self.declarations("q", 40))/></a>")
    }
  }

  @Test("What is written is read again as it was")
  func roundTrip() throws {
    let element = XMLElement(
      "iq", "jabber:client", ["id": "<'\"&>\n\t\r", "xml:lang": "de"],
      [
        XMLElement("query", "urn:q", ["a": "ä🎈"], [XMLElement("deep", "urn:q")], text: "]]> &lt;"),
        XMLElement("none", ""),
      ], text: "x\r\n")
    #expect(try XMLElement(decoding: element.encoded()) == element)
    #expect(try XMLElement(decoding: element.encoded(prefix: "p")) == element)
  }

  @Test("A namespace is declared only where it differs from the parent's")
  func declarations() {
    let element = XMLElement(
      "a", "urn:a", ["b": "1"], [XMLElement("c", "urn:a"), XMLElement("d", "urn:d", text: "t")])
    #expect(element.encoded() == "<a xmlns='urn:a' b='1'><c/><d xmlns='urn:d'>t</d></a>")
    #expect(
      XMLElement("features", "urn:s", [:], [element]).encoded(prefix: "stream")
        == "<stream:features xmlns:stream='urn:s'>\(element.encoded())</stream:features>")
  }

  @Test("Characters and attributes that XML does not have are left out")
  func leftOut() {
    let element = XMLElement(
      "a", "", ["p:q": "1", "xmlns": "x", "b c": "2", "": "3", "ok": "\u{0}4\u{FFFE}"],
      text: "a\u{8}b\u{FFFF}")
    #expect(element.encoded() == "<a ok='4'>ab</a>")
  }

  @Test("Damaged stanzas end in an error or an element, never in a crash")
  func mutations() {
    let samples = [
      "<m xmlns='jabber:client' to='a@b'><body>1 &lt; 2 &#x263A;</body><x xmlns='urn:x'/></m>",
      "<s:f xmlns:s='urn:s'><![CDATA[<&]]><s:b xmlns:s='urn:t'><s:c a=\"b\"/></s:b></s:f>",
    ]
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<10_000 {
      var bytes = Array(samples.randomElement(using: &generator)?.utf8 ?? "".utf8)
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[index] = "<>&;'\"/=: x\u{0}".utf8.randomElement(using: &generator) ?? 0
        case 1: bytes.remove(at: index)
        default: bytes.insert(contentsOf: bytes[index...].prefix(7), at: index)
        }
      }
      guard let element = try? XMLElement(decoding: String(decoding: bytes, as: UTF8.self)) else {
        continue
      }
      #expect((try? XMLElement(decoding: element.encoded()))?.name == element.name)
    }
  }

  private static func nested(_ depth: Int) -> String {
    String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
  }

  private static func siblings(_ count: Int) -> String {
    "<a>" + String(repeating: "<b/>", count: count) + "</a>"
  }

  private static func attributes(_ count: Int) -> String {
    "<a" + (0..<count).map { " n\($0)=''" }.joined() + "/>"
  }

  private static func declarations(_ letter: String, _ count: Int) -> String {
    (0..<count).map { "xmlns:\(letter)\($0)='u'" }.joined(separator: " ")
  }
}
