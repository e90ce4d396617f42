import Glibc
import Testing

@testable import Assembly

@Suite("What a process costs")
struct ProcessCostTests {
  @Test("is counted of all its threads, between two looks")
  func own() {
    let before = ProcessCost(of: getpid())
    #expect(before.threadCount >= 1)
    #expect(before.residentBytes >= before.proportionalBytes && before.proportionalBytes > 0)
    var sum = 0.0
    for number in 0..<3_000_000 { sum += Double(number).squareRoot() }
    let usage = ProcessCost(of: getpid()).usage(since: before)
    #expect(sum > 0 && usage.processorPercent > 0)
    #expect(usage.wakeUps >= 0 && usage.preemptions >= 0)
  }

  @Test("is nothing for a process that is gone")
  func gone() {
    let nobody = ProcessCost(of: .max)
    #expect(nobody.threadCount == 0 && nobody.residentBytes == 0)
    #expect(nobody.usage(since: nobody).processorPercent == 0)
  }
}
