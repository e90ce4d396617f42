package import Basics

/// When the next report is due.
///
/// Reports take 5 % of the session's bandwidth, shared by its members, at random intervals so that
/// members do not fall into step. A call of two sends its first few reports about a second apart, so
/// that delay and loss are known early, and then one every two to five seconds.
///
/// - Source: RFC 3550 §6.3 and §A.7. Deviation: the minimum interval, which the RFC sets at 5 s, is
///   ``earlyInterval`` for the first ``earlyReportCount`` reports and ``steadyInterval`` afterwards,
///   as §6.2 allows with enough bandwidth.
package struct ReportSchedule: Equatable, Sendable {
  /// When ``expire(at:using:)`` is next due; `nil` after a goodbye.
  package private(set) var deadline: Instant?

  private let bandwidthBytesPerSecond: Double
  private var memberCount = 2
  private var senderCount = 1
  private var isSender = false
  private var averageBytes = 128.0
  private var lastReport: Instant
  private var reportCount = 0

  /// - Parameter sessionBitsPerSecond: what the session's streams take together.
  package init(
    sessionBitsPerSecond: Int, at now: Instant, using generator: inout some RandomNumberGenerator
  ) {
    precondition(sessionBitsPerSecond > 0, "a session has some bandwidth")
    bandwidthBytesPerSecond = Double(sessionBitsPerSecond) / 8 * Self.reportShare
    lastReport = now
    // The first waits half as long (RFC 3550 §6.3.1).
    deadline = now.advanced(by: interval(using: &generator) / 2)
  }

  /// The number of sources known, our own included, and how many of them send.
  ///
  /// When members leave, the next report comes nearer in proportion (RFC 3550 §6.3.4).
  package mutating func membersChanged(
    memberCount: Int, senderCount: Int, isSender: Bool, at now: Instant
  ) {
    let members = max(1, memberCount)
    if members < self.memberCount, let deadline {
      let share = Double(members) / Double(self.memberCount)
      self.deadline = now.advanced(by: max(.zero, now.duration(to: deadline)) * share)
      lastReport = now.advanced(by: .zero - lastReport.duration(to: now) * share)
    }
    self.memberCount = members
    self.senderCount = min(max(0, senderCount), members)
    self.isSender = isSender
  }

  /// Takes the size of a compound, received or sent, into the average.
  ///
  /// - Parameter byteCount: with the headers of UDP and IP.
  package mutating func compoundPassed(byteCount: Int) {
    averageBytes += (Double(byteCount) - averageBytes) / 16
  }

  /// Whether a report is to be sent now; the next deadline is set.
  ///
  /// At the deadline the interval is drawn again, and the report waits if it has become longer, so that
  /// crowds that join at once do not report at once (RFC 3550 §6.3.6).
  package mutating func expire(
    at now: Instant, using generator: inout some RandomNumberGenerator
  ) -> Bool {
    guard let deadline, now >= deadline else { return false }
    let reconsidered = lastReport.advanced(
      by: interval(using: &generator) / (reportCount == 0 ? 2 : 1))
    guard reconsidered <= now else {
      self.deadline = reconsidered
      return false
    }
    lastReport = now
    reportCount += 1
    self.deadline = now.advanced(by: interval(using: &generator))
    return true
  }

  /// A goodbye has been sent: no report is due any more.
  package mutating func stop() {
    deadline = nil
  }

  /// The randomised interval of RFC 3550 §6.3.1.
  private func interval(using generator: inout some RandomNumberGenerator) -> Duration {
    var sharers = Double(memberCount)
    var bandwidth = bandwidthBytesPerSecond
    // Senders, if they are a quarter or fewer, share a quarter of the bandwidth among themselves.
    if senderCount * 4 <= memberCount {
      bandwidth *= isSender ? 0.25 : 0.75
      sharers = Double(isSender ? senderCount : memberCount - senderCount)
    }
    let minimum = reportCount < Self.earlyReportCount ? Self.earlyInterval : Self.steadyInterval
    let deterministic = max(minimum.seconds, averageBytes * max(1, sharers) / bandwidth)
    let factor = Double.random(in: 0.5..<1.5, using: &generator)
    return .seconds(deterministic * factor / Self.reconsiderationCompensation)
  }

  /// The minimum interval, before it is randomised, of the first reports.
  package static let earlyInterval: Duration = .seconds(1)
  /// The minimum interval, before it is randomised, of later ones.
  package static let steadyInterval: Duration = .seconds(4)
  /// How many reports count as first.
  package static let earlyReportCount = 4

  private static let reportShare = 0.05
  /// Redrawing the interval favours long ones; dividing by e − 3/2 makes up for it.
  private static let reconsiderationCompensation = 1.218_28
}
