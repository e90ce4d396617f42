import Files
import Formats
import Glibc
import Invocation
import Media
import OpusCodec
import Playout
import Realtime
import SoundFiles

extension Bench {
  /// `tipring bench jitter`: the jitter buffer on a network's trace, in virtual time.
  static func jitter(_ options: BenchOptions) -> ExitCode {
    guard let tracePath = options.tracePath else { return fail("name a trace: --trace FILE.") }
    do {
      let trace = try DelayTrace(path: tracePath)
      let voice = try voice(options.speechPath)
      let output = try newFile(options.outputPath)
      let outcome = try JitterBench(
        voice: voice, trace: trace,
        settings: playout(options.latency),
        encoder: EncoderSettings(
          bitsPerSecond: 32_000, usesFEC: options.usesFEC, expectedLossPercent: 10),
        copyCount: options.copyCount, copyDistance: options.copyDistance, minutes: options.minutes,
        keepsSamples: output != nil
      ).run()
      if let output { try write(outcome.samples, to: output) }
      Output.line(options.isJSON ? json(outcome).text : line(outcome))
      return .success
    } catch let error as DelayTrace.Failure {
      return fail(error.sentence)
    } catch let error as AudioDeviceError {
      return fail(error.sentence)
    } catch {
      return fail("\(error)")
    }
  }

  /// A voice that is installed with the program, 48 kHz mono.
  static func installedVoice(_ name: String) throws(AudioDeviceError) -> [Int16] {
    let path = (SearchPaths.ofThisProcess.resources.map { $0 + "/" } ?? "") + "voices/\(name).opus"
    do throws(AudioDeviceError) { return try SoundClip.decode(path: path) } catch {
      guard error.code == ENOENT else { throw error }
      throw AudioDeviceError(device: path, operation: .findVoice, code: error.code)
    }
  }

  /// What is said: a file's, or an installed voice's.
  static func speech(_ path: String?) throws(AudioDeviceError) -> [Int16] {
    guard let path else { return try installedVoice("parrot-greeting") }
    return try SoundClip.decode(path: path)
  }

  /// A frame at least.
  private static func voice(_ path: String?) throws(AudioDeviceError) -> [Int16] {
    let voice = try speech(path)
    return voice + [Int16](repeating: 0, count: max(0, JitterBench.frameCount - voice.count))
  }

  /// Made before there is anything to be written, so that who cannot write it learns it at once.
  ///
  /// - Returns: `nil` where none is wanted.
  static func newFile(_ path: String?) throws(AudioDeviceError) -> SoundFileWriter? {
    guard let path else { return nil }
    return try SoundFileWriter(path: path, channelCount: 1)
  }

  private static func playout(_ latency: LatencyProfile) -> PlayoutSettings {
    switch latency {
    case .low: .low
    case .normal: .normal
    case .robust: .robust
    }
  }

  static func write(
    _ samples: [Int16], to writer: SoundFileWriter
  ) throws(AudioDeviceError) {
    for start in stride(from: 0, to: samples.count, by: 48_000) {
      let piece = Array(samples[start..<min(samples.count, start + 48_000)])
      let result = piece.withUnsafeBufferPointer { buffer -> Result<Void, AudioDeviceError> in
        do throws(AudioDeviceError) {
          return .success(try writer.write(buffer))
        } catch { return .failure(error) }
      }
      try result.get()
    }
    writer.updateHeader()
  }

  private static func line(_ outcome: JitterBench.Outcome) -> String {
    let (delay, high) = (tenths(outcome.meanDelay), tenths(outcome.delay95))
    return
      "buffer delay mean \(delay) ms, p95 \(high) ms; concealed \(hundredths(outcome.concealedPercent)) %; "
      + "R \(tenths(outcome.rating)); \(outcome.packetsLost) of \(outcome.packetsSent) packets lost, "
      + "\(outcome.statistics.recoveredPackets) recovered, \(outcome.statistics.packetsDiscarded) late; "
      + "first and last tenth \(tenths(outcome.firstDelay)) and \(tenths(outcome.lastDelay)) ms, "
      + "at most \(tenths(outcome.mostHeld)) ms held"
  }

  private static func json(_ outcome: JitterBench.Outcome) -> JSONValue {
    let counted = outcome.statistics
    return .members([
      "meanDelay": .number(outcome.meanDelay), "delay95": .number(outcome.delay95),
      "concealedPercent": .number(outcome.concealedPercent), "rating": .number(outcome.rating),
      "firstTenthDelay": .number(outcome.firstDelay), "lastTenthDelay": .number(outcome.lastDelay),
      "mostHeld": .number(outcome.mostHeld), "packetsSent": .integer(Int64(outcome.packetsSent)),
      "packetsLost": .integer(Int64(outcome.packetsLost)),
      "packetsDiscarded": .integer(Int64(counted.packetsDiscarded)),
      "jitterBufferDelay": .number(counted.jitterBufferDelay),
      "jitterBufferEmittedCount": .integer(Int64(counted.jitterBufferEmittedCount)),
      "totalSamplesReceived": .integer(Int64(counted.totalSamplesReceived)),
      "concealedSamples": .integer(Int64(counted.concealedSamples)),
      "silentConcealedSamples": .integer(Int64(counted.silentConcealedSamples)),
      "concealmentEvents": .integer(Int64(counted.concealmentEvents)),
      "insertedSamplesForDeceleration": .integer(Int64(counted.insertedSamplesForDeceleration)),
      "removedSamplesForAcceleration": .integer(Int64(counted.removedSamplesForAcceleration)),
      "fecPacketsReceived": .integer(Int64(counted.fecPacketsReceived)),
      "recoveredPackets": .integer(Int64(counted.recoveredPackets)),
    ])
  }

  private static func fail(_ sentence: String) -> ExitCode {
    Output.error("bench jitter: \(sentence)")
    return .usage
  }

  private static func tenths(_ value: Double) -> String { String((value * 10).rounded() / 10) }
  private static func hundredths(_ value: Double) -> String {
    String((value * 100).rounded() / 100)
  }
}
