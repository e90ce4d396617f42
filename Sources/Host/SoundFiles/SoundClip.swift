import Glibc
import Media
package import Realtime

/// A short piece of sound, wholly in memory: a voice, a greeting.
package enum SoundClip {
  /// Reads a sound file as 48 kHz mono.
  ///
  /// - Returns: at most the first 60 seconds.
  package static func decode(path: String) throws(AudioDeviceError) -> [Int16] {
    try collect(SoundFileReader(path: path), name: path)
  }

  /// Reads a sound file's bytes as 48 kHz mono.
  ///
  /// - Parameter name: what to call it in errors.
  /// - Returns: at most the first 60 seconds.
  package static func decode(
    _ bytes: [UInt8], name: String = "clip"
  ) throws(AudioDeviceError) -> [Int16] {
    try collect(SoundFileReader(bytes: bytes, name: name), name: name)
  }

  private static func collect(
    _ reader: SoundFileReader, name: String
  ) throws(AudioDeviceError) -> [Int16] {
    var samples: [Int16] = []
    while samples.count < maximumSamples {
      let piece = reader.next()
      if piece.isEmpty { break }
      samples += piece.prefix(maximumSamples - samples.count)
    }
    guard !samples.isEmpty else {
      throw AudioDeviceError(device: name, operation: .readFile, code: ENODATA)
    }
    return samples
  }

  /// Sixty seconds.
  package static let maximumSamples = 60 * Sound.sampleRate
}
