import Media

/// What the phone itself plays: one call tone at a time, and the tones of keys that were pressed.
///
/// - Bound: 64 keys wait; four signals fade at once.
struct SignalTones {
  private var current: (tone: CallTone, generator: ToneGenerator)?
  private var fading: [ToneGenerator] = []
  private var keys: [ToneGenerator] = []

  /// Whether there is anything to be heard.
  var isSounding: Bool { current != nil || !fading.isEmpty || !keys.isEmpty }

  /// Goes over to that tone; the same one again goes on as it is.
  mutating func start(_ tone: CallTone) {
    guard current?.tone != tone else { return }
    stop()
    current = (tone, ToneGenerator(tone))
  }

  mutating func stop() {
    guard var (_, generator) = current else { return }
    generator.stop()
    fading.append(generator)
    if fading.count > 4 { fading.removeFirst() }
    current = nil
  }

  mutating func press(_ digits: String) {
    for key in digits where keys.count < 64 {
      if let generator = ToneGenerator(key: key) { keys.append(generator) }
    }
  }

  mutating func add(to mixer: inout Mixer, sampleCount: Int, from first: Gain, to last: Gain) {
    if current != nil, let samples = current?.generator.next(sampleCount: sampleCount) {
      mixer.add(samples, from: first, to: last)
    }
    for index in fading.indices {
      mixer.add(fading[index].next(sampleCount: sampleCount), from: first, to: last)
    }
    fading.removeAll(where: \.isFinished)
    if !keys.isEmpty {
      mixer.add(keys[0].next(sampleCount: sampleCount), from: first, to: last)
      if keys[0].isFinished { keys.removeFirst() }
    }
  }
}
