import Synchronization

/// Where a sound device stands.
package enum AudioDeviceState: Equatable, Sendable {
  /// Not started, or stopped.
  case idle
  /// Its thread is opening it; the doorbell rings when that has succeeded or failed.
  case opening
  case running
  /// A file is over. The input goes on with silence.
  case ended
  /// It works no longer and its thread has ended; another device has to take its place.
  case failed(AudioDeviceError)
}

/// The state of one device, written by its thread and read by any.
package final class AudioDeviceStateCell: Sendable {
  /// The device, for the errors.
  private let name: String
  /// Kind in bits 0–7, operation in bits 8–15, error number in bits 16–47.
  private let packed = Atomic<UInt64>(0)

  package init(name: String) {
    self.name = name
  }

  package var value: AudioDeviceState {
    let bits = packed.load(ordering: .acquiring)
    switch bits & 0xFF {
    case idleBits: return .idle
    case openingBits: return .opening
    case runningBits: return .running
    case endedBits: return .ended
    default:
      let operation = AudioDeviceError.Operation(rawValue: UInt8(bits >> 8 & 0xFF)) ?? .open
      let code = Int32(bitPattern: UInt32(bits >> 16 & 0xFFFF_FFFF))
      return .failed(AudioDeviceError(device: name, operation: operation, code: code))
    }
  }

  @_noLocks
  package func setIdle() { packed.store(idleBits, ordering: .releasing) }

  @_noLocks
  package func setOpening() { packed.store(openingBits, ordering: .releasing) }

  /// Ends `opening`.
  ///
  /// - Returns: `false` when that has been given up meanwhile.
  package func runIfOpening() -> Bool {
    packed.compareExchange(
      expected: openingBits, desired: runningBits, ordering: .acquiringAndReleasing
    ).exchanged
  }

  /// Gives up `opening`, unless it has ended meanwhile.
  package func failIfOpening(_ operation: AudioDeviceError.Operation, code: Int32) -> Bool {
    packed.compareExchange(
      expected: openingBits, desired: Self.failure(operation, code),
      ordering: .acquiringAndReleasing
    ).exchanged
  }

  @_noLocks
  package func setRunning() { packed.store(runningBits, ordering: .releasing) }

  @_noLocks
  package func setEnded() { packed.store(endedBits, ordering: .releasing) }

  /// - Parameter code: a positive error number.
  package func setFailed(_ operation: AudioDeviceError.Operation, code: Int32) {
    packed.store(Self.failure(operation, code), ordering: .releasing)
  }

  package func setFailed(_ error: AudioDeviceError) {
    setFailed(error.operation, code: error.code)
  }

  private static func failure(_ operation: AudioDeviceError.Operation, _ code: Int32) -> UInt64 {
    failedBits | UInt64(operation.rawValue) << 8 | UInt64(UInt32(bitPattern: code)) << 16
  }
}

// Computed, for a stored constant of the type could be made behind a lock at its first use.
private var idleBits: UInt64 { 0 }
private var openingBits: UInt64 { 1 }
private var runningBits: UInt64 { 2 }
private var endedBits: UInt64 { 3 }
private var failedBits: UInt64 { 4 }
