import Basics
import Simulation
import Testing

@testable import Media

@Suite("Microphone watch")
struct MicrophoneWatchTests {
  @Test("a voice while muted is told of once between muting and unmuting")
  func voice() {
    var watch = MicrophoneWatch()
    #expect(feed(&watch, speech, frames: 100) == [])
    #expect(feed(&watch, speech, frames: 14, isMuted: true) == [])
    #expect(feed(&watch, speech, frames: 100, isMuted: true) == [.speakingWhileMuted])
    #expect(feed(&watch, quiet, frames: 100, isMuted: true) == [])
    #expect(feed(&watch, speech, frames: 100, isMuted: true) == [])
    #expect(feed(&watch, speech, frames: 100) == [])
    #expect(feed(&watch, speech, frames: 100, isMuted: true) == [.speakingWhileMuted])
  }

  @Test("a cough, a quiet room and the loudspeaker's echo are no voice")
  func noVoice() {
    var watch = MicrophoneWatch()
    for _ in 0..<5 {
      #expect(feed(&watch, speech, frames: 10, isMuted: true) == [])
      #expect(feed(&watch, quiet, frames: 40, isMuted: true) == [])
    }
    for _ in 0..<100 {
      watch.played(speech.map { $0 * 3 })
      #expect(feed(&watch, speech, frames: 1, isMuted: true) == [])
    }
  }

  @Test("digital silence is told of after 5 s, and once")
  func dead() {
    var watch = MicrophoneWatch()
    #expect(feed(&watch, silence, frames: 249) == [])
    #expect(feed(&watch, silence, frames: 1) == [.dead])
    #expect(feed(&watch, silence, frames: 10_000) == [])
  }

  @Test("a microphone that has given sound may be silent for 30 s; sound arms the hint again")
  func pauses() {
    var watch = MicrophoneWatch()
    #expect(feed(&watch, quiet, frames: 50) == [])
    #expect(feed(&watch, silence, frames: 1_499) == [])
    #expect(feed(&watch, silence, frames: 1) == [.dead])
    #expect(feed(&watch, quiet, frames: 49) == [])
    #expect(feed(&watch, silence, frames: 2_000) == [])
    #expect(feed(&watch, quiet, frames: 50) == [])
    #expect(feed(&watch, silence, frames: 1_500) == [.dead])
  }

  @Test("sound with pauses of digital silence is sound")
  func sparseSound() {
    var watch = MicrophoneWatch()
    for _ in 0..<5 {
      #expect(feed(&watch, quiet, frames: 10) == [])
      #expect(feed(&watch, silence, frames: 20) == [])
    }
    #expect(feed(&watch, silence, frames: 1_479) == [])
    #expect(feed(&watch, silence, frames: 1) == [.dead])
  }

  @Test("one bit of noise is silence, and two are not")
  func bits() {
    #expect(MicrophoneWatch.isSilent([0, 1, -1, 0]))
    #expect(!MicrophoneWatch.isSilent([0, 2, 0, 0]))
    #expect(!MicrophoneWatch.isSilent([0, -2, 0, 0]))
  }

  @Test("silence while muted says nothing about the microphone")
  func mutedSilence() {
    var watch = MicrophoneWatch()
    #expect(feed(&watch, silence, frames: 1_000, isMuted: true) == [])
    #expect(feed(&watch, silence, frames: 249) == [])
    #expect(feed(&watch, silence, frames: 1) == [.dead])
  }

  @Test("distortion is told of once, when it is no single knock")
  func clipping() {
    var watch = MicrophoneWatch()
    let clipped = [Int16](repeating: .max, count: 6) + quiet.dropFirst(6)
    #expect(MicrophoneWatch.isClipped(clipped))
    #expect(!MicrophoneWatch.isClipped([Int16](repeating: .max, count: 3) + quiet))
    #expect(feed(&watch, clipped, frames: 9) == [])
    #expect(feed(&watch, quiet, frames: 100) == [])
    #expect(feed(&watch, clipped, frames: 9) == [])
    #expect(feed(&watch, clipped, frames: 100) == [.clipping])
    #expect(feed(&watch, clipped, frames: 100) == [])
  }

  private let silence = [Int16](repeating: 0, count: 960)
  private let quiet = (0..<960).map { Int16($0 % 7 - 3) }
  private let speech = (0..<960).map { Int16($0 % 96 * 40 - 1_900) }

  private func feed(
    _ watch: inout MicrophoneWatch, _ frame: [Int16], frames: Int, isMuted: Bool = false
  ) -> [MicrophoneHint] {
    (0..<frames).flatMap { _ in
      watch.captured(
        frame, isSilent: MicrophoneWatch.isSilent(frame),
        isClipped: MicrophoneWatch.isClipped(frame), isMuted: isMuted)
    }
  }
}

@Suite("Voice chain")
struct VoiceChainTests {
  @Test("what goes to the loudspeaker is heard in whole blocks, whatever portions it comes in")
  func portions() throws {
    let ports = FakePorts(seed: 1)
    var chain = VoiceChain(ports.makeVoiceProcessor(VoiceParts()))
    let sound = (0..<2_400).map { Int16($0) }
    var start = 0
    for count in [1, 479, 480, 700, 240, 500] {
      chain.played(Array(sound[start..<start + count]))
      start += count
    }
    #expect(try #require(ports.processors.first).heard == sound)
  }

  @Test("what is heard but waits for its block to be whole makes the delay shorter")
  func waiting() throws {
    let ports = FakePorts(seed: 1)
    var chain = VoiceChain(ports.makeVoiceProcessor(VoiceParts()))
    chain.played([Int16](repeating: 1, count: 240))
    var frame = [Int16](repeating: 8, count: 480)
    chain.clean(&frame, delaySamples: 960)
    #expect(try #require(ports.processors.first).delays == [15])
    #expect(frame.allSatisfy { $0 == 4 })
  }

  @Test("frames of 10 and 60 ms are cleaned wholly, and a delay below zero is none")
  func frames() throws {
    for count in [480, 2_880] {
      let ports = FakePorts(seed: 1)
      var chain = VoiceChain(ports.makeVoiceProcessor(VoiceParts()))
      var frame = [Int16](repeating: 8, count: count)
      chain.clean(&frame, delaySamples: 100)
      #expect(frame.allSatisfy { $0 == 4 })
      #expect(try #require(ports.processors.first).delays.last == (count == 480 ? 2 : 0))
    }
  }
}
