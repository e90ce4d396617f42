package import Basics
package import Transport

/// One account's conversation with its call server, in that server's dialect.
package protocol DialectClient: Sendable {
  /// Signs in.
  mutating func start(at now: Instant) -> [DialectEffect]
  /// Carries out what the call book asks.
  mutating func carryOut(_ order: SignalingOrder, at now: Instant) -> [DialectEffect]
  /// Takes in what the network brought.
  mutating func receive(_ event: TransportEvent, at now: Instant) -> [DialectEffect]
  /// Acts on a deadline that has passed.
  mutating func expire(at now: Instant) -> [DialectEffect]
  /// When ``expire(at:)`` is next due.
  var deadline: Instant? { get }
  /// The addresses of this machine have changed: what waits to be tried again is tried now.
  ///
  /// - Parameter losesConnections: connections that were open are given up and opened anew, since
  ///   they would only time out. Requests under way have been told to have failed.
  mutating func networkChanged(losesConnections: Bool, at now: Instant) -> [DialectEffect]
  /// Learns how a call sounds, as a mean opinion score of 1 to 4.5; told once a second.
  mutating func rate(_ id: CallID, mos: Double)
  /// Takes up what a client of the same account has last told as its keepsake; before ``start(at:)``.
  mutating func restore(_ keepsake: String)
}

extension DialectClient {
  package mutating func networkChanged(
    losesConnections: Bool, at now: Instant
  ) -> [DialectEffect] { [] }
  package mutating func rate(_ id: CallID, mos: Double) {}
  package mutating func restore(_ keepsake: String) {}
}

/// What a dialect wants done or known.
package enum DialectEffect: Equatable, Sendable {
  case transport(TransportEffect)
  case report(SignalingReport)
  case note(LogEntry)
}
