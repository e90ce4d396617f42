import Formats
import Invocation
import Media
import Realtime
import SoundFiles

extension Bench {
  /// `tipring bench echo`: the voice processor in simulated rooms, in virtual time.
  static func echo(_ options: BenchOptions) -> ExitCode {
    do throws(AudioDeviceError) {
      let far = try installedVoice("operator-hello")
      let near = try speech(options.speechPath)
      let output = try newFile(options.outputPath)
      guard let (figures, sound) = rooms(options.runs ?? 9, far: far, near: near)
      else {
        Output.error("bench echo: there is not enough memory.")
        return .signalingFailed
      }
      if let output { try write(sound, to: output) }
      for figures in figures { Output.line(options.isJSON ? figures.json.text : figures.line) }
      return .success
    } catch {
      Output.error("bench echo: \(error.sentence)")
      return .usage
    }
  }

  /// Rooms of different seeds, with delays from 20 to 120 ms and clocks that differ either way.
  private static func rooms(
    _ count: Int, far: [Int16], near: [Int16]
  ) -> (figures: [BenchFigures], lastSound: [Int16])? {
    var enhancement = BenchFigures(
      "echo return loss enhancement", unit: "dB", aim: 25, isAimLeast: true)
    var residual = BenchFigures("what is left of the echo, with noise", unit: "dBFS", aim: nil)
    var convergence = BenchFigures("time to 20 dB", unit: "s", aim: nil)
    var doubleTalk = BenchFigures("near speech softer in double talk", unit: "dB", aim: 3)
    var worst = BenchFigures("near speech softer in double talk, worst tenth", unit: "dB", aim: nil)
    var ratio = BenchFigures(
      "near speech in double talk: segmental signal-to-noise ratio", unit: "dB", aim: nil)
    var echo = BenchFigures("echo softer in double talk", unit: "dB", aim: nil)
    var alone = BenchFigures("near speech softer alone", unit: "dB", aim: nil)
    var time = BenchFigures("processor time per 10 ms", unit: "us", aim: 100)
    var lastSound: [Int16] = []
    for room in 0..<count {
      var conditions = EchoBench.Conditions()
      conditions.seed = UInt64(room + 1)
      conditions.delay = [20, 60, 120][room % 3]
      conditions.hiddenDelay = [0, 10, 20][room / 3 % 3]
      conditions.drift = room % 2 == 0 ? 50 : -50
      guard let outcome = EchoBench(far: far, near: near, conditions: conditions).run() else {
        return nil
      }
      enhancement.add(outcome.enhancement)
      residual.add(outcome.residual)
      convergence.add(outcome.convergence ?? .infinity)
      doubleTalk.add(outcome.doubleTalkAttenuation)
      worst.add(outcome.worstDoubleTalkAttenuation)
      ratio.add(outcome.doubleTalkRatio)
      echo.add(outcome.doubleTalkEnhancement)
      alone.add(outcome.nearAttenuation)
      lastSound = outcome.sound
    }
    for reading in blockTimes(far: far, near: near) { time.add(reading) }
    var idle = BenchFigures("processor time per 10 ms, nothing played", unit: "us", aim: 10)
    for reading in blockTimes(far: [0], near: near) { idle.add(reading) }
    var figures = [enhancement, residual, convergence]
    figures += hidden(far: far, near: near) + toldTooLong(far: far, near: near)
    figures += runningDry(far: far, near: near)
    figures += drifting(far: far, near: near)
    figures += [doubleTalk, worst, ratio, echo, alone]
    return (figures + speaker(near) + cleanSpeech(near, far: far) + [time, idle], lastSound)
  }

  /// Rooms whose devices tell too little of their delay, by more than the canceller's filter spans.
  private static func hidden(far: [Int16], near: [Int16]) -> [BenchFigures] {
    var enhancement = BenchFigures(
      "echo return loss enhancement, 60 to 110 ms of delay not told", unit: "dB", aim: 25,
      isAimLeast: true)
    var convergence = BenchFigures("time to 20 dB, likewise", unit: "s", aim: nil)
    for (delay, hiddenDelay) in [(120, 60), (200, 100), (120, 110)] {
      var conditions = EchoBench.Conditions()
      conditions.delay = delay
      conditions.hiddenDelay = hiddenDelay
      conditions.seed = UInt64(delay)
      guard let outcome = EchoBench(far: far, near: near, conditions: conditions).run() else {
        return []
      }
      enhancement.add(outcome.enhancement)
      convergence.add(outcome.convergence ?? .infinity)
    }
    return [enhancement, convergence]
  }

  /// Loudspeakers that come back at once and loud, as a sound server's own do, and devices that tell more
  /// delay than there is: the echo comes before it is expected.
  private static func toldTooLong(far: [Int16], near: [Int16]) -> [BenchFigures] {
    var enhancement = BenchFigures(
      "echo return loss enhancement, delay told 5 to 30 ms too long", unit: "dB", aim: 25,
      isAimLeast: true)
    var convergence = BenchFigures("time to 20 dB, delay told too long", unit: "s", aim: 3)
    for (room, excess) in [5, 10, 15, 20, 30].enumerated() {
      var conditions = EchoBench.Conditions()
      conditions.hiddenDelay = -excess
      conditions.seed = UInt64(room + 1)
      conditions.returnLoss = 0.5
      conditions.reverberation = 0.001
      guard let outcome = EchoBench(far: far, near: near, conditions: conditions).run() else {
        return []
      }
      enhancement.add(outcome.enhancement)
      convergence.add(outcome.convergence ?? .infinity)
    }
    return [enhancement, convergence]
  }

  /// Rooms whose loudspeaker runs dry thrice, as on a busy machine, and plays all that follows later.
  private static func runningDry(far: [Int16], near: [Int16]) -> [BenchFigures] {
    var relapse = BenchFigures(
      "echo not 20 dB softer, of 8 s in which the loudspeaker runs dry thrice", unit: "s", aim: nil)
    for (room, dryness) in [7, 8, 10, 12, 15, 20].enumerated() {
      var conditions = EchoBench.Conditions()
      conditions.dryness = dryness
      conditions.inexactness = 12
      conditions.seed = UInt64(room + 1)
      guard let outcome = EchoBench(far: far, near: near, conditions: conditions).run() else {
        return []
      }
      relapse.add(outcome.relapse)
    }
    return [relapse]
  }

  /// Rooms whose loudspeaker's clock is 300 ppm off the microphone's: as the canceller follows that by
  /// itself, and with what is played brought to the microphone's clock.
  private static func drifting(far: [Int16], near: [Int16]) -> [BenchFigures] {
    let name = "echo return loss enhancement, clocks 300 ppm apart"
    var alone = BenchFigures("\(name), not followed", unit: "dB", aim: nil)
    var followed = BenchFigures(
      "\(name), followed, from 8 s on", unit: "dB", aim: 25, isAimLeast: true)
    for room in 0..<6 {
      var conditions = EchoBench.Conditions()
      conditions.seed = UInt64(room / 2 + 1)
      conditions.drift = room % 2 == 0 ? -300 : 300
      conditions.settled = 8
      conditions.followsClocks = false
      let one = EchoBench(far: far, near: near, conditions: conditions).run()
      conditions.followsClocks = true
      let other = EchoBench(far: far, near: near, conditions: conditions).run()
      guard let one, let other else { return [] }
      alone.add(one.enhancement)
      followed.add(other.enhancement)
    }
    return [alone, followed]
  }

  /// What a call costs, with gain control.
  private static func blockTimes(far: [Int16], near: [Int16]) -> [Double] {
    var conditions = EchoBench.Conditions()
    conditions.parts = VoiceParts()
    return EchoBench(far: far, near: near, conditions: conditions).run()?.blockTimes ?? []
  }

  /// What becomes of one who speaks alone.
  private static func speaker(_ voice: [Int16]) -> [BenchFigures] {
    let bench = VoiceBench(voice: voice)
    var noise = BenchFigures("steady noise softer", unit: "dB", aim: 8, isAimLeast: true)
    if let reading = bench.noise() { noise.add(reading.reduction) }
    var level = BenchFigures("speech of −50 to −20 dBFS brought to", unit: "dBFS", aim: nil)
    for given in [-50.0, -40, -30, -20] {
      if let reading = bench.level(after: given) { level.add(reading) }
    }
    return [noise, level]
  }

  /// What becomes of a clean voice: with nothing to do, and each part by itself while it is at work.
  private static func cleanSpeech(_ voice: [Int16], far: [Int16]) -> [BenchFigures] {
    let bench = VoiceBench(voice: voice)
    let none = VoiceParts(cancelsEcho: false, suppressesNoise: false, controlsGain: false)
    var (echo, noise, gain) = (none, none, none)
    echo.cancelsEcho = true
    noise.suppressesNoise = true
    gain.controlsGain = true
    return [
      figures("nothing played", bench.fidelity()),
      figures("high-pass alone", bench.fidelity(none)),
      figures("gain control alone", bench.fidelity(gain)),
      figures("echo cancellation alone, headphones", bench.fidelity(echo, far: far)),
      figures("noise suppression alone, noise of −50 dBFS", bench.fidelity(noise, noise: -50)),
      figures("all, headphones", bench.fidelity(far: far)),
    ].flatMap { $0 }
  }

  private static func figures(_ name: String, _ fidelity: Fidelity?) -> [BenchFigures] {
    guard let fidelity else { return [] }
    func row(_ quantity: String, _ unit: String, _ reading: Double) -> BenchFigures {
      var row = BenchFigures("clean speech, \(name): \(quantity)", unit: unit, aim: nil)
      row.add(reading)
      return row
    }
    return [
      row("delay", "ms", fidelity.delayMilliseconds),
      row("segmental signal-to-noise ratio", "dB", fidelity.segmentalRatio),
      row("log-spectral distance", "dB", fidelity.spectralDistance()),
      row("change of level", "dB", fidelity.gain.mean),
      row("variation of level", "dB", fidelity.gain.deviation),
    ]
  }
}
