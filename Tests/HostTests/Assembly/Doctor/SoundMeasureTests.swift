import Basics
import Formats
import Realtime
import Testing

@testable import Assembly

@Suite("What the doctor measures of sound")
struct SoundMeasureTests {
  @Test("a clock that is off is found through late wake-ups", arguments: [-120.0, 0, 45, 3_000])
  func drift(partsPerMillion: Double) throws {
    var generator = SeededGenerator(seed: 7)
    var drift = ClockDrift(sampleRate: 48_000)
    for period in 1...500 {
      let lateness = Int64.random(in: 0...2_000_000, using: &generator)
      let time = Double(period) * 1e7 / (1 + partsPerMillion / 1e6)
      drift.add(samples: period * 480, atNanoseconds: 5_000_000_000 + Int64(time) + lateness)
    }
    let estimate = try #require(drift.estimate)
    #expect(abs(estimate.partsPerMillion - partsPerMillion) < 4 * estimate.uncertainty)
    #expect(estimate.uncertainty < 50)
  }

  @Test("nothing is said of a clock before two seconds are over")
  func early() {
    var drift = ClockDrift(sampleRate: 48_000)
    for period in 1...199 {
      drift.add(samples: period * 480, atNanoseconds: Int64(period) * 10_000_000)
    }
    #expect(drift.estimate == nil)
  }

  private let chirp = Chirp(milliseconds: 30)

  /// Chirps every 800 ms, heard once after `devices` and again after `mouthToEar`, amid noise.
  private func recording(
    devices: Int?, mouthToEar: Int?, noise: Int16 = 60
  ) -> (samples: [Int16], starts: [Int]) {
    var generator = SeededGenerator(seed: 11)
    var samples = (0..<48_000 * 4).map { _ in Int16.random(in: -noise...noise, using: &generator) }
    let starts = [10_000, 48_400, 86_800, 125_200]
    for start in starts {
      guard let devices else { continue }
      var places = [(start + devices * 48, 4)]
      if let mouthToEar { places.append((start + (devices + mouthToEar) * 48, 9)) }
      for (place, softer) in places {
        for (index, sample) in chirp.samples.enumerated() {
          samples[place + index] = samples[place + index] &+ sample / Int16(softer)
        }
      }
    }
    return (samples, starts)
  }

  @Test("chirps are found again amid noise", arguments: [(35, 82), (12, 41), (120, 210)])
  func echo(devices: Int, mouthToEar: Int) throws {
    let (samples, starts) = recording(devices: devices, mouthToEar: mouthToEar)
    let echo = EchoDelays(of: chirp, in: samples, starts: starts, reach: 25_000)
    #expect(echo.heardCount == 4)
    #expect(abs(try #require(echo.devices) - Double(devices)) < 1)
    #expect(abs(try #require(echo.mouthToEar) - Double(mouthToEar)) < 1)
  }

  @Test("chirps that are heard once, or not, are not heard twice")
  func once() {
    let (single, starts) = recording(devices: 30, mouthToEar: nil)
    let echo = EchoDelays(of: chirp, in: single, starts: starts, reach: 25_000)
    #expect(echo.devices != nil && echo.mouthToEar == nil)
    let (nothing, _) = recording(devices: nil, mouthToEar: nil)
    let silence = EchoDelays(of: chirp, in: nothing, starts: starts, reach: 25_000)
    #expect(silence.devices == nil && silence.heardCount == 0)
    #expect(
      EchoDelays(of: chirp, in: [], starts: starts, reach: 25_000).heardCount == 0)
  }

  // MARK: Verdicts

  private func reading(_ samples: [Int16]) -> SoundProbe.Reading {
    var reading = SoundProbe.Reading()
    (reading.inputState, reading.outputState) = (.running, .running)
    (reading.inputPeriod, reading.outputPeriod) = (480, 480)
    reading.recording = samples
    reading.frame = 960
    return reading
  }

  private func verdict(_ reading: SoundProbe.Reading, _ name: String) -> Finding? {
    SoundFindings(
      reading, captureName: "default", playbackName: "default", isMicrophone: true,
      isLoudspeaker: true, isSilent: false
    ).all.first { $0.name == name }
  }

  @Test(
    "a microphone that brings zeros is dead, one in a silent room soft, and a hot one overdriven")
  func levels() {
    let zeros = [Int16](repeating: 0, count: 96_000)
    #expect(verdict(reading(zeros), "level")?.verdict == .bad)
    let soft = (0..<96_000).map { Int16($0 % 2) }
    #expect(verdict(reading(soft), "level")?.verdict == .lookAt)
    let hot = (0..<96_000).map { $0 % 300 == 0 ? Int16.max : 500 }
    #expect(verdict(reading(hot), "level")?.verdict == .lookAt)
    #expect(verdict(reading(hot), "level")?.sentence.contains("overdriven") == true)
    let speech = (0..<96_000).map { Int16(($0 * 37) % 4_000 - 2_000) }
    #expect(verdict(reading(speech), "level")?.verdict == .good)
  }

  @Test("a clock that is off is told in millionths, and sound that is lost as what it is")
  func clocks() {
    for (rate, words, advice) in [
      (1.0001, "100 ± 0 ppm off", nil), (1.002, "2000 ± 0 ppm off", "beyond a healthy clock"),
      (0.6, "brings 40 % less sound than it should", "sound is lost"),
      (1.5, "brings 50 % more sound than it should", "sound is lost"),
    ] as [(Double, String, String?)] {
      var reading = reading([])
      for step in 0..<40 {
        let samples = Int((Double(step) * 240_000 * rate).rounded())
        reading.inputDrift.add(samples: samples, atNanoseconds: Int64(step) * 5_000_000_000)
      }
      let finding = verdict(reading, "clock")
      #expect(finding?.sentence.contains(words) == true, "\(finding?.sentence ?? "")")
      #expect(finding?.verdict == (advice == nil ? .good : .lookAt))
      if let advice { #expect(finding?.advice?.contains(advice) == true) }
    }
  }

  @Test("a device that failed is bad, with what to do")
  func failed() {
    var broken = reading([])
    broken.inputState = .failed(AudioDeviceError(device: "hw:9", operation: .open, code: 2))
    let finding = verdict(broken, "microphone")
    #expect(finding?.verdict == .bad && finding?.advice != nil)
    #expect(verdict(broken, "level") == nil && verdict(broken, "mouth to ear") == nil)
  }

  @Test("a delay that was not measured is called computed")
  func computed() {
    var plain = reading([Int16](repeating: 900, count: 96_000))
    (plain.inputDelay, plain.outputDelay, plain.reserve) = (480, 1_440, 480)
    plain.jitterBufferDelay = 0.02
    let finding = verdict(plain, "mouth to ear")
    #expect(finding?.sentence.contains("96.5 ms computed, not measured") == true)
    #expect(finding?.figures["measuredMilliseconds"] == nil)
  }

  @Test("without real-time priority or locked memory there is something to do")
  func realtime() {
    let refused = RealtimeCheck(isGranted: false, priorityLimit: 0, memoryLimit: 8 << 20)
    #expect(refused.findings.map(\.verdict) == [.lookAt, .good])
    #expect(refused.findings[0].advice?.contains("rtprio") == true)
    let granted = RealtimeCheck(isGranted: true, priorityLimit: 0, memoryLimit: 8 << 20)
    #expect(granted.findings.map(\.verdict) == [.good, .good])
    let untried = RealtimeCheck(isGranted: nil, priorityLimit: 5, memoryLimit: 8 << 20)
    #expect(untried.findings[0].verdict == .good, "the system grants a little to whoever asks")
  }
}
