import Basics
import SDP
import XMPP

/// One session of sound with the focus, from its offer to its end.
///
///     offered ──our answer──▶ accepting ──taken──▶ accepted
struct JitsiSession: Equatable, Sendable {
  enum State: Equatable, Sendable {
    /// Handed to media, whose answer is awaited.
    case offered
    /// The focus has our answer and has not said that it takes it.
    case accepting(request: String)
    case accepted
  }

  /// Who offered: the focus as an occupant of the room.
  let focus: JID
  /// With the path that is in use.
  private(set) var offer: JingleMessage
  var state = State.offered
  /// Which of the bridge's agents is in use.
  private(set) var iceGeneration = 0
  /// The agent that our answer under way is for.
  var pendingGeneration: Int?
  private var candidateCount = 0

  init(_ offer: JingleMessage, from focus: JID) {
    self.offer = offer
    self.focus = focus
  }

  var id: String { offer.sid }

  var bridge: BridgeSession? { offer.bridgeSession }

  /// A message about this session.
  func message(_ action: JingleMessage.Action) -> JingleMessage {
    JingleMessage(action, sid: id, initiator: offer.initiator ?? focus.description)
  }

  /// A message about our transport alone.
  func message(with transport: JingleTransport) -> JingleMessage {
    var message = message(.transportInfo)
    let name = offer.content(media: "audio")?.name ?? "audio"
    message.contents = [JingleContent(creator: "responder", name: name, transport: transport)]
    return message
  }

  /// A message with one of our candidates; `nil` when there have been enough.
  mutating func message(with candidate: Candidate) -> JingleMessage? {
    guard candidateCount < JingleTransport.candidateLimit else { return nil }
    candidateCount += 1
    return message(with: JingleTransport(candidates: [candidate]))
  }

  /// Takes over another agent of the bridge.
  ///
  /// - Returns: the renewed offer; `nil` for an agent that is not newer, or without credentials.
  mutating func renew(_ transport: JingleTransport) -> SessionDescription? {
    guard state != .offered, let generation = transport.iceGeneration,
      generation > iceGeneration, transport.credentials != nil
    else { return nil }
    offer.replacePath(transport)
    iceGeneration = generation
    pendingGeneration = generation
    return try? offer.offer(version: UInt64(generation) &+ 1)
  }
}
