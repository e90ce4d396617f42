package import Formats

/// What a server says when it does not do what was asked.
///
/// Zulip itself writes `msg` and `code`; the calls endpoints write `message`. Sent are both.
package struct ZulipProblem: Error, Equatable, Sendable {
  package var message: String
  /// `INVALID_API_KEY`, `BAD_EVENT_QUEUE_ID`, `RATE_LIMIT_HIT`, …
  package var code: String?
  /// The call that is in the way.
  package var existingCallID: String?
  /// In seconds.
  package var retryAfter: Double?
  /// The queue or the parameter that is meant.
  package var queueID: String?
  package var parameter: String?

  package init(
    _ message: String, code: String? = nil, existingCallID: String? = nil,
    retryAfter: Double? = nil, queueID: String? = nil, parameter: String? = nil
  ) {
    self.message = message
    self.code = code
    self.existingCallID = existingCallID
    self.retryAfter = retryAfter
    self.queueID = queueID
    self.parameter = parameter
  }

  /// - Returns: `nil` when the value tells no error.
  package init?(decoding value: JSONValue) {
    let error = value["error"]
    guard
      let message = value["msg"]?.string.flatMap(nonempty) ?? value["message"]?.string
        ?? error?.string ?? error?["message"]?.string ?? value["detail"]?.string
    else { return nil }
    self.init(
      message, code: value["code"]?.string ?? error?["code"]?.string,
      existingCallID: value["existing_call_id"]?.string,
      retryAfter: ["retry-after", "retry_after", "retryAfter"].lazy
        .compactMap { value[$0]?.double }.first,
      queueID: value["queue_id"]?.string, parameter: value["var_name"]?.string)
  }

  package func encoded() -> JSONValue {
    .members([
      "result": "error", "message": .string(message), "msg": .string(message),
      "code": .string(code ?? "BAD_REQUEST"),
      "existing_call_id": existingCallID.map { .string($0) },
      "retry-after": retryAfter.map { .number($0) }, "queue_id": queueID.map { .string($0) },
      "var_name": parameter.map { .string($0) },
    ])
  }

  /// Says whether the plugin's own endpoints wrote this, as opposed to a server that has none.
  package static func isOfCalls(_ value: JSONValue) -> Bool { value["message"]?.string != nil }

  package static let badQueue = "BAD_EVENT_QUEUE_ID"
  package static let rateLimit = "RATE_LIMIT_HIT"
  package static let invalidKey = "INVALID_API_KEY"
  package static let unauthorized = "UNAUTHORIZED"
}

private func nonempty(_ text: String) -> String? { text.isEmpty ? nil : text }
