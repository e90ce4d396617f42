import CLinux
import Glibc

/// How the system's scheduler treats a thread beside others that have much to do.
package enum ThreadPriority: Int32, Sendable {
  /// The loop that makes the sound that a device's thread waits for.
  case loop = 9
  /// A thread that serves a sound device: above ordinary real-time programs' default of 1, far below the
  /// kernel's own threads.
  case device = 10

  /// Gives the calling thread real-time priority as far as the limits of the process grant it; otherwise
  /// has it go before others as soon as it has something to do, if that is allowed.
  ///
  /// - Parameter isInherited: whether the threads that it starts have the same.
  /// - Returns: whether it has real-time priority.
  @discardableResult
  package func raise(isInherited: Bool = false) -> Bool {
    var parameters = sched_param()
    let policy = SCHED_FIFO | (isInherited ? 0 : shim_sched_reset_on_fork())
    // A user may be granted a little less than is asked for (limits.conf(5)).
    let granted = shim_realtime_limit() - Int(Self.device.rawValue - rawValue)
    for priority in [rawValue, Int32(clamping: min(granted, Int(rawValue)))] where priority > 0 {
      parameters.sched_priority = priority
      if pthread_setschedparam(pthread_self(), policy, &parameters) == 0 { return true }
    }
    if shim_nice() > Self.niceness { _ = shim_set_nice(Self.niceness) }
    return false
  }

  /// As ``raise(isInherited:)``; where the limits grant nothing, whoever else may grant it is asked, whose
  /// answer is not waited for. The thread then must not hold a processor for long (``PriorityBroker``), and
  /// calls ``giveBack()`` before its end.
  package func request() {
    if !raise() { PriorityBroker.ask(for: shim_thread_number(), priority: rawValue) }
  }

  /// Gives the calling thread ordinary priority again, also where it is granted only later.
  package static func giveBack() {
    PriorityBroker.forget(shim_thread_number())
    lower()
  }

  /// Gives the calling thread ordinary priority again.
  package static func lower() {
    var parameters = sched_param()
    pthread_setschedparam(pthread_self(), SCHED_OTHER, &parameters)
    if shim_nice() == niceness { _ = shim_set_nice(0) }
  }

  /// What desktop systems give their sound servers.
  package static let niceness: Int32 = -11
}
