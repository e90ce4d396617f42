import Synchronization

/// What went wrong at one sound device, counted by its thread and the media loop.
package final class AudioFaults: Sendable {
  /// The counters at one moment; they only grow.
  package struct Counts: Equatable, Sendable {
    /// How often the device had no room left for what it captured.
    package var overruns = 0
    /// How often the device ran out of what it should play.
    package var underruns = 0
    /// How often a device that gave or took nothing was started anew.
    package var restarts = 0
    /// Samples that found no room in the ring, or were too old after a stall.
    package var droppedSamples = 0
    /// Samples of silence that stood in for sound that was not there.
    package var missingSamples = 0

    package init() {}
  }

  private let overruns = Atomic<Int>(0)
  private let underruns = Atomic<Int>(0)
  private let restarts = Atomic<Int>(0)
  private let droppedSamples = Atomic<Int>(0)
  private let missingSamples = Atomic<Int>(0)

  package init() {}

  @_noLocks
  package func countOverrun() { overruns.wrappingAdd(1, ordering: .relaxed) }

  @_noLocks
  package func countUnderrun() { underruns.wrappingAdd(1, ordering: .relaxed) }

  @_noLocks
  package func countRestart() { restarts.wrappingAdd(1, ordering: .relaxed) }

  @_noLocks
  package func countDropped(_ sampleCount: Int) {
    droppedSamples.wrappingAdd(sampleCount, ordering: .relaxed)
  }

  @_noLocks
  package func countMissing(_ sampleCount: Int) {
    missingSamples.wrappingAdd(sampleCount, ordering: .relaxed)
  }

  package var counts: Counts {
    var counts = Counts()
    counts.overruns = overruns.load(ordering: .relaxed)
    counts.underruns = underruns.load(ordering: .relaxed)
    counts.restarts = restarts.load(ordering: .relaxed)
    counts.droppedSamples = droppedSamples.load(ordering: .relaxed)
    counts.missingSamples = missingSamples.load(ordering: .relaxed)
    return counts
  }
}
