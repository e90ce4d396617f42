import Basics
import Calling
import Exchange
import Files
import LoopGLib
import SoupHost

/// The exchange inside the phone: on loopback, in memory, for one user.
final class EmbeddedExchange: Sendable {
  /// Why it cannot be had.
  struct Failure: Error {
    let sentence: String
  }

  private let identity: String
  private let running = Lock<RunningExchange?>(nil)

  init(identity: String) {
    self.identity = identity
  }

  /// Starts the exchange and makes the account by which the phone signs in.
  func start() throws(Failure) -> Account {
    do throws(HostFailure) {
      let exchange = try RunningExchange(
        host: HostSettings(listen: ListenAddress(host: "127.0.0.1", port: 0)),
        exchange: ExchangeSettings(
          admitsGuests: false, attendants: AttendantProfile.standard),
        data: nil, user: identity, notes: { _ in })
      running.withLock { $0 = exchange }
      return Account(
        id: AccountID(0), name: "exchange", system: .botServer, server: exchange.url,
        username: identity, secret: exchange.token.map { Secret($0) })
    } catch {
      throw Failure(sentence: error.description)
    }
  }

  func stop() {
    running.withLock { $0 }?.stop()
  }
}
