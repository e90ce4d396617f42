/// The chance that a session's ports provide, in the form the standard library asks for.
struct PortRandom: RandomNumberGenerator {
  let ports: any MediaPorts

  func next() -> UInt64 {
    UInt64(ports.random()) << 32 | UInt64(ports.random())
  }

  /// 16 letters and digits, as a canonical name (RFC 7022 §4.2).
  func name() -> String {
    var generator = self
    return String((0..<16).map { _ in Self.letters.randomElement(using: &generator) ?? "a" })
  }

  private static let letters = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
}
