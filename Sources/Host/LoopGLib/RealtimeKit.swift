import CGLib

/// RealtimeKit, which grants real-time priority to the programs of desktop users, over the system's
/// D-Bus.
package enum RealtimeKit {
  /// What a thread can be granted.
  package enum Grant: Equatable, Sendable {
    /// Priority of `SCHED_RR`, 1 to 20.
    case realtime(priority: Int32)
    /// To go before ordinary threads, as `nice(2)` does: −15 to 0.
    case preference(niceness: Int32)
  }

  /// Asks for a thread of this process. Waits for the answer; not on a loop.
  ///
  /// - Parameters:
  ///   - grants: the one to be asked for first, and what would do if it is refused.
  ///   - thread: its number in the system.
  ///   - address: of the bus; `nil` for the system's.
  ///   - patienceMilliseconds: how long to wait for each answer.
  /// - Returns: what was granted; `nil` also where there is no bus, or no RealtimeKit.
  @discardableResult
  package static func ask(
    for grants: [Grant], to thread: Int32, at address: String? = nil,
    patienceMilliseconds: Int32 = 2_000
  ) -> Grant? {
    guard let address = address ?? systemAddress else { return nil }
    // A connection of its own: the shared one ends the program when the bus ends.
    let flags = GDBusConnectionFlags(
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT.rawValue
        | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION.rawValue)
    guard
      let connection = g_dbus_connection_new_for_address_sync(address, flags, nil, nil, nil)
    else { return nil }
    defer {
      g_dbus_connection_close_sync(connection, nil, nil)
      g_object_unref(UnsafeMutableRawPointer(connection))
    }
    return grants.first { grant in
      var arguments = [
        g_variant_new_uint64(guint64(UInt32(bitPattern: thread))), grant.argument,
      ]
      let reply = g_dbus_connection_call_sync(
        connection, name, "/org/freedesktop/RealtimeKit1", name, grant.method,
        g_variant_new_tuple(&arguments, gsize(arguments.count)), nil, G_DBUS_CALL_FLAGS_NONE,
        patienceMilliseconds, nil, nil)
      guard let reply else { return false }
      g_variant_unref(reply)
      return true
    }
  }

  private static var systemAddress: String? {
    guard let text = g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SYSTEM, nil, nil) else {
      return nil
    }
    defer { g_free(text) }
    return String(cString: text)
  }

  private static let name = "org.freedesktop.RealtimeKit1"
}

extension RealtimeKit.Grant {
  fileprivate var method: String {
    switch self {
    case .realtime: "MakeThreadRealtime"
    case .preference: "MakeThreadHighPriority"
    }
  }

  fileprivate var argument: OpaquePointer? {
    switch self {
    case .realtime(let priority): g_variant_new_uint32(UInt32(clamping: priority))
    case .preference(let niceness): g_variant_new_int32(niceness)
    }
  }
}
