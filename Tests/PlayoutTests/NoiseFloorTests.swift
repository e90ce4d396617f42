import Playout
import Testing

@Suite("Noise floor")
struct NoiseFloorTests {
  @Test("is known after a second, and is that of the pauses between words")
  func pauses() {
    var floor = NoiseFloor()
    for block in 0..<99 {
      floor.hear(block % 40 < 30 ? 1e6 : 900)
      #expect(floor.energy == nil)
    }
    floor.hear(1e6)
    #expect(floor.energy == 900)
  }

  @Test("follows noise that has set in after three seconds, and noise that has ended at once")
  func changes() {
    var floor = NoiseFloor()
    for _ in 0..<300 { floor.hear(10) }
    for _ in 0..<295 { floor.hear(1_000) }
    #expect(floor.energy == 10)
    for _ in 0..<5 { floor.hear(1_000) }
    #expect(floor.energy == 1_000)
    for _ in 0..<5 { floor.hear(20) }
    #expect(floor.energy == 20)
  }
}
