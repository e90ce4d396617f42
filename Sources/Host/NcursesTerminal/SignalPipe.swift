import Glibc

/// What the system or the user's keyboard told the whole program.
package enum TerminalSignal: Equatable, Sendable {
  case resized
  /// Ctrl-C.
  case interrupt
  /// Ctrl-Z.
  case suspend
  case terminate
  /// The terminal is gone.
  case hangUp
}

/// Turns signals into bytes of a pipe, so that a loop can watch for them.
///
/// When a third interruption arrives before the first was read, the loop hangs: the terminal is
/// restored and the process ends there and then.
final class SignalPipe {
  let readEnd: Int32
  private let writeEnd: Int32
  private var previous: [(number: Int32, action: sigaction)] = []

  init() throws(TerminalError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .failed(operation: "pipe", code: errno) }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    uninstall()
    close(readEnd)
    close(writeEnd)
  }

  /// Takes over the signals. A process has one screen, and so one pipe at a time.
  func install() {
    guard previous.isEmpty else { return }
    pipeContext.pointee = PipeContext(writeEnd: writeEnd, pendingEnds: 0)
    for number in [SIGWINCH, SIGINT, SIGTSTP, SIGTERM, SIGHUP] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { number in
        let saved = errno
        let context = pipeContext
        if number != SIGWINCH, number != SIGTSTP {
          context.pointee.pendingEnds += 1
          if context.pointee.pendingEnds >= 3 {
            CrashRestore.restoreInHandler()
            _exit(128 + number)
          }
        }
        var byte = UInt8(truncatingIfNeeded: number)
        write(context.pointee.writeEnd, &byte, 1)
        errno = saved
      }
      action.sa_flags = SA_RESTART
      var old = sigaction()
      if sigaction(number, &action, &old) == 0 { previous.append((number, old)) }
    }
  }

  /// Gives the signals back to whom they belonged.
  func uninstall() {
    for (number, action) in previous {
      var action = action
      sigaction(number, &action, nil)
    }
    previous = []
    if pipeContext.pointee.writeEnd == writeEnd { pipeContext.pointee.writeEnd = -1 }
  }

  /// The signals since the last call, each kind once.
  func read() -> [TerminalSignal] {
    var signals: [TerminalSignal] = []
    var bytes = [UInt8](repeating: 0, count: 64)
    while true {
      let count = Glibc.read(readEnd, &bytes, bytes.count)
      guard count > 0 else { break }
      for byte in bytes.prefix(count) {
        guard let signal = TerminalSignal(number: Int32(byte)), !signals.contains(signal) else {
          continue
        }
        signals.append(signal)
      }
    }
    pipeContext.pointee.pendingEnds = 0
    return signals
  }
}

extension TerminalSignal {
  fileprivate init?(number: Int32) {
    switch number {
    case SIGWINCH: self = .resized
    case SIGINT: self = .interrupt
    case SIGTSTP: self = .suspend
    case SIGTERM: self = .terminate
    case SIGHUP: self = .hangUp
    default: return nil
    }
  }
}

/// What the handler reads: plain memory that is never freed, so that a late signal finds it.
private struct PipeContext {
  var writeEnd: Int32
  var pendingEnds: Int32
}

// Unsafe: written while no handler is installed, or by single words; handlers only add and read.
nonisolated(unsafe) private let pipeContext: UnsafeMutablePointer<PipeContext> = {
  let context = UnsafeMutablePointer<PipeContext>.allocate(capacity: 1)
  context.initialize(to: PipeContext(writeEnd: -1, pendingEnds: 0))
  return context
}()
