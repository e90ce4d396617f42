import Basics
import BotServerWire
import Calling
import Formats
import Janus
import SDP
import Transport

/// The seat of one call in a room of a Janus server.
struct JanusVisit: Equatable, Sendable {
  let call: CallID
  var seat: JanusSeat
  /// The WebSocket in use; another one after each loss.
  var socket: SocketID
  /// Whether that socket has been asked for.
  var isOpened = false
}

/// Calls whose sound a Janus server mixes.
extension BotServerClient {
  func visit(of id: CallID) -> Int? { visits.firstIndex { $0.call == id } }

  /// Begins to sit down where the server says.
  ///
  /// - Returns: whether the directions make sense, and give up no encryption.
  mutating func sitDown(_ index: Int, _ media: MediaMessage, at now: Instant) -> Bool {
    guard let url = media.url, url.hasPrefix("ws://") || url.hasPrefix("wss://"),
      ServerAddress.mayLead(from: account.server, to: url), let room = JanusID(media.room),
      visits.count < Self.callLimit
    else { return false }
    let place = JanusPlace(
      url: url, room: room, pin: media.pin, token: media.token,
      displayName: me?.displayName ?? account.username)
    var visit = JanusVisit(
      call: calls[index].id, seat: JanusSeat(place, isMuted: calls[index].isMuted),
      socket: nextVisitSocket())
    let effects = visit.seat.start(at: now)
    visits.append(visit)
    perform(effects, of: visit.socket, at: now)
    return true
  }

  /// Leaves the seat of a call that is over.
  mutating func standUp(_ id: CallID, at now: Instant) {
    guard let index = visit(of: id) else { return }
    let effects = visits[index].seat.leave(at: now)
    perform(effects, of: visits[index].socket, at: now)
  }

  /// Brings our description or a candidate to the seat of a call.
  ///
  /// - Returns: `false` when the call has none.
  mutating func say(
    toSeat saying: BotServerCall.Saying, in id: CallID, at now: Instant
  ) -> Bool {
    guard let index = visit(of: id) else { return false }
    let effects =
      switch saying {
      case .description(let description): visits[index].seat.describe(description, at: now)
      case .candidate(let candidate): visits[index].seat.candidate(candidate, at: now)
      case .endOfCandidates: visits[index].seat.endOfCandidates(at: now)
      }
    perform(effects, of: visits[index].socket, at: now)
    return true
  }

  /// Takes in an event of a seat's socket.
  ///
  /// - Returns: `false` when it is none of ours.
  mutating func takeVisit(_ event: TransportEvent, at now: Instant) -> Bool {
    guard let socket = event.socket, socket.number >= Self.firstVisitSocket else { return false }
    guard let index = visits.firstIndex(where: { $0.socket == socket }) else { return true }
    let effects: [JanusSeat.Effect]
    switch event {
    case .opened: effects = visits[index].seat.opened(at: now)
    case .received(_, .text(let text)): effects = visits[index].seat.received(text, at: now)
    case .received(_, .binary):
      effects = []
      noteNonsense("The media server sent a binary message.")
    case .closed(_, let code, _):
      let words = "It closed the connection with code \(code)."
      effects = visits[index].seat.lost(words, at: now, using: &generator)
    case .failed(_, let failure):
      effects = visits[index].seat.lost(failure.sentence, at: now, using: &generator)
    case .response, .requestFailed: effects = []
    }
    perform(effects, of: socket, at: now)
    return true
  }

  mutating func expireVisits(at now: Instant) {
    for socket in visits.filter({ $0.seat.deadline.map { $0 <= now } ?? false }).map(\.socket) {
      guard let index = visits.firstIndex(where: { $0.socket == socket }) else { continue }
      let effects = visits[index].seat.expire(at: now, using: &generator)
      perform(effects, of: socket, at: now)
    }
  }

  mutating func perform(_ effects: [JanusSeat.Effect], of socket: SocketID, at now: Instant) {
    var socket = socket
    for effect in effects {
      guard let index = visits.firstIndex(where: { $0.socket == socket }) else { return }
      switch effect {
      case .open(let url):
        let request = SocketRequest(url, subprotocols: [JanusPlace.subprotocol])
        // The first socket has its name already.
        if visits[index].isOpened { socket = nextVisitSocket() }
        visits[index].socket = socket
        visits[index].isOpened = true
        emit(.transport(.open(socket, request)))
      case .send(let text): emit(.transport(.send(socket, .text(text))))
      case .close: close(socket)
      case .note(let words): noteNonsense(words)
      case .report(let report): take(report, of: index, at: now)
      }
    }
  }

  private mutating func take(_ report: JanusSeat.Report, of index: Int, at now: Instant) {
    let id = visits[index].call
    switch report {
    case .joined: break  // That the room is joined there, too, is what was told already.
    case .described(let description): self.report(.described(id, description))
    case .candidate(let candidate): self.report(.candidate(id, candidate))
    case .endOfCandidates: self.report(.endOfCandidates(id))
    case .participants(let members): self.report(.participants(id, members))
    case .notice(let words): self.report(.callNotice(id, words))
    case .left: visits.remove(at: index)
    case .failed(let words):
      visits.remove(at: index)
      giveUp(id, .mediaFailed(words))
    case .dismissed(let words):
      visits.remove(at: index)
      guard calls.contains(where: { $0.id == id }) else { return }
      self.report(.callNotice(id, words))
      giveUp(id, .remoteHungUp)
    }
  }

  private mutating func nextVisitSocket() -> SocketID {
    visitSocketCount += 1
    return SocketID(Self.firstVisitSocket + visitSocketCount)
  }

  /// Beyond all that the events socket will ever be named.
  static let firstVisitSocket = 1_000_000_000
}

extension TransportEvent {
  /// The WebSocket that it is about; `nil` for requests.
  var socket: SocketID? {
    switch self {
    case .opened(let id), .received(let id, _), .closed(let id, _, _), .failed(let id, _): id
    case .response, .requestFailed: nil
    }
  }
}
