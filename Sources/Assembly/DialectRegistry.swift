import Basics
import BotServerClient
import BuzziClient
import Calling
import Jitsi
import NexaconClient
import ZulipClient

/// Which call systems this version speaks.
enum DialectRegistry {
  /// Makes the machine that speaks an account's system.
  ///
  /// - Parameters:
  ///   - seed: of the account's back-off.
  ///   - clock: for the dates that a system's messages hold.
  private typealias Maker =
    @Sendable (_ account: Account, _ seed: UInt64, _ clock: WallClock) -> any DialectClient

  /// One line each.
  private static let makers: [CallSystem: Maker] = [
    .botServer: { account, seed, _ in BotServerClient(account: account, seed: seed) },
    .jitsi: { account, seed, _ in JitsiClient(account: account, seed: seed) },
    .buzzi: { account, seed, _ in BuzziClient(account: account, seed: seed) },
    .nexacon: { account, seed, clock in NexaconClient(account: account, seed: seed, clock: clock) },
    .zulip: { account, seed, clock in ZulipClient(account: account, seed: seed, clock: clock) },
  ]

  /// The systems that an account may have.
  static let systems = CallSystem.allCases.filter { makers[$0] != nil }

  /// The machine that speaks an account's system.
  static func client(
    for account: Account, seed: UInt64, clock: WallClock
  ) -> any DialectClient {
    guard let make = makers[account.system] else {
      preconditionFailure("accounts of other systems are refused when the settings are read")
    }
    return make(account, seed, clock)
  }
}
