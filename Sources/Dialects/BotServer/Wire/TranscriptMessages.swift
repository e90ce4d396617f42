package import Formats

/// What was said in a call (protocols.md C.1, C.2).
package struct TranscriptMessage: Equatable, Sendable {
  package var callID: String
  /// As ISO 639-1 writes it, as far as it is known.
  package var language: String?
  /// `waiting`, `running`, `ready` or `failed`. An extension.
  package var status: String
  /// Why it failed, or what it waits for. An extension.
  package var message: String?
  package var segments: [SegmentMessage]

  package init(
    callID: String, language: String?, status: String, message: String? = nil,
    segments: [SegmentMessage]
  ) {
    self.callID = callID
    self.language = language
    self.status = status
    self.message = message
    self.segments = segments
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let callID = value["call_id"]?.string else { throw .missing("call_id") }
    guard let segments = value["segments"]?.array else { throw .missing("segments") }
    self.callID = callID
    language = value["language"]?.string
    status = value["status"]?.string ?? "ready"
    message = value["message"]?.string
    self.segments = segments.compactMap { try? SegmentMessage(decoding: $0) }
  }

  package func encoded() -> JSONValue {
    .members([
      "call_id": .string(callID), "language": language.map { .string($0) },
      "status": .string(status), "message": message.map { .string($0) },
      "segments": .array(segments.map { $0.encoded() }),
    ])
  }
}

/// One stretch of speech.
package struct SegmentMessage: Equatable, Sendable {
  package var id: Int
  /// From the beginning of the call or its recording.
  package var startMilliseconds: Int
  package var endMilliseconds: Int
  package var text: String
  package var speakerID: String?
  package var speakerName: String?
  /// 0 to 1.
  package var confidence: Double?
  package var words: [WordMessage]

  package init(
    id: Int, startMilliseconds: Int, endMilliseconds: Int, text: String, speakerID: String? = nil,
    speakerName: String? = nil, confidence: Double? = nil, words: [WordMessage] = []
  ) {
    self.id = id
    self.startMilliseconds = startMilliseconds
    self.endMilliseconds = endMilliseconds
    self.text = text
    self.speakerID = speakerID
    self.speakerName = speakerName
    self.confidence = confidence
    self.words = words
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let text = value["text"]?.string else { throw .missing("text") }
    guard let start = value["start_time_ms"]?.integer else { throw .missing("start_time_ms") }
    id = value["id"]?.integer ?? 0
    startMilliseconds = start
    endMilliseconds = value["end_time_ms"]?.integer ?? start
    self.text = text
    speakerID = value["speaker_id"]?.string
    speakerName = value["speaker_name"]?.string
    confidence = value["confidence"]?.double
    words = value["words"]?.array?.compactMap { try? WordMessage(decoding: $0) } ?? []
  }

  package func encoded() -> JSONValue {
    .members([
      "id": .integer(Int64(id)), "start_time_ms": .integer(Int64(startMilliseconds)),
      "end_time_ms": .integer(Int64(endMilliseconds)), "text": .string(text),
      "speaker_id": speakerID.map { .string($0) }, "speaker_name": speakerName.map { .string($0) },
      "confidence": confidence.map { .number($0) },
      "words": .array(words.map { $0.encoded() }),
    ])
  }
}

/// One word of a segment.
package struct WordMessage: Equatable, Sendable {
  package var word: String
  package var startMilliseconds: Int
  package var endMilliseconds: Int

  package init(word: String, startMilliseconds: Int, endMilliseconds: Int) {
    self.word = word
    self.startMilliseconds = startMilliseconds
    self.endMilliseconds = endMilliseconds
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let word = value["word"]?.string else { throw .missing("word") }
    guard let start = value["start_time_ms"]?.integer else { throw .missing("start_time_ms") }
    self.word = word
    startMilliseconds = start
    endMilliseconds = value["end_time_ms"]?.integer ?? start
  }

  package func encoded() -> JSONValue {
    [
      "word": .string(word), "start_time_ms": .integer(Int64(startMilliseconds)),
      "end_time_ms": .integer(Int64(endMilliseconds)),
    ]
  }
}
