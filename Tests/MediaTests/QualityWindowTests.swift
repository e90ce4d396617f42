import Basics
import Testing

@testable import Media

@Suite("Quality window")
struct QualityWindowTests {
  @Test("compares with the second before")
  func rates() {
    var window = QualityWindow()
    var traffic = Flow.Traffic()
    var last = MediaStatistics()
    for second in 0...3 {
      traffic.packetsReceived += 50
      traffic.bytesReceived += 50 * 172
      traffic.packetsSent += 25
      traffic.bytesSent += 25 * 172
      last = judge(&window, second * 1_000, traffic) {
        $0.packetsReceived = (second + 1) * 50
        $0.packetsLost = second * 50 / 4
        $0.totalSamplesReceived = (second + 1) * 48_000
        $0.concealedSamples = second * 4_800
      }
    }
    #expect(last.receivedBitrate == 50 * 200 * 8)
    #expect(last.sentBitrate == 25 * 200 * 8)
    #expect(abs(last.recentLoss - 12.0 / 62) < 0.01)
    #expect(abs(last.recentConcealment - 0.1) < 0.001)
  }

  @Test("marks by what could not be repaired, over five seconds")
  func marks() {
    var window = QualityWindow()
    var good = MediaStatistics()
    for second in 0...5 {
      good = judge(&window, second * 1_000, .init()) {
        $0.packetsReceived = second * 45
        $0.packetsLost = second * 5
        $0.recoveredPackets = second * 5
        $0.roundTripTime = 0.1
        $0.bufferDelay = 0.04
      }
    }
    #expect(abs((good.mos ?? 0) - 4.3) < 0.1)

    var bad = MediaStatistics()
    for second in 6...10 {
      bad = judge(&window, second * 1_000, .init()) {
        $0.packetsReceived = second * 45
        $0.packetsLost = second * 5
        $0.recoveredPackets = 25
        $0.roundTripTime = 0.1
        $0.bufferDelay = 0.04
      }
    }
    #expect((bad.mos ?? 5) < 2.8)
  }

  @Test("what gathers before a loudspeaker begins is no delay")
  func notBegun() {
    var window = QualityWindow()
    let waiting = judge(&window, 1_000, .init()) {
      $0.roundTripTime = 0.1
      $0.bufferDelay = 1
    }
    #expect(waiting.estimatedDelay < 0.1)
    let playing = judge(&window, 2_000, .init()) {
      $0.roundTripTime = 0.1
      $0.bufferDelay = 0.04
      $0.jitterBufferDelay = 48_000 * 0.06
      $0.jitterBufferEmittedCount = 48_000
    }
    #expect(playing.estimatedDelay > 0.11)
    let stopped = judge(&window, 3_000, .init()) {
      $0.roundTripTime = 0.1
      $0.bufferDelay = 0.2
      $0.jitterBufferDelay = 48_000 * 0.06
      $0.jitterBufferEmittedCount = 48_000
    }
    #expect(stopped.estimatedDelay > 0.25)
  }

  @Test("a loudspeaker that begins late is not the network's fault")
  func unheard() {
    var window = QualityWindow()
    var statistics = MediaStatistics()
    for second in 0...2 {
      statistics = judge(&window, second * 1_000, .init()) {
        $0.packetsReceived = second * 50
        $0.packetsDiscarded = second * 48
        $0.unheardPackets = second * 48
      }
    }
    #expect((statistics.mos ?? 0) > 4)
  }

  @Test("gives no mark before there was sound, and the worst while nothing arrives")
  func ends() {
    var window = QualityWindow()
    var statistics = MediaStatistics()
    window.judge(&statistics, traffic: .init(), hasFlowed: false, isStalled: false, at: .zero)
    #expect(statistics.mos == nil)
    window.judge(&statistics, traffic: .init(), hasFlowed: true, isStalled: true, at: .zero)
    #expect(statistics.mos == 1)
  }

  @Test("keeps the rate when it is asked again at once")
  func again() {
    var window = QualityWindow()
    _ = judge(&window, 0, .init()) { _ in }
    var traffic = Flow.Traffic()
    traffic.bytesReceived = 10_000
    let first = judge(&window, 1_000, traffic) { _ in }
    let second = judge(&window, 1_001, traffic) { _ in }
    #expect(first.receivedBitrate == 80_000)
    #expect((75_000...80_000).contains(second.receivedBitrate))
  }

  private func judge(
    _ window: inout QualityWindow, _ milliseconds: Int, _ traffic: Flow.Traffic,
    _ fill: (inout MediaStatistics) -> Void
  ) -> MediaStatistics {
    var statistics = MediaStatistics()
    fill(&statistics)
    window.judge(
      &statistics, traffic: traffic, hasFlowed: true, isStalled: false,
      at: Instant.zero.advanced(by: .milliseconds(milliseconds)))
    return statistics
  }
}
