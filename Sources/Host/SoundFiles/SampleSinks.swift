import Media
package import Realtime

/// Where a timed output puts its samples. Opened on the thread that starts the output, written and
/// closed on the output's own.
package protocol SampleSink: AnyObject {
  /// As in `--playback`.
  var name: String { get }
  func open() throws(AudioDeviceError)
  func write(_ samples: UnsafePointer<Int16>, count: Int) throws(AudioDeviceError)
  /// Keeps what was written; waits for that.
  func close()
}

/// A sound file as a loudspeaker: WAV, FLAC or Ogg Opus by its suffix, valid at least once a second.
package final class SoundFileSink: SampleSink {
  package var name: String { PlaybackSpec.file(path: path).text }
  private let path: String
  private var writer: BackgroundWriter?

  /// An old file is replaced when the output starts.
  package init(path: String) {
    self.path = path
  }

  package func open() throws(AudioDeviceError) {
    writer = try BackgroundWriter(path: path, channelCount: 1)
  }

  package func write(_ samples: UnsafePointer<Int16>, count: Int) throws(AudioDeviceError) {
    if let failure = writer?.failure { throw failure }
    writer?.append(samples, count: count)
  }

  package func close() {
    writer?.close()
    writer = nil
  }
}

/// A loudspeaker that nobody hears.
package final class NullSink: SampleSink {
  package var name: String { PlaybackSpec.null.text }

  package init() {}

  package func open() {}

  package func write(_ samples: UnsafePointer<Int16>, count: Int) {}

  package func close() {}
}
