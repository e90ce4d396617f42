/// How far a microphone is that does not tell so, by what has come from it and when.
///
/// Mostly it is the monitor of a sound server's sink. That takes a portion at once for the time until it
/// takes the next, and its monitor gives the portion at once as well, before it is heard: when more comes,
/// all that had come until then has just been heard. What comes late makes that look too little, so what
/// was late least in the last seconds counts. Older times no longer count, since sound may have been lost.
/// A portion may come in pieces, one right after the other.
///
/// - Units: samples; times in nanoseconds of the monotonic clock.
package struct ArrivalEnvelope {
  /// By how many samples what had been heard is ahead of the clock, at the most: since ``begin`` and in the
  /// while before.
  private var lead: (now: Double, before: Double)?
  private var begin: Int64 = 0
  private var lastTime: Int64 = 0
  private var lastArrival: Int64?
  private let samplesPerNanosecond: Double

  package init(sampleRate: Int) { samplesPerNanosecond = Double(sampleRate) / 1e9 }

  /// More has come after the first so many samples.
  package mutating func arrived(after count: Int, at now: Int64) {
    defer { lastArrival = now }
    if let lastArrival, now - lastArrival < Self.together { return }
    let seen = Double(count) - Double(now) * samplesPerNanosecond
    let slip = Double(now - lastTime) * samplesPerNanosecond * Self.drift
    lastTime = now
    guard let lead else {
      begin = now
      self.lead = (seen, seen)
      return
    }
    if now - begin >= Self.memory {
      begin = now
      self.lead = (seen, lead.now - slip)
    } else {
      self.lead = (max(seen, lead.now - slip), lead.before - slip)
    }
  }

  /// How many samples have been heard at that time; `nil` before anything has come.
  package func progress(at now: Int64) -> Int? {
    lead.map { Int((max($0.now, $0.before) + Double(now) * samplesPerNanosecond).rounded()) }
  }

  /// 300 ppm: a clock may be as much slower than ours, and what was early once is early no more.
  package static var drift: Double { 0.000_3 }
  /// 2 ms: what comes so soon after other sound is of the same portion.
  package static var together: Int64 { 2_000_000 }
  /// 2 s: for so long, and up to twice as long, it is known what was late least.
  package static var memory: Int64 { 2_000_000_000 }
}
