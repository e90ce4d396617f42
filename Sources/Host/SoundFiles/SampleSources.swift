import Glibc
import Media
package import Realtime

/// What a timed input takes its samples from. Opened on the thread that starts the input, read and
/// closed on the input's own.
package protocol SampleSource: AnyObject {
  /// As in `--capture`.
  var name: String { get }
  func open() throws(AudioDeviceError)
  /// Fills up to `count` samples.
  ///
  /// - Returns: how many; fewer than `count` when the source is over.
  func read(into target: UnsafeMutablePointer<Int16>, count: Int) throws(AudioDeviceError) -> Int
  func close()
}

/// A sound file as a microphone.
package final class SoundFileSource: SampleSource {
  package var name: String { "file:\(path)" }
  private let path: String
  private let repeats: Bool
  private var reader: SoundFileReader?
  private var piece: ArraySlice<Int16> = []

  /// - Parameter repeats: whether the file begins again when it is over.
  package init(path: String, repeats: Bool = false) {
    self.path = path
    self.repeats = repeats
  }

  package func open() throws(AudioDeviceError) {
    let reader = try SoundFileReader(path: path)
    piece = reader.next()[...]
    guard !piece.isEmpty else {
      throw AudioDeviceError(device: path, operation: .readFile, code: ENODATA)
    }
    self.reader = reader
  }

  package func read(
    into target: UnsafeMutablePointer<Int16>, count: Int
  ) throws(AudioDeviceError) -> Int {
    var filled = 0
    while filled < count {
      if piece.isEmpty { piece = try nextPiece()[...] }
      if piece.isEmpty { break }
      let part = piece.prefix(count - filled)
      for (index, sample) in part.enumerated() { target[filled + index] = sample }
      filled += part.count
      piece = piece.dropFirst(part.count)
    }
    return filled
  }

  package func close() {
    reader = nil
    piece = []
  }

  private func nextPiece() throws(AudioDeviceError) -> [Int16] {
    guard let reader else { return [] }
    let piece = reader.next()
    guard piece.isEmpty, repeats else { return piece }
    try reader.rewind()
    return reader.next()
  }
}

/// A steady sine.
package final class ToneSource: SampleSource {
  package let name: String
  private let step: Double
  private var phase = 0.0

  /// - Parameter hertz: within ``CaptureSpec/toneRange``.
  package init(hertz: Double) {
    precondition(CaptureSpec.toneRange.contains(hertz), "the tone can be heard and carried")
    name = CaptureSpec.tone(hertz: hertz).text
    step = 2 * Double.pi * hertz / Double(Sound.sampleRate)
  }

  package func open() {}

  package func read(into target: UnsafeMutablePointer<Int16>, count: Int) -> Int {
    for index in 0..<count {
      target[index] = Int16((sin(phase) * Self.amplitude).rounded())
      phase += step
      if phase >= 2 * .pi { phase -= 2 * .pi }
    }
    return count
  }

  package func close() {}

  /// −12 dBFS.
  package static let amplitude = 8_192.0
}

/// A microphone in an empty room.
package final class SilenceSource: SampleSource {
  package var name: String { CaptureSpec.silence.text }

  package init() {}

  package func open() {}

  package func read(into target: UnsafeMutablePointer<Int16>, count: Int) -> Int {
    target.update(repeating: 0, count: count)
    return count
  }

  package func close() {}
}
