/// How one account reaches its server.
package struct TransportSettings: Equatable, Sendable {
  /// How the program calls itself.
  package var userAgent: String
  /// A file of PEM certificates that are trusted beside the system's.
  package var caFile: String?
  /// Takes any certificate whatever; the user has asked for it and is told all the while.
  package var isInsecure: Bool
  /// Requests and WebSockets at once; further ones fail.
  package var requestLimit: Int
  package var socketLimit: Int

  package init(
    userAgent: String = "tipring", caFile: String? = nil, isInsecure: Bool = false,
    requestLimit: Int = 32, socketLimit: Int = 8
  ) {
    self.userAgent = userAgent
    self.caFile = caFile
    self.isInsecure = isInsecure
    self.requestLimit = requestLimit
    self.socketLimit = socketLimit
  }
}
