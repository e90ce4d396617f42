package import Basics
package import Formats

/// One recording of a call (protocols.md C.2).
package struct RecordingMessage: Equatable, Sendable {
  package var recordingID: String
  /// `recording`, `ready` or `failed`.
  package var status: String
  package var startedAt: WallTime?
  package var stoppedAt: WallTime?
  package var durationSeconds: Int?
  /// In bytes.
  package var fileSize: Int?
  /// Where the sound can be had: a path of the same server, or a URL.
  package var fileURL: String?

  package init(
    recordingID: String, status: String, startedAt: WallTime?, stoppedAt: WallTime? = nil,
    durationSeconds: Int? = nil, fileSize: Int? = nil, fileURL: String? = nil
  ) {
    self.recordingID = recordingID
    self.status = status
    self.startedAt = startedAt
    self.stoppedAt = stoppedAt
    self.durationSeconds = durationSeconds
    self.fileSize = fileSize
    self.fileURL = fileURL
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let recordingID = value["recording_id"]?.string else { throw .missing("recording_id") }
    self.recordingID = recordingID
    status = value["status"]?.string ?? "ready"
    startedAt = WallTime(decoding: value["started_at"])
    stoppedAt = WallTime(decoding: value["stopped_at"])
    durationSeconds = value["duration_seconds"]?.integer
    fileSize = value["file_size"]?.integer
    fileURL = value["file_url"]?.string
  }

  package func encoded() -> JSONValue {
    .members([
      "recording_id": .string(recordingID), "recording_type": "audio", "status": .string(status),
      "started_at": startedAt.map { .string($0.iso8601) },
      "stopped_at": stoppedAt.map { .string($0.iso8601) },
      "duration_seconds": durationSeconds.map { .integer(Int64($0)) },
      "file_size": fileSize.map { .integer(Int64($0)) }, "file_url": fileURL.map { .string($0) },
    ])
  }
}

/// The answer of `GET /calls/{id}/recordings`.
package struct RecordingsMessage: Equatable, Sendable {
  package var recordings: [RecordingMessage]

  package init(_ recordings: [RecordingMessage]) { self.recordings = recordings }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let list = value["recordings"]?.array else { throw .missing("recordings") }
    recordings = list.prefix(500).compactMap { try? RecordingMessage(decoding: $0) }
  }

  package func encoded() -> JSONValue {
    ["recordings": .array(recordings.map { $0.encoded() })]
  }
}
