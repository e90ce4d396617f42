import CLinux
import Glibc
import LoopGLib

/// A TCP server on 127.0.0.1 whose connections each follow a script, on threads of their own.
package final class ScriptedServer: Sendable {
  /// One accepted connection; its calls block, and give up after ten seconds.
  package final class Connection: Sendable {
    private let reading: Int32
    private let writing: Int32

    package init(reading: Int32, writing: Int32) {
      self.reading = reading
      self.writing = writing
    }

    deinit {
      close(reading)
      if writing != reading { close(writing) }
    }

    /// What arrives next; empty at the end.
    package func readSome() -> [UInt8] {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = read(reading, &buffer, buffer.count)
      return Array(buffer.prefix(max(0, count)))
    }

    /// The head of a request, up to and with its empty line.
    package func readHead() -> String {
      var bytes: [UInt8] = []
      let end = Array("\r\n\r\n".utf8)
      while !bytes.suffix(4).elementsEqual(end) {
        var byte: UInt8 = 0
        guard read(reading, &byte, 1) == 1 else { break }
        bytes.append(byte)
      }
      return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes everything; `false` when the other end is gone.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Bool {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { send(writing, $0.baseAddress, $0.count) }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
      }
      return true
    }

    @discardableResult
    package func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// Ends it for both sides, also while another thread waits in one of its calls.
    package func cut() { shutdown(reading, Int32(SHUT_RDWR)) }

    /// Without a signal for sockets; pipes are written with the signal ignored.
    private func send(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
      let sent = Glibc.send(descriptor, bytes, count, Int32(MSG_NOSIGNAL))
      return sent < 0 && errno == ENOTSOCK ? Glibc.write(descriptor, bytes, count) : sent
    }
  }

  package let port: UInt16
  private let listener: Int32
  private let isOpen = Lock(true)
  private let acceptedCount = Lock(0)

  /// - Parameter script: called with each connection, which ends when the script does.
  package init(script: @escaping @Sendable (Connection) -> Void) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    port = LoopbackSocket.bind(listener)
    listen(listener, 16)
    let isOpen = isOpen
    let acceptedCount = acceptedCount
    Self.onThread {
      while isOpen.withLock({ $0 }) {
        var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, 20) > 0 else { continue }
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { continue }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        acceptedCount.withLock { $0 += 1 }
        let connection = Connection(reading: descriptor, writing: descriptor)
        Self.onThread { script(connection) }
      }
      close(listener)
    }
  }

  deinit { isOpen.withLock { $0 = false } }

  /// How many connections there have been.
  package var count: Int { acceptedCount.withLock { $0 } }

  package var http: String { "http://127.0.0.1:\(port)" }

  package var ws: String { "ws://127.0.0.1:\(port)" }

  package static func onThread(_ body: @escaping @Sendable () -> Void) {
    let thread = GLibLoop(name: "script")
    thread.perform(body)
    thread.quit()
    thread.start()
  }
}
