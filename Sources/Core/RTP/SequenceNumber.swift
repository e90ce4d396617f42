/// The number of an RTP packet in its stream: 16 bits that roll over.
///
/// Two numbers are compared by the shorter way around the circle, so there is no total order.
///
/// - Source: RFC 3550 §5.1.
package struct SequenceNumber: Hashable, Sendable {
  package let rawValue: UInt16

  package init(_ rawValue: UInt16) {
    self.rawValue = rawValue
  }

  package var next: SequenceNumber { advanced(by: 1) }

  package func advanced(by count: Int) -> SequenceNumber {
    SequenceNumber(rawValue &+ UInt16(truncatingIfNeeded: count))
  }

  /// How many packets later `other` was sent: −32 768…32 767.
  package func distance(to other: SequenceNumber) -> Int {
    Int(Int16(bitPattern: other.rawValue &- rawValue))
  }
}

/// Continues numbers that roll over into 64 bits, where they can be subtracted and sorted.
///
/// Each number is taken to be the one nearest to the highest so far. The first keeps its value; a
/// number from before it may be negative.
package struct Unwrapper<Number: FixedWidthInteger & UnsignedInteger & Sendable>: Equatable,
  Sendable
{
  private var highest: Int64?

  package init() {}

  package mutating func unwrap(_ number: Number) -> Int64 {
    guard let highest else {
      self.highest = Int64(truncatingIfNeeded: number)
      return Int64(truncatingIfNeeded: number)
    }
    // The difference with its top bit as sign: the shorter way around.
    let forward = number &- Number(truncatingIfNeeded: highest)
    let isBehind = forward > Number.max >> 1
    let step = isBehind ? -Int64(0 &- forward) : Int64(forward)
    self.highest = max(highest, highest &+ step)
    return highest &+ step
  }
}

/// Unwraps RTP timestamps.
package typealias TimestampUnwrapper = Unwrapper<UInt32>
