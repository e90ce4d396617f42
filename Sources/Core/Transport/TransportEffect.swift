/// One request of one account, named by whoever asks it.
package struct RequestID: Hashable, Sendable {
  package let number: Int

  package init(_ number: Int) { self.number = number }
}

/// One WebSocket of one account, named by whoever opens it.
package struct SocketID: Hashable, Sendable {
  package let number: Int

  package init(_ number: Int) { self.number = number }
}

/// What a WebSocket carries in one message.
package enum SocketMessage: Equatable, Sendable {
  case text(String)
  case binary([UInt8])
}

/// How a WebSocket is to be opened.
package struct SocketRequest: Equatable, Sendable {
  /// `ws:` or `wss:`; a `http(s):` URL is taken for its WebSocket equivalent.
  package var url: String
  package var subprotocols: [String]
  package var fields: HTTPFields
  /// How long the handshake may take.
  package var timeout: Duration

  package init(
    _ url: String, subprotocols: [String] = [], fields: HTTPFields = HTTPFields(),
    timeout: Duration = .seconds(10)
  ) {
    self.url = url
    self.subprotocols = subprotocols
    self.fields = fields
    self.timeout = timeout
  }
}

/// What a dialect may ask of the network. Everything is answered by a ``TransportEvent``.
package enum TransportEffect: Equatable, Sendable {
  /// Answered once, by `response` or `requestFailed`.
  case request(RequestID, HTTPRequest)
  /// The answer is no longer wanted; none will come.
  case cancel(RequestID)
  /// Answered by `opened` or `failed`.
  case open(SocketID, SocketRequest)
  case send(SocketID, SocketMessage)
  /// Starts the closing handshake; answered by `closed`.
  case close(SocketID, code: Int)
}
