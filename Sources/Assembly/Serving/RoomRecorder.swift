import Basics
import Exchange
import Files
import Glibc
import Media
import Realtime
import SoundFiles

/// A room's recording on its way to the disk.
struct RoomRecorder {
  /// Why none is made, in a sentence.
  struct Refusal: Error {
    let sentence: String
  }

  /// As it was ordered.
  let path: String
  let writer: BackgroundWriter
  private let file: String
  private var sampleCount = 0

  /// Makes the file, with its folder where that is missing.
  ///
  /// - Parameter folder: the exchange's data; `nil` if it keeps none.
  init(path: String, in folder: String?) throws(Refusal) {
    guard let folder else {
      throw Refusal(sentence: "This exchange keeps no data, so it cannot record.")
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(""), !parts.contains("."), !parts.contains("..") else {
      throw Refusal(sentence: "A recording stays in the exchange's data folder.")
    }
    file = folder + "/" + path
    self.path = path
    do {
      try SmallFile.makePrivateDirectory(SmallFile.parent(of: file))
      guard Self.freeBytes(in: folder) > Self.reservedBytes else {
        throw Refusal(sentence: "The disk is almost full; free some room and record again.")
      }
      writer = try BackgroundWriter(path: file, channelCount: 1)
    } catch let error as Refusal {
      throw error
    } catch let error as FileError {
      throw Refusal(sentence: error.sentence)
    } catch {
      throw Refusal(sentence: (error as? AudioDeviceError)?.sentence ?? "\(error)")
    }
  }

  /// Appends sound, as long as there is room for it.
  ///
  /// - Returns: whether the recording goes on; it ends at its longest, before the disk is full, and when
  ///   nothing can be written.
  mutating func append(_ samples: [Int16]) -> Bool {
    let before = sampleCount
    sampleCount += samples.count
    guard sampleCount <= Self.longestSamples, writer.failure == nil else { return false }
    if before / Self.samplesToLook != sampleCount / Self.samplesToLook,
      Self.freeBytes(in: file) <= Self.reservedBytes
    {
      return false
    }
    writer.append(samples)
    return true
  }

  /// Writes the rest, which may take a while, and tells what there is.
  func finish() -> RoomRecording {
    writer.close()
    if let failure = writer.failure { return .failed(failure.sentence) }
    var attributes = stat()
    let byteCount = stat(file, &attributes) == 0 ? Int(attributes.st_size) : 0
    let written = sampleCount - writer.faults.counts.droppedSamples
    return .ended(
      duration: .milliseconds(written * 1_000 / Sound.sampleRate), byteCount: byteCount)
  }

  private static func freeBytes(in path: String) -> Int {
    var facts = statvfs()
    guard statvfs(path, &facts) == 0 else { return .max }
    return Int(
      clamping: UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize))
        .partialValue)
  }

  /// Four hours: 1.4 GB as WAV.
  private static let longestSamples = 4 * 3_600 * Sound.sampleRate
  /// How much of the disk is left to others: 256 MiB.
  private static let reservedBytes = 256 << 20
  /// How often the disk is looked at: every ten seconds.
  private static let samplesToLook = 10 * Sound.sampleRate
  /// How many rooms are recorded at once.
  static let limit = 16
}
