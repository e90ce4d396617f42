import Assembly
import Testing

@Suite("Bursts that measure a delay")
struct LatencyProbeTests {
  private let said = LatencyProbe.sound()

  private func heard(after milliseconds: Int, scale: Int = 1) -> [Int16] {
    [Int16](repeating: 0, count: LatencyProbe.sampleRate * milliseconds / 1_000)
      + said.map { $0 / Int16(scale) }
  }

  @Test("are found as late as they are, however loud", arguments: [0, 20, 76, 300])
  func found(milliseconds: Int) {
    let delays = LatencyProbe.delays(from: said, to: heard(after: milliseconds, scale: 5))
    #expect(delays == [Duration](repeating: .milliseconds(milliseconds), count: delays.count))
    #expect(delays.count == LatencyProbe.burstCount)
  }

  @Test("are left out where nothing or something else is heard")
  func lost() {
    var heard = heard(after: 50)
    let half = heard.count / 2
    for index in half..<heard.count { heard[index] = index % 7 == 0 ? 900 : 0 }
    #expect(
      (1..<LatencyProbe.burstCount).contains(LatencyProbe.delays(from: said, to: heard).count))
    #expect(LatencyProbe.delays(from: said, to: []).isEmpty)
    #expect(LatencyProbe.delays(from: [], to: heard).isEmpty)
  }
}
