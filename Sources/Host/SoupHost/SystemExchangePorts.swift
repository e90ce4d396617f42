import CGLib
import Exchange

/// The exchange's computations as the system does them.
package final class SystemExchangePorts: ExchangePorts {
  package init() {}

  package func digest(_ text: String) -> String {
    // GLib knows SHA-256 and is given text, so there is always a sum.
    let sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1)!
    defer { g_free(sum) }
    return String(cString: sum)
  }

  package func randomBytes(_ count: Int) -> [UInt8] {
    // The system's generator is fit for secrets.
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}
