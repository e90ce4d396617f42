import Glibc

/// Gives the terminal back when the program crashes, before the crash takes its course.
///
/// The handler does what a signal handler may do: `write`, `tcsetattr`, `sigaction`, `raise`. The bytes
/// it writes are made beforehand.
enum CrashRestore {
  /// Arms the handlers. Whoever had the signals before still gets them after.
  static func arm(bytes: [UInt8], output: Int32, settings: termios) {
    let context = crashContext
    let count = min(bytes.count, CrashContext.capacity)
    for index in 0..<count { context.pointee.bytes[index] = bytes[index] }
    context.pointee.byteCount = count
    context.pointee.output = output
    context.pointee.settings = settings
    guard !context.pointee.isArmed else { return }
    context.pointee.isArmed = true
    useOwnStack()
    for (index, number) in fatalSignals.enumerated() {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { CrashRestore.handle($0) }
      action.sa_flags = SA_ONSTACK | Int32(bitPattern: UInt32(SA_NODEFER))
      sigaction(number, &action, context.pointee.previous + index)
    }
  }

  /// Disarms the handlers.
  static func disarm() {
    let context = crashContext
    guard context.pointee.isArmed else { return }
    context.pointee.isArmed = false
    context.pointee.output = -1
    for (index, number) in fatalSignals.enumerated() {
      sigaction(number, context.pointee.previous + index, nil)
    }
  }

  /// The work of the handler; also for a process that is ended by a signal handler.
  static func restoreInHandler() {
    let context = crashContext
    guard context.pointee.output >= 0 else { return }
    write(context.pointee.output, context.pointee.bytes, context.pointee.byteCount)
    tcsetattr(context.pointee.output, TCSANOW, &context.pointee.settings)
    context.pointee.output = -1
  }

  private static func handle(_ number: Int32) {
    restoreInHandler()
    let context = crashContext
    var index = 0
    while index < CrashContext.signalCount {
      if context.pointee.numbers[index] == number {
        sigaction(number, context.pointee.previous + index, nil)
      }
      index += 1
    }
    raise(number)
  }

  /// A stack that overflowed cannot run its own handler. For the calling thread, the main one.
  private static func useOwnStack() {
    let size = 65_536
    var stack = stack_t()
    stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    stack.ss_size = size
    sigaltstack(&stack, nil)
  }

  fileprivate static let fatalSignals = [SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE]
}

/// What the handler reads: plain memory that is never freed.
private struct CrashContext {
  static let capacity = 512
  static let signalCount = 6

  var isArmed = false
  var output: Int32 = -1
  var settings = termios()
  var bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
  var byteCount = 0
  var previous = UnsafeMutablePointer<sigaction>.allocate(capacity: signalCount)
  var numbers = UnsafeMutablePointer<Int32>.allocate(capacity: signalCount)
}

// Unsafe: written before the handlers are installed, on the thread that owns the terminal.
nonisolated(unsafe) private let crashContext: UnsafeMutablePointer<CrashContext> = {
  let context = UnsafeMutablePointer<CrashContext>.allocate(capacity: 1)
  context.initialize(to: CrashContext())
  for (index, number) in CrashRestore.fatalSignals.enumerated() {
    context.pointee.numbers[index] = number
  }
  return context
}()
