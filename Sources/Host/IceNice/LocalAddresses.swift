import CNice
import Glibc
package import Media

/// The addresses of this machine at which a peer may reach it.
package enum LocalAddresses {
  /// Addresses of the interfaces that are up and connected, those of the loopback interface, if wanted,
  /// first.
  ///
  /// Of IPv6, addresses that hold on the link alone mean nothing to a peer and are left out, as are those
  /// that are not yet or no longer to be used, and the lasting ones of an interface that has temporary
  /// ones, which are there so that nobody is followed by the lasting one (RFC 8445 §5.1.1.1). At most
  /// ``most`` are told, so that the pairs with a peer's stay few enough to be checked.
  package static func list(includesLoopback: Bool) -> [String] {
    let all = interfaceAddresses()
    let loopback = includesLoopback ? all.filter(\.isLoopback) : []
    return Array((loopback + all.filter { !$0.isLoopback }).map(\.text).prefix(most))
  }

  /// What calls depend on, at this moment.
  package static func state() -> NetworkState {
    let addresses = list(includesLoopback: false)
    return NetworkState(
      addresses: addresses.sorted(),
      outgoing: [outgoing(toward: "192.0.2.1"), outgoing(toward: "2001:db8::1")]
        .compactMap { $0 }.filter(addresses.contains))
  }

  private static func interfaceAddresses() -> [(text: String, isLoopback: Bool)] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    let table = AddressTable.current
    return sequence(first: first) { $0?.pointee.ifa_next }.prefix { $0 != nil }
      .compactMap { entry -> (text: String, isLoopback: Bool)? in
        guard let entry = entry?.pointee, let address = entry.ifa_addr,
          entry.ifa_flags & UInt32(IFF_UP) != 0, entry.ifa_flags & UInt32(IFF_RUNNING) != 0
        else { return nil }
        let isLoopback = entry.ifa_flags & UInt32(IFF_LOOPBACK) != 0
        switch Int32(address.pointee.sa_family) {
        case AF_INET: break
        case AF_INET6:
          let bytes = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
            withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) }
          }
          guard isLoopback || table.isFit(bytes, on: String(cString: entry.ifa_name)) else {
            return nil
          }
        default: return nil
        }
        return text(of: address).map { ($0, isLoopback) }
      }
  }

  /// The address from which a packet to that one would go out. None is sent.
  private static func outgoing(toward destination: String) -> String? {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(destination, "9", &hints, &found) == 0, let target = found?.pointee else {
      return nil
    }
    defer { freeaddrinfo(found) }
    let descriptor = socket(
      target.ai_family, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard connect(descriptor, target.ai_addr, target.ai_addrlen) == 0 else { return nil }
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { storage in
      storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        getsockname(descriptor, address, &length) == 0 ? text(of: address) : nil
      }
    }
  }

  private static func text(of address: UnsafeMutablePointer<sockaddr>) -> String? {
    let length =
      Int32(address.pointee.sa_family) == AF_INET
      ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    guard
      getnameinfo(
        address, socklen_t(length), &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST) == 0
    else { return nil }
    return String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  package static let most = 16
}
