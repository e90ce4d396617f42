import Basics
import Files
import Media
import SoundFiles
import Testing

@testable import Assembly
@testable import VoiceProcessing

@Suite("Voice processor")
struct VoiceProcessorTests {
  @Test(
    "cancels the echo of a room by 25 dB and more, and leaves near speech within 3 dB",
    arguments: [(20, 0, 960), (60, 10, 480)])
  func echo(delay: Int, hiddenDelay: Int, frameSamples: Int) throws {
    let outcome = try outcome(of: delay, hidden: hiddenDelay, frameSamples: frameSamples)
    #expect(outcome.enhancement >= 25)
    #expect(outcome.doubleTalkAttenuation <= 3)
    // No syllables are lost.
    #expect(outcome.worstDoubleTalkAttenuation <= 17)
    #expect(outcome.doubleTalkRatio >= 6.5)
    #expect(outcome.doubleTalkEnhancement >= 12)
    #expect(outcome.nearAttenuation <= 1.5)
    #expect(try #require(outcome.convergence) <= 6)
    // Nothing is lost and nothing is made up.
    #expect(outcome.sound.count == 28 * 48_000)
  }

  @Test(
    "finds out in seconds about a delay that the devices tell too long", arguments: [-10, -15, -30])
  func toldTooLong(hiddenDelay: Int) throws {
    var conditions = EchoBench.Conditions()
    conditions.hiddenDelay = hiddenDelay
    // Nothing comes later, which could be cancelled.
    conditions.reverberation = 0.001
    conditions.returnLoss = 0.5
    let outcome = try #require(
      EchoBench(
        far: voice("operator-hello"), near: voice("parrot-greeting"), conditions: conditions
      ).run())
    #expect(outcome.enhancement >= 25)
    #expect(outcome.doubleTalkAttenuation <= 3)
    #expect(try #require(outcome.convergence) <= 3)
  }

  @Test("finds out in seconds about a delay that the devices do not tell")
  func hidden() throws {
    let outcome = try outcome(of: 120, hidden: 60, frameSamples: 960)
    #expect(outcome.enhancement >= 25)
    #expect(outcome.doubleTalkAttenuation <= 6)
    #expect(outcome.nearAttenuation <= 1.5)
    #expect(try #require(outcome.convergence) <= 6)
  }

  @Test(
    "cancels the echo as before soon after the loudspeaker ran dry, as it does thrice here",
    arguments: [(1, 7), (3, 10), (6, 20)])
  func dryness(room: UInt64, milliseconds: Int) throws {
    var conditions = EchoBench.Conditions()
    conditions.seed = room
    conditions.dryness = milliseconds
    conditions.inexactness = 12
    let outcome = try #require(
      EchoBench(
        far: voice("operator-hello"), near: voice("parrot-greeting"), conditions: conditions
      ).run())
    // Of 8 s.
    #expect(outcome.relapse <= 0.8)
  }

  @Test(
    "cancels the echo by 25 dB and more once it knows how clocks differ, within eight seconds",
    arguments: [-300.0, -100, 100, 300])
  func drift(partsPerMillion: Double) throws {
    let outcome = try outcome(ofDrift: partsPerMillion, followsClocks: true)
    #expect(outcome.enhancement >= 25)
    #expect(outcome.doubleTalkAttenuation <= 3)
    #expect(outcome.doubleTalkEnhancement >= 12)
    #expect(outcome.nearAttenuation <= 1.5)
  }

  @Test(
    "follows an echo that moves until then", arguments: [(-300.0, 15.0), (300, 25)])
  func followingAlone(partsPerMillion: Double, least: Double) throws {
    let outcome = try outcome(ofDrift: partsPerMillion, followsClocks: false)
    #expect(outcome.enhancement >= least)
    #expect(outcome.doubleTalkAttenuation <= 6)
    #expect(outcome.nearAttenuation <= 1.5)
  }

  @Test("goes on after a burst as loud as samples can be at both ends")
  func extremes() throws {
    let parts = VoiceParts(cancelsEcho: true, suppressesNoise: true, controlsGain: false)
    let processor = try #require(VoiceProcessor(parts))
    var generator = SeededGenerator(seed: 3)
    for block in 0..<200 {
      let far = (0..<480).map { _ in Bool.random(using: &generator) ? Int16.max : .min }
      processor.hear(block < 100 ? far : [Int16](repeating: .min, count: 480))
      var frame = (0..<480).map { _ in Bool.random(using: &generator) ? Int16.max : .min }
      processor.filter(&frame, from: 0)
      processor.clean(&frame, from: 0, delayMilliseconds: 40)
    }
    // An echo 40 ms later and 6 dB softer, then a voice that nothing is played beside.
    let voice = try voice("parrot-greeting")
    let silence = [Int16](repeating: 0, count: 480)
    var (echo, left, said, heard) = (0.0, 0.0, 0.0, 0.0)
    for start in stride(from: 0, to: 20 * 48_000, by: 480) {
      let isEcho = start < 15 * 48_000
      let block = (start..<start + 480).map { voice[$0 % voice.count] }
      processor.hear(isEcho ? block : silence)
      var frame =
        isEcho
        ? (start..<start + 480).map { $0 < 1_920 ? 0 : voice[($0 - 1_920) % voice.count] / 2 }
        : block
      let before = VoiceDetector.energy(of: frame[...])
      processor.clean(&frame, from: 0, delayMilliseconds: 40)
      let after = VoiceDetector.energy(of: frame[...])
      if isEcho, start >= 8 * 48_000 { (echo, left) = (echo + before, left + after) }
      if start >= 17 * 48_000 { (said, heard) = (said + before, heard + after) }
    }
    #expect(left < echo / 300)
    #expect(heard > said / 2)
    #expect(heard < said * 1.5)
  }

  @Test("cancels an echo also after a processor that does not was the first of all")
  func laterCancellation() throws {
    for cancelsEcho in [false, true] {
      let parts = VoiceParts(cancelsEcho: cancelsEcho, suppressesNoise: true, controlsGain: false)
      let processor = try #require(VoiceProcessor(parts))
      for _ in 0..<10 {
        processor.hear([Int16](repeating: 900, count: 480))
        var frame = [Int16](repeating: 900, count: 480)
        processor.clean(&frame, from: 0, delayMilliseconds: 40)
      }
    }
  }

  @Test("leaves an echo alone that it is not asked to cancel")
  func withoutCancellation() throws {
    var conditions = EchoBench.Conditions()
    conditions.parts = VoiceParts(cancelsEcho: false, suppressesNoise: false, controlsGain: false)
    let outcome = try #require(
      EchoBench(
        far: voice("operator-hello"), near: voice("parrot-greeting"), conditions: conditions
      ).run())
    #expect(abs(outcome.enhancement) < 2)
    #expect(outcome.convergence == nil)
  }

  @Test("makes steady noise softer by 8 dB and more, and not the speech in it")
  func noise() throws {
    let figures = try #require(try VoiceBench(voice: voice("parrot-greeting")).noise())
    #expect(figures.reduction >= 8)
    #expect(figures.speechAttenuation <= 2)
  }

  @Test("brings soft and loud speech within a comfortable range", arguments: [-40.0, -34, -6])
  func gain(level: Double) throws {
    let reached = try #require(try VoiceBench(voice: voice("parrot-greeting")).level(after: level))
    #expect((-26.0 ... -12).contains(reached))
  }

  @Test("leaves clean speech at a comfortable level alone and does not delay it, by default")
  func cleanSpeech() throws {
    let figures = try #require(try VoiceBench(voice: voice("parrot-greeting")).fidelity())
    #expect(figures.delayMilliseconds < 0.1)
    #expect(abs(figures.gain.mean) < 0.5)
    #expect(figures.gain.deviation < 0.5)
    #expect(figures.segmentalRatio > 10)
  }

  @Test(
    "tells by how much the library delays sound",
    arguments: [(true, true), (true, false), (false, true)])
  func delay(cancelsEcho: Bool, suppressesNoise: Bool) throws {
    let parts = VoiceParts(
      cancelsEcho: cancelsEcho, suppressesNoise: suppressesNoise, controlsGain: false)
    let processor = try #require(VoiceProcessor(parts))
    let voice = try voice("parrot-greeting")
    var out: [Int16] = []
    for start in stride(from: 0, to: voice.count - 479, by: 480) {
      processor.hear([Int16](repeating: 0, count: 480))
      var block = Array(voice[start..<start + 480])
      processor.clean(&block, from: 0, delayMilliseconds: 40)
      out += block
    }
    let shift = SoundFigures.shift(
      of: SoundFigures.floats(out), against: SoundFigures.floats(voice),
      in: 48_000..<out.count)
    #expect(abs(shift - processor.delaySamples) <= 1)
  }

  @Test("the high-pass takes out what is below hearing")
  func highPass() throws {
    let parts = VoiceParts(cancelsEcho: false, suppressesNoise: false, controlsGain: false)
    let processor = try #require(VoiceProcessor(parts))
    var loudest: Int16 = 0
    for _ in 0..<200 {
      var frame = [Int16](repeating: 8_000, count: 480)
      processor.filter(&frame, from: 0)
      loudest = frame.map { abs($0) }.max() ?? .max
    }
    #expect(loudest < 80)
  }

  @Test("digital silence stays silence, whatever the loudspeaker plays and however late it is told")
  func silence() throws {
    let processor = try #require(VoiceProcessor(VoiceParts()))
    for delay in [0, -5, 10_000, Int.max] {
      for _ in 0..<50 {
        processor.hear((0..<480).map { Int16($0 * 20) })
        var frame = [Int16](repeating: 0, count: 960)
        processor.clean(&frame, from: 480, delayMilliseconds: delay)
        #expect(frame.prefix(480).allSatisfy { $0 == 0 })
        // The canceller puts comfort noise where an echo would be.
        #expect(frame.suffix(480).allSatisfy { abs(Int($0)) < 300 })
      }
    }
  }

  private func outcome(ofDrift drift: Double, followsClocks: Bool) throws -> EchoBench.Outcome {
    var conditions = EchoBench.Conditions()
    conditions.drift = drift
    conditions.followsClocks = followsClocks
    conditions.settled = followsClocks ? 8 : 6
    return try #require(
      EchoBench(
        far: voice("operator-hello"), near: voice("parrot-greeting"), conditions: conditions
      ).run())
  }

  private func outcome(
    of delay: Int, hidden hiddenDelay: Int, frameSamples: Int
  ) throws -> EchoBench.Outcome {
    var conditions = EchoBench.Conditions()
    conditions.delay = delay
    conditions.hiddenDelay = hiddenDelay
    conditions.frameSamples = frameSamples
    conditions.seed = UInt64(delay)
    return try #require(
      EchoBench(
        far: voice("operator-hello"), near: voice("parrot-greeting"), conditions: conditions
      ).run())
  }

  private func voice(_ name: String) throws -> [Int16] {
    let folder = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    return try SoundClip.decode(path: "/\(folder)/Resources/voices/\(name).opus")
  }
}
