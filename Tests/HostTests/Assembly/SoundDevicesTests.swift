import AlsaAudio
import Assembly
import EndToEnd
import Glibc
import Media
import Realtime
import SoundFiles
import Testing

@Suite("Sound devices")
struct SoundDevicesTests {
  let folder = TemporaryFolder()

  @Test("are made from the words of the options")
  func made() {
    #expect(SoundDevices.makeInput(.device("hw:3")) is CaptureThread)
    #expect(SoundDevices.makeInput(.device("hw:3")).name == "hw:3")
    #expect(SoundDevices.makeInput(.tone(hertz: 440)).name == "tone:440")
    #expect(SoundDevices.makeInput(.file(path: "a.wav")).name == "file:a.wav")
    #expect(SoundDevices.makeInput(.silence, profile: .low).periodSamples == 480)
    #expect(SoundDevices.makeOutput(.device("hw:3")) is PlaybackThread)
    #expect(SoundDevices.makeOutput(.null).periodSamples == 480)
    #expect(SoundDevices.makeOutput(.file(path: "a.wav")).name == "file:a.wav")
  }

  @Test("are the default ones where none is named")
  func defaults() {
    let devices = SoundDevices()
    #expect(devices.captureName == "default")
    #expect(devices.playbackName == "default")
    #expect(devices.complaint == nil)
  }

  @Test("are replaced by silence and nowhere when files cannot be used, with the reason")
  func files() {
    let devices = SoundDevices(
      capture: .file(path: "\(folder.path)/none.wav"), playback: .file(path: "/none/out.wav"))
    let input = devices.makeInput()
    let output = devices.makeOutput()
    #expect(input.name == "silence")
    #expect(input.state == .running)
    #expect(output.name == "null")
    #expect(output.state == .running)
    #expect(devices.complaint?.contains("there is no such file") == true)
    #expect(devices.complaint?.contains("the folder does not exist") == true)
    #expect(devices.complaint?.hasSuffix("silence is sent and nothing is heard.") == true)
    input.stop()
    output.stop()
  }

  @Test("are replaced when they fail, until others are chosen")
  func replaced() {
    let devices = SoundDevices()
    devices.inputFailed(complaint: "It broke.")
    #expect(devices.captureName == "silence")
    #expect(devices.complaint == "It broke. Until then silence is sent.")
    devices.outputFailed(complaint: "It broke.")
    #expect(devices.playbackName == "null")
    #expect(devices.complaint == "It broke. Until then silence is sent and nothing is heard.")
    devices.choose(capture: "plughw:1", playback: nil)
    #expect(devices.captureName == "plughw:1")
    #expect(devices.complaint == "It broke. Until then nothing is heard.")
    devices.choose(capture: nil, playback: "null")
    #expect(devices.complaint == nil)
  }

  @Test("go on in silence without a complaint when a file is over")
  func over() {
    let devices = SoundDevices(capture: .file(path: "a.wav"))
    devices.inputFailed(complaint: nil)
    #expect(devices.captureName == "silence")
    #expect(devices.complaint == nil)
  }

  @Test("stay as they are when a choice cannot be read")
  func unreadable() {
    let devices = SoundDevices()
    devices.choose(capture: "tone:x", playback: nil)
    #expect(devices.captureName == "default")
    #expect(devices.playbackName == "default")
    #expect(devices.complaint?.hasSuffix("as in tone:440.") == true)
    devices.choose(capture: nil, playback: "silence")
    #expect(devices.complaint?.contains("something to capture") == true)
  }

  @Test("that were named are replaced by the default ones first, then by silence and nowhere")
  func ladder() {
    let devices = SoundDevices(
      capture: .device("usb"), playback: .device("usb"), ringer: .device("hdmi"))
    devices.inputFailed(complaint: "It is gone.")
    #expect(devices.captureName == "default")
    #expect(devices.complaint == "It is gone. Until then the default microphone is used.")
    devices.inputFailed(complaint: "No sound device works here.")
    #expect(devices.captureName == "silence")
    #expect(devices.complaint == "It is gone. Until then silence is sent.")
    devices.outputFailed(complaint: "It is gone.")
    devices.ringerFailed(complaint: "It is busy.")
    #expect(devices.playbackName == "default")
    #expect(devices.ringerName == "default")
    #expect(
      devices.complaint
        == "It is gone. It is busy. Until then silence is sent, the default speaker is used, "
        + "calls ring by the default speaker.")
  }

  @Test("that failed are used again when they work, and nothing is wrong then")
  func comeBack() {
    let devices = SoundDevices(capture: .device("usb"), playback: .device("usb"))
    #expect(!devices.isWaiting)
    devices.inputFailed(complaint: "It is gone.")
    #expect(devices.isWaiting)
    #expect(!devices.inputWorks("default"), "the one that is used meanwhile is no news")
    #expect(devices.complaint != nil)
    #expect(devices.inputWorks("usb"))
    #expect(devices.captureName == "usb")
    #expect(devices.complaint == nil)
    #expect(!devices.isWaiting)
    #expect(!devices.inputWorks("usb"))
  }

  @Test("that failed are tried anew for another call")
  func restart() {
    let devices = SoundDevices(capture: .device("usb"))
    devices.inputFailed(complaint: "It is gone.")
    devices.restart()
    #expect(devices.captureName == "usb")
    #expect(devices.complaint != nil, "until it is known to work")
    #expect(devices.inputWorks("usb"))
    #expect(devices.complaint == nil)
  }

  @Test("are never used in the place of a file or a tone")
  func noMicrophone() {
    let devices = SoundDevices(capture: .file(path: "a.wav"), playback: .file(path: "b.wav"))
    devices.inputFailed(complaint: "It broke.")
    devices.outputFailed(complaint: "It broke.")
    #expect(devices.captureName == "silence")
    #expect(devices.playbackName == "null")
    #expect(!devices.isWaiting)
    #expect(devices.retryInput() == nil)
    devices.restart()
    #expect(devices.captureName == "silence")
    #expect(!devices.inputWorks("silence"))
  }

  @Test("ring by the loudspeaker until a ringer is chosen, and again when none is")
  func ringer() throws {
    let devices = SoundDevices(playback: .null)
    #expect(!devices.hasRinger)
    #expect(devices.makeRinger() == nil)
    devices.choose(capture: nil, playback: nil, ringer: "null")
    #expect(devices.ringerName == "null")
    let ringer = try #require(devices.makeRinger())
    #expect(ringer.state == .running)
    ringer.stop()
    devices.choose(capture: nil, playback: nil, ringer: "")
    #expect(!devices.hasRinger)
    devices.choose(capture: nil, playback: nil, ringer: "tone:440")
    #expect(!devices.hasRinger)
    #expect(devices.complaint?.contains("something to capture") == true)
  }
}
