import Basics
package import Formats
import XMPP

/// What is asked of the focus before a room is entered, and what it says.
///
/// - Source: protocols.md B.2, step 7.
package struct ConferenceRequest: Equatable, Sendable {
  /// The room's bare address.
  package var room: String
  /// 32 hexadecimal digits that are this machine's for as long as the conference lasts.
  package var machineID: String
  /// What an earlier answer gave.
  package var sessionID: String?

  package init(room: String, machineID: String, sessionID: String? = nil) {
    self.room = room
    self.machineID = machineID
    self.sessionID = sessionID
  }

  /// The payload of an `iq` to the focus.
  package func element() -> XMLElement {
    var element = XMLElement(
      "conference", XMPPNamespace.jitsiFocus, ["room": room, "machine-uid": machineID],
      [
        XMLElement(
          "property", XMPPNamespace.jitsiFocus, ["name": "rtcstatsEnabled", "value": "false"])
      ])
    element["session-id"] = sessionID
    return element
  }

  /// The body of a request by HTTP.
  package func json() -> JSONValue {
    .members([
      "room": .string(room), "machineUid": .string(machineID),
      "properties": ["rtcstatsEnabled": false],
      "sessionId": sessionID.map { .string($0) },
    ])
  }
}

/// What the focus says to a ``ConferenceRequest``.
package struct ConferenceReply: Equatable, Sendable {
  /// Whether the room may be entered now.
  package var isReady: Bool
  /// Who the focus is, beside its place in the room.
  package var focus: String?
  package var sessionID: String?
  /// Another part of the server that the conference has been moved to; not followed.
  package var node: String?

  /// Reads the payload of the focus's answer; `nil` if it is another.
  package init?(decoding element: XMLElement) {
    guard element.name == "conference", element.namespace == XMPPNamespace.jitsiFocus else {
      return nil
    }
    isReady = element["ready"] == "true"
    focus = element["focusjid"]
    sessionID = element["session-id"]
    node = element["vnode"]
  }

  /// Reads the body of an answer by HTTP; `nil` if it is another.
  package init?(decoding value: JSONValue) {
    guard let isReady = value["ready"]?.boolean else { return nil }
    self.isReady = isReady
    focus = value["focusJid"]?.string
    sessionID = value["sessionId"]?.string
    node = value["vnode"]?.string
  }
}
