package import Basics

extension WallTime {
  /// Whole seconds since 1970.
  package var unixSeconds: Int64 {
    milliseconds.flooredQuotientAndRemainder(dividingBy: 1_000).quotient
  }
}
