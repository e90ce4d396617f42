import Basics
import Glibc
import LoopGLib
import Testing

@Suite("Alarm, watch and mailbox")
struct AlarmTests {
  @Test("rings once, on the loop, and not before its time")
  func rings() async {
    let loop = GLibLoop(name: "loop")
    loop.start()
    defer { loop.stop() }
    let count = Lock(0)
    let (times, continuation) = AsyncStream.makeStream(of: Instant.self)
    let alarm = Alarm(on: loop) {
      loop.checkIsolated()
      count.withLock { $0 += 1 }
      continuation.yield(.now)
    }
    let due = Instant.now.advanced(by: .milliseconds(20))
    alarm.set(due)
    let rung = await times.first { _ in true }
    #expect(rung.map { $0 >= due && $0 < due.advanced(by: .seconds(5)) } == true)
    #expect(count.withLock { $0 } == 1)
  }

  @Test("obeys the last word")
  func lastWord() async {
    let loop = GLibLoop(name: "loop")
    let rings = Lock<[String]>([])
    let calledOff = Alarm(on: loop) { rings.withLock { $0.append("called off") } }
    let moved = Alarm(on: loop) {
      rings.withLock { $0.append("moved") }
      loop.quit()
    }
    calledOff.set(.zero)
    calledOff.set(nil)
    moved.set(Instant(nanoseconds: .max))
    // An instant before the clock's start is due at once like any other that has passed.
    moved.set(Instant(nanoseconds: -5_000))
    loop.run()
    #expect(rings.withLock { $0 } == ["moved"])
  }

  @Test("rings again when its handler sets it again")
  func repeats() {
    let loop = GLibLoop(name: "loop")
    let alarm = Lock<Alarm?>(nil)
    let count = Lock(0)
    alarm.withLock {
      $0 = Alarm(on: loop) {
        let isLast = count.withLock { count in
          count += 1
          return count == 5
        }
        if isLast { loop.quit() } else { alarm.withLock { $0 }?.set(.now) }
      }
    }
    alarm.withLock { $0 }?.ringNow()
    loop.run()
    #expect(count.withLock { $0 } == 5)
    alarm.withLock { $0 = nil }
  }

  @Test("may be dropped by its own handler, and rings no more")
  func droppedWhileRinging() {
    let loop = GLibLoop(name: "loop")
    let alarm = Lock<Alarm?>(nil)
    let count = Lock(0)
    weak var released: Token?
    do {
      let token = Token()
      released = token
      alarm.withLock {
        $0 = Alarm(on: loop) {
          alarm.withLock { $0 }?.ringNow()
          alarm.withLock { $0 = nil }
          // What the handler holds is good until its end.
          withExtendedLifetime(token) { count.withLock { $0 += 1 } }
          loop.perform { loop.perform { loop.quit() } }
        }
      }
    }
    alarm.withLock { $0 }?.ringNow()
    loop.run()
    #expect(count.withLock { $0 } == 1)
    #expect(released == nil)
  }

  @Test("dropped on the loop when due does not ring")
  func droppedWhenDue() {
    let loop = GLibLoop(name: "loop")
    let count = Lock(0)
    let second = Lock<Alarm?>(nil)
    let first = Alarm(on: loop) { second.withLock { $0 = nil } }
    second.withLock { $0 = Alarm(on: loop) { count.withLock { $0 += 1 } } }
    first.ringNow()
    second.withLock { $0 }?.ringNow()
    loop.perform { loop.perform { loop.quit() } }
    loop.run()
    #expect(count.withLock { $0 } == 0)
  }

  @Test("may be made, set and dropped by other threads while it rings")
  func otherThreads() async {
    let loop = GLibLoop(name: "loop")
    loop.start()
    defer { loop.stop() }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<300 {
            let token = Token()
            let alarm = Alarm(on: loop) { _ = token }
            alarm.ringNow()
            alarm.set(.now)
          }
        }
      }
    }
  }

  @Test("a watch tells of bytes and of the other end's going")
  func watch() {
    let loop = GLibLoop(name: "loop")
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    let (reading, writing) = (ends[0], ends[1])
    let seen = Lock<[Int]>([])
    let watch = Lock<DescriptorWatch?>(nil)
    watch.withLock {
      $0 = DescriptorWatch(of: reading, on: loop) {
        var byte: UInt8 = 0
        let count = read(reading, &byte, 1)
        seen.withLock { $0.append(count) }
        if count == 1 { close(writing) }
        if count == 0 {
          watch.withLock { $0 = nil }
          loop.perform { loop.quit() }
        }
      }
    }
    write(writing, "x", 1)
    loop.run()
    close(reading)
    #expect(seen.withLock { $0 } == [1, 0])
  }

  @Test("a mailbox delivers in order, what came before the receiver too")
  func mailboxOrder() {
    let loop = GLibLoop(name: "loop")
    let mailbox = Mailbox<Int>()
    let received = Lock<[Int]>([])
    mailbox.post(1)
    mailbox.deliver(on: loop) { batch in
      loop.checkIsolated()
      received.withLock { $0 += batch }
      if batch.contains(1) { mailbox.post(4) }
      if batch.contains(4) { loop.quit() }
    }
    mailbox.post(2)
    mailbox.post(3)
    loop.run()
    #expect(received.withLock { $0 } == [1, 2, 3, 4])
  }

  @Test("a full mailbox refuses orders but still takes the newest summary")
  func mailboxBound() {
    let loop = GLibLoop(name: "loop")
    let mailbox = Mailbox<String>(capacity: 3)
    #expect(mailbox.post("a"))
    #expect(mailbox.post("summary 1", replacing: "summary"))
    #expect(mailbox.post("b"))
    #expect(!mailbox.post("c"))
    #expect(mailbox.post("summary 2", replacing: "summary"))
    #expect(!mailbox.post("other 1", replacing: "other"))
    let received = Lock<[String]>([])
    mailbox.deliver(on: loop) { batch in
      received.withLock { $0 += batch }
      loop.quit()
    }
    loop.run()
    #expect(received.withLock { $0 } == ["a", "b", "summary 2"])
    #expect(mailbox.post("c"))
  }

  @Test("a message that merges into the last one needs no room of its own")
  func mailboxMerging() {
    let loop = GLibLoop(name: "loop")
    let mailbox = Mailbox<String>(capacity: 2)
    let merge: (inout String, String) -> Bool = { last, next in
      guard last.hasPrefix("s"), next.hasPrefix("s"), last.count + next.count <= 8 else {
        return false
      }
      last += next
      return true
    }
    for _ in 0..<4 { #expect(mailbox.post("s1", merging: merge)) }
    #expect(mailbox.post("s2", merging: merge), "the first is full, the second has room")
    #expect(!mailbox.post("order"))
    #expect(mailbox.post("s3", merging: merge))
    let received = Lock<[String]>([])
    mailbox.deliver(on: loop) { batch in
      received.withLock { $0 += batch }
      loop.quit()
    }
    loop.run()
    #expect(received.withLock { $0 } == ["s1s1s1s1", "s2s3"])
  }
}
