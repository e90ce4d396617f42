import Basics
import Media
import Phone
import SDP
import Simulation
import Testing

@Suite("Media core")
struct MediaCoreTests {
  @Test("opens the devices with the first call and lets go of them with the last")
  func devices() {
    let bench = MediaBench()
    let (first, second) = (bench.id(1), bench.id(2))
    bench.connect(first)
    #expect(bench.devices == [MediaBench.Devices(capture: true, playback: true)])
    bench.connect(second)
    bench.order(.close(first))
    #expect(bench.devices.count == 1)
    bench.order(.close(second))
    #expect(bench.devices.last == MediaBench.Devices(capture: false, playback: false))
    #expect(bench.core.deadline == nil)
  }

  @Test("opens only the ear for a tone, until it has faded")
  func toneDevices() {
    let bench = MediaBench()
    bench.order(.startTone(.ring))
    #expect(bench.devices == [MediaBench.Devices(capture: false, playback: true)])
    #expect(bench.pull(4_800).contains { $0 != 0 })
    bench.order(.stopTone)
    #expect(bench.devices.count == 1)
    _ = bench.pull(480)
    #expect(bench.devices.last == MediaBench.Devices(capture: false, playback: false))
    #expect(bench.pull(480).allSatisfy { $0 == 0 })
  }

  @Test("rings by a device of its own where there is one, and by nothing else")
  func ringer() {
    let bench = MediaBench()
    bench.core.ringsApart = true
    bench.order(.startTone(.ring))
    #expect(bench.effects.last == .useDevices(capture: false, playback: false, rings: true))
    #expect(bench.pull(4_800).allSatisfy { $0 == 0 })
    #expect(bench.core.pullRing(sampleCount: 4_800).samples.contains { $0 != 0 })
    bench.order(.stopTone)
    #expect(
      bench.core.pullRing(sampleCount: 480).effects
        == [.useDevices(capture: false, playback: false, rings: false)])
    bench.order(.startTone(.ringback))
    #expect(bench.effects.last == .useDevices(capture: false, playback: true, rings: false))
    #expect(bench.pull(4_800).contains { $0 != 0 })
  }

  @Test("a prepared call uses no device")
  func prepared() {
    let bench = MediaBench()
    bench.order(.prepare(bench.id(1), bench.offererPlan))
    #expect(bench.devices == [])
  }

  @Test("carries the microphone to the peer and the peer to the ear")
  func sound() {
    let bench = MediaBench()
    bench.connect(bench.id(1))
    bench.talk(frames: 50)
    #expect(bench.played.suffix(4_800).allSatisfy { $0 == 5_001 })
    #expect(bench.heard(by: bench.id(1)).suffix(4_800).allSatisfy { $0 == 700 })
    #expect(bench.reports.contains(.flowing(bench.id(1))))
  }

  @Test("gives the rest of a packet along in one plain call, and only there")
  func ready() {
    let bench = MediaBench()
    bench.takesReady = true
    bench.connect(bench.id(1))
    bench.talk(frames: 50)
    #expect(bench.readyCount > 40)
    #expect(bench.played.suffix(4_800).allSatisfy { $0 == 5_001 })
    #expect(bench.played.count >= 50 * 960)

    var before = bench.readyCount
    bench.order(.startTone(.waiting))
    bench.talk(frames: 10)
    #expect(bench.readyCount <= before + 1)
    bench.order(.stopTone)
    bench.talk(frames: 50)
    before = bench.readyCount
    bench.order(.record(bench.id(1), path: "call.wav"))
    bench.talk(frames: 10)
    #expect(bench.readyCount <= before + 1)
    bench.order(.stopRecording(bench.id(1)))
    bench.talk(frames: 50)
    before = bench.readyCount
    bench.connect(bench.id(2))
    bench.talk(frames: 10)
    #expect(bench.readyCount <= before + 1)
  }

  @Test("the second call waits unless it is made active; then the first is held by order")
  func twoCalls() {
    let bench = MediaBench()
    let (first, second) = (bench.id(1), bench.id(2))
    bench.connect(first)
    bench.connect(second)
    bench.talk(frames: 50)
    #expect(bench.played.suffix(4_800).allSatisfy { $0 == 5_001 })
    #expect(bench.heard(by: second).suffix(4_800).allSatisfy { $0 == 0 })

    bench.order(.setActive(first, false))
    bench.order(.setActive(second, true))
    bench.talk(frames: 50)
    #expect(bench.played.suffix(4_800).allSatisfy { $0 == 5_002 })
    #expect(bench.heard(by: first).suffix(4_800).allSatisfy { $0 == 0 })
    #expect(bench.heard(by: second).suffix(4_800).allSatisfy { $0 == 700 })

    bench.order(.setActive(first, true))
    bench.talk(frames: 50)
    #expect(bench.played.suffix(4_800).allSatisfy { $0 == 10_003 })
  }

  @Test("mutes all calls, also those that come later")
  func mutes() {
    let bench = MediaBench()
    bench.order(.mute(true))
    bench.connect(bench.id(1))
    bench.talk(frames: 50)
    #expect(bench.heard(by: bench.id(1)).allSatisfy { $0 == 0 })
    bench.order(.mute(false))
    bench.talk(frames: 50)
    #expect(bench.heard(by: bench.id(1)).suffix(4_800).allSatisfy { $0 == 700 })
  }

  @Test("applies the volume without a step")
  func volume() {
    let bench = MediaBench()
    bench.connect(bench.id(1))
    bench.talk(frames: 50)
    bench.order(.volume(decibels: -6))
    bench.talk(frames: 10)
    let last = bench.played.suffix(10 * 960 + 480)
    let steps = zip(last, last.dropFirst()).map { abs(Int($0) - Int($1)) }
    #expect(steps.allSatisfy { $0 < 10 })
    #expect(last.suffix(960).allSatisfy { (2_490...2_515).contains($0) })
  }

  @Test("records both sides on one clock, from the order to the end of the call")
  func records() {
    let bench = MediaBench()
    let id = bench.id(1)
    bench.connect(id)
    bench.talk(frames: 20)
    bench.order(.record(id, path: "call.wav"))
    #expect(bench.effects.last == .startRecording(id, path: "call.wav"))
    bench.talk(frames: 50)
    bench.order(.mute(true))
    bench.talk(frames: 50)

    let (near, far) = bench.recorded(id)
    #expect(near.count == 100 * 960)
    #expect(far.count == near.count)
    #expect(near[4_800..<40_000].allSatisfy { $0 == 700 })
    #expect(far[4_800...].allSatisfy { $0 == 5_001 })
    #expect(near.suffix(4_800).allSatisfy { $0 == 0 })

    bench.order(.close(id))
    #expect(bench.effects.contains(.stopRecording(id)))
  }

  @Test("refuses to record what is not up, and stops when told")
  func recordingOrders() {
    let bench = MediaBench()
    let id = bench.id(1)
    bench.order(.record(id, path: "call.wav"))
    #expect(
      bench.reports.last == .recording(id, path: nil, complaint: "The call is not up."))
    bench.connect(id)
    bench.order(.record(id, path: "call.wav"))
    bench.order(.stopRecording(id))
    #expect(bench.effects.last == .stopRecording(id))
    let count = bench.effects.count
    bench.order(.stopRecording(id))
    #expect(bench.effects.count == count)
  }

  @Test("sounds the keys that it sends")
  func keys() {
    let bench = MediaBench()
    let id = bench.id(1)
    bench.connect(id)
    bench.talk(frames: 20)
    bench.order(.setActive(id, true))
    bench.order(.digits(id, "5"))
    bench.talk(frames: 20)
    #expect(bench.peers[id]?.digits == "5")
    #expect(Set(bench.played.suffix(20 * 960)).count > 100)
  }

  @Test("takes eight calls and refuses the ninth in words")
  func bound() {
    let bench = MediaBench()
    for number in 1...8 { bench.order(.prepare(bench.id(number), bench.offererPlan)) }
    #expect(bench.reports.isEmpty)
    bench.order(.prepare(bench.id(9), bench.offererPlan))
    #expect(bench.reports == [.failed(bench.id(9), "The phone has no room for another call.")])
    bench.order(.close(bench.id(1)))
    bench.order(.prepare(bench.id(9), bench.offererPlan))
    #expect(bench.reports.dropFirst() == [.closed(bench.id(1))])
  }

  @Test("does nothing for a call that is over or that never was")
  func unknown() {
    let bench = MediaBench()
    let id = bench.id(1)
    bench.connect(id)
    bench.order(.close(id))
    let count = bench.effects.count
    bench.order(.open(id))
    bench.order(.setActive(id, true))
    bench.order(.digits(id, "1"))
    bench.order(.restart(id))
    bench.order(.endOfCandidates(bench.id(7)))
    #expect(bench.effects.count == count)
    #expect(bench.core.ice(.gatheringDone, for: id, at: bench.now) == [])
  }

  @Test("tells levels ten times a second, and device faults with the figures")
  func levels() {
    let bench = MediaBench()
    bench.connect(bench.id(1))
    bench.core.devicesReport(faults: 123, delay: .milliseconds(30))
    bench.talk(frames: 100)
    let levels = bench.effects.compactMap { effect -> (Double, Double)? in
      if case .levels(let near, let far) = effect { (near, far) } else { nil }
    }
    #expect((19...22).contains(levels.count))
    #expect(levels.last.map { abs($0.0 - 0.021) < 0.002 && abs($0.1 - 0.153) < 0.01 } == true)
    for case .statistics(_, let statistics) in bench.reports.suffix(2) {
      #expect(statistics.deviceFaults == 123)
      #expect(statistics.estimatedDelay > 0.05)
    }
  }

  @Test("carries a call of samples beside others: microphone out, chunks in, recorded")
  func samples() {
    let bench = MediaBench()
    let id = bench.id(1)
    bench.order(
      .prepareSamples(
        id, sentRate: 24_000, receivedRate: 24_000, chunk: .milliseconds(40)))
    #expect(bench.reports == [.secured(id)])
    bench.order(.open(id))
    #expect(bench.devices == [MediaBench.Devices(capture: true, playback: true)])
    bench.order(.record(id, path: "r.wav"))
    bench.order(.play(id, [Int16](repeating: 6_000, count: 24_000)))
    bench.talk(frames: 50)
    #expect(bench.played.suffix(4_800).allSatisfy { $0 == 6_000 })
    #expect(bench.reports.contains(.flowing(id)))
    let sent = bench.reports.compactMap {
      if case .sound(id, let samples) = $0 { samples } else { nil }
    }
    #expect(sent.count == 25)
    #expect(sent.last?.allSatisfy { $0 == 700 } == true)
    let recorded = bench.recorded(id)
    #expect(recorded.near.suffix(4_800).allSatisfy { $0 == 700 })
    #expect(recorded.far.suffix(4_800).allSatisfy { $0 == 6_000 })
    bench.order(.flush(id))
    #expect(bench.pull(4_800).dropFirst(240).allSatisfy { $0 == 0 })
    bench.order(.close(id))
    #expect(bench.reports.last == .closed(id))
    #expect(bench.devices.last == MediaBench.Devices(capture: false, playback: false))
  }

  @Test("refuses sound of a kind that cannot be made")
  func impossibleSamples() {
    let bench = MediaBench()
    bench.order(
      .prepareSamples(
        bench.id(1), sentRate: 1, receivedRate: 24_000, chunk: .milliseconds(40)))
    guard case .failed(bench.id(1), _)? = bench.reports.last else {
      Issue.record("it was prepared")
      return
    }
  }

  @Test("says that a call is closed, also one that it does not know")
  func closes() {
    let bench = MediaBench()
    bench.order(.close(bench.id(7)))
    #expect(bench.reports == [.closed(bench.id(7))])
  }
}
