package import Basics

/// The interarrival jitter of one received stream: how unevenly its packets arrive.
///
/// Compares the spacing of packets at the sender, by RTP timestamp, with their spacing here, by
/// arrival, and smooths the difference with a gain of 1/16.
///
/// - Units: RTP timestamp units of ``clockRate`` throughout; ``milliseconds`` is for display.
/// - Source: RFC 3550 §6.4.1 and §A.8.
package struct InterarrivalJitter: Equatable, Sendable {
  /// Timestamp units per second; 48 000 for Opus (RFC 7587 §4.1). Positive.
  package let clockRate: Int
  /// The current estimate, in timestamp units; zero until the second packet.
  package private(set) var estimate: Double = 0

  private var previousTransit: Int64?

  package init(clockRate: Int) {
    precondition(clockRate > 0, "a stream's clock ticks forward")
    self.clockRate = clockRate
  }

  /// The current estimate, in milliseconds.
  package var milliseconds: Double { estimate * 1_000 / Double(clockRate) }

  /// Takes one packet's arrival into account.
  ///
  /// - Parameters:
  ///   - timestamp: the RTP timestamp, unwrapped to 64 bits so that it never rolls over.
  ///   - now: when the packet left the socket, not when it was decoded.
  package mutating func packetArrived(timestamp: Int64, at now: Instant) {
    let transit = now.ticks(at: clockRate) - timestamp
    if let previousTransit {
      let difference = Double(abs(transit - previousTransit))
      estimate += (difference - estimate) / 16
    }
    previousTransit = transit
  }

  /// Forgets the last packet but not the estimate: the stream begins anew at another timestamp.
  package mutating func streamRestarted() {
    previousTransit = nil
  }
}
