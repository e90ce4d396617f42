/// Which earlier packets each one carries along (RFC 2198).
///
/// Losses stand together: of a packet whose copy comes with the very next one, both are often lost. A copy
/// that comes later survives more often, for the same bits, and is waited for as much longer.
struct CopyPattern: Equatable, Sendable {
  /// How many: up to 2.
  var count: Int
  /// How many packets each is before the next: 1 for those right before the packet.
  var distance = 1

  static let none = CopyPattern(count: 0)

  /// How far before its packet a copy is at most: 80 ms in packets of 20 ms.
  static let mostReach = 4

  /// What there is to choose from, from what costs least to what costs most.
  ///
  /// - Parameter mostDistance: for how many packets before its own the peer tells a copy that stands alone.
  static func choices(mostDistance: Int) -> [CopyPattern] {
    guard mostDistance > 1 else { return [CopyPattern(count: 1), CopyPattern(count: 2)] }
    return (1...min(mostDistance, 3)).map { CopyPattern(count: 1, distance: $0) }
      + [CopyPattern(count: 2, distance: 2)]
  }
}
