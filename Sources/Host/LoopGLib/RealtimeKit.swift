import CGLib

/// RealtimeKit, which grants real-time priority to the programs of desktop users, over the system's
/// D-Bus.
package enum RealtimeKit {
  /// Asks for a thread of this process. Waits for the answer; not on a loop.
  ///
  /// - Parameters:
  ///   - priority: of `SCHED_RR`, 1 to 20.
  ///   - thread: its number in the system.
  ///   - address: of the bus; `nil` for the system's.
  ///   - patienceMilliseconds: how long to wait for the answer.
  /// - Returns: whether it was granted; `false` also where there is no bus, or no RealtimeKit.
  package static func grant(
    priority: Int32, to thread: Int32, at address: String? = nil,
    patienceMilliseconds: Int32 = 2_000
  ) -> Bool {
    guard let address = address ?? systemAddress else { return false }
    // A connection of its own: the shared one ends the program when the bus ends.
    let flags = GDBusConnectionFlags(
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT.rawValue
        | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION.rawValue)
    guard
      let connection = g_dbus_connection_new_for_address_sync(address, flags, nil, nil, nil)
    else { return false }
    defer { g_object_unref(UnsafeMutableRawPointer(connection)) }
    var arguments: [OpaquePointer?] = [
      g_variant_new_uint64(guint64(UInt32(bitPattern: thread))),
      g_variant_new_uint32(UInt32(clamping: priority)),
    ]
    let reply = g_dbus_connection_call_sync(
      connection, name, "/org/freedesktop/RealtimeKit1", name, "MakeThreadRealtime",
      g_variant_new_tuple(&arguments, gsize(arguments.count)), nil, G_DBUS_CALL_FLAGS_NONE,
      patienceMilliseconds, nil, nil)
    g_dbus_connection_close_sync(connection, nil, nil)
    guard let reply else { return false }
    g_variant_unref(reply)
    return true
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
