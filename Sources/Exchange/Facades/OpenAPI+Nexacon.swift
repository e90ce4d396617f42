import Formats
import NexaconWire

extension OpenAPI {
  /// Nexacon's REST API; signalling is on its WebSocket.
  static let nexaconPaths: [String: JSONValue] = {
    var paths: [String: JSONValue] = [:]
    for (path, item) in nexaconItems { paths[NexaconPath.base + path] = item }
    paths[NexaconPath.socket] = [
      "get": outline(
        "XMPP by RFC 7395, subprotocol xmpp: signals of calls", errors: [426, 429], success: 101,
        security: [])
    ]
    paths[NexaconPath.callPage] = [
      "get": outline(
        "What a browser shows of a call's address", query: ["room", "caller", "type"],
        errors: [429], security: [])
    ]
    return paths
  }()

  private static let nexaconItems: [(String, JSONValue)] = [
    (NexaconPath.token, ["post": key("Get a token by the key pair", ["username!"])]),
    (NexaconPath.refresh, ["post": key("Get another token", ["refresh_token!"])]),
    (
      NexaconPath.login,
      ["post": key("Get a token by name and password", ["username!", "password!"])]
    ),
    (NexaconPath.call, ["post": nexacon("Ring somebody", body: ["to!", "type", "room"])]),
    (
      NexaconPath.peerCall,
      ["post": nexacon("Ring somebody, peer to peer", body: ["to!", "type", "room"])]
    ),
    (
      NexaconPath.groupCall,
      ["post": nexacon("Ring several", body: ["participants!", "type", "room"])]
    ),
    (NexaconPath.decline, ["post": nexacon("Decline a call", body: ["room!"])]),
    (
      NexaconPath.callURL,
      ["post": nexacon("An address to call somebody by", body: ["to!", "type", "room"])]
    ),
    (NexaconPath.credentials, ["get": nexacon("STUN and TURN servers")]),
    (
      NexaconPath.analytics,
      [
        "post": nexacon(
          "Write down a call that is over",
          body: ["room!", "status!", "call_type", "duration_seconds", "metadata"])
      ]
    ),
    (
      NexaconPath.history,
      [
        "get": nexacon(
          "Past calls",
          query: [
            "start_date", "end_date", "call_type", "status", "participant", "page", "page_size",
          ])
      ]
    ),
    (
      NexaconPath.contacts,
      [
        "get": nexacon("Who can be called"),
        "post": nexacon("Add a contact", body: ["nxid!", "name"], success: 201),
      ]
    ),
    (
      NexaconPath.contacts + "{nxid}/",
      ["delete": nexacon("Remove a contact", path: ["nxid"], success: 204)]
    ),
    (NexaconPath.presence, ["get": nexacon("Whether somebody is there", query: ["user"])]),
    (
      NexaconPath.registerDevice,
      [
        "post": nexacon("Name a device to be waked; nobody here wakes one"),
        "delete": nexacon("Forget a device"),
      ]
    ),
  ]

  private static func key(_ summary: String, _ body: [String]) -> JSONValue {
    outline(
      summary, body: body, errors: [400, 401, 403, 404, 429], security: ["apiKey", "secretKey"])
  }

  private static func nexacon(
    _ summary: String, path: [String] = [], query: [String] = [], body: [String] = [],
    success: Int = 200
  ) -> JSONValue {
    outline(
      summary, path: path, query: query, body: body, errors: [400, 401, 403, 404, 405, 429],
      success: success, security: ["apiKey", "secretKey", "token"])
  }
}
