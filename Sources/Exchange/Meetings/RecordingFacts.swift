import Basics
import Formats

/// What is known of one recording.
struct RecordingFacts: Equatable, Sendable {
  enum Status: String, Sendable {
    case recording, ready, failed
  }

  let id: String
  let callID: String
  /// Who may have it: all who were in the call while it was made.
  var userIDs: Set<String>
  var status: Status
  var startedAt: WallTime
  var stoppedAt: WallTime?
  var durationSeconds: Double?
  var byteCount: Int?
  /// Whether it is to be transcribed when it is ready.
  var isTranscribed = false
  /// Who spoke, as far as ``spanLimit`` reaches.
  var spans: [SpeakerSpan] = []

  /// Somebody was heard from then to then, in seconds of the recording.
  struct SpeakerSpan: Equatable, Sendable {
    var userID: String
    var name: String
    var from: Double
    /// `nil` while it goes on.
    var to: Double?
  }

  /// In the exchange's data folder.
  var path: String { "recordings/\(id).ogg" }

  /// Notes who speaks from now on.
  mutating func note(speakers: [StoredCall.Party], on wall: WallTime) {
    let second = max(0, startedAt.duration(to: wall).seconds)
    let ids = Set(speakers.map(\.id))
    for index in spans.indices where spans[index].to == nil && !ids.contains(spans[index].userID) {
      spans[index].to = second
    }
    for speaker in speakers
    where !spans.contains(where: { $0.to == nil && $0.userID == speaker.id }) {
      guard spans.count < Self.spanLimit else { return }
      spans.append(SpeakerSpan(userID: speaker.id, name: speaker.name, from: second, to: nil))
    }
  }

  /// Who spoke most of that time.
  func speaker(from start: Double, to end: Double) -> SpeakerSpan? {
    var times: [String: Double] = [:]
    for span in spans {
      let overlap = min(end, span.to ?? end) - max(start, span.from)
      if overlap > 0 { times[span.userID, default: 0] += overlap }
    }
    guard let best = times.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return nil }
    return spans.first { $0.userID == best.key }
  }

  static let spanLimit = 4_000
}

extension RecordingFacts {
  var document: StoredDocument {
    let spans = spans.map { span in
      JSONValue.array([
        .string(span.userID), .string(span.name), .number(span.from),
        span.to.map { .number($0) } ?? .null,
      ])
    }
    let body = JSONValue.members([
      "call": .string(callID), "users": .array(userIDs.sorted().map { .string($0) }),
      "status": .string(status.rawValue), "started": .integer(startedAt.milliseconds),
      "stopped": stoppedAt.map { .integer($0.milliseconds) },
      "seconds": durationSeconds.map { .number($0) },
      "bytes": byteCount.map { .integer(Int64($0)) }, "transcribed": .boolean(isTranscribed),
      "spans": .array(spans),
    ])
    return StoredDocument(collection: Self.collection, key: id, body: body.text)
  }

  init?(_ document: StoredDocument) {
    guard document.collection == Self.collection,
      let value = try? JSONValue(decoding: document.body), let callID = value["call"]?.string,
      let status = value["status"]?.string.flatMap(Status.init(rawValue:)),
      let started = value["started"]?.integer
    else { return nil }
    id = document.key
    self.callID = callID
    userIDs = Set(value["users"]?.array?.compactMap(\.string) ?? [])
    self.status = status
    startedAt = WallTime(milliseconds: Int64(started))
    stoppedAt = value["stopped"]?.integer.map { WallTime(milliseconds: Int64($0)) }
    durationSeconds = value["seconds"]?.double
    byteCount = value["bytes"]?.integer
    isTranscribed = value["transcribed"]?.boolean ?? false
    spans =
      value["spans"]?.array?.prefix(Self.spanLimit).compactMap { entry in
        guard let parts = entry.array, parts.count == 4, let userID = parts[0].string,
          let name = parts[1].string, let from = parts[2].double
        else { return nil }
        return SpeakerSpan(userID: userID, name: name, from: from, to: parts[3].double)
      } ?? []
  }

  static let collection = "recordings"
}
