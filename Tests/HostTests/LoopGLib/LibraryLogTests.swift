import Basics
import Glibc
import LoopGLib
import Testing

@Suite("Library log")
struct LibraryLogTests {
  @Test("takes the libraries' complaints, on one harmless line")
  func redirects() async {
    // In a process of its own, since the redirection is for good.
    await #expect(processExitsWith: .success) {
      let entries = Lock<[LogEntry]>([])
      LibraryLog.redirect { entry in entries.withLock { $0.append(entry) } }
      // How GLib reports that a function was called in a wrong way.
      typealias Warn =
        @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<CChar>) -> Void
      let warn = unsafeBitCast(dlsym(nil, "g_return_if_fail_warning"), to: Warn.self)
      warn("Test", "function", "a \u{1B}[2J == b")
      let heard = entries.withLock { $0 }
      precondition(heard.count == 1)
      precondition(heard[0].level == .error && heard[0].subject == "Test")
      precondition(heard[0].text == "function: assertion 'a [2J == b' failed")
    }
  }
}
