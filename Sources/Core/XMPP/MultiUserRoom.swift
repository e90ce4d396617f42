package import Basics
package import Formats

/// One's presence in a room of several.
///
///             join                 self-presence
///     outside ────▶ joining(until) ─────────────▶ inside
///        ▲              │ refused, no answer         │ left, kicked, room destroyed
///        └──────────────┴────────────────────────────┘
///
/// The owner passes on the room's stanzas, sends what is to be sent, and joins anew after a stream
/// that was not resumed.
///
/// - Bound: ``occupantLimit`` occupants; more are not told of.
/// - Source: XEP-0045.
package struct MultiUserRoom: Equatable, Sendable {
  package enum State: Equatable, Sendable {
    case outside
    case joining(until: Instant)
    case inside
  }

  /// What the owner must do or know, in order.
  package enum Effect: Equatable, Sendable {
    case send(XMLElement)
    /// We are in, and all who were there before have been told of.
    case joined(isNew: Bool)
    case refused(Refusal)
    /// Somebody came in or sent a new presence.
    case occupant(Occupant)
    case left(nick: String)
    /// We are not in any more, without having left.
    case removed(Removal)
    case message(nick: String, text: String)
  }

  /// Somebody in the room.
  package struct Occupant: Equatable, Sendable {
    package var nick: String
    /// The real address, where the room tells it.
    package var jid: JID?
    package var affiliation: String
    package var role: String
    /// As it was sent: protocols on top put their own elements in.
    package var presence: XMLElement
    package var isSelf: Bool

    package var isModerator: Bool { role == "moderator" }
  }

  /// Why one was not let in (XEP-0045 §7.2).
  package enum Refusal: Equatable, Sendable {
    /// `not-authorized`: the password is missing or wrong.
    case passwordNeeded
    /// `registration-required`: members only, or a waiting room, of which protocols on top may say more
    /// in the whole answer.
    case membersOnly(StanzaError, answer: XMLElement)
    /// `forbidden`.
    case banned
    /// `not-allowed`: rooms may not be made, or the nick is not one that the room takes.
    case notAllowed(StanzaError)
    /// `service-unavailable`: the room is full.
    case full
    /// `conflict`: the nick is taken.
    case nickTaken
    /// `resource-constraint`.
    case busy
    case noAnswer
    case other(StanzaError)

    /// For a person, saying what to do.
    package var sentence: String {
      switch self {
      case .passwordNeeded: "The room has a password, and it is missing or wrong."
      case .membersOnly: "The room lets in only its members; ask its host to be let in."
      case .banned: "The room does not let this account in."
      case .notAllowed(let error): "The room cannot be entered. \(error.sentence)"
      case .full: "The room is full; try again later."
      case .nickTaken: "Somebody of that name is in the room already."
      case .busy: "The server has no room for another participant; try again later."
      case .noAnswer: "The room did not answer in time."
      case .other(let error): "The room cannot be entered. \(error.sentence)"
      }
    }
  }

  /// How one was put out.
  package enum Removal: Equatable, Sendable {
    /// 307, by somebody if that was told, with their words.
    case kicked(by: String?, reason: String?)
    /// 301.
    case banned(reason: String?)
    /// 321, 322: the room lets in only members now.
    case membersOnly
    case destroyed(reason: String?)
    /// 332, or anything else.
    case closed
  }

  /// The bare address.
  package let room: JID
  package private(set) var nick: String
  package private(set) var state: State = .outside
  /// By nick, oneself included.
  package private(set) var occupants: [String: Occupant] = [:]
  private var password: String?
  private var extras: [XMLElement]

  /// - Parameters:
  ///   - room: its bare address.
  ///   - nick: the name in the room, fit to be a resource.
  ///   - extras: what goes into every presence beside the room's own.
  /// - Returns: `nil` if the nick cannot be part of an address.
  package init?(room: JID, nick: String, password: String? = nil, extras: [XMLElement] = []) {
    guard room.with(resource: nick) != nil else { return nil }
    self.room = room.bare
    self.nick = nick
    self.password = password
    self.extras = extras
  }

  // MARK: Verbs

  /// Asks to be let in; also anew, after the stream was lost.
  package mutating func join(at now: Instant) -> [Effect] {
    occupants = [:]
    state = .joining(until: now.advanced(by: Self.joinTime))
    var entry = XMLElement("x", XMPPNamespace.muc)
    if let password {
      entry.append(XMLElement("password", XMPPNamespace.muc, text: password))
    }
    // What was said before one came is nobody's concern.
    entry.append(XMLElement("history", XMPPNamespace.muc, ["maxstanzas": "0"]))
    return [.send(presence([entry] + extras))]
  }

  /// Replaces what goes into every presence, and tells the room if one is in it.
  package mutating func update(_ extras: [XMLElement]) -> [Effect] {
    self.extras = extras
    switch state {
    case .inside: return [.send(presence(extras))]
    case .outside, .joining: return []  // It goes with the next join.
    }
  }

  /// Says something to all.
  package func say(_ text: String) -> [Effect] {
    switch state {
    case .inside: [.send(.message(to: room, type: "groupchat", body: text))]
    case .outside, .joining: []  // Nobody would hear it.
    }
  }

  package mutating func leave() -> [Effect] {
    switch state {
    case .outside: return []  // One is not in.
    case .joining, .inside:
      reset()
      return [.send(presence([], type: "unavailable"))]
    }
  }

  /// Takes a stanza of the room.
  ///
  /// - Returns: `nil` for a stanza that is not this room's to deal with.
  package mutating func receive(_ stanza: XMLElement, at now: Instant) -> [Effect]? {
    guard let from = stanza.from, from.bare == room else { return nil }
    switch (stanza.name, state) {
    case ("presence", .joining), ("presence", .inside):
      return receive(presence: stanza, from: from)
    case ("presence", .outside):
      return []  // Still under way when we left.
    case ("message", .inside):
      guard stanza["type"] == "groupchat", let nick = from.resource,
        let text = stanza.child("body")?.text, stanza.child("delay", XMPPNamespace.delay) == nil
      else { return nil }
      return [.message(nick: nick, text: text)]
    default:
      return nil
    }
  }

  package var deadline: Instant? {
    switch state {
    case .joining(let until): until
    case .outside, .inside: nil
    }
  }

  package mutating func expire(at now: Instant) -> [Effect] {
    switch state {
    case .joining(let until) where now >= until:
      reset()
      return [.send(presence([], type: "unavailable")), .refused(.noAnswer)]
    case .joining, .outside, .inside:
      return []
    }
  }

  // MARK: Presence

  private mutating func receive(presence: XMLElement, from: JID) -> [Effect] {
    if let error = presence.stanzaError {
      return receive(error, in: presence, nick: from.resource)
    }
    guard let nick = from.resource else { return [] }
    let user = presence.child("x", XMPPNamespace.mucUser)
    let codes = Set(user?.children("status").compactMap { $0["code"] } ?? [])
    let isSelf = codes.contains("110") || nick == self.nick
    if presence["type"] == "unavailable" {
      return isSelf
        ? removed(user, codes)
        : occupants.removeValue(forKey: nick).map { [.left(nick: $0.nick)] } ?? []
    }
    guard presence["type"] == nil else { return [] }
    let item = user?.child("item")
    let occupant = Occupant(
      nick: nick, jid: item?["jid"].flatMap { JID($0) },
      affiliation: item?["affiliation"] ?? "none",
      role: item?["role"] ?? "none", presence: presence, isSelf: isSelf)
    guard occupants[nick] != nil || occupants.count < Self.occupantLimit || isSelf else {
      return []
    }
    occupants[nick] = occupant
    guard codes.contains("110"), case .joining = state else { return [.occupant(occupant)] }
    // The room may have changed the nick (210).
    self.nick = nick
    state = .inside
    return [.occupant(occupant), .joined(isNew: codes.contains("201"))]
  }

  private mutating func receive(
    _ error: StanzaError, in presence: XMLElement, nick: String?
  ) -> [Effect] {
    guard nick == nil || nick == self.nick, case .joining = state else { return [] }
    reset()
    let refusal: Refusal =
      switch error.condition {
      case .notAuthorized: .passwordNeeded
      case .registrationRequired: .membersOnly(error, answer: presence)
      case .forbidden: .banned
      case .notAllowed: .notAllowed(error)
      case .serviceUnavailable: .full
      case .conflict: .nickTaken
      case .resourceConstraint: .busy
      default: .other(error)
      }
    return [.refused(refusal)]
  }

  private mutating func removed(_ user: XMLElement?, _ codes: Set<String>) -> [Effect] {
    // 303: the same person goes on under another nick.
    if codes.contains("303"), let nick = user?.child("item")?["nick"],
      room.with(resource: nick) != nil
    {
      occupants[self.nick] = nil
      self.nick = nick
      return []
    }
    reset()
    let item = user?.child("item")
    let reason = item?.child("reason")?.text
    if let destroyed = user?.child("destroy") {
      return [.removed(.destroyed(reason: destroyed.child("reason")?.text))]
    }
    if codes.contains("301") { return [.removed(.banned(reason: reason))] }
    if codes.contains("307") {
      let remover = item?.child("actor")
      return [.removed(.kicked(by: remover?["nick"] ?? remover?["jid"], reason: reason))]
    }
    if !codes.isDisjoint(with: ["321", "322"]) { return [.removed(.membersOnly)] }
    return [.removed(.closed)]
  }

  private mutating func reset() {
    state = .outside
    occupants = [:]
  }

  private func presence(_ children: [XMLElement], type: String? = nil) -> XMLElement {
    .presence(to: room.with(resource: nick), type: type, children)
  }

  /// How long the room may take to let one in.
  package static let joinTime: Duration = .seconds(15)
  /// Occupants at most.
  package static let occupantLimit = 500
}
