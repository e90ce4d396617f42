package import Basics
import CGLib

/// A callback on a loop at a given instant, or as soon as any thread asks for it.
///
/// It comes on time to about a millisecond, never early. An alarm dropped on the loop's thread does
/// not call any more, even when its time has come, and may be dropped by its own handler; dropped on
/// another thread, it lets a call that is under way come to its end.
package final class Alarm: @unchecked Sendable {
  // Unchecked: GLib's sources may be armed from any thread; the handler runs on the loop only.
  private let source: UnsafeMutablePointer<GSource>

  /// - Parameter handler: called on the loop's thread.
  package init(on loop: GLibLoop, handler: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Handler(handler))
    source = shim_alarm_new(
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

  /// Calls the handler at that instant; `nil` calls it off. The last word counts.
  package func set(_ deadline: Instant?) {
    guard let deadline else {
      g_source_set_ready_time(source, Self.never)
      return
    }
    // GLib counts microseconds of the same clock; rounding up keeps it from waking too early.
    let (microseconds, rest) = max(deadline, .zero).nanoseconds
      .quotientAndRemainder(dividingBy: 1_000)
    g_source_set_ready_time(source, Int(microseconds) + (rest > 0 ? 1 : 0))
  }

  /// Calls the handler as soon as the loop is free.
  package func ringNow() {
    g_source_set_ready_time(source, 0)
  }

  private static let never = -1

  private final class Handler: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
