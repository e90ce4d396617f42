import Glibc
import LoopGLib
import Realtime
import Testing

@Suite("Doorbell")
struct DoorbellTests {
  @Test("makes one ring of many")
  func coalesces() {
    let doorbell = Doorbell()
    #expect(!doorbell.clear())
    for _ in 0..<1_000 { doorbell.ring() }
    #expect(doorbell.clear())
    #expect(!doorbell.clear())
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
