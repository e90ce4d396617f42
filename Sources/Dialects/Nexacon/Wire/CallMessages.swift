package import Basics
package import Formats

/// The body of the requests that begin a call, and of the call URL's.
package struct CallRequestMessage: Equatable, Sendable {
  /// One, or for a group several.
  package var participants: [String]
  package var type: NexaconCallType
  package var room: String?

  package init(to participants: [String], type: NexaconCallType, room: String?) {
    self.participants = participants
    self.type = type
    self.room = room
  }

  /// - Parameter usual: the type where none is said.
  package init(
    decoding value: JSONValue, isGroup: Bool, usual: NexaconCallType = .video
  ) throws(NexaconError) {
    if isGroup {
      participants = (value["participants"]?.array ?? []).prefix(64).compactMap(\.string)
      guard !participants.isEmpty else { throw .missing("participants") }
    } else {
      participants = [try string("to", of: value)]
    }
    type = try callType("type", of: value) ?? usual
    room = value["room"]?.string
  }

  package func encoded(isGroup: Bool) -> JSONValue {
    .members([
      "to": isGroup ? nil : participants.first.map { .string($0) },
      "participants": isGroup ? .array(participants.map { .string($0) }) : nil,
      "type": .string(type.rawValue), "room": room.map { .string($0) },
    ])
  }
}

/// The record of a call that is over, for `POST /nx/call-analytics/`.
package struct AnalyticsMessage: Equatable, Sendable {
  package var room: String
  package var type: NexaconCallType
  package var outcome: NexaconOutcome
  package var durationSeconds: Int
  package var metadata: [String: JSONValue]

  package init(
    room: String, type: NexaconCallType, outcome: NexaconOutcome, durationSeconds: Int,
    metadata: [String: JSONValue] = [:]
  ) {
    self.room = room
    self.type = type
    self.outcome = outcome
    self.durationSeconds = durationSeconds
    self.metadata = metadata
  }

  package init(decoding value: JSONValue) throws(NexaconError) {
    room = try string("room", of: value)
    guard let outcome = NexaconOutcome(rawValue: try string("status", of: value)) else {
      throw .invalid("status")
    }
    self.outcome = outcome
    type = try callType("call_type", of: value) ?? .audio
    if let duration = value["duration_seconds"] {
      guard let seconds = duration.integer, seconds >= 0 else { throw .invalid("duration_seconds") }
      durationSeconds = seconds
    } else {
      durationSeconds = 0
    }
    metadata = value["metadata"]?.object ?? [:]
  }

  package func encoded() -> JSONValue {
    .members([
      "room": .string(room), "call_type": .string(type.rawValue),
      "status": .string(outcome.rawValue), "duration_seconds": .integer(Int64(durationSeconds)),
      "metadata": metadata.isEmpty ? nil : .object(metadata),
    ])
  }
}

/// - Returns: `nil` where no type is said.
private func callType(
  _ name: String, of value: JSONValue
) throws(NexaconError) -> NexaconCallType? {
  guard let member = value[name] else { return nil }
  guard let type = member.string.flatMap(NexaconCallType.init(rawValue:)) else {
    throw .invalid(name)
  }
  return type
}

/// A page of past calls. The vendor documents the question and not the answer; this is the exchange's.
package struct HistoryMessage: Equatable, Sendable {
  package struct Entry: Equatable, Sendable {
    package var room: String
    package var type: NexaconCallType
    package var outcome: NexaconOutcome?
    package var durationSeconds: Int
    package var caller: String
    package var participants: [String]
    package var startedAt: WallTime?
    package var endedAt: WallTime?
    /// What the client said of it beside.
    package var metadata: [String: JSONValue]

    package init(
      room: String, type: NexaconCallType, outcome: NexaconOutcome?, durationSeconds: Int,
      caller: String, participants: [String], startedAt: WallTime?, endedAt: WallTime?,
      metadata: [String: JSONValue] = [:]
    ) {
      self.room = room
      self.type = type
      self.outcome = outcome
      self.durationSeconds = durationSeconds
      self.caller = caller
      self.participants = participants
      self.startedAt = startedAt
      self.endedAt = endedAt
      self.metadata = metadata
    }

    package init(decoding value: JSONValue) throws(NexaconError) {
      guard let room = (value["room"] ?? value["id"] ?? value["call_id"])?.string else {
        throw .missing("room")
      }
      self.room = room
      type =
        (value["call_type"] ?? value["type"])?.string.flatMap { NexaconCallType(rawValue: $0) }
        ?? .audio
      outcome = value["status"]?.string.flatMap { NexaconOutcome(rawValue: $0) }
      durationSeconds = max(0, value["duration_seconds"]?.integer ?? 0)
      caller = (value["caller"] ?? value["from"])?.string ?? ""
      participants =
        value["participants"]?.array?.prefix(64).compactMap { $0.string ?? $0["nxid"]?.string }
        ?? value["to"]?.string.map { [$0] } ?? []
      startedAt = WallTime(
        decoding: value["started_at"] ?? value["created_at"] ?? value["timestamp"])
      endedAt = WallTime(decoding: value["ended_at"])
      metadata = value["metadata"]?.object ?? [:]
    }

    package func encoded() -> JSONValue {
      .members([
        "id": .string(room), "room": .string(room), "call_type": .string(type.rawValue),
        "status": outcome.map { .string($0.rawValue) },
        "duration_seconds": .integer(Int64(durationSeconds)), "caller": .string(caller),
        "participants": .array(participants.map { .string($0) }),
        "started_at": startedAt.map { .string($0.iso8601) },
        "ended_at": endedAt.map { .string($0.iso8601) },
        "metadata": metadata.isEmpty ? nil : .object(metadata),
      ])
    }
  }

  package var entries: [Entry]
  /// Of all pages.
  package var count: Int
  package var page: Int
  package var pageSize: Int

  package init(entries: [Entry], count: Int, page: Int, pageSize: Int) {
    self.entries = entries
    self.count = count
    self.page = page
    self.pageSize = pageSize
  }

  /// Reads a page under any of the names in use, or a bare array; at most 500 entries are kept.
  package init(decoding value: JSONValue) throws(NexaconError) {
    let list =
      value.array
      ?? (value["results"] ?? value["calls"] ?? value["data"] ?? value["items"])?.array
    guard let list else { throw .missing("results") }
    entries = list.prefix(500).compactMap { try? Entry(decoding: $0) }
    count = value["count"]?.integer ?? list.count
    page = value["page"]?.integer ?? 1
    pageSize = value["page_size"]?.integer ?? list.count
  }

  package func encoded() -> JSONValue {
    let size = max(1, pageSize)
    let pageCount = count / size + (count % size == 0 ? 0 : 1)
    return [
      "count": .integer(Int64(count)), "page": .integer(Int64(page)),
      "page_size": .integer(Int64(pageSize)), "total_pages": .integer(Int64(pageCount)),
      "has_next": .boolean(page < pageCount), "results": .array(entries.map { $0.encoded() }),
    ]
  }
}
