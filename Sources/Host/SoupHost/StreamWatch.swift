import CGLib
import LoopGLib

/// Calls back when a stream can be read, or, each time it is waited for, when it can be written.
///
/// Used on the loop's thread only.
final class StreamWatch {
  private let stream: UnsafeMutablePointer<GIOStream>
  private let loop: GLibLoop
  private let handler: () -> Void
  private let isWriting: Bool
  private var source: UnsafeMutablePointer<GSource>?

  init(
    reading stream: UnsafeMutablePointer<GIOStream>, on loop: GLibLoop,
    handler: @escaping () -> Void
  ) {
    self.stream = stream
    self.loop = loop
    self.handler = handler
    isWriting = false
    watch()
  }

  init(
    writing stream: UnsafeMutablePointer<GIOStream>, on loop: GLibLoop,
    handler: @escaping () -> Void
  ) {
    self.stream = stream
    self.loop = loop
    self.handler = handler
    isWriting = true
  }

  deinit { end() }

  /// Calls back once when there is room to write.
  func wait() {
    if source == nil { watch() }
  }

  private func watch() {
    source =
      isWriting
      ? g_pollable_output_stream_create_source(
        OpaquePointer(g_io_stream_get_output_stream(stream)), nil)
      : g_pollable_input_stream_create_source(
        OpaquePointer(g_io_stream_get_input_stream(stream)), nil)
    let callback: @convention(c) (UnsafeMutableRawPointer?, gpointer?) -> gboolean = { _, data in
      Unmanaged<Ear>.fromOpaque(data!).takeUnretainedValue().hear()
    }
    g_source_set_callback(
      source, unsafeBitCast(callback, to: GSourceFunc.self),
      Unmanaged.passRetained(Ear(self)).toOpaque(),
      { data in Unmanaged<Ear>.fromOpaque(data!).release() })
    g_source_attach(source, loop.context)
  }

  private func end() {
    guard let source else { return }
    self.source = nil
    g_source_destroy(source)
    g_source_unref(source)
  }

  /// What GLib holds of a watch, which may be gone when it calls.
  private final class Ear {
    weak var watch: StreamWatch?

    init(_ watch: StreamWatch) { self.watch = watch }

    /// - Returns: whether the source goes on.
    func hear() -> gboolean {
      guard let watch else { return 0 }
      if watch.isWriting { watch.end() }
      watch.handler()
      return watch.isWriting ? 0 : 1
    }
  }
}
