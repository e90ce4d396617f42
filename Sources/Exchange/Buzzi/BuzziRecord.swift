import Basics
import BuzziWire
import Formats

/// One call as the company's figures are made of it.
struct BuzziRecord: Equatable, Sendable {
  enum Status: String, Sendable {
    case connecting
    case inProgress = "in_progress"
    case completed, failed
    case noAnswer = "no_answer"
    case busy, cancelled, timeout
  }

  let id: String
  let chatbotID: String
  var chatbotName: String
  /// `web` or `whatsapp`.
  let source: String
  var status: Status
  /// Of the bot's voice; `nil` where a person answers.
  var provider: String?
  let callerID: String?
  let createdAt: WallTime
  var startedAt: WallTime?
  var endedAt: WallTime?
  var endReason: String?
  var turnCount = 0

  init(
    id: String, chatbotID: String, chatbotName: String, source: String, provider: String?,
    callerID: String?, createdAt: WallTime
  ) {
    self.id = id
    self.chatbotID = chatbotID
    self.chatbotName = chatbotName
    self.source = source
    status = .connecting
    self.provider = provider
    self.callerID = callerID
    self.createdAt = createdAt
  }

  var durationSeconds: Int {
    guard let startedAt, let endedAt else { return 0 }
    return max(0, Int(startedAt.duration(to: endedAt).seconds))
  }

  var entry: CallEntry {
    CallEntry(
      id: id, chatbotName: chatbotName, source: source, status: status.rawValue,
      durationSeconds: durationSeconds, startedAt: startedAt ?? createdAt, endedAt: endedAt,
      endReason: endReason, aiProvider: provider)
  }

  // MARK: The store

  static let collection = "buzzi-calls"

  var document: StoredDocument {
    let value = JSONValue.members([
      "id": .string(id), "chatbot": .string(chatbotID), "name": .string(chatbotName),
      "source": .string(source), "status": .string(status.rawValue),
      "provider": provider.map { .string($0) }, "caller": callerID.map { .string($0) },
      "created": .integer(createdAt.milliseconds),
      "started": startedAt.map { .integer($0.milliseconds) },
      "ended": endedAt.map { .integer($0.milliseconds) },
      "reason": endReason.map { .string($0) }, "turns": .integer(Int64(turnCount)),
    ])
    return StoredDocument(collection: Self.collection, key: id, body: value.text)
  }

  init?(_ document: StoredDocument) {
    guard let value = try? JSONValue(decoding: document.body), let id = value["id"]?.string,
      let chatbot = value["chatbot"]?.string, let created = time(value["created"]),
      let status = value["status"]?.string.flatMap(Status.init(rawValue:))
    else { return nil }
    self.init(
      id: id, chatbotID: chatbot, chatbotName: value["name"]?.string ?? chatbot,
      source: value["source"]?.string ?? "web",
      provider: value["provider"]?.string, callerID: value["caller"]?.string, createdAt: created)
    self.status = status
    startedAt = time(value["started"])
    endedAt = time(value["ended"])
    endReason = value["reason"]?.string
    turnCount = value["turns"]?.integer ?? 0
  }
}

private func time(_ value: JSONValue?) -> WallTime? {
  value?.integer.map { WallTime(milliseconds: Int64($0)) }
}

/// The calls of the past and those that are up, oldest first.
///
/// - Bound: ``limit``; the oldest is dropped for a new one.
struct BuzziLedger: Equatable, Sendable {
  private(set) var records: [BuzziRecord] = []

  static let limit = 10_000

  subscript(id: String) -> BuzziRecord? { records.last { $0.id == id } }

  /// Adds a call or changes it, and tells what the store has to do.
  mutating func put(_ record: BuzziRecord) -> [StoreOperation] {
    if let index = records.lastIndex(where: { $0.id == record.id }) {
      records[index] = record
      return [.putDocument(record.document)]
    }
    records.append(record)
    guard records.count > Self.limit else { return [.putDocument(record.document)] }
    let dropped = records.removeFirst()
    return [
      .removeDocument(collection: BuzziRecord.collection, key: dropped.id),
      .putDocument(record.document),
    ]
  }

  /// Takes up the records of an earlier run; calls that were up then have failed.
  mutating func restore(_ documents: [StoredDocument], on wall: WallTime) -> [StoreOperation] {
    records = documents.filter { $0.collection == BuzziRecord.collection }
      .compactMap(BuzziRecord.init).sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
      .suffix(Self.limit)
    var operations: [StoreOperation] = []
    for index in records.indices where records[index].endedAt == nil {
      records[index].status = .failed
      records[index].endedAt = wall
      records[index].endReason = "restart"
      operations.append(.putDocument(records[index].document))
    }
    return operations
  }

  /// What a company is told of its calls of the last days, today included.
  func analytics(days: Int, until wall: WallTime) -> AnalyticsMessage {
    let dates = (0...days).reversed().map { day in
      CivilDate(of: wall.advanced(by: .seconds(-86_400 * day))).iso8601
    }
    let first = dates.first ?? ""
    let counted = records.filter { CivilDate(of: $0.createdAt).iso8601 >= first }
    let byDate = Dictionary(grouping: counted) { CivilDate(of: $0.createdAt).iso8601 }
    let byChatbot = Dictionary(grouping: counted, by: \.chatbotID)
    func counts(_ name: (BuzziRecord) -> String?) -> [String: Int] {
      Dictionary(grouping: counted.compactMap(name)) { $0 }.mapValues(\.count)
    }
    let chatbots = byChatbot.map { id, calls in
      AnalyticsMessage.Chatbot(
        id: id, name: calls.last?.chatbotName ?? id, figures: Self.figures(calls))
    }
    return AnalyticsMessage(
      summary: Self.figures(counted),
      days: dates.map { ($0, Self.figures(byDate[$0] ?? [])) },
      sources: counts { $0.source }, providers: counts { $0.provider },
      statuses: counts { $0.status.rawValue },
      topChatbots: Array(
        chatbots.sorted { ($1.figures.total, $0.id) < ($0.figures.total, $1.id) }.prefix(10)),
      recentCalls: counted.suffix(10).reversed().map(\.entry), from: first, to: dates.last ?? "")
  }

  private static func figures(_ calls: [BuzziRecord]) -> AnalyticsMessage.Figures {
    let completed = calls.filter { $0.status == .completed }
    return AnalyticsMessage.Figures(
      total: calls.count, completed: completed.count,
      failed: calls.count { $0.status == .failed },
      durationSeconds: completed.reduce(0) { $0 &+ $1.durationSeconds },
      turns: calls.reduce(0) { $0 &+ $1.turnCount })
  }

  /// A caller's calls with a chatbot, newest first.
  func history(chatbotID: String, callerID: String?, limit: Int) -> [CallEntry] {
    records.reversed().lazy
      .filter { $0.chatbotID == chatbotID && (callerID == nil || $0.callerID == callerID) }
      .prefix(limit).map(\.entry)
  }
}
