import Basics
import Formats

/// One request to a Janus server, without its transaction.
enum JanusRequest: Equatable, Sendable {
  case create
  case attach(session: Int64)
  case claim(session: Int64)
  case keepAlive(session: Int64)
  case message(session: Int64, handle: Int64, body: JSONValue, JanusMessage.Jsep?)
  case trickle(session: Int64, handle: Int64, JanusMessage.Trickled)
  case detach(session: Int64, handle: Int64)
  case destroy(session: Int64)

  func encoded(transaction: String, secret: Secret?) -> String {
    var members = self.members
    members["transaction"] = .string(transaction)
    if let secret { members["apisecret"] = .string(secret.exposed) }
    return JSONValue.object(members).text
  }

  private var members: [String: JSONValue] {
    switch self {
    case .create: return ["janus": "create"]
    case .attach(let session):
      return [
        "janus": "attach", "session_id": .integer(session), "plugin": "janus.plugin.audiobridge",
      ]
    case .claim(let session): return ["janus": "claim", "session_id": .integer(session)]
    case .keepAlive(let session): return ["janus": "keepalive", "session_id": .integer(session)]
    case .message(let session, let handle, let body, let jsep):
      var members = Self.members("message", session, handle)
      members["body"] = body
      if let jsep { members["jsep"] = ["type": .string(jsep.type), "sdp": .string(jsep.sdp)] }
      return members
    case .trickle(let session, let handle, let trickled):
      var members = Self.members("trickle", session, handle)
      switch trickled {
      case .completed: members["candidate"] = ["completed": true]
      case .candidate(let line):
        members["candidate"] = ["candidate": .string(line), "sdpMid": "0", "sdpMLineIndex": 0]
      }
      return members
    case .detach(let session, let handle): return Self.members("detach", session, handle)
    case .destroy(let session): return ["janus": "destroy", "session_id": .integer(session)]
    }
  }

  private static func members(
    _ kind: String, _ session: Int64, _ handle: Int64
  ) -> [String: JSONValue] {
    ["janus": .string(kind), "session_id": .integer(session), "handle_id": .integer(handle)]
  }
}
