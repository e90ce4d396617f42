import Basics
import LoopGLib
import SDP

/// STUN and TURN servers by address, after their names were looked up.
struct ReachableServers {
  /// The library asks one STUN server.
  var stun: (address: String, port: UInt16)?
  var relays: [(address: String, server: IceServer)] = []
}

/// Looks up the names of servers side by side; those that stay unknown are left out.
///
/// Used on its loop's thread. Dropping it calls it off.
final class ServerLookup {
  private var lookups: [NameLookup] = []
  private var addresses: [Int: [String]] = [:]
  private let servers: [IceServer]
  private let note: (LogEntry) -> Void
  private let completion: (ReachableServers) -> Void

  /// - Parameters:
  ///   - servers: those beyond ``mostServers`` are left out.
  ///   - completion: called once; at once when no name needs looking up.
  init(
    _ servers: [IceServer], on loop: GLibLoop, note: @escaping (LogEntry) -> Void,
    completion: @escaping (ReachableServers) -> Void
  ) {
    self.servers = Array(servers.prefix(Self.mostServers))
    self.note = note
    self.completion = completion
    for (index, server) in self.servers.enumerated() {
      if NameLookup.isAddress(server.host) {
        addresses[index] = [server.host]
        continue
      }
      lookups.append(
        NameLookup(server.host, within: Self.time, on: loop) { [weak self] found in
          self?.addresses[index] = found
          self?.finishIfComplete()
        })
    }
    finishIfComplete()
  }

  private func finishIfComplete() {
    guard addresses.count == servers.count else { return }
    var reachable = ReachableServers()
    for (index, server) in servers.enumerated() {
      // Each family's first address, IPv4 before IPv6, which seldom needs a STUN server.
      let found = addresses[index] ?? []
      let best = [found.first { !$0.contains(":") }, found.first { $0.contains(":") }]
        .compactMap { $0 }
      guard let address = best.first else {
        note(LogEntry(.warning, "ICE", "\(server) is not used: its name is not known."))
        continue
      }
      switch server.kind {
      case .stun:
        if reachable.stun == nil { reachable.stun = (address, server.port) }
      case .turn(_, _, let transport) where transport.nice == nil:
        note(LogEntry(.warning, "ICE", "\(server) is not used: there is no TURN over TLS here."))
      case .turn:
        let room = Self.mostServers - reachable.relays.count
        reachable.relays += best.prefix(room).map { ($0, server) }
      }
    }
    completion(reachable)
  }

  /// As many as the library takes.
  static let mostServers = 8
  /// Gathering waits no longer than this for names.
  private static let time: Duration = .seconds(2)
}
