import EndToEnd
import Glibc
import LoopGLib

/// A UDP port on 127.0.0.1 that answers what it is told to, or nothing.
final class UDPPort: Sendable {
  let port: UInt16
  private let descriptor: Int32
  private let isOpen = Lock(true)

  /// - Parameter answer: called on a thread of its own with each datagram; `nil` stays silent.
  init(answer: @escaping @Sendable ([UInt8]) -> [UInt8]? = { _ in nil }) {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    self.descriptor = descriptor
    // So that the thread sees the end.
    var patience = timeval(tv_sec: 0, tv_usec: 20_000)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    port = LoopbackSocket.bind(descriptor)
    let isOpen = isOpen
    let thread = GLibLoop(name: "udp")
    thread.perform {
      var buffer = [UInt8](repeating: 0, count: 2_048)
      while isOpen.withLock({ $0 }) {
        var from = sockaddr()
        var size = socklen_t(MemoryLayout<sockaddr>.size)
        let count = recvfrom(descriptor, &buffer, buffer.count, 0, &from, &size)
        guard count > 0, let reply = answer(Array(buffer.prefix(count))) else { continue }
        sendto(descriptor, reply, reply.count, 0, &from, size)
      }
      close(descriptor)
    }
    thread.quit()
    thread.start()
  }

  deinit { isOpen.withLock { $0 = false } }
}
