package import Basics
import CGLib

/// The part of a loop that serves a library with an idea of its own of what a loop is: descriptors, a
/// time, and what is to be done soon, behind one handler.
///
/// Unlike ``DescriptorWatch`` and ``Alarm`` it is used on the loop's thread alone. So nothing that is
/// asked of it wakes the loop, which knows of it before it waits again.
package final class PollSource {
  private let poll: UnsafeMutablePointer<ShimPoll>
  private var source: UnsafeMutablePointer<GSource> {
    UnsafeMutableRawPointer(poll).assumingMemoryBound(to: GSource.self)
  }

  /// One descriptor that is looked at each time that the loop waits.
  package final class Watched {
    package let descriptor: Int32
    fileprivate let polled: UnsafeMutablePointer<GPollFD>

    fileprivate init(_ descriptor: Int32) {
      self.descriptor = descriptor
      polled = .allocate(capacity: 1)
      polled.initialize(to: GPollFD(fd: descriptor, events: 0, revents: 0))
    }

    deinit { polled.deallocate() }

    /// What is waited for, as for `poll`.
    package var wanted: Int16 = 0 {
      didSet { heed() }
    }

    /// Waits for nothing, until ``heed()`` or until something is wanted anew.
    package func ignore() { polled.pointee.events = 0 }

    /// Waits for what is wanted.
    package func heed() { polled.pointee.events = UInt16(bitPattern: wanted) }

    /// What was found, until it is taken.
    package func takeFound() -> Int16 {
      defer { polled.pointee.revents = 0 }
      return Int16(bitPattern: polled.pointee.revents)
    }
  }

  /// - Parameter handler: called on the loop's thread when anything is ready; it does not run the loop.
  package init(on loop: GLibLoop, handler: @escaping () -> Void) {
    let box = Unmanaged.passRetained(Handler(handler))
    poll = shim_poll_new(
      { data in Unmanaged<Handler>.fromOpaque(data!).takeUnretainedValue().body() },
      box.toOpaque())
    // A source's own callback data is what GLib releases when the source goes.
    g_source_set_callback(
      source, nil, box.toOpaque(), { data in Unmanaged<Handler>.fromOpaque(data!).release() })
    g_source_attach(source, loop.context)
  }

  deinit {
    g_source_destroy(source)
    g_source_unref(source)
  }

  /// Begins to look at a descriptor, for nothing but its end at first.
  package func watch(_ descriptor: Int32) -> Watched {
    let watched = Watched(descriptor)
    g_source_add_poll(source, watched.polled)
    return watched
  }

  /// Looks at all of them again, without waiting.
  ///
  /// - Returns: whether something was found.
  package func look() -> Bool { shim_poll_look(source) != 0 }

  /// Looks at it no longer.
  package func forget(_ watched: Watched) { g_source_remove_poll(source, watched.polled) }

  /// Whether the handler is to be called as soon as the loop is free.
  package var isDue: Bool {
    get { poll.pointee.is_due != 0 }
    set { poll.pointee.is_due = newValue ? 1 : 0 }
  }

  /// When the handler is to be called at the latest; `nil` for no such time.
  package func set(_ deadline: Instant?) {
    // GLib counts microseconds of the same clock; rounding up keeps it from waking too early.
    poll.pointee.time = deadline.map { Int((max($0, .zero).nanoseconds + 999) / 1_000) } ?? -1
  }

  private final class Handler {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }
}
