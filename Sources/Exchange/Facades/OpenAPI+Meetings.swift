import Formats

extension OpenAPI {
  /// Rooms, recordings, transcripts and figures.
  static let meetingPaths: [String: JSONValue] = [
    "/api/v1/calls/rooms": [
      "get": operation("All rooms", [200: "Rooms"], errors: [401, 429]),
      "post": operation(
        "Make a room", body: "CreateRoom", [201: "Room"], errors: [400, 401, 409, 429]),
    ],
    "/api/v1/calls/rooms/{room_id}": [
      "get": operation(
        "One room, by its id or name", parameters: [roomID], [200: "Room"],
        errors: [401, 404, 429]),
      "delete": operation(
        "Remove a room that one has made", parameters: [roomID], [200: "RoomStatus"],
        errors: [401, 403, 404, 429]),
    ],
    "/api/v1/calls/rooms/{room_id}/join": [
      "post": operation(
        "Join a room; 423 until the host lets one in", parameters: [roomID], body: "JoinRoom",
        [200: "JoinedRoom"], errors: [401, 403, 404, 409, 423, 429, 502])
    ],
    "/api/v1/calls/rooms/{room_id}/leave": [
      "post": operation(
        "Leave a room, or stop waiting for it", parameters: [roomID], [200: "RoomStatus"],
        errors: [401, 404, 409, 429])
    ],
    "/api/v1/calls/rooms/{room_id}/participants": [
      "get": operation(
        "Who is in a room, and who waits", parameters: [roomID], [200: "Participants"],
        errors: [401, 404, 429])
    ],
    "/api/v1/calls/rooms/{room_id}/admit": [
      "post": operation(
        "Let somebody in who waits, or send them away; for the host", parameters: [roomID],
        body: "Admit", [200: "Admit"], errors: [400, 401, 403, 404, 409, 429])
    ],
    "/api/v1/calls/{call_id}/record/start": [
      "post": operation(
        "Record a call that the exchange mixes", parameters: [callID], [200: "Recording"],
        errors: [401, 403, 404, 409, 429])
    ],
    "/api/v1/calls/{call_id}/record/stop": [
      "post": operation(
        "End the recording; answered when the file is whole", parameters: [callID],
        [200: "Recording"], errors: [401, 403, 404, 409, 429])
    ],
    "/api/v1/calls/{call_id}/recordings": [
      "get": operation(
        "The recordings of a call", parameters: [callID], [200: "Recordings"],
        errors: [401, 404, 429])
    ],
    "/api/v1/calls/{call_id}/recordings/{recording_id}": [
      "get": operation(
        "A recording's sound, as Ogg Opus",
        parameters: [
          callID,
          ["name": "recording_id", "in": "path", "required": true, "schema": ["type": "string"]],
        ], [200: nil], errors: [401, 404, 429])
    ],
    "/api/v1/calls/{call_id}/transcribe": [
      "post": operation(
        "Have a call transcribed", parameters: [callID], body: "Transcribe", [200: "CallStatus"],
        errors: [401, 403, 404, 409, 429, 501])
    ],
    "/api/v1/calls/{call_id}/transcript": [
      "get": operation(
        "What was said", parameters: [callID, query("format", "json, txt, vtt or srt")],
        [200: "Transcript"], errors: [400, 401, 404, 429])
    ],
    "/api/v1/calls/analytics": [
      "get": operation(
        "Figures by day: of all for administrators, else one's own",
        parameters: [query("days", "1 to 365; 30 when missing")], [200: "Analytics"],
        errors: [400, 401, 429])
    ],
  ]

  static let meetingSchemas: [String: JSONValue] = [
    "RoomSettings": object([
      "allow_recording": boolean, "auto_transcribe": boolean, "waiting_room": boolean,
      "require_password": boolean,
    ]),
    "CreateRoom": object(
      [
        "name": string, "type": ["enum": ["persistent", "temporary"]],
        "max_participants": integer, "settings": reference("RoomSettings"), "password": string,
      ], required: ["name"]),
    "Room": object(
      [
        "room_id": string, "name": string, "type": ["enum": ["persistent", "temporary"]],
        "max_participants": integer, "settings": reference("RoomSettings"),
        "current_participants": integer, "created_at": time, "created_by": string,
      ],
      required: [
        "room_id", "name", "type", "max_participants", "settings", "current_participants",
      ]),
    "Rooms": object(
      ["rooms": list("Room"), "total": integer], required: ["rooms", "total"]),
    "RoomStatus": object(["room_id": string, "status": string], required: ["room_id", "status"]),
    "CallStatus": object(["call_id": string, "status": string], required: ["call_id", "status"]),
    "JoinRoom": object(
      ["display_name": string, "password": string, "audio": boolean, "video": boolean]),
    "JoinedRoom": object(
      [
        "room": reference("Room"), "participant": reference("Participant"), "call_id": string,
        "media": reference("Media"), "participants": list("Participant"),
      ], required: ["room", "participant", "call_id", "media"]),
    "Participants": object(
      ["participants": list("Participant"), "total": integer],
      required: ["participants", "total"]),
    "Admit": object(["user_id": string, "admit": boolean], required: ["user_id"]),
    "Recording": object(
      [
        "recording_id": string, "recording_type": ["const": "audio"],
        "status": ["enum": ["recording", "ready", "failed"]], "started_at": time,
        "stopped_at": time, "duration_seconds": integer, "file_size": integer,
        "file_url": string,
      ], required: ["recording_id", "recording_type", "status", "started_at"]),
    "Recordings": object(["recordings": list("Recording")], required: ["recordings"]),
    "Transcribe": object(["language": string, "enabled": boolean]),
    "Transcript": object(
      [
        "call_id": string, "language": string,
        "status": ["enum": ["waiting", "running", "ready", "failed"]], "message": string,
        "segments": list("Segment"),
      ], required: ["call_id", "status", "segments"]),
    "Segment": object(
      [
        "id": integer, "start_time_ms": integer, "end_time_ms": integer, "text": string,
        "speaker_id": string, "speaker_name": string, "confidence": ["type": "number"],
        "words": [
          "type": "array",
          "items": object(["word": string, "start_time_ms": integer, "end_time_ms": integer]),
        ],
      ], required: ["id", "start_time_ms", "end_time_ms", "text"]),
    "Figures": object([
      "date": ["type": "string", "format": "date"], "total_calls": integer,
      "answered_calls": integer, "missed_calls": integer, "declined_calls": integer,
      "cancelled_calls": integer, "failed_calls": integer, "total_duration_seconds": integer,
      "average_duration_seconds": integer, "average_quality": ["type": "number"],
    ]),
    "Analytics": object(
      [
        "days": integer, "scope": ["enum": ["all", "own"]], "summary": reference("Figures"),
        "daily": list("Figures"),
      ], required: ["days", "scope", "summary", "daily"]),
  ]

  private static let boolean: JSONValue = ["type": "boolean"]
  private static let integer: JSONValue = ["type": "integer"]
  private static let roomID: JSONValue = [
    "name": "room_id", "in": "path", "required": true, "schema": ["type": "string"],
  ]

  private static func list(_ schema: String) -> JSONValue {
    ["type": "array", "items": reference(schema)]
  }
}
