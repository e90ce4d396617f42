package import Formats

/// The answer of `GET /calls/analytics`. An extension: the document promises figures for administrators
/// and gives no shape.
package struct AnalyticsMessage: Equatable, Sendable {
  /// The calls of one day, or of all.
  package struct Figures: Equatable, Sendable {
    /// `YYYY-MM-DD`; `nil` for the sum of all days.
    package var date: String?
    package var total = 0
    package var answered = 0
    package var missed = 0
    package var declined = 0
    package var cancelled = 0
    package var failed = 0
    /// Of answered calls, together.
    package var durationSeconds = 0
    /// Mean opinion score, 1 to 4.5, of the calls whose clients told it.
    package var averageQuality: Double?

    package init(date: String? = nil) { self.date = date }

    package init(decoding value: JSONValue) {
      func count(_ name: String) -> Int { max(0, value[name]?.integer ?? 0) }
      date = value["date"]?.string
      total = count("total_calls")
      answered = count("answered_calls")
      missed = count("missed_calls")
      declined = count("declined_calls")
      cancelled = count("cancelled_calls")
      failed = count("failed_calls")
      durationSeconds = count("total_duration_seconds")
      averageQuality = value["average_quality"]?.double
    }

    package func encoded() -> JSONValue {
      func count(_ number: Int) -> JSONValue { .integer(Int64(number)) }
      return .members([
        "date": date.map { .string($0) }, "total_calls": count(total),
        "answered_calls": count(answered), "missed_calls": count(missed),
        "declined_calls": count(declined), "cancelled_calls": count(cancelled),
        "failed_calls": count(failed), "total_duration_seconds": count(durationSeconds),
        "average_duration_seconds": count(answered > 0 ? durationSeconds / answered : 0),
        "average_quality": averageQuality.map { .number($0) },
      ])
    }
  }

  package var days: Int
  /// `all` for administrators, else `own`.
  package var scope: String
  package var summary: Figures
  /// Days with calls, newest first.
  package var daily: [Figures]

  package init(days: Int, scope: String, summary: Figures, daily: [Figures]) {
    self.days = days
    self.scope = scope
    self.summary = summary
    self.daily = daily
  }

  package init(decoding value: JSONValue) throws(WireError) {
    guard let summary = value["summary"] else { throw .missing("summary") }
    self.summary = Figures(decoding: summary)
    days = value["days"]?.integer ?? 0
    scope = value["scope"]?.string ?? "own"
    daily = value["daily"]?.array?.prefix(400).map { Figures(decoding: $0) } ?? []
  }

  package func encoded() -> JSONValue {
    [
      "days": .integer(Int64(days)), "scope": .string(scope), "summary": summary.encoded(),
      "daily": .array(daily.map { $0.encoded() }),
    ]
  }
}
