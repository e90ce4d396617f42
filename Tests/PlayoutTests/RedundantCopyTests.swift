import Basics
import Playout
import Testing

@Suite("Redundant copies")
struct RedundantCopyTests {
  /// Sends a hundred packets with copies of the `copyCount` before each; those in `lost` do not come.
  private func run(lost: Set<Int64>, copyCount: Int64) -> PlayoutStatistics {
    var stream = PlayoutStream(decoder: VoiceDecoder())
    for index in Int64(0)..<200 {
      let now = Instant(nanoseconds: index * 20_000_000)
      if !lost.contains(index) {
        for copy in max(0, index - copyCount)..<index {
          stream.insertRedundant(
            VoiceDecoder.payload(timestamp: copy * 960), sequence: copy, timestamp: copy * 960,
            at: now)
        }
        _ = stream.insert(
          VoiceDecoder.payload(timestamp: index * 960), sequence: index, timestamp: index * 960,
          at: now)
      }
      for half in Int64(0)..<2 {
        let time = now.advanced(by: .milliseconds(3 + 10 * half))
        _ = stream.pull(sampleCount: 480, at: time)
      }
    }
    return stream.statistics
  }

  @Test("fill what is missing once the delay allows for them, and are counted")
  func fills() {
    let lost = Set((Int64(1)..<19).map { $0 * 10 })
    let statistics = run(lost: lost, copyCount: 1)
    #expect(statistics.recoveredPackets >= 14)
    #expect(statistics.concealedSamples <= 4 * 960)
    #expect(statistics.fecPacketsReceived == 181)
  }

  @Test("two copies fill a gap of two packets")
  func fillsTwo() {
    let lost = Set((Int64(1)..<10).flatMap { [$0 * 20, $0 * 20 + 1] })
    let one = run(lost: lost, copyCount: 1)
    let two = run(lost: lost, copyCount: 2)
    #expect(two.recoveredPackets >= 12)
    #expect(two.concealedSamples < one.concealedSamples)
  }

  @Test("change nothing when nothing is missing")
  func nothingMissing() {
    var with = run(lost: [], copyCount: 2)
    #expect(with.fecPacketsReceived == 397)
    with.fecPacketsReceived = 0
    #expect(with == run(lost: [], copyCount: 0))
  }

  @Test("leave what had its turn, came before the stream or cannot be read")
  func useless() {
    var stream = PlayoutStream(decoder: VoiceDecoder())
    let payload = VoiceDecoder.payload(timestamp: 9_600)
    #expect(stream.insertRedundant(payload, sequence: 10, timestamp: 9_600, at: .zero) == false)
    _ = stream.insert(payload, sequence: 10, timestamp: 9_600, at: .zero)
    #expect(stream.insertRedundant(payload, sequence: 10, timestamp: 9_600, at: .zero) == false)
    #expect(stream.insertRedundant(payload, sequence: 9, timestamp: 8_640, at: .zero) == false)
    #expect(stream.insertRedundant([], sequence: 11, timestamp: 10_560, at: .zero) == false)
    #expect(stream.insertRedundant(payload, sequence: 11, timestamp: 10_560, at: .zero) == true)
    for index in 0..<20 {
      _ = stream.pull(sampleCount: 480, at: Instant(nanoseconds: Int64(index) * 10_000_000))
    }
    #expect(stream.insertRedundant(payload, sequence: 11, timestamp: 10_560, at: .zero) == false)
    #expect(stream.statistics.packetsDiscarded == 0)
  }

  @Test("the packet itself takes its copy's place")
  func replaced() {
    var buffer = JitterBuffer()
    insert(10, into: &buffer)
    #expect(
      buffer.insertRedundant([1], sequence: 11, timestamp: 10_560, sampleCount: 960, at: .zero)
        == true)
    #expect(insert(11, into: &buffer) == .stored)
    #expect(insert(11, into: &buffer) == .duplicate)
    #expect(buffer.packetCount == 2)
    #expect(buffer.sampleCount == 1_920)
    let later = Instant(nanoseconds: 100_000_000)
    _ = buffer.next(neededCount: 480, at: later)
    guard case .decode(let playable) = buffer.next(neededCount: 480, at: later) else {
      Issue.record("the packet was not played")
      return
    }
    #expect(!playable.isCopy)
    #expect(playable.payload == [9])
  }

  @discardableResult
  private func insert(_ sequence: Int64, into buffer: inout JitterBuffer)
    -> JitterBuffer.InsertResult
  {
    buffer.insert(
      [9], sequence: sequence, timestamp: sequence * 960, sampleCount: 960, at: .zero)
  }
}
