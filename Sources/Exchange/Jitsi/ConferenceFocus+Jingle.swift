import Basics
import Formats
import SDP
import XMPP

/// What participants and their legs say of sessions.
extension ConferenceFocus {
  // MARK: The leg

  /// What becomes of a leg.
  mutating func take(
    _ report: AttendantReport, of leg: String, at now: Instant, using ports: any ExchangePorts
  ) -> [Effect] {
    guard let nick = nick(ofLeg: leg), var session = participants[nick]?.session else { return [] }
    switch report {
    case .described(_, isOffer: true, let sdp):
      guard let description = try? SessionDescription(decoding: sdp),
        let content = try? JingleContent(describing: description, name: "audio", isOffer: true)
      else { return end(nick, .init("general-error")) }
      guard session.state == .preparing else { return renew(nick, session, content) }
      session.mid = AudioSection.mid(of: description)
      return offer(content, session, to: nick, at: now, using: ports)
    case .candidate(_, let line):
      guard session.state != .preparing, let candidate = try? Candidate(decoding: line) else {
        return []
      }
      let generation = session.iceGeneration > 0 ? session.iceGeneration : nil
      let transport = JingleTransport(candidates: [candidate], iceGeneration: generation)
      return [request(transportInfo(transport, session), to: nick)]
    case .hangUp(_, let reason):
      guard reason == "busy" else {
        return restart(nick, .init("connectivity-error"), at: now, using: ports)
      }
      let effects = end(nick, .init("general-error", text: "The exchange carries no more sound."))
      participants[nick]?.state = .withoutSound
      return effects
    case .described, .accept, .endOfCandidates, .transcript, .agent, .stream, .secured, .samples,
      .flush, .speakers, .recording, .placeCall, .wantsPerson:
      return []  // Nothing that a client is told.
    }
  }

  private mutating func offer(
    _ leg: JingleContent, _ session: FocusSession, to nick: String, at now: Instant,
    using ports: any ExchangePorts
  ) -> [Effect] {
    var (content, session) = (leg, session)
    // First the bridge's own stream, which is nobody's voice.
    let ssrc = content.description?.sources.first?.ssrc ?? UInt32(randomBy: ports)
    let bridge = JingleSource(
      ssrc: ssrc, name: "jvb-a0", msid: "mixedmslabel mixedlabelaudio0", owner: "jvb")
    session.told = sources(for: nick)
    content.description?.sources = [bridge] + session.told
    content.description?.maximumPacketTime = 60
    content.transport?.hasRTCPMux = true
    var message = JingleMessage(
      .sessionInitiate, sid: session.sid, initiator: focusAddress, contents: [content],
      bundle: ["audio"], extensions: [bridgeSession(session)])
    if participants[nick]?.startsMuted == true {
      message.extensions.append(
        XMLElement(
          "startmuted", XMPPNamespace.jitsiStartMuted, ["audio": "true", "video": "true"]))
    }
    let id = takeRequestID()
    session.state = .offered(request: id)
    participants[nick]?.state = .inSession(session)
    timers[.offered(nick)] = now.advanced(by: Self.offerTime)
    return [.ask(nick: nick, type: "set", id: id, message.encoded())]
  }

  /// The leg has gathered anew; the client is told of the next agent.
  private mutating func renew(
    _ nick: String, _ session: FocusSession, _ content: JingleContent
  ) -> [Effect] {
    var session = session
    session.iceGeneration &+= 1
    participants[nick]?.state = .inSession(session)
    var transport = content.transport ?? JingleTransport()
    transport.iceGeneration = session.iceGeneration
    return [request(transportInfo(transport, session), to: nick)]
  }

  private func bridgeSession(_ session: FocusSession) -> XMLElement {
    XMLElement(
      "bridge-session", XMPPNamespace.jitsiFocus, ["id": session.bridgeID, "region": "exchange"])
  }

  private func transportInfo(
    _ transport: JingleTransport, _ session: FocusSession
  ) -> JingleMessage {
    JingleMessage(
      .transportInfo, sid: session.sid, initiator: focusAddress,
      contents: [JingleContent(name: "audio", transport: transport)])
  }

  // MARK: The participant

  /// Does what a participant asks of its session; the request is then answered by a result.
  mutating func take(
    _ element: XMLElement, from nick: String, at now: Instant, using ports: any ExchangePorts
  ) throws(StanzaError) -> [Effect] {
    let message: JingleMessage
    do throws(JingleError) {
      message = try JingleMessage(decoding: element)
    } catch {
      throw StanzaError(.badRequest, text: error.sentence)
    }
    guard let session = participants[nick]?.session, session.sid == message.sid else {
      throw StanzaError(
        .itemNotFound, text: "There is no such session.",
        detail: XMLElement("unknown-session", XMPPNamespace.jingleErrors))
    }
    switch message.action {
    case .sessionAccept: return try accept(message, session, from: nick, at: now)
    case .transportInfo: return try transport(message, session, from: nick)
    case .sourceAdd: return try add(message, session, from: nick)
    case .sourceRemove: return remove(message, session, from: nick)
    case .sessionInfo: return try info(message, session, from: nick, at: now, using: ports)
    case .sessionTerminate:
      if asks("restart", message) { return restart(nick, nil, at: now, using: ports) }
      participants[nick]?.state = .withoutSound
      timers[.offered(nick)] = nil
      return [.close(leg: session.leg)] + tellSources()
    case .sessionInitiate:
      throw StanzaError(.notAllowed, text: "The focus offers sessions; it takes none.")
    }
  }

  private mutating func accept(
    _ message: JingleMessage, _ session: FocusSession, from nick: String, at now: Instant
  ) throws(StanzaError) -> [Effect] {
    guard case .offered = session.state else {
      throw StanzaError(.unexpectedRequest, text: "The session has been accepted already.")
    }
    var session = session
    session.sources = try checked(message, of: nick, beside: [])
    let description: SessionDescription
    do throws(JingleError) {
      description = try message.sessionDescription(mid: session.mid, sessionID: 1)
    } catch {
      throw StanzaError(.badRequest, text: error.sentence)
    }
    do throws(NegotiationError) {
      _ = try AudioDescription(reading: description)
    } catch {
      throw StanzaError(.badRequest, text: "The answer cannot be used: \(error).")
    }
    session.state = .accepted
    session.answer = message
    participants[nick]?.state = .inSession(session)
    timers[.offered(nick)] = nil
    return [.order(.describe(callID: session.leg, sdp: description.encoded()))] + tellSources()
  }

  private mutating func transport(
    _ message: JingleMessage, _ session: FocusSession, from nick: String
  ) throws(StanzaError) -> [Effect] {
    var session = session
    let transports = message.contents.compactMap(\.transport)
    if let renewal = transports.first(where: { $0.credentials != nil && $0.iceGeneration != nil }) {
      return try renewed(renewal, session, from: nick)
    }
    let candidates = transports.flatMap(\.candidates)
    session.candidateCount += candidates.count
    guard session.candidateCount <= FocusSession.candidateLimit else {
      throw StanzaError(.resourceConstraint, text: "There are too many candidates.")
    }
    participants[nick]?.state = .inSession(session)
    return candidates.map {
      .order(.candidate(callID: session.leg, String($0.encoded().dropFirst("candidate:".count))))
    }
  }

  /// The client's side of a renewed path: its answer again, with the new agent.
  private mutating func renewed(
    _ transport: JingleTransport, _ session: FocusSession, from nick: String
  ) throws(StanzaError) -> [Effect] {
    guard session.state == .accepted, transport.iceGeneration == session.iceGeneration,
      session.iceGeneration > 0, var answer = session.answer,
      let index = answer.contents.firstIndex(where: { $0.description?.media == "audio" })
    else { throw StanzaError(.unexpectedRequest, text: "No renewed path waits for an answer.") }
    var session = session
    var whole = answer.contents[index].transport ?? JingleTransport()
    whole.credentials = transport.credentials
    whole.candidates = transport.candidates
    if !transport.fingerprints.isEmpty { whole.fingerprints = transport.fingerprints }
    answer.contents[index].transport = whole
    session.answer = answer
    session.candidateCount = transport.candidates.count
    let version = UInt64(session.iceGeneration) + 1
    guard
      let description = try? answer.sessionDescription(
        mid: session.mid, sessionID: 1, version: version)
    else { throw StanzaError(.badRequest) }
    participants[nick]?.state = .inSession(session)
    return [.order(.describe(callID: session.leg, sdp: description.encoded()))]
  }

  private mutating func add(
    _ message: JingleMessage, _ session: FocusSession, from nick: String
  ) throws(StanzaError) -> [Effect] {
    var session = session
    session.sources += try checked(message, of: nick, beside: session.sources)
    participants[nick]?.state = .inSession(session)
    return tellSources()
  }

  private mutating func remove(
    _ message: JingleMessage, _ session: FocusSession, from nick: String
  ) -> [Effect] {
    var session = session
    let gone = Set(message.contents.compactMap(\.description).flatMap(\.sources).map(\.ssrc))
    session.sources.removeAll { gone.contains($0.ssrc) }
    participants[nick]?.state = .inSession(session)
    return tellSources()
  }

  private mutating func info(
    _ message: JingleMessage, _ session: FocusSession, from nick: String, at now: Instant,
    using ports: any ExchangePorts
  ) throws(StanzaError) -> [Effect] {
    let hasFailed = message.extensions.contains {
      $0.name == "ice-state" && $0.namespace == XMPPNamespace.jitsiFocus && $0.text == "failed"
    }
    let asksAnew = asks("ice-restart", message)
    guard hasFailed || asksAnew else { return [] }
    // A session that is told of again is not the present one any more.
    if let id = message.extensions.first(where: { $0.name == "bridge-session" })?["id"],
      id != session.bridgeID
    {
      return []
    }
    guard asksAnew, session.state == .accepted else {
      return restart(nick, .init("success", text: "moving"), at: now, using: ports)
    }
    guard mayRestart(nick, at: now) else {
      throw StanzaError(.resourceConstraint, text: "The path is renewed too often.")
    }
    return [.order(.restart(leg: session.leg))]
  }

  private func asks(_ attribute: String, _ message: JingleMessage) -> Bool {
    message.extensions.contains {
      $0.name == "bridge-session" && $0.namespace == XMPPNamespace.jitsiFocus
        && $0[attribute] == "true"
    }
  }

  // MARK: Streams

  /// A participant's new streams, if they are its own and nobody else's (protocols.md B.6).
  private func checked(
    _ message: JingleMessage, of nick: String, beside own: [JingleSource]
  ) throws(StanzaError) -> [JingleSource] {
    var sources = message.contents.compactMap(\.description).filter { $0.media == "audio" }
      .flatMap(\.sources)
    guard own.count + sources.count <= Self.sourceLimit else {
      throw StanzaError(
        .resourceConstraint, text: "A participant has at most \(Self.sourceLimit) streams.")
    }
    var taken = Set(self.sources(for: nick) + own)
    for index in sources.indices {
      let source = sources[index]
      guard !taken.contains(where: { $0.ssrc == source.ssrc }) else {
        throw StanzaError(.badRequest, text: "The SSRC \(source.ssrc) is used already.")
      }
      if let msid = source.msid, taken.contains(where: { $0.msid == msid }) {
        throw StanzaError(
          .badRequest, text: "The msid “\(HarmlessText.line(msid, limit: 80))” is used already.")
      }
      guard source.name?.hasPrefix(nick + "-") ?? true else {
        throw StanzaError(.badRequest, text: "A stream's name begins with “\(nick)-”.")
      }
      taken.insert(source)
      sources[index].name = source.name ?? "\(nick)-a0"
      sources[index].owner = "\(room)/\(nick)"
    }
    return sources
  }
}

/// What a leg calls its sound.
private enum AudioSection {
  static func mid(of description: SessionDescription) -> String {
    let section = description.media.first { $0.kind == "audio" && $0.port != 0 }
    return section?.attributes.first { $0.name == "mid" }?.value ?? "0"
  }
}

extension UInt32 {
  /// A number nobody can guess, not 0.
  fileprivate init(randomBy ports: any ExchangePorts) {
    self = ports.randomBytes(4).reduce(0) { $0 << 8 | UInt32($1) } | 1
  }
}
