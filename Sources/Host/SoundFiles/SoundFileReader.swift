import CSndFile
import Glibc
import Media
package import Realtime
import Resampling

/// Reads any file that libsndfile knows as 48 kHz mono, a piece at a time.
///
/// Channels are averaged and other rates converted. Never more than a piece is in memory. Used on one
/// thread.
package final class SoundFileReader {
  private let name: String
  private let file: OpaquePointer
  private let channelCount: Int
  private let resampler: Resampler
  private let memory: SoundMemory?
  private var frames: [Float]
  private var hasFinished = false

  /// Opens a plain file; pipes and devices are refused, since they could make the caller wait.
  package convenience init(path: String) throws(AudioDeviceError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw AudioDeviceError(device: path, operation: .openFile, code: errno)
    }
    if let complaint = plainFileComplaint(descriptor) {
      close(descriptor)
      throw AudioDeviceError(device: path, operation: .openFile, code: complaint)
    }
    var info = SF_INFO()
    let file = sf_open_fd(descriptor, Int32(SFM_READ), &info, 1)
    // Where the library does not know the file, it has closed the descriptor nonetheless.
    try self.init(name: path, file: file, info: info, memory: nil)
  }

  /// Reads a whole file's bytes from memory.
  ///
  /// - Parameter name: what to call it in errors.
  package convenience init(bytes: [UInt8], name: String) throws(AudioDeviceError) {
    let memory = SoundMemory(bytes)
    var info = SF_INFO()
    let file = memory.open(&info)
    try self.init(name: name, file: file, info: info, memory: memory)
  }

  private init(
    name: String, file: OpaquePointer?, info: SF_INFO, memory: SoundMemory?
  ) throws(AudioDeviceError) {
    let unknown = AudioDeviceError(device: name, operation: .recognizeFormat, code: EPROTO)
    guard let file else { throw unknown }
    guard
      (1...Self.maximumChannels).contains(Int(info.channels)),
      let resampler = try? Resampler(from: Int(info.samplerate), to: Sound.sampleRate)
    else {
      sf_close(file)
      throw unknown
    }
    self.name = name
    self.file = file
    self.memory = memory
    self.resampler = resampler
    channelCount = Int(info.channels)
    frames = [Float](repeating: 0, count: Self.framesAtOnce * channelCount)
  }

  deinit { sf_close(file) }

  /// The next piece; empty when the file is over. A damaged file is over where the damage begins.
  package func next() -> [Int16] {
    while !hasFinished {
      let frameCount = Int(sf_readf_float(file, &frames, sf_count_t(Self.framesAtOnce)))
      guard frameCount > 0 else {
        hasFinished = true
        return resampler.finish()
      }
      // A first piece shorter than the filter gives nothing yet.
      let piece = resampler.convert(mixed(frameCount: frameCount))
      if !piece.isEmpty { return piece }
    }
    return []
  }

  /// Goes back to the beginning.
  package func rewind() throws(AudioDeviceError) {
    guard sf_seek(file, 0, SEEK_SET) == 0 else {
      throw AudioDeviceError(device: name, operation: .readFile, code: EIO)
    }
    hasFinished = false
  }

  private func mixed(frameCount: Int) -> [Int16] {
    let scale = 32_768 / Float(channelCount)
    return (0..<frameCount).map { frame in
      let start = frame * channelCount
      let sum = frames[start..<start + channelCount].reduce(0, +)
      return saturated(sum * scale)
    }
  }

  /// Files of floating-point samples may hold anything, also what is no number.
  private func saturated(_ value: Float) -> Int16 {
    if value >= 32_767 { return 32_767 }
    if value <= -32_768 { return -32_768 }
    return value.isNaN ? 0 : Int16(value.rounded())
  }

  private static let framesAtOnce = 2_048
  private static let maximumChannels = 64
}

/// What keeps the open file from being used as sound; `nil` for a plain file.
func plainFileComplaint(_ descriptor: Int32) -> Int32? {
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { return errno }
  switch status.st_mode & S_IFMT {
  case S_IFREG: return nil
  case S_IFDIR: return EISDIR
  default: return EINVAL
  }
}
