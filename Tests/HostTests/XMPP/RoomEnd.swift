import Basics
import Formats
import LoopGLib
import Testing
import XMPP

/// Somebody in a room of a real server, and what was told of it.
final class RoomEnd {
  var room: MultiUserRoom
  private(set) var told: [MultiUserRoom.Effect] = []
  private let end: StreamEnd
  private var seen = 0

  init(
    _ end: StreamEnd, nick: String, password: String? = nil, extras: [XMLElement] = []
  ) throws {
    self.end = end
    seen = end.told.count
    let room = try #require(JID("meeting@\(Prosody.rooms)"))
    self.room = try #require(
      MultiUserRoom(room: room, nick: nick, password: password, extras: extras))
  }

  func join() { perform(room.join(at: .now)) }

  func perform(_ effects: [MultiUserRoom.Effect]) {
    for effect in effects {
      if case .send(let stanza) = effect { end.send(stanza) } else { told.append(effect) }
    }
  }

  /// Waits until the room has told something.
  func first<Value>(_ pick: (MultiUserRoom.Effect) -> Value?) async -> Value? {
    await end.first(checking: {
      for effect in end.told[seen...] {
        if case .stanza(let stanza) = effect { perform(room.receive(stanza, at: .now) ?? []) }
      }
      seen = end.told.count
      return told.lazy.compactMap(pick).last
    })
  }

  /// What makes a new room ready as it is (XEP-0045 §10.1.2).
  static let instantRoom = XMLElement(
    "query", XMPPNamespace.mucOwner, [:],
    [XMLElement("x", XMPPNamespace.dataForms, ["type": "submit"])])

  static func settings(password: String? = nil, membersOnly: Bool = false) -> XMLElement {
    let field = { (name: String, value: String) in
      XMLElement(
        "field", XMPPNamespace.dataForms, ["var": name],
        [XMLElement("value", XMPPNamespace.dataForms, text: value)])
    }
    let form = XMLElement(
      "x", XMPPNamespace.dataForms, ["type": "submit"],
      [
        field("FORM_TYPE", "http://jabber.org/protocol/muc#roomconfig"),
        field("muc#roomconfig_passwordprotectedroom", password == nil ? "0" : "1"),
        field("muc#roomconfig_roomsecret", password ?? ""),
        field("muc#roomconfig_membersonly", membersOnly ? "1" : "0"),
      ])
    return XMLElement("query", XMPPNamespace.mucOwner, [:], [form])
  }

  static func kick(_ nick: String, reason: String) -> XMLElement {
    XMLElement(
      "query", XMPPNamespace.mucAdmin, [:],
      [
        XMLElement(
          "item", XMPPNamespace.mucAdmin, ["nick": nick, "role": "none"],
          [XMLElement("reason", XMPPNamespace.mucAdmin, text: reason)])
      ])
  }
}
