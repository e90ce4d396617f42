import Basics

/// Networks that the jitter buffer was not made for: each a seeded model of something that happens.
struct Network {
  var name: String
  /// Extra one-way delay of each packet in milliseconds; `nil` is a loss.
  var delays: [Double?]
  /// How long each packet lasts.
  var packetMilliseconds = 20
  /// Whether packets do not overtake one another.
  var keepsOrder = true
  /// Whether nothing is sent in the voice's pauses.
  var hasPauses = false

  var packetSeconds: Double { Double(packetMilliseconds) / 1_000 }

  /// All kinds, each for two minutes.
  ///
  /// - Parameter round: another one gives other networks of the same kinds.
  static func all(round: UInt64 = 0) -> [Network] {
    [
      handOvers, contention, bufferbloat, gilbert, stalls, clockSlow, clockFast, ptime10, ptime40,
      ptime60, reordering, pauses, routes, satellite, schedule, uplinkGrants, videoBursts,
      lossyBurstyWifi, quietThenBad, lightJitter,
    ].map { $0(round) }
  }

  private static let seconds = 120.0

  static func make(
    _ name: String, milliseconds: Int = 20, keepsOrder: Bool = true, seed: UInt64, _ round: UInt64,
    _ delay: (_ time: Double, _ dice: inout Dice) -> Double?
  ) -> Network {
    var dice = Dice(seed: seed &+ round &* 1_000)
    let count = Int(seconds * 1_000) / milliseconds
    let delays = (0..<count).map { delay(Double($0 * milliseconds) / 1_000, &dice) }
    return Network(
      name: name, delays: delays, packetMilliseconds: milliseconds, keepsOrder: keepsOrder)
  }

  /// LTE: 1–8 ms of scheduling, a hand-over of 60–180 ms every ten seconds or so.
  static func handOvers(_ round: UInt64) -> Network {
    var stallEnd = 0.0
    var stallStart = -1.0
    return make("handOvers", seed: 11, round) { time, dice in
      if time > stallEnd, dice.happens(0.002) {
        stallStart = time
        stallEnd = time + dice.between(0.06, 0.18)
      }
      let wait = time >= stallStart && time < stallEnd ? (stallEnd - time) * 1_000 : 0
      return 20 + dice.between(0, 8) + wait + (dice.happens(0.08) ? 8 : 0)
    }
  }

  /// A wireless network whose channel is busy for seconds at a time.
  static func contention(_ round: UInt64) -> Network {
    var isBusy = false
    var hold = 0.0
    return make("contention", seed: 12, round) { _, dice in
      if dice.happens(isBusy ? 0.01 : 0.005) { isBusy.toggle() }
      hold = max(0, hold - 20)
      if isBusy, dice.happens(0.05) { hold = dice.between(30, 90) }
      if isBusy, dice.happens(0.02) { return nil }
      return 4 + hold + dice.exponential(isBusy ? 8 : 1.5)
    }
  }

  /// Another's upload fills a queue within seconds and drains again.
  static func bufferbloat(_ round: UInt64) -> Network {
    var queue = 0.0
    return make("bufferbloat", seed: 13, round) { time, dice in
      let isUploading = Int(time / 12) % 2 == 1
      queue = min(250, max(0, queue + (isUploading ? 1.5 : -4)))
      let isFull = queue >= 250
      if isFull, dice.happens(0.03) {
        queue -= 40
        return nil
      }
      return 15 + queue + dice.exponential(3)
    }
  }

  /// Loss in bursts of three packets, 4 % in all, with little jitter.
  static func gilbert(_ round: UInt64) -> Network {
    var isBad = false
    return make("gilbert", seed: 14, round) { _, dice in
      isBad = dice.happens(isBad ? 0.67 : 0.0137)
      return isBad ? nil : 10 + dice.exponential(2)
    }
  }

  /// Stalls at random, two in ten seconds, each for 40–250 ms.
  static func stalls(_ round: UInt64) -> Network {
    var end = 0.0
    return make("stalls", seed: 15, round) { time, dice in
      if time > end, dice.happens(0.004) { end = time + dice.between(0.04, 0.25) }
      return 12 + max(0, end - time) * 1_000 + dice.exponential(1)
    }
  }

  static func clockSlow(_ round: UInt64) -> Network {
    make("clockSlow", seed: 16, round) { time, dice in 10 + 0.3 * time + dice.exponential(2) }
  }

  static func clockFast(_ round: UInt64) -> Network {
    make("clockFast", seed: 17, round) { time, dice in 60 - 0.3 * time + dice.exponential(2) }
  }

  static func ptime10(_ round: UInt64) -> Network {
    make("ptime10", milliseconds: 10, seed: 18, round) { _, dice in
      dice.happens(0.02) ? nil : 10 + abs(dice.normal) * 12
    }
  }

  static func ptime40(_ round: UInt64) -> Network {
    make("ptime40", milliseconds: 40, seed: 19, round) { _, dice in
      dice.happens(0.02) ? nil : 10 + abs(dice.normal) * 15
    }
  }

  static func ptime60(_ round: UInt64) -> Network {
    make("ptime60", milliseconds: 60, seed: 20, round) { _, dice in
      dice.happens(0.03) ? nil : 10 + dice.exponential(12)
    }
  }

  /// One packet in eight goes another way that is 15–70 ms longer.
  static func reordering(_ round: UInt64) -> Network {
    make("reordering", keepsOrder: false, seed: 21, round) { _, dice in
      5 + dice.exponential(1) + (dice.happens(0.12) ? dice.between(15, 70) : 0)
    }
  }

  /// Nothing is sent in pauses, with middling jitter.
  static func pauses(_ round: UInt64) -> Network {
    var network = make("pauses", seed: 22, round) { _, dice in
      dice.happens(0.01) ? nil : 10 + dice.exponential(10)
    }
    network.hasPauses = true
    return network
  }

  /// A new route every 15 s, up to 90 ms longer or shorter.
  static func routes(_ round: UInt64) -> Network {
    var base = 20.0
    var next = 15.0
    return make("routes", seed: 23, round) { time, dice in
      if time >= next {
        next += 15
        base = dice.between(10, 100)
      }
      return base + dice.exponential(3)
    }
  }

  /// Low orbit: the beam changes every 15 s with a stall of 30–60 ms, and frames of 7 ms.
  static func satellite(_ round: UInt64) -> Network {
    var base = 25.0
    return make("satellite", seed: 24, round) { time, dice in
      let phase = time.truncatingRemainder(dividingBy: 15)
      if phase < 0.02 { base = dice.between(20, 45) }
      let stall = max(0, 0.06 - phase) * 1_000
      if phase < 0.5, dice.happens(0.1) { return nil }
      return base + stall + (dice.between(0, 3)).rounded(.down) * 7
    }
  }

  /// A scheduler that lets packets out every 50 ms.
  static func schedule(_ round: UInt64) -> Network {
    make("schedule", seed: 25, round) { time, dice in
      let phase = (time * 1_000).truncatingRemainder(dividingBy: 50)
      return 10 + (phase < 1 ? 0 : 50 - phase) + dice.exponential(0.5)
    }
  }

  /// A mobile uplink: a grid of 5 ms, one in ten sent again after 8 ms, some twice or thrice.
  static func uplinkGrants(_ round: UInt64) -> Network {
    make("uplinkGrants", seed: 26, round) { _, dice in
      var delay = dice.between(4, 12)
      while dice.happens(0.12) { delay += 8 }
      return 25 + delay
    }
  }

  /// A second stream on the same line sends a burst every second, and now and then a larger one.
  static func videoBursts(_ round: UInt64) -> Network {
    var queue = 0.0
    return make("videoBursts", seed: 27, round) { time, dice in
      queue = max(0, queue - 14)
      if time.truncatingRemainder(dividingBy: 1) < 0.019 { queue += dice.between(20, 50) }
      if dice.happens(0.001) { queue += 120 }
      return 15 + queue + dice.exponential(1)
    }
  }

  /// Loss and holds together.
  static func lossyBurstyWifi(_ round: UInt64) -> Network {
    var isBad = false
    var hold = 0.0
    return make("lossyWifi", seed: 28, round) { _, dice in
      if dice.happens(isBad ? 0.02 : 0.01) { isBad.toggle() }
      hold = max(0, hold - 20)
      if isBad, dice.happens(0.08) { hold = dice.between(20, 140) }
      if isBad, dice.happens(0.12) { return nil }
      return 5 + hold + dice.exponential(2)
    }
  }

  /// Forty good seconds, then forty bad ones, then good again.
  static func quietThenBad(_ round: UInt64) -> Network {
    make("quietThenBad", seed: 29, round) { time, dice in
      let isBad = time > 40 && time < 80
      if isBad, dice.happens(0.03) { return nil }
      return 10 + (isBad ? abs(dice.normal) * 40 : dice.exponential(1))
    }
  }

  static func lightJitter(_ round: UInt64) -> Network {
    make("lightJitter", seed: 30, round) { _, dice in 10 + dice.between(0, 6) }
  }
}

/// Chance that is the same every time.
struct Dice {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func between(_ low: Double, _ high: Double) -> Double {
    Double.random(in: low...high, using: &generator)
  }

  mutating func happens(_ probability: Double) -> Bool {
    Double.random(in: 0..<1, using: &generator) < probability
  }

  mutating func exponential(_ mean: Double) -> Double {
    // The sum of halvings has the same shape and needs no logarithm.
    var value = 0.0
    while happens(0.5) { value += 1 }
    return mean * 0.6931 * (value + between(0, 1))
  }

  /// Of deviation one: the sum of twelve throws.
  var normal: Double {
    mutating get { (0..<12).reduce(-6.0) { sum, _ in sum + between(0, 1) } }
  }
}
