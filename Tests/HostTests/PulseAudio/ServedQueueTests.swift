import Basics
import Testing

@testable import PulseAudio

@Suite("What a sound server has to play")
struct ServedQueueTests {
  @Test(
    "does for each time that the device takes its portion, however long frames are",
    arguments: [240, 480], [5, 6, 7, 8, 9, 11])
  func neverDry(periodSamples: Int, halfPeriods: Int) {
    for seed: UInt64 in 1...20 {
      var server = Server(periodSamples: periodSamples, kept: halfPeriods * periodSamples / 2)
      var generator = SeededGenerator(seed: seed)
      server.serve(using: &generator)
      for count in 0..<5_000 {
        let held = server.held
        guard server.takePortion(using: &generator) else {
          Issue.record("\(seed): dry after \(count) portions, held \(held)")
          break
        }
        server.serve(using: &generator)
      }
      #expect(server.mostHeld <= server.queue.portion + 4 * periodSamples)
    }
  }

  @Test("is told to keep a portion for the device beside its own and two steps")
  func target() {
    var queue = ServedQueue(periodSamples: 480, keeping: 1_200)
    #expect(queue.portion == 480)
    #expect(queue.target == 1_200)
    queue.keep(1_440)
    #expect(queue.portion == 720)
    #expect(queue.target == 1_680)
    queue.keep(0)
    #expect(queue.portion == 240)
  }

  @Test(
    "is looked at again when the device has taken as much as makes more due",
    arguments: [(-960, 1_440), (-959, 960), (-480, 960), (-479, 480), (-240, 480), (0, 480)])
  func forecast(room: Int, samples: Int) {
    var queue = ServedQueue(periodSamples: 480, keeping: 1_200)
    queue.room = room
    #expect(!queue.isDue)
    #expect(queue.samplesUntilDue == samples)
    #expect(queue.tellingsUntilDue == samples / 480)
    queue.room += samples
    #expect(queue.isDue)
  }

  @Test("is late once more than a portion is missing")
  func late() {
    var queue = ServedQueue(periodSamples: 480, keeping: 1_200)
    queue.room = 480
    #expect(queue.isDue && !queue.isLate)
    queue.room = 481
    #expect(queue.isLate)
  }
}

/// Takes portions for its device, and tells once a step of what it has is missing.
private struct Server {
  private(set) var held = 0
  private(set) var mostHeld = 0
  private(set) var queue: ServedQueue
  /// What is missing and not told yet.
  private var untold = 0

  init(periodSamples: Int, kept: Int) {
    queue = ServedQueue(periodSamples: periodSamples, keeping: kept)
    held = queue.portion + 2 * queue.step
  }

  /// - Returns: whether there was enough. A device that is late takes what has gone by since as well.
  mutating func takePortion(using generator: inout some RandomNumberGenerator) -> Bool {
    let portion = queue.portion + .random(in: 0...24, using: &generator)
    guard held >= portion else { return false }
    held -= portion
    untold += portion
    if untold >= queue.step {
      queue.room += untold
      untold = 0
    }
    return true
  }

  /// Gives frames of one or two periods, as the jitter buffer has them.
  mutating func serve(using generator: inout some RandomNumberGenerator) {
    while queue.isDue {
      let count = (Bool.random(using: &generator) ? 8 : 4) * queue.step
      held += count
      queue.room -= count
    }
    mostHeld = max(mostHeld, held)
  }
}
