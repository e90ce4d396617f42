package import Basics
package import Calling
import Formats
package import SDP
package import Transport
import XMPP

/// One conference of a Jitsi Meet server, from its address to the end: sound alone, over the bridge.
///
///     idle ─start▶ discovering ─▶ connecting ─▶ preparing ─▶ asking ⇄ waiting ─▶ joining ─▶ inside
///                                     ▲                                                       │
///                                     └──────────── the stream was lost for good ─────────────┘
///                                                                              │ ▲
///                                                                              ▼ │ let in
///                                                                             inLobby
///     ended ◀── left, refused, removed, or given up, from anywhere
///
/// While one is inside, the focus offers a session whenever there is somebody to hear (`described`), and
/// may withdraw it (`mediaGone`). A stream that breaks and is resumed changes nothing; one that is lost
/// is replaced, and the room is entered anew under another name with new media while the call stays up.
/// Another participant's own offer (peer to peer) is declined: the bridge carries all.
///
/// - Bound: ``settingUpTime`` to get in, ``absenceLimit`` to come back, ``restartLimit`` sessions that
///   fail.
/// - Source: protocols.md B.1–B.8.
package struct JitsiConference: Sendable {
  /// Which conference, and as whom.
  package struct Settings: Equatable, Sendable {
    package var address: JitsiAddress
    package var displayName: String
    /// Of the room.
    package var password: Secret?
    package var isMuted: Bool
    /// Names requests and sockets: a million numbers from a million times this on. The owner gives each
    /// of its conferences another, from 1 on, and uses none of these itself.
    package var lane: Int
    /// For names and delays; different for every conference.
    package var seed: UInt64

    package init(
      address: JitsiAddress, displayName: String, password: Secret? = nil, isMuted: Bool = false,
      lane: Int, seed: UInt64
    ) {
      self.address = address
      self.displayName = displayName
      self.password = password
      self.isMuted = isMuted
      self.lane = lane
      self.seed = seed
    }
  }

  /// What the owner must do or know, in order.
  package enum Effect: Equatable, Sendable {
    case transport(TransportEffect)
    /// The server is there; these servers help to find a path. Told once.
    case found(iceServers: [IceServer])
    /// Others that help to find a path from now on.
    case servers([IceServer])
    /// We are in the room; told once.
    case joined
    /// The focus's offer, first or renewed, to be answered by ``JitsiConference/answer(_:at:)``.
    case described(SessionDescription)
    case candidate(Candidate)
    /// The session is over, and another may come.
    case mediaGone
    /// All who are in the room, oneself first.
    case participants([Participant])
    /// The server, or somebody by it, has muted the microphone.
    case muted(by: String?)
    case message(from: String, text: String)
    case notice(String)
    /// Over, without having been left.
    case ended(EndReason)
    case note(LogEntry)
  }

  enum State: Equatable, Sendable {
    case idle
    case discovering(RequestID)
    case connecting
    /// The servers that help to find a path have been asked for.
    case preparing(request: String)
    case asking(Question)
    case waiting
    case joining
    /// A moderator must let us in.
    case inLobby
    case inside
    case ended
  }

  /// How the focus has been asked.
  enum Question: Equatable, Sendable {
    case stanza(String)
    case http(RequestID)
  }

  enum Timer: Hashable, Sendable {
    /// One has not come in in time, or not come back.
    case givingUp
    /// The focus, or the room, is asked again.
    case retry
    /// A failed session is to be replaced now.
    case restart
    /// The focus has not offered another session in time.
    case newSession
  }

  package let settings: Settings
  var state = State.idle
  var generator: SeededGenerator
  var server: JitsiServer?
  var stream: XMPPStream?
  var room: MultiUserRoom?
  /// Where one waits to be let into the room.
  var lobby: MultiUserRoom?
  var session: JitsiSession?
  var members = ConferenceMembers()
  /// The name of our endpoint in the room.
  var endpoint = ""
  package internal(set) var isMuted: Bool
  var hasFound = false
  var hasJoined = false
  /// How often the focus or the room has put us off since we were last inside.
  var retryCount = 0
  var offlineCount = 0
  var discoveryCount = 0
  var hasAskedOldServices = false
  var iceServers: [IceServer] = []
  /// The question for others.
  var renewal: String?
  /// What the focus gave us to be recognised by.
  var sessionID: String?
  let machineID: String
  /// When sessions failed, oldest first.
  var failures: [Instant] = []
  /// When the focus was last asked for another session.
  var restartedAt: Instant?
  var trackCount = 0
  var timers = DeadlineTable<Timer>()
  private var lastParticipants: [Participant] = []
  private var requestCount = 0
  private var noteCount = 0
  private var effects: [Effect] = []

  package init(_ settings: Settings) {
    self.settings = settings
    generator = SeededGenerator(seed: settings.seed)
    isMuted = settings.isMuted
    machineID = Self.hexadecimal(generator.next()) + Self.hexadecimal(generator.next())
  }

  // MARK: Verbs

  /// Looks for the server and goes in.
  package mutating func start(at now: Instant) -> [Effect] {
    guard state == .idle else { return [] }
    timers[.givingUp] = now.advanced(by: Self.settingUpTime)
    discover()
    return takeEffects()
  }

  /// Our answer to the focus's last offer.
  package mutating func answer(_ description: SessionDescription, at now: Instant) -> [Effect] {
    accept(description, at: now)
    return takeEffects()
  }

  /// One of our candidates that was found after the answer.
  package mutating func candidate(_ candidate: Candidate, at now: Instant) -> [Effect] {
    trickle(candidate, at: now)
    return takeEffects()
  }

  /// Media has failed, and its session is no more; the focus is asked for another.
  package mutating func mediaFailed(_ words: String, at now: Instant) -> [Effect] {
    lostPath(words, at: now)
    return takeEffects()
  }

  /// The servers that help to find a path are asked for anew, since they know us for a while only.
  package mutating func renewServers(at now: Instant) -> [Effect] {
    guard state == .inside, let server else { return [] }
    renewal = ask(
      "get", to: JID(server.signInDomain), ExternalServices.request(isOld: hasAskedOldServices),
      at: now)
    return takeEffects()
  }

  /// Whether the microphone is muted, for the others to see.
  package mutating func setMuted(_ isMuted: Bool) -> [Effect] {
    guard isMuted != self.isMuted else { return [] }
    self.isMuted = isMuted
    showPresence()
    return takeEffects()
  }

  /// Leaves; nothing is told any more.
  package mutating func leave() -> [Effect] {
    close()
    return takeEffects()
  }

  /// Takes in what the network brought; what belongs to others is passed over.
  package mutating func receive(_ event: TransportEvent, at now: Instant) -> [Effect] {
    switch event {
    case .response(let id, let response): take(response, of: id, at: now)
    case .requestFailed(let id, let failure): take(failure, of: id, at: now)
    case .opened, .received, .closed, .failed:
      perform(stream?.receive(event, at: now) ?? [], at: now)
    }
    return takeEffects()
  }

  /// The network has changed; the stream is resumed, or begun anew.
  package mutating func networkChanged(losesConnections: Bool, at now: Instant) -> [Effect] {
    perform(stream?.networkChanged(losesConnections: losesConnections, at: now) ?? [], at: now)
    return takeEffects()
  }

  /// When ``expire(at:)`` is next due.
  package var deadline: Instant? {
    [stream?.deadline, room?.deadline, lobby?.deadline, timers.earliest].compactMap { $0 }.min()
  }

  /// Acts on a deadline that has passed; does nothing before it.
  package mutating func expire(at now: Instant) -> [Effect] {
    for timer in timers.takeDue(at: now) {
      switch timer {
      case .givingUp: giveUp()
      case .retry: ask(at: now)
      case .restart: restart(at: now)
      case .newSession: end(.mediaFailed(Self.noNewSession))
      }
    }
    perform(room?.expire(at: now) ?? [], at: now)
    perform(inLobby: lobby?.expire(at: now) ?? [], at: now)
    perform(stream?.expire(at: now) ?? [], at: now)
    return takeEffects()
  }

  /// Whether it is over.
  package var hasEnded: Bool { state == .ended }

  /// Whether that request is, or was, this conference's.
  package func owns(_ request: RequestID) -> Bool { lane.contains(request.number) }

  /// Whether that socket is, or was, this conference's.
  package func owns(_ socket: SocketID) -> Bool { lane.contains(socket.number) }

  // MARK: Inside

  mutating func add(_ effect: Effect) { effects.append(effect) }

  /// Tells of something; of what others do wrong only the first few are worth a line.
  mutating func note(_ level: LogEntry.Level, _ text: String) {
    noteCount = min(noteCount + 1, Self.noteLimit + 1)
    guard noteCount <= Self.noteLimit else { return }
    add(.note(LogEntry(level, settings.address.host, text)))
  }

  mutating func request(_ request: HTTPRequest) -> RequestID {
    requestCount += 1
    let id = RequestID(lane.lowerBound + requestCount % Self.laneWidth)
    add(.transport(.request(id, request)))
    return id
  }

  /// Asks the server or somebody in the room something.
  ///
  /// - Returns: the name under which the answer comes.
  @discardableResult
  mutating func ask(
    _ type: String, to: JID?, _ payload: XMLElement,
    timeout: Duration = XMPPStream.requestTimeout, at now: Instant
  ) -> String? {
    guard let (id, effects) = stream?.request(type, to: to, payload, timeout: timeout, at: now)
    else { return nil }
    perform(effects, at: now)
    return id
  }

  mutating func send(_ stanza: XMLElement) {
    perform(stream?.send(stanza) ?? [], at: nil)
  }

  mutating func showPresence() {
    let elements = presence.elements
    perform(room?.update(elements) ?? [], at: nil)
    showMembers()
  }

  var presence: JitsiPresence {
    JitsiPresence(endpoint: endpoint, displayName: settings.displayName, isMuted: isMuted)
  }

  /// Tells who is there, if that has changed.
  mutating func showMembers() {
    guard state == .inside else { return }
    let own = Participant(
      id: endpoint, name: settings.displayName, isSelf: true, isMuted: isMuted)
    let participants = [own] + members.participants
    guard participants != lastParticipants else { return }
    lastParticipants = participants
    add(.participants(participants))
  }

  /// Over, and the owner is told.
  mutating func end(_ reason: EndReason) {
    guard state != .ended else { return }
    close()
    add(.ended(reason))
  }

  private mutating func close() {
    guard state != .ended else { return }
    switch state {
    case .discovering(let id), .asking(.http(let id)): add(.transport(.cancel(id)))
    case .idle, .connecting, .preparing, .asking, .waiting, .joining, .inLobby, .inside, .ended:
      break
    }
    // What the stream answers to its end is nobody's concern any more.
    state = .ended
    perform(inLobby: lobby?.leave() ?? [], at: nil)
    perform(room?.leave() ?? [], at: nil)
    perform(stream?.close() ?? [], at: nil)
    session = nil
    timers = DeadlineTable()
  }

  private mutating func giveUp() {
    if state == .inLobby { return end(.noAnswer) }
    end(
      .signalingFailed(
        hasJoined
          ? "The connection to the conference could not be made anew."
          : "The conference could not be entered in time."))
  }

  private var lane: Range<Int> {
    settings.lane * Self.laneWidth..<(settings.lane + 1) * Self.laneWidth
  }

  private mutating func takeEffects() -> [Effect] {
    defer { effects = [] }
    return effects
  }

  static func hexadecimal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// How long getting in may take.
  package static let settingUpTime: Duration = .seconds(50)
  /// How long one may be without the server.
  package static let absenceLimit: Duration = .seconds(120)
  /// Numbers of a lane, shared by requests and sockets of their own kinds.
  package static let laneWidth = 1_000_000
  private static let noteLimit = 50
  private static let noNewSession = "The conference did not offer a new way for the sound."
}
