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

  @Test("what was said of a dead microphone is taken back after 100 ms of sound, once")
  func alive() {
    var watch = MicrophoneWatch()
    #expect(feed(&watch, silence, frames: 250) == [.dead])
    #expect(feed(&watch, quiet, frames: 4) == [])
    #expect(feed(&watch, quiet, frames: 1) == [.alive])
    #expect(feed(&watch, quiet, frames: 1_000) == [])
  }

  @Test("a microphone that has given sound may be silent for 30 s; sound arms the hint again")
  func pauses() {
    var watch = MicrophoneWatch()
    #expect(feed(&watch, quiet, frames: 50) == [])
    #expect(feed(&watch, silence, frames: 1_499) == [])
    #expect(feed(&watch, silence, frames: 1) == [.dead])
    #expect(feed(&watch, quiet, frames: 49) == [.alive])
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
    #expect(!MicrophoneWatch.isSilent([0, .max, 0, 0]))
    #expect(!MicrophoneWatch.isSilent([0, .min, 0, 0]))
  }

  @Test("the largest number is a limit, and the two least ones are")
  func limits() {
    #expect(MicrophoneWatch.isClipped(quiet + [.max, .min, -.max, .max]))
    #expect(!MicrophoneWatch.isClipped(quiet + [.max, .min, -.max, .max - 1]))
    #expect(!MicrophoneWatch.isClipped(quiet + [Int16](repeating: .max - 1, count: 9)))
    #expect(!MicrophoneWatch.isClipped(quiet + [Int16](repeating: 1 - .max, count: 9)))
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
