/// How many bits the speech we send may take.
package enum SoundQuality: String, CaseIterable, Sendable {
  case poor, medium, good

  package var bitsPerSecond: Int {
    switch self {
    case .poor: 32_000
    case .medium: 64_000
    case .good: 128_000
    }
  }
}
