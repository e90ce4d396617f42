import Formats

extension OpenAPI {
  /// What clients of Jitsi Meet ask for.
  static let conferencePaths: [String: JSONValue] = [
    "/config.js": [
      "get": open(operation("What a client of Jitsi Meet reads first", [200: nil], errors: [429]))
    ],
    "/conference-request/v1": [
      "post": open(
        operation(
          "Have a conference made ready", body: "ConferenceRequest", [200: "Conference"],
          errors: [400, 429]))
    ],
    "/xmpp-websocket": [
      "get": open(
        operation(
          "XMPP by RFC 7395, subprotocol xmpp: rooms and sessions of conferences", [101: nil],
          errors: [426, 429]))
    ],
    "/{room}": [
      "get": open(
        operation("A conference, for people: how to join it", [200: nil], errors: [429]))
    ],
  ]

  static let conferenceSchemas: [String: JSONValue] = [
    "ConferenceRequest": object(
      ["room": string, "properties": object(["startAudioMuted": ["type": "integer"]])],
      required: ["room"]),
    "Conference": object(
      ["ready": ["type": "boolean"], "focusJid": string, "room": string],
      required: ["ready", "focusJid"]),
  ]
}
