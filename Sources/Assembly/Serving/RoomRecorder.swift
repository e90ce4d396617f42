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
      writer = try BackgroundWriter(
        path: file, channelCount: 1, opusBitsPerSecond: Self.opusBitsPerSecond)
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
  /// - Returns: whether the recording goes on; it ends when the file is as large as the exchange reads,
  ///   before the disk is full, and when nothing can be written.
  mutating func append(_ samples: [Int16]) -> Bool {
    guard writer.failure == nil else { return false }
    let before = sampleCount
    sampleCount += samples.count
    writer.append(samples)
    guard before / Self.samplesToLook != sampleCount / Self.samplesToLook else { return true }
    return byteCount <= Self.mostBytes && Self.freeBytes(in: file) > Self.reservedBytes
  }

  /// Writes the rest, which may take a while, and tells what there is.
  func finish() -> RoomRecording {
    writer.close()
    if let failure = writer.failure { return .failed(failure.sentence) }
    let written = sampleCount - writer.faults.counts.droppedSamples
    return .ended(
      duration: .milliseconds(written * 1_000 / Sound.sampleRate), byteCount: byteCount)
  }

  private var byteCount: Int {
    var attributes = stat()
    return stat(file, &attributes) == 0 ? Int(attributes.st_size) : 0
  }

  private static func freeBytes(in path: String) -> Int {
    var facts = statvfs()
    guard statvfs(path, &facts) == 0 else { return .max }
    let (bytes, overflows) = UInt64(facts.f_bavail)
      .multipliedReportingOverflow(by: UInt64(facts.f_frsize))
    return overflows ? .max : Int(clamping: bytes)
  }

  /// What the exchange gives out at once, less what comes between two looks: eleven minutes as WAV, more
  /// than four hours as Ogg Opus.
  private static let mostBytes = StoredFilePath.fileLimit - (2 << 20)
  /// Enough for speech.
  private static let opusBitsPerSecond = 32_000
  /// How much of the disk is left to others: 256 MiB.
  private static let reservedBytes = 256 << 20
  /// How often the file and the disk are looked at: every ten seconds.
  private static let samplesToLook = 10 * Sound.sampleRate
  /// How many rooms are recorded at once.
  static let limit = 16
}
