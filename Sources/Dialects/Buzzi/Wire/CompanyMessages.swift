package import Basics
package import Formats

/// What a company is told of its calls: `GET /api/company/analytics/calls`.
package struct AnalyticsMessage: Equatable, Sendable {
  /// Calls of a day, of a chatbot, or of all.
  package struct Figures: Equatable, Sendable {
    package var total = 0
    package var completed = 0
    package var failed = 0
    package var durationSeconds = 0
    package var turns = 0

    package init() {}

    package init(
      total: Int, completed: Int, failed: Int, durationSeconds: Int, turns: Int
    ) {
      self.total = total
      self.completed = completed
      self.failed = failed
      self.durationSeconds = durationSeconds
      self.turns = turns
    }

    /// Of the completed calls; of all, where it is not known which were.
    package var averageSeconds: Int {
      let count = completed > 0 ? completed : total
      return count > 0 ? durationSeconds / count : 0
    }
    package var averageTurns: Double {
      total > 0 ? rounded(Double(turns) / Double(total)) : 0
    }
    /// In percent, with one decimal.
    package var successRate: Double {
      total > 0 ? rounded(100 * Double(completed) / Double(total)) : 0
    }

    private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
  }

  package struct Chatbot: Equatable, Sendable {
    package var id: String
    package var name: String
    package var figures: Figures

    package init(id: String, name: String, figures: Figures) {
      self.id = id
      self.name = name
      self.figures = figures
    }
  }

  package var summary: Figures
  package var days: [(date: String, figures: Figures)]
  package var sources: [String: Int]
  package var providers: [String: Int]
  package var statuses: [String: Int]
  package var topChatbots: [Chatbot]
  package var recentCalls: [CallEntry]
  package var from: String
  package var to: String

  package init(
    summary: Figures, days: [(date: String, figures: Figures)], sources: [String: Int],
    providers: [String: Int], statuses: [String: Int], topChatbots: [Chatbot],
    recentCalls: [CallEntry], from: String, to: String
  ) {
    self.summary = summary
    self.days = days
    self.sources = sources
    self.providers = providers
    self.statuses = statuses
    self.topChatbots = topChatbots
    self.recentCalls = recentCalls
    self.from = from
    self.to = to
  }

  package static func == (left: AnalyticsMessage, right: AnalyticsMessage) -> Bool {
    left.encoded() == right.encoded()
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let summary = value["summary"], summary.object != nil else { throw .missing("summary") }
    self.summary = Figures(
      total: summary["totalCalls"]?.integer ?? 0,
      completed: summary["completedCalls"]?.integer ?? 0,
      failed: summary["failedCalls"]?.integer ?? 0,
      durationSeconds: summary["totalDurationSeconds"]?.integer ?? 0,
      turns: summary["totalTurns"]?.integer ?? 0)
    days = (value["dailyMetrics"]?.array ?? []).prefix(Self.dayLimit).compactMap { day in
      day["date"]?.string.map { ($0, Self.figures(day)) }
    }
    sources = Self.counts(value["sourceBreakdown"])
    providers = Self.counts(value["aiProviderBreakdown"])
    statuses = Self.counts(value["statusBreakdown"])
    topChatbots = (value["topChatbots"]?.array ?? []).prefix(100).compactMap { chatbot in
      guard let id = chatbot["chatbotId"]?.string else { return nil }
      return Chatbot(
        id: id, name: chatbot["chatbotName"]?.string ?? id, figures: Self.figures(chatbot))
    }
    recentCalls = (value["recentCalls"]?.array ?? []).prefix(100).compactMap {
      try? CallEntry(decoding: $0)
    }
    from = value["dateRange"]?["start"]?.string ?? ""
    to = value["dateRange"]?["end"]?.string ?? ""
  }

  /// The document's names; where the code's differ, they stand beside.
  private static func figures(_ value: JSONValue) -> Figures {
    let completed = value["completedCalls"]?.integer ?? value["completed"]?.integer ?? 0
    let total = value["totalCalls"]?.integer ?? value["calls"]?.integer ?? 0
    let average =
      value["averageDurationSeconds"]?.integer ?? value["averageDuration"]?.integer ?? 0
    let base = completed > 0 ? completed : total
    return Figures(
      total: total, completed: completed,
      failed: value["failedCalls"]?.integer ?? value["failed"]?.integer ?? 0,
      durationSeconds: value["totalDuration"]?.integer
        ?? average.multipliedReportingOverflow(by: base).partialValue,
      turns: 0)
  }

  private static func counts(_ value: JSONValue?) -> [String: Int] {
    (value?.object ?? [:]).prefix(64).reduce(into: [:]) { counts, member in
      counts[member.key] = member.value.integer
    }
  }

  /// With the document's names and the code's.
  package func encoded() -> JSONValue {
    [
      "summary": [
        "totalCalls": number(summary.total), "completedCalls": number(summary.completed),
        "failedCalls": number(summary.failed), "successRate": .number(summary.successRate),
        "averageDurationSeconds": number(summary.averageSeconds),
        "totalDurationSeconds": number(summary.durationSeconds),
        "totalTurns": number(summary.turns), "averageTurns": .number(summary.averageTurns),
      ],
      "dailyMetrics": .array(
        days.map { day in
          [
            "date": .string(day.date), "totalCalls": number(day.figures.total),
            "completedCalls": number(day.figures.completed),
            "failedCalls": number(day.figures.failed),
            "averageDurationSeconds": number(day.figures.averageSeconds),
            "calls": number(day.figures.total), "completed": number(day.figures.completed),
            "failed": number(day.figures.failed),
            "totalDuration": number(day.figures.durationSeconds),
          ]
        }),
      "sourceBreakdown": counts(sources), "aiProviderBreakdown": counts(providers),
      "statusBreakdown": counts(statuses),
      "topChatbots": .array(
        topChatbots.map { chatbot in
          [
            "chatbotId": .string(chatbot.id), "chatbotName": .string(chatbot.name),
            "totalCalls": number(chatbot.figures.total),
            "completedCalls": number(chatbot.figures.completed),
            "averageDurationSeconds": number(chatbot.figures.averageSeconds),
            "averageDuration": number(chatbot.figures.averageSeconds),
          ]
        }),
      "recentCalls": .array(recentCalls.map { $0.encoded() }),
      "dateRange": ["start": .string(from), "end": .string(to)],
    ]
  }

  private func number(_ value: Int) -> JSONValue { .integer(Int64(value)) }

  private func counts(_ counts: [String: Int]) -> JSONValue {
    .object(counts.mapValues { .integer(Int64($0)) })
  }

  /// Days that can be asked for.
  package static let dayLimit = 365
}

/// One past call, in a company's list and in a caller's history.
package struct CallEntry: Equatable, Sendable {
  package var id: String
  package var chatbotName: String?
  /// `web`, `whatsapp`, `twilio`, `vonage`.
  package var source: String?
  /// `pending`, `connecting`, `ringing`, `in_progress`, `completed`, `failed`, `no_answer`, `busy`,
  /// `cancelled`, `timeout`.
  package var status: String
  package var durationSeconds: Int
  package var startedAt: WallTime?
  package var endedAt: WallTime?
  package var endReason: String?
  package var aiProvider: String?

  package init(
    id: String, chatbotName: String?, source: String?, status: String, durationSeconds: Int,
    startedAt: WallTime?, endedAt: WallTime?, endReason: String?, aiProvider: String?
  ) {
    self.id = id
    self.chatbotName = chatbotName
    self.source = source
    self.status = status
    self.durationSeconds = durationSeconds
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.endReason = endReason
    self.aiProvider = aiProvider
  }

  package init(decoding value: JSONValue) throws(WireError) {
    id = try string("id", of: value)
    status = try string("status", of: value)
    chatbotName = value["chatbotName"]?.string
    source = value["source"]?.string
    durationSeconds = value["durationSeconds"]?.integer ?? value["duration"]?.integer ?? 0
    startedAt = WallTime(decoding: value["startedAt"] ?? value["createdAt"])
    endedAt = WallTime(decoding: value["endedAt"])
    endReason = value["endReason"]?.string
    aiProvider = value["aiProvider"]?.string
  }

  package func encoded() -> JSONValue {
    .members([
      "id": .string(id), "chatbotName": chatbotName.map { .string($0) },
      "source": source.map { .string($0) }, "status": .string(status),
      "durationSeconds": .integer(Int64(durationSeconds)),
      "duration": .integer(Int64(durationSeconds)),
      "createdAt": startedAt.map { .string($0.iso8601) },
      "startedAt": startedAt.map { .string($0.iso8601) },
      "endedAt": endedAt.map { .string($0.iso8601) },
      "endReason": endReason.map { .string($0) }, "aiProvider": aiProvider.map { .string($0) },
    ])
  }
}

/// A company's account with a carrier of calls, without its credentials.
package struct IntegrationAccount: Equatable, Sendable {
  package var id: String
  package var provider: String
  package var displayName: String
  package var phoneNumber: String?
  package var isVerified: Bool
  package var isActive: Bool
  package var settings: [String: JSONValue]
  package var createdAt: WallTime?
  package var updatedAt: WallTime?
  /// Told once, in the answer that makes the account.
  package var webhookSecret: String?

  package init(
    id: String, provider: String, displayName: String, phoneNumber: String?, isVerified: Bool,
    isActive: Bool, settings: [String: JSONValue], createdAt: WallTime?, updatedAt: WallTime?,
    webhookSecret: String? = nil
  ) {
    self.id = id
    self.provider = provider
    self.displayName = displayName
    self.phoneNumber = phoneNumber
    self.isVerified = isVerified
    self.isActive = isActive
    self.settings = settings
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.webhookSecret = webhookSecret
  }

  package init(decoding value: JSONValue) throws(WireError) {
    id = try string("id", of: value)
    provider = try string("provider", of: value)
    displayName = value["displayName"]?.string ?? ""
    phoneNumber = value["phoneNumber"]?.string
    isVerified = value["isVerified"]?.boolean ?? false
    isActive = value["isActive"]?.boolean ?? true
    settings = value["settings"]?.object ?? [:]
    createdAt = WallTime(decoding: value["createdAt"])
    updatedAt = WallTime(decoding: value["updatedAt"])
    webhookSecret = value["webhookSecret"]?.string
  }

  package func encoded() -> JSONValue {
    .members([
      "id": .string(id), "provider": .string(provider), "displayName": .string(displayName),
      "phoneNumber": phoneNumber.map { .string($0) }, "isVerified": .boolean(isVerified),
      "isActive": .boolean(isActive), "settings": .object(settings),
      "createdAt": createdAt.map { .string($0.iso8601) },
      "updatedAt": updatedAt.map { .string($0.iso8601) },
      "webhookSecret": webhookSecret.map { .string($0) },
    ])
  }

  package static let providers = ["whatsapp", "twilio", "vonage", "bandwidth"]
}
