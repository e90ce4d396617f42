/// A call-progress signal or a key's tone as samples; every part of it swells and fades, nothing
/// clicks.
///
/// - Source: cadences as in ITU-T E.180; key tones ITU-T Q.23.
package struct ToneGenerator: Sendable {
  /// One part of a signal: tones sounding together for a while; none is silence.
  private struct Step {
    var frequencies: [Int]
    var sampleCount: Int

    init(_ frequencies: [Int], milliseconds: Int) {
      self.frequencies = frequencies
      sampleCount = milliseconds * Sound.sampleRate / 1_000
    }
  }

  private let steps: [Step]
  private let isRepeated: Bool
  /// Of each tone, 0…1.
  private let amplitude: Double
  private var stepIndex = 0
  private var positionInStep = 0
  private var oscillators: [Oscillator]
  /// Samples left of the final fade; `nil` while the signal is wanted.
  private var fadeLeft: Int?
  /// Whether the signal has come to its end and yields only silence.
  package private(set) var isFinished = false

  /// A signal that goes on until it is stopped.
  package init(_ tone: CallTone) {
    switch tone {
    case .ring: self.init(Self.ring, repeated: true, amplitude: 0.16)
    case .ringback: self.init(Self.ringback, repeated: true, amplitude: 0.10)
    case .busy: self.init(Self.busy, repeated: true, amplitude: 0.10)
    case .failure: self.init(Self.failure, repeated: true, amplitude: 0.10)
    case .waiting: self.init(Self.waiting, repeated: true, amplitude: 0.08)
    }
  }

  /// The tone of a key, 100 ms of it and 50 ms of pause; `nil` when it is none of the sixteen keys.
  package init?(key: Character) {
    guard let index = Self.keys.firstIndex(where: { String($0) == key.uppercased() }) else {
      return nil
    }
    let tones = [Self.rows[index / 4], Self.columns[index % 4]]
    self.init(
      [Step(tones, milliseconds: 100), Step([], milliseconds: 50)], repeated: false, amplitude: 0.10
    )
  }

  private init(_ steps: [Step], repeated: Bool, amplitude: Double) {
    self.steps = steps
    isRepeated = repeated
    self.amplitude = amplitude
    oscillators = steps[0].frequencies.map(Oscillator.init)
  }

  /// Fades the signal out; it is finished a few milliseconds later.
  package mutating func stop() {
    if fadeLeft == nil { fadeLeft = Self.rampSampleCount }
  }

  /// The next `sampleCount` samples; silence once the signal is finished.
  package mutating func next(sampleCount: Int) -> [Int16] {
    var samples = [Int16](repeating: 0, count: max(0, sampleCount))
    var index = 0
    while index < samples.count, !isFinished {
      let count = min(samples.count - index, steps[stepIndex].sampleCount - positionInStep)
      fill(&samples, from: index, count: count)
      index += count
      positionInStep += count
      if positionInStep == steps[stepIndex].sampleCount { beginNextStep() }
    }
    return samples
  }

  private mutating func fill(_ samples: inout [Int16], from start: Int, count: Int) {
    let stepCount = steps[stepIndex].sampleCount
    for offset in 0..<count {
      var gain = amplitude * envelope(at: positionInStep + offset, of: stepCount)
      if let left = fadeLeft {
        guard left > 0 else {
          isFinished = true
          return
        }
        gain *= Double(left) / Double(Self.rampSampleCount)
        fadeLeft = left - 1
      }
      var sum = 0.0
      for tone in oscillators.indices { sum += oscillators[tone].next() }
      samples[start + offset] = Int16(clamping: Int(sum * gain * 32_767))
    }
  }

  /// How far a step has swollen or not yet faded, 0…1.
  private func envelope(at position: Int, of count: Int) -> Double {
    let distance = min(position, count - position)
    return distance >= Self.rampSampleCount
      ? 1 : Double(distance) / Double(Self.rampSampleCount)
  }

  private mutating func beginNextStep() {
    positionInStep = 0
    stepIndex += 1
    if stepIndex == steps.count {
      stepIndex = 0
      if !isRepeated { isFinished = true }
    }
    oscillators = steps[stepIndex].frequencies.map(Oscillator.init)
  }

  /// How long a tone takes to swell and to fade: 5 ms.
  private static let rampSampleCount = Sound.sampleRate / 200

  /// The keys in the order of their rows and columns.
  package static let keys: [Character] = Array("123A456B789C*0#D")
  private static let rows = [697, 770, 852, 941]
  private static let columns = [1_209, 1_336, 1_477, 1_633]

  /// Two rising thirds, twice, then a rest: heard from the next room and no alarm.
  private static let ring = [
    Step([659, 784], milliseconds: 180), Step([784, 988], milliseconds: 180),
    Step([], milliseconds: 120),
    Step([659, 784], milliseconds: 180), Step([784, 988], milliseconds: 180),
    Step([], milliseconds: 2_160),
  ]
  private static let ringback = [Step([425], milliseconds: 1_000), Step([], milliseconds: 4_000)]
  private static let busy = [Step([425], milliseconds: 500), Step([], milliseconds: 500)]
  /// The special information tone (E.180 §7).
  private static let failure = [
    Step([950], milliseconds: 330), Step([1_400], milliseconds: 330),
    Step([1_800], milliseconds: 330), Step([], milliseconds: 1_000),
  ]
  private static let waiting = [
    Step([425], milliseconds: 200), Step([], milliseconds: 200), Step([425], milliseconds: 200),
    Step([], milliseconds: 3_600),
  ]
}
