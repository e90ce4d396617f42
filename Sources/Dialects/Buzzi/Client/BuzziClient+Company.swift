import Basics
import BuzziWire
import Calling
import Formats
import Transport

/// One request for something beside the calls, as it is repeated after a limit of the server's.
struct ServiceErrand: Equatable, Sendable {
  let id: ServiceID
  let request: ServiceRequest
  var failureCount = 0
}

/// A company's figures, integration accounts and chatbots, and the caller's history.
extension BuzziClient {
  mutating func serve(_ id: ServiceID, _ request: ServiceRequest) {
    switch request {
    case .analytics, .integrationAccounts, .addIntegrationAccount, .changeIntegrationAccount,
      .removeIntegrationAccount, .changeBot:
      guard hasCompanyCredentials else {
        return report(.answered(id, .failed(Self.noCredentials)))
      }
    case .history:
      guard !chatbots.isEmpty else {
        return report(.answered(id, .failed("Set chatbot-id to see a chatbot's calls.")))
      }
    default: return report(.answered(id, .unsupported))  // What other systems have.
    }
    guard phase == .online else { return report(.answered(id, .failed(Self.notIn))) }
    send(ServiceErrand(id: id, request: request))
  }

  mutating func send(_ errand: ServiceErrand) {
    let purpose = Purpose.service(errand)
    switch errand.request {
    case .analytics(let days):
      let days = min(max(1, days), AnalyticsMessage.dayLimit)
      request(purpose, .get, BuzziPath.analytics + "?days=\(days)", isCompany: true)
    case .integrationAccounts: request(purpose, .get, BuzziPath.accounts, isCompany: true)
    case .addIntegrationAccount(let fields):
      request(purpose, .post, BuzziPath.accounts, fields, isCompany: true)
    case .changeIntegrationAccount(let id, let fields):
      request(purpose, .patch, BuzziPath.account(percentEncoded(id)), fields, isCompany: true)
    case .removeIntegrationAccount(let id):
      request(purpose, .delete, BuzziPath.account(percentEncoded(id)), isCompany: true)
    case .changeBot(let id, let fields):
      request(purpose, .patch, BuzziPath.chatbot(percentEncoded(id)), fields, isCompany: true)
    case .history:
      request(purpose, .get, historyPath(of: chatbots.first ?? ""))
    default: break  // Refused in ``serve(_:_:)``.
    }
  }

  mutating func takeService(_ answer: Answer, of errand: ServiceErrand, at now: Instant) {
    switch answer {
    case .granted(let value): report(.answered(errand.id, table(of: value, for: errand.request)))
    case .refused(let refusal) where refusal.status == 429 && errand.failureCount < 2:
      var errand = errand
      errand.failureCount += 1
      let wait = max(refusal.retryAfter ?? .seconds(6), .seconds(1))
      keep(Repetition(purpose: .service(errand), until: now.advanced(by: wait)))
    case .refused, .failed: report(.answered(errand.id, .failed(answer.sentence)))
    }
  }

  // MARK: Credentials

  var hasCompanyCredentials: Bool { account.secret != nil || account.secrets["session"] != nil }

  /// The bearer token, or the session of NextAuth under each of the names that its versions use.
  func addCredentials(to request: inout HTTPRequest) {
    if let token = account.secret { request.fields["Authorization"] = "Bearer \(token.exposed)" }
    guard let session = account.secrets["session"] else { return }
    request.fields["Cookie"] = Self.cookieNames.map { "\($0)=\(session.exposed)" }
      .joined(separator: "; ")
  }

  static let cookieNames = [
    "next-auth.session-token", "__Secure-next-auth.session-token", "authjs.session-token",
    "__Secure-authjs.session-token",
  ]
  private static let noCredentials =
    "The company's endpoints need a session or a token: set session-command or password-command for "
    + "the account in tipring.conf."

  // MARK: Tables

  private func table(of value: JSONValue, for request: ServiceRequest) -> ServiceAnswer {
    switch request {
    case .analytics:
      guard let analytics = try? AnalyticsMessage(decoding: value) else { return .unreadable }
      return .table(
        ServiceTable(
          columns: ["what", "calls", "completed", "failed", "average"], rows: analytics.rows,
          json: value))
    case .integrationAccounts:
      guard let list = value["accounts"]?.array else { return .unreadable }
      let accounts = list.prefix(1_000).compactMap { try? IntegrationAccount(decoding: $0) }
      return .table(
        ServiceTable(
          columns: ["id", "provider", "name", "number", "verified", "active"],
          rows: accounts.map(\.row), json: value,
          emptiness: "No integration account yet; tipring buzzi accounts add makes one."))
    case .addIntegrationAccount:
      guard let account = try? IntegrationAccount(decoding: value["account"] ?? value) else {
        return .unreadable
      }
      let secret = account.webhookSecret.map {
        " Its webhook secret, shown this once: \(HarmlessText.line($0, limit: 200))"
      }
      return .done("Account \(shown(account.id)) was added.\(secret ?? "")", value)
    case .changeIntegrationAccount(let id, _):
      return .done("Account \(shown(id)) was changed.", value)
    case .removeIntegrationAccount(let id): return .done("Account \(shown(id)) was removed.", value)
    case .changeBot(let id, _): return .done("Chatbot \(shown(id)) was changed.", value)
    case .history(let filter):
      guard let list = value["history"]?.array else { return .unreadable }
      let entries = list.prefix(Self.historyLimit).compactMap { try? CallEntry(decoding: $0) }
      return .table(
        ServiceTable(
          columns: ["id", "started", "status", "seconds", "reason"],
          rows: entries.filter { $0.matches(filter) }.map(\.row), json: value,
          emptiness: "The server knows no such call."))
    default: return .unsupported
    }
  }

  private func shown(_ id: String) -> String { HarmlessText.line(id, limit: 80) }
}

extension ServiceAnswer {
  fileprivate static let unreadable = ServiceAnswer.failed(
    "The server's answer cannot be read; is it Buzzi's?")
}

extension AnalyticsMessage {
  /// The whole, then days, chatbots, and what calls are counted by.
  fileprivate var rows: [[String]] {
    func row(_ what: String, _ figures: Figures) -> [String] {
      [
        what, String(figures.total), String(figures.completed), String(figures.failed),
        "\(figures.averageSeconds) s",
      ]
    }
    func counts(_ what: String, _ counts: [String: Int]) -> [[String]] {
      counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { ["\(what) \($0.key)", String($0.value), "", "", ""] }
    }
    return [row("\(from) to \(to)", summary)]
      + [
        [
          "success", "\(summary.successRate) %", "", "",
          "\(summary.averageTurns) turns",
        ]
      ]
      + days.map { row($0.date, $0.figures) }
      + topChatbots.map { chatbot in
        // The document's chatbots are not told apart by how their calls ended.
        let completed = chatbot.figures.completed > 0 ? String(chatbot.figures.completed) : ""
        return [
          "chatbot \(chatbot.name)", String(chatbot.figures.total), completed, "",
          "\(chatbot.figures.averageSeconds) s",
        ]
      }
      + counts("source", sources) + counts("provider", providers) + counts("status", statuses)
  }
}

extension IntegrationAccount {
  fileprivate var row: [String] {
    [
      id, provider, displayName, phoneNumber ?? "", isVerified ? "yes" : "no",
      isActive ? "yes" : "no",
    ]
  }
}

extension CallEntry {
  fileprivate var row: [String] {
    [id, startedAt?.iso8601 ?? "", status, String(durationSeconds), endReason ?? ""]
  }

  fileprivate func matches(_ filter: HistoryFilter) -> Bool {
    let day = startedAt.map { String($0.iso8601.prefix(10)) } ?? ""
    return (filter.from.map { day >= $0 } ?? true) && (filter.to.map { day <= $0 } ?? true)
      && (filter.status.map { $0 == status } ?? true)
  }
}
