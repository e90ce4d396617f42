import CLinux
import Glibc

/// What the system tells of a running process.
package enum ProcessFacts {
  /// The most memory it has ever held at once, in bytes; `nil` when it is gone.
  package static func peakMemory(of process: Int32) -> Int? {
    guard let status = read("/proc/\(process)/status") else { return nil }
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.filter(\.isNumber)) }.map { $0 * 1_024 }
  }

  /// The processes it has started.
  package static func children(of process: Int32) -> [Int32] {
    let list = read("/proc/\(process)/task/\(process)/children") ?? ""
    return list.split { $0 == " " || $0 == "\n" }.compactMap { Int32($0) }
  }

  /// A UDP socket over IPv4, in network byte order.
  package struct UDPSocket: Equatable, Sendable {
    package var address: UInt32
    package var port: UInt16
  }

  /// The UDP sockets over IPv4 on which it receives.
  package static func udpSockets(of process: Int32) -> [UDPSocket] {
    let inodes = Set((0..<256).compactMap { link("/proc/\(process)/fd/\($0)") })
    let table = (read("/proc/net/udp") ?? "").split(separator: "\n").dropFirst()
    return table.compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 9, inodes.contains("socket:[\(fields[9])]") else { return nil }
      // The address stands there as this machine reads it, the port as people do.
      let parts = fields[1].split(separator: ":")
      guard parts.count == 2, let address = UInt32(parts[0], radix: 16),
        let port = UInt16(parts[1], radix: 16)
      else { return nil }
      return UDPSocket(address: address, port: port.bigEndian)
    }
  }

  private static func link(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 128)
    let count = readlink(path, &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// These files have no size, so they are read to their end.
  static func read(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = Glibc.read(descriptor, &buffer, buffer.count), count > 0 {
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
