package import Formats

/// What was wrong with a received message.
package enum WireError: Error, Equatable {
  /// Not JSON, too large or too deep.
  case malformed
  /// A member that must be there is not, or has another type.
  case missing(String)
  case unknownType(String)
  /// Sound that is no base64 of 16-bit samples.
  case notSound
}

/// What the errors in Buzzi's messages are called.
package enum ErrorCode: String, CaseIterable, Sendable {
  case invalidSession = "INVALID_SESSION"
  case chatbotNotFound = "CHATBOT_NOT_FOUND"
  case callsNotEnabled = "CALLS_NOT_ENABLED"
  case providerError = "PROVIDER_ERROR"
  case audioFormatError = "AUDIO_FORMAT_ERROR"
  case timeout = "TIMEOUT"
  case rateLimited = "RATE_LIMITED"

  /// For people, with what to do.
  package var sentence: String {
    switch self {
    case .invalidSession: "The session is unknown or has expired; call again."
    case .chatbotNotFound: "There is no such chatbot; check chatbot-id."
    case .callsNotEnabled: "Calls are not enabled for this chatbot; its company can enable them."
    case .providerError: "The voice service behind the bot failed; try again later."
    case .audioFormatError: "The server does not take the sound as it is sent; check input-rate."
    case .timeout: "The call was ended because nobody spoke."
    case .rateLimited: "Too many requests; wait a minute."
    }
  }
}

/// What a server says when it does not do what was asked.
///
/// Buzzi writes `{"error":"text"}`, with 429 `{"error","message","retryAfter"}`; an envelope with
/// `error.code` and `error.message` is taken as well.
package struct ErrorBody: Equatable, Sendable {
  package var message: String
  package var code: String?
  /// In seconds.
  package var retryAfter: Double?

  package init(message: String, code: String? = nil, retryAfter: Double? = nil) {
    self.message = message
    self.code = code
    self.retryAfter = retryAfter
  }

  /// - Returns: `nil` when the value tells no error.
  package init?(decoding value: JSONValue) {
    let text =
      value["message"]?.string ?? value["error"]?.string ?? value["error"]?["message"]?.string
      ?? value["msg"]?.string
    guard let text else { return nil }
    message = text
    code = value["code"]?.string ?? value["error"]?["code"]?.string
    retryAfter = value["retryAfter"]?.double
  }

  package func encoded() -> JSONValue {
    .members([
      "error": .string(message), "message": retryAfter == nil ? nil : .string(message),
      "code": code.map { .string($0) }, "retryAfter": retryAfter.map { .number($0) },
    ])
  }
}

func string(_ name: String, of value: JSONValue) throws(WireError) -> String {
  guard let text = value[name]?.string else { throw .missing(name) }
  return text
}
