import Basics
import Formats

/// What a server says on the socket of a call: `{"type":…,"data":{…}}`.
///
/// The document and the code name some things differently; both are read, and each is written where it
/// is asked for.
package enum ServerMessage: Equatable, Sendable {
  /// The greeting: `connected` in the document, `status` `ready` in the code.
  case ready(sessionID: String?)
  case callStarted(callID: String)
  /// Bytes of samples, in chunks of any size, also odd ones.
  case audioResponse([UInt8])
  case transcript(isCaller: Bool, text: String, isFinal: Bool)
  case status(Status)
  case agent(Agent)
  /// What has not been played shall not be played.
  case stopAudio(reason: String)
  case callEnded(reason: String, durationSeconds: Int?)
  case error(message: String, code: ErrorCode?)
  case escalationStarted(reason: String, urgency: String?, summary: String?, message: String)

  /// `status` as the document has it.
  package enum Status: String, Sendable {
    case connecting
    case inProgress = "in_progress"
    case completed, failed
  }

  package enum Agent: String, Sendable {
    case listening, thinking, speaking
  }

  /// - Returns: `nil` for what needs no attention: a type or a status that is not known.
  package init?(decoding text: String) throws(WireError) {
    guard let value = try? JSONValue(decoding: text, limit: Self.byteLimit),
      let type = value["type"]?.string
    else { throw .malformed }
    // The code puts some members beside `data`.
    let data = value["data"] ?? value
    switch type {
    case "connected": self = .ready(sessionID: data["sessionId"]?.string)
    case "status":
      let status = try string("status", of: data)
      if status == "ready" {
        self = .ready(sessionID: nil)
      } else if let known = Status(rawValue: status) {
        self = .status(known)
      } else {
        return nil
      }
    case "call_started": self = .callStarted(callID: data["callId"]?.string ?? "")
    case "audio_response":
      guard let bytes = try string("audio", of: data).soundBytes else { throw .notSound }
      self = .audioResponse(bytes)
    case "transcript": self = try Self.transcript(data)
    case "agent_state":
      guard let agent = Agent(rawValue: try string("state", of: data)) else { return nil }
      self = .agent(agent)
    case "agent_speaking": self = .agent(.speaking)
    case "agent_listening": self = .agent(.listening)
    case "agent_thinking": self = .agent(.thinking)
    case "stop_audio": self = .stopAudio(reason: data["reason"]?.string ?? "")
    case "call_ended":
      self = .callEnded(
        reason: data["reason"]?.string ?? "", durationSeconds: data["durationSeconds"]?.integer)
    case "error":
      self = .error(
        message: data["message"]?.string ?? data["error"]?.string ?? "",
        code: data["code"]?.string.flatMap(ErrorCode.init(rawValue:)))
    case "escalation_started":
      self = .escalationStarted(
        reason: data["reason"]?.string ?? "", urgency: data["urgency"]?.string,
        summary: data["summary"]?.string, message: data["message"]?.string ?? "")
    default: return nil
    }
  }

  private static func transcript(_ data: JSONValue) throws(WireError) -> ServerMessage {
    guard let text = data["content"]?.string ?? data["text"]?.string else {
      throw .missing("content")
    }
    let role = try string("role", of: data)
    return .transcript(
      isCaller: role == "user", text: text, isFinal: data["isFinal"]?.boolean ?? true)
  }

  /// The messages that say it; more than one where the revisions need one each.
  package func encoded(as revision: Revision) -> [String] {
    let isDocument = revision.speaksDocument
    let isCode = revision.speaksCode
    switch self {
    case .ready(let sessionID):
      return [
        isCode
          ? message("status", ["status": "ready", "message": "WebSocket connection established"])
          : nil,
        isDocument
          ? message("connected", .members(["sessionId": sessionID.map { .string($0) }])) : nil,
      ].compactMap { $0 }
    case .callStarted(let callID): return [message("call_started", ["callId": .string(callID)])]
    case .audioResponse(let bytes): return [soundMessage("audio_response", Base64.encode(bytes))]
    case .transcript(let isCaller, let text, let isFinal):
      return [
        message(
          "transcript",
          .members([
            "role": isCaller ? "user" : "assistant", "content": isDocument ? .string(text) : nil,
            "text": isCode ? .string(text) : nil, "isFinal": .boolean(isFinal),
          ]))
      ]
    case .status(let status):
      return isDocument ? [message("status", ["status": .string(status.rawValue)])] : []
    case .agent(let agent): return Self.encoded(agent, as: revision)
    case .stopAudio(let reason): return [message("stop_audio", ["reason": .string(reason)])]
    case .callEnded(let reason, let seconds):
      return [
        message(
          "call_ended",
          .members([
            "reason": .string(reason), "durationSeconds": seconds.map { .integer(Int64($0)) },
          ]))
      ]
    case .error(let text, let code):
      return [
        message(
          "error",
          .members(["message": .string(text), "code": code.map { .string($0.rawValue) }]))
      ]
    case .escalationStarted(let reason, let urgency, let summary, let text):
      return [
        message(
          "escalation_started",
          .members([
            "reason": .string(reason), "urgency": urgency.map { .string($0) },
            "summary": summary.map { .string($0) }, "message": .string(text),
          ]))
      ]
    }
  }

  private static func encoded(_ agent: Agent, as revision: Revision) -> [String] {
    var messages: [String] = []
    // Neither revision knows a thinking bot: it listens no more, and does not speak yet.
    let state: Agent = agent == .thinking ? .listening : agent
    if revision.speaksDocument {
      messages.append(message("agent_state", ["state": .string(state.rawValue)]))
    }
    if revision.speaksCode { messages.append(message("agent_\(state.rawValue)", nil)) }
    return messages
  }

  /// A chunk of sound, as ``audioResponse(_:)`` is written.
  package static func audioResponse(of samples: [Int16]) -> String {
    soundMessage("audio_response", PCM16.encode(samples))
  }

  /// Bytes of one message at most: 20 s of sound.
  package static let byteLimit = 2 << 20
}
