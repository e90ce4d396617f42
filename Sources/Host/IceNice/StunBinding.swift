import Glibc

/// The request that asks a server under which address it sees us, and its answer.
///
/// - Source: RFC 8489 §5, §14.1, §14.2.
package enum StunBinding {
  /// An IPv4 or IPv6 address in text, and a port.
  package struct Address: Equatable, Sendable {
    package var address: String
    package var port: UInt16

    package init(address: String, port: UInt16) {
      self.address = address
      self.port = port
    }
  }

  /// - Parameter transaction: twelve bytes by chance.
  package static func request(_ transaction: [UInt8]) -> [UInt8] {
    precondition(transaction.count == 12, "a transaction has 96 bits")
    return [0x00, 0x01, 0x00, 0x00] + cookie + transaction
  }

  /// The address in a success response to that transaction; `nil` for anything else.
  package static func mappedAddress(in message: [UInt8], to transaction: [UInt8]) -> Address? {
    guard message.count >= 20, message[0] == 0x01, message[1] == 0x01,
      Array(message[4..<8]) == cookie, Array(message[8..<20]) == transaction
    else { return nil }
    let length = Int(message[2]) << 8 | Int(message[3])
    guard message.count >= 20 + length else { return nil }
    var plain: Address?
    var index = 20
    while index + 4 <= 20 + length {
      let kind = Int(message[index]) << 8 | Int(message[index + 1])
      let size = Int(message[index + 2]) << 8 | Int(message[index + 3])
      guard index + 4 + size <= 20 + length else { return plain }
      let value = Array(message[index + 4..<index + 4 + size])
      if kind == 0x0020 {
        if let found = address(value, mask: cookie + transaction) { return found }
      } else if kind == 0x0001 {
        // Servers of RFC 3489 know no other.
        plain = address(value, mask: [UInt8](repeating: 0, count: 16))
      }
      index += 4 + (size + 3) / 4 * 4
    }
    return plain
  }

  private static func address(_ value: [UInt8], mask: [UInt8]) -> Address? {
    guard value.count >= 4 else { return nil }
    let count = value[1] == 1 ? 4 : value[1] == 2 ? 16 : 0
    guard count > 0, value.count >= 4 + count else { return nil }
    let port = UInt16(value[2] ^ mask[0]) << 8 | UInt16(value[3] ^ mask[1])
    let bytes = (0..<count).map { value[4 + $0] ^ mask[$0] }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil
    else { return nil }
    return Address(
      address: String(
        decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self),
      port: port)
  }

  /// The magic cookie.
  private static let cookie: [UInt8] = [0x21, 0x12, 0xA4, 0x42]
}
