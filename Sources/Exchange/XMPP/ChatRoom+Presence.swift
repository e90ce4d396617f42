import Formats
import XMPP

/// What a room says of its occupants.
extension ChatRoom {
  /// An occupant's presence, as another is told it.
  func presence(of occupant: Occupant, to other: Occupant, codes: [String] = []) -> XMLElement {
    var item = Self.item(isModerator: occupant.isModerator)
    // Rooms of conferences are half anonymous: who moderates sees addresses.
    if other.isModerator || other.nick == occupant.nick {
      item["jid"] = occupant.jid.description
    }
    let user = Self.user([item], codes: codes)
    return presence(from: occupant.nick, to: other.jid, occupant.extras + [user])
  }

  func servicePresence(of service: Service, to other: JID) -> XMLElement {
    var item = Self.item(isModerator: true)
    item["jid"] = service.jid.description
    return presence(from: service.nick, to: other, [Self.user([item])])
  }

  func goodbye(
    of occupant: Occupant, to other: JID, codes: [String], reason: XMLElement? = nil,
    by moderator: String? = nil
  ) -> XMLElement {
    var item = XMLElement(
      "item", XMPPNamespace.mucUser, ["affiliation": "none", "role": "none"])
    if let moderator {
      item.append(XMLElement("actor", XMPPNamespace.mucUser, ["nick": moderator]))
    }
    if let reason {
      item.append(XMLElement("reason", XMPPNamespace.mucUser, text: reason.text))
    }
    return presence(
      from: occupant.nick, to: other, [Self.user([item], codes: codes)], type: "unavailable")
  }

  func refuse(
    _ presence: XMLElement, _ condition: StanzaError.Condition, _ text: String, to sender: JID
  ) -> Effect {
    .send(to: sender, presence.refusal(StanzaError(condition, text: text)))
  }

  private func presence(
    from nick: String, to other: JID, _ children: [XMLElement], type: String? = nil
  ) -> XMLElement {
    var presence = XMLElement.presence(to: other, type: type, children)
    presence["from"] = jid.with(resource: nick)?.description
    return presence
  }

  private static func item(isModerator: Bool) -> XMLElement {
    XMLElement(
      "item", XMPPNamespace.mucUser,
      [
        "affiliation": isModerator ? "owner" : "none",
        "role": isModerator ? "moderator" : "participant",
      ])
  }

  private static func user(_ items: [XMLElement], codes: [String] = []) -> XMLElement {
    XMLElement(
      "x", XMPPNamespace.mucUser, [:],
      items + codes.map { XMLElement("status", XMPPNamespace.mucUser, ["code": $0]) })
  }
}
