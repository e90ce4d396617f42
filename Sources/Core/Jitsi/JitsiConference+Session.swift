import Basics
import Calling
import Formats
import SDP
import XMPP

/// The sessions of sound that the focus offers, changes and withdraws.
extension JitsiConference {
  /// Takes a request about a session.
  mutating func takeJingle(_ stanza: XMLElement, at now: Instant) {
    guard let payload = stanza.payload, let from = stanza.from else {
      return send(stanza.refusal(StanzaError(.badRequest)))
    }
    let message: JingleMessage
    do throws(JingleError) {
      message = try JingleMessage(decoding: payload)
    } catch {
      note(.warning, "A message about the sound was refused: \(error.sentence)")
      return send(stanza.refusal(StanzaError(.badRequest)))
    }
    guard isFocus(from) else { return takePeer(message, in: stanza, from: from, at: now) }
    if message.action == .sessionInitiate {
      return offered(message, in: stanza, from: from, at: now)
    }
    guard session?.id == message.sid else { return send(stanza.unknownSession) }
    send(stanza.result())
    switch message.action {
    case .sourceAdd:
      members.add(message.audioSources)
      showMembers()
    case .sourceRemove:
      members.remove(message.audioSources)
      showMembers()
    case .transportInfo: take(transport: message, at: now)
    case .sessionTerminate: terminated(message.reason, at: now)
    case .sessionInfo, .sessionAccept, .sessionInitiate:
      break  // Told for information, or by one who mistakes the roles.
    }
  }

  /// Another participant wants a path of its own: declined, since the bridge carries all.
  private mutating func takePeer(
    _ message: JingleMessage, in stanza: XMLElement, from: JID, at now: Instant
  ) {
    guard message.action == .sessionInitiate, let room = room?.room, from.bare == room else {
      return send(stanza.unknownSession)
    }
    send(stanza.result())
    terminate(
      JingleMessage(.sessionTerminate, sid: message.sid, initiator: message.initiator),
      .init("decline"), to: from, at: now)
  }

  private mutating func offered(
    _ offer: JingleMessage, in stanza: XMLElement, from: JID, at now: Instant
  ) {
    send(stanza.result())
    guard session?.id != offer.sid else { return }  // Delivered twice.
    dropSession()
    timers[.newSession] = nil
    timers[.restart] = nil
    do throws(JingleRefusal) {
      let description = try offer.offer(version: 1)
      session = JitsiSession(offer, from: from)
      members.setSources(offer.audioSources)
      if offer.startsMuted, !isMuted {
        isMuted = true
        showPresence()
        add(.muted(by: nil))
      }
      add(.described(description))
      showMembers()
    } catch {
      add(.notice(error.sentence))
      terminate(
        JingleMessage(.sessionTerminate, sid: offer.sid, initiator: offer.initiator),
        .init(error.condition, text: error.sentence), to: from, at: now)
    }
  }

  /// The focus withdraws the session: nobody else is there, or another follows.
  private mutating func terminated(_ reason: JingleMessage.Reason?, at now: Instant) {
    let condition = HarmlessText.line(reason?.condition ?? "", limit: 40)
    note(.info, "The conference withdrew its sound: \(condition)".asSentence)
    dropSession()
  }

  /// Forgets the session, if there is one, and tells media so.
  mutating func dropSession() {
    guard session != nil else { return }
    session = nil
    members.setSources([])
    add(.mediaGone)
    showMembers()
  }

  // MARK: Our answer

  /// Sends the answer that media has made.
  mutating func accept(_ description: SessionDescription, at now: Instant) {
    guard let session, state == .inside, let own = stream?.jid else { return }
    let name = session.offer.content(media: "audio")?.name ?? "audio"
    var content: JingleContent
    do throws(JingleError) {
      content = try JingleContent(
        describing: description, name: name, creator: "responder", isOffer: false)
    } catch {
      return note(.error, "Our answer could not be sent. \(error.sentence)")
    }
    if let generation = session.pendingGeneration {
      self.session?.pendingGeneration = nil
      content.transport?.iceGeneration = generation
      guard let transport = content.transport else { return }
      ask("set", to: session.focus, session.message(with: transport).encoded(), at: now)
      return
    }
    // Once accepted, the focus takes no other description.
    guard session.state == .offered else { return }
    if let ssrc = content.description?.sources.first?.ssrc {
      content.description?.sources = [source(ssrc)]
    }
    var message = session.message(.sessionAccept)
    message.responder = own.description
    message.bundle = [name]
    message.contents = [content]
    let id = ask(
      "set", to: session.focus, message.encoded(), timeout: Self.acceptTimeout, at: now)
    if let id, self.session?.id == session.id { self.session?.state = .accepting(request: id) }
  }

  /// Our stream under the name by which all others look for it.
  private mutating func source(_ ssrc: UInt32) -> JingleSource {
    // A name that was used before may still be known in the room.
    trackCount += 1
    let track = Self.hexadecimal(generator.next())
    return JingleSource(
      ssrc: ssrc, name: JitsiPresence.source(of: endpoint),
      msid: "\(endpoint)-audio-0-\(trackCount) \(track)")
  }

  mutating func trickle(_ candidate: Candidate, at now: Instant) {
    guard var session, state == .inside, session.state != .offered,
      session.pendingGeneration == nil, candidate.component == 1,
      let message = session.message(with: candidate)
    else { return }
    self.session = session
    ask("set", to: session.focus, message.encoded(), at: now)
  }

  /// Takes in what became of a request about the session.
  mutating func takeSessionAnswer(_ answer: XMPPStream.Answer, to id: String, at now: Instant) {
    guard case .accepting(id) = session?.state else { return }
    switch answer {
    case .result:
      session?.state = .accepted
    case .refused(let error):
      add(.mediaGone)
      lostPath("The conference did not take our answer. \(error.sentence)", at: now)
    case .timedOut:
      add(.mediaGone)
      lostPath("The conference did not take our answer in time.", at: now)
    case .lost:
      break  // The stream says what follows.
    }
  }

  // MARK: The path

  /// Candidates, or another agent of the bridge, to which media answers as to a renewed offer.
  private mutating func take(transport message: JingleMessage, at now: Instant) {
    for transport in message.contents.compactMap(\.transport) {
      if let renewed = session?.renew(transport) { return add(.described(renewed)) }
      // Candidates of an agent that has been replaced are of no use.
      guard (transport.iceGeneration ?? session?.iceGeneration) == session?.iceGeneration else {
        continue
      }
      for candidate in transport.candidates { add(.candidate(candidate)) }
    }
  }

  /// Asks the bridge to gather anew, where that can be done without an interruption.
  mutating func renewPath(at now: Instant) {
    guard server?.restartsIceInPlace == true, let session, session.state == .accepted,
      var bridge = session.bridge
    else { return }
    var message = session.message(.sessionInfo)
    bridge.wantsIceRestart = true
    message.bridgeSession = bridge
    ask("set", to: session.focus, message.encoded(), at: now)
  }

  /// No path was found, or it broke: the focus is told, and asked for another session.
  mutating func lostPath(_ words: String, at now: Instant) {
    guard state == .inside else { return }  // Entering anew brings a new session anyway.
    if let session {
      var message = session.message(.sessionInfo)
      message.extensions = [
        XMLElement("ice-state", XMPPNamespace.jitsiFocus, text: "failed")
      ]
      message.bridgeSession = session.bridge
      ask("set", to: session.focus, message.encoded(), at: now)
    }
    failures.removeAll { $0.duration(to: now) > Self.failureTime }
    guard failures.count < Self.restartLimit else { return end(.mediaFailed(words)) }
    failures.append(now)
    add(.notice("The sound was lost; asking the conference for a new way."))
    let earliest = restartedAt?.advanced(by: Self.restartInterval) ?? now
    if earliest <= now { restart(at: now) } else { timers[.restart] = earliest }
  }

  /// Asks for another session in place of the one that failed.
  mutating func restart(at now: Instant) {
    guard state == .inside else { return }
    restartedAt = now
    timers[.newSession] = now.advanced(by: Self.newSessionTime)
    guard let session else { return }
    var bridge = session.bridge
    bridge?.wantsRestart = true
    var message = session.message(.sessionTerminate)
    message.bridgeSession = bridge
    // Media has closed its session already, so there is nothing to tell it.
    self.session = nil
    members.setSources([])
    terminate(message, .init("connectivity-error", text: "ICE FAILED"), to: session.focus, at: now)
    showMembers()
  }

  private mutating func terminate(
    _ message: JingleMessage, _ reason: JingleMessage.Reason, to peer: JID, at now: Instant
  ) {
    var message = message
    message.reason = reason
    ask("set", to: peer, message.encoded(), at: now)
  }

  private static let acceptTimeout: Duration = .seconds(15)
  /// Sessions that may fail within ``failureTime``.
  package static let restartLimit = 5
  private static let failureTime: Duration = .seconds(600)
  /// Between two requests for another session at least; focuses refuse more.
  private static let restartInterval: Duration = .seconds(5)
  /// How long the focus may take to offer another session.
  private static let newSessionTime: Duration = .seconds(30)
}

extension XMLElement {
  /// The answer to a request about a session that is not known (XEP-0166 §6.8).
  fileprivate var unknownSession: XMLElement {
    refusal(
      StanzaError(
        .itemNotFound, detail: XMLElement("unknown-session", XMPPNamespace.jingleErrors)))
  }
}
