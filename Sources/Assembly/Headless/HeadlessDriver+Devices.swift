import Basics
import Calling
import LoopGLib
import Media

/// Sound devices, listed and changed by commands.
extension HeadlessDriver {
  /// Lists them away from the loop, since ALSA may ask a sound server; what follows waits for that.
  func listDevices() {
    let used = board.sound
    let capture = used.capture.isEmpty ? sound.capture.text : used.capture
    let playback = used.playback.isEmpty ? sound.playback.text : used.playback
    let ringer = used.capture.isEmpty ? sound.ringer?.text ?? "" : used.ringer
    let loop = loop
    BackgroundThread.run {
      let listing = DeviceListing(capture: capture, playback: playback, ringer: ringer)
      loop.perform {
        self.assumeIsolated { driver in
          driver.printer.devices(listing)
          driver.happened(.devices)
        }
      }
    }
    queue.block(for: .devices, until: Instant.now.advanced(by: .seconds(10)))
  }

  /// Has another device used from now on. Should it not work, a warning tells.
  func use(_ name: String, for task: DeviceTask) {
    let words = HarmlessText.line(name, limit: 80)
    switch task {
    case .capture:
      // What was asked for at the start is not any more.
      sound.isCaptureExplicit = false
      phone.order(.chooseDevices(capture: name, playback: nil))
    case .playback:
      sound.isPlaybackExplicit = false
      phone.order(.chooseDevices(capture: nil, playback: name))
    case .ringer: phone.order(.chooseDevices(capture: nil, playback: nil, ringer: name))
    }
    printer.remark(
      "note", in: nil,
      name.isEmpty ? "Calls ring by the loudspeaker." : "The \(task.title) is \(words) now.")
  }
}
