import CGLib
import CNice

/// The addresses of this machine at which a peer may reach it.
package enum LocalAddresses {
  /// Addresses of the interfaces that are up, those of the loopback interface, if wanted, first.
  ///
  /// IPv6 link-local addresses mean nothing to a peer and are left out (RFC 8445 §5.1.1.1). At most
  /// ``most`` are told, so that the pairs with a peer's stay few enough to be checked.
  package static func list(includesLoopback: Bool) -> [String] {
    let list = nice_interfaces_get_local_ips(includesLoopback ? 1 : 0)
    defer { g_list_free_full(list) { g_free($0) } }
    let all = sequence(first: list) { $0?.pointee.next }
      .prefix { $0 != nil }
      .compactMap { $0?.pointee.data }
      .map { String(cString: $0.assumingMemoryBound(to: CChar.self)) }
      .filter { !$0.lowercased().hasPrefix("fe80:") }
    let loopback = all.filter { $0.hasPrefix("127.") || $0 == "::1" }
    return Array((loopback + all.filter { !loopback.contains($0) }).prefix(most))
  }

  package static let most = 16
}
