package import Basics
package import Formats

/// The answer to `POST /register`.
package struct RegisteredQueue: Equatable, Sendable {
  package var queueID: String
  package var lastEventID: Int
  /// How long `GET /events` may stay unanswered.
  package var longPoll: Duration
  package var presenceInterval: Duration
  package var offlineThreshold: Duration
  /// Where calls of a Zulip without the calls API take place; `nil` when it has none.
  package var jitsiServer: String?
  package var version: String?

  package init(
    queueID: String, lastEventID: Int, longPoll: Duration = .seconds(90),
    presenceInterval: Duration = .seconds(60), offlineThreshold: Duration = .seconds(140),
    jitsiServer: String? = nil, version: String? = nil
  ) {
    self.queueID = queueID
    self.lastEventID = lastEventID
    self.longPoll = longPoll
    self.presenceInterval = presenceInterval
    self.offlineThreshold = offlineThreshold
    self.jitsiServer = jitsiServer
    self.version = version
  }

  package init?(decoding value: JSONValue) {
    guard let queueID = value["queue_id"]?.string, !queueID.isEmpty else { return nil }
    func seconds(_ name: String, _ usual: Double, _ range: ClosedRange<Double>) -> Duration {
      .seconds(min(max(value[name]?.double ?? usual, range.lowerBound), range.upperBound))
    }
    self.init(
      queueID: queueID, lastEventID: value["last_event_id"]?.integer ?? -1,
      longPoll: seconds("event_queue_longpoll_timeout_seconds", 90, 10...600),
      presenceInterval: seconds("server_presence_ping_interval_seconds", 60, 10...600),
      offlineThreshold: seconds("server_presence_offline_threshold_seconds", 140, 10...3_600),
      jitsiServer: Self.jitsiServer(in: value), version: value["zulip_version"]?.string)
  }

  /// The realm's server or the whole installation's, if its calls are Jitsi's.
  private static func jitsiServer(in value: JSONValue) -> String? {
    let jitsi = value["realm_available_video_chat_providers"]?["jitsi_meet"]?["id"]?.integer ?? 1
    if let chosen = value["realm_video_chat_provider"]?.integer, chosen != jitsi { return nil }
    let url =
      value["realm_jitsi_server_url"]?.string ?? value["server_jitsi_server_url"]?.string
      ?? value["jitsi_server_url"]?.string
    return url.flatMap(ServerAddress.normalized)
  }

  package func encoded() -> JSONValue {
    func seconds(_ duration: Duration) -> JSONValue { .integer(Int64(duration.seconds)) }
    return [
      "result": "success", "msg": "", "queue_id": .string(queueID),
      "last_event_id": .integer(Int64(lastEventID)),
      "event_queue_longpoll_timeout_seconds": seconds(longPoll),
      "server_presence_ping_interval_seconds": seconds(presenceInterval),
      "server_presence_offline_threshold_seconds": seconds(offlineThreshold),
      "realm_jitsi_server_url": .null,
      "server_jitsi_server_url": jitsiServer.map { .string($0) } ?? .null,
      "realm_video_chat_provider": jitsiServer == nil ? 0 : 1,
      "realm_available_video_chat_providers": [
        "disabled": ["id": 0, "name": "None"], "jitsi_meet": ["id": 1, "name": "Jitsi Meet"],
      ],
      "zulip_version": .string(version ?? "9.0"), "zulip_feature_level": 277,
    ]
  }
}

/// One event of a queue.
package enum ZulipEvent: Equatable, Sendable {
  case call(CallEventMessage)
  case group(GroupEventMessage)
  case message(DirectMessage)
  /// Somebody's presence.
  case presence(userID: Int?, email: String, PresenceMessage)
  /// Users have come, gone or changed.
  case usersChanged
  case heartbeat
  /// Of no concern to calls.
  case other
  /// Of a known type, and not to be understood.
  case senseless(type: String)

  /// - Parameter userID: who reads it.
  package init(decoding value: JSONValue, readBy userID: Int) {
    let type = value["type"]?.string ?? ""
    switch type {
    case "call", "call_event":
      self =
        CallEventMessage(decoding: value, readBy: userID).map(Self.call) ?? .senseless(type: type)
    case "group_call":
      self = GroupEventMessage(decoding: value).map(Self.group) ?? .senseless(type: type)
    case "message":
      // Messages to channels are of no concern, and make most of a queue.
      self =
        value["message"].map { message in
          DirectMessage(decoding: message).map(Self.message) ?? .other
        } ?? .senseless(type: type)
    case "presence":
      guard let presence = value["presence"].flatMap(PresenceMessage.init(decoding:)) else {
        self = .senseless(type: type)
        return
      }
      self = .presence(
        userID: value["user_id"]?.integer, email: value["email"]?.string ?? "", presence)
    case "realm_user": self = .usersChanged
    case "heartbeat": self = .heartbeat
    default: self = .other
    }
  }
}

/// The answer to `GET /events`.
package struct EventsPage: Equatable, Sendable {
  /// In their order, each with its number.
  package var events: [(id: Int, event: ZulipEvent)]

  /// - Bound: ``limit`` events; a queue with more is read in several answers.
  package init?(decoding value: JSONValue, readBy userID: Int) {
    guard let list = value["events"]?.array else { return nil }
    events = list.prefix(Self.limit).compactMap { event in
      event["id"]?.integer.map { ($0, ZulipEvent(decoding: event, readBy: userID)) }
    }
  }

  package static func == (left: EventsPage, right: EventsPage) -> Bool {
    left.events.elementsEqual(right.events) { $0.id == $1.id && $0.event == $1.event }
  }

  package static let limit = 2_000
}

/// Somebody's presence: by device, or `aggregated` over them.
package struct PresenceMessage: Equatable, Sendable {
  package var isActive: Bool
  package var at: WallTime

  package init(isActive: Bool, at time: WallTime) {
    self.isActive = isActive
    at = time
  }

  /// Reads `{aggregated: {status, timestamp}}`, or the latest of several devices.
  package init?(decoding value: JSONValue) {
    if let aggregated = value["aggregated"], let presence = Self(device: aggregated) {
      self = presence
      return
    }
    let devices = (value.object ?? [:]).values.compactMap(Self.init(device:))
    guard let latest = devices.max(by: { $0.at < $1.at }) else { return nil }
    self = latest
  }

  private init?(device value: JSONValue) {
    guard let status = value["status"]?.string, let time = WallTime(decoding: value["timestamp"])
    else { return nil }
    self.init(isActive: status == "active", at: time)
  }

  package func encoded() -> JSONValue {
    let device: JSONValue = [
      "status": isActive ? "active" : "idle", "timestamp": .integer(at.unixSeconds),
      "client": "website",
    ]
    return ["aggregated": device, "website": device]
  }
}
