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
    #expect(SoundDevices.makeInput(.silence, profile: .low).periodSamples == 240)
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
}
