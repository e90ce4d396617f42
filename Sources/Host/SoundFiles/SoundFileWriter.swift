import CSndFile
import Glibc
import Media
package import Realtime

/// Writes 48 kHz 16-bit sound into a WAV, FLAC or Ogg Opus file, by its suffix.
///
/// An existing file is replaced. Used on one thread.
package final class SoundFileWriter {
  private let path: String
  private let file: OpaquePointer
  private let channelCount: Int
  private let maximumFrames: Int
  private var frameCount = 0

  /// Makes the file. Where that fails, a file that was not there before is not left behind.
  ///
  /// - Parameter opusBitsPerSecond: as in ``BackgroundWriter``.
  package init(
    path: String, channelCount: Int, opusBitsPerSecond: Int? = nil
  ) throws(AudioDeviceError) {
    let format = try SoundFileFormat(path: path)
    let (descriptor, isNew) = try Self.create(path)
    var info = SF_INFO()
    info.samplerate = Int32(Sound.sampleRate)
    info.channels = Int32(channelCount)
    info.format = format.libraryCode
    errno = 0
    guard let file = sf_open_fd(descriptor, Int32(SFM_WRITE), &info, 1) else {
      let code = errno
      if isNew { unlink(path) }
      throw AudioDeviceError(device: path, operation: .createFile, code: code == 0 ? EIO : code)
    }
    self.path = path
    self.file = file
    self.channelCount = channelCount
    maximumFrames = format.maximumBytes / (channelCount * MemoryLayout<Int16>.stride)
    // Opus pages hold a second by default; shorter ones lose less when the program is killed.
    var pageMilliseconds = 200.0
    sf_command(
      file, Int32(SFC_SET_OGG_PAGE_LATENCY_MS), &pageMilliseconds, Int32(MemoryLayout<Double>.size))
    if let opusBitsPerSecond, format == .oggOpus {
      // The library turns a level of 0–1 into a rate of 256 000 down to 6 000.
      var level = 1 - Double(opusBitsPerSecond - 6_000) / 250_000
      sf_command(
        file, Int32(SFC_SET_COMPRESSION_LEVEL), &level, Int32(MemoryLayout<Double>.size))
    }
    updateHeader()
  }

  deinit { sf_close(file) }

  /// Appends whole frames: one sample of each channel, one frame after the other.
  package func write(_ samples: UnsafeBufferPointer<Int16>) throws(AudioDeviceError) {
    let count = samples.count / channelCount
    guard count > 0, let start = samples.baseAddress else { return }
    guard frameCount + count <= maximumFrames else {
      throw AudioDeviceError(device: path, operation: .writeFile, code: EFBIG)
    }
    errno = 0
    let written = Int(sf_writef_short(file, start, sf_count_t(count)))
    frameCount += max(written, 0)
    guard written == count else {
      let code = errno
      throw AudioDeviceError(device: path, operation: .writeFile, code: code == 0 ? EIO : code)
    }
  }

  /// Makes the header tell of all that was written, as far as the format has such a header.
  ///
  /// The bytes are with the system then, which outlives the program; they are not forced to the disk,
  /// since that could take longer than the next second of sound.
  package func updateHeader() {
    sf_command(file, Int32(SFC_UPDATE_HEADER_NOW), nil, 0)
  }

  private static func create(
    _ path: String
  ) throws(AudioDeviceError) -> (descriptor: Int32, isNew: Bool) {
    let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK
    var descriptor = open(path, flags | O_EXCL, 0o666)
    let isNew = descriptor >= 0
    if !isNew, errno == EEXIST { descriptor = open(path, flags, 0o666) }
    guard descriptor >= 0 else {
      throw AudioDeviceError(device: path, operation: .createFile, code: errno)
    }
    let complaint =
      plainFileComplaint(descriptor) ?? (ftruncate(descriptor, 0) == 0 ? nil : errno)
    if let complaint {
      close(descriptor)
      throw AudioDeviceError(device: path, operation: .createFile, code: complaint)
    }
    return (descriptor, isNew)
  }
}

/// The kinds of sound file that can be written.
package enum SoundFileFormat: Equatable, Sendable {
  case wav, flac, oggOpus

  /// By the path's suffix: `.wav`, `.flac`, `.ogg`, `.oga` or `.opus`, in either case.
  package init(path: String) throws(AudioDeviceError) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else {
      throw AudioDeviceError(device: path, operation: .chooseFormat, code: EINVAL)
    }
    switch name[dot...].lowercased() {
    case ".wav": self = .wav
    case ".flac": self = .flac
    case ".ogg", ".oga", ".opus": self = .oggOpus
    default: throw AudioDeviceError(device: path, operation: .chooseFormat, code: EINVAL)
    }
  }

  var libraryCode: Int32 {
    switch self {
    case .wav: Int32(SF_FORMAT_WAV) | Int32(SF_FORMAT_PCM_16)
    case .flac: Int32(SF_FORMAT_FLAC) | Int32(SF_FORMAT_PCM_16)
    case .oggOpus: Int32(SF_FORMAT_OGG) | Int32(SF_FORMAT_OPUS)
    }
  }

  /// How much sound fits, in bytes of samples: a WAV file counts its bytes in 32 bits.
  var maximumBytes: Int {
    switch self {
    case .wav: 0xFFFF_0000
    case .flac, .oggOpus: 1 << 40
    }
  }
}
