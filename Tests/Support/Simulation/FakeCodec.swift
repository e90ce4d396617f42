package import Media

/// Writes a frame down as it is, and the frame before it as redundancy; a frame of equal samples takes
/// two bytes.
///
/// Layout of a payload: `0x4F │ units of 120 samples │ has redundancy`, then the frame, then the
/// redundant frame; each `0, sample` or `1, samples`.
package final class FakeEncoder: EncoderPort {
  package private(set) var settings: EncoderSettings
  package private(set) var frameCount = 0
  package private(set) var lastFrame: [Int16] = []
  private var previous: [UInt8] = []

  private let fillsBitrate: Bool

  init(settings: EncoderSettings, fillsBitrate: Bool = false) {
    self.settings = settings
    self.fillsBitrate = fillsBitrate
  }

  package func encode(_ frame: [Int16]) -> [UInt8] {
    guard [120, 240, 480, 960, 1_920, 2_880].contains(frame.count) else { return [] }
    frameCount += 1
    lastFrame = frame
    let current = Self.written(frame)
    let hasRedundancy = settings.usesFEC && settings.expectedLossPercent > 0 && !previous.isEmpty
    defer { previous = current }
    let payload =
      [0x4F, UInt8(frame.count / 120), hasRedundancy ? 1 : 0] + current
      + (hasRedundancy ? previous : [])
    // What follows is not read.
    let byteCount = fillsBitrate ? settings.bitsPerSecond / 8 * frame.count / 48_000 : 0
    return payload + [UInt8](repeating: 0, count: max(0, byteCount - payload.count))
  }

  package func setBitrate(bitsPerSecond: Int) { settings.bitsPerSecond = bitsPerSecond }

  package func setExpectedLoss(percent: Int) { settings.expectedLossPercent = percent }

  private static func written(_ frame: [Int16]) -> [UInt8] {
    let first = frame[0]
    if frame == [Int16](repeating: first, count: frame.count) {
      return [0, UInt8(truncatingIfNeeded: first >> 8), UInt8(truncatingIfNeeded: first)]
    }
    var bytes: [UInt8] = [1]
    bytes.reserveCapacity(frame.count * 2 + 1)
    for sample in frame {
      bytes.append(UInt8(truncatingIfNeeded: sample >> 8))
      bytes.append(UInt8(truncatingIfNeeded: sample))
    }
    return bytes
  }
}

/// Reads what ``FakeEncoder`` wrote; what is missing is concealed by the last sample.
package final class FakeDecoder: DecoderPort {
  package private(set) var decodedCount = 0
  package private(set) var concealedSamples = 0
  package private(set) var redundancyCount = 0
  private var last: Int16 = 0

  init() {}

  package func decode(_ payload: [UInt8]) -> [Int16]? {
    guard let parts = parts(of: payload) else { return nil }
    decodedCount += 1
    last = parts.frame.last ?? 0
    return parts.frame
  }

  package func decodeRedundancy(_ payload: [UInt8], sampleCount: Int) -> [Int16]? {
    guard let frame = parts(of: payload)?.redundancy, frame.count == sampleCount else { return nil }
    redundancyCount += 1
    last = frame.last ?? 0
    return frame
  }

  package func conceal(sampleCount: Int) -> [Int16] {
    concealedSamples += sampleCount
    return [Int16](repeating: last, count: sampleCount)
  }

  package func sampleCount(of payload: [UInt8]) -> Int? {
    guard payload.count >= 6, payload[0] == 0x4F, (1...24).contains(payload[1]) else { return nil }
    return Int(payload[1]) * 120
  }

  package func hasRedundancy(_ payload: [UInt8]) -> Bool {
    sampleCount(of: payload) != nil && payload[2] == 1
  }

  private func parts(of payload: [UInt8]) -> (frame: [Int16], redundancy: [Int16]?)? {
    guard let count = sampleCount(of: payload),
      let (frame, rest) = read(payload.dropFirst(3), count: count)
    else { return nil }
    return (frame, payload[2] == 1 ? read(rest, count: count)?.frame : nil)
  }

  private func read(
    _ bytes: ArraySlice<UInt8>, count: Int
  ) -> (frame: [Int16], rest: ArraySlice<UInt8>)? {
    guard let form = bytes.first else { return nil }
    let start = bytes.startIndex + 1
    func sample(_ index: Int) -> Int16 {
      Int16(bitPattern: UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]))
    }
    switch form {
    case 0 where bytes.count >= 3:
      return ([Int16](repeating: sample(start), count: count), bytes.dropFirst(3))
    case 1 where bytes.count >= 1 + count * 2:
      return (
        (0..<count).map { sample(start + $0 * 2) }, bytes.dropFirst(1 + count * 2)
      )
    default:
      return nil
    }
  }
}
