import Basics
import Formats

/// What a caller says on the socket of a call: `{"type":…,"data":{…}}`.
package enum ClientMessage: Equatable, Sendable {
  case startCall(sessionID: String, name: String?, email: String?)
  /// Samples of 16 bits as bytes; see ``PCM16``.
  case audioData([UInt8])
  case endCall(EndCallReason)
  /// Hand the call over to a person. An extension of the exchange; other servers pass over it.
  case escalate(reason: String?)

  /// - Returns: `nil` for a type that is not known, which servers pass over.
  package init?(decoding text: String) throws(WireError) {
    guard let value = try? JSONValue(decoding: text), let type = value["type"]?.string else {
      throw .malformed
    }
    let data = value["data"] ?? .object([:])
    switch type {
    case "start_call":
      self = .startCall(
        sessionID: data["sessionId"]?.string ?? "", name: data["name"]?.string,
        email: data["email"]?.string)
    case "audio_data":
      guard let bytes = try string("audio", of: data).soundBytes, bytes.count.isMultiple(of: 2)
      else { throw .notSound }
      self = .audioData(bytes)
    case "end_call":
      self = .endCall(data["reason"]?.string.flatMap(EndCallReason.init(rawValue:)) ?? .userEnded)
    case "escalate", "request_human":
      self = .escalate(reason: data["reason"]?.string)
    default: return nil
    }
  }

  package func encoded() -> String {
    switch self {
    case .startCall(let sessionID, let name, let email):
      return message(
        "start_call",
        .members([
          "sessionId": .string(sessionID), "name": name.map { .string($0) },
          "email": email.map { .string($0) },
        ]))
    case .audioData(let bytes):
      return soundMessage("audio_data", Base64.encode(bytes))
    case .endCall(let reason): return message("end_call", ["reason": .string(reason.rawValue)])
    case .escalate(let reason):
      return message("request_human", .members(["reason": reason.map { .string($0) }]))
    }
  }

  /// A chunk of sound, as ``audioData(_:)`` is written.
  package static func audioData(of samples: [Int16]) -> String {
    soundMessage("audio_data", PCM16.encode(samples))
  }
}

extension String {
  /// The bytes of a chunk of sound; also of one that has a data URL's head.
  var soundBytes: [UInt8]? {
    guard hasPrefix("data:"), let comma = firstIndex(of: ",") else { return Base64.decode(self) }
    return Base64.decode(self[index(after: comma)...])
  }
}

func message(_ type: String, _ data: JSONValue?) -> String {
  JSONValue.members(["type": .string(type), "data": data]).text
}

/// Written without the way over ``JSONValue``: letters of base64 need no escapes, and there are many.
func soundMessage(_ type: String, _ letters: String) -> String {
  "{\"type\":\"\(type)\",\"data\":{\"audio\":\"\(letters)\"}}"
}
