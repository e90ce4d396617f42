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
  /// They are those that the options name, where the microphone should hear the loudspeaker, or a sound
  /// server's of the bench's own.
  func devices() throws(BenchProcess.Failure) -> [BenchFigures] {
    // As the loop does that makes the sound of calls.
    ThreadPreference.raise()
    defer { ThreadPreference.lower() }
    var server: BenchSoundServer?
    if capture == nil, playback == nil {
      let own = try BenchSoundServer(directory: directory, environment: environment)
      for (key, value) in own.environment { setenv(key, value, 1) }
      server = own
    }
    defer { server?.stop() }
    let usual = server == nil ? DeviceList.defaultName : BenchSoundServer.loopDevice
    var (alone, busy) = (DeviceFigures("in 20 s"), DeviceFigures("in 8 s, processors busy"))
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

  /// - Parameter time: how long, and in what circumstances.
  init(_ time: String) {
    kept = BenchFigures("kept in the loudspeaker", unit: "ms \(time)", aim: nil)
    xruns = BenchFigures("overruns and underruns", unit: time, aim: 0)
    missing = BenchFigures("missing or dropped", unit: "ms \(time)", aim: nil)
    gap = BenchFigures("longest interruption", unit: "ms \(time)", aim: 40)
  }

  mutating func add(_ probe: DeviceProbe) {
    captured.add(Double(probe.capturePeriod) / 48)
    played.add(Double(probe.playbackPeriod) / 48)
    kept.add(Double(probe.queued) / 48)
    xruns.add(Double(probe.xruns))
    missing.add(Double(probe.missing) / 48)
    for delay in probe.roundTrips { roundTrip.add(delay) }
    if let longest = probe.longestGap { gap.add(longest) }
  }

  /// What was granted, and how that went.
  var all: [BenchFigures] { [captured, played] + keepingUp + [roundTrip] }
  var keepingUp: [BenchFigures] { [kept, xruns, missing, gap] }
}

/// Both directions of one device at work, as the media loop would serve them.
private struct DeviceProbe {
  private(set) var capturePeriod = 0
  private(set) var playbackPeriod = 0
  private(set) var queued = 0
  private(set) var xruns = 0
  private(set) var missing = 0
  /// In milliseconds, of the clicks that were heard again.
  private(set) var roundTrips: [Double] = []
  /// The longest silence in what should be a steady tone, in milliseconds; `nil` when nothing was heard.
  private(set) var longestGap: Double?

  private let input: CaptureThread
  private let output: PlaybackThread
  private var position = 0
  private var sent: [Instant] = []
  private var heardAt: [Instant] = []
  private var sinceClick = Int.max / 2
  private var quiet = 0
  private var hasHeard = false

  init(capture: String, playback: String, profile: LatencyProfile) {
    input = CaptureThread(device: capture, profile: profile)
    output = PlaybackThread(device: playback, profile: profile)
  }

  mutating func run(for duration: Duration) throws(BenchProcess.Failure) {
    defer {
      input.stop()
      output.stop()
    }
    try start()
    // A sound server takes two seconds to come into step; what is lost meanwhile does not count.
    try serve(until: .now.advanced(by: .seconds(3)))
    let before = counts
    (sent, heardAt, quiet, longestGap) = ([], [], 0, hasHeard ? 0 : nil)
    try serve(until: .now.advanced(by: duration))
    (xruns, missing) = (counts.xruns - before.xruns, counts.missing - before.missing)
    queued = output.queueSamples
    (capturePeriod, playbackPeriod) = (input.periodSamples, output.periodSamples)
    // The first click that was heard may have been sent before.
    for sent in sent {
      guard let heard = heardAt.first(where: { $0 >= sent }) else { continue }
      let delay = sent.duration(to: heard).milliseconds
      if delay < 500 { roundTrips.append(delay) }
    }
  }

  private func start() throws(BenchProcess.Failure) {
    do throws(AudioDeviceError) {
      try output.start()
      try input.start()
    } catch {
      throw .store(error.sentence)
    }
  }

  private var counts: (xruns: Int, missing: Int) {
    let all = [input.faults.counts, output.faults.counts]
    return (
      all.reduce(0) { $0 + $1.overruns + $1.underruns },
      all.reduce(0) { $0 + $1.droppedSamples + $1.missingSamples }
    )
  }

  private mutating func serve(until end: Instant) throws(BenchProcess.Failure) {
    while Instant.now < end {
      guard !Interruption.hasHappened else { throw .interrupted }
      var polled = [input.doorbell, output.doorbell].map {
        pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0)
      }
      _ = poll(&polled, nfds_t(polled.count), 20)
      input.doorbell.clear()
      output.doorbell.clear()
      for case .failed(let error) in [input.state, output.state] { throw .store(error.sentence) }
      while let samples = input.ring.read(exactly: min(max(input.ring.count, 1), 480)) {
        for sample in samples { hear(Int(sample)) }
      }
      output.supply(inPortionsOf: 4_800, atMost: 4_800) { count in (0..<count).map { _ in next() } }
    }
  }

  /// A soft tone of 1 kHz, with a click each half second and a little more.
  private mutating func next() -> Int16 {
    defer { position += 1 }
    let place = position % Self.clickDistance
    if place == 0 { sent.append(.now) }
    if place < 24 { return 24_000 }
    return Int16(3_000 * sin(2 * .pi * Double(position % 48) / 48))
  }

  private mutating func hear(_ sample: Int) {
    sinceClick += 1
    if sample > 12_000, sinceClick > 4_800 {
      heardAt.append(.now)
      sinceClick = 0
    }
    if abs(sample) < 200 {
      quiet += 1
    } else {
      hasHeard = true
      quiet = 0
    }
    // A tone is near zero for two samples at a time.
    if hasHeard { longestGap = max(longestGap ?? 0, quiet > 48 ? Double(quiet) / 48 : 0) }
  }

  private static let clickDistance = 24_731
}
