import Formats

/// The description of what the exchange serves, kept by hand beside the facades' tables of routes.
///
/// - Source: OpenAPI 3.1.
enum OpenAPI {
  private static let about =
    "Four call systems on one server; each operation is tagged with its own. BotServer: calls, rooms, "
    + "recordings and transcripts as in the Calls API of General Bots, with the extensions respond, "
    + "guest, admit, analytics, and the sound of a recording. Zulip: calls of the newest generation, and "
    + "what its clients need of Zulip itself. Nexacon: calls, history, contacts. Buzzi: voice bots, and "
    + "what their company may see and set. Conferences: what clients of Jitsi Meet ask for."

  static let document: JSONValue = [
    "openapi": "3.1.0",
    "info": [
      "title": "Tipring exchange",
      "version": "1",
      "description": .string(about),
    ],
    "security": [["bearer": []]],
    "paths": .object(
      tagged("BotServer", paths.merging(meetingPaths) { first, _ in first })
        .merging(tagged("Zulip", zulipPaths), uniquingKeysWith: joined)
        .merging(tagged("Nexacon", nexaconPaths), uniquingKeysWith: joined)
        .merging(tagged("Buzzi", buzziPaths), uniquingKeysWith: joined)
        .merging(tagged("Conferences", conferencePaths), uniquingKeysWith: joined)),
    "components": [
      "securitySchemes": [
        "bearer": ["type": "http", "scheme": "bearer"],
        "basic": ["type": "http", "scheme": "basic"],
        "apiKey": ["type": "apiKey", "in": "header", "name": "X-API-Key"],
        "secretKey": ["type": "apiKey", "in": "header", "name": "X-Secret-Key"],
        "token": ["type": "apiKey", "in": "header", "name": "X-NX-Token"],
      ],
      "schemas": .object(
        schemas.merging(meetingSchemas) { first, _ in first }
          .merging(conferenceSchemas) { first, _ in first }),
    ],
  ]

  private static let paths: [String: JSONValue] = [
    "/api/v1/calls/initiate": [
      "post": operation(
        "Place a call and ring the callee", body: "Initiate", [201: "Call"],
        errors: [400, 401, 403, 404, 409, 423, 429, 501])
    ],
    "/api/v1/calls/history": [
      "get": operation(
        "Own calls, newest first",
        parameters: [
          query("limit", "1 to 100; 50 when missing"), query("offset", "How many to pass over"),
          query("status", "Only calls with that status"),
          query("user_id", "Only calls with that other party"),
        ], [200: "History"], errors: [400, 401, 429])
    ],
    "/api/v1/calls/{call_id}": [
      "get": operation(
        "One call", parameters: [callID], [200: "Call"], errors: [401, 403, 404, 429])
    ],
    "/api/v1/calls/{call_id}/respond": [
      "post": operation(
        "Accept or decline a ringing call", parameters: [callID], body: "Respond",
        [200: "Call"], errors: [400, 401, 403, 404, 409, 429])
    ],
    "/api/v1/calls/{call_id}/end": [
      "post": operation(
        "Cancel, decline or hang up", parameters: [callID], body: "End", [200: "Call"],
        errors: [400, 401, 403, 404, 409, 429])
    ],
    "/api/users": [
      "get": operation(
        "Who can be called",
        parameters: [
          query("limit", "1 to 1000; 100 when missing"), query("offset", "How many to pass over"),
          query("status", "online or offline"), query("role", "user, guest, admin or bot"),
          query("search", "Part of a name"),
        ], [200: "Users"], errors: [400, 401, 429])
    ],
    "/api/users/me": [
      "get": operation("Who one is", [200: "User"], errors: [401, 429])
    ],
    "/api/auth/guest": [
      "post": open(
        operation(
          "Sign in as a guest, where guests are admitted", body: "Guest", [200: "Guest"],
          errors: [400, 403, 409, 429]))
    ],
    "/ws/meet": [
      "get": operation(
        "The events socket: incoming_call, call_updated, user_status, and the signals of calls",
        parameters: [query("token", "The token, where no Authorization field can be sent")],
        [101: nil], errors: [401, 426, 429])
    ],
    "/healthz": ["get": open(operation("Whether the exchange works", [200: nil, 503: nil]))],
    "/metrics": ["get": open(operation("Counters in the Prometheus text format", [200: nil]))],
    "/openapi.json": ["get": open(operation("This description", [200: nil]))],
  ]

  private static let schemas: [String: JSONValue] = [
    "Initiate": object(
      [
        "type": ["enum": ["audio", "video"], "default": "audio"],
        "participants": ["type": "array", "items": string], "kind": callKind, "room_id": string,
        "recording": ["type": "boolean"], "transcription": ["type": "boolean"],
      ], required: ["participants"]),
    "Respond": object(
      ["response": ["enum": ["accept", "decline", "busy"]], "reason": string],
      required: ["response"]),
    "End": object(["reason": string]),
    "Guest": object(["username": string, "token": string], required: ["username"]),
    "Call": object(
      [
        "call_id": string, "type": ["enum": ["audio", "video"]],
        "kind": callKind,
        "status": [
          "enum": ["ringing", "active", "ended", "declined", "missed", "cancelled", "failed"]
        ],
        "participants": ["type": "array", "items": reference("Participant")],
        "created_at": time, "started_at": time, "ended_at": time,
        "duration_seconds": ["type": "integer"], "end_reason": string,
        "recording": ["type": "boolean"], "transcription": ["type": "boolean"],
        "media": reference("Media"),
      ], required: ["call_id", "type", "kind", "status", "participants"]),
    "Participant": object(
      [
        "user_id": string, "display_name": string, "role": ["enum": ["host", "participant"]],
        "is_bot": ["type": "boolean"], "audio": ["type": "boolean"],
        "video": ["type": "boolean"], "joined_at": time, "left_at": time,
        "status": ["enum": ["invited", "waiting", "joined", "left", "declined", "missed"]],
        "is_speaking": ["type": "boolean"],
      ], required: ["user_id", "role"]),
    "Media": object(
      [
        "kind": ["enum": ["p2p", "janus-audiobridge"]], "events_url": string, "url": string,
        "room": ["type": ["integer", "string"]], "pin": string, "token": string,
        "ice_servers": [
          "type": "array",
          "items": object(
            [
              "urls": ["type": "array", "items": string], "username": string,
              "credential": string,
            ], required: ["urls"]),
        ],
      ], required: ["kind", "ice_servers"]),
    "History": object(
      [
        "calls": ["type": "array", "items": reference("Call")], "total": ["type": "integer"],
        "limit": ["type": "integer"], "offset": ["type": "integer"],
      ], required: ["calls", "total", "limit", "offset"]),
    "User": object(
      [
        "user_id": string, "username": string, "display_name": string,
        "status": ["enum": ["online", "offline"]], "roles": ["type": "array", "items": string],
        "about": string,
      ], required: ["user_id", "username", "display_name", "status", "roles"]),
    "Users": object(
      [
        "users": ["type": "array", "items": reference("User")], "total": ["type": "integer"],
        "limit": ["type": "integer"], "offset": ["type": "integer"],
      ], required: ["users", "total"]),
    "Error": object(
      [
        "success": ["const": false],
        "error": object(["code": string, "message": string], required: ["code", "message"]),
      ], required: ["success", "error"]),
  ]

  private static let callKind: JSONValue = [
    "enum": ["one_to_one", "group", "conference", "bot"]
  ]
  static let string: JSONValue = ["type": "string"]
  static let time: JSONValue = ["type": "string", "format": "date-time"]
  static let callID: JSONValue = [
    "name": "call_id", "in": "path", "required": true, "schema": ["type": "string"],
  ]

  static func query(_ name: String, _ description: String) -> JSONValue {
    [
      "name": .string(name), "in": "query", "description": .string(description),
      "schema": ["type": "string"],
    ]
  }

  static func reference(_ name: String) -> JSONValue {
    ["$ref": .string("#/components/schemas/\(name)")]
  }

  static func object(_ properties: JSONValue, required: [JSONValue] = []) -> JSONValue {
    ["type": "object", "properties": properties, "required": .array(required)]
  }

  private static func content(_ schema: String) -> JSONValue {
    ["application/json": ["schema": reference(schema)]]
  }

  static func operation(
    _ summary: String, parameters: [JSONValue] = [], body: String? = nil,
    _ results: KeyValuePairs<Int, String?>, errors: [Int] = []
  ) -> JSONValue {
    var responses: [String: JSONValue] = [:]
    for (status, schema) in results {
      responses[String(status)] = .members([
        "description": "Done", "content": schema.map(content),
      ])
    }
    for status in errors {
      responses[String(status)] = ["description": "Refused", "content": content("Error")]
    }
    return .members([
      "summary": .string(summary), "parameters": parameters.isEmpty ? nil : .array(parameters),
      "requestBody": body.map { ["content": content($0)] }, "responses": .object(responses),
    ])
  }

  /// Without a token.
  static func open(_ operation: JSONValue) -> JSONValue {
    var members = operation.object ?? [:]
    members["security"] = []
    return .object(members)
  }
}
