import Basics
import Calling
import Formats
import XMPP

/// The waiting room before a room: a room of its own, in which one sits until a moderator lets one in or
/// sends one away.
///
/// - Source: protocols.md B.8, and what lib-jitsi-meet does.
extension JitsiConference {
  /// Where a room that lets in only members says that one can wait.
  static func lobby(in answer: XMLElement) -> JID? {
    let element = answer.child("lobbyroom") ?? answer.child("error")?.child("lobbyroom")
    return element.flatMap { JID($0.text) }?.bare
  }

  /// Sits down to wait.
  mutating func enterLobby(_ address: JID, at now: Instant) {
    // The moderators are shown the name, and nothing of the conference's own is said there.
    guard
      var lobby = MultiUserRoom(
        room: address, nick: endpoint,
        extras: [XMLElement("nick", XMPPNamespace.nick, text: settings.displayName)])
    else { return end(.signalingFailed("The room's waiting room cannot be entered.")) }
    state = .inLobby
    timers[.givingUp] = now.advanced(by: Self.lobbyTime)
    let effects = lobby.join(at: now)
    self.lobby = lobby
    perform(inLobby: effects, at: now)
  }

  /// Takes a stanza that may be about the waiting.
  ///
  /// - Returns: whether it was.
  mutating func takeInLobby(_ stanza: XMLElement, at now: Instant) -> Bool {
    guard state == .inLobby, lobby != nil else { return false }
    if stanza.name == "message", stanza.from?.bare == roomAddress,
      let words = stanza.child("x", XMPPNamespace.mucUser), words.child("invite") != nil
    {
      letIn(password: words.child("password")?.text, at: now)
      return true
    }
    guard let effects = lobby?.receive(stanza, at: now) else { return false }
    perform(inLobby: effects, at: now)
    return true
  }

  mutating func perform(inLobby effects: [MultiUserRoom.Effect], at now: Instant?) {
    for effect in effects {
      if case .send(let stanza) = effect { send(stanza) }
      guard let now, state == .inLobby else { continue }
      switch effect {
      case .send, .occupant, .left, .message: break  // Of others who wait.
      case .joined: add(.notice("Waiting to be let in by the conference's host."))
      case .refused(let refusal): end(.signalingFailed(refusal.sentence))
      case .removed(.kicked), .removed(.banned):
        end(.declined(reason: "The host did not let you in."))
      case .removed(.destroyed): letIn(password: nil, at: now)  // Nobody has to wait any more.
      case .removed(.membersOnly), .removed(.closed):
        end(.signalingFailed("The server ended the waiting."))
      }
    }
  }

  private mutating func letIn(password: String?, at now: Instant) {
    perform(inLobby: lobby?.leave() ?? [], at: nil)
    timers[.givingUp] = now.advanced(by: Self.settingUpTime)
    join(password: password.flatMap { $0.isEmpty ? nil : $0 }, at: now)
  }

  /// How long one waits at most; a call that is not accepted rings out before.
  static let lobbyTime: Duration = .seconds(600)
}
