import Basics
import Glibc
import LoopGLib
import Testing

@Suite("Loop")
struct LoopTests {
  @Test("names its thread and calls back on it")
  func threadName() async {
    let loop = GLibLoop(name: "tip-loop-tests-and-more")
    loop.start()
    defer { loop.stop() }
    let name = await withCheckedContinuation { continuation in
      loop.perform {
        var bytes = [UInt8](repeating: 0, count: 64)
        let descriptor = open("/proc/thread-self/comm", O_RDONLY)
        let count = read(descriptor, &bytes, bytes.count)
        close(descriptor)
        continuation.resume(returning: String(decoding: bytes.prefix(count), as: UTF8.self))
      }
    }
    #expect(name == "tip-loop-tests-\n")
    #expect(!loop.isCurrent)
  }

  @Test("does what was asked before it ran, in order, and then ends")
  func quitBeforeRun() {
    let loop = GLibLoop(name: "loop")
    let order = Lock<[Int]>([])
    loop.perform { order.withLock { $0.append(1) } }
    loop.perform { order.withLock { $0.append(2) } }
    loop.quit()
    loop.run()
    #expect(order.withLock { $0 } == [1, 2])
  }

  @Test("may be stopped twice, and never started")
  func stopTwice() {
    let loop = GLibLoop(name: "loop")
    loop.start()
    loop.stop()
    loop.stop()
    GLibLoop(name: "loop").stop()
  }

  @Test("goes away after its end, with what it was asked too late")
  func isReleased() {
    weak var released: GLibLoop?
    weak var unasked: Token?
    do {
      let loop = GLibLoop(name: "loop")
      released = loop
      loop.start()
      loop.stop()
      loop.quit()
      let token = Token()
      unasked = token
      loop.perform { _ = token }
    }
    #expect(released == nil)
    #expect(unasked == nil)
  }

  @Test("is the executor of an actor, up to the last job")
  func executor() async {
    let loop = GLibLoop(name: "loop")
    loop.start()
    let counter = Counter(loop: loop)
    for _ in 0..<1_000 { await counter.count() }
    #expect(await counter.value == 1_000)
    async let last: Void = counter.quitAndCount()
    await last
    loop.stop()
  }

  @Test("takes jobs from many threads at once")
  func manyThreads() async {
    let loop = GLibLoop(name: "loop")
    loop.start()
    defer { loop.stop() }
    let counter = Counter(loop: loop)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { for _ in 0..<500 { await counter.count() } }
      }
    }
    #expect(await counter.value == 4_000)
  }
}

final class Token: Sendable {}

/// Counts on its loop, as the planes do.
private actor Counter {
  nonisolated let loop: GLibLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  private(set) var value = 0

  init(loop: GLibLoop) { self.loop = loop }

  func count() {
    loop.checkIsolated()
    assumeIsolated { $0.value += 1 }
  }

  func quitAndCount() {
    loop.quit()
    count()
  }
}
