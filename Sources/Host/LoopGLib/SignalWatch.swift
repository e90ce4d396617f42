import CGLib

/// A callback on a loop when the process gets a signal: SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 or
/// SIGWINCH.
package final class SignalWatch: @unchecked Sendable {
  // Unchecked: made and dropped on any thread, which GLib allows; the handler runs on the loop only.
  private let source: UnsafeMutablePointer<GSource>

  package init(for signal: Int32, on loop: GLibLoop, handler: @escaping @Sendable () -> Void) {
    source = g_unix_signal_source_new(signal)
    g_source_set_callback(
      source,
      { data in
        Unmanaged<Handler>.fromOpaque(data!).takeUnretainedValue().body()
        return 1
      }, Unmanaged.passRetained(Handler(handler)).toOpaque(),
      { data in Unmanaged<Handler>.fromOpaque(data!).release() })
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
