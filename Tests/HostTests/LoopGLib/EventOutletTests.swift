import LoopGLib
import Testing

@Suite("Event outlet")
struct EventOutletTests {
  @Test("tells at once, but nothing while its owner is asking, and all in order")
  func order() {
    let loop = GLibLoop(name: "outlet")
    let told = Lock<[Int]>([])
    loop.perform {
      let outlet = EventOutlet<Int>(on: loop) { event in told.withLock { $0.append(event) } }
      outlet.tell(1)
      #expect(told.withLock { $0 } == [1])
      outlet.whileAsked {
        outlet.tell(2)
        outlet.tell(3)
      }
      // What comes afterwards queues behind what waits.
      outlet.tell(4)
      #expect(outlet.waitingCount == 3)
      #expect(told.withLock { $0 } == [1])
      loop.perform {
        loop.perform {
          withExtendedLifetime(outlet) {}
          loop.quit()
        }
      }
    }
    loop.run()
    #expect(told.withLock { $0 } == [1, 2, 3, 4])
  }

  @Test("tells nothing more once it is closed, also by its handler")
  func closing() {
    let loop = GLibLoop(name: "outlet")
    let told = Lock<[Int]>([])
    let outlet = Lock<EventOutlet<Int>?>(nil)
    loop.perform {
      let made = EventOutlet<Int>(on: loop) { event in
        told.withLock { $0.append(event) }
        outlet.withLock { $0 }?.close()
      }
      outlet.withLock { $0 = made }
      made.whileAsked {
        made.tell(1)
        made.tell(2)
      }
      loop.perform { loop.perform { loop.quit() } }
    }
    loop.run()
    outlet.withLock { $0 }?.tell(3)
    outlet.withLock { $0 = nil }
    #expect(told.withLock { $0 } == [1])
  }
}
