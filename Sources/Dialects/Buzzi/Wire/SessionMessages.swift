package import Basics
package import Formats

/// Which of the two descriptions of Buzzi's API a server goes by.
package enum Revision: String, CaseIterable, Sendable {
  /// The published document.
  case document = "doc"
  /// What its server is seen to do.
  case code
  /// Everything that either says.
  case both

  package var speaksDocument: Bool { self != .code }
  package var speaksCode: Bool { self != .document }
}

/// Who calls, as far as the caller tells.
package struct Caller: Equatable, Sendable {
  package var id: String?
  package var name: String?
  package var email: String?
  package var phone: String?

  package init(
    id: String? = nil, name: String? = nil, email: String? = nil, phone: String? = nil
  ) {
    self.id = id
    self.name = name
    self.email = email
    self.phone = phone
  }

  /// Also from the members that stand beside.
  init(decoding value: JSONValue, beside other: JSONValue) {
    id = value["id"]?.string
    name = value["name"]?.string ?? other["callerName"]?.string
    email = value["email"]?.string ?? other["callerEmail"]?.string
    phone = value["phone"]?.string
  }

  func encoded(withID: Bool) -> JSONValue {
    .members([
      "id": withID ? id.map { .string($0) } : nil, "name": name.map { .string($0) },
      "email": email.map { .string($0) }, "phone": phone.map { .string($0) },
    ])
  }
}

/// The body of `POST /api/widget/call/session`: what the document and the code ask for, together.
package struct SessionRequest: Equatable, Sendable {
  package var chatbotID: String
  /// The code demands it, the document does not know it.
  package var companyID: String?
  /// Of a chat that goes on as a call.
  package var sessionID: String?
  package var caller: Caller
  package var userAgent: String?

  package init(
    chatbotID: String, companyID: String? = nil, sessionID: String? = nil,
    caller: Caller = Caller(), userAgent: String? = nil
  ) {
    self.chatbotID = chatbotID
    self.companyID = companyID
    self.sessionID = sessionID
    self.caller = caller
    self.userAgent = userAgent
  }

  package init(decoding value: JSONValue) throws(WireError) {
    chatbotID = try string("chatbotId", of: value)
    companyID = value["companyId"]?.string
    sessionID = value["sessionId"]?.string
    caller = Caller(
      decoding: value["customer"] ?? value["callerInfo"] ?? .object([:]), beside: value)
    userAgent = value["userAgent"]?.string
  }

  package func encoded() -> JSONValue {
    .members([
      "chatbotId": .string(chatbotID), "companyId": companyID.map { .string($0) },
      "sessionId": sessionID.map { .string($0) }, "callerInfo": caller.encoded(withID: false),
      "customer": caller.encoded(withID: true), "userAgent": userAgent.map { .string($0) },
    ])
  }
}

/// The answer to it.
package struct SessionResponse: Equatable, Sendable {
  package var sessionID: String
  package var callID: String
  package var wsURL: String
  /// The document only.
  package var aiProvider: AIProvider?
  package var voiceConfig: VoiceConfig?
  /// Samples a second that the server wants; an extension of the exchange.
  package var inputRate: Int?
  /// The code only.
  package var expiresAt: WallTime?

  package init(
    sessionID: String, callID: String, wsURL: String, aiProvider: AIProvider? = nil,
    voiceConfig: VoiceConfig? = nil, inputRate: Int? = nil, expiresAt: WallTime? = nil
  ) {
    self.sessionID = sessionID
    self.callID = callID
    self.wsURL = wsURL
    self.aiProvider = aiProvider
    self.voiceConfig = voiceConfig
    self.inputRate = inputRate
    self.expiresAt = expiresAt
  }

  package init(decoding value: JSONValue) throws(WireError) {
    sessionID = try string("sessionId", of: value)
    callID = value["callId"]?.string ?? sessionID
    wsURL = try string("wsUrl", of: value)
    aiProvider = value["aiProvider"]?.string.flatMap { AIProvider(rawValue: $0.uppercased()) }
    voiceConfig = value["voiceConfig"].map { VoiceConfig(decoding: $0) }
    inputRate = value["inputRate"]?.integer ?? value["voiceConfig"]?["inputRate"]?.integer
    expiresAt = WallTime(decoding: value["expiresAt"])
  }

  /// - Parameter revision: which members are written.
  package func encoded(as revision: Revision) -> JSONValue {
    let isDocument = revision.speaksDocument
    return .members([
      "sessionId": .string(sessionID), "callId": .string(callID), "wsUrl": .string(wsURL),
      "aiProvider": isDocument ? aiProvider.map { .string($0.rawValue) } : nil,
      "voiceConfig": isDocument ? voiceConfig?.encodedForSession(aiProvider) : nil,
      "inputRate": isDocument ? inputRate.map { .integer(Int64($0)) } : nil,
      "expiresAt": revision.speaksCode ? expiresAt.map { .string($0.iso8601) } : nil,
    ])
  }

  /// Samples a second to be sent: 16 000 where the server announces Gemini, else 24 000.
  package var sentRate: Int {
    if let inputRate, Self.sentRates.contains(inputRate) { return inputRate }
    return aiProvider == .gemini ? 16_000 : 24_000
  }

  /// Samples a second that are taken as an announcement.
  package static let sentRates = 8_000...48_000
}

/// The body of `POST /api/widget/call/{sessionId}/end`, and of the message `end_call`.
package enum EndCallReason: String, Sendable {
  case userEnded = "user_ended"
  case timeout
  case error
}

/// The answer to it.
package struct EndSummary: Equatable, Sendable {
  package var callID: String
  package var durationSeconds: Int
  package var endedAt: WallTime?

  package init(callID: String, durationSeconds: Int, endedAt: WallTime?) {
    self.callID = callID
    self.durationSeconds = durationSeconds
    self.endedAt = endedAt
  }

  package func encoded() -> JSONValue {
    [
      "success": true, "message": "Call ended successfully",
      "callSummary": .members([
        "callId": .string(callID), "durationSeconds": .integer(Int64(durationSeconds)),
        "status": "completed", "endedAt": endedAt.map { .string($0.iso8601) },
      ]),
    ]
  }
}
