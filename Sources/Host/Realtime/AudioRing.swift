import Synchronization

/// A queue of mono 16-bit samples between one writing and one reading thread.
///
/// Neither side waits: a write takes what fits, a read takes what is there. What did not fit, or was
/// not there, is for the caller to count in its ``AudioFaults``.
package final class AudioRing: @unchecked Sendable {
  // Unchecked: the two indices order all access to `samples`; each is written by one side only.
  private let memory: LockedMemory
  private let samples: UnsafeMutablePointer<Int16>
  private let mask: Int
  private let written = Atomic<Int>(0)
  private let taken = Atomic<Int>(0)

  /// - Parameter capacity: in samples; a power of two.
  package init(capacity: Int = AudioRing.standardCapacity) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "capacity is a power of two")
    memory = LockedMemory(byteCount: capacity * MemoryLayout<Int16>.stride)
    samples = memory.samples(count: capacity)
    mask = capacity - 1
  }

  /// Appends up to `count` samples and returns how many fitted. Writing thread only.
  @_noLocks
  package func write(_ source: UnsafePointer<Int16>, count: Int) -> Int {
    let end = written.load(ordering: .relaxed)
    let room = mask &+ 1 &- (end &- taken.load(ordering: .acquiring))
    let fitting = count < room ? count : room
    let place = end & mask
    let first = fitting < mask &+ 1 &- place ? fitting : mask &+ 1 &- place
    copySamples(source, to: samples + place, count: first)
    copySamples(source + first, to: samples, count: fitting &- first)
    written.store(end &+ fitting, ordering: .releasing)
    return fitting
  }

  /// Appends up to `count` samples of silence and returns how many fitted. Writing thread only.
  @_noLocks
  package func writeSilence(count: Int) -> Int {
    let end = written.load(ordering: .relaxed)
    let room = mask &+ 1 &- (end &- taken.load(ordering: .acquiring))
    let fitting = count < room ? count : room
    var index = 0
    while index < fitting {
      samples[(end &+ index) & mask] = 0
      index &+= 1
    }
    written.store(end &+ fitting, ordering: .releasing)
    return fitting
  }

  /// Removes up to `count` samples and returns how many there were. Reading thread only.
  @_noLocks
  package func read(into target: UnsafeMutablePointer<Int16>, count: Int) -> Int {
    let start = taken.load(ordering: .relaxed)
    let held = written.load(ordering: .acquiring) &- start
    let available = count < held ? count : held
    let place = start & mask
    let first = available < mask &+ 1 &- place ? available : mask &+ 1 &- place
    copySamples(samples + place, to: target, count: first)
    copySamples(samples, to: target + first, count: available &- first)
    taken.store(start &+ available, ordering: .releasing)
    return available
  }

  /// How many samples wait. The reading thread finds at least so many.
  package var count: Int {
    @_noLocks get {
      // The reader's index first: the other way round, the difference could turn negative.
      let start = taken.load(ordering: .acquiring)
      return written.load(ordering: .acquiring) &- start
    }
  }

  /// How many samples were put into the ring since the beginning, and how many of them were removed.
  package var writtenCount: Int {
    @_noLocks get { written.load(ordering: .acquiring) }
  }

  /// As ``writtenCount``.
  package var takenCount: Int {
    @_noLocks get { taken.load(ordering: .acquiring) }
  }

  /// In samples.
  package var capacity: Int { mask + 1 }

  /// Appends what fits of an array and returns how many samples that were. Writing thread only.
  package func write(_ frame: [Int16]) -> Int {
    frame.withUnsafeBufferPointer { frame in
      guard let start = frame.baseAddress else { return 0 }
      return write(start, count: frame.count)
    }
  }

  /// Removes a frame of exactly `count` samples; `nil` while there are fewer. Reading thread only.
  package func read(exactly count: Int) -> [Int16]? {
    guard count > 0, self.count >= count else { return nil }
    // Filled step by step, since an array that is made with its length asks the runtime for its type.
    var frame: [Int16] = []
    frame.reserveCapacity(count)
    frame.append(contentsOf: repeatElement(0, count: count))
    // The array has memory because its length is positive.
    _ = frame.withUnsafeMutableBufferPointer { read(into: $0.baseAddress!, count: count) }
    return frame
  }

  /// Forgets all that waits and returns how many samples that were. Reading thread only.
  package func drain() -> Int {
    let end = written.load(ordering: .acquiring)
    let held = end - taken.load(ordering: .relaxed)
    taken.store(end, ordering: .releasing)
    return held
  }

  /// What every sound device of the program uses: 85 ms at 48 kHz.
  package static let standardCapacity = 4_096
}

/// Several at a time, as far as the compiler can.
@_noLocks
private func copySamples(
  _ source: UnsafePointer<Int16>, to target: UnsafeMutablePointer<Int16>, count: Int
) {
  var index = 0
  while index < count {
    target[index] = source[index]
    index &+= 1
  }
}
