import Glibc
import Realtime
import Testing

@Suite("Sound device errors")
struct AudioDeviceErrorTests {
  @Test(
    "say what is wrong and what to do",
    arguments: [
      (AudioDeviceError.Operation.open, EBUSY, "in use by another program"),
      (.open, ENOENT, "There is no sound device “hw:9”"),
      (.open, EACCES, "group audio"),
      (.open, ECONNREFUSED, "Start PulseAudio or PipeWire"),
      (.open, ETIMEDOUT, "did not answer in time"),
      (.configure, EINVAL, "cannot do 48 kHz"),
      (.transfer, ENODEV, "was unplugged"),
      (.configure, EIO, "There is no sound device “hw:9”"),
      (.transfer, EIO, "its server ended"),
      (.recover, EOVERFLOW, "failed"),
      (.startThread, EAGAIN, "no thread"),
      (.openFile, ENOENT, "no such file"),
      (.openFile, EISDIR, "Name a file"),
      (.recognizeFormat, EPROTO, "WAV, FLAC"),
      (.readFile, ENODATA, "no sound in it"),
      (.createFile, ENOENT, "folder does not exist"),
      (.createFile, EACCES, "no right"),
      (.chooseFormat, EINVAL, ".wav, .flac, .ogg or .opus"),
      (.writeFile, ENOSPC, "disk is full"),
    ])
  func sentences(operation: AudioDeviceError.Operation, code: Int32, words: String) {
    let error = AudioDeviceError(device: "hw:9", operation: operation, code: code)
    #expect(error.sentence.contains(words))
    #expect(error.sentence.hasSuffix("."))
  }

  @Test("tell a machine without sound from a wrong name")
  func noDefault() {
    let error = AudioDeviceError(device: "default", operation: .open, code: ENOENT)
    #expect(error.sentence.hasPrefix("No sound device works here."))
  }

  @Test("show a hostile name harmlessly")
  func harmless() {
    let error = AudioDeviceError(device: "a\u{1B}[2Jb", operation: .open, code: EBUSY)
    #expect(!error.sentence.contains("\u{1B}"))
  }

  @Test("pass through a device's state unchanged")
  func state() {
    let cell = AudioDeviceStateCell(name: "hw:9")
    #expect(cell.value == .idle)
    cell.setFailed(.transfer, code: ENODEV)
    #expect(
      cell.value
        == .failed(AudioDeviceError(device: "hw:9", operation: .transfer, code: ENODEV)))
  }

  @Test("of a late opening come to nothing, and the other way round")
  func opening() {
    let cell = AudioDeviceStateCell(name: "hw:9")
    cell.setOpening()
    #expect(cell.failIfOpening(.open, code: ETIMEDOUT))
    #expect(!cell.runIfOpening())
    #expect(
      cell.value == .failed(AudioDeviceError(device: "hw:9", operation: .open, code: ETIMEDOUT)))
    cell.setOpening()
    #expect(cell.runIfOpening())
    #expect(!cell.failIfOpening(.open, code: ETIMEDOUT))
    #expect(cell.value == .running)
  }
}
