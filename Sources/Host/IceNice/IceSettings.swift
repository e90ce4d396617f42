/// How the sockets of calls are opened.
package struct IceSettings: Equatable, Sendable {
  /// Local ports to be used; any when `nil`.
  package var portRange: ClosedRange<UInt16>?
  /// Whether what is sent carries the mark of telephony (DSCP EF, RFC 8837), which networks that look at
  /// it send on first.
  package var marksSound: Bool
  /// Whether paths over TCP are tried as well, for networks that let no UDP pass (RFC 6544).
  package var usesTCP: Bool

  package init(
    portRange: ClosedRange<UInt16>? = nil, marksSound: Bool = true, usesTCP: Bool = false
  ) {
    self.portRange = portRange
    self.marksSound = marksSound
    self.usesTCP = usesTCP
  }
}
