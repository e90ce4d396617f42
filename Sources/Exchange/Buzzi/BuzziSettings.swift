package import BuzziWire

/// How the exchange speaks as Buzzi.
package struct BuzziSettings: Equatable, Sendable {
  /// Whose words it uses; it understands both.
  package var revision = Revision.both
  /// The only company there is; `nil` takes any name for it, and none.
  package var companyID: String?
  /// Of one address.
  package var sessionsPerMinute = 10.0
  /// Of one address at once.
  package var socketsPerAddress = 5
  /// Of one user.
  package var analyticsPerMinute = 60.0
  /// After so long without a word from either side a call ends.
  package var silenceTime: Duration = .seconds(180)
  /// How long a call outlives its socket.
  package var reconnectTime: Duration = .seconds(30)
  /// How long a session waits for its caller.
  package var sessionTime: Duration = .seconds(86_400)

  package init() {}
}
