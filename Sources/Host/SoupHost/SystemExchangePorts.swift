import CGLib
package import Exchange

/// The exchange's computations as the system does them.
package final class SystemExchangePorts: ExchangePorts {
  package init() {}

  package func digest(_ text: String) -> String {
    // GLib knows SHA-256 and is given text, so there is always a sum.
    let sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1)!
    defer { g_free(sum) }
    return String(cString: sum)
  }

  package func authenticationCode(
    _ hash: ExchangeHash, key: [UInt8], message: [UInt8]
  ) -> [UInt8] {
    let kind = hash == .sha1 ? G_CHECKSUM_SHA1 : G_CHECKSUM_SHA256
    // GLib knows both kinds, so there is always a code.
    let code = g_hmac_new(kind, key, gsize(key.count))!
    defer { g_hmac_unref(code) }
    g_hmac_update(code, message, gssize(message.count))
    var bytes = [UInt8](repeating: 0, count: hash == .sha1 ? 20 : 32)
    var count = gsize(bytes.count)
    g_hmac_get_digest(code, &bytes, &count)
    return bytes
  }

  package func randomBytes(_ count: Int) -> [UInt8] {
    // The system's generator is fit for secrets.
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}
