import Media

/// How a call sounds, in one sentence with the likeliest cause and what to press.
struct SoundVerdict: Equatable, Sendable {
  enum Grade: Equatable, Sendable {
    case unknown, good, fair, poor
  }

  /// What is known of the call beside its measurements.
  struct Circumstances: Equatable, Sendable {
    var isMuted = false
    var isHeld = false
    /// Whether nobody else is in a call of several.
    var isAlone = false
    /// Whether the call has ended.
    var isOver = false
    /// Whether silence or nothing has taken the place of a device that failed.
    var hasNoMicrophone = false
    var hasNoSpeaker = false
    /// Names of the keys in the sentences.
    var muteKey = "m"
    var devicesKey = "v"
    var hangUpKey = "x"
    var holdKey = "h"
  }

  var grade: Grade
  var sentence: String

  /// Judges the last seconds of a call; the first cause that fits is told.
  init(of history: StatisticsHistory, in circumstances: Circumstances) {
    guard let latest = history.latest else {
      self.init(.unknown, "Measuring…")
      return
    }
    if circumstances.isOver {
      self.init(ofEnded: history, in: circumstances)
      return
    }
    if circumstances.isHeld {
      self.init(.unknown, "On hold: no sound passes. \(circumstances.holdKey) resumes.")
      return
    }
    let verdict =
      Self.silence(history, circumstances) ?? Self.device(history, circumstances)
      ?? Self.network(history, latest, circumstances) ?? Self.uplink(history, circumstances)
    if let verdict {
      self = verdict
    } else if circumstances.isMuted {
      self.init(.fair, "They cannot hear you: muted. \(circumstances.muteKey) unmutes.")
    } else if latest.isSilenceUsual, Self.quietSeconds(history) > 3 {
      self.init(.unknown, "Nobody speaks at present.")
    } else if let mos = latest.mos {
      if history.holds(for: Self.silentSeconds, { $0.remoteAudioLevel < Self.silentLevel }) {
        let word = Self.word(Self.grade(mos))
        let silence = circumstances.isAlone ? "Nobody else is here" : "Nothing but silence comes"
        self.init(.unknown, "\(silence); the connection is \(word).")
        return
      }
      self.init(Self.grade(mos), Self.plain(mos))
    } else if latest.isSilenceUsual, latest.packetsReceived > 0 {
      self.init(.unknown, "Sound comes by way of the server; how well is not measured.")
    } else {
      self.init(.unknown, "No sound has arrived yet.")
    }
  }

  /// How a call sounded that is over.
  private init(ofEnded history: StatisticsHistory, in circumstances: Circumstances) {
    let marks = history.samples.compactMap(\.mos)
    if !marks.isEmpty {
      let grade = Self.grade(marks.reduce(0, +) / Double(marks.count))
      let word = Self.word(grade)
      if circumstances.hasNoSpeaker {
        self.init(.unknown, "You heard nothing, without a speaker; the connection was \(word).")
      } else if history.samples.count >= Self.silentSeconds, history.loudest < Self.silentLevel {
        self.init(.unknown, "Nothing but silence came; the connection was \(word).")
      } else {
        self.init(grade, "It sounded \(word).")
      }
    } else if history.latest?.packetsReceived ?? 0 > 0 {
      self.init(.unknown, "Sound came by way of the server; how well was not measured.")
    } else {
      self.init(.unknown, "No sound has arrived.")
    }
  }

  private init(_ grade: Grade, _ sentence: String) {
    self.grade = grade
    self.sentence = sentence
  }

  /// The bounds that the E-model's users agree on: above 4.2 good, from 3.6 fair.
  static func grade(_ mos: Double) -> Grade {
    mos > 4.2 ? .good : mos >= 3.6 ? .fair : .poor
  }

  private static func word(_ grade: Grade) -> String {
    switch grade {
    case .good: "good"
    case .fair: "fair"
    case .poor, .unknown: "poor"
    }
  }

  private static func plain(_ mos: Double) -> String {
    switch grade(mos) {
    case .good: "Sounds good."
    case .fair: "Sounds fair."
    case .poor, .unknown: "Sounds poor, for no single cause."
    }
  }

  private static func silence(
    _ history: StatisticsHistory, _ circumstances: Circumstances
  ) -> SoundVerdict? {
    guard let latest = history.latest else { return nil }
    let seconds = quietSeconds(history)
    guard seconds > 3, !latest.isSilenceUsual else { return nil }
    return SoundVerdict(
      .poor,
      "Nothing has arrived for \(seconds) s: their network or yours is down. "
        + "\(circumstances.hangUpKey) hangs up.")
  }

  /// For how long nothing has arrived; 0 when nothing ever has.
  private static func quietSeconds(_ history: StatisticsHistory) -> Int {
    guard let latest = history.latest, latest.packetsReceived > 0 else { return 0 }
    return history.samples.reversed().prefix { $0.packetsReceived == latest.packetsReceived }.count
  }

  private static func device(
    _ history: StatisticsHistory, _ circumstances: Circumstances
  ) -> SoundVerdict? {
    if history.growth(of: \.deviceFaults, seconds: 10) > 480 {
      return SoundVerdict(
        .poor,
        "Your sound device cannot keep up, or this machine is busy. "
          + "\(circumstances.devicesKey) chooses another.")
    }
    if circumstances.hasNoSpeaker {
      return SoundVerdict(
        .poor, "You hear nothing: there is no speaker. \(circumstances.devicesKey) chooses one.")
    }
    if circumstances.hasNoMicrophone {
      return SoundVerdict(
        .fair, "They hear silence: there is no microphone. \(circumstances.devicesKey) chooses one."
      )
    }
    if !circumstances.isMuted, history.holds(for: 8, { $0.localAudioLevel < 0.000_05 }) {
      return SoundVerdict(
        .fair,
        "Your microphone is quite silent; is it switched off? "
          + "\(circumstances.devicesKey) chooses another.")
    }
    return nil
  }

  private static func network(
    _ history: StatisticsHistory, _ latest: MediaStatistics, _ circumstances: Circumstances
  ) -> SoundVerdict? {
    let loss = history.mean(of: \.recentLoss, seconds: 10)
    let concealed = history.mean(of: \.recentConcealment, seconds: 10)
    if loss > 0.02 {
      return SoundVerdict(
        loss > 0.05 ? .poor : .fair,
        "Choppy: \(percent(loss)) is lost on the way. Use a cable, not WLAN; or "
          + "\(circumstances.hangUpKey) and call again.")
    }
    if latest.jitter > 0.03, concealed > 0.01 {
      return SoundVerdict(
        concealed > 0.05 ? .poor : .fair,
        "Uneven: sound comes \(milliseconds(latest.jitter)) early or late, as on a busy WLAN. "
          + "Wait a little; or \(circumstances.hangUpKey) and call again.")
    }
    if latest.estimatedDelay > 0.3 {
      let relayed = latest.localCandidateType == "relay" || latest.remoteCandidateType == "relay"
      let cause =
        relayed ? "the sound goes through a relay" : "the way through the network is long"
      return SoundVerdict(
        latest.estimatedDelay > 0.5 ? .poor : .fair,
        "Slow by \(milliseconds(latest.estimatedDelay)): \(cause). Let each other finish.")
    }
    return nil
  }

  private static func uplink(
    _ history: StatisticsHistory, _ circumstances: Circumstances
  ) -> SoundVerdict? {
    let lost = history.mean(of: \.remoteFractionLost, seconds: 10)
    guard lost > 0.03 else { return nil }
    return SoundVerdict(
      lost > 0.08 ? .poor : .fair,
      "They hear gaps: \(percent(lost)) of what you send is lost. Use a cable, not WLAN; "
        + "or \(circumstances.hangUpKey) and call again.")
  }

  private static func percent(_ fraction: Double) -> String {
    decimal(fraction * 100, places: 0) + " %"
  }

  private static func milliseconds(_ seconds: Double) -> String {
    decimal(seconds * 1_000, places: 0) + " ms"
  }

  /// For how long the other side is silent before that is said; a pause in speech is shorter.
  private static let silentSeconds = 5
  /// Below −70 dBFS no microphone that is heard stays for so long.
  private static let silentLevel = 0.000_3
}
