import Basics
import Playout
import Testing

/// The voice of the simulation goes on without a pause in which a delay could be shortened unheard.
@Suite("Attendance")
struct AttendanceTests {
  @Test(
    "sound is in time at once when somebody pulls again after a while",
    arguments: [400.0, 2_000, 60_000])
  func missed(milliseconds: Double) {
    var simulation = PlayoutSimulation()
    simulation.deafness = 10_000..<10_000 + milliseconds
    let outcome = simulation.run(Array(repeating: 0, count: 1_000 + Int(milliseconds / 20)))
    let before = outcome.delays[9]
    #expect(outcome.delays.dropFirst(9).allSatisfy { $0 < before + 15 }, "\(outcome.delays)")
    #expect(outcome.concealed.allSatisfy { $0 == 0 })
    // What was not heard, but for what the delay holds; a buffer that was full had dropped it before.
    #expect(
      (milliseconds / 20 - 3...milliseconds / 20 + 1)
        .contains(Double(outcome.statistics.packetsDiscarded)))
    #expect(outcome.statistics.unheardPackets == outcome.statistics.packetsDiscarded)
  }

  @Test("who is only late misses no word")
  func late() {
    var simulation = PlayoutSimulation()
    simulation.deafness = 10_000..<10_280
    let statistics = simulation.run(Array(repeating: 0, count: 1_000)).statistics
    #expect(statistics.packetsDiscarded == 0 && statistics.concealedSamples == 0)
  }

  @Test("who begins to listen late hears what is said now")
  func beginning() {
    var simulation = PlayoutSimulation()
    simulation.deafness = 0..<1_500
    let outcome = simulation.run(Array(repeating: 0, count: 1_000))
    #expect(outcome.delays.allSatisfy { $0 < 45 }, "\(outcome.delays)")
  }

  @Test(
    "what has waited at the door of a process that stood is neither played nor learned from",
    arguments: [600, 2_000, 30_000])
  func stood(milliseconds: Int) {
    var simulation = PlayoutSimulation()
    simulation.deafness = 10_000..<10_000 + Double(milliseconds)
    let wake = 10_000 + milliseconds
    let outcome = simulation.run(
      (0..<1_000 + milliseconds / 20).map { index in
        let time = index * 20 + 30
        guard (10_000..<wake).contains(time) else { return 0 }
        // A socket holds the first few seconds of it.
        return time < 13_400 ? Double(wake - time) : nil
      })
    let before = outcome.delays[9]
    #expect(outcome.delays.dropFirst(9).allSatisfy { $0 < before + 15 }, "\(outcome.delays)")
    #expect(outcome.concealed.allSatisfy { $0 <= 960 }, "\(outcome.concealed)")
  }

  @Test("long portions are no absence", arguments: [24_000, 48_000])
  func portions(pullSamples: Int) {
    var simulation = PlayoutSimulation()
    simulation.pullSamples = pullSamples
    let statistics = simulation.run(Array(repeating: 0, count: 1_000)).statistics
    // What came before the first was pulled.
    #expect(statistics.packetsDiscarded < 50)
  }
}
