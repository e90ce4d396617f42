import AlsaAudio
import Basics
import CLinux
import Glibc
import LoopGLib
import Media
import Realtime

/// Both directions of one device at work, as the media loop would serve them.
struct DeviceProbe {
  private(set) var capturePeriod = 0
  private(set) var playbackPeriod = 0
  private(set) var queued = 0
  private(set) var xruns = 0
  private(set) var missing = 0
  /// In milliseconds, of the clicks that were heard again.
  private(set) var roundTrips: [Double] = []
  /// The longest silence in what should be a steady tone, in milliseconds; `nil` when nothing was heard.
  private(set) var longestGap: Double?

  /// From the moment that a thread could run again until sound flowed anew, in milliseconds; of the
  /// loudspeaker less the way to the microphone, where it is heard.
  private(set) var playbackRecoveries: [Double] = []
  private(set) var captureRecoveries: [Double] = []

  private let input: CaptureThread
  private let output: PlaybackThread
  private var position = 0
  private var sent: [Instant] = []
  private var heardAt: [Instant] = []
  private var sinceClick = Int.max / 2
  private var quiet = 0
  private var hasHeard = false
  /// When there was sound again after silence, or after nothing at all.
  private var resumptions: [Instant] = []
  private var arrived = Instant.zero

  init(capture: String, playback: String, profile: LatencyProfile) {
    input = CaptureThread(device: capture, profile: profile)
    output = PlaybackThread(device: playback, profile: profile)
  }

  /// Listens to the tone for a while, then holds up each thread some times.
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
    let gap = longestGap
    defer { longestGap = gap }
    for _ in 0..<Self.holds {
      if let time = try recovery(of: "capture") { captureRecoveries.append(time) }
      guard let time = try recovery(of: "playback"), !roundTrips.isEmpty else { continue }
      let roundTrip = roundTrips.sorted()[roundTrips.count / 2]
      playbackRecoveries.append(max(time - roundTrip, 0))
    }
  }

  /// Holds up a thread, and waits until there is sound again and stays.
  ///
  /// - Returns: the time that took, in milliseconds; `nil` when nothing was interrupted.
  private mutating func recovery(of thread: String) throws(BenchProcess.Failure) -> Double? {
    resumptions = []
    guard ThreadHold.begin(thread, for: Self.holdTime) else { return nil }
    try serve(until: .now.advanced(by: Self.holdTime + .seconds(1)))
    guard let end = ThreadHold.end, var last = resumptions.first(where: { $0 >= end }) else {
      return nil
    }
    for next in resumptions where next > last && last.duration(to: next) < Self.steadiness {
      last = next
    }
    return end.duration(to: last).milliseconds
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
        if arrived.duration(to: .now) > Self.longestPause { quiet = max(quiet, Self.silence) }
        arrived = .now
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
      if quiet >= Self.silence { resumptions.append(.now) }
      hasHeard = true
      quiet = 0
    }
    // A tone is near zero for two samples at a time.
    if hasHeard { longestGap = max(longestGap ?? 0, quiet > 48 ? Double(quiet) / 48 : 0) }
  }

  private static let clickDistance = 24_731
  /// More than any device holds.
  static let holdTime: Duration = .milliseconds(300)
  private static let holds = 4
  /// 5 ms.
  private static let silence = 240
  /// How long sound must stay.
  private static let steadiness: Duration = .milliseconds(300)
  /// Three frames.
  private static let longestPause: Duration = .milliseconds(60)
}
