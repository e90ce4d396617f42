import Glibc

/// What the kernel knows of the IPv6 addresses of this machine, beyond what it tells with them.
struct AddressTable {
  private struct Entry {
    var address: String
    var interface: String
    var flags: Int
    var isOfLinkAlone: Bool
  }

  private let entries: [Entry]

  /// - Parameter text: of `/proc/net/if_inet6`: a line for each address, of the address in 32 digits,
  ///   the interface's number, the prefix's length, scope, flags (all hexadecimal) and the interface.
  init(_ text: String) {
    entries = text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count == 6, fields[0].count == 32, let scope = Int(fields[3], radix: 16),
        let flags = Int(fields[4], radix: 16)
      else { return nil }
      return Entry(
        address: fields[0].lowercased(), interface: String(fields[5]), flags: flags,
        isOfLinkAlone: scope == Self.linkScope)
    }
  }

  static var current: AddressTable {
    guard let file = fopen("/proc/net/if_inet6", "re") else { return AddressTable("") }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = fread(&bytes, 1, bytes.count, file)
    return AddressTable(String(decoding: bytes.prefix(count), as: UTF8.self))
  }

  /// Whether a peer may be told of that address (RFC 8445 §5.1.1.1).
  func isFit(_ address: [UInt8], on interface: String) -> Bool {
    if address.prefix(2) == [0xFE, 0x80] { return false }
    let digits = address.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    guard let entry = entries.first(where: { $0.address == digits && $0.interface == interface })
    else { return true }  // The kernel has no list, or has changed it meanwhile.
    guard !entry.isOfLinkAlone, entry.flags & Self.unusable == 0 else { return false }
    let isTemporary = entry.flags & Self.temporary != 0
    return isTemporary
      || !entries.contains {
        $0.interface == interface && $0.flags & Self.temporary != 0
          && $0.flags & Self.unusable == 0
      }
  }

  private static let linkScope = 0x20
  /// `IFA_F_TEMPORARY` (linux/if_addr.h).
  private static let temporary = 0x01
  /// `IFA_F_DADFAILED`, `IFA_F_DEPRECATED` and `IFA_F_TENTATIVE`.
  private static let unusable = 0x08 | 0x20 | 0x40
}
