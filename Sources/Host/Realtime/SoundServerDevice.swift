/// A device of a sound server, as the definition of an ALSA device names it.
package struct SoundServerDevice: Equatable, Sendable {
  /// The server's address; `nil` for the user's own.
  package var server: String?
  /// One of its sinks or sources; `nil` for its default one.
  package var device: String?

  package init(server: String? = nil, device: String? = nil) {
    self.server = server
    self.device = device
  }
}
