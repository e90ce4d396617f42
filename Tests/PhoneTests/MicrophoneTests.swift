import Basics
import Media
import Phone
import Simulation
import Testing

@Suite("Microphone")
struct MicrophoneTests {
  @Test("a real one is cleaned on its way to the peer, by default")
  func cleans() {
    let bench = makeBench()
    bench.talk(frames: 50)
    #expect(bench.heard(by: bench.id(1)).suffix(4_800).allSatisfy { $0 == 350 })
    #expect(bench.ports.processors.count == 1)
    #expect(bench.ports.processors.first?.parts == VoiceParts())
  }

  @Test("a file, a tone or silence goes as it is, unless the settings want it cleaned")
  func files() {
    #expect(heard(isMicrophone: false, VoiceSettings()) == 700)
    #expect(heard(isMicrophone: false, VoiceSettings(isWanted: true)) == 350)
    #expect(heard(isMicrophone: true, VoiceSettings(isWanted: false)) == 700)
  }

  @Test(
    "the processor hears all that goes to the loudspeaker: the mix, tones too, as loud as it goes")
  func reference() throws {
    let bench = makeBench()
    bench.core.deviceDelays(capture: 960, playback: 1_920)
    bench.talk(frames: 20)
    bench.order(.volume(decibels: 6))
    bench.order(.digits(bench.id(1), "5"))
    bench.talk(frames: 20)
    let processor = try #require(bench.ports.processors.first)
    // In step with the microphone: what was played last is yet to be heard.
    let first = processor.heard.firstIndex { $0 > 6_000 }
    let played = bench.played.firstIndex { $0 > 6_000 }
    let start = try #require(played) - (try #require(first))
    let isSame = processor.heard == Array(bench.played[start..<start + processor.heard.count])
    #expect(isSame)
    #expect(processor.heard.count >= 36 * 960)
    #expect(processor.heard.contains { $0 > 6_000 })
  }

  @Test(
    "the processor is told one delay, by as much as is played ahead of what both devices have",
    arguments: [(720, 1_200, 10), (1_440, 2_400, 15), (4_800, 9_600, 15)])
  func delay(capture: Int, playback: Int, milliseconds: Int) throws {
    let bench = makeBench()
    bench.core.deviceDelays(capture: capture, playback: playback)
    bench.talk(frames: 20)
    let delays = try #require(bench.ports.processors.first).delays
    // What both have, less a frame's first half, the block itself, and 5 ms each for what comes late and
    // what is told inexactly; but no more than 20 ms ahead.
    #expect(delays.count == 40 - 7)
    #expect(Set(delays) == [milliseconds])
  }

  @Test("not one sample of a voice leaves while muted, and the processor goes on learning")
  func mute() throws {
    let bench = makeBench()
    bench.talk(frames: 50)
    bench.order(.mute(true))
    // The change itself fades over one frame.
    bench.talk(frames: 1)
    let encoder = try #require(bench.ports.encoders.first)
    let before = try #require(bench.ports.processors.first).delays.count
    for frame in 0..<100 {
      let sound = Int16(1_000 + frame)
      bench.talk(frames: 1, saying: sound)
      #expect(encoder.lastFrame.allSatisfy { $0 == 0 }, "frame \(frame)")
    }
    #expect(try #require(bench.ports.processors.first).delays.count == before + 200)
    bench.talk(frames: 20)
    #expect(bench.heard(by: bench.id(1)).suffix(9_600).allSatisfy { $0 == 0 })
  }

  @Test("the fade into a mute is over within the frame and never rises")
  func fade() throws {
    let bench = makeBench()
    bench.talk(frames: 50)
    bench.order(.mute(true))
    bench.talk(frames: 1)
    let frame = try #require(bench.ports.encoders.first).lastFrame
    #expect(frame.first.map { $0 <= 350 } == true)
    #expect(frame.last == 0)
    #expect(zip(frame, frame.dropFirst()).allSatisfy { $0 >= $1 })
  }

  @Test("another microphone begins anew, and so does the next call")
  func renewal() {
    let bench = makeBench()
    bench.talk(frames: 2)
    bench.core.captureChanged(isMicrophone: true)
    bench.talk(frames: 2)
    #expect(bench.ports.processors.count == 2)
    bench.order(.close(bench.id(1)))
    bench.connect(bench.id(2))
    bench.talk(frames: 2)
    #expect(bench.ports.processors.count == 3)
  }

  @Test("hints become reports, once")
  func hints() {
    let bench = makeBench()
    bench.talk(frames: 300, saying: 0)
    #expect(bench.hints == [.dead])
    bench.order(.mute(true))
    bench.talk(frames: 100, saying: 5_000)
    #expect(bench.hints == [.dead, .speakingWhileMuted])
  }

  @Test("there are no hints about what is no microphone")
  func noHints() {
    let bench = makeBench(isMicrophone: false)
    bench.talk(frames: 300, saying: 0)
    bench.order(.mute(true))
    bench.talk(frames: 100, saying: 5_000)
    #expect(bench.hints == [])
  }

  private func makeBench(
    isMicrophone: Bool = true, _ voice: VoiceSettings = VoiceSettings()
  ) -> MediaBench {
    let bench = MediaBench(settings: MediaSettings(voice: voice))
    bench.connect(bench.id(1))
    bench.core.captureChanged(isMicrophone: isMicrophone)
    return bench
  }

  private func heard(isMicrophone: Bool, _ voice: VoiceSettings) -> Int16? {
    let bench = makeBench(isMicrophone: isMicrophone, voice)
    bench.talk(frames: 50)
    return bench.heard(by: bench.id(1)).last
  }
}

extension MediaBench {
  fileprivate var hints: [MicrophoneHint] {
    reports.compactMap { if case .hint(let hint) = $0 { hint } else { nil } }
  }
}
