import Basics
import Formats
import Transport
import XMPP

/// What the exchange remembers of its conferences.
struct JitsiState: Equatable, Sendable {
  var server = XMPPServer(
    XMPPServerSettings(
      domain: JitsiDomain.main, mechanisms: [.anonymous],
      info: DiscoInfo(
        identities: [.init(category: "server", type: "im", name: "Tipring")],
        features: [
          XMPPNamespace.discoInfo, XMPPNamespace.discoItems, XMPPNamespace.ping,
          XMPPNamespace.externalServices, XMPPNamespace.externalServices1,
        ])))
  /// By the node of the room's address.
  var rooms: [String: JitsiRoom] = [:]
  /// The room of each leg.
  var roomOfLeg: [String: String] = [:]

  var deadline: Instant? {
    ([server.deadline] + rooms.values.flatMap { [$0.focus.deadline, $0.emptyUntil] })
      .compactMap { $0 }.min()
  }
}

/// One conference: its room, and the focus in it.
struct JitsiRoom: Equatable, Sendable {
  var chat: ChatRoom
  var focus: ConferenceFocus
  /// When a room is given up that nobody has come into.
  var emptyUntil: Instant?

  init(_ jid: JID, occupantLimit: Int) {
    chat = ChatRoom(jid, occupantLimit: occupantLimit)
    focus = ConferenceFocus(room: jid)
  }
}

/// The names under which conferences are found; those that Jitsi's own containers have, so that clients
/// which guess guess right.
enum JitsiDomain {
  static let main = "meet.jitsi"
  static let rooms = "muc.meet.jitsi"
  static let focus = "focus.meet.jitsi"
  static let focusUser = "focus@auth.meet.jitsi"

  /// The address of a room by its name or its address, in lower case.
  static func room(_ text: String) -> JID? {
    guard text.utf8.count <= 512 else { return nil }
    guard text.utf8.contains(UInt8(ascii: "@")) else { return JID(node: text, domain: rooms) }
    guard let jid = JID(text), jid.isBare, jid.node != nil, jid.domain == rooms else { return nil }
    return jid
  }
}

extension Exchange {
  /// How many people are in a conference.
  ///
  /// - Parameter name: as in the conference's URL.
  func conferenceCount(_ name: String) -> Int {
    JitsiDomain.room(name)?.node.flatMap { jitsi.rooms[$0]?.chat.occupants.count } ?? 0
  }
}
