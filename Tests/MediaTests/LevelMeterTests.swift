import Media
import RTP
import Testing

@Suite("Level meter")
struct LevelMeterTests {
  @Test("calls a full-scale square 0 and silence 127")
  func ends() {
    var meter = LevelMeter()
    #expect(meter.level.level == 127)
    meter.measure([32_767, -32_767, 32_767, -32_767])
    #expect(meter.level.level == 0)
    #expect(meter.linear > 0.999)
    meter.measure([0, 0, 0])
    #expect(meter.level.level == 127)
  }

  @Test(
    "follows the amplitude in decibels",
    arguments: [(16_384, 6), (3_277, 20), (328, 40), (33, 60), (1, 90)])
  func levels(amplitude: Int16, expected: UInt8) {
    var meter = LevelMeter()
    meter.measure([amplitude, -amplitude])
    #expect(meter.level.level == expected)
    #expect(abs(meter.linear - meter.level.rootMeanSquare) < meter.linear * 0.1)
  }

  @Test("rises at once and falls slowly to nothing")
  func decay() {
    var meter = LevelMeter()
    meter.measure([16_384])
    meter.measure([0])
    #expect((0.39...0.41).contains(meter.linear))
    for _ in 0..<60 { meter.measure([0]) }
    #expect(meter.linear == 0)
    meter.measure([])
    #expect(meter.linear == 0)
  }

  @Test("bears the loudest negative sample")
  func extreme() {
    var meter = LevelMeter()
    meter.measure([Int16](repeating: .min, count: 2_880))
    #expect(meter.level.level == 0)
    #expect(meter.linear == 1)
  }
}
