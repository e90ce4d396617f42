import Files

/// One channel of sound, as numbers from −1 to 1.
package struct Sound: Equatable, Sendable {
  /// Samples a second.
  package var rate: Int
  package var samples: [Float]

  package init(rate: Int, samples: [Float]) {
    self.rate = rate
    self.samples = samples
  }

  package struct Unreadable: Error, Equatable {
    package let reason: String
  }

  package var duration: Duration { .seconds(Double(samples.count) / Double(rate)) }

  /// Reads one channel of a WAV file of 16-bit samples.
  ///
  /// A file whose writer was killed counts as far as it goes, whatever its header says.
  package init(wav file: String, channel: Int = 0) throws {
    let bytes = try SmallFile.read(file, limit: 1 << 28)
    guard bytes.count > 12, Array(bytes[0..<4]) == Array("RIFF".utf8) else {
      throw Unreadable(reason: "\(file) is no WAV file")
    }
    func number(_ offset: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
    var position = 12
    var format: (channels: Int, rate: Int)?
    while position + 8 <= bytes.count {
      let name = String(decoding: bytes[position..<position + 4], as: UTF8.self)
      let size = number(position + 4, 4)
      let body = position + 8
      if name == "fmt ", body + 16 <= bytes.count {
        guard number(body + 14, 2) == 16 else { throw Unreadable(reason: "not 16 bits") }
        format = (number(body + 2, 2), number(body + 4, 4))
      } else if name == "data", let format, (0..<format.channels).contains(channel) {
        let frame = 2 * format.channels
        let available = bytes.count - body
        let count = (size == 0 ? available : min(size, available)) / frame
        rate = format.rate
        samples = (0..<count).map { index in
          let offset = body + index * frame + 2 * channel
          return Float(Int16(truncatingIfNeeded: number(offset, 2))) / 32_768
        }
        return
      }
      position = body + size + size % 2
    }
    throw Unreadable(reason: "\(file) has no channel \(channel)")
  }

  /// A part of the sound; what lies beyond its ends is left out.
  package func part(from start: Duration, lasting length: Duration) -> Sound {
    let first = min(max(Int(start / .seconds(1) * Double(rate)), 0), samples.count)
    let last = min(max(first + Int(length / .seconds(1) * Double(rate)), first), samples.count)
    return Sound(rate: rate, samples: Array(samples[first..<last]))
  }

  /// The sound at a lower rate that divides its own: each sample is the mean of a window of two, which
  /// keeps speech and drops what lies above.
  package func reduced(to newRate: Int) -> Sound {
    precondition(rate % newRate == 0, "the new rate divides the old one")
    let step = rate / newRate
    guard step > 1 else { return self }
    let reduced = samples.withUnsafeBufferPointer { samples in
      stride(from: 0, to: samples.count - samples.count % step, by: step).map { start in
        var sum: Float = 0
        var index = start
        let end = min(start + 2 * step, samples.count)
        while index < end {
          sum += samples[index]
          index += 1
        }
        return sum / Float(end - start)
      }
    }
    return Sound(rate: newRate, samples: reduced)
  }

  /// The effective value of each window of that length.
  package func envelope(window: Duration) -> [Float] {
    let length = max(1, Int(window / .seconds(1) * Double(rate)))
    return samples.withUnsafeBufferPointer { samples in
      stride(from: 0, to: samples.count - samples.count % length, by: length).map { start in
        var sum: Float = 0
        var index = start
        while index < start + length {
          sum += samples[index] * samples[index]
          index += 1
        }
        return (sum / Float(length)).squareRoot()
      }
    }
  }

  /// The largest effective value of a tenth of a second; what tells sound from silence.
  package var loudness: Float { envelope(window: .milliseconds(100)).max() ?? 0 }
}
