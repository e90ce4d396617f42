/// Where sound comes from: a microphone, a file, a tone, silence.
///
/// Samples are 48 kHz, mono, 16 bits. The input's own thread fills the ring; the media loop empties
/// it. Start and stop are called by one thread at a time.
package protocol AudioInput: AnyObject, Sendable {
  /// An ALSA name, or what was given in a device's place, such as `file:speech.wav`.
  var name: String { get }
  /// Filled by the input, emptied by the media loop.
  var ring: AudioRing { get }
  /// Rung after each period, when the device has opened, and when the input ends or fails.
  var doorbell: Doorbell { get }
  var faults: AudioFaults { get }
  var state: AudioDeviceState { get }
  /// How much arrives at once. Settled when the state is no longer `opening`.
  var periodSamples: Int { get }
  /// Where the device stands, as noted some time ago; `nil` if it does not tell.
  var position: AudioPosition? { get }

  /// Begins to fill the ring. Does not wait for a device to open: the state is `opening` until the
  /// doorbell tells that it is `running` or `failed`.
  ///
  /// - Throws: what is wrong with a file, or that there is no thread; what is wrong with a device
  ///   comes later, as its state.
  func start() throws(AudioDeviceError)
  /// Ends the thread and gives the device back; waits for that, but never longer than a second.
  /// Harmless when not started. An input is not started again.
  func stop()
}

extension AudioInput {
  /// The age of a sample when it reaches the ring, as far as the device tells, in samples.
  package var delaySamples: Int { max(0, position?.delay ?? 0) }

  /// How old the next sample is that the media loop takes: from the air, through the device and the ring.
  /// Negative where the device gives what will be heard only later.
  ///
  /// - Parameter now: in nanoseconds of the monotonic clock. The answer does not depend on when in a
  ///   period the question comes.
  package func ageSamples(at now: Int64) -> Int {
    guard let position, let passed = position.passed(at: now) else {
      return delaySamples + ring.count
    }
    return max(min(0, position.delay), position.count + position.delay + passed - ring.takenCount)
  }
}

/// Where sound goes: a loudspeaker, a file, nowhere.
///
/// Samples are 48 kHz, mono, 16 bits. The media loop fills the ring; the output's own thread empties
/// it at the device's pace. Start and stop are called by one thread at a time.
package protocol AudioOutput: AnyObject, Sendable {
  /// An ALSA name, or what was given in a device's place, such as `file:out.wav`.
  var name: String { get }
  /// Filled by the media loop, emptied by the output.
  var ring: AudioRing { get }
  /// Rung when sound is wanted, once a period, when the device has opened, and when the output fails.
  var doorbell: Doorbell { get }
  /// Rung by whoever writes into the ring, for an output that waits for it.
  var answer: Doorbell? { get }
  var faults: AudioFaults { get }
  var state: AudioDeviceState { get }
  /// How much is taken at once. Settled when the state is no longer `opening`.
  var periodSamples: Int { get }
  /// How much the ring should hold after the media loop has answered the doorbell: one period, or
  /// more where robustness is preferred to a short delay.
  var reserveSamples: Int { get }
  /// Where the device stands, as noted some time ago; `nil` if it does not tell.
  var position: AudioPosition? { get }

  /// Begins to empty the ring. As ``AudioInput/start()``.
  func start() throws(AudioDeviceError)
  /// As ``AudioInput/stop()``. What is left in the ring and the device is not played.
  func stop()
}

extension AudioOutput {
  package var answer: Doorbell? { nil }

  /// How many samples the media loop is to write now; nothing when zero.
  package var wantedSamples: Int { max(reserveSamples - ring.count, 0) }

  /// Gives, as the media loop, what is wanted at this moment.
  ///
  /// What the output takes meanwhile it will ask for again, by its doorbell: who gave it at once would be
  /// a period early, and that only now and then.
  ///
  /// - Parameters:
  ///   - portion: how much is made at a time, at most.
  ///   - limit: how much is given at most.
  ///   - make: makes as many samples as it is asked for; more of them wait for the next time.
  package func supply(
    inPortionsOf portion: Int, atMost limit: Int, from make: (Int) -> [Int16]
  ) {
    var wanted = min(wantedSamples, limit)
    while wanted > 0 {
      let count = min(wanted, portion)
      write(make(count))
      wanted -= count
    }
  }

  /// How long a sample taken from the ring waits until it sounds, as far as the device tells, in samples.
  package var delaySamples: Int { position?.delay ?? 0 }

  /// How long a sample that the media loop writes now waits until it sounds: in the ring and in the
  /// device. As ``AudioInput/ageSamples(at:)``.
  package func latencySamples(at now: Int64) -> Int {
    guard let position, let passed = position.passed(at: now) else {
      return delaySamples + ring.count
    }
    return max(0, ring.writtenCount - (position.count - position.delay + passed))
  }

  /// Appends samples, as the media loop; what finds no room is dropped and counted.
  package func write(_ samples: [Int16]) {
    let fitting = ring.write(samples)
    if fitting < samples.count { faults.countDropped(samples.count - fitting) }
    answer?.ring()
  }
}
