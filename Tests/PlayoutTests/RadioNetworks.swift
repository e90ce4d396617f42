/// Networks over the air and clocks far apart: more of what the jitter buffer was not made for.
extension Network {
  static func overTheAir(round: UInt64 = 0) -> [Network] {
    [
      grantBursts, floods, stallCluster, radioWakes, fadingFast, fadingSlow, roaming, slowSwell,
      clock500Slow, clock500Fast, burstLoss10, overtaking,
    ].map { $0(round) }
  }

  /// Bursts of 50–150 ms every few seconds, on a grid of 5 ms.
  static func grantBursts(_ round: UInt64) -> Network {
    var end = 0.0
    return make("grantBursts", seed: 51, round) { time, dice in
      if time > end, dice.happens(0.006) { end = time + dice.between(0.05, 0.15) }
      return 20 + (dice.between(0, 3)).rounded(.down) * 5 + max(0, end - time) * 1_000
    }
  }

  /// Every half minute or so nothing comes for 0.3–1 s, then all at once.
  static func floods(_ round: UInt64) -> Network {
    var end = 0.0
    return make("floods", seed: 52, round) { time, dice in
      if time > end, dice.happens(0.0007) { end = time + dice.between(0.3, 1) }
      return 20 + dice.exponential(3) + max(0, end - time) * 1_000
    }
  }

  /// Good but for ten seconds in each minute, in which one stall follows the other.
  static func stallCluster(_ round: UInt64) -> Network {
    var end = 0.0
    return make("stallCluster", seed: 53, round) { time, dice in
      let isBad = time.truncatingRemainder(dividingBy: 60) > 45 + dice.between(0, 5)
      if time > end, dice.happens(isBad ? 0.02 : 0.0002) { end = time + dice.between(0.1, 0.8) }
      return 20 + dice.exponential(4) + max(0, end - time) * 1_000
    }
  }

  /// The radio wakes with the call: a long stall at once, shorter ones for a few seconds.
  static func radioWakes(_ round: UInt64) -> Network {
    var end = 0.0
    return make("radioWakes", seed: 54, round) { time, dice in
      if time == 0 { end = dice.between(0.2, 0.8) }
      if time > end, dice.happens(time < 8 ? 0.01 : 0.0006) { end = time + dice.between(0.05, 0.3) }
      return 20 + (dice.between(0, 3)).rounded(.down) * 4 + max(0, end - time) * 1_000
    }
  }

  /// What a link carries changes from second to second by as much as tenfold; a queue forms.
  static func fadingFast(_ round: UInt64) -> Network { fading("fadingFast", 55, round, step: 0.16) }

  static func fadingSlow(_ round: UInt64) -> Network { fading("fadingSlow", 56, round, step: 0.06) }

  private static func fading(
    _ name: String, _ seed: UInt64, _ round: UInt64, step: Double
  ) -> Network {
    var level = 2.5
    var queue = 0.0
    return make(name, seed: seed, round) { _, dice in
      // The level is how many packets pass in 20 ms, doubled for each one above zero.
      level = min(4, max(-2.5, level + dice.normal * step + (level < 0 ? 0.02 : 0)))
      var rate = 1.0
      if level >= 0 { rate += level * 2 } else { rate /= 1 - level * 2 }
      queue = min(60, max(0, queue + 1 - rate))
      return 20 + queue / rate * 10 + dice.exponential(4)
    }
  }

  /// Wi-Fi at the edge: a new access point every twenty seconds, with loss and a stall before it.
  static func roaming(_ round: UInt64) -> Network {
    var base = 5.0
    return make("roaming", seed: 57, round) { time, dice in
      let phase = time.truncatingRemainder(dividingBy: 20)
      if phase < 0.02 { base = dice.between(3, 30) }
      let isBad = phase > 17
      if isBad, dice.happens(0.08) { return nil }
      let stall = max(0, 0.25 - phase) * 1_000
      return base + stall + dice.exponential(isBad ? 15 : 2)
    }
  }

  /// The delay swells by 80 ms and falls again within a minute.
  static func slowSwell(_ round: UInt64) -> Network {
    make("slowSwell", seed: 58, round) { time, dice in
      let phase = time.truncatingRemainder(dividingBy: 60) / 30
      return 20 + 80 * (phase < 1 ? phase : 2 - phase) + dice.exponential(4)
    }
  }

  static func clock500Slow(_ round: UInt64) -> Network {
    make("clock500Slow", seed: 59, round) { time, dice in 10 + 0.5 * time + dice.exponential(3) }
  }

  static func clock500Fast(_ round: UInt64) -> Network {
    make("clock500Fast", seed: 60, round) { time, dice in 80 - 0.5 * time + dice.exponential(3) }
  }

  /// A tenth is lost, four packets in a row on average.
  static func burstLoss10(_ round: UInt64) -> Network {
    var isBad = false
    return make("burstLoss10", seed: 61, round) { _, dice in
      isBad = dice.happens(isBad ? 0.75 : 0.028)
      return isBad ? nil : 15 + dice.exponential(3)
    }
  }

  /// Two ways of different length, each packet by either.
  static func overtaking(_ round: UInt64) -> Network {
    make("overtaking", keepsOrder: false, seed: 62, round) { _, dice in
      20 + (dice.happens(0.5) ? 25 : 0) + dice.exponential(2)
    }
  }
}
