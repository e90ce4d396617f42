import Basics
import CPulse
import Glibc
import LoopGLib
import Realtime

/// A GLib loop as PulseAudio's library wants one: descriptors, times, and what is to be done soon.
///
/// The library comes with an adapter of its own, but that goes through a whole turn of the loop for each
/// half of a message, and wakes the loop anew for each of them. Here all that has arrived is read in one
/// turn, then whoever uses the library does his part, and what he wrote is sent in that very turn.
///
/// Used on the loop's thread alone.
final class PulseLoop {
  /// For the library.
  let interface: UnsafeMutablePointer<pa_mainloop_api>
  /// Called once a turn, after all that has arrived was read.
  var hasRead: () -> Void = {}

  private let loop: GLibLoop
  private lazy var source = PollSource(on: loop) { [unowned self] in turn() }
  private var descriptors: [DescriptorEvent] = []
  private var times: [TimeEvent] = []
  private var soon: [SoonEvent] = []
  private var isInTurn = false
  private var hasDead = false
  private var isResting = false
  private var restEnd: Int64?
  /// Rings when a rest is over.
  private let alarm = Doorbell(isTimer: true)
  private lazy var alarmClock = source.watch(alarm.descriptor)

  init(on loop: GLibLoop) {
    self.loop = loop
    interface = .allocate(capacity: 1)
    interface.initialize(to: Self.functions)
    interface.pointee.userdata = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit {
    interface.deallocate()
  }

  /// What has been read was looked for after a rest; otherwise the loop was woken by it.
  private(set) var hasRested = false

  /// No server need be heard until then, in nanoseconds of the monotonic clock: what comes is read all at
  /// once. To be said anew in each turn.
  func rest(until end: Int64) { restEnd = end }

  /// Has a turn come soon.
  func wake() { source.isDue = true }

  private func turn() {
    isInTurn = true
    endRest()
    for _ in 0..<Self.rounds {
      doSoon()
      let hasServed = serveDescriptors()
      serveTimes()
      guard hasServed, source.look() else { break }
    }
    hasRead()
    doSoon()
    isInTurn = false
    settle()
    beginRest()
  }

  private func doSoon() {
    for event in soon where event.isEnabled && event.isAlive {
      event.callback(interface, event.pointer, event.data)
    }
  }

  private func serveDescriptors() -> Bool {
    var hasServed = false
    for event in descriptors where event.isAlive {
      let found = event.watched.takeFound()
      guard found != 0, let callback = event.callback else { continue }
      hasServed = true
      callback(
        interface, event.pointer, event.watched.descriptor, DescriptorEvent.flags(found), event.data
      )
    }
    return hasServed
  }

  private func serveTimes() {
    guard times.contains(where: { $0.due != nil }) else { return }
    let now = Instant.now
    for event in times where event.isAlive {
      guard let due = event.due, due <= now else { continue }
      event.due = nil
      var time = event.time
      event.callback(interface, event.pointer, &time, event.data)
    }
  }

  /// Tells the loop what is waited for, and forgets what is no more. What was given up and asked for again
  /// in between, as the library does with its socket at each message, has cost nothing.
  private func settle() {
    guard !isInTurn else { return }
    if hasDead {
      for event in descriptors where !event.isAlive { source.forget(event.watched) }
      descriptors.removeAll { !$0.isAlive }
      times.removeAll { !$0.isAlive }
      soon.removeAll { !$0.isAlive }
      hasDead = false
    }
    source.isDue = soon.contains { $0.isEnabled }
    source.set(times.lazy.compactMap(\.due).min())
  }

  private func beginRest() {
    guard let end = restEnd else { return }
    restEnd = nil
    // What is to be sent goes now.
    guard !descriptors.contains(where: { $0.watched.wanted & Int16(POLLOUT) != 0 }) else { return }
    for event in descriptors { event.watched.ignore() }
    alarm.ring(afterNanoseconds: end - StopSignal.now)
    alarmClock.wanted = Int16(POLLIN)
    isResting = true
  }

  private func endRest() {
    hasRested = isResting
    guard isResting else { return }
    isResting = false
    alarmClock.wanted = 0
    for event in descriptors { event.watched.heed() }
    _ = source.look()
  }

  /// How many messages are read in one turn, at most.
  private static let rounds = 256

  // MARK: What the library asks for

  /// Something that the library may be called for, held by the loop until it is given up.
  private class Event {
    unowned let loop: PulseLoop
    fileprivate(set) var data: UnsafeMutableRawPointer?
    var isAlive = true

    init(_ loop: PulseLoop, _ data: UnsafeMutableRawPointer?) {
      self.loop = loop
      self.data = data
    }

    /// As the library knows it.
    var pointer: OpaquePointer { OpaquePointer(Unmanaged.passUnretained(self).toOpaque()) }

    static func of(_ pointer: OpaquePointer?) -> Self? {
      guard let pointer else { return nil }
      return Unmanaged<Self>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
    }

    func giveUp() {
      isAlive = false
      loop.hasDead = true
      loop.settle()
    }
  }

  private final class DescriptorEvent: Event {
    let watched: PollSource.Watched
    private(set) var callback: pa_io_event_cb_t?
    var destroy: pa_io_event_destroy_cb_t?

    init(
      _ loop: PulseLoop, _ watched: PollSource.Watched, _ callback: pa_io_event_cb_t?,
      _ data: UnsafeMutableRawPointer?
    ) {
      self.watched = watched
      self.callback = callback
      super.init(loop, data)
    }

    /// The library asks anew for what it gave up.
    func revive(_ callback: pa_io_event_cb_t?, _ data: UnsafeMutableRawPointer?) {
      self.callback = callback
      self.data = data
      destroy = nil
      isAlive = true
    }

    func want(_ flags: pa_io_event_flags_t) {
      watched.wanted =
        (flags.rawValue & PA_IO_EVENT_INPUT.rawValue != 0 ? Int16(POLLIN) : 0)
        | (flags.rawValue & PA_IO_EVENT_OUTPUT.rawValue != 0 ? Int16(POLLOUT) : 0)
    }

    static func flags(_ found: Int16) -> pa_io_event_flags_t {
      let found = Int32(found)
      var flags: UInt32 = 0
      if found & POLLIN != 0 { flags |= PA_IO_EVENT_INPUT.rawValue }
      if found & POLLOUT != 0 { flags |= PA_IO_EVENT_OUTPUT.rawValue }
      if found & POLLHUP != 0 { flags |= PA_IO_EVENT_HANGUP.rawValue }
      if found & POLLERR != 0 { flags |= PA_IO_EVENT_ERROR.rawValue }
      return pa_io_event_flags_t(flags)
    }
  }

  private final class TimeEvent: Event {
    let callback: pa_time_event_cb_t
    var destroy: pa_time_event_destroy_cb_t?
    /// As the library said it, by the wall clock.
    private(set) var time = timeval()
    var due: Instant?

    init(
      _ loop: PulseLoop, _ callback: pa_time_event_cb_t, _ data: UnsafeMutableRawPointer?
    ) {
      self.callback = callback
      super.init(loop, data)
    }

    /// The wall clock may be put forward or back from now on.
    func set(_ time: UnsafePointer<timeval>?) {
      guard let time = time?.pointee else {
        due = nil
        return
      }
      self.time = time
      var now = timeval()
      gettimeofday(&now, nil)
      let seconds = min(max(time.tv_sec - now.tv_sec, -Self.longest), Self.longest)
      due = Instant.now.advanced(
        by: .microseconds(seconds * 1_000_000 + Int(time.tv_usec) - Int(now.tv_usec)))
    }

    /// An hour; the library asks for half a minute.
    private static let longest = 3_600
  }

  private final class SoonEvent: Event {
    let callback: pa_defer_event_cb_t
    var destroy: pa_defer_event_destroy_cb_t?
    var isEnabled = true

    init(
      _ loop: PulseLoop, _ callback: pa_defer_event_cb_t, _ data: UnsafeMutableRawPointer?
    ) {
      self.callback = callback
      super.init(loop, data)
    }
  }

  private static func of(_ interface: UnsafeMutablePointer<pa_mainloop_api>?) -> PulseLoop? {
    interface.map {
      Unmanaged<PulseLoop>.fromOpaque($0.pointee.userdata).takeUnretainedValue()
    }
  }

  private func newDescriptor(
    _ descriptor: Int32, _ flags: pa_io_event_flags_t, _ callback: pa_io_event_cb_t?,
    _ data: UnsafeMutableRawPointer?
  ) -> OpaquePointer {
    let given = descriptors.first { !$0.isAlive && $0.watched.descriptor == descriptor }
    let event = given ?? DescriptorEvent(self, source.watch(descriptor), callback, data)
    if given == nil { descriptors.append(event) } else { event.revive(callback, data) }
    event.want(flags)
    return event.pointer
  }

  private static var functions: pa_mainloop_api {
    var functions = pa_mainloop_api()
    functions.io_new = { interface, descriptor, flags, callback, data in
      PulseLoop.of(interface)?.newDescriptor(descriptor, flags, callback, data)
    }
    functions.io_enable = { event, flags in DescriptorEvent.of(event)?.want(flags) }
    functions.io_free = { pointer in
      guard let event = DescriptorEvent.of(pointer) else { return }
      event.want(PA_IO_EVENT_NULL)
      event.destroy?(event.loop.interface, pointer, event.data)
      event.giveUp()
    }
    functions.io_set_destroy = { event, callback in DescriptorEvent.of(event)?.destroy = callback }
    functions.time_new = { interface, time, callback, data in
      guard let loop = PulseLoop.of(interface), let callback else { return nil }
      let event = TimeEvent(loop, callback, data)
      event.set(time)
      loop.times.append(event)
      loop.settle()
      return event.pointer
    }
    functions.time_restart = { event, time in
      guard let event = TimeEvent.of(event) else { return }
      event.set(time)
      event.loop.settle()
    }
    functions.time_free = { pointer in
      guard let event = TimeEvent.of(pointer) else { return }
      event.due = nil
      event.destroy?(event.loop.interface, pointer, event.data)
      event.giveUp()
    }
    functions.time_set_destroy = { event, callback in TimeEvent.of(event)?.destroy = callback }
    functions.defer_new = { interface, callback, data in
      guard let loop = PulseLoop.of(interface), let callback else { return nil }
      let event = SoonEvent(loop, callback, data)
      loop.soon.append(event)
      loop.settle()
      return event.pointer
    }
    functions.defer_enable = { event, isEnabled in
      guard let event = SoonEvent.of(event) else { return }
      event.isEnabled = isEnabled != 0
      event.loop.settle()
    }
    functions.defer_free = { pointer in
      guard let event = SoonEvent.of(pointer) else { return }
      event.isEnabled = false
      event.destroy?(event.loop.interface, pointer, event.data)
      event.giveUp()
    }
    functions.defer_set_destroy = { event, callback in SoonEvent.of(event)?.destroy = callback }
    functions.quit = { _, _ in }
    return functions
  }
}
