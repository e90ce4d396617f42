import Basics
import Media
import SDP
import Simulation
import Testing

@Suite("Media session: a call")
struct SessionCallTests {
  @Test("finds a path, agrees on keys and carries sound both ways")
  func connects() {
    let pair = SessionPair()
    pair.run(for: .seconds(3))

    for side in SessionPair.Side.allCases {
      #expect(pair.session(side).state == .flowing)
      #expect(pair.count(side) { $0 == .secured } == 1)
      #expect(pair.count(side) { $0 == .flowing } == 1)
      #expect(pair.ports[side.rawValue].handshakes[0].startCount == 1)
    }
    #expect(pair.heard[1].suffix(50).allSatisfy { (1_000..<2_000).contains($0) })
    #expect(pair.heard[0].suffix(50).allSatisfy { (3_000..<4_000).contains($0) })
    #expect(pair.violations == [])
  }
}
