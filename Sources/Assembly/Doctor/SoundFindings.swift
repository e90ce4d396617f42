import Formats
import Media
import Realtime

/// Judges what microphone and loudspeaker did.
struct SoundFindings {
  private let reading: SoundProbe.Reading
  private let captureName: String
  private let playbackName: String
  private let isMicrophone: Bool
  private let isLoudspeaker: Bool
  private let isSilent: Bool

  init(
    _ reading: SoundProbe.Reading, captureName: String, playbackName: String, isMicrophone: Bool,
    isLoudspeaker: Bool, isSilent: Bool
  ) {
    self.reading = reading
    self.captureName = captureName
    self.playbackName = playbackName
    self.isMicrophone = isMicrophone
    self.isLoudspeaker = isLoudspeaker
    self.isSilent = isSilent
  }

  var all: [Finding] {
    let echo = EchoDelays(
      of: SoundProbe.chirp, in: reading.recording, starts: reading.chirps,
      reach: SoundProbe.gate + SoundProbe.chirp.samples.count)
    return [
      device(
        "microphone", captureName, reading.inputState, period: reading.inputPeriod,
        delay: reading.inputDelay),
      device(
        "loudspeaker", playbackName, reading.outputState, period: reading.outputPeriod,
        delay: reading.outputDelay),
    ] + [level(echo), drift, steadiness, mouthToEar(echo)].compactMap { $0 }
  }

  private var works: (input: Bool, output: Bool) {
    (
      reading.inputState == .running || reading.inputState == .ended,
      reading.outputState == .running
    )
  }

  private func device(
    _ role: String, _ name: String, _ state: AudioDeviceState, period: Int, delay: Int
  ) -> Finding {
    switch state {
    case .failed(let error):
      return Finding(
        .sound, role, .bad, error.sentence,
        advice: "Choose another with --\(role == "microphone" ? "capture" : "playback") or in "
          + "tipring.conf; until then calls have no \(role).")
    case .idle, .opening:
      return Finding(
        .sound, role, .bad, "“\(name)” did not open in time.",
        advice: "Choose another; tipring devices lists them.")
    case .running, .ended:
      var figures: [String: JSONValue] = [
        "rateHertz": .integer(Int64(Sound.sampleRate)), "periodMilliseconds": .number(ms(period)),
        "delayMilliseconds": .number(ms(delay)),
      ]
      var words = "48 kHz, \(tenths(ms(period))) ms at once, \(tenths(ms(delay))) ms deep"
      let others = reading.cardRates.filter { $0 != Sound.sampleRate }
      if !reading.cardRates.isEmpty {
        figures["cardRatesHertz"] = .array(reading.cardRates.map { .integer(Int64($0)) })
      }
      if !others.isEmpty {
        words += "; a card runs at \(others[0]) Hz, so sound is converted"
      }
      return Finding(
        .sound, role, period > Sound.sampleRate / 40 ? .lookAt : .good, words + ".",
        advice: period > Sound.sampleRate / 40
          ? "The device grants long periods only, which is heard as delay; try plughw:… or another."
          : nil, figures: figures)
    }
  }

  private func level(_ echo: EchoDelays) -> Finding? {
    guard works.input, isMicrophone else { return nil }
    let levels = SoundLevels(reading.recording)
    let figures: [String: JSONValue] = [
      "peakDecibels": levels.peak.map { .number(rounded($0)) } ?? .null,
      "loudDecibels": levels.loud.map { .number(rounded($0)) } ?? .null,
      "clippedShare": .number((levels.clippedShare * 1e6).rounded() / 1e6),
    ]
    guard let peak = levels.peak else {
      return Finding(
        .sound, "level", .bad, "The microphone brings digital silence: not one sample but zero.",
        advice: "Unmute it (alsamixer, F4, or pavucontrol), look for a switch on the headset, "
          + "or choose another with --capture.", figures: figures)
    }
    if levels.clippedShare > 0.0005 {
      return Finding(
        .sound, "level", .lookAt,
        "The microphone is overdriven: \(tenths(levels.clippedShare * 100)) % of its samples are cut off.",
        advice: "Turn its gain down (alsamixer, F4, or pavucontrol).", figures: figures)
    }
    if echo.devices == nil, (levels.loud ?? -100) < Self.softest {
      return Finding(
        .sound, "level", .lookAt,
        "The microphone is very soft: \(tenths(levels.loud ?? peak)) dB in its loudest moments.",
        advice: "Speak while the doctor looks; if it stays so, turn the gain up "
          + "(alsamixer, F4, or pavucontrol).", figures: figures)
    }
    return Finding(
      .sound, "level", .good, "The microphone is alive, with a peak of \(tenths(peak)) dB.",
      figures: figures)
  }

  private var drift: Finding? {
    let estimates = [
      (
        "capture", "the microphone", isMicrophone && works.input ? reading.inputDrift.estimate : nil
      ),
      (
        "playback", "the loudspeaker",
        isLoudspeaker && works.output ? reading.outputDrift.estimate : nil
      ),
    ]
    var figures: [String: JSONValue] = [:]
    var words: [String] = []
    var worst = 0.0
    var stumbles = false
    for (key, name, estimate) in estimates {
      guard let estimate else { continue }
      figures["\(key)PartsPerMillion"] = .number(estimate.partsPerMillion.rounded())
      figures["\(key)Uncertainty"] = .number(estimate.uncertainty.rounded())
      if abs(estimate.partsPerMillion) > Self.noClock {
        let share = "\(Int((clamping(abs(estimate.partsPerMillion)) / 1e4).rounded())) %"
        let verb = key == "capture" ? "brings" : "takes"
        let amount = estimate.partsPerMillion < 0 ? "less" : "more"
        words.append("\(name) \(verb) \(share) \(amount) sound than it should")
        stumbles = true
        continue
      }
      words.append(
        "\(name) is \(Int(clamping(estimate.partsPerMillion))) ± \(Int(clamping(estimate.uncertainty)))"
          + " ppm off the system's clock")
      worst = max(worst, abs(estimate.partsPerMillion) - 3 * estimate.uncertainty)
    }
    guard !words.isEmpty else { return nil }
    let sentence = words.joined(separator: ", ")
    var advice: String?
    if worst > Self.mostDrift {
      advice =
        "So much is beyond a healthy clock; use another device, or let a sound server convert."
    }
    if stumbles {
      advice =
        "No clock is so far off: sound is lost. End what keeps the processor busy, and let the "
        + "doctor look again; if it stays so, use another device."
    }
    return Finding(
      .sound, "clock", advice == nil ? .good : .lookAt,
      sentence.prefix(1).uppercased() + sentence.dropFirst() + ".", advice: advice,
      figures: figures)
  }

  private var steadiness: Finding? {
    guard (works.input && isMicrophone) || (works.output && isLoudspeaker) else { return nil }
    let (input, output) = (reading.inputFaults, reading.outputFaults)
    let stumbles = input.overruns + output.underruns
    let lost = input.droppedSamples + input.missingSamples
    let figures: [String: JSONValue] = [
      "overruns": .integer(Int64(input.overruns)), "underruns": .integer(Int64(output.underruns)),
      "lostMilliseconds": .number(ms(lost)),
    ]
    // A monitor of a sound server begins a while after it was opened.
    guard stumbles > 2 || lost > Sound.sampleRate * 3 else {
      return Finding(
        .sound, "steadiness", .good,
        stumbles == 0
          ? "The devices were served in time." : "The devices were late \(stumbles) times.",
        figures: figures)
    }
    return Finding(
      .sound, "steadiness", .lookAt,
      "The devices stumbled \(stumbles) times, and \(tenths(ms(lost))) ms of sound were lost.",
      advice:
        "End what keeps the processor busy, allow real-time priority, or use --latency robust.",
      figures: figures)
  }

  private func mouthToEar(_ echo: EchoDelays) -> Finding? {
    guard works.input, works.output else { return nil }
    let program = ms(reading.frame) + Self.codecDelay + reading.jitterBufferDelay * 1_000
    let computed = program + ms(reading.inputDelay + reading.outputDelay + reading.reserve)
    var figures: [String: JSONValue] = [
      "computedMilliseconds": .number(rounded(computed)),
      "chirpsHeard": .integer(Int64(echo.heardCount)),
    ]
    figures["devicesMilliseconds"] = echo.devices.map { .number(rounded($0)) }
    figures["measuredMilliseconds"] = echo.mouthToEar.map { .number(rounded($0)) }
    let delay = echo.mouthToEar ?? echo.devices.map { $0 + program } ?? computed
    let words =
      if echo.mouthToEar != nil {
        "\(tenths(delay)) ms measured, with chirps through devices, codec and jitter buffer"
      } else if let devices = echo.devices {
        "\(tenths(devices)) ms measured in the devices, and \(tenths(program)) ms computed for codec and "
          + "jitter buffer: \(tenths(delay)) ms"
      } else {
        "\(tenths(delay)) ms computed, not measured: "
          + (isSilent
            ? "no chirp was played" : "the microphone does not hear the loudspeaker")
      }
    let isLong = delay > Self.longDelay
    return Finding(
      .sound, "mouth to ear", isLong ? .lookAt : .good, words + "; the network adds its own.",
      advice: isLong
        ? "Try --latency low, and a headset with a wire; wireless ones take 100 ms and more." : nil,
      figures: figures)
  }

  private func ms(_ samples: Int) -> Double { Double(samples) * 1_000 / Double(Sound.sampleRate) }
  private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
  private func tenths(_ value: Double) -> String { String((value * 10).rounded() / 10) }
  private func clamping(_ value: Double) -> Double { min(max(value.rounded(), -1e6), 1e6) }

  /// Opus looks 6.5 ms ahead in its mode for speech and music (RFC 6716 §2).
  private static let codecDelay = 6.5
  /// Half of what makes talking hard (ITU-T G.114).
  private static let longDelay = 150.0
  /// In dBFS; a room at night is not as soft.
  private static let softest = -75.0
  /// In ppm; crystals keep within a hundred.
  private static let mostDrift = 500.0
  /// In millionths; what is further off has lost sound, and tells nothing of a clock.
  private static let noClock = 20_000.0
}
