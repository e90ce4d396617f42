import Glibc

/// Sockets of tests, which never leave this machine.
package enum LoopbackSocket {
  /// Binds a socket to any port of 127.0.0.1 and returns that port.
  package static func bind(_ descriptor: Int32) -> UInt16 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        Glibc.bind(descriptor, address, size)
        getsockname(descriptor, address, &size)
      }
      return UInt16(bigEndian: pointer.pointee.sin_port)
    }
  }

  /// Connects a socket to a port of 127.0.0.1.
  package static func connect(_ descriptor: Int32, to port: UInt16) -> Bool {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, size) == 0
      }
    }
  }

  /// A port that nobody listens on at this moment.
  package static func freePort() -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    return bind(descriptor)
  }

  /// Looks into the kernel's table; to connect would use up a server that takes one connection.
  package static func waitUntilListening(_ port: UInt16) {
    let entry = "0100007F:" + String(port, radix: 16, uppercase: true) + " 00000000:0000 0A"
    _ = Deadline(within: .seconds(10)).poll(every: .milliseconds(5)) {
      ProcessFacts.read("/proc/net/tcp")?.contains(entry) == true ? true : nil
    }
  }
}
