import Basics
import BotServerWire
import Formats

/// What was said in one call, or what is being done to learn it.
struct TranscriptFacts: Equatable, Sendable {
  enum Status: String, CaseIterable, Sendable {
    /// For the call's end, or its turn.
    case waiting
    case running, ready, failed
  }

  let callID: String
  /// Who may read it.
  var userIDs: Set<String>
  var status: Status
  var language: String?
  /// Why it failed.
  var message: String?
  var segments: [SegmentMessage] = []
  /// Recordings that are still to be transcribed.
  var queue: [String] = []
  var failureCount = 0
  /// The order of the queue.
  var askedAt: WallTime

  /// Adds what was heard in one recording.
  mutating func add(_ heard: [SegmentMessage]) {
    for var segment in heard {
      guard segments.count < Self.segmentLimit else { return }
      segment.id = segments.count
      segments.append(segment)
    }
  }

  var encodedMessage: TranscriptMessage {
    TranscriptMessage(
      callID: callID, language: language, status: status.rawValue, message: message,
      segments: segments)
  }

  static let segmentLimit = 5_000
}

extension TranscriptFacts {
  /// As it is put by; without the single words when it would be too large with them.
  var document: StoredDocument {
    let whole = document(segments)
    guard whole.body.utf8.count > StoredDocument.bodyLimit else { return whole }
    let plain = segments.map { segment in
      var segment = segment
      segment.words = []
      segment.text = String(segment.text.prefix(100))
      return segment
    }
    return document(plain)
  }

  private func document(_ segments: [SegmentMessage]) -> StoredDocument {
    let body = JSONValue.members([
      "users": .array(userIDs.sorted().map { .string($0) }), "status": .string(status.rawValue),
      "language": language.map { .string($0) }, "message": message.map { .string($0) },
      "segments": .array(segments.map { $0.encoded() }),
      "queue": .array(queue.map { .string($0) }), "asked": .integer(askedAt.milliseconds),
    ])
    return StoredDocument(collection: Self.collection, key: callID, body: body.text)
  }

  init?(_ document: StoredDocument) {
    guard document.collection == Self.collection,
      let value = try? JSONValue(decoding: document.body, limit: StoredDocument.bodyLimit * 2),
      let status = value["status"]?.string.flatMap(Status.init(rawValue:))
    else { return nil }
    callID = document.key
    userIDs = Set(value["users"]?.array?.compactMap(\.string) ?? [])
    self.status = status
    language = value["language"]?.string
    message = value["message"]?.string
    segments =
      value["segments"]?.array?.prefix(Self.segmentLimit)
      .compactMap { try? SegmentMessage(decoding: $0) } ?? []
    queue = value["queue"]?.array?.compactMap(\.string) ?? []
    askedAt = WallTime(milliseconds: Int64(value["asked"]?.integer ?? 0))
  }

  static let collection = "transcripts"
}

/// Something said in a call with an attendant.
struct SpokenLine: Equatable, Sendable {
  var party: StoredCall.Party
  var text: String
  var at: WallTime

  /// Lines kept of one call.
  static let limit = 500
}

/// The recording that is being transcribed.
struct TranscriptionJob: Equatable, Sendable {
  let callID: String
  let recordingID: String
}
