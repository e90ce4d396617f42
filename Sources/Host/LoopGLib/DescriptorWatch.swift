import CGLib

/// A callback on a loop whenever a descriptor can be read, or its other end is gone.
///
/// The callback is repeated for as long as that is so: a handler that reads the end drops the watch.
/// Dropping it works as for ``Alarm``.
package final class DescriptorWatch: @unchecked Sendable {
  // Unchecked: made and dropped on any thread, which GLib allows; the handler runs on the loop only.
  private let source: UnsafeMutablePointer<GSource>

  /// - Parameters:
  ///   - descriptor: stays open as long as the watch exists; the watch does not close it.
  ///   - handler: called on the loop's thread; it reads what there is.
  package init(
    of descriptor: Int32, on loop: GLibLoop, handler: @escaping @Sendable () -> Void
  ) {
    source = g_unix_fd_source_new(
      descriptor, GIOCondition(rawValue: G_IO_IN.rawValue | G_IO_HUP.rawValue | G_IO_ERR.rawValue))
    let callback: @convention(c) (Int32, GIOCondition, gpointer?) -> gboolean = { _, _, data in
      Unmanaged<Handler>.fromOpaque(data!).takeUnretainedValue().body()
      return 1
    }
    g_source_set_callback(
      source, unsafeBitCast(callback, to: GSourceFunc.self),
      Unmanaged.passRetained(Handler(handler)).toOpaque(),
      { data in Unmanaged<Handler>.fromOpaque(data!).release() })
    // No handler runs its loop, so it never recurs; but GLib takes the descriptors of a source that may
    // not recur out of its poll for each callback, and wakes its own loop twice for that.
    g_source_set_can_recurse(source, 1)
    g_source_attach(source, loop.context)
  }

  deinit {
    g_source_destroy(source)
    g_source_unref(source)
  }

  private final class Handler: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
