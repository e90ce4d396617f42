import Basics
import BotServerClient
import Calling

/// Which call systems this version speaks: one line each.
enum DialectRegistry {
  /// The systems that an account may have.
  static let systems: [CallSystem] = [.botServer]

  /// The machine that speaks an account's system.
  ///
  /// - Parameters:
  ///   - seed: of the account's back-off.
  ///   - clock: for the dates that a system's messages hold.
  static func client(
    for account: Account, seed: UInt64, clock: WallClock
  ) -> any DialectClient {
    switch account.system {
    case .botServer: return BotServerClient(account: account, seed: seed)
    case .zulip, .nexacon, .buzzi, .jitsi:
      preconditionFailure("accounts of other systems are refused when the settings are read")
    }
  }
}
