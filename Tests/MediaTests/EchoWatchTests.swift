import Testing

@testable import Media

@Suite("Echo watch")
struct EchoWatchTests {
  @Test("an echo is absent after two stretches of 2 s in which the far end was not heard here")
  func absent() {
    var watch = EchoWatch()
    feed(&watch, playing: loud, heard: quiet, blocks: 399)
    #expect(!watch.isAbsent)
    feed(&watch, playing: loud, heard: quiet, blocks: 1)
    #expect(watch.isAbsent)
  }

  @Test("silence of the far end, and speech here, prove nothing")
  func unproven() {
    var watch = EchoWatch()
    feed(&watch, playing: 0, heard: quiet, blocks: 2_000)
    #expect(!watch.isAbsent)
    for _ in 0..<20 {
      feed(&watch, playing: loud, heard: quiet, blocks: 190)
      feed(&watch, playing: loud, heard: voice, blocks: 10)
    }
    #expect(!watch.isAbsent)
  }

  @Test("an answer of half a second changes nothing, one of a second asks for a new proof")
  func answers() {
    var watch = EchoWatch()
    feed(&watch, playing: loud, heard: quiet, blocks: 400)
    for _ in 0..<5 {
      feed(&watch, playing: loud, heard: voice, blocks: 50)
      feed(&watch, playing: loud, heard: quiet, blocks: 200)
    }
    #expect(watch.isAbsent)
    feed(&watch, playing: loud, heard: voice, blocks: 100)
    #expect(!watch.isAbsent)
    feed(&watch, playing: loud, heard: quiet, blocks: 390)
    #expect(!watch.isAbsent)
    feed(&watch, playing: loud, heard: quiet, blocks: 210)
    #expect(watch.isAbsent)
  }

  @Test("speech here while nothing is played says nothing about echoes")
  func alone() {
    var watch = EchoWatch()
    feed(&watch, playing: loud, heard: quiet, blocks: 400)
    feed(&watch, playing: 0, heard: voice, blocks: 10_000)
    #expect(watch.isAbsent)
  }

  private func feed(
    _ watch: inout EchoWatch, playing far: Double, heard near: Double, blocks: Int
  ) {
    for _ in 0..<blocks {
      watch.played(far)
      watch.captured(near, delay: 4)
    }
  }

  // Mean squares.
  private let loud = VoiceBlock.energy(atLevel: -25)
  private let voice = VoiceBlock.energy(atLevel: -30)
  private let quiet = VoiceBlock.energy(atLevel: -70)
}
