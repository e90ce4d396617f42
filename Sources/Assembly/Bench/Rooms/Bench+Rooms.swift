import Basics
import CLinux
import Exchange
import Glibc
import LoopGLib

extension Bench {
  /// What a full room costs the exchange: the thread with its sound alone, with paths, ciphers and codecs.
  /// The guests are in this process, on a thread of their own.
  func rooms(seats: Int) throws(BenchProcess.Failure) -> [BenchFigures] {
    DescriptorLimit.raise()
    return [
      try room(seats: seats, speaking: min(3, seats)), try room(seats: seats, speaking: seats),
      try conference(seats: seats),
    ]
  }

  private func room(seats: Int, speaking: Int) throws(BenchProcess.Failure) -> BenchFigures {
    try measure(
      "a room of \(seats), \(speaking) speaking", .room("bench"), seats: seats, speaking: speaking)
  }

  private func conference(seats: Int) throws(BenchProcess.Failure) -> BenchFigures {
    try measure(
      "a conference of \(seats), 3 speaking", .conference("bench"), seats: seats,
      speaking: min(3, seats))
  }

  private func measure(
    _ name: String, _ gathering: RoomGuests.Gathering, seats: Int, speaking: Int
  ) throws(BenchProcess.Failure) -> BenchFigures {
    var figures = BenchFigures(name, unit: "% of a core", aim: 100)
    let orders = Mailbox<AttendantOrder>(capacity: 4_096)
    let guests = RoomGuests(gathering, orders: orders)
    let plane = AttendantPlane(
      includesLoopback: true, report: { guests.take($0) }, note: { _ in })
    plane.start(orders: orders)
    guests.start(Self.voices(seats: seats, speaking: speaking))
    defer {
      guests.stop()
      plane.stop()
    }
    try wait(for: .seconds(60), what: "\(seats) guests in \(name)") {
      guests.outcome.withLock { $0.secured.count == seats }
    }
    // Jitter buffers settle.
    try pass(.seconds(3))
    for _ in 0..<runs {
      let before = plane.processorTime()
      try pass(Self.window)
      let used = plane.processorTime() - before
      figures.add(used.seconds / Self.window.seconds * 100)
    }
    return figures
  }

  private static func voices(seats: Int, speaking: Int) -> [String: any GuestVoice] {
    var voices: [String: any GuestVoice] = [:]
    for seat in 0..<seats {
      voices["guest\(seat)"] = seat < speaking ? BuzzVoice(hertz: 90 + 7 * Double(seat)) : NoVoice()
    }
    return voices
  }

  private func wait(
    for limit: Duration, what: String, until isDone: () -> Bool
  ) throws(BenchProcess.Failure) {
    let deadline = Instant.now.advanced(by: limit)
    while !isDone() {
      guard Instant.now < deadline else { throw .timedOut(waitingFor: what) }
      try pass(.milliseconds(10))
    }
  }

  private func pass(_ time: Duration) throws(BenchProcess.Failure) {
    let deadline = Instant.now.advanced(by: time)
    while Instant.now < deadline {
      guard !Interruption.hasHappened else { throw .interrupted }
      BenchProcess.pause(.milliseconds(5))
    }
  }

  private static let window: Duration = .seconds(5)
}

extension AttendantPlane {
  /// What the loop's thread has used so far. Not on that thread.
  nonisolated func processorTime() -> Duration {
    let answer = Lock<Duration?>(nil)
    loop.perform {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      answer.withLock { $0 = .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec) }
    }
    while true {
      if let time = answer.withLock({ $0 }) { return time }
      BenchProcess.pause(.milliseconds(1))
    }
  }
}
