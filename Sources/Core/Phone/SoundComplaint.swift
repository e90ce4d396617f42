import Basics

/// What is said of sound devices that do not work: microphone and loudspeaker fail one right after the other,
/// often for the same cause, and are told of together.
struct SoundComplaint: Equatable, Sendable {
  /// What was told last; `nil` when all is well.
  private var told: String?
  /// What is wrong now.
  private var current: String?
  /// When that is told.
  private(set) var deadline: Instant?

  /// Something else is wrong, or nothing any more.
  mutating func change(to complaint: String?, at now: Instant) -> PhoneEvent? {
    current = complaint
    guard complaint == nil else {
      deadline = complaint == told ? nil : deadline ?? now.advanced(by: Self.patience)
      return nil
    }
    deadline = nil
    guard told != nil else { return nil }
    told = nil
    return .note(nil, "The sound devices that were chosen work again.")
  }

  mutating func takeDue(at now: Instant) -> PhoneEvent? {
    guard let deadline, deadline <= now else { return nil }
    return takeAll()
  }

  /// What has not been told yet.
  mutating func takeAll() -> PhoneEvent? {
    guard deadline != nil, let current else { return nil }
    deadline = nil
    told = current
    return .warning(nil, current)
  }

  /// How long the second device is waited for.
  static let patience: Duration = .milliseconds(200)
}
