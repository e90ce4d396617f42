import Basics
import Calling

/// One user of the exchange under load.
struct LoadClient: Sendable {
  let system: CallSystem
  let name: String
  /// Within its system, from 1 on.
  let number: Int
  let token: String

  /// Its account on that exchange.
  ///
  /// - Parameter index: among all clients.
  func account(number index: Int, server: String) -> Account {
    Account(
      id: AccountID(index + 1), name: name, system: system, server: server, username: name,
      secret: Secret(token), options: system == .buzzi ? ["chatbot-id": "parrot"] : [:],
      // An exchange's own keys, as long as its settings name no others.
      secrets: system == .nexacon
        ? ["api-key": Secret("tipring"), "secret-key": Secret("tipring")] : [:])
  }

  /// Calls between clients of one system, spread evenly over the systems: the first half of each calls
  /// its second half.
  static func wishes(among clients: [LoadClient], count: Int) -> [LoadField.Wish] {
    let systems = Dictionary(grouping: clients.indices) { clients[$0].system }
    let lists = CallSystem.allCases.compactMap { systems[$0] }
    guard !lists.isEmpty else { return [] }
    return (0..<count).compactMap { turn in
      let list = lists[turn % lists.count]
      let place = turn / lists.count
      guard place * 2 + 1 < list.count else { return nil }
      let caller = clients[list[place]]
      let callee = clients[list[list.count - 1 - place]]
      // A voice bot's callers do not call one another.
      let address = caller.system == .buzzi ? "parrot" : callee.name
      return LoadField.Wish(caller: list[place], address: address)
    }
  }
}
