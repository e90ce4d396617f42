import Basics
import CLinux
import Glibc

/// Why a sound device, or a file in a device's place, cannot be used.
package struct AudioDeviceError: Error, Equatable, Sendable {
  /// What was being done.
  package enum Operation: UInt8, Sendable {
    // A sound device.
    case open, configure, start, transfer, recover
    /// The thread that serves it.
    case startThread
    // A sound file.
    case openFile, recognizeFormat, readFile, createFile, chooseFormat, writeFile
    /// One of the voices that are installed with the program.
    case findVoice
  }

  /// The device's ALSA name or the file's path, as the user gave it.
  package var device: String
  package var operation: Operation
  /// The system's error number, positive.
  package var code: Int32

  package init(device: String, operation: Operation, code: Int32) {
    self.device = device
    self.operation = operation
    self.code = code
  }

  /// What is wrong and what to do about it, in plain words.
  package var sentence: String {
    switch operation {
    case .open, .configure, .start, .transfer, .recover: deviceSentence
    case .startThread:
      "The system has no thread to spare for the sound device \(quoted) (\(reason)). "
        + "End other programs and try again."
    case .openFile, .readFile: "The sound file \(quoted) cannot be read: \(fileReason)"
    case .recognizeFormat:
      "The file \(quoted) is not sound in a known format. "
        + "WAV, FLAC, Ogg Opus, Ogg Vorbis, MP3 and AIFF can be read."
    case .createFile: "The sound file \(quoted) cannot be made: \(fileReason)"
    case .chooseFormat:
      "The name \(quoted) does not tell the kind of file. End it in .wav, .flac, .ogg or .opus."
    case .findVoice:
      "The voice \(quoted) is missing: the program is not installed whole. Run it where it was built, "
        + "or “make install”; bench jitter takes any speech in its place, with --speech FILE."
    case .writeFile: "The sound file \(quoted) could not be written any further: \(fileReason)"
    }
  }

  private var deviceSentence: String {
    switch code {
    case EBUSY:
      return "The sound device \(quoted) is in use by another program. "
        + "Close that program or choose another device; \(Self.listing)."
    case EACCES, EPERM:
      return "You are not allowed to use the sound device \(quoted). "
        + "Join the group audio (sudo usermod -aG audio $USER) and sign in again."
    case ECONNREFUSED, ECONNRESET, ECONNABORTED:
      return "No sound server answers for \(quoted). "
        + "Start PulseAudio or PipeWire, or choose another device; \(Self.listing)."
    case ETIMEDOUT:
      return "The sound device \(quoted) did not answer in time. "
        + "Try again or choose another device; \(Self.listing)."
    case EINVAL where operation == .configure:
      return "The sound device \(quoted) cannot do 48 kHz in 16 bits with short periods. "
        + "Choose another device; \(Self.listing)."
    case ENOENT where device == Self.defaultDevice, ENODEV where device == Self.defaultDevice:
      return "No sound device works here. Plug one in, start PulseAudio or PipeWire, "
        + "or choose one; \(Self.listing)."
    case ENOENT, ENODEV, ENXIO, EINVAL, EIO:
      return operation == .open || operation == .configure
        ? "There is no sound device \(quoted). Choose another one; \(Self.listing)."
        : "The sound device \(quoted) is gone; it was unplugged or its server ended. "
          + "Plug it in again or choose another one."
    default:
      return "The sound device \(quoted) failed (\(reason)). "
        + "Choose another device; \(Self.listing)."
    }
  }

  private var fileReason: String {
    switch code {
    case ENOENT where operation == .createFile: "the folder does not exist. Make it first."
    case ENOENT: "there is no such file. Check the path."
    case EACCES, EPERM, EROFS: "you have no right to. Check its permissions."
    case EISDIR: "it is a folder. Name a file."
    case ENOSPC, EDQUOT: "the disk is full. Free some room."
    case EFBIG: "it has grown as large as files may be. Begin another."
    case ENODATA: "there is no sound in it. Choose another file."
    case EINVAL: "it is not a plain file. Name one that is."
    case EPROTO: "it is damaged. Choose another file."
    default: "\(reason)."
    }
  }

  private var quoted: String { "“\(HarmlessText.line(device))”" }

  private var reason: String { String(cString: strerror(code)) }

  private static let defaultDevice = "default"
  private static let listing = "`tipring devices` lists them"
}
