import Formats

/// What two Nexacon clients tell each other in the body of a chat message.
///
/// - Source: protocols.md D.3.
package enum SignalMessage: Equatable, Sendable {
  /// It shall ring.
  case invitation(CallInvitation)
  /// Taken or refused; the reason of a refusal is an extension (`busy`, `timeout`).
  case response(room: String, isAccepted: Bool, reason: String? = nil)
  /// It is over; the reason is an extension (``takenElsewhere``).
  case end(room: String, reason: String? = nil)
  case offer(room: String, sdp: String)
  case answer(room: String, sdp: String)
  /// A candidate line; empty after the last.
  case candidate(room: String, line: String, mid: String?, index: Int?)
  /// Chat, typing, receipts of reading: of no concern to calls.
  case other(type: String)

  /// Which call it is about.
  package var room: String? {
    switch self {
    case .invitation(let invitation): invitation.room
    case .response(let room, _, _), .end(let room, _), .offer(let room, _), .answer(let room, _),
      .candidate(let room, _, _, _):
      room
    case .other: nil
    }
  }

  /// Whether it is about sound and its ways, as only parties of a call say.
  package var isMedia: Bool {
    switch self {
    case .offer, .answer, .candidate: true
    case .invitation, .response, .end, .other: false
    }
  }

  /// Reads a body; a plain text may be an invitation of the older kind.
  package init(decoding body: String) throws(NexaconError) {
    guard let value = try? JSONValue(decoding: body, limit: Self.byteLimit) else {
      if let invitation = CallInvitation(legacy: body) {
        self = .invitation(invitation)
        return
      }
      throw .malformed
    }
    guard let type = value["type"]?.string else { throw .missing("type") }
    switch type {
    case "call_invitation":
      self = .invitation(try CallInvitation(decoding: value))
    case "call_response":
      guard let isAccepted = value["accepted"]?.boolean else { throw .missing("accepted") }
      self = .response(
        room: try Self.room(of: value), isAccepted: isAccepted, reason: value["reason"]?.string)
    case "call_accepted": self = .response(room: try Self.room(of: value), isAccepted: true)
    case "call_end":
      self = .end(room: try Self.room(of: value), reason: value["reason"]?.string)
    case "webrtc_offer":
      self = .offer(room: try Self.room(of: value), sdp: try string("sdp", of: value))
    case "webrtc_answer":
      self = .answer(room: try Self.room(of: value), sdp: try string("sdp", of: value))
    case "webrtc_ice_candidate":
      guard let line = value["candidate"]?.string else { throw .missing("candidate") }
      self = .candidate(
        room: try Self.room(of: value), line: line, mid: value["sdpMid"]?.string,
        index: value["sdpMLineIndex"]?.integer)
    case "chat", "typing", "read_receipt": self = .other(type: type)
    default: throw .unknownType(type)
    }
  }

  /// - Parameter milliseconds: the sender's clock, since 1970.
  package func encoded(at milliseconds: Int64) -> String {
    let value: JSONValue =
      switch self {
      case .invitation(let invitation): invitation.encoded(at: milliseconds)
      case .response(let room, let isAccepted, let reason):
        .members([
          "type": "call_response", "roomId": .string(room), "accepted": .boolean(isAccepted),
          "reason": reason.map { .string($0) }, "timestamp": .integer(milliseconds),
        ])
      case .end(let room, let reason):
        .members([
          "type": "call_end", "roomId": .string(room), "reason": reason.map { .string($0) },
          "timestamp": .integer(milliseconds),
        ])
      case .offer(let room, let sdp):
        [
          "type": "webrtc_offer", "roomId": .string(room), "sdp": .string(sdp),
          "sdp_type": "offer",
        ]
      case .answer(let room, let sdp):
        [
          "type": "webrtc_answer", "roomId": .string(room), "sdp": .string(sdp),
          "sdp_type": "answer",
        ]
      case .candidate(let room, let line, let mid, let index):
        .members([
          "type": "webrtc_ice_candidate", "roomId": .string(room), "candidate": .string(line),
          "sdpMid": mid.map { .string($0) }, "sdpMLineIndex": index.map { .integer(Int64($0)) },
        ])
      case .other(let type): ["type": .string(type)]
      }
    return value.text
  }

  static func room(of value: JSONValue) throws(NexaconError) -> String {
    let room = try string("roomId", of: value)
    guard room.utf8.count <= roomLimit else { throw .missing("roomId") }
    return room
  }

  /// The reason of an end for a phone whose user has taken the call on another.
  package static let takenElsewhere = "answered_elsewhere"
  /// Bytes of a body at most.
  package static let byteLimit = 1 << 18
  /// Bytes of a call's name at most.
  package static let roomLimit = 200
}

/// What makes it ring.
package struct CallInvitation: Equatable, Sendable {
  package var room: String
  package var isVideo: Bool
  /// Who calls, where the message says; servers invite on behalf of others.
  package var caller: String?
  package var callerName: String?
  package var milliseconds: Int64?
  /// Where a browser can take part; only in invitations of the older kind.
  package var url: String?

  package init(room: String, isVideo: Bool, caller: String?, callerName: String?) {
    self.room = room
    self.isVideo = isVideo
    self.caller = caller
    self.callerName = callerName
  }

  init(decoding value: JSONValue) throws(NexaconError) {
    room = try SignalMessage.room(of: value)
    isVideo = value["callType"]?.string == "video"
    caller = (value["fromNxId"] ?? value["fromJid"])?.string
    callerName = value["fromName"]?.string
    milliseconds = value["timestamp"]?.integer.map { Int64($0) }
  }

  /// Reads the older kind: a text with the URL of a call's page in it.
  init?(legacy text: String) {
    guard text.utf8.count <= 4_096,
      text.contains("/nexacon-call.html") || text.contains("room=call_"),
      let url = text.split(whereSeparator: \.isWhitespace).first(where: { $0.contains("room=") }),
      let query = url.split(separator: "?", maxSplits: 1).dropFirst().first
    else { return nil }
    var fields: [Substring: String] = [:]
    for field in query.split(separator: "#")[0].split(separator: "&") {
      let parts = field.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { fields[parts[0]] = Self.decoded(parts[1]) }
    }
    guard let room = fields["room"], !room.isEmpty,
      room.utf8.count <= SignalMessage.roomLimit
    else { return nil }
    self.init(
      room: room, isVideo: fields["type"] == "video", caller: fields["caller"], callerName: nil)
    self.url = String(url)
  }

  func encoded(at milliseconds: Int64) -> JSONValue {
    .members([
      "type": "call_invitation", "roomId": .string(room),
      "callType": .string(isVideo ? "video" : "audio"),
      "fromNxId": caller.map { .string($0) }, "fromName": callerName.map { .string($0) },
      "timestamp": .integer(milliseconds),
    ])
  }

  /// `%xx` and nothing else; a plus is part of a number here.
  private static func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
