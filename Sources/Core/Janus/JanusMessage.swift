package import Formats

/// One message of a Janus server (protocols.md G.8).
package enum JanusMessage: Equatable, Sendable {
  /// Done at once; a session's or handle's number where one was asked for.
  case success(transaction: String, id: Int64?, plugin: JSONValue?)
  /// Taken; an event with the same transaction follows, or nothing at all.
  case ack(transaction: String)
  /// Of the plugin, asked for or not.
  case event(transaction: String?, sender: Int64?, data: JSONValue, jsep: Jsep?)
  case failure(transaction: String?, code: Int, reason: String)
  case mediaPath(isUp: Bool, sender: Int64?)
  case receiving(Bool, sender: Int64?)
  /// Packets are lost on the way from us (`uplink`) or to us.
  case slowLink(isUplink: Bool, lost: Int)
  case trickle(Trickled)
  /// The media path was ended.
  case hangUp(reason: String)
  case detached
  /// The session has expired at the server.
  case timeout

  /// A session description in a message.
  package struct Jsep: Equatable, Sendable {
    /// `offer` or `answer`.
    package var type: String
    package var sdp: String

    package init(type: String, sdp: String) {
      self.type = type
      self.sdp = sdp
    }
  }

  package enum Trickled: Equatable, Sendable {
    case candidate(String)
    case completed
  }

  /// What was wrong with a message.
  package enum DecodingError: Error, Equatable {
    case malformed
    case missing(String)
    case unknown(String)
  }

  package init(decoding text: String) throws(DecodingError) {
    guard let value = try? JSONValue(decoding: text) else { throw .malformed }
    guard let kind = value["janus"]?.string else { throw .missing("janus") }
    let transaction = value["transaction"]?.string
    let sender = Self.number(value["sender"])
    switch kind {
    case "success":
      guard let transaction else { throw .missing("transaction") }
      self = .success(
        transaction: transaction, id: Self.number(value["data"]?["id"]),
        plugin: value["plugindata"]?["data"])
    case "ack":
      guard let transaction else { throw .missing("transaction") }
      self = .ack(transaction: transaction)
    case "event":
      guard let data = value["plugindata"]?["data"] else { throw .missing("plugindata") }
      var jsep: Jsep?
      if let type = value["jsep"]?["type"]?.string, let sdp = value["jsep"]?["sdp"]?.string {
        jsep = Jsep(type: type, sdp: sdp)
      }
      self = .event(transaction: transaction, sender: sender, data: data, jsep: jsep)
    case "error":
      self = .failure(
        transaction: transaction, code: value["error"]?["code"]?.integer ?? 0,
        reason: value["error"]?["reason"]?.string ?? "")
    case "webrtcup": self = .mediaPath(isUp: true, sender: sender)
    case "media": self = .receiving(value["receiving"]?.boolean ?? false, sender: sender)
    case "slowlink":
      self = .slowLink(
        isUplink: value["uplink"]?.boolean ?? false, lost: max(0, value["lost"]?.integer ?? 0))
    case "trickle":
      guard let candidate = value["candidate"] else { throw .missing("candidate") }
      let line = candidate["candidate"]?.string
      self = .trickle(
        line.map { $0.isEmpty ? .completed : .candidate($0) } ?? .completed)
    case "hangup": self = .hangUp(reason: value["reason"]?.string ?? "")
    case "detached": self = .detached
    case "timeout": self = .timeout
    default: throw .unknown(kind)
    }
  }

  private static func number(_ value: JSONValue?) -> Int64? {
    if case .integer(let number)? = value { return number }
    return nil
  }
}
