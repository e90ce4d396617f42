import Basics
import Calling
import Formats
import XMPP

/// Who is in the room, and what they do and say.
extension JitsiConference {
  /// Takes a stanza that is no answer.
  mutating func take(_ stanza: XMLElement, at now: Instant) {
    if stanza.isRequest {
      switch stanza.payload?.namespace {
      case XMPPNamespace.jingle?: takeJingle(stanza, at: now)
      case XMPPNamespace.jitsiAudio?: takeMute(stanza)
      default: send(stanza.refusal(StanzaError(.serviceUnavailable)))
      }
      return
    }
    if takeInLobby(stanza, at: now) { return }
    perform(room?.receive(stanza, at: now) ?? [], at: now)
  }

  /// Does what the room wants.
  ///
  /// - Parameter now: `nil` after a verb that needs no time, since such a verb only sends.
  mutating func perform(_ effects: [MultiUserRoom.Effect], at now: Instant?) {
    for effect in effects {
      if case .send(let stanza) = effect { send(stanza) }
      guard let now, state != .ended else { continue }
      switch effect {
      case .send: break
      case .joined(let isNew): entered(isNew: isNew, at: now)
      case .refused(let refusal): refused(refusal, at: now)
      case .occupant(let occupant): changed(occupant)
      case .left(let nick): left(nick)
      case .removed(let removal): removed(removal)
      case .message(let nick, let text): said(text, by: nick)
      }
    }
  }

  private mutating func changed(_ occupant: MultiUserRoom.Occupant) {
    guard !occupant.isSelf, occupant.nick != Self.focusNick else { return }
    let peer = JitsiPeer(endpoint: occupant.nick, presence: occupant.presence)
    if members.set(occupant.nick, peer) { showMembers() }
  }

  private mutating func left(_ nick: String) {
    guard members.remove(nick) else { return }
    showMembers()
    if members.isEmpty, state == .inside { add(.notice("All others have left the conference.")) }
  }

  private mutating func removed(_ removal: MultiUserRoom.Removal) {
    let words = { (reason: String?) in
      let words = HarmlessText.line(reason ?? "", limit: 120)
      return words.isEmpty ? "." : ": \(words)".asSentence
    }
    switch removal {
    case .kicked(let actor, let reason):
      let by = actor.map { " by \(HarmlessText.line(members.name(of: $0), limit: 60))" } ?? ""
      end(.signalingFailed("Removed from the conference\(by)\(words(reason))"))
    case .banned(let reason):
      end(.signalingFailed("Banned from the conference\(words(reason))"))
    case .membersOnly:
      end(.signalingFailed("The conference was closed to all but its members."))
    case .destroyed:
      end(.remoteHungUp)
    case .closed:
      end(.signalingFailed("The server ended the conference."))
    }
  }

  private mutating func said(_ text: String, by nick: String) {
    guard nick != endpoint, !text.isEmpty else { return }
    add(.message(from: members.name(of: nick), text: String(text.prefix(Self.messageLimit))))
  }

  /// A moderator mutes us. The microphone is never opened from afar.
  private mutating func takeMute(_ stanza: XMLElement) {
    guard let mute = stanza.payload, mute.name == "mute", stanza["type"] == "set",
      isFocus(stanza.from)
    else { return send(stanza.refusal(StanzaError(.forbidden))) }
    send(stanza.result())
    guard mute.text.split(whereSeparator: \.isWhitespace).first != "false", !isMuted else { return }
    isMuted = true
    showPresence()
    let moderator = mute["actor"].flatMap { JID($0)?.resource }
    add(.muted(by: moderator.map { members.name(of: $0) }))
  }

  /// Whether that is the one who arranges this conference.
  func isFocus(_ jid: JID?) -> Bool {
    guard let jid, let room = room?.room else { return false }
    return jid.bare == room && jid.resource == Self.focusNick
  }

  /// What the focus is called in every room.
  static let focusNick = "focus"
  /// Characters of a line of chat at most.
  private static let messageLimit = 2_000
}
