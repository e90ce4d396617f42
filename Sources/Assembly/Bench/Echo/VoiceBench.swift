import Basics
package import Media
import VoiceProcessing

/// What the voice processor does to one who speaks alone: in noise, and too softly.
package struct VoiceBench {
  private let voice: [Int16]

  /// - Parameter voice: speech at 48 kHz, not empty; repeated as often as it takes.
  package init(voice: [Int16]) { self.voice = voice }

  /// By how much steady noise of −45 dBFS becomes softer, and speech of −23 dBFS in it, in dB; `nil`
  /// when there is no memory for a processor.
  package func noise() -> (reduction: Double, speechAttenuation: Double)? {
    let (pause, end) = (10 * Sound.sampleRate, 14 * Sound.sampleRate)
    let speech = SoundFigures.speech(voice, in: 0..<pause, count: end, level: -23)
    var generator = SeededGenerator(seed: 5)
    // Even chance between two peaks has a third of their square as its mean.
    let peak = Float(3 * SoundFigures.ratio(decibels: -45)).squareRoot()
    let noise = speech.map { _ in Float.random(in: -peak...peak, using: &generator) }
    let parts = VoiceParts(cancelsEcho: false, suppressesNoise: true, controlsGain: false)
    guard let out = clean(zip(speech, noise).map { $0 + $1 }, parts) else { return nil }
    // The suppressor is given a second to notice that nobody speaks any more.
    let silence = pause + Sound.sampleRate..<end
    let spoken = 4 * Sound.sampleRate..<pause
    let before = SoundFigures.energy(noise, silence)
    let shift = SoundFigures.shift(of: out, against: speech, in: spoken)
    return (
      SoundFigures.decibels(before / SoundFigures.energy(out, silence)),
      SoundFigures.attenuation(of: speech, in: out, spoken, shift: shift)
    )
  }

  /// The level of speech after half a minute, with everything on, in dBFS.
  ///
  /// - Parameter level: of the speech at the microphone, likewise.
  package func level(after level: Double) -> Double? {
    let end = 30 * Sound.sampleRate
    let count = voice.count
    let own = SoundFigures.speechLevel(SoundFigures.floats(voice), 0..<count)
    let mean = SoundFigures.decibels(
      SoundFigures.energy(SoundFigures.floats(voice), 0..<count))
    var generator = SeededGenerator(seed: 6)
    // Pauses do not count in the level of speech, but do in its mean.
    let speech = SoundFigures.speech(
      voice, in: 0..<end, count: end, level: level - (own - mean)
    ).map { $0 + Float.random(in: -0.000_1...0.000_1, using: &generator) }
    guard let out = clean(speech, VoiceParts()) else { return nil }
    return SoundFigures.speechLevel(out, end - 8 * Sound.sampleRate..<end)
  }

  /// What becomes of clean speech at a comfortable level; `nil` when there is no memory for a processor.
  ///
  /// - Parameters:
  ///   - far: what is played meanwhile, at 48 kHz and at a usual level, and does not come back.
  ///   - noise: of the room, in dBFS.
  package func fidelity(
    _ parts: VoiceParts = VoiceParts(), far: [Int16]? = nil, noise: Double = -75
  ) -> Fidelity? {
    let end = 20 * Sound.sampleRate
    let speech = SoundFigures.speech(voice, in: Sound.sampleRate..<end, count: end, level: -24)
    var generator = SeededGenerator(seed: 7)
    let peak = Float(3 * SoundFigures.ratio(decibels: noise)).squareRoot()
    let said = speech.map { $0 + Float.random(in: -peak...peak, using: &generator) }
    let played = far.map { SoundFigures.speech($0, in: 0..<end, count: end, level: -24) }
    guard let out = clean(said, parts, playing: played) else { return nil }
    return Fidelity(of: out, against: said, in: 6 * Sound.sampleRate..<end)
  }

  private func clean(
    _ samples: [Float], _ parts: VoiceParts, playing far: [Float]? = nil
  ) -> [Float]? {
    guard let processor = VoiceProcessor(parts) else { return nil }
    var chain = VoiceChain(processor, parts: parts)
    let silence = [Int16](repeating: 0, count: 960)
    var out: [Int16] = []
    for start in stride(from: 0, to: samples.count - 959, by: 960) {
      chain.played(far.map { $0[start..<start + 960].map(SoundFigures.sample) } ?? silence)
      var frame = samples[start..<start + 960].map(SoundFigures.sample)
      chain.clean(&frame, delaySamples: 1_920)
      out += frame
    }
    return SoundFigures.floats(out)
  }
}
