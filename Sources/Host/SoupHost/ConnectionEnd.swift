/// Tells a host that a connection's stream is gone.
final class ConnectionEnd {
  weak var host: ExchangeHost?
  let key: OpaquePointer

  init(_ host: ExchangeHost, _ key: OpaquePointer) {
    self.host = host
    self.key = key
  }
}
