import Basics
import CLinux
package import Media
import VoiceProcessing

/// Speech through a simulated room and the voice processor, in virtual time.
///
/// For 14 s somebody speaks there, for 8 s both speak, for 6 s somebody speaks here. The devices' clocks
/// differ, their delays are told with errors, and the loop that carries sound is late now and then.
package struct EchoBench {
  package struct Conditions: Sendable {
    /// From the loop to the air and back, without the room, in milliseconds.
    package var delay = 60
    /// By how much what the devices tell of their delay is too little, in milliseconds; negative when it is
    /// too much.
    package var hiddenDelay = 0
    /// By how much the loudspeaker's clock is faster than the microphone's, in millionths.
    package var drift = 50.0
    /// Whether the clocks are compared, and what is played brought to the microphone's.
    package var followsClocks = true
    /// From when on the enhancement is measured, in seconds.
    package var settled = 6
    /// By how much the echo is softer than what was played, in dB.
    package var returnLoss = 6.0
    /// Until the room has become 60 dB quieter, in seconds.
    package var reverberation = 0.3
    package var seed: UInt64 = 1
    /// For how long the loudspeaker runs dry every 3 s, in milliseconds: it plays all that follows later.
    package var dryness = 0
    /// By how much at the most what the devices tell of their delay is wrong, in samples.
    package var inexactness = 96
    /// 960, or 480 at low latency.
    package var frameSamples = 960
    /// Gain control would be mistaken for an echo that comes back.
    package var parts = VoiceParts(controlsGain: false)

    package init() {}
  }

  /// Levels and ratios in dB.
  package struct Outcome: Sendable {
    /// Echo return loss enhancement while only the far end speaks, once settled.
    package var enhancement: Double
    /// The level of what is left then, noise included.
    package var residual: Double
    /// After how many seconds the enhancement first was 20 dB over a second; `nil` if never.
    package var convergence: Double?
    /// For how many seconds, once settled, the echo was not 20 dB softer over a tenth of a second.
    package var relapse: Double
    /// By how much whoever speaks here is softer while both speak, and when alone.
    package var doubleTalkAttenuation: Double
    package var nearAttenuation: Double
    /// The mean of the tenth of 100 ms each of what is said here in which it is softest while both speak.
    package var worstDoubleTalkAttenuation: Double
    /// Segmental signal-to-noise ratio of what is said here while both speak; the echo is noise.
    package var doubleTalkRatio: Double
    /// By how much the echo is softer while both speak.
    package var doubleTalkEnhancement: Double
    /// Processor time for each block of 10 ms, in microseconds, ascending.
    package var blockTimes: [Double]
    /// What came out.
    package var sound: [Int16]
  }

  private let far: [Float]
  private let near: [Float]
  private let conditions: Conditions

  /// - Parameters: speech at 48 kHz, not empty; repeated as often as it takes.
  package init(far: [Int16], near: [Int16], conditions: Conditions = Conditions()) {
    self.far = SoundFigures.speech(
      far, in: 0..<Self.nearAlone, count: Self.end, level: Self.speechLevel)
    self.near = SoundFigures.speech(
      near, in: Self.doubleTalk..<Self.end, count: Self.end, level: Self.speechLevel)
    self.conditions = conditions
  }

  /// - Returns: `nil` when there is no memory for a processor.
  package func run() -> Outcome? {
    let echo = echo()
    var generator = SeededGenerator(seed: conditions.seed &+ 77)
    var microphone = [Int16](repeating: 0, count: echo.count)
    for index in microphone.indices {
      let noise = Float.random(in: -1...1, using: &generator) * Self.roomNoise
      microphone[index] = SoundFigures.sample(echo[index] + near[index] + noise)
    }
    guard let (sound, times) = process(microphone) else { return nil }
    return measure(sound, echo: echo, times: times.sorted())
  }

  /// The echo by the microphone's clock.
  private func echo() -> [Float] {
    let room = RoomModel(
      seed: conditions.seed, returnLoss: conditions.returnLoss,
      reverberation: conditions.reverberation)
    let response = room.response(to: played)
    let playbackDelay = Double(conditions.delay) * Self.halfMillisecond
    var result = [Float](repeating: 0, count: far.count)
    response.withUnsafeBufferPointer { response in
      for index in result.indices {
        let place = (Double(index) - playbackDelay) * pace
        let first = Int(place.rounded(.down))
        guard first >= 0, first + 1 < response.count else { continue }
        let share = Float(place - Double(first))
        result[index] = response[first] * (1 - share) + response[first + 1] * share
      }
    }
    return result
  }

  /// Brings loudspeaker and microphone to the processor in the order in which a phone does.
  private func process(_ microphone: [Int16]) -> (sound: [Int16], times: [Double])? {
    guard let processor = VoiceProcessor(conditions.parts) else { return nil }
    var chain = VoiceChain(
      processor, parts: conditions.parts, followsClocks: conditions.followsClocks)
    var lateness = SeededGenerator(seed: conditions.seed &+ 99)
    var errors = SeededGenerator(seed: conditions.seed &+ 123)
    let loudspeaker = far.map(SoundFigures.sample)
    let halfDelay = Double(conditions.delay) * Self.halfMillisecond
    let size = conditions.frameSamples
    var sound: [Int16] = []
    var times: [Double] = []
    var (pulled, start, error, late) = (0, 0, 0, 0)
    while start + size <= microphone.count {
      // The loop is late by up to 5 ms.
      let now = Double(start + size) + halfDelay + .random(in: 0..<240, using: &lateness)
      let began = Self.processorTime
      while Double(pulled + lag(ofGiven: pulled)) / pace <= now, pulled + 480 <= loudspeaker.count {
        chain.played(Array(loudspeaker[pulled..<pulled + 480]))
        pulled += 480
      }
      let heard = (Double(start) - halfDelay) * pace
      // Devices are asked where they stand six times a second, and do not tell it exactly.
      if start / size % 8 == 0 {
        error = .random(in: -conditions.inexactness...conditions.inexactness, using: &errors)
        late = lag(ofPlayed: Int(heard))
      }
      let told = pulled - (Int(heard) - late) - conditions.hiddenDelay * 48 + error
      var frame = Array(microphone[start..<start + size])
      chain.clean(&frame, delaySamples: told)
      times.append((Self.processorTime - began) * 1e6 * 480 / Double(size))
      sound += frame
      start += size
    }
    return (sound, times)
  }

  /// What the loudspeaker plays, by its own clock.
  private var played: [Float] {
    guard dryCount > 0 else { return far }
    var result: [Float] = []
    for start in stride(from: 0, to: far.count, by: Self.dryInterval) {
      result += repeatElement(0, count: start > 0 ? dryCount : 0)
      result += far[start..<min(start + Self.dryInterval, far.count)]
    }
    return Array(result[..<far.count])
  }

  /// By how much later than without having run dry a sample that was given is played.
  private func lag(ofGiven place: Int) -> Int { place / Self.dryInterval * dryCount }

  /// The same for what is played at a place.
  private func lag(ofPlayed place: Int) -> Int {
    max(0, place) / (Self.dryInterval + dryCount) * dryCount
  }

  private var dryCount: Int { conditions.dryness * Self.second / 1_000 }

  private func measure(_ sound: [Int16], echo: [Float], times: [Double]) -> Outcome {
    let out = SoundFigures.floats(sound)
    let alone = conditions.settled * Self.second..<Self.doubleTalk
    let both = Self.doubleTalk..<Self.nearAlone
    // Once there is nothing to cancel, sound takes a shorter way.
    let after = Self.nearAlone + 2 * Self.second..<out.count
    let residual = SoundFigures.energy(out, alone)
    let shift = SoundFigures.shift(of: out, against: near, in: both)
    let laterShift = SoundFigures.shift(of: out, against: near, in: after)
    return Outcome(
      enhancement: SoundFigures.decibels(SoundFigures.energy(echo, alone) / residual),
      residual: SoundFigures.decibels(residual), convergence: convergence(out, echo),
      relapse: relapse(out, echo, alone),
      doubleTalkAttenuation: SoundFigures.attenuation(of: near, in: out, both, shift: shift),
      nearAttenuation: SoundFigures.attenuation(of: near, in: out, after, shift: laterShift),
      worstDoubleTalkAttenuation: SoundFigures.worstAttenuation(
        of: near, in: out, both, shift: shift),
      doubleTalkRatio: Fidelity(of: out, against: near, in: both).segmentalRatio,
      doubleTalkEnhancement: SoundFigures.attenuation(of: echo, in: out, both, shift: shift),
      blockTimes: times, sound: sound)
  }

  private func convergence(_ out: [Float], _ echo: [Float]) -> Double? {
    for start in stride(from: 0, to: Self.doubleTalk - Self.second, by: Self.second / 4) {
      let window = start..<start + Self.second
      let before = SoundFigures.energy(echo, window)
      // Without any echo there is nothing to be seen.
      guard before > 1e-6 else { continue }
      if before > 100 * SoundFigures.energy(out, window) {
        return Double(start) / Double(Self.second)
      }
    }
    return nil
  }

  private func relapse(_ out: [Float], _ echo: [Float], _ range: Range<Int>) -> Double {
    let step = Self.second / 10
    let bad = stride(from: range.lowerBound, to: range.upperBound - step, by: step).filter {
      let window = $0..<$0 + step
      let before = SoundFigures.energy(echo, window)
      // Soft echoes are hidden by the room's noise.
      return before > Self.audible && before < 100 * SoundFigures.energy(out, window)
    }
    return Double(bad.count) / 10
  }

  private var pace: Double { 1 + conditions.drift / 1e6 }

  /// Of this thread, in seconds.
  private static var processorTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  // Samples from the beginning.
  private static let second = Sound.sampleRate
  private static let dryInterval = 3 * second
  private static let doubleTalk = 14 * second
  private static let nearAlone = 22 * second
  private static let end = 28 * second
  /// Half of the delay is the loudspeaker's, half the microphone's.
  private static let halfMillisecond = Double(second) / 2_000
  /// Of both, in dB below full scale.
  private static let speechLevel = -23.0
  /// Peak; −70 dBFS as a mean.
  private static let roomNoise: Float = 0.000_55
  /// −40 dBFS, as a mean square.
  private static let audible = 1e-4
}
