import Basics
import Simulation
import Testing

@Suite("Simulator")
struct SimulatorTests {
  @Test("takes events by time, and those of one moment in the order in which they came")
  func timeline() {
    var timeline = Timeline<String>()
    timeline.add("c", at: at(20))
    timeline.add("a", at: at(10))
    timeline.add("b", at: at(10))
    timeline.add("d", at: at(40))
    #expect(timeline.next == at(10))
    var taken: [String] = []
    while let event = timeline.take(by: at(30)) { taken.append(event) }
    #expect(taken == ["a", "b", "c"])
    #expect(timeline.now == at(30))
    timeline.add("late", at: at(5))
    #expect(timeline.take(by: at(30)) == "late")
    #expect(timeline.now == at(30))
  }

  @Test("loses, repeats and delays as often and as long as it was told, and by its seed alone")
  func link() {
    let quality = LinkModel.Quality(
      delay: .milliseconds(10), jitter: .milliseconds(5), loss: 0.1, duplication: 0.2)
    var link = LinkModel(quality, seed: 1)
    var same = LinkModel(quality, seed: 1)
    var (lost, twice) = (0, 0)
    for _ in 0..<10_000 {
      let arrivals = link.arrivals(sentAt: at(0))
      #expect(arrivals == same.arrivals(sentAt: at(0)))
      #expect(arrivals.allSatisfy { (at(10)...at(15)).contains($0) })
      if arrivals.isEmpty { lost += 1 }
      if arrivals.count == 2 { twice += 1 }
    }
    #expect((900...1_100).contains(lost))
    #expect((1_650...1_950).contains(twice))
  }

  private func at(_ milliseconds: Int) -> Instant {
    Instant.zero.advanced(by: .milliseconds(milliseconds))
  }
}
