package import Basics
import BotServerWire
import Formats
import Transport

/// A server that turns speech into text, by OpenAI's audio API: `POST /v1/audio/transcriptions`.
package struct TranscriptionService: Equatable, Sendable {
  /// The whole address, `/v1/audio/transcriptions` included.
  package var url: String
  package var model: String
  /// Sent as a bearer token, where the server wants one.
  package var key: Secret?

  package init(url: String, model: String = "whisper-1", key: Secret? = nil) {
    self.url = url
    self.model = model
    self.key = key
  }
}

extension TranscriptionService {
  /// The request for one recording.
  ///
  /// - Parameter boundary: a text that is not in the recording.
  func request(
    for sound: [UInt8], named name: String, language: String?, boundary: String
  ) -> HTTPRequest {
    var form = MultipartForm(boundary: boundary)
    form.add("model", model)
    form.add("response_format", "verbose_json")
    form.add("timestamp_granularities[]", "segment")
    if let language { form.add("language", language) }
    form.add("file", fileName: name, type: "audio/ogg", sound)
    var request = HTTPRequest(.post, url, body: form.finished(), timeout: .seconds(1_800))
    request.fields["Content-Type"] = "multipart/form-data; boundary=\(boundary)"
    request.fields["Accept"] = "application/json"
    if let key { request.fields["Authorization"] = "Bearer \(key.exposed)" }
    request.responseLimit = 16 << 20
    return request
  }

  /// What such a server answers as `verbose_json`.
  ///
  /// - Parameter offset: when the recording began, from the call's first.
  /// - Returns: `nil` when it is something else.
  static func segments(
    in value: JSONValue, of recording: RecordingFacts, offsetSeconds offset: Double
  ) -> (language: String?, [SegmentMessage])? {
    guard let list = value["segments"]?.array else {
      guard let text = value["text"]?.string else { return nil }
      let end = value["duration"]?.double ?? recording.durationSeconds ?? 0
      let whole = JSONValue.object(["text": .string(text), "start": 0, "end": .number(end)])
      return (value["language"]?.string, segment(whole, recording, offset).map { [$0] } ?? [])
    }
    return (value["language"]?.string, list.compactMap { segment($0, recording, offset) })
  }

  private static func segment(
    _ value: JSONValue, _ recording: RecordingFacts, _ offset: Double
  ) -> SegmentMessage? {
    guard let text = value["text"]?.string, let start = value["start"]?.double else { return nil }
    let trimmed = String(text.drop { $0 == " " }.prefix(2_000))
    guard !trimmed.isEmpty else { return nil }
    let end = max(start, value["end"]?.double ?? start)
    let speaker = recording.speaker(from: start, to: end)
    let words = value["words"]?.array?.prefix(200).compactMap { entry -> WordMessage? in
      guard let word = entry["word"]?.string, let start = entry["start"]?.double else { return nil }
      return WordMessage(
        word: String(word.prefix(100)), startMilliseconds: milliseconds(start + offset),
        endMilliseconds: milliseconds((entry["end"]?.double ?? start) + offset))
    }
    return SegmentMessage(
      id: 0, startMilliseconds: milliseconds(start + offset),
      endMilliseconds: milliseconds(end + offset), text: trimmed, speakerID: speaker?.userID,
      speakerName: speaker?.name, confidence: value["avg_logprob"]?.double.map(probability),
      words: words ?? [])
  }

  private static func milliseconds(_ seconds: Double) -> Int {
    Int(exactly: (min(max(seconds, 0), 1e9) * 1_000).rounded()) ?? 0
  }

  /// The exponential of a mean logarithm of probabilities, as (1 + x/1024)^1024.
  private static func probability(_ logarithm: Double) -> Double {
    var value = 1 + max(-100, min(0, logarithm)) / 1_024
    for _ in 0..<10 { value *= value }
    return (value * 1_000).rounded() / 1_000
  }
}

/// A form with a file (RFC 7578).
struct MultipartForm: Equatable, Sendable {
  private let boundary: String
  private var bytes: [UInt8] = []

  init(boundary: String) { self.boundary = boundary }

  mutating func add(_ name: String, _ value: String) {
    bytes += Array("--\(boundary)\r\n".utf8)
    bytes += Array("Content-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
  }

  mutating func add(_ name: String, fileName: String, type: String, _ content: [UInt8]) {
    let head =
      "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"; "
      + "filename=\"\(fileName)\"\r\nContent-Type: \(type)\r\n\r\n"
    bytes += Array(head.utf8)
    bytes += content
    bytes += Array("\r\n".utf8)
  }

  func finished() -> [UInt8] { bytes + Array("--\(boundary)--\r\n".utf8) }
}
