import Basics

/// One open socket of any facade, whether its client has signed in or not.
struct FacadeSocket: Equatable, Sendable {
  let facade: FacadeName
  let address: String
  var faultCount = 0
  var allowance: RateBucket
}

/// One open socket of a client that has signed in.
struct ExchangeSocket: Equatable, Sendable {
  let userID: String
  /// The hash of the token it was opened with: the device, as far as it is known.
  let session: String
  let address: String
}

/// The open sockets, by name and by user.
struct SocketTable: Equatable, Sendable {
  private var sockets: [ExchangeSocketID: ExchangeSocket] = [:]
  private var ofUser: [String: [ExchangeSocketID]] = [:]

  subscript(id: ExchangeSocketID) -> ExchangeSocket? { sockets[id] }

  mutating func add(_ socket: ExchangeSocket, as id: ExchangeSocketID) {
    sockets[id] = socket
    ofUser[socket.userID, default: []].append(id)
  }

  @discardableResult
  mutating func remove(_ id: ExchangeSocketID) -> ExchangeSocket? {
    guard let socket = sockets.removeValue(forKey: id) else { return nil }
    ofUser[socket.userID]?.removeAll { $0 == id }
    if ofUser[socket.userID]?.isEmpty == true { ofUser[socket.userID] = nil }
    return socket
  }

  /// In the order in which they were opened.
  func ids(of userID: String) -> [ExchangeSocketID] { ofUser[userID] ?? [] }

  func isPresent(_ userID: String) -> Bool { ofUser[userID] != nil }

  var count: Int { sockets.count }

  var presentUsers: [String] { ofUser.keys.sorted() }

  /// All of them, oldest first.
  var all: [(id: ExchangeSocketID, socket: ExchangeSocket)] {
    sockets.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
