import Basics
import Exchange
import IceNice
import LoopGLib
import NetSoup
import SoupHost
import SqliteStore
import Transport

/// The exchange's own way to other servers. Used on the exchange's loop, once it is delivering.
private final class OutgoingConnections: @unchecked Sendable {
  // Unchecked: set before the loop starts, and touched on the loop's thread only afterwards.
  private var runner: TransportRunner?

  func deliver(to host: ExchangeHost, on loop: GLibLoop) {
    let settings = TransportSettings(requestLimit: 256, socketLimit: 64)
    runner = TransportRunner(loop: loop, settings: settings) { [weak host] event in
      host?.take(event)
    }
  }

  func perform(_ effect: TransportEffect) { runner?.perform(effect) }
}

/// An exchange that serves: its host on one loop, its attendants on another.
final class RunningExchange: Sendable {
  /// Where it answers: `http://127.0.0.1:8077`.
  let url: String
  /// The token of the user that was asked for.
  let token: String?
  private let host: ExchangeHost
  private let loop: GLibLoop
  private let attendants: AttendantPlane

  /// Opens the store, listens, and serves.
  ///
  /// - Parameters:
  ///   - data: the folder of users and calls; `nil` keeps them in memory only.
  ///   - user: a user to be registered first.
  ///   - ice: how the sockets of calls with attendants are opened.
  ///   - notes: told on the exchange's loops what is worth knowing.
  init(
    host hostSettings: HostSettings, exchange settings: ExchangeSettings, data: String?,
    user: String? = nil, ice: IceSettings = IceSettings(),
    notes: @escaping @Sendable (LogEntry) -> Void
  ) throws(HostFailure) {
    let store: SqliteExchangeStore
    do throws(DatabaseError) {
      store = try SqliteExchangeStore(
        path: data.map { $0 + "/exchange.sqlite" } ?? ":memory:", isServing: data != nil)
    } catch {
      throw .store(error.description)
    }
    do throws(RegistrationFailure) {
      token = try user.map { name throws(RegistrationFailure) in
        try Registration.add(name, to: store)
      }
    } catch {
      throw .store(error.description)
    }
    let loop = GLibLoop(name: "exchange")
    // Fifty people who come at once have some hundreds of candidates; sound in samples is 25 a second.
    let orders = Mailbox<AttendantOrder>(capacity: 8_192)
    let lost = LogEntry(
      .error, "exchange", "Too much waits for this machine; a word about somebody's sound was lost."
    )
    let outgoing = OutgoingConnections()
    let host = try ExchangeHost(
      loop: loop, settings: hostSettings, exchange: settings, store: store
    ) { event in
      switch event {
      case .attendant(let order): if !orders.post(order) { notes(lost) }
      case .transport(let effect): outgoing.perform(effect)
      case .note(let entry): notes(entry)
      }
    }
    outgoing.deliver(to: host, on: loop)
    let attendants = AttendantPlane(
      includesLoopback: hostSettings.listen.isLoopback, ice: ice, dataFolder: data,
      report: { if !host.take($0) { notes(lost) } }, note: notes)
    attendants.start(orders: orders)
    loop.start()
    host.start()
    self.host = host
    self.loop = loop
    self.attendants = attendants
    url = host.url
  }

  /// Ends all calls with attendants, says goodbye to all clients, and waits for the loops.
  func stop() {
    attendants.stop()
    host.stop()
    loop.stop()
  }
}
