import Basics
import CLinux
import CNice
import Formats
import Glibc
package import LoopGLib

/// One name in `.local` on its way to addresses, asked of everybody on the link (RFC 6762 §5.1): browsers
/// hide their own addresses behind such names.
///
/// It is asked here and not of the system's resolver, which knows such names only where a plug-in for it
/// is installed, and elsewhere tells a name server far away of them. IPv4 carries the question, also for
/// IPv6 addresses. Used on its loop's thread. Dropping it calls it off.
package final class MulticastLookup: @unchecked Sendable {
  // Unchecked: touched on the loop's thread only.
  private let name: String
  private let interfaces: [String]
  private let descriptor: Int32
  private let isOnOwnPort: Bool
  private let deadline: Instant
  private var questionCount = 0
  private var watch: DescriptorWatch?
  private var alarm: Alarm?
  private var completion: (([String]) -> Void)?

  /// - Parameters:
  ///   - interfaces: their IPv4 addresses, where to ask.
  ///   - completion: called once, later, with numeric addresses; with none when nobody has answered.
  package init(
    _ name: String, within time: Duration, on loop: GLibLoop,
    interfaces: [String] = LocalAddresses.list(includesLoopback: true),
    completion: @escaping ([String]) -> Void
  ) {
    self.name = name.lowercased()
    self.interfaces = interfaces.filter { !$0.contains(":") }
    self.completion = completion
    deadline = Instant.now.advanced(by: time)
    descriptor = socket(
      AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    // Answers go to everybody, at the port that all share; where that cannot be had, to us alone.
    isOnOwnPort = !Self.bindShared(descriptor)
    for interface in self.interfaces {
      var membership = ip_mreq(
        imr_multiaddr: Self.group.sin_addr, imr_interface: in_addr(s_addr: inet_addr(interface)))
      setsockopt(
        descriptor, Int32(IPPROTO_IP), IP_ADD_MEMBERSHIP, &membership,
        socklen_t(MemoryLayout<ip_mreq>.size))
    }
    let alarm = Alarm(on: loop) { [weak self] in self?.expire() }
    self.alarm = alarm
    if descriptor >= 0 {
      watch = DescriptorWatch(of: descriptor, on: loop) { [weak self] in self?.receive() }
    }
    alarm.ringNow()
  }

  deinit {
    watch = nil
    if descriptor >= 0 { close(descriptor) }
  }

  /// Asks, again, or gives up.
  private func expire() {
    let now = Instant.now
    guard descriptor >= 0, now < deadline, questionCount < Self.waits.count,
      let question = DNSMessage.question(for: name, wantsUnicast: isOnOwnPort)
    else {
      // The last question is given the rest of the time.
      guard questionCount == Self.waits.count, now < deadline else { return finish([]) }
      alarm?.set(deadline)
      return
    }
    for interface in interfaces { send(question, from: interface) }
    alarm?.set(min(deadline, now.advanced(by: Self.waits[questionCount])))
    questionCount += 1
  }

  private func send(_ question: [UInt8], from interface: String) {
    var source = in_addr(s_addr: inet_addr(interface))
    setsockopt(
      descriptor, Int32(IPPROTO_IP), IP_MULTICAST_IF, &source,
      socklen_t(MemoryLayout<in_addr>.size))
    var group = Self.group
    _ = withUnsafePointer(to: &group) { group in
      group.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(
          descriptor, question, question.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private func receive() {
    var buffer = [UInt8](repeating: 0, count: 9_000)
    // Bounded, so that a flood does not hold the loop; the rest calls again.
    for _ in 0..<16 {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      guard let message = try? DNSMessage(decoding: Array(buffer.prefix(count))),
        message.isResponse
      else { continue }
      let found = message.addresses.filter { $0.name == name }.compactMap { Self.text($0.bytes) }
      guard !found.isEmpty else { continue }
      return finish(found)
    }
  }

  private func finish(_ addresses: [String]) {
    (alarm, watch) = (nil, nil)
    // Taken out first: the completion may drop the lookup.
    guard let completion else { return }
    self.completion = nil
    completion(addresses)
  }

  private static func bindShared(_ descriptor: Int32) -> Bool {
    var yes: Int32 = 1
    for option in [SO_REUSEADDR, SO_REUSEPORT] {
      setsockopt(descriptor, SOL_SOCKET, option, &yes, socklen_t(MemoryLayout<Int32>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = group.sin_port
    return withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func text(_ bytes: [UInt8]) -> String? {
    var buffer = [CChar](repeating: 0, count: 64)
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return nil }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// 224.0.0.251:5353.
  private static let group: sockaddr_in = {
    var group = sockaddr_in()
    group.sin_family = sa_family_t(AF_INET)
    group.sin_port = UInt16(5_353).bigEndian
    group.sin_addr = in_addr(s_addr: inet_addr("224.0.0.251"))
    return group
  }()
  /// After each question.
  private static let waits: [Duration] = [.milliseconds(300), .seconds(1), .seconds(1)]
}
