import COpenSSL

/// Where the library writes its datagrams, one by one; a memory BIO would run them together.
final class DatagramOutbox {
  private var datagrams: [[UInt8]] = []

  /// What was written since the last time, in order.
  func take() -> [[UInt8]] {
    defer { datagrams = [] }
    return datagrams
  }

  /// A BIO that writes here. It holds no reference: the outbox outlives it.
  func makeBIO() -> OpaquePointer? {
    guard let method = Self.method, let bio = BIO_new(method) else { return nil }
    BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
    BIO_set_init(bio, 1)
    return bio
  }

  // Never changed once it is made.
  private nonisolated(unsafe) static let method: OpaquePointer? = {
    guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams") else {
      return nil
    }
    BIO_meth_set_write(method) { bio, bytes, count in
      guard let data = BIO_get_data(bio), let bytes, count > 0 else { return -1 }
      let outbox = Unmanaged<DatagramOutbox>.fromOpaque(data).takeUnretainedValue()
      outbox.datagrams.append(
        Array(UnsafeRawBufferPointer(start: bytes, count: Int(count))))
      return count
    }
    BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
    return method
  }()
}
