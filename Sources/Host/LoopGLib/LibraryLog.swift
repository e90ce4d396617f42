package import Basics
import CGLib

/// What the GLib family has to complain about, which it would otherwise write across the screen.
package enum LibraryLog {
  /// Sends everything to `handler` from now on; once in a program, before its first loop.
  ///
  /// - Parameter handler: called on any thread; it must not call into the libraries.
  package static func redirect(to handler: @escaping @Sendable (LogEntry) -> Void) {
    // Kept for the rest of the program.
    let box = Unmanaged.passRetained(Box(handler)).toOpaque()
    g_log_set_writer_func(
      { level, fields, count, data in
        guard let fields, let data else { return G_LOG_WRITER_UNHANDLED }
        let entry = LibraryLog.entry(
          level, fields: UnsafeBufferPointer(start: fields, count: Int(count)))
        Unmanaged<Box>.fromOpaque(data).takeUnretainedValue().handler(entry)
        return G_LOG_WRITER_HANDLED
      }, box, nil)
  }

  private static func entry(
    _ level: GLogLevelFlags, fields: UnsafeBufferPointer<GLogField>
  ) -> LogEntry {
    var texts: [String: String] = [:]
    for field in fields where field.length < 0 {
      // A negative length says that the value is a string.
      guard let key = field.key, let value = field.value else { continue }
      texts[String(cString: key)] = String(
        cString: value.assumingMemoryBound(to: CChar.self))
    }
    return LogEntry(
      Self.level(of: level), texts["GLIB_DOMAIN"] ?? "GLib",
      HarmlessText.line(texts["MESSAGE"] ?? "", limit: 300))
  }

  private static func level(of level: GLogLevelFlags) -> LogEntry.Level {
    switch level.rawValue {
    case let bits where bits & (G_LOG_LEVEL_ERROR.rawValue | G_LOG_LEVEL_CRITICAL.rawValue) != 0:
      .error
    case let bits where bits & G_LOG_LEVEL_WARNING.rawValue != 0: .warning
    case let bits where bits & G_LOG_LEVEL_MESSAGE.rawValue != 0: .info
    default: .debug
    }
  }

  private final class Box: Sendable {
    let handler: @Sendable (LogEntry) -> Void
    init(_ handler: @escaping @Sendable (LogEntry) -> Void) { self.handler = handler }
  }
}
