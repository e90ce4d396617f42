import Basics
import CGLib
import LoopGLib

/// One host name on its way to addresses, looked up off the loop's thread and within a time.
///
/// Used on its loop's thread. Dropping it calls it off.
final class NameLookup: @unchecked Sendable {
  // Unchecked: touched on the loop's thread only.
  private let cancellable = g_cancellable_new()
  private var alarm: Alarm?
  private var completion: (([String]) -> Void)?

  /// - Parameter completion: called once, later, with numeric addresses; with none when the name is
  ///   not known or the time is over.
  init(
    _ name: String, within time: Duration, on loop: GLibLoop,
    completion: @escaping ([String]) -> Void
  ) {
    self.completion = completion
    let alarm = Alarm(on: loop) { [weak self] in self?.finish([]) }
    alarm.set(Instant.now.advanced(by: time))
    self.alarm = alarm
    let resolver = g_resolver_get_default()
    defer { g_object_unref(resolver) }
    g_resolver_lookup_by_name_async(
      resolver, name, cancellable,
      { source, result, data in
        let ticket = Unmanaged<Ticket>.fromOpaque(data!).takeRetainedValue()
        let addresses = NameLookup.takeAddresses(OpaquePointer(source), result)
        ticket.lookup?.finish(addresses)
      }, Unmanaged.passRetained(Ticket(self)).toOpaque())
  }

  deinit {
    g_cancellable_cancel(cancellable)
    g_object_unref(cancellable)
  }

  /// Whether `name` is an address already and needs no looking up.
  static func isAddress(_ name: String) -> Bool {
    g_hostname_is_ip_address(name) != 0
  }

  private func finish(_ addresses: [String]) {
    alarm = nil
    // Taken out first: the completion may drop the lookup.
    guard let completion else { return }
    self.completion = nil
    completion(addresses)
  }

  private static func takeAddresses(
    _ resolver: OpaquePointer?, _ result: OpaquePointer?
  ) -> [String] {
    let resolver = UnsafeMutablePointer<GResolver>(resolver)
    guard let list = g_resolver_lookup_by_name_finish(resolver, result, nil) else { return [] }
    defer { g_resolver_free_addresses(list) }
    return sequence(first: list) { $0.pointee.next }.compactMap { item in
      let address = UnsafeMutableRawPointer(item.pointee.data)?
        .assumingMemoryBound(to: GInetAddress.self)
      guard let text = g_inet_address_to_string(address) else { return nil }
      defer { g_free(text) }
      return String(cString: text)
    }
  }

  /// What the library holds until it answers, also after the lookup was dropped.
  private final class Ticket {
    weak var lookup: NameLookup?
    init(_ lookup: NameLookup) { self.lookup = lookup }
  }
}
