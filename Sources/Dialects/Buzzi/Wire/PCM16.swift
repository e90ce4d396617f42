import Basics

/// Samples as Buzzi sends them: 16 bits with a sign, low byte first, one channel.
package enum PCM16 {
  package static func encode(_ samples: [Int16]) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(samples.count * 2)
    for sample in samples {
      let bits = UInt16(bitPattern: sample)
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bytes.append(UInt8(bits >> 8))
    }
    return Base64.encode(bytes)
  }
}

/// Puts samples together from chunks of any size: of an odd chunk the last byte waits for the next.
package struct PCM16Reader: Equatable, Sendable {
  private var stray: UInt8?

  package init() {}

  /// The samples that are whole now.
  package mutating func take(_ bytes: [UInt8]) -> [Int16] {
    var samples: [Int16] = []
    samples.reserveCapacity(bytes.count / 2 + 1)
    for byte in bytes {
      guard let low = stray else {
        stray = byte
        continue
      }
      samples.append(Int16(bitPattern: UInt16(byte) << 8 | UInt16(low)))
      stray = nil
    }
    return samples
  }
}
