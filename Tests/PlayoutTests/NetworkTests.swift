import Playout
import Testing

@Suite("Networks")
struct NetworkTests {
  /// The E-model's rating with 60 ms for everything but the buffer, as the bench has it.
  private func rating(_ network: Network, from start: Double = 0) -> (r: Double, concealed: Double)
  {
    var simulation = PlayoutSimulation()
    simulation.packetSamples = network.packetMilliseconds * 48
    simulation.hasRedundancy = true
    simulation.keepsOrder = network.keepsOrder
    let statistics = simulation.run(Array(network.delays.prefix(2_000))).statistics
    let concealed =
      Double(statistics.concealedSamples) * 100 / Double(max(1, statistics.totalSamplesReceived))
    let delay =
      60 + statistics.jitterBufferDelay * 1_000
      / Double(max(1, statistics.jitterBufferEmittedCount))
    let delayImpairment = 0.024 * delay + 0.11 * max(0, delay - 177.3)
    return (93.2 - delayImpairment - 95 * concealed / (concealed + 10), concealed)
  }

  private func expect(_ name: String, among networks: [Network], ratedOver least: Double) throws {
    let outcome = rating(try #require(networks.first { $0.name == name }))
    #expect(outcome.r > least, "R \(outcome.r), \(outcome.concealed) % concealed")
  }

  @Test(
    "stay good that a phone call can be held over",
    arguments: [
      "handOvers", "ptime60", "reordering", "routes", "satellite",
    ])
  func stayGood(name: String) throws {
    try expect(name, among: Network.all(), ratedOver: 80)
  }

  @Test(
    "with light jitter or a drifting clock conceal nothing",
    arguments: ["lightJitter", "clockFast"])
  func concealNothing(name: String) throws {
    let network = try #require(Network.all().first { $0.name == name })
    #expect(rating(network).concealed == 0)
  }

  @Test(
    "that fill a queue, lose or stall stay fair", arguments: ["bufferbloat", "stalls", "gilbert"])
  func stayFair(name: String) throws {
    try expect(name, among: Network.all(), ratedOver: 65)
  }

  @Test("that fill a queue are followed by stretching and hardly by concealing")
  func followQueue() throws {
    let network = try #require(Network.all().first { $0.name == "bufferbloat" })
    let outcome = rating(network)
    #expect(outcome.r > 85 && outcome.concealed < 0.3, "R \(outcome.r), \(outcome.concealed) %")
  }

  @Test(
    "over the air stay good, and with clocks far apart",
    arguments: [
      "grantBursts", "fadingSlow", "slowSwell", "clock500Slow", "clock500Fast", "overtaking",
    ])
  func overTheAir(name: String) throws {
    try expect(name, among: Network.overTheAir(), ratedOver: 80)
  }

  // The simulation's voice has no pause in which a great delay could be shortened: after a flood that
  // waits for four seconds.
  @Test(
    "that nothing passes for a while stay usable",
    arguments: zip(
      ["floods", "stallCluster", "radioWakes", "roaming", "fadingFast", "burstLoss10"],
      [28.0, 75, 70, 75, 48, 45]))
  func stayUsable(name: String, least: Double) throws {
    try expect(name, among: Network.overTheAir(), ratedOver: least)
  }

  @Test("with packets at a slow beat are not stretched for it")
  func beat() {
    let network = Network.schedule(0)
    var simulation = PlayoutSimulation()
    simulation.keepsOrder = true
    let statistics = simulation.run(Array(network.delays.prefix(1_500))).statistics
    #expect(statistics.insertedSamplesForDeceleration < statistics.totalSamplesReceived / 50)
  }
}
