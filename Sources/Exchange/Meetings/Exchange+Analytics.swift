import Basics
import BotServerWire
import Formats

/// How the calls of one day sounded, as their clients told it.
struct QualitySums: Equatable, Sendable {
  /// Of all, and by user.
  var all = QualitySum()
  var users: [String: QualitySum] = [:]

  static let userLimit = 1_000
}

/// Scores added up.
struct QualitySum: Equatable, Sendable {
  var sum = 0.0
  var count = 0

  mutating func add(_ score: Double) {
    sum += score
    count += 1
  }

  static func + (left: Self, right: Self) -> Self {
    QualitySum(sum: left.sum + right.sum, count: left.count + right.count)
  }

  /// With two digits; `nil` of nothing.
  var average: Double? {
    count > 0 ? (sum / Double(count) * 100).rounded() / 100 : nil
  }
}

/// Figures for administrators, and everybody's own.
extension Exchange {
  mutating func restoreQuality(_ documents: [StoredDocument]) {
    for document in documents where document.collection == Self.qualityCollection {
      guard let value = try? JSONValue(decoding: document.body) else { continue }
      func sum(_ value: JSONValue?) -> QualitySum {
        QualitySum(
          sum: value?.array?.first?.double ?? 0, count: value?.array?.last?.integer ?? 0)
      }
      var sums = QualitySums()
      sums.all = sum(value["all"])
      sums.users = value["users"]?.object?.mapValues(sum) ?? [:]
      meetings.quality[document.key] = sums
    }
  }

  /// Asks for figures; answered by ``answerAnalytics(_:_:_:)``.
  mutating func askForAnalytics(
    days: Int, for user: StoredUser, request: ExchangeRequestID, _ turn: inout Turn
  ) throws(ExchangeRefusal) {
    let scope = isAdministrator(user) ? nil : user.id
    let since = turn.wall.advanced(by: .seconds(-86_400 * Int64(days)))
    let key = "analytics \(request.number) \(days) \(scope ?? "")"
    try askStore(for: .botServer, key: key, &turn) {
      .countCalls($0, since: since, userID: scope)
    }
  }

  /// The store has counted the calls.
  mutating func answerAnalytics(_ counts: [CallCount], key: String, _ turn: inout Turn) {
    let parts = key.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 4, let number = Int(parts[1]), let days = Int(parts[2]) else { return }
    let userID = parts[3].isEmpty ? nil : String(parts[3])
    var daily: [String: AnalyticsMessage.Figures] = [:]
    var summary = AnalyticsMessage.Figures()
    for count in counts {
      daily[count.day, default: AnalyticsMessage.Figures(date: count.day)].add(count)
      summary.add(count)
    }
    var total = QualitySum()
    for day in daily.keys {
      let sums = meetings.quality[day]
      let sum = (userID.map { sums?.users[$0] } ?? sums?.all) ?? QualitySum()
      daily[day]?.averageQuality = sum.average
      total = total + sum
    }
    summary.averageQuality = total.average
    let message = AnalyticsMessage(
      days: days, scope: userID == nil ? "all" : "own", summary: summary,
      daily: daily.values.sorted { ($0.date ?? "") > ($1.date ?? "") })
    answer(ExchangeRequestID(number), BotServerFacade.json(200, message.encoded()), &turn)
  }

  // MARK: Quality

  /// Somebody's part in a call is over and may be rated for a minute.
  mutating func noteRateable(_ userID: String, in callID: String, _ turn: Turn) {
    let until = turn.now.advanced(by: .seconds(60))
    meetings.rateable.removeAll { $0.until <= turn.now }
    if let index = meetings.rateable.firstIndex(where: { $0.callID == callID }) {
      meetings.rateable[index].users.insert(userID)
      return
    }
    if meetings.rateable.count >= MeetingBook.rateableLimit { meetings.rateable.removeFirst() }
    meetings.rateable.append((callID, [userID], until))
  }

  /// A client tells how a call sounded; `false` when it was in none of that name.
  mutating func rate(
    _ callID: String, _ score: Double, by userID: String, _ turn: inout Turn
  ) -> Bool {
    guard (1...5).contains(score) else { return false }
    if let index = meetings.rateable.firstIndex(where: { $0.callID == callID }),
      meetings.rateable[index].users.remove(userID) != nil
    {
      return addRating(score, by: userID, &turn)
    }
    // A client that hangs up rates first and ends then.
    guard
      calls[callID]?.facts.includes(userID) == true
        || meetings.meetings[callID]?.seat(of: userID) != nil
    else { return false }
    return addRating(score, by: userID, &turn)
  }

  private mutating func addRating(
    _ score: Double, by userID: String, _ turn: inout Turn
  ) -> Bool {
    let day = String(turn.wall.iso8601.prefix(10))
    var sums = meetings.quality[day] ?? QualitySums()
    sums.all.add(score)
    if sums.users[userID] != nil || sums.users.count < QualitySums.userLimit {
      sums.users[userID, default: QualitySum()].add(score)
    }
    meetings.quality[day] = sums
    func pair(_ sum: QualitySum) -> JSONValue {
      [.number(sum.sum), .integer(Int64(sum.count))]
    }
    let body: JSONValue = ["all": pair(sums.all), "users": .object(sums.users.mapValues(pair))]
    turn.store(
      .putDocument(
        StoredDocument(collection: Self.qualityCollection, key: day, body: body.text)))
    while meetings.quality.count > MeetingBook.qualityDayLimit,
      let oldest = meetings.quality.keys.min()
    {
      meetings.quality[oldest] = nil
      turn.store(.removeDocument(collection: Self.qualityCollection, key: oldest))
    }
    return true
  }

  static let qualityCollection = "call-quality"
}

extension AnalyticsMessage.Figures {
  fileprivate mutating func add(_ count: CallCount) {
    total += count.count
    switch count.status {
    case .ended:
      answered += count.count
      durationSeconds += count.seconds
    case .missed: missed += count.count
    case .declined: declined += count.count
    case .cancelled: cancelled += count.count
    case .failed: failed += count.count
    case .ringing, .active: break
    }
  }
}
