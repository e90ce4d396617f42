import Basics
import Transport

/// The exchange's own requests and sockets to other servers, each on behalf of a facade.
struct OutgoingTable: Equatable, Sendable {
  struct Purpose: Equatable, Sendable {
    let facade: FacadeName
    let key: String
  }

  var requests: [RequestID: Purpose] = [:]
  var sockets: [SocketID: Purpose] = [:]
  var nextNumber = 1
}

extension Exchange {
  /// Sends a request; what comes of it is told to the facade with that key.
  @discardableResult
  mutating func ask(
    _ request: HTTPRequest, for facade: FacadeName, key: String, _ turn: inout Turn
  ) -> RequestID {
    let id = RequestID(outgoing.nextNumber)
    outgoing.nextNumber &+= 1
    outgoing.requests[id] = OutgoingTable.Purpose(facade: facade, key: key)
    turn.effects.append(.transport(.request(id, request)))
    return id
  }

  /// Opens a WebSocket; all its events are told to the facade with that key.
  mutating func connect(
    _ request: SocketRequest, for facade: FacadeName, key: String, _ turn: inout Turn
  ) -> SocketID {
    let id = SocketID(outgoing.nextNumber)
    outgoing.nextNumber &+= 1
    outgoing.sockets[id] = OutgoingTable.Purpose(facade: facade, key: key)
    turn.effects.append(.transport(.open(id, request)))
    return id
  }

  mutating func takeTransport(_ event: TransportEvent, _ turn: inout Turn) {
    let purpose: OutgoingTable.Purpose?
    switch event {
    case .response(let id, _), .requestFailed(let id, _):
      purpose = outgoing.requests.removeValue(forKey: id)
    case .closed(let id, _, _), .failed(let id, _):
      purpose = outgoing.sockets.removeValue(forKey: id)
    case .opened(let id), .received(let id, _):
      purpose = outgoing.sockets[id]
    }
    guard let purpose else { return }
    purpose.facade.type.take(event, for: purpose.key, in: &self, &turn)
  }
}
