/// The addresses of this machine at one moment, as far as calls depend on them.
package struct NetworkState: Equatable, Sendable {
  /// Of the interfaces that are up, without those of loopback and of the link alone.
  package var addresses: [String]
  /// From which of them the rest of the world is reached, one of a family at most.
  package var outgoing: [String]

  package init(addresses: [String] = [], outgoing: [String] = []) {
    self.addresses = addresses
    self.outgoing = outgoing
  }
}

/// What was before and what is now, when the addresses of this machine have changed.
package struct NetworkChange: Equatable, Sendable {
  package var before: NetworkState
  package var after: NetworkState

  package init(from before: NetworkState, to after: NetworkState) {
    self.before = before
    self.after = after
  }

  /// Whether connections that were open may be dead; otherwise there is only more than before.
  package var losesConnections: Bool {
    !before.addresses.allSatisfy(after.addresses.contains)
      || !before.outgoing.allSatisfy(after.outgoing.contains)
  }

  /// What has changed, in words.
  package var sentence: String {
    let gone = before.addresses.filter { !after.addresses.contains($0) }
    let come = after.addresses.filter { !before.addresses.contains($0) }
    if gone.isEmpty, come.isEmpty { return "The way to the world has changed." }
    return [("Gone", gone), ("come", come)].filter { !$0.1.isEmpty }
      .map { "\($0.0): \($0.1.joined(separator: ", "))" }.joined(separator: "; ") + "."
  }

  /// Whether what goes out from that address will hardly arrive any more.
  ///
  /// - Parameter address: of this machine; `nil` when it is not known.
  package func breaks(pathFrom address: String?) -> Bool {
    guard let address else { return losesConnections }
    if address.hasPrefix("127.") || address == "::1" { return false }
    return !after.addresses.contains(address)
      || before.outgoing.contains(address) && !after.outgoing.contains(address)
  }
}
