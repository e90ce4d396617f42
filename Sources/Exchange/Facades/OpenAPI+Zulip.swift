import Formats
import ZulipWire

extension OpenAPI {
  /// Calls of the newest generation, and what clients need of Zulip itself.
  static let zulipPaths: [String: JSONValue] = zulipCore.merging(zulipCalls) { first, _ in first }

  private static let zulipCore: [String: JSONValue] = [
    ZulipPath.settings: [
      "get": outline("What this server is", errors: [429], security: [])
    ],
    ZulipPath.fetchKey: [
      "post": zulip(
        "Get an API key: the password is the user's token, and guests need none", [],
        body: ["username!", "password"], errors: [400, 401, 403], isOpen: true)
    ],
    ZulipPath.users: ["get": zulip("Who is here")],
    ZulipPath.me: ["get": zulip("Who one is")],
    ZulipPath.ownPresence: [
      "get": zulip("One's own presence", errors: [400]),
      "post": zulip(
        "Say that one is there",
        body: ["status!", "ping_only", "new_user_input", "last_update_id"],
        errors: [400]),
    ],
    ZulipPath.users + "/{user}": [
      "get": zulip("One user, by id or e-mail address", ["user"], errors: [400])
    ],
    ZulipPath.users + "/{user}/presence": [
      "get": zulip("Whether somebody is there", ["user"], errors: [400])
    ],
    ZulipPath.presence: ["get": zulip("Who is there")],
    ZulipPath.register: [
      "post": zulip("Make an event queue", body: ["event_types"], errors: [400])
    ],
    ZulipPath.events: [
      "get": zulip(
        "Wait for events, up to 90 s", query: ["queue_id", "last_event_id", "dont_block"],
        errors: [400]),
      "delete": zulip("Remove an event queue", query: ["queue_id"], errors: [400]),
    ],
    ZulipPath.messages: [
      "post": zulip(
        "Send a direct message, such as a link to a conference",
        body: ["type!", "to!", "content!"], errors: [400])
    ],
  ]

  private static let zulipCalls: [String: JSONValue] = [
    ZulipPath.create: ["post": placing("Place a call")],
    ZulipPath.initiate: ["post": placing("Place a call, as older clients do")],
    ZulipPath.calls + "/start": ["post": placing("Place a call, as older clients do")],
    ZulipPath.calls + "/create-embedded": [
      "post": placing("Place a call from a page", more: ["redirect_to_meeting"])
    ],
    ZulipPath.history: [
      "get": zulip("Own calls", query: ["limit", "cursor", "call_type", "status"])
    ],
    ZulipPath.active: ["get": zulip("Own calls that go on")],
    ZulipPath.acknowledge: [
      "post": zulip(
        "Say that a call rings here", body: ["call_id!", "status"], errors: [400, 404])
    ],
    ZulipPath.heartbeat: [
      "post": zulip(
        "Keep a call up; every 30 s", body: ["call_id!", "is_backgrounded"], errors: [400, 404])
    ],
    ZulipPath.calls + "/end-all": ["post": zulip("End all own calls")],
    ZulipPath.call("{call_id}", "cancel"): [
      "post": zulip("Give up a call that rings", ["call_id"], errors: [400, 403, 404])
    ],
    ZulipPath.call("{call_id}", "respond"): [
      "post": zulip(
        "accept or decline", ["call_id"], body: ["response!"], errors: [400, 403, 404])
    ],
    ZulipPath.call("{call_id}", "end"): [
      "post": zulip("hang up for both", ["call_id"], body: ["duration"], errors: [403, 404])
    ],
    ZulipPath.call("{call_id}", "status"): [
      "get": zulip("How a call stands", ["call_id"], errors: [403, 404])
    ],
    ZulipPath.groupCreate: [
      "post": zulip(
        "Call several", body: ["call_type", "title", "stream_id", "topic", "user_ids"],
        errors: [503])
    ],
    ZulipPath.group("{call_id}", "status"): [
      "get": zulip("How a group call stands", ["call_id"], errors: [403, 404])
    ],
    ZulipPath.group("{call_id}", "participants"): [
      "get": zulip("Who is in a group call", ["call_id"], errors: [403, 404])
    ],
    ZulipPath.group("{call_id}", "invite"): [
      "post": zulip(
        "Invite more people", ["call_id"], body: ["user_ids!"], errors: [400, 403, 404])
    ],
    ZulipPath.group("{call_id}", "join"): [
      "post": zulip("Join a group call", ["call_id"], errors: [400, 403, 404])
    ],
    ZulipPath.group("{call_id}", "leave"): [
      "post": zulip("Leave a group call", ["call_id"], errors: [400, 403, 404])
    ],
    ZulipPath.group("{call_id}", "decline"): [
      "post": zulip("Decline a group call", ["call_id"], errors: [400, 403, 404])
    ],
    ZulipPath.group("{call_id}", "end"): [
      "post": zulip("End a group call for all; for the host", ["call_id"], errors: [403, 404])
    ],
  ]

  private static func placing(_ summary: String, more: [String] = []) -> JSONValue {
    zulip(
      summary, body: ["user_id", "recipient_email", "is_video_call"] + more,
      errors: [400, 404, 409, 503])
  }

  /// - Parameter isOpen: whether it is asked before one has signed in.
  private static func zulip(
    _ summary: String, _ path: [String] = [], query: [String] = [], body: [String] = [],
    errors: [Int] = [], isOpen: Bool = false
  ) -> JSONValue {
    outline(
      summary, path: path, query: query, body: body, type: "application/x-www-form-urlencoded",
      errors: errors + (isOpen ? [429] : [401, 429]), security: isOpen ? [] : ["basic"])
  }
}
