/// How much slower sound is played while the next packet is overdue, so that less need be made up when
/// it runs out.
///
/// Stretching works in pitch periods, which need not be what is wanted: what one packet was lengthened
/// by too much, the next ones are lengthened less.
///
/// - Units: samples, 48 000 a second.
package struct StallRelief: Equatable, Sendable {
  /// By how much sound may still be lengthened.
  private var credit = 0
  private var isAwaited = false

  package init() {}

  /// By how much a packet is to be lengthened whose successors are overdue.
  ///
  /// - Parameters:
  ///   - sampleCount: how long the packet lasts.
  ///   - heldCount: how much sound is there after it.
  /// - Returns: `nil` when it is to be played as it is.
  package mutating func lengthening(of sampleCount: Int, before heldCount: Int) -> Int? {
    let percent = heldCount > JitterBuffer.lowCount ? Self.percent : Self.percentWhenLow
    credit = min(credit + sampleCount * percent / 100, Self.creditLimit)
    guard credit >= Self.leastCount else { return nil }
    isAwaited = true
    return credit
  }

  /// Tells how much longer the packet that was asked about has become.
  package mutating func stretched(by sampleCount: Int) {
    if isAwaited { credit -= sampleCount }
    isAwaited = false
  }

  /// Nothing is overdue any more.
  package mutating func end() { self = StallRelief() }

  /// Slow speech, well understood.
  private static let percent = 33
  private static let percentWhenLow = 50
  /// The shortest pitch period.
  private static let leastCount = 120
  private static let creditLimit = 960
}
