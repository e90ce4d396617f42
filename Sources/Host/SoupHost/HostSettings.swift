/// How an exchange is served.
package struct HostSettings: Equatable, Sendable {
  package var listen: ListenAddress
  /// Files in PEM form; both or neither.
  package var certificate: String?
  package var key: String?
  /// In bytes; a larger request is answered with 413, a far larger one is cut off.
  package var bodyLimit = 1 << 20
  package var connectionLimit = 2_048
  /// For one address that is not of this machine.
  package var connectionsPerAddress = 32
  /// How long a new connection may take to send its request's head …
  package var headTime = Duration.seconds(20)
  /// … and from then on for the rest of it and the response.
  package var bodyTime = Duration.seconds(30)
  /// How long a request may wait for an answer of the exchange, which some give only when there is news.
  package var answerTime = Duration.seconds(150)
  /// Requests that wait for an answer; more are refused with 503.
  package var waitingLimit = 1_024
  /// What may wait in the server for a client that does not read, in bytes.
  package var backlogLimit = 1 << 20

  package init(listen: ListenAddress, certificate: String? = nil, key: String? = nil) {
    self.listen = listen
    self.certificate = certificate
    self.key = key
  }
}
