package import Basics
package import Calling
import Formats
package import SDP
import Transport

/// Where somebody sits down.
package struct JanusPlace: Equatable, Sendable {
  /// The server's WebSocket.
  package var url: String
  package var room: JanusID
  package var pin: Secret?
  package var token: Secret?
  /// The name that others see.
  package var displayName: String

  package init(
    url: String, room: JanusID, pin: Secret? = nil, token: Secret? = nil, displayName: String
  ) {
    self.url = url
    self.room = room
    self.pin = pin
    self.token = token
    self.displayName = displayName
  }

  /// To be asked for when the WebSocket is opened.
  package static let subprotocol = "janus-protocol"
}

/// A seat in an AudioBridge room of a Janus server: from the first request to the last.
///
/// The owner opens the WebSocket that it asks for, and brings what arrives on it. Descriptions and
/// candidates wait until the room is joined. A Janus server handles requests to plugins side by side, in
/// any order, so one “configure” waits for the answer to the one before it.
///
/// - Source: protocols.md G.8; the Janus documentation of core API and AudioBridge.
package struct JanusSeat: Equatable, Sendable {
  /// What the owner must do, in order.
  package enum Effect: Equatable, Sendable {
    case open(url: String)
    case send(String)
    case close
    case report(Report)
    /// A warning for the log.
    case note(String)
  }

  package enum Report: Equatable, Sendable {
    /// The room is joined; an offer may go out.
    case joined
    /// The server's answer.
    case described(SessionDescription)
    case candidate(Candidate)
    case endOfCandidates
    case participants([Participant])
    /// Something the user should know.
    case notice(String)
    /// It is over, though nobody here wished it; in words.
    case failed(String)
    /// The server ended it: the room was closed, or somebody was sent out.
    case dismissed(String)
    /// It is over, as wished.
    case left
  }

  private enum Request: Int {
    case join = 1
    case configure, leave
  }

  private var link = JanusLink()
  private let place: JanusPlace
  private var isJoined = false
  private var isLeaving = false
  private var isMuted: Bool
  /// What the server was told of that last.
  private var toldMuted: Bool?
  private var isConfiguring = false
  private var ownID: JanusID?
  private var offer: SessionDescription?
  private var isOfferSent = false
  private var candidates: [JanusMessage.Trickled] = []
  private var participants: [Participant] = []
  private var slowUntil: Instant?
  private var noteCount = 0

  package init(_ place: JanusPlace, isMuted: Bool = false) {
    self.place = place
    self.isMuted = isMuted
  }

  // MARK: Verbs

  package mutating func start(at now: Instant) -> [Effect] {
    translate(link.open(at: now), at: now)
  }

  package mutating func opened(at now: Instant) -> [Effect] {
    translate(link.opened(at: now), at: now)
  }

  package mutating func received(_ text: String, at now: Instant) -> [Effect] {
    translate(link.received(text, at: now), at: now)
  }

  /// The WebSocket broke, or could not be opened.
  package mutating func lost(
    _ words: String, at now: Instant, using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    translate(link.lost(words, at: now, using: &generator), at: now)
  }

  /// Our offer, first or renewed with an ICE restart.
  package mutating func describe(_ description: SessionDescription, at now: Instant) -> [Effect] {
    offer = description
    isOfferSent = false
    candidates = []
    return speak(at: now)
  }

  package mutating func candidate(_ candidate: Candidate, at now: Instant) -> [Effect] {
    keep(.candidate(candidate.encoded()))
    return speak(at: now)
  }

  package mutating func endOfCandidates(at now: Instant) -> [Effect] {
    keep(.completed)
    return speak(at: now)
  }

  package mutating func mute(_ isMuted: Bool, at now: Instant) -> [Effect] {
    guard self.isMuted != isMuted else { return [] }
    self.isMuted = isMuted
    return tellMuted(at: now)
  }

  /// Leaves the room, and ends all that was made for it; `left` follows.
  package mutating func leave(at now: Instant) -> [Effect] {
    guard !isLeaving else { return [] }
    isLeaving = true
    var effects: [Effect] = []
    if isJoined {
      effects += translate(
        link.message(["request": "leave"], request: Request.leave.rawValue, at: now), at: now)
    }
    isJoined = false
    return effects + translate(link.close(at: now), at: now)
  }

  /// When ``expire(at:using:)`` is next due.
  package var deadline: Instant? { link.deadline }

  package mutating func expire(
    at now: Instant, using generator: inout some RandomNumberGenerator
  ) -> [Effect] {
    translate(link.expire(at: now, using: &generator), at: now)
  }

  // MARK: The link

  private mutating func translate(_ effects: [JanusLink.Effect], at now: Instant) -> [Effect] {
    effects.flatMap { effect -> [Effect] in
      switch effect {
      case .open: return [.open(url: place.url)]
      case .send(let text): return [.send(text)]
      case .close: return [.close]
      case .closed: return [.report(.left)]
      case .failed(let words): return isLeaving ? [.report(.left)] : [.report(.failed(words))]
      case .nonsense(let words): return note(words)
      case .ready(let isClaimed): return isClaimed ? claimed(at: now) : join(at: now)
      case .lost(let words, _):
        return isLeaving ? [] : [.report(.notice("The media server is away. \(words)"))]
      case .refused(let request, let failure): return refused(request, failure, at: now)
      case .event(let request, let data, let jsep): return take(request, data, jsep, at: now)
      case .news(let message): return take(message, at: now)
      }
    }
  }

  private mutating func join(at now: Instant) -> [Effect] {
    toldMuted = isMuted
    let body = JSONValue.members([
      "request": "join", "room": place.room.json, "display": .string(place.displayName),
      "muted": .boolean(isMuted), "codec": "opus", "pin": place.pin.map { .string($0.exposed) },
      "token": place.token.map { .string($0.exposed) },
    ])
    return translate(
      link.message(body, request: Request.join.rawValue, at: now), at: now)
  }

  /// The session is ours again; who came and went meanwhile is told by the list.
  private mutating func claimed(at now: Instant) -> [Effect] {
    let effects: [Effect] = [.report(.notice("The media server is there again."))]
    let list: JSONValue = ["request": "listparticipants", "room": place.room.json]
    // What was not answered may not have arrived.
    if isConfiguring { toldMuted = nil }
    isConfiguring = false
    return effects + translate(link.message(list, request: nil, at: now), at: now)
      + speak(at: now) + tellMuted(at: now)
  }

  private mutating func refused(
    _ request: Int, _ failure: JanusFailure, at now: Instant
  ) -> [Effect] {
    if request == Request.configure.rawValue { isConfiguring = false }
    switch Request(rawValue: request) {
    case .join: return give(up: failure.sentence, at: now)
    case .configure where failure.code == 465 || failure.code == 493 || failure.code == 487:
      return give(up: failure.sentence, at: now)
    case .configure, .leave, nil: return note(failure.sentence)
    }
  }

  private mutating func give(up words: String, at now: Instant) -> [Effect] {
    guard !isLeaving else { return [] }
    isLeaving = true
    isJoined = false
    // What follows the end of the link is not told twice.
    let closing = translate(link.close(at: now), at: now).filter { $0 != .report(.left) }
    return closing + [.report(.failed(words))]
  }

  // MARK: What the server says

  private mutating func take(
    _ request: Int?, _ data: JSONValue, _ jsep: JanusMessage.Jsep?, at now: Instant
  ) -> [Effect] {
    if let code = data["error_code"]?.integer {
      let failure = JanusFailure(code: code, reason: data["error"]?.string ?? "")
      return request.map { refused($0, failure, at: now) } ?? note(failure.sentence)
    }
    guard !isLeaving else { return [] }
    var effects = answer(jsep)
    if request == Request.configure.rawValue {
      isConfiguring = false
      effects += speak(at: now) + tellMuted(at: now)
    }
    switch data["audiobridge"]?.string {
    case "joined" where !isJoined && request == Request.join.rawValue:
      isJoined = true
      ownID = JanusID(data["id"])
      merge(data["participants"])
      effects = [.report(.joined), .report(.participants(everybody))] + effects + speak(at: now)
      effects += tellMuted(at: now)
    case "joined":
      merge(data["participants"])
      effects.append(.report(.participants(everybody)))
    case "participants":
      participants = []
      merge(data["participants"])
      effects.append(.report(.participants(everybody)))
    case "event": effects += takeEvent(data, at: now)
    case "talking", "stopped-talking":
      effects += talks(data, data["audiobridge"]?.string == "talking")
    case "destroyed": effects += dismiss("The room was closed.", at: now)
    case "kicked": effects += dismiss("The host has sent us out of the room.", at: now)
    default: break  // Of requests that need no further word.
    }
    return effects
  }

  private mutating func takeEvent(_ data: JSONValue, at now: Instant) -> [Effect] {
    if let gone = JanusID(data["leaving"] ?? data["kicked"]) {
      if gone == ownID {
        return data["kicked"] == nil
          ? [] : dismiss("The host has sent us out of the room.", at: now)
      }
      participants.removeAll { $0.id == gone.description }
      return [.report(.participants(everybody))]
    }
    guard data["participants"] != nil else { return [] }
    merge(data["participants"])
    return [.report(.participants(everybody))]
  }

  private mutating func talks(_ data: JSONValue, _ isTalking: Bool) -> [Effect] {
    guard let id = JanusID(data["id"])?.description,
      let index = participants.firstIndex(where: { $0.id == id })
    else { return [] }
    participants[index].isSpeaking = isTalking
    return [.report(.participants(everybody))]
  }

  private func answer(_ jsep: JanusMessage.Jsep?) -> [Effect] {
    guard let jsep, jsep.type == "answer", isOfferSent else { return [] }
    guard let description = try? SessionDescription(decoding: jsep.sdp) else {
      return [.note("The media server's description of its sound cannot be read.")]
    }
    return [.report(.described(description))]
  }

  private mutating func take(_ message: JanusMessage, at now: Instant) -> [Effect] {
    guard !isLeaving else { return [] }
    switch message {
    case .trickle(.completed): return [.report(.endOfCandidates)]
    case .trickle(.candidate(let line)):
      guard let candidate = try? Candidate(decoding: line) else {
        return note("The media server sent a candidate that cannot be read.")
      }
      return [.report(.candidate(candidate))]
    case .slowLink(let isUplink, let lost):
      if let slowUntil, now < slowUntil { return [] }
      slowUntil = now.advanced(by: Self.slowLinkPause)
      let way = isUplink ? "to" : "from"
      return [.report(.notice("\(lost) packets were lost on the way \(way) the media server."))]
    case .hangUp(let reason):
      return dismiss(
        "The media server ended the sound: \(HarmlessText.line(reason, limit: 80))".asSentence,
        at: now)
    case .detached: return dismiss("The media server let go of us.", at: now)
    case .success, .ack, .event, .failure, .mediaPath, .receiving, .timeout: return []
    }
  }

  private mutating func dismiss(_ words: String, at now: Instant) -> [Effect] {
    guard !isLeaving else { return [] }
    isLeaving = true
    isJoined = false
    let closing = translate(link.close(at: now), at: now).filter { $0 != .report(.left) }
    return closing + [.report(.dismissed(words))]
  }

  // MARK: What we say

  /// Sends what waits, if the room is joined.
  private mutating func speak(at now: Instant) -> [Effect] {
    guard isJoined, link.state == .ready, let offer, isOfferSent || !isConfiguring else {
      return []
    }
    var effects: [Effect] = []
    if !isOfferSent {
      isOfferSent = true
      effects += configure(
        jsep: JanusMessage.Jsep(type: "offer", sdp: offer.encoded()), at: now)
    }
    let waiting = candidates
    candidates = []
    for trickled in waiting { effects += translate(link.trickle(trickled, at: now), at: now) }
    return effects
  }

  /// Says whether we are muted, if the server believes otherwise and nothing is under way.
  private mutating func tellMuted(at now: Instant) -> [Effect] {
    guard isJoined, link.state == .ready, !isConfiguring, toldMuted != isMuted else { return [] }
    return configure(jsep: nil, at: now)
  }

  private mutating func configure(jsep: JanusMessage.Jsep?, at now: Instant) -> [Effect] {
    isConfiguring = true
    toldMuted = isMuted
    return translate(
      link.message(
        ["request": "configure", "muted": .boolean(isMuted)], jsep: jsep,
        request: Request.configure.rawValue, at: now), at: now)
  }

  private mutating func keep(_ trickled: JanusMessage.Trickled) {
    guard candidates.count < Self.candidateLimit || trickled == .completed else { return }
    if candidates.last != .completed { candidates.append(trickled) }
  }

  // MARK: Participants

  private mutating func merge(_ list: JSONValue?) {
    for entry in list?.array ?? [] {
      guard let id = JanusID(entry["id"]), id != ownID else { continue }
      let participant = Participant(
        id: id.description,
        name: String((entry["display"]?.string ?? id.description).prefix(200)),
        isMuted: entry["muted"]?.boolean ?? false,
        isSpeaking: entry["talking"]?.boolean ?? false)
      if let index = participants.firstIndex(where: { $0.id == participant.id }) {
        participants[index] = participant
      } else if participants.count < Self.participantLimit {
        participants.append(participant)
      }
    }
  }

  /// With ourselves first.
  private var everybody: [Participant] {
    let own = Participant(
      id: ownID?.description ?? "", name: place.displayName, isSelf: true, isMuted: isMuted)
    return [own] + participants
  }

  private mutating func note(_ words: String) -> [Effect] {
    noteCount = min(noteCount + 1, Self.noteLimit + 1)
    return noteCount <= Self.noteLimit ? [.note(words)] : []
  }

  /// Candidates that wait for the room at most.
  static let candidateLimit = 64
  package static let participantLimit = 500
  private static let noteLimit = 10
  /// Between two words about lost packets.
  static let slowLinkPause: Duration = .seconds(10)
}
