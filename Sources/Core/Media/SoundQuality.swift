/// How many bits the speech we send may take, at most.
package enum SoundQuality: String, CaseIterable, Sendable {
  case poor, medium, good
  /// Begins like `medium` and rises to `good` as far as the network carries it.
  case adaptive

  package var bitsPerSecond: Int {
    switch self {
    case .poor: 32_000
    case .medium: 64_000
    case .good, .adaptive: 128_000
    }
  }

  /// What it takes until the network is known to carry more; `nil` for the most at once.
  package var firstBitsPerSecond: Int? {
    switch self {
    case .poor, .medium, .good: nil
    case .adaptive: SoundQuality.medium.bitsPerSecond
    }
  }
}
