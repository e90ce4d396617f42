import Glibc
import LoopGLib
import Realtime
import Testing

@Suite("Doorbell")
struct DoorbellTests {
  @Test("makes one ring of many", arguments: [false, true])
  func coalesces(isTimer: Bool) async {
    let doorbell = Doorbell(isTimer: isTimer)
    #expect(!doorbell.clear())
    for _ in 0..<1_000 { doorbell.ring() }
    #expect(await eventually { doorbell.clear() })
    #expect(!doorbell.clear())
  }

  @Test("rings when the time has come that it was told, and not before")
  func rings() async {
    let doorbell = Doorbell(isTimer: true)
    let begin = StopSignal.now
    doorbell.ring(afterNanoseconds: 50_000_000)
    #expect(await eventually { isReadable(doorbell) })
    #expect(StopSignal.now - begin >= 50_000_000)
    #expect(doorbell.clear())
    #expect(!isReadable(doorbell), "it rings once")
  }

  @Test("rings at the time it was told last")
  func lastWord() async {
    let doorbell = Doorbell(isTimer: true)
    doorbell.ring(afterNanoseconds: 3_600_000_000_000)
    doorbell.ring()
    #expect(await eventually { isReadable(doorbell) })
    doorbell.ring(afterNanoseconds: 3_600_000_000_000)
    #expect(!isReadable(doorbell), "what nobody heard is put off")
    doorbell.ring(afterNanoseconds: -1)
    #expect(await eventually { doorbell.clear() }, "a time that is past is now")
  }

  @Test("can be read exactly while it has rung")
  func readable() {
    let doorbell = Doorbell()
    #expect(!isReadable(doorbell))
    doorbell.ring()
    #expect(isReadable(doorbell))
    doorbell.clear()
    #expect(!isReadable(doorbell))
  }

  @Test("wakes a loop from another thread")
  func wakesLoop() async {
    let loop = GLibLoop(name: "doorbell test")
    loop.start()
    let doorbell = Doorbell()
    let rung = Lock(0)
    let watch = DescriptorWatch(of: doorbell.descriptor, on: loop) {
      if doorbell.clear() { rung.withLock { $0 += 1 } }
    }
    doorbell.ring()
    #expect(await eventually { rung.withLock { $0 } == 1 })
    doorbell.ring()
    #expect(await eventually { rung.withLock { $0 } == 2 })
    withExtendedLifetime(watch) {}
    loop.stop()
  }

  private func isReadable(_ doorbell: Doorbell) -> Bool {
    var wait = pollfd(fd: doorbell.descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&wait, 1, 0) == 1
  }
}
