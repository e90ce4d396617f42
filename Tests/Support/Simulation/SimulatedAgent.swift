import Basics
package import Media
package import SDP

/// One side's ICE agent, as far as its session can tell.
package struct SimulatedAgent {
  /// What the agent has been made to do.
  package private(set) var orders: [IceOrder] = []
  package private(set) var credentials: IceCredentials?
  package private(set) var remote: IceCredentials?
  package private(set) var remoteCandidates: [Candidate] = []
  package private(set) var isClosed = false
  /// Which pair of credentials the path in use was found with; `nil` while there is none.
  package var connectedWith: IceCredentials?
  private var generator: SeededGenerator
  private let port: UInt16

  package init(seed: UInt64, port: UInt16) {
    generator = SeededGenerator(seed: seed)
    self.port = port
  }

  /// Carries out what is not about sending; returns what the agent then tells.
  package mutating func carryOut(_ order: IceOrder) -> [IceEvent] {
    if case .send = order {} else { orders.append(order) }
    switch order {
    case .gather, .restart:
      let credentials = IceCredentials(ufrag: text(8), password: text(24))
      self.credentials = credentials
      return [.gathering(credentials)]
        + (0..<2).map { .candidate(candidate($0)) } + [.gatheringDone]
    case .setRemote(let credentials):
      remote = credentials
      return []
    case .addRemote(let candidate):
      remoteCandidates.append(candidate)
      return []
    case .close:
      isClosed = true
      return []
    case .endOfRemoteCandidates, .send, .servers:
      return []
    }
  }

  private func candidate(_ index: Int) -> Candidate {
    Candidate(
      foundation: String(index + 1), component: 1, transport: "udp",
      priority: 2_130_706_431 - UInt32(index), address: "192.0.2.\(index + 1)", port: port,
      kind: .host)
  }

  private mutating func text(_ count: Int) -> String {
    String((0..<count).map { _ in Self.letters.randomElement(using: &generator)! })
  }

  private static let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
}
