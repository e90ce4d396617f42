import CSndFile
import Glibc

/// Bytes in memory that libsndfile reads like a file.
final class SoundMemory {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Opens the bytes. The result must not outlive this object.
  func open(_ info: inout SF_INFO) -> OpaquePointer? {
    var calls = SF_VIRTUAL_IO(
      get_filelen: { sf_count_t(memory($0).bytes.count) },
      seek: { memory($2).seek($0, $1) },
      read: { memory($2).read(into: $0, count: $1) },
      write: { _, _, _ in 0 },
      tell: { sf_count_t(memory($0).position) })
    return sf_open_virtual(
      &calls, Int32(SFM_READ), &info, Unmanaged.passUnretained(self).toOpaque())
  }

  private func seek(_ offset: sf_count_t, _ whence: Int32) -> sf_count_t {
    let base =
      switch whence {
      case SEEK_CUR: position
      case SEEK_END: bytes.count
      default: 0
      }
    // Offsets come out of the file's headers and may be absurd.
    let (target, overflows) = base.addingReportingOverflow(Int(offset))
    guard !overflows, (0...bytes.count).contains(target) else { return -1 }
    position = target
    return sf_count_t(target)
  }

  private func read(into target: UnsafeMutableRawPointer?, count: sf_count_t) -> sf_count_t {
    let available = min(max(Int(count), 0), bytes.count - position)
    guard let target, available > 0 else { return 0 }
    bytes.withUnsafeBytes { bytes in
      // Something is available, so the bytes have an address.
      target.copyMemory(from: bytes.baseAddress! + position, byteCount: available)
    }
    position += available
    return sf_count_t(available)
  }
}

/// The object behind the library's user data.
private func memory(_ data: UnsafeMutableRawPointer?) -> SoundMemory {
  // Set when the file was opened, and alive as long as it is.
  Unmanaged<SoundMemory>.fromOpaque(data!).takeUnretainedValue()
}
