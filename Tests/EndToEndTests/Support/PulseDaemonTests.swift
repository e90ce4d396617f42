import EndToEnd
import Glibc
import Testing

@Suite("A sound daemon of a test's own")
struct PulseDaemonTests {
  @Test("carries speech from a mouth to what the phone captures, and keeps ears apart")
  func speech() throws {
    let folder = TemporaryFolder()
    let speech = folder.path + "/speech.wav"
    try Speech.make("The quick brown fox jumps over the lazy dog.", file: speech)
    let daemon = try PulseDaemon(phones: ["A", "B"])
    let file = folder.path + "/all.wav"
    let recorder = try daemon.record(to: file, phones: ["A", "B"])
    let player = try daemon.play(speech, intoMouthOf: "A")
    #expect(player.wait(within: .seconds(20)) == .exited(0))
    usleep(300_000)
    recorder.signal(SIGINT)
    #expect(recorder.wait(within: .seconds(5)) != nil)

    let heard = SoundComparison(of: try Sound(wav: speech), in: try Sound(wav: file))
    #expect(heard.correlation > 0.99)
    #expect(heard.longestGap <= .milliseconds(10))
    for channel in 1...3 { #expect(try Sound(wav: file, channel: channel).loudness < 0.001) }
  }

  @Test("has ALSA devices for its phones")
  func alsa() throws {
    let daemon = try PulseDaemon(phones: ["A"])
    let configuration = try #require(daemon.environment["ALSA_CONFIG_PATH"])
    #expect(access(configuration, R_OK) == 0)
    let sinks = try ChildProcess(
      "pactl", ["list", "short", "sinks"], environment: daemon.environment)
    #expect(sinks.wait(within: .seconds(10)) == .exited(0))
    #expect(sinks.lines.contains { $0.contains("earA") })
    #expect(sinks.lines.contains { $0.contains("mouthA") })
  }
}
