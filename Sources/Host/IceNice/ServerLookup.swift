import Basics
import LoopGLib
import SDP

/// STUN and TURN servers by address, after their names were looked up.
struct ReachableServers {
  /// Those whose names are known.
  var known: [IceServer] = []
  /// A TURN server as the library asks it.
  struct Relay {
    var address: String
    var port: UInt16
    var username: String
    var credential: String
    var isTCP: Bool
  }

  /// The library asks one STUN server.
  var stun: (address: String, port: UInt16)?
  var relays: [Relay] = []
  /// To be kept while the relays are in use.
  var tunnels: [RelayTunnel] = []
}

/// Looks up the names of servers side by side; those that stay unknown are left out.
///
/// Used on its loop's thread. Dropping it calls it off.
final class ServerLookup {
  private var lookups: [NameLookup] = []
  private var addresses: [Int: [String]] = [:]
  private let servers: [IceServer]
  private let trust: ServerTrust
  private let note: (LogEntry) -> Void
  private let completion: (ReachableServers) -> Void

  /// - Parameters:
  ///   - servers: those beyond ``mostServers`` are left out.
  ///   - completion: called once; at once when no name needs looking up.
  init(
    _ servers: [IceServer], trust: ServerTrust, on loop: GLibLoop,
    note: @escaping (LogEntry) -> Void, completion: @escaping (ReachableServers) -> Void
  ) {
    self.servers = Array(servers.prefix(Self.mostServers))
    self.trust = trust
    self.note = note
    self.completion = completion
    for (index, server) in self.servers.enumerated() {
      if NameLookup.isAddress(server.host) || server.needsTunnel {
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
      guard let found = addresses[index], !found.isEmpty else {
        note(LogEntry(.warning, "ICE", "\(server) is not used: its name is not known."))
        continue
      }
      reachable.known.append(server)
      add(server, at: found, to: &reachable)
    }
    completion(reachable)
  }

  private func add(
    _ server: IceServer, at addresses: [String], to reachable: inout ReachableServers
  ) {
    // Each family's first address, IPv4 before IPv6, which seldom needs a STUN server.
    let best = [addresses.first { !$0.contains(":") }, addresses.first { $0.contains(":") }]
      .compactMap { $0 }
    switch server.kind {
    case .stun:
      if reachable.stun == nil, let address = best.first { reachable.stun = (address, server.port) }
    case .turn(let username, let credential, .tls):
      guard
        let tunnel = RelayTunnel(
          to: server.host, port: server.port, trust: trust, note: note)
      else {
        note(LogEntry(.warning, "ICE", "\(server) is not used: no port can be opened for it."))
        return
      }
      reachable.tunnels.append(tunnel)
      reachable.relays.append(
        ReachableServers.Relay(
          address: RelayTunnel.address, port: tunnel.port, username: username,
          credential: credential, isTCP: true))
    case .turn(let username, let credential, let transport):
      for address in best where reachable.relays.count < Self.mostServers {
        reachable.relays.append(
          ReachableServers.Relay(
            address: address, port: server.port, username: username, credential: credential,
            isTCP: transport == .tcp))
      }
    }
  }

  /// As many as the library takes.
  static let mostServers = 8
  /// Gathering waits no longer than this for names.
  private static let time: Duration = .seconds(2)
}

extension IceServer {
  /// Whether it is reached through TLS, which looks the name up itself, to compare it.
  fileprivate var needsTunnel: Bool {
    if case .turn(_, _, .tls) = kind { true } else { false }
  }
}
