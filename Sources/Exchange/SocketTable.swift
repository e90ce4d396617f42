import Basics

/// One open events socket.
struct ExchangeSocket: Equatable, Sendable {
  let userID: String
  /// The hash of the token it was opened with: the device, as far as it is known.
  let session: String
  let address: String
  var faultCount = 0
  var allowance: RateBucket
}

/// The open sockets, by name and by user.
struct SocketTable: Equatable, Sendable {
  private var sockets: [ExchangeSocketID: ExchangeSocket] = [:]
  private var ofUser: [String: [ExchangeSocketID]] = [:]
  private var countAtAddress: [String: Int] = [:]

  subscript(id: ExchangeSocketID) -> ExchangeSocket? { sockets[id] }

  mutating func add(_ socket: ExchangeSocket, as id: ExchangeSocketID) {
    sockets[id] = socket
    ofUser[socket.userID, default: []].append(id)
    countAtAddress[socket.address, default: 0] += 1
  }

  @discardableResult
  mutating func remove(_ id: ExchangeSocketID) -> ExchangeSocket? {
    guard let socket = sockets.removeValue(forKey: id) else { return nil }
    ofUser[socket.userID]?.removeAll { $0 == id }
    if ofUser[socket.userID]?.isEmpty == true { ofUser[socket.userID] = nil }
    countAtAddress[socket.address, default: 1] -= 1
    if countAtAddress[socket.address] == 0 { countAtAddress[socket.address] = nil }
    return socket
  }

  /// Changes a socket in place; nothing happens when it is gone.
  mutating func update(_ id: ExchangeSocketID, _ change: (inout ExchangeSocket) -> Void) {
    guard sockets[id] != nil else { return }
    change(&sockets[id]!)  // Looked up one line above.
  }

  /// In the order in which they were opened.
  func ids(of userID: String) -> [ExchangeSocketID] { ofUser[userID] ?? [] }

  func isPresent(_ userID: String) -> Bool { ofUser[userID] != nil }

  func count(at address: String) -> Int { countAtAddress[address] ?? 0 }

  var count: Int { sockets.count }

  var presentUsers: [String] { ofUser.keys.sorted() }

  /// All of them, oldest first.
  var all: [(id: ExchangeSocketID, socket: ExchangeSocket)] {
    sockets.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
