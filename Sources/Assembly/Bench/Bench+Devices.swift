import AlsaAudio
import Basics
import Glibc
import LoopGLib
import Media
import Realtime

extension Bench {
  /// What a sound device grants, and how it keeps up, alone and on a machine whose processors are all
  /// busy: a tone with clicks in it, played and heard again.
  ///
  /// Then the threads that serve the device are kept from running until it has run dry or over, as a busy
  /// machine may do, to see how soon there is sound once they run again.
  ///
  /// They are those that the options name, where the microphone should hear the loudspeaker, or a sound
  /// server's of the bench's own.
  func devices() throws(BenchProcess.Failure) -> [BenchFigures] {
    // As the loop does that makes the sound of calls.
    ThreadPriority.loop.raise()
    defer { ThreadPriority.lower() }
    var server: BenchSoundServer?
    if capture == nil, playback == nil {
      let own = try BenchSoundServer(directory: directory, environment: environment)
      for (key, value) in own.environment { setenv(key, value, 1) }
      server = own
    }
    defer { server?.stop() }
    let usual = server == nil ? DeviceList.defaultName : BenchSoundServer.loopDevice
    var (alone, busy) = (
      DeviceFigures("in 20 s", held: ""),
      DeviceFigures("in 8 s, processors busy", held: ", processors busy")
    )
    for _ in 0..<runs {
      var probe = deviceProbe(usual)
      try probe.run(for: .seconds(20))
      alone.add(probe)
      guard let load = try load(for: .seconds(60)) else { continue }
      defer { close(load) }
      probe = deviceProbe(usual)
      try probe.run(for: .seconds(8))
      busy.add(probe)
    }
    return alone.all + busy.keepingUp
  }

  private func deviceProbe(_ usual: String) -> DeviceProbe {
    DeviceProbe(
      capture: capture?.text ?? usual, playback: playback?.text ?? usual, profile: latency)
  }

  /// A process for each processor that does nothing but count; `nil` without the program for it.
  private func load(for time: Duration) throws(BenchProcess.Failure) -> BenchProcess? {
    guard BenchProcess.isInstalled("stress-ng") else { return nil }
    let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    return try BenchProcess(
      ["--cpu", "\(processors)", "--timeout", "\(Int(time.seconds))s", "--quiet"],
      of: "stress-ng", environment: environment)
  }
}

/// The readings of all runs.
private struct DeviceFigures {
  private var captured = BenchFigures("granted capture period", unit: "ms", aim: nil)
  private var played = BenchFigures("granted playback period", unit: "ms", aim: nil)
  private var roundTrip = BenchFigures("round trip", unit: "ms", aim: nil)
  private var kept: BenchFigures
  private var xruns: BenchFigures
  private var missing: BenchFigures
  private var gap: BenchFigures
  private var speaker: BenchFigures
  private var microphone: BenchFigures

  /// - Parameters:
  ///   - time: how long, and in what circumstances.
  ///   - held: the circumstances alone.
  init(_ time: String, held: String) {
    kept = BenchFigures("kept in the loudspeaker", unit: "ms \(time)", aim: nil)
    xruns = BenchFigures("overruns and underruns", unit: time, aim: 0)
    missing = BenchFigures("missing or dropped", unit: "ms \(time)", aim: nil)
    gap = BenchFigures("longest interruption", unit: "ms \(time)", aim: 40)
    let unit = "ms after \(Int(DeviceProbe.holdTime.milliseconds)) ms without a processor\(held)"
    speaker = BenchFigures("loudspeaker that ran dry to sound", unit: unit, aim: 40)
    microphone = BenchFigures("microphone that ran over to sound", unit: unit, aim: 40)
  }

  mutating func add(_ probe: DeviceProbe) {
    captured.add(Double(probe.capturePeriod) / 48)
    played.add(Double(probe.playbackPeriod) / 48)
    kept.add(Double(probe.queued) / 48)
    xruns.add(Double(probe.xruns))
    missing.add(Double(probe.missing) / 48)
    for delay in probe.roundTrips { roundTrip.add(delay) }
    if let longest = probe.longestGap { gap.add(longest) }
    for time in probe.playbackRecoveries { speaker.add(time) }
    for time in probe.captureRecoveries { microphone.add(time) }
  }

  /// What was granted, and how that went.
  var all: [BenchFigures] { [captured, played] + keepingUp + [roundTrip] }
  var keepingUp: [BenchFigures] { [kept, xruns, missing, gap, speaker, microphone] }
}
