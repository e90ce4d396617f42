import CLinux

/// Zeroed whole pages for real-time use, kept out of swap if the system allows it.
package final class LockedMemory: @unchecked Sendable {
  // Unchecked: the block never moves; who may touch its contents is its owner's rule.
  package let start: UnsafeMutableRawPointer
  package let byteCount: Int

  /// - Parameter byteCount: at least so many bytes; rounded up to whole pages.
  package init(byteCount: Int) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    // Pages of its own: unlocking must not unlock a neighbour's.
    self.byteCount = max((byteCount + page - 1) / page, 1) * page
    start = .allocate(byteCount: self.byteCount, alignment: page)
    start.initializeMemory(as: UInt8.self, repeating: 0, count: self.byteCount)
    // Refused beyond RLIMIT_MEMLOCK; the sound then merely may stumble when memory is short.
    _ = mlock(start, self.byteCount)
  }

  deinit {
    munlock(start, byteCount)
    start.deallocate()
  }

  /// The first `count` samples of the block.
  package func samples(count: Int) -> UnsafeMutablePointer<Int16> {
    precondition(count * MemoryLayout<Int16>.stride <= byteCount, "the block holds the samples")
    return start.bindMemory(to: Int16.self, capacity: count)
  }
}
