import Basics
import CLinux
import CNice
import Glibc
import LoopGLib

/// One UDP socket that asks several servers under which address they see it.
///
/// Blocks; for a thread that may wait.
package final class StunProbe {
  /// What a server answered.
  package struct Answer: Equatable, Sendable {
    package var mapped: StunBinding.Address
    package var roundTrip: Duration
  }

  /// Why a server did not answer.
  package enum Failure: Error, Equatable, Sendable {
    case unknownName
    /// The system refused to send.
    case unreachable(code: Int32)
    case silent
  }

  private let descriptor: Int32
  private let family: Int32

  /// - Parameter isIPv6: which family's servers can be asked.
  /// - Returns: `nil` when the system has no such sockets.
  package init?(isIPv6: Bool) {
    family = isIPv6 ? AF_INET6 : AF_INET
    descriptor = socket(family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
  }

  deinit { close(descriptor) }

  /// Asks a server, four times within two seconds unless it answers.
  package func ask(host: String, port: UInt16) throws(Failure) -> Answer {
    guard let found = resolve(host, port) else { throw .unknownName }
    var address = found.address
    for wait in [200, 300, 500, 1_000] {
      var generator = SystemRandomNumberGenerator()
      let transaction = (0..<12).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let request = StunBinding.request(transaction)
      let sentAt = Instant.now
      let sent = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          sendto(descriptor, request, request.count, 0, $0, found.length)
        }
      }
      guard sent == request.count else { throw .unreachable(code: errno) }
      if let mapped = answer(to: transaction, until: sentAt.advanced(by: .milliseconds(wait))) {
        return Answer(mapped: mapped, roundTrip: sentAt.duration(to: .now))
      }
    }
    throw .silent
  }

  /// Marks what is sent as urgent voice (EF, RFC 3246).
  ///
  /// - Returns: whether the system allows it.
  package func markAsVoice() -> Bool {
    var mark = Int32(46 << 2)
    let size = socklen_t(MemoryLayout<Int32>.size)
    return family == AF_INET
      ? setsockopt(descriptor, Int32(IPPROTO_IP), IP_TOS, &mark, size) == 0
      : setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_TCLASS, &mark, size) == 0
  }

  private func answer(
    to transaction: [UInt8], until deadline: Instant
  ) -> StunBinding.Address? {
    while case let left = Instant.now.duration(to: deadline).milliseconds, left > 0 {
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, Int32(left.rounded(.up))) > 0 else { return nil }
      var buffer = [UInt8](repeating: 0, count: 1_500)
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      guard count > 0 else { continue }
      let message = Array(buffer[..<count])
      if let mapped = StunBinding.mappedAddress(in: message, to: transaction) { return mapped }
    }
    return nil
  }

  private func resolve(_ host: String, _ port: UInt16) -> (
    address: sockaddr_storage, length: socklen_t
  )? {
    var hints = addrinfo()
    hints.ai_family = family
    hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list else { return nil }
    defer { freeaddrinfo(list) }
    var storage = sockaddr_storage()
    memcpy(&storage, first.pointee.ai_addr, Int(first.pointee.ai_addrlen))
    return (storage, first.pointee.ai_addrlen)
  }
}
