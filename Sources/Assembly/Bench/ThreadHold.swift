package import Basics
import CLinux
import Files
import Glibc
import LoopGLib
import Synchronization

/// Keeps one thread of this process from running for a while, as a busy machine may, whatever its
/// priority: a signal whose handler rests.
///
/// One at a time.
package enum ThreadHold {
  private static let length = Atomic<Int64>(0)
  private static let ended = Atomic<Int64>(0)

  /// Begins to hold the thread.
  ///
  /// - Parameters:
  ///   - name: the thread's, as the system shows it.
  ///   - time: how long.
  /// - Returns: `false` when there is no such thread.
  package static func begin(_ name: String, for time: Duration) -> Bool {
    guard let thread = number(of: name) else { return false }
    length.store(Int64(time.milliseconds * 1_000_000), ordering: .relaxed)
    ended.store(0, ordering: .relaxed)
    signal(held) { _ in
      let code = errno
      let length = ThreadHold.length.load(ordering: .relaxed)
      var rest = timespec(
        tv_sec: Int(length / 1_000_000_000), tv_nsec: Int(length % 1_000_000_000))
      var left = rest
      while nanosleep(&rest, &left) != 0, errno == EINTR { rest = left }
      ThreadHold.ended.store(Instant.now.nanoseconds, ordering: .releasing)
      errno = code
    }
    return shim_signal_thread(thread, held) == 0
  }

  /// When the thread could run again; `nil` while it is held.
  package static var end: Instant? {
    let time = ended.load(ordering: .acquiring)
    return time == 0 ? nil : Instant(nanoseconds: time)
  }

  private static func number(of name: String) -> Int32? {
    guard let folder = opendir("/proc/self/task") else { return nil }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let task = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let number = Int32(task) else { continue }
      let comm = try? SmallFile.read("/proc/self/task/\(task)/comm", limit: 64)
      if comm.map({ String(decoding: $0, as: UTF8.self) }) == name + "\n" { return number }
    }
    return nil
  }

  private static let held = SIGUSR2
}
