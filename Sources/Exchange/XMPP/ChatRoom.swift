import Basics
import Formats
import XMPP

/// One multi-user room (XEP-0045), as conferences need it: no history, nobody hidden, no voice to be
/// asked for, the oldest is the moderator.
///
/// - Bound: ``occupantLimit`` occupants; a presence's extras ``extraByteLimit`` bytes.
struct ChatRoom: Equatable, Sendable {
  struct Occupant: Equatable, Sendable {
    let nick: String
    let jid: JID
    var isModerator: Bool
    /// What came with the latest presence, beside the room's own words.
    var extras: [XMLElement]
  }

  struct Service: Equatable, Sendable {
    let nick: String
    let jid: JID
  }

  /// What the room's owner must do, in order.
  enum Effect: Equatable, Sendable {
    case send(to: JID, XMLElement)
    case entered(Occupant)
    case left(Occupant)
  }

  /// Bare.
  let jid: JID
  /// In the order in which they came.
  private(set) var occupants: [Occupant] = []
  /// An occupant that nobody sees as a person, once it has come.
  private(set) var service: Service?
  /// Asked of whoever comes; set by a moderator, or by the first who comes with one.
  private(set) var password: Secret?
  /// Whether nobody else may come.
  private(set) var isLocked = false
  private let occupantLimit: Int

  init(_ jid: JID, occupantLimit: Int = Self.occupantLimit) {
    self.jid = jid.bare
    self.occupantLimit = occupantLimit
  }

  // MARK: Queries

  func occupant(_ nick: String) -> Occupant? { occupants.first { $0.nick == nick } }
  func occupant(of jid: JID) -> Occupant? { occupants.first { $0.jid == jid } }

  // MARK: Presence

  /// Somebody comes, changes or leaves.
  mutating func take(presence: XMLElement, from sender: JID) -> [Effect] {
    switch presence["type"] {
    case nil: break
    case "unavailable": return leave(sender)
    default: return []  // Errors of clients, and subscriptions, which rooms do not have.
    }
    guard let nick = presence.to?.resource, Self.isNick(nick) else {
      return [refuse(presence, .notAllowed, "Invalid resource", to: sender)]
    }
    let extras = presence.children.filter {
      $0.namespace != XMPPNamespace.muc && $0.namespace != XMPPNamespace.mucUser
    }
    let size = extras.reduce(0) { $0 + $1.encoded().utf8.count }
    guard extras.count <= Self.extraLimit, size <= Self.extraByteLimit else {
      return [refuse(presence, .notAcceptable, "The presence is too large.", to: sender)]
    }
    if let index = occupants.firstIndex(where: { $0.jid == sender }) {
      guard occupants[index].nick == nick else {
        return [refuse(presence, .notAllowed, "The nick cannot be changed.", to: sender)]
      }
      occupants[index].extras = extras
      return announce(occupants[index])
    }
    if let refusal = refusal(of: presence, nick) {
      return [.send(to: sender, presence.refusal(refusal))]
    }
    return enter(
      Occupant(nick: nick, jid: sender, isModerator: occupants.isEmpty, extras: extras),
      presence)
  }

  /// Why somebody may not come in; `nil` when it may.
  private func refusal(of presence: XMLElement, _ nick: String) -> StanzaError? {
    guard nick != service?.nick, occupant(nick) == nil else {
      return StanzaError(.conflict, text: "The nick is taken.")
    }
    guard occupants.count < occupantLimit else {
      return StanzaError(.serviceUnavailable, text: "The room is full.")
    }
    if isLocked, !occupants.isEmpty {
      return StanzaError(.registrationRequired, text: "The room is closed to newcomers.")
    }
    guard password == nil || occupants.isEmpty || password == Self.password(in: presence) else {
      return StanzaError(.notAuthorized, text: "The room asks for its password.")
    }
    return nil
  }

  private mutating func enter(_ newcomer: Occupant, _ presence: XMLElement) -> [Effect] {
    let isFirst = occupants.isEmpty
    if isFirst {
      password = Self.password(in: presence)
      isLocked = false
    }
    var effects: [Effect] = []
    if let service {
      effects.append(.send(to: newcomer.jid, servicePresence(of: service, to: newcomer.jid)))
    }
    for other in occupants {
      effects.append(.send(to: newcomer.jid, self.presence(of: other, to: newcomer)))
    }
    occupants.append(newcomer)
    for other in occupants.dropLast() {
      effects.append(.send(to: other.jid, self.presence(of: newcomer, to: other)))
    }
    let codes = isFirst && service == nil ? ["110", "201"] : ["110"]
    effects.append(
      .send(to: newcomer.jid, self.presence(of: newcomer, to: newcomer, codes: codes)))
    // The subject says that everything has been told (XEP-0045 §7.2.15).
    var subject = XMLElement.message(to: newcomer.jid, type: "groupchat")
    subject["from"] = jid.description
    subject.append(XMLElement("subject", XMPPNamespace.client))
    effects.append(.send(to: newcomer.jid, subject))
    return effects + [.entered(newcomer)]
  }

  /// Tells everybody how somebody is now.
  private func announce(_ occupant: Occupant) -> [Effect] {
    occupants.map { other in
      let codes = other.nick == occupant.nick ? ["110"] : []
      return .send(to: other.jid, presence(of: occupant, to: other, codes: codes))
    }
  }

  /// The service comes; once.
  mutating func admit(_ service: Service) -> [Effect] {
    guard self.service == nil else { return [] }
    self.service = service
    return occupants.map { .send(to: $0.jid, servicePresence(of: service, to: $0.jid)) }
  }

  /// Somebody goes, or its session has ended.
  mutating func leave(_ sender: JID) -> [Effect] {
    guard let occupant = occupant(of: sender) else { return [] }
    return remove(occupant, codes: [])
  }

  private mutating func remove(
    _ occupant: Occupant, codes: [String], reason: XMLElement? = nil, by moderator: String? = nil
  ) -> [Effect] {
    var effects: [Effect] = occupants.map { other in
      let own = other.nick == occupant.nick ? ["110"] : []
      return .send(
        to: other.jid,
        goodbye(of: occupant, to: other.jid, codes: own + codes, reason: reason, by: moderator))
    }
    occupants.removeAll { $0.nick == occupant.nick }
    if let heir = occupants.indices.first, !occupants.contains(where: \.isModerator) {
      occupants[heir].isModerator = true
      effects += announce(occupants[heir])
    }
    return effects + [.left(occupant)]
  }

  // MARK: Messages

  /// Something said to all, or to one.
  func take(message: XMLElement, from sender: JID) -> [Effect] {
    guard message["type"] != "error" else { return [] }
    guard let occupant = occupant(of: sender) else {
      return [.send(to: sender, message.refusal(StanzaError(.notAcceptable)))]
    }
    var message = message
    message["from"] = jid.with(resource: occupant.nick)?.description
    if let nick = message.to?.resource {
      guard message["type"] != "groupchat", let other = self.occupant(nick) else {
        return [.send(to: sender, message.refusal(StanzaError(.itemNotFound)))]
      }
      message["to"] = other.jid.description
      return [.send(to: other.jid, message)]
    }
    guard message["type"] == "groupchat" else {
      return [.send(to: sender, message.refusal(StanzaError(.badRequest)))]
    }
    return occupants.map { other in
      var copy = message
      copy["to"] = other.jid.description
      return .send(to: other.jid, copy)
    }
  }

  // MARK: Moderation

  /// A request of muc#admin or muc#owner; `nil` for one that is about something else.
  mutating func take(request: XMLElement, from sender: JID) -> [Effect]? {
    guard let query = request.payload, query.name == "query",
      query.namespace == XMPPNamespace.mucAdmin || query.namespace == XMPPNamespace.mucOwner
    else { return nil }
    guard occupant(of: sender)?.isModerator == true else {
      return [.send(to: sender, request.refusal(StanzaError(.forbidden)))]
    }
    let isSet = request["type"] == "set"
    if query.namespace == XMPPNamespace.mucAdmin {
      guard isSet, let effects = moderate(query, by: sender) else {
        return [.send(to: sender, request.refusal(StanzaError(.badRequest)))]
      }
      return [.send(to: sender, request.result())] + effects
    }
    if let destruction = query.child("destroy"), isSet {
      return [.send(to: sender, request.result())] + destroy(destruction)
    }
    guard isSet else { return [.send(to: sender, request.result(configurationForm))] }
    configure(query)
    return [.send(to: sender, request.result())]
  }

  /// Puts somebody out (role `none`) or makes somebody a moderator.
  private mutating func moderate(_ query: XMLElement, by sender: JID) -> [Effect]? {
    guard let item = query.child("item"),
      let target = item["nick"].flatMap(occupant)
        ?? item["jid"].flatMap({ JID($0) }).flatMap(occupant(of:))
    else { return nil }
    if item["role"] == "none" {
      return remove(
        target, codes: ["307"], reason: item.child("reason"), by: occupant(of: sender)?.nick)
    }
    guard item["role"] == "moderator" || item["affiliation"] == "owner",
      let index = occupants.firstIndex(where: { $0.nick == target.nick })
    else { return nil }
    occupants[index].isModerator = true
    return announce(occupants[index])
  }

  private mutating func configure(_ query: XMLElement) {
    let fields = query.child("x", XMPPNamespace.dataForms)?.children("field") ?? []
    let value = { (name: String) -> String? in
      fields.first { $0["var"] == "muc#roomconfig_\(name)" }.map { $0.child("value")?.text ?? "" }
    }
    if let secret = value("roomsecret"), secret.utf8.count <= Self.passwordByteLimit {
      password = secret.isEmpty ? nil : Secret(secret)
    }
    if let isProtected = value("passwordprotectedroom"), !Self.isTrue(isProtected) {
      password = nil
    }
    if let isLocked = value("membersonly") { self.isLocked = Self.isTrue(isLocked) }
  }

  private var configurationForm: XMLElement {
    let field = { (name: String, type: String, value: String) in
      XMLElement(
        "field", XMPPNamespace.dataForms, ["var": name, "type": type],
        [XMLElement("value", XMPPNamespace.dataForms, text: value)])
    }
    let form = XMLElement(
      "x", XMPPNamespace.dataForms, ["type": "form"],
      [
        field("FORM_TYPE", "hidden", "http://jabber.org/protocol/muc#roomconfig"),
        field("muc#roomconfig_roomsecret", "text-private", password?.exposed ?? ""),
        field("muc#roomconfig_passwordprotectedroom", "boolean", password == nil ? "0" : "1"),
        field("muc#roomconfig_membersonly", "boolean", isLocked ? "1" : "0"),
        field("muc#roomconfig_whois", "list-single", "anyone"),
      ])
    return XMLElement("query", XMPPNamespace.mucOwner, [:], [form])
  }

  /// Ends the room for everybody (XEP-0045 §10.9).
  ///
  /// - Parameter destruction: what everybody is told, with a reason or another room.
  mutating func destroy(_ destruction: XMLElement) -> [Effect] {
    let gone = occupants
    occupants = []
    // Told in a request of another namespace.
    let words = XMLElement(
      "destroy", XMPPNamespace.mucUser, destruction.attributes,
      destruction.child("reason").map {
        [XMLElement("reason", XMPPNamespace.mucUser, text: $0.text)]
      } ?? [])
    return gone.flatMap { occupant -> [Effect] in
      var goodbye = goodbye(of: occupant, to: occupant.jid, codes: ["110"])
      goodbye.nodes = goodbye.nodes.map { node in
        guard case .element(var x) = node, x.namespace == XMPPNamespace.mucUser else { return node }
        x.append(words)
        return .element(x)
      }
      return [.send(to: occupant.jid, goodbye), .left(occupant)]
    }
  }

  // MARK: Bounds and rules

  /// Letters, digits and underscores, as conferences name their endpoints (protocols.md B.3).
  private static func isNick(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: "_")
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  private static func password(in presence: XMLElement) -> Secret? {
    let text = presence.child("x", XMPPNamespace.muc)?.child("password")?.text ?? ""
    return text.isEmpty || text.utf8.count > passwordByteLimit ? nil : Secret(text)
  }

  private static func isTrue(_ text: String) -> Bool { text == "1" || text == "true" }

  static let occupantLimit = 100
  static let extraLimit = 64
  static let extraByteLimit = 16 << 10
  private static let passwordByteLimit = 256
}
