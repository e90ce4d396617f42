import Basics

/// Whether the other side shall send copies of earlier packets along (RFC 2198), since much of what it
/// sends is lost on the way here.
///
///     content ──much is lost, and no copies come──▶ asking ──little is lost, for long──▶ content
///        ▲                                            │
///        └──some minutes, twice as many each time── harmed ◀──more is lost for it──┘
///
/// Whoever reads our reports may send copies unasked. A browser does not: it sends them when our
/// description names them before Opus (RFC 3264 §6.1), which costs a renewed one. They come with the next
/// packet, and bring back the last of those that are lost in a row: few long runs are put up with.
struct CopyWish: Sendable {
  /// What has come in so far, in packets.
  struct Counts: Equatable, Sendable {
    var received = 0
    var lost = 0
    /// How often packets were lost in a row, single ones included.
    var gaps = 0
    /// With copies of others.
    var redundant = 0
  }

  private enum State: Equatable {
    case content
    /// - Parameters:
    ///   - loss: what it was about, 0–1.
    ///   - until: when it may be taken back, if nothing is lost any more.
    case asking(loss: Double, since: Instant, until: Instant)
    /// Copies made it worse: they are too much for the way here, which may be another one later.
    case harmed(until: Instant)
  }

  /// Of what was sent to us lately, 0–1; before copies helped.
  private(set) var loss = 0.0
  /// Whether copies have come lately.
  private(set) var hasCopies = false
  private var state = State.content
  /// How long they are not asked for after they have done harm.
  private var patience = Self.firstPatience
  private var history: [(at: Instant, counts: Counts)] = []

  /// Whether copies are asked for.
  var isAsking: Bool {
    if case .asking = state { return true }
    return false
  }

  /// Takes in how much has come; about once a second.
  mutating func judge(_ counts: Counts, at now: Instant) {
    history.append((now, counts))
    while history.count > Self.limit
      || history.count > 2 && history[1].at.duration(to: now) >= Self.window
    {
      history.removeFirst()
    }
    guard let first = history.first, first.at.duration(to: now) >= Self.window else { return }
    let lost = max(0, counts.lost - first.counts.lost)
    let sent = max(0, counts.received - first.counts.received) + lost
    guard sent >= Self.leastCount else { return }
    loss = Double(lost) / Double(sent)
    hasCopies = counts.redundant > first.counts.redundant
    switch state {
    case .content:
      let gaps = max(0, counts.gaps - first.counts.gaps)
      let isRestorable = Double(gaps) / Double(sent) >= Self.muchRestorable
      guard loss >= Self.muchLoss, isRestorable, !hasCopies else { return }
      state = .asking(loss: loss, since: now, until: now.advanced(by: Self.memory))
    case .asking(let before, let since, let until):
      if loss >= Self.littleLoss {
        let isWorse = hasCopies && loss > before + Self.harm
        let isKnown = since.duration(to: now) >= Self.window * 2
        if isWorse && isKnown {
          state = .harmed(until: now.advanced(by: patience))
          patience = min(patience * 2, Self.longestPatience)
        } else {
          state = .asking(loss: before, since: since, until: now.advanced(by: Self.memory))
        }
      } else if now >= until {
        state = .content
      }
    case .harmed(let until):
      if now >= until { state = .content }
    }
  }

  /// Over how long loss is measured: bursts are not to decide.
  static let window: Duration = .seconds(8)
  /// How long little must be lost before copies are no longer asked for.
  static let memory: Duration = .seconds(60)
  /// How long copies are not asked for after they have done harm, the first time and at most.
  static let firstPatience: Duration = .seconds(240)
  static let longestPatience: Duration = .seconds(1_920)
  private static let leastCount = 100
  private static let muchLoss = 0.03
  private static let littleLoss = 0.01
  /// Of what is sent, how much copies in the next packet have to bring back.
  private static let muchRestorable = 0.01
  /// By how much more may be lost with copies than without; loss by chance varies as well.
  private static let harm = 0.2
  private static let limit = 32
}
