import Realtime
import Testing

@testable import AlsaAudio

@Suite("What is kept in a playback device")
struct PlaybackQueueTests {
  private let second: Int64 = 1_000_000_000

  private func queue() -> PlaybackQueue {
    PlaybackQueue(least: 960, most: 2_880, step: 480, at: 0)
  }

  /// Says that all went well every 10 ms.
  private func calm(_ queue: inout PlaybackQueue, left: Int, from start: Int64, for time: Int64) {
    for now in stride(from: start, to: start + time, by: 10_000_000) {
      queue.wentWell(left: left, at: now)
    }
  }

  @Test("begins a period above the least, and grows by a period with trouble, up to its bound")
  func grows() {
    var queue = queue()
    #expect(queue.samples == 1_440)
    for count in 1...10 {
      queue.hadTrouble(at: Int64(count) * second)
      #expect(queue.samples == min(1_440 + 480 * count, 2_880))
    }
  }

  @Test("grows by half when the device had to be started anew")
  func growsFast() {
    var queue = PlaybackQueue(least: 480, most: 3_840, step: 240, at: 0)
    var sizes = [queue.samples]
    for count in 1...6 {
      queue.hadTrouble(hasStopped: true, at: Int64(count) * second)
      sizes.append(queue.samples)
    }
    #expect(sizes == [720, 960, 1_440, 2_160, 3_120, 3_840, 3_840])
  }

  @Test("grows once when several periods in a row were late")
  func oneTrouble() {
    var queue = queue()
    for count in 0..<20 { queue.hadTrouble(at: second + Int64(count) * 10_000_000) }
    #expect(queue.samples == 1_920)
  }

  @Test("shrinks after three seconds in which less would have done, and not below the least")
  func shrinks() {
    var queue = queue()
    calm(&queue, left: 960, from: 0, for: 3 * second)
    #expect(queue.samples == 1_440)
    queue.wentWell(left: 960, at: 3 * second)
    #expect(queue.samples == 960)
    calm(&queue, left: 960, from: 3 * second, for: 100 * second)
    #expect(queue.samples == 960)
  }

  @Test("does not shrink while the device comes down to what would be taken away")
  func needed() {
    var queue = queue()
    for window in 0..<20 {
      calm(&queue, left: 960, from: Int64(window) * second, for: second)
      queue.wentWell(left: 700, at: Int64(window + 1) * second)
    }
    #expect(queue.samples == 1_440)
  }

  @Test("waits twice as long after each return of trouble, and not for ever")
  func patience() {
    var queue = queue()
    calm(&queue, left: 960, from: 0, for: 4 * second)
    var now = 10 * second
    var calm = PlaybackQueue.shortestCalm
    for _ in 0..<10 {
      queue.hadTrouble(at: now)
      queue.wentWell(left: 960, at: now + calm - 1)
      #expect(queue.samples == 1_440)
      queue.wentWell(left: 960, at: now + calm)
      #expect(queue.samples == 960)
      now += calm + second
      calm = min(calm * 2, PlaybackQueue.longestCalm)
    }
  }

  @Test("is back at the least soon after a troubled start, however often there was trouble")
  func troubledStart() {
    var queue = PlaybackQueue(least: 960, most: 3_840, step: 480, at: 0)
    for count in 1...20 { queue.hadTrouble(at: Int64(count) * second / 5) }
    #expect(queue.samples == 3_840)
    var sizes: [Int] = []
    for now in stride(from: 4 * second, to: 20 * second, by: 10_000_000) {
      queue.wentWell(left: queue.samples - 480, at: now)
      if sizes.last != queue.samples { sizes.append(queue.samples) }
    }
    #expect(sizes == [3_840, 2_400, 1_920, 1_440, 960])
  }

  @Test("gives up no more at once than the device has left over")
  func shrinksByWhatIsLeft() {
    var queue = PlaybackQueue(least: 960, most: 3_840, step: 480, at: 0)
    for count in 1...20 { queue.hadTrouble(at: Int64(count) * second / 5) }
    queue.wentWell(left: 720, at: 60 * second)
    #expect(queue.samples == 3_360)
    queue.wentWell(left: 719, at: 120 * second)
    #expect(queue.samples == 3_360)
    queue.wentWell(left: 1_200, at: 180 * second)
    #expect(queue.samples == 2_400)
  }

  @Test("waits half as long once less has done")
  func trust() {
    var queue = PlaybackQueue(least: 960, most: 3_840, step: 480, at: 0)
    var now: Int64 = 0
    // Less proves to be too little, three times.
    for _ in 0..<4 {
      queue.wentWell(left: 720, at: now + PlaybackQueue.longestCalm)
      now += PlaybackQueue.longestCalm + second
      queue.hadTrouble(at: now)
    }
    queue.hadTrouble(at: now + second)
    queue.hadTrouble(at: now + 2 * second)
    #expect(queue.samples == 2_400)
    var waits: [Int64] = []
    var last = now + 2 * second
    for now in stride(from: last, to: last + 70 * second, by: 10_000_000) {
      let before = queue.samples
      queue.wentWell(left: 720, at: now)
      guard queue.samples < before else { continue }
      waits.append((now - last) / second)
      last = now
    }
    #expect(queue.samples == 960)
    #expect(waits == [24, 24, 12])
  }
}

@Suite("The progress of a playback device")
struct PlaybackProgressTests {
  /// Looks every 160 ms at a device whose clock is off by so many parts in a million, with an uneven
  /// account of itself, and that stands still for a while after ten seconds.
  ///
  /// - Returns: the times in milliseconds at which it was taken for stalled.
  private func stalls(driftPerMillion: Double, gapMilliseconds: Double) -> [Int] {
    var progress = PlaybackProgress()
    var given = 0
    var found: [Int] = []
    for look in 0..<200 {
      let milliseconds = look * 160
      var played = Double(milliseconds) * 48 * (1 + driftPerMillion / 1e6)
      if milliseconds > 10_000 { played -= gapMilliseconds * 48 }
      // What waits is told up to 2 ms too late.
      let delay = 960 + (look * 37) % 96
      let target = Int(played) + 960
      progress.gave(target - given)
      given = target
      if progress.hasStalled(delay: delay, at: Int64(milliseconds) * 1_000_000) {
        found.append(milliseconds)
      }
    }
    return found
  }

  @Test("a clock that is a little off is no stall", arguments: [-500.0, -300, 0, 300, 500])
  func drift(parts: Double) {
    #expect(stalls(driftPerMillion: parts, gapMilliseconds: 0).isEmpty)
  }

  @Test("a gap of 10 ms is found once, within three seconds", arguments: [-300.0, 0, 300])
  func gap(parts: Double) throws {
    let found = stalls(driftPerMillion: parts, gapMilliseconds: 10)
    #expect(found.count == 1)
    #expect((10_000...13_000).contains(try #require(found.first)))
  }
}
