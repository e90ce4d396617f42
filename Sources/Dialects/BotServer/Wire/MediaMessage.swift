package import Basics
package import Formats

/// How the sound of a call is carried.
package struct MediaMessage: Equatable, Sendable {
  /// `p2p`, or `janus-audiobridge` in rooms.
  package var kind: String
  package var iceServers: [IceServerMessage]
  /// The socket over which offer, answer and candidates go.
  package var eventsURL: String?
  /// Of a Janus server's WebSocket, when the kind says so.
  package var url: String?
  /// The AudioBridge room there: a number, or a text.
  package var room: JSONValue?
  package var pin: Secret?
  package var token: Secret?

  package init(
    kind: String, iceServers: [IceServerMessage], eventsURL: String?, url: String? = nil,
    room: JSONValue? = nil, pin: Secret? = nil, token: Secret? = nil
  ) {
    self.kind = kind
    self.iceServers = iceServers
    self.eventsURL = eventsURL
    self.url = url
    self.room = room
    self.pin = pin
    self.token = token
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let kind = value["kind"]?.string else { throw .missing("kind") }
    self.kind = kind
    iceServers =
      (value["ice_servers"] ?? value["iceServers"])?.array?
      .compactMap { try? IceServerMessage(decoding: $0) } ?? []
    eventsURL = value["events_url"]?.string
    url = value["url"]?.string
    room = value["room"]
    pin = value["pin"]?.string.map { Secret($0) }
    token = value["token"]?.string.map { Secret($0) }
  }

  package func encoded() -> JSONValue {
    .members([
      "kind": .string(kind), "ice_servers": .array(iceServers.map { $0.encoded() }),
      "events_url": eventsURL.map { .string($0) }, "url": url.map { .string($0) }, "room": room,
      "pin": pin.map { .string($0.exposed) }, "token": token.map { .string($0.exposed) },
    ])
  }

  /// Offer and answer over the events socket.
  package static let peerToPeer = "p2p"
  /// A seat in a room of a Janus server.
  package static let janus = "janus-audiobridge"
}

/// A STUN or TURN server as WebRTC writes it (W3C webrtc-pc, *RTCIceServer*).
package struct IceServerMessage: Equatable, Sendable {
  package var urls: [String]
  package var username: String?
  package var credential: String?

  package init(urls: [String], username: String? = nil, credential: String? = nil) {
    self.urls = urls
    self.username = username
    self.credential = credential
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let urls = value["urls"] ?? value["url"] else { throw .missing("urls") }
    self.urls = urls.array?.compactMap(\.string) ?? urls.string.map { [$0] } ?? []
    username = value["username"]?.string
    credential = (value["credential"] ?? value["password"])?.string
  }

  package func encoded() -> JSONValue {
    .members([
      "urls": .array(urls.map { .string($0) }), "username": username.map { .string($0) },
      "credential": credential.map { .string($0) },
    ])
  }
}
