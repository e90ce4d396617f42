import Basics
import Calling
import Formats
import LoopGLib
import NexaconClient
import Transport

/// A Nexacon client over the real network: the exchange for its requests, ejabberd for its stream.
final class NexaconEnd {
  private let end = TransportEnd()
  private var seen = 0
  private var client: NexaconClient
  private let socketURL: String
  /// Others that must act while this one waits.
  var others: [NexaconEnd] = []
  private(set) var told: [SignalingReport] = []
  private(set) var notes: [String] = []

  /// - Parameters:
  ///   - exchange: the port of the exchange.
  ///   - xmpp: the port of ejabberd.
  ///   - ahead: how far this one's clock is before the others'.
  init(_ number: String, exchange: UInt16, xmpp: UInt16, ahead: Duration = .zero) {
    socketURL = Ejabberd.socketURL(xmpp)
    let account = Account(
      id: AccountID(0), name: "nx", system: .nexacon, server: "http://127.0.0.1:\(exchange)",
      username: number, secret: nil,
      secrets: ["api-key": Secret("tipring"), "secret-key": Secret("tipring")])
    client = NexaconClient(
      account: account, seed: UInt64(truncatingIfNeeded: Instant.now.nanoseconds),
      clock: WallClock(WallTime.now.advanced(by: ahead), at: .now))
    perform(client.start(at: .now))
  }

  deinit { end.stop() }

  func order(_ orders: SignalingOrder...) {
    for order in orders { perform(client.carryOut(order, at: .now)) }
  }

  func isSignedIn() async -> Bool {
    await first { $0 == .account(.signedIn) ? true : nil } ?? false
  }

  /// Waits until the client has told something, from now on or before.
  func first<Value>(
    within limit: Duration = .seconds(20), _ pick: (SignalingReport) -> Value?
  ) async -> Value? {
    await first(within: limit, checking: { told.lazy.compactMap(pick).first })
  }

  /// Lets the client and the others act until there is a value.
  func first<Value>(
    within limit: Duration = .seconds(20), checking check: () -> Value?
  ) async -> Value? {
    let deadline = Instant.now.advanced(by: limit)
    while true {
      pump()
      for other in others { other.pump() }
      if let value = check() { return value }
      guard Instant.now < deadline else { return nil }
      try? await Task.sleep(for: .milliseconds(2))
    }
  }

  private func perform(_ effects: [DialectEffect]) {
    for effect in effects {
      switch effect {
      case .transport(let effect): end.perform(effect)
      case .report(let report): told.append(report)
      case .note(let entry): notes.append(entry.text)
      }
    }
  }

  private func pump() {
    let events = end.events
    for event in events[seen...] { perform(client.receive(redirected(event), at: .now)) }
    seen = events.count
    if let deadline = client.deadline, deadline <= .now { perform(client.expire(at: .now)) }
  }

  /// The exchange names its own stream beside the token; this one shall go to ejabberd.
  private func redirected(_ event: TransportEvent) -> TransportEvent {
    guard case .response(let id, var response) = event,
      var value = (try? JSONValue(decoding: response.body))?.object, value["nxws"] != nil
    else { return event }
    value["nxws"] = .string(socketURL)
    response.body = Array(JSONValue.object(value).text.utf8)
    return .response(id, response)
  }
}
