import Media

extension CipherKeys {
  /// Bytes of a master key, with either profile.
  static let keyByteCount = 16
}

extension CipherKeys.Profile {
  /// Bytes of a master salt (RFC 5764 §4.1.2, RFC 7714 §12).
  var saltByteCount: Int {
    switch self {
    case .aes128SHA1: 14
    case .aeadAES128GCM: 12
    }
  }

  /// Bytes that authentication adds to a packet.
  var tagByteCount: Int {
    switch self {
    case .aes128SHA1: 10
    case .aeadAES128GCM: 16
    }
  }
}
