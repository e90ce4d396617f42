import CLinux
import Glibc
import Synchronization

/// Who is asked for real-time priority when the system's own limits grant none.
///
/// Brokers grant nothing to a process that could hold a processor for long, so a thread that asked has
/// ``longestRun`` before it must wait again. Ours wait each millisecond or two. One that does not loses
/// its priority, and all others that were granted theirs with it; the call goes on.
package enum PriorityBroker {
  /// Asks for a thread of this process, and may wait for the answer.
  ///
  /// - Parameters:
  ///   - thread: its number in the system.
  ///   - priority: of `SCHED_RR`, 1 to 20.
  package typealias Request = @Sendable (_ thread: Int32, _ priority: Int32) -> Void

  private static let request = Mutex<Request?>(nil)
  /// The threads that asked; 0 for none. Read by the signal's handler.
  private static let threads = InlineArray<8, Atomic<Int32>> { _ in Atomic(0) }

  /// Says how to ask from now on; `nil` for not at all, as at the beginning.
  package static func use(_ request: Request?) { self.request.withLock { $0 = request } }

  /// Asks on a thread of its own, for up to eight threads at a time.
  ///
  /// - Parameter thread: its number in the system; ``forget(_:)`` follows before its end.
  static func ask(for thread: Int32, priority: Int32) {
    guard let request = request.withLock({ $0 }), replace(0, with: thread) else { return }
    let asking = RealtimeThread(
      name: "priority",
      work: Asking {
        guard limitRun() else { return }
        request(thread, priority)
      }, wantsPriority: false)
    _ = asking.start(isDetached: true)
  }

  /// Takes the thread off the list of those that asked, if it stands there.
  static func forget(_ thread: Int32) { _ = replace(thread, with: 0) }

  private static func replace(_ old: Int32, with new: Int32) -> Bool {
    for index in threads.indices {
      let result = threads[index].compareExchange(
        expected: old, desired: new, ordering: .acquiringAndReleasing)
      if result.exchanged { return true }
    }
    return false
  }

  /// Has the system say when a thread runs for too long, once, and act by itself when that is ignored.
  private static func limitRun() -> Bool {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in PriorityBroker.takeBack() }
    action.sa_flags = SA_RESTART | Int32(bitPattern: UInt32(SA_RESETHAND))
    return sigaction(SIGXCPU, &action, nil) == 0
      && shim_limit_realtime_run(longestRun / 2, longestRun) == 0
  }

  /// Ordinary priority for all threads on the list; in a signal's handler.
  private static func takeBack() {
    let code = errno
    var parameters = sched_param()
    for index in threads.indices {
      let thread = threads[index].load(ordering: .acquiring)
      if thread != 0 { sched_setscheduler(thread, SCHED_OTHER, &parameters) }
    }
    errno = code
  }

  private final class Asking: RealtimeWork {
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    func prepare(stop: StopSignal) -> Bool {
      body()
      return false
    }

    func run(until stop: StopSignal) {}
    func finish() {}
  }

  /// In microseconds; the most that RealtimeKit accepts. Half of it passes before priority is lost.
  private static let longestRun: UInt = 200_000
}
