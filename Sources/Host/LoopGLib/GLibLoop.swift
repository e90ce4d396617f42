import Basics
import CGLib
import Glibc

/// A GLib main context on a thread of its own, or on the thread that calls ``run()``.
///
/// Everything attached to the context is called back on that thread, and so is every actor that uses
/// the loop as its executor:
///
///     actor Plane {
///       nonisolated let loop: GLibLoop
///       nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
///     }
///
/// C callbacks enter such an actor with `plane.assumeIsolated { … }`.
///
/// A loop runs once. What is asked of it before it runs is done first; what is asked after it ended
/// is never done.
package final class GLibLoop: SerialExecutor, @unchecked Sendable {
  // Unchecked: the queue is behind a lock, GLib's context is thread safe, and `thread` is set before
  // and read after the thread runs.

  /// For libraries that attach sources of their own.
  package let context: OpaquePointer
  private let mainLoop: OpaquePointer
  private let queue = Lock(Queue())
  private var queueAlarm: UnsafeMutablePointer<GSource>?
  private var thread: pthread_t?
  private let name: String

  /// - Parameter name: of the loop's thread; the system's tools show its first 15 bytes.
  package init(name: String) {
    self.name = name
    context = g_main_context_new()
    mainLoop = g_main_loop_new(context, 0)
    // The loop owns the alarm and destroys it in `deinit`, so the pointer is good while it can fire.
    let alarm = shim_alarm_new(
      { data in
        Unmanaged<GLibLoop>.fromOpaque(data!).takeUnretainedValue().drain()
      }, Unmanaged.passUnretained(self).toOpaque())
    g_source_attach(alarm, context)
    queueAlarm = alarm
  }

  deinit {
    // A thread that nobody stopped has come to its end by itself.
    if let thread { pthread_detach(thread) }
    g_source_destroy(queueAlarm)
    g_source_unref(queueAlarm)
    g_main_loop_unref(mainLoop)
    g_main_context_unref(context)
  }

  /// Starts the loop on a thread of its own. Once.
  package func start() {
    precondition(thread == nil, "a loop is started once")
    let argument = Unmanaged.passRetained(self).toOpaque()
    var handle = pthread_t()
    let result = pthread_create(
      &handle, nil,
      { data in
        let loop = Unmanaged<GLibLoop>.fromOpaque(data!).takeRetainedValue()
        shim_name_thread(loop.name)
        loop.run()
        return nil
      }, argument)
    precondition(result == 0, "the system has threads to give")
    thread = handle
  }

  /// Runs the loop on this thread until ``quit()``.
  package func run() {
    // Held until the end, so that the last jobs, too, find themselves on their loop.
    precondition(g_main_context_acquire(context) != 0, "a loop runs on one thread")
    g_main_context_push_thread_default(context)
    g_main_loop_run(mainLoop)
    drain()
    // What is dropped now goes outside the lock: it may ask something of the loop as it goes.
    _ = queue.withLock { $0.end() }
    g_main_context_pop_thread_default(context)
    g_main_context_release(context)
  }

  /// Asks the loop to end after what it was asked so far; before it runs, too. Any thread.
  package func quit() {
    // GLib would forget a quit that comes before the run, so it is done from within.
    add(.quit)
  }

  /// Ends the loop and waits for its thread; a second call does nothing. Not from the loop itself.
  package func stop() {
    precondition(!isCurrent, "a loop does not wait for itself")
    quit()
    if let thread { pthread_join(thread, nil) }
    thread = nil
  }

  /// Whether the caller is on the loop's thread.
  package var isCurrent: Bool { g_main_context_is_owner(context) != 0 }

  package func enqueue(_ job: consuming ExecutorJob) {
    add(.job(UnownedJob(job)))
  }

  package func checkIsolated() {
    precondition(isCurrent, "the caller is on the thread of loop \(name)")
  }

  package func isIsolatingCurrentContext() -> Bool? { isCurrent }

  /// Calls `body` on the loop soon, after the jobs and calls that were asked before. Any thread.
  package func perform(_ body: @escaping @Sendable () -> Void) {
    add(.call(body))
  }

  private func add(_ work: Work) {
    let isFirst = queue.withLock { $0.add(work) }
    if isFirst { g_source_set_ready_time(queueAlarm, 0) }
  }

  private func drain() {
    for work in queue.withLock({ $0.takeAll() }) {
      switch work {
      case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
      case .call(let body): body()
      case .quit: g_main_loop_quit(mainLoop)
      }
    }
  }

  private enum Work: Sendable {
    case job(UnownedJob)
    case call(@Sendable () -> Void)
    case quit
  }

  private struct Queue: Sendable {
    private var waiting: [Work] = []
    private var hasEnded = false

    /// Whether nothing waited before. After the end, calls are dropped.
    mutating func add(_ work: Work) -> Bool {
      if hasEnded, case .call = work { return false }
      waiting.append(work)
      return waiting.count == 1
    }

    mutating func takeAll() -> [Work] {
      defer { waiting = [] }
      return waiting
    }

    /// Returns what will never be done.
    mutating func end() -> [Work] {
      hasEnded = true
      return takeAll()
    }
  }
}
