import Assembly
import Basics
import EndToEnd
import Glibc
import Media
import Realtime
import Testing

@testable import AlsaAudio

/// What real sound cards do to a program now and then, by a card that does it when told.
@Suite("Devices in trouble")
struct DeviceTroubleTests {
  @Test(
    "are told of in words, come back by themselves, or are given up",
    .enabled(if: TroubledCard.isPossible, "clang is needed, which compiles the card"))
  func troubles() async throws {
    let folder = TemporaryFolder()
    let card = try TroubledCard(in: folder)
    let result = try await Program.runSuite(
      "TroubledDevices", environment: card.environment, within: .seconds(90))
    #expect(result.hasPassed, "\(result.output)")
    #expect(result.output.contains("passed after"), "the suite took place")
    #expect(!result.output.contains("ALSA lib"), "the library writes nothing to the terminal")
  }
}

/// Run by the suite above, in a process that finds the card.
@Suite("TroubledDevices", .serialized, .enabled(if: TroubledCard.isHere))
struct TroubledDevices {
  @Test(
    "a device that is taken or forbidden says what to do, and works once it is not",
    arguments: [
      (TroubledCard.Trouble.busy, EBUSY, "in use by another program. Close that program"),
      (.denied, EACCES, "not allowed to use the sound device “cardIn”. Join the group audio"),
      (.gone, ENODEV, "There is no sound device “cardIn”. Choose another one"),
    ])
  func opening(trouble: TroubledCard.Trouble, code: Int32, words: String) async throws {
    try TroubledCard.set(trouble, on: "cardIn")
    let refused = CaptureThread(device: "cardIn")
    try refused.start()
    #expect(await eventually { refused.state != .opening })
    guard case .failed(let error) = refused.state else {
      Issue.record("state \(refused.state)")
      return
    }
    #expect(error == AudioDeviceError(device: "cardIn", operation: .open, code: code))
    #expect(error.sentence.contains(words), "\(error.sentence)")
    refused.stop()
    try TroubledCard.set(.none, on: "cardIn")
    let input = CaptureThread(device: "cardIn")
    try input.start()
    #expect(await eventually { input.ring.count > 480 })
    input.stop()
  }

  @Test("a device that is pulled out in mid-call says so, and works when it is back")
  func unplugged() async throws {
    for card in ["cardIn", "cardOut"] { try TroubledCard.set(.none, on: card) }
    let (input, output) = (CaptureThread(device: "cardIn"), PlaybackThread(device: "cardOut"))
    try input.start()
    try output.start()
    #expect(await eventually { input.ring.count > 480 && output.state == .running })
    for card in ["cardIn", "cardOut"] { try TroubledCard.set(.gone, on: card) }
    #expect(await eventually { input.state != .running && output.state != .running })
    for state in [input.state, output.state] {
      guard case .failed(let error) = state else {
        Issue.record("state \(state)")
        continue
      }
      #expect(error.operation == .transfer && error.code == ENODEV)
      #expect(error.sentence.contains("is gone"), "\(error.sentence)")
    }
    #expect(await eventually { input.doorbell.clear() && output.doorbell.clear() })
    input.stop()
    output.stop()
    for card in ["cardIn", "cardOut"] { try TroubledCard.set(.none, on: card) }
    let again = PlaybackThread(device: "cardOut")
    try again.start()
    #expect(await eventually { again.state == .running })
    again.stop()
  }

  @Test(
    "a machine that has slept goes on with fresh sound, whether the driver can resume or not",
    arguments: [TroubledCard.Trouble.suspended, .suspendedForGood])
  func suspended(trouble: TroubledCard.Trouble) async throws {
    for card in ["cardIn", "cardOut"] { try TroubledCard.set(.none, on: card) }
    let (input, output) = (CaptureThread(device: "cardIn"), PlaybackThread(device: "cardOut"))
    let (listener, feeder) = (
      Listener(input), Feeder(output, Tones.sine(hertz: 440, count: 48_000 * 60))
    )
    try input.start()
    try output.start()
    #expect(await eventually { listener.heard.count > 4_800 && output.state == .running })
    for card in ["cardIn", "cardOut"] { try TroubledCard.set(trouble, on: card) }
    // The card takes its trouble back when it has been brought on its feet.
    let (heard, asked) = (listener.heard.count, feeder.position)
    #expect(await eventually { listener.heard.count > heard + 48_000 })
    #expect(listener.heard.suffix(480).contains { $0 != 0 })
    #expect(await eventually { feeder.position > asked + 48_000 })
    #expect(input.state == .running && output.state == .running)
    listener.stop()
    feeder.stop()
    input.stop()
    output.stop()
  }

  @Test("a microphone that gives nothing any more is started anew, and counted")
  func still() async throws {
    try TroubledCard.set(.none, on: "cardIn")
    let input = CaptureThread(device: "cardIn")
    let listener = Listener(input)
    try input.start()
    #expect(await eventually { listener.heard.count > 4_800 })
    #expect(input.faults.counts.restarts == 0)
    try TroubledCard.set(.still, on: "cardIn")
    #expect(await eventually { input.faults.counts.restarts == 1 })
    let heard = listener.heard.count
    #expect(await eventually { listener.heard.dropFirst(heard).contains { $0 != 0 } })
    #expect(input.state == .running)
    // Silence took its place meanwhile.
    #expect(input.faults.counts.missingSamples > 0)
    listener.stop()
    input.stop()
  }

  @Test("a loudspeaker that takes nothing any more is started anew, and counted")
  func stuck() async throws {
    try TroubledCard.set(.none, on: "cardOut")
    let output = PlaybackThread(device: "cardOut")
    let feeder = Feeder(output, Tones.sine(hertz: 440, count: 48_000 * 60))
    try output.start()
    #expect(await eventually { feeder.position > 4_800 })
    #expect(output.faults.counts.restarts == 0)
    try TroubledCard.set(.still, on: "cardOut")
    #expect(await eventually { output.faults.counts.restarts == 1 })
    let given = feeder.position
    #expect(await eventually { feeder.position > given + 48_000 })
    #expect(output.state == .running)
    #expect(output.faults.counts.restarts == 1)
    feeder.stop()
    output.stop()
  }

  @Test("threads that were kept from running until the device ran dry or over go on at once")
  func heldUp() async throws {
    for card in ["cardIn", "cardOut"] { try TroubledCard.set(.none, on: card) }
    let (input, output) = (CaptureThread(device: "cardIn"), PlaybackThread(device: "cardOut"))
    let (listener, feeder) = (
      Listener(input), Feeder(output, [Int16](repeating: 1_000, count: 48_000 * 60))
    )
    try startOpenToSignals(input, output)
    #expect(await eventually { listener.heard.count > 4_800 && feeder.position > 4_800 })
    var (microphone, loudspeaker): ([Double], [Double]) = ([], [])
    for _ in 0..<3 {
      try #require(ThreadHold.begin("capture", for: .milliseconds(300)))
      #expect(await eventually { ThreadHold.end != nil })
      let heldUntil = try #require(ThreadHold.end).nanoseconds
      let heard = listener.heard.count
      #expect(await eventually { listener.heard.count > heard + 4_800 })
      var index = 0
      while let time = listener.time(ofSample: index), time < heldUntil { index += 480 }
      while index < listener.heard.count, listener.heard[index] == 0 { index += 1 }
      let arrival = try #require(listener.time(ofSample: index))
      microphone.append(Double(arrival - heldUntil) / 1_000_000)

      let underruns = output.faults.counts.underruns
      try #require(ThreadHold.begin("playback", for: .milliseconds(300)))
      #expect(await eventually { ThreadHold.end != nil })
      let dryUntil = try #require(ThreadHold.end).nanoseconds
      #expect(await eventually { (try? TroubledCard.soundBegan()) ?? 0 > dryUntil })
      loudspeaker.append(Double(try TroubledCard.soundBegan() - dryUntil) / 1_000_000)
      #expect(output.faults.counts.underruns > underruns)
    }
    #expect(input.faults.counts.overruns + input.faults.counts.droppedSamples > 0)
    #expect(input.state == .running && output.state == .running)
    print("ms to sound: microphone \(microphone), loudspeaker \(loudspeaker)")
    listener.stop()
    feeder.stop()
    input.stop()
    output.stop()
  }

  /// Threads have the mask of the one that starts them, and those that run tests let no signal through.
  private func startOpenToSignals(_ input: CaptureThread, _ output: PlaybackThread) throws {
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try input.start()
    try output.start()
  }
}

@Suite("Device watch")
struct DeviceWatchTests {
  @Test("a microphone that was heard is given less time than one that never was, and then more")
  func patience() {
    var watch = DeviceWatch(at: 0)
    let first = DeviceWatch.beforeSound
    let due = [first - 1, first, 3 * first - 1, 3 * first].map { watch.isDue(at: $0) }
    #expect(due == [false, true, false, true])
    var now = 3 * first
    watch.deviceMoved(at: now)
    var waits: [Int64] = []
    for _ in 0..<10 {
      let begin = now
      while !watch.isDue(at: now) { now += 100_000_000 }
      waits.append(now - begin)
    }
    #expect(waits[0] == DeviceWatch.afterSound)
    #expect(waits[1] == 2 * DeviceWatch.afterSound)
    #expect(waits[9] <= DeviceWatch.longest + 100_000_000)
    #expect(DeviceWatch.afterSound < 1_000_000_000, "it is heard again within a second")
  }

  @Test("a loudspeaker is started anew when it takes nothing, and not while it takes a little")
  func playback() {
    var watch = PlaybackWatch(at: 0)
    let (second, patience) = (Int64(1_000_000_000), DeviceWatch.afterSound)
    let whileMoving = (1...20).map { watch.isDue(taken: $0, at: Int64($0) * second / 2) }
    #expect(!whileMoving.contains(true))
    let stop = 10 * second
    let still = [patience - 1, patience].map { watch.isDue(taken: 20, at: stop + $0) }
    #expect(still == [false, true])
    // What it takes after that is told anew.
    watch.restart()
    let again = [3 * patience - 1, 3 * patience].map { watch.isDue(taken: -960, at: stop + $0) }
    #expect(again == [false, true])
  }
}
