package import Basics
import Glibc

extension Instant {
  /// The monotonic clock's present.
  package static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}

extension WallTime {
  /// The civil clock's present.
  package static var now: WallTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// How far local clocks are ahead of UTC at this moment.
  package var localOffset: Duration {
    var seconds = time_t(milliseconds / 1_000)
    var local = tm()
    localtime_r(&seconds, &local)
    return .seconds(local.tm_gmtoff)
  }
}
