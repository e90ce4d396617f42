import Glibc

/// A listening TCP socket. Dropping it ends the listening.
final class Listener: Sendable {
  let descriptor: Int32
  /// With the real port.
  let address: ListenAddress

  init(_ wanted: ListenAddress) throws(HostFailure) {
    let opened = try Self.open(wanted)
    descriptor = opened
    address = ListenAddress(host: wanted.host, port: Self.port(of: opened) ?? wanted.port)
  }

  deinit { close(descriptor) }

  enum Arrival {
    case connection(Int32, from: String)
    /// Nobody else waits.
    case nobody
    /// The system cannot give us more connections now.
    case exhausted
  }

  /// Takes the next connection that waits.
  func accept() -> Arrival {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let descriptor = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.accept(self.descriptor, $0, &length)
      }
    }
    guard descriptor >= 0 else {
      switch errno {
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
      case ECONNABORTED, EINTR: return accept()
      default: return .nobody
      }
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var yes: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    return .connection(descriptor, from: Self.text(of: &storage, length) ?? "unknown")
  }

  private static func open(_ wanted: ListenAddress) throws(HostFailure) -> Int32 {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(wanted.host, String(wanted.port), &hints, &found) == 0, let found else {
      throw .badAddress(wanted.description)
    }
    defer { freeaddrinfo(found) }
    let descriptor = socket(
      found.pointee.ai_family,
      Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { throw failure(wanted) }
    var yes: Int32 = 1
    // A port whose last connections are still being forgotten can be used again at once.
    setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0,
      listen(descriptor, 128) == 0
    else {
      let failure = failure(wanted)
      close(descriptor)
      throw failure
    }
    return descriptor
  }

  private static func failure(_ wanted: ListenAddress) -> HostFailure {
    switch errno {
    case EADDRINUSE: .portInUse(wanted.description)
    case EACCES: .notAllowed(wanted.description)
    case EADDRNOTAVAIL: .notHere(wanted.host)
    default: .cannotListen(wanted.description, reason: String(cString: strerror(errno)))
    }
  }

  private static func port(of descriptor: Int32) -> UInt16? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> UInt16? in
        guard getsockname(descriptor, address, &length) == 0 else { return nil }
        var port = [CChar](repeating: 0, count: 8)
        guard
          getnameinfo(address, length, nil, 0, &port, socklen_t(port.count), NI_NUMERICSERV) == 0
        else { return nil }
        return UInt16(Self.text(port))
      }
    }
  }

  private static func text(of storage: inout sockaddr_storage, _ length: socklen_t) -> String? {
    withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> String? in
        var name = [CChar](repeating: 0, count: 64)
        guard
          getnameinfo(address, length, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) == 0
        else { return nil }
        let text = Self.text(name)
        // An IPv4 client of a socket that takes both is the same client.
        return text.hasPrefix("::ffff:") ? String(text.dropFirst(7)) : text
      }
    }
  }

  /// The text up to the zero that ends it.
  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
