import Glibc
import LoopGLib
import Realtime
import Synchronization
import Testing

@Suite("Real-time thread")
struct RealtimeThreadTests {
  @Test("prepares, runs and finishes, in this order")
  func order() {
    let work = RecordedWork()
    let thread = RealtimeThread(name: "order", work: work)
    #expect(thread.start() == 0)
    #expect(thread.stop())
    #expect(work.steps.first == "prepare")
    #expect(work.steps.last == "finish")
  }

  @Test("ends in the middle of a wait when it is stopped")
  func stopsInMidWait() async {
    let work = RecordedWork()
    let thread = RealtimeThread(name: "wait", work: work)
    #expect(thread.start() == 0)
    #expect(await eventually { work.steps.contains("run") })
    let start = StopSignal.now
    #expect(thread.stop())
    #expect(StopSignal.now - start < 500_000_000)
    #expect(work.steps == ["prepare", "run", "finish"])
  }

  @Test("does not run what could not be prepared")
  func unprepared() async {
    let work = RecordedWork(isReady: false)
    let thread = RealtimeThread(name: "unprepared", work: work)
    #expect(thread.start() == 0)
    #expect(await eventually { work.steps.contains("finish") })
    #expect(thread.stop())
    #expect(work.steps == ["prepare", "finish"])
  }

  @Test("is left behind when it hangs, and frees its work when it ends after all")
  func leftBehind() async {
    let release = Doorbell()
    let isFreed = Lock(false)
    do {
      let work = HangingWork(release: release, isFreed: isFreed)
      let thread = RealtimeThread(name: "hang", work: work)
      #expect(thread.start() == 0)
      #expect(await eventually { work.isHanging.load(ordering: .relaxed) })
      #expect(!thread.stop())
    }
    #expect(!isFreed.withLock { $0 })
    release.ring()
    #expect(await eventually { isFreed.withLock { $0 } })
  }

  @Test("is harmless to stop twice or without a start")
  func stopsTwice() {
    let idle = RealtimeThread(name: "idle", work: RecordedWork())
    #expect(idle.stop())
    let thread = RealtimeThread(name: "twice", work: RecordedWork())
    #expect(thread.start() == 0)
    #expect(thread.stop())
    #expect(thread.stop())
  }

  @Test("runs at real-time priority where the system grants it, and says so")
  func priority() async {
    let work = RecordedWork()
    let thread = RealtimeThread(name: "priority", work: work)
    #expect(!thread.isRealtime)
    #expect(thread.start() == 0)
    #expect(await eventually { work.steps.contains("run") })
    #expect(thread.isRealtime == (work.policy.load(ordering: .relaxed) == Int(SCHED_FIFO)))
    thread.stop()
  }

  @Test(
    "shares its priority with threads that a library starts while it gets ready, not with later ones"
  )
  func inherited() async {
    let work = ParentWork()
    let thread = RealtimeThread(name: "parent", work: work)
    #expect(thread.start() == 0)
    #expect(await eventually { work.policies.count == 2 })
    #expect(work.policies == [thread.isRealtime ? SCHED_FIFO : SCHED_OTHER, SCHED_OTHER])
    thread.stop()
  }
}

@Suite("Pace")
struct PaceTests {
  @Test("does not drift against the clock")
  func noDrift() {
    let stop = StopSignal()
    defer { stop.destroy() }
    let start = StopSignal.now
    var pace = Pace(periodSamples: 480, sampleRate: 48_000)
    var turns = 0
    while turns < 51, let skipped = pace.waitForTurn(until: stop) { turns += 1 + skipped }
    let elapsed = StopSignal.now - start
    #expect(elapsed >= 500_000_000)
    #expect(elapsed < 560_000_000, "late by one turn's jitter at most, not by their sum")
  }

  @Test("passes over the turns of a long absence")
  func absence() {
    let stop = StopSignal()
    defer { stop.destroy() }
    var pace = Pace(periodSamples: 480, sampleRate: 48_000)
    #expect(pace.waitForTurn(until: stop) == 0)
    _ = stop.sleep(until: StopSignal.now + 200_000_000)
    let skipped = pace.waitForTurn(until: stop) ?? 0
    #expect(skipped >= 18)
  }

  @Test("ends at once when it is stopped")
  func stopped() {
    let stop = StopSignal()
    defer { stop.destroy() }
    var pace = Pace(periodSamples: 48_000, sampleRate: 48_000)
    #expect(pace.waitForTurn(until: stop) == 0)
    stop.set()
    #expect(pace.waitForTurn(until: stop) == nil)
  }
}

/// Starts a thread while it gets ready and another when it runs, and writes down how they are scheduled.
private final class ParentWork: RealtimeWork {
  private let recorded = Lock<[Int32]>([])

  var policies: [Int32] { recorded.withLock { $0 } }

  func prepare(stop: StopSignal) -> Bool {
    recordChild()
    return true
  }

  func run(until stop: StopSignal) {
    recordChild()
    _ = stop.sleep(until: StopSignal.now + 60_000_000_000)
  }

  func finish() {}

  private func recordChild() {
    var child = pthread_t()
    let created = pthread_create(
      &child, nil, { _ in UnsafeMutableRawPointer(bitPattern: Int(sched_getscheduler(0)) + 1) }, nil
    )
    guard created == 0 else { return }
    var policy: UnsafeMutableRawPointer?
    pthread_join(child, &policy)
    recorded.withLock { $0.append(Int32(Int(bitPattern: policy) - 1)) }
  }
}

/// Waits for the stop signal and writes down what it was asked to do.
private final class RecordedWork: RealtimeWork {
  private let recorded = Lock<[String]>([])
  let policy = Atomic<Int>(-1)
  let isReady: Bool

  init(isReady: Bool = true) {
    self.isReady = isReady
  }

  var steps: [String] { recorded.withLock { $0 } }

  func prepare(stop: StopSignal) -> Bool {
    recorded.withLock { $0.append("prepare") }
    return isReady
  }

  func run(until stop: StopSignal) {
    policy.store(Int(sched_getscheduler(0) & ~0x4000_0000), ordering: .relaxed)
    recorded.withLock { $0.append("run") }
    _ = stop.sleep(until: StopSignal.now + 60_000_000_000)
  }

  func finish() { recorded.withLock { $0.append("finish") } }
}

/// Does not listen to the stop signal.
private final class HangingWork: RealtimeWork {
  let release: Doorbell
  let isFreed: Lock<Bool>
  let isHanging = Atomic<Bool>(false)

  init(release: Doorbell, isFreed: Lock<Bool>) {
    self.release = release
    self.isFreed = isFreed
  }

  deinit { isFreed.withLock { $0 = true } }

  func prepare(stop: StopSignal) -> Bool { true }

  func run(until stop: StopSignal) {
    isHanging.store(true, ordering: .relaxed)
    var wait = pollfd(fd: release.descriptor, events: Int16(POLLIN), revents: 0)
    _ = poll(&wait, 1, 20_000)
  }

  func finish() {}
}
