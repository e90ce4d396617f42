import Basics

/// Why an exchange cannot be served.
package enum HostFailure: Error, Equatable, CustomStringConvertible {
  /// Neither an IPv4 nor an IPv6 address with a port.
  case badAddress(String)
  case portInUse(String)
  /// Ports below 1024 are for privileged processes.
  case notAllowed(String)
  /// No interface has the address.
  case notHere(String)
  case cannotListen(String, reason: String)
  case badCertificate(path: String, reason: String)
  /// What the store says.
  case store(String)

  /// One sentence for people, saying what to do.
  package var description: String {
    switch self {
    case .badAddress(let text):
      "“\(text)” is no address to listen at; write HOST:PORT, such as 127.0.0.1:8077 or [::1]:8077."
    case .portInUse(let address):
      "Something already listens at \(address); stop it, choose another port, or port 0 for any."
    case .notAllowed(let address):
      "Listening at \(address) is not permitted; choose a port from 1024 on."
    case .notHere(let address):
      "This machine does not have the address \(address); use one of its own, or 0.0.0.0 for all."
    case .cannotListen(let address, let reason): "Cannot listen at \(address): \(reason)".asSentence
    case .badCertificate(let path, let reason):
      "The certificate or key in \(path) cannot be used: \(reason)".asSentence
    case .store(let sentence): sentence
    }
  }
}
