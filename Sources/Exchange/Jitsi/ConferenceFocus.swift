import Basics
import Formats
import SDP
import XMPP

/// The occupant of a conference that brings everybody's sound together: it offers each participant a
/// session with a leg of the forwarder, and tells everybody whose streams there are (protocols.md B.5–B.7).
///
/// - Bound: as many participants as the room has occupants; ``sourceLimit`` streams each.
struct ConferenceFocus: Equatable, Sendable {
  /// What its owner must do, in order.
  enum Effect: Equatable, Sendable {
    /// A request to an occupant, of type `get` or `set`.
    case ask(nick: String, type: String, id: String, XMLElement)
    /// Takes the leg into the conference.
    case open(leg: String)
    case order(AttendantOrder)
    case close(leg: String)
  }

  enum Timer: Hashable, Sendable {
    /// The client has not said what it can do.
    case asked(String)
    /// The client has not accepted the session.
    case offered(String)
    /// A session may be offered again.
    case restart(String)
    /// Whoever is left waits for another.
    case alone
  }

  /// The room's bare address; names the conference for the forwarder too.
  let room: JID
  /// From which participant on newcomers begin muted, if that was asked for.
  var mutedFrom: Int?
  var participants: [String: FocusParticipant] = [:]
  /// In the order in which they came.
  var nicks: [String] = []
  var timers = DeadlineTable<Timer>()
  private var requestCount = 0

  init(room: JID) { self.room = room.bare }

  // MARK: Who is there

  /// Somebody has come into the room.
  mutating func entered(_ nick: String, at now: Instant) -> [Effect] {
    let id = takeRequestID()
    let place = nicks.count + 1
    nicks.append(nick)
    participants[nick] = FocusParticipant(
      state: .asked(id), startsMuted: mutedFrom.map { place > $0 } ?? false)
    timers[.asked(nick)] = now.advanced(by: Self.askingTime)
    return [
      .ask(nick: nick, type: "get", id: id, XMLElement("query", XMPPNamespace.discoInfo))
    ]
  }

  mutating func left(
    _ nick: String, at now: Instant, using ports: any ExchangePorts
  ) -> [Effect] {
    guard let participant = participants.removeValue(forKey: nick) else { return [] }
    nicks.removeAll { $0 == nick }
    for timer in [Timer.asked(nick), .offered(nick), .restart(nick)] { timers[timer] = nil }
    let closing = participant.session.map { [Effect.close(leg: $0.leg)] } ?? []
    return closing + tellSources() + consider(at: now, using: ports)
  }

  /// Everybody goes.
  mutating func close() -> [Effect] {
    let legs = nicks.compactMap { participants[$0]?.session?.leg }
    participants = [:]
    nicks = []
    timers = DeadlineTable()
    return legs.map { .close(leg: $0) }
  }

  /// An occupant has answered a request of the focus.
  mutating func answered(
    _ answer: XMLElement, from nick: String, at now: Instant, using ports: any ExchangePorts
  ) -> [Effect] {
    switch participants[nick]?.state {
    case .asked(let id)? where answer["id"] == id:
      timers[.asked(nick)] = nil
      let info = answer.payload.map { DiscoInfo(decoding: $0) }
      // Who says nothing of itself is taken for a browser (protocols.md B.4).
      let hasSound = info?.features.contains(XMPPNamespace.jingleRTPAudio) ?? true
      participants[nick]?.state = hasSound ? .idle : .withoutSound
      return consider(at: now, using: ports)
    case .inSession(let session)?:
      guard case .offered(request: answer["id"]) = session.state, answer["type"] == "error" else {
        return []
      }
      participants[nick]?.state = .withoutSound
      timers[.offered(nick)] = nil
      return [.close(leg: session.leg)] + tellSources()
    case .asked, .idle, .withoutSound, nil:
      return []  // Late, or the answer to nothing.
    }
  }

  /// Offers sessions when there is somebody to hear, and ends them some time after.
  mutating func consider(at now: Instant, using ports: any ExchangePorts) -> [Effect] {
    guard nicks.count >= 2 else {
      let isLeft = nicks.contains { participants[$0]?.session != nil }
      if !isLeft {
        timers[.alone] = nil
      } else if timers[.alone] == nil {
        timers[.alone] = now.advanced(by: Self.aloneTime)
      }
      return []
    }
    timers[.alone] = nil
    var effects: [Effect] = []
    for nick in nicks where participants[nick]?.state == .idle && timers[.restart(nick)] == nil {
      let sid = hexadecimal(ports.randomBytes(8))
      let session = FocusSession(
        sid: sid, leg: "\(room)/\(nick)/\(sid)", bridgeID: hexadecimal(ports.randomBytes(4)))
      participants[nick]?.state = .inSession(session)
      effects.append(.open(leg: session.leg))
    }
    return effects
  }

  // MARK: Time

  var deadline: Instant? { timers.earliest }

  mutating func expire(at now: Instant, using ports: any ExchangePorts) -> [Effect] {
    var effects: [Effect] = []
    for timer in timers.takeDue(at: now) {
      switch timer {
      case .asked(let nick):
        participants[nick]?.state = .idle
        effects += consider(at: now, using: ports)
      case .offered(let nick):
        effects += end(nick, .init("timeout"))
        participants[nick]?.state = .withoutSound
      case .restart:
        effects += consider(at: now, using: ports)
      case .alone:
        for nick in nicks { effects += end(nick, .init("expired")) }
      }
    }
    return effects
  }

  // MARK: Sessions

  /// Ends a participant's session from here; another may be offered.
  mutating func end(_ nick: String, _ reason: JingleMessage.Reason) -> [Effect] {
    guard let session = participants[nick]?.session else { return [] }
    participants[nick]?.state = .idle
    timers[.offered(nick)] = nil
    var effects: [Effect] = [.close(leg: session.leg)]
    if session.state != .preparing {
      let message = JingleMessage(
        .sessionTerminate, sid: session.sid, initiator: focusAddress, reason: reason)
      effects.append(request(message, to: nick))
    }
    return effects + tellSources()
  }

  /// Begins a participant's session anew, as soon and as often as may be.
  mutating func restart(
    _ nick: String, _ reason: JingleMessage.Reason?, at now: Instant,
    using ports: any ExchangePorts
  ) -> [Effect] {
    guard let participant = participants[nick], let session = participant.session else { return [] }
    let recent = participant.restarts.filter { $0.duration(to: now) < Self.restartPeriod }
    let isAllowed = recent.count < Self.restartLimit
    var effects: [Effect]
    if let reason {
      effects = end(nick, isAllowed ? reason : .init("general-error"))
    } else {
      timers[.offered(nick)] = nil
      participants[nick]?.state = .idle
      effects = [.close(leg: session.leg)] + tellSources()
    }
    guard isAllowed else {
      participants[nick]?.state = .withoutSound
      return effects
    }
    let start = max(now, recent.last?.advanced(by: Self.restartPause) ?? now)
    participants[nick]?.restarts = recent + [start]
    if start > now {
      timers[.restart(nick)] = start
      return effects
    }
    return effects + consider(at: now, using: ports)
  }

  /// Counts a renewal of a participant's path, if another may be.
  mutating func mayRestart(_ nick: String, at now: Instant) -> Bool {
    let restarts = participants[nick]?.restarts ?? []
    let recent = restarts.filter { $0.duration(to: now) < Self.restartPeriod }
    guard recent.count < Self.restartLimit else { return false }
    participants[nick]?.restarts = recent + [now]
    return true
  }

  /// A leg of a participant's session, if it is the present one.
  func nick(ofLeg leg: String) -> String? {
    nicks.first { participants[$0]?.session?.leg == leg }
  }

  // MARK: Streams

  /// Tells everybody in a session what has changed in the others' streams.
  mutating func tellSources() -> [Effect] {
    var effects: [Effect] = []
    for nick in nicks {
      guard var session = participants[nick]?.session, session.state == .accepted else { continue }
      let wanted = sources(for: nick)
      let gone = session.told.filter { !wanted.contains($0) }
      let new = wanted.filter { !session.told.contains($0) }
      guard !gone.isEmpty || !new.isEmpty else { continue }
      session.told = wanted
      participants[nick]?.state = .inSession(session)
      for (action, sources) in [(JingleMessage.Action.sourceRemove, gone), (.sourceAdd, new)]
      where !sources.isEmpty {
        let content = JingleContent(
          name: "audio", description: JingleDescription(sources: sources))
        let message = JingleMessage(
          action, sid: session.sid, initiator: focusAddress, contents: [content])
        effects.append(request(message, to: nick))
      }
    }
    return effects
  }

  /// The streams of all but one, as they are told.
  func sources(for nick: String) -> [JingleSource] {
    nicks.filter { $0 != nick }.flatMap { participants[$0]?.session?.sources ?? [] }
  }

  // MARK: Words

  var focusAddress: String { "\(room)/\(Self.nick)" }

  mutating func request(_ message: JingleMessage, to nick: String) -> Effect {
    .ask(nick: nick, type: "set", id: takeRequestID(), message.encoded())
  }

  mutating func takeRequestID() -> String {
    requestCount &+= 1
    return "focus-\(requestCount)"
  }

  /// By which clients know the focus in a room.
  static let nick = "focus"
  static let sourceLimit = 20
  /// How long a client may take to say what it can do …
  private static let askingTime = Duration.seconds(3)
  /// … and to accept a session.
  static let offerTime = Duration.seconds(60)
  /// How long the last one in a conference keeps its session.
  private static let aloneTime = Duration.seconds(20)
  private static let restartPause = Duration.seconds(5)
  private static let restartPeriod = Duration.seconds(60)
  private static let restartLimit = 5
}
