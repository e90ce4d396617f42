import CGLib

/// The sockets that a library attaches to a loop, which are to be served with fewer wake-ups.
///
/// GLib takes the descriptors of a source that may not recur out of its poll for each callback, and
/// wakes its own loop twice for that: with each packet. No handler runs its loop, so that none recurs,
/// and the sources may as well be of those that may. Libraries do not hand their sources out, but a
/// context numbers them in the order in which they are attached.
///
/// Used on the loop's thread.
package struct SocketSources {
  private let context: OpaquePointer
  private let first: UInt32

  /// Those that are attached from now on.
  package init(on loop: GLibLoop) {
    context = loop.context
    first = Self.nextNumber(in: context)
  }

  /// Lets them keep their descriptors in the poll while they are served; once they are attached.
  ///
  /// - Bound: the first ``most`` sources of whatever kind are looked at.
  package func keepPolled() {
    let next = Self.nextNumber(in: context)
    // Numbers begin anew after four thousand million.
    guard next > first else { return }
    for number in first..<first + min(next - first, Self.most) {
      guard let source = g_main_context_find_source_by_id(context, number),
        let name = g_source_get_name(source), String(cString: name) == Self.socketName
      else { continue }
      g_source_set_can_recurse(source, 1)
    }
  }

  private static func nextNumber(in context: OpaquePointer) -> UInt32 {
    let probe = g_idle_source_new()
    defer {
      g_source_destroy(probe)
      g_source_unref(probe)
    }
    return g_source_attach(probe, context)
  }

  /// As `g_socket_create_source` calls them.
  private static let socketName = "GSocket"
  private static let most: UInt32 = 4_096
}
