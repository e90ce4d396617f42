import CLinux
import Synchronization

/// What a real-time thread does, in the order of its life.
package protocol RealtimeWork: AnyObject, Sendable {
  /// Makes everything ready; may wait and allocate. Threads that a library starts here, as a sound
  /// server's does to carry the sound, have the same priority as this one, as far as limits grant it.
  ///
  /// - Returns: whether ``run(until:)`` shall follow.
  func prepare(stop: StopSignal) -> Bool
  /// The real-time body: does not allocate, lock, count references or log. Returns when `stop` is set
  /// or the device is lost.
  func run(until stop: StopSignal)
  /// Gives everything back, at ordinary priority; follows ``prepare(stop:)`` in any case.
  func finish()
}

/// A thread that serves a sound device, at real-time priority as far as the system grants it.
///
/// The thread keeps its work alive until it has ended, so that one that hangs in a driver can be left
/// behind without harm.
package final class RealtimeThread: @unchecked Sendable {
  // Unchecked: `handle` is used by the one thread that starts and stops, as documented.
  private let core: Core
  private var handle: pthread_t?

  /// - Parameters:
  ///   - name: at most 15 bytes are shown by the system's tools.
  ///   - wantsPriority: `false` for work in time that also reads files or allocates: it runs at the priority
  ///     that limits grant, but nobody is asked for more.
  package init(name: String, work: any RealtimeWork, wantsPriority: Bool = true) {
    core = Core(name: name, work: work, wantsPriority: wantsPriority)
  }

  deinit { stop() }

  /// Starts the thread. Once.
  ///
  /// - Parameter isDetached: whether nobody will wait for its end; ``stop(patienceSeconds:)`` then only
  ///   asks for it.
  /// - Returns: 0, or the system's error number.
  package func start(isDetached: Bool = false) -> Int32 {
    precondition(handle == nil, "a thread is started once")
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, Self.stackBytes)
    defer { pthread_attr_destroy(&attributes) }
    if isDetached { pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED)) }
    let argument = Unmanaged.passRetained(core)
    var created = pthread_t()
    let result = pthread_create(&created, &attributes, Self.entry, argument.toOpaque())
    if result != 0 { argument.release() }
    if result == 0, !isDetached { handle = created }
    return result
  }

  /// Asks the thread to end and waits for it; harmless when it has not started.
  ///
  /// - Parameter patienceSeconds: how long at most.
  /// - Returns: `false` when it was left behind, to end by itself.
  @discardableResult
  package func stop(patienceSeconds: Int = 1) -> Bool {
    core.stop.set()
    guard let handle else { return true }
    self.handle = nil
    var deadline = timespec()
    clock_gettime(CLOCK_REALTIME, &deadline)
    deadline.tv_sec += patienceSeconds
    if shim_join_until(handle, &deadline) == 0 { return true }
    pthread_detach(handle)
    return false
  }

  /// Whether the thread runs at real-time priority; `false` also before its body has begun. Asks the
  /// system, which may grant priority later and take it back.
  package var isRealtime: Bool {
    let thread = core.runningThread.load(ordering: .relaxed)
    guard thread != 0 else { return false }
    let policy = sched_getscheduler(thread)
    return policy >= 0 && [SCHED_FIFO, SCHED_RR].contains(policy & ~shim_sched_reset_on_fork())
  }

  private final class Core: Sendable {
    let name: String
    let work: any RealtimeWork
    let wantsPriority: Bool
    let stop = StopSignal()
    /// Its number in the system while the body runs; 0 otherwise.
    let runningThread = Atomic<Int32>(0)

    init(name: String, work: any RealtimeWork, wantsPriority: Bool) {
      self.name = name
      self.work = work
      self.wantsPriority = wantsPriority
    }

    deinit { stop.destroy() }
  }

  // Formed here, outside any actor: a callback on a foreign thread must not belong to one.
  private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? =
    {
      let core = Unmanaged<Core>.fromOpaque($0!).takeRetainedValue()
      _ = shim_name_thread(pthread_self(), String(core.name.prefix(15)))
      if core.wantsPriority { ThreadPriority.device.raise(isInherited: true) }
      if core.work.prepare(stop: core.stop), !core.stop.isSet {
        withLockedStack {
          let thread = shim_thread_number()
          core.runningThread.store(thread, ordering: .relaxed)
          // Asked elsewhere: the answer may take a while, and the device is waiting.
          if !ThreadPriority.device.raise(), core.wantsPriority {
            PriorityBroker.ask(for: thread, priority: ThreadPriority.device.rawValue)
          }
          core.work.run(until: core.stop)
          PriorityBroker.forget(thread)
          core.runningThread.store(0, ordering: .relaxed)
        }
      }
      ThreadPriority.lower()
      core.work.finish()
      return nil
    }

  /// Keeps the part of the stack that `body` will use in memory, as far as the system allows it.
  private static func withLockedStack(_ body: () -> Void) {
    var mark: UInt8 = 0
    let here = withUnsafeMutablePointer(to: &mark) { UInt(bitPattern: $0) }
    let lowest = UnsafeRawPointer(bitPattern: here & ~4_095 - UInt(bodyStackBytes))
    let isLocked = mlock(lowest, bodyStackBytes) == 0
    body()
    if isLocked { munlock(lowest, bodyStackBytes) }
  }

  private static let stackBytes = 1 << 20
  private static let bodyStackBytes = 64 << 10
}
