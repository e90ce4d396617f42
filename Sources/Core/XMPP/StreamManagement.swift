import Basics
import Formats

/// What is counted and kept so that a broken stream can be resumed.
///
/// - Bound: ``queueLimit`` stanzas; when more wait for the server's word, the stream is counted on but
///   cannot be resumed.
/// - Source: XEP-0198.
struct StreamManagement: Equatable, Sendable {
  enum State: Equatable, Sendable {
    /// `enable` has been sent.
    case asked
    /// The server counts, too.
    case enabled
    /// The stream can be resumed under that name within that time of its loss.
    case resumable(id: String, window: Duration)
  }

  private(set) var state: State = .asked
  /// Stanzas received since the server began to count, as `h` (XEP-0198 §4).
  private(set) var receivedCount: UInt32 = 0
  /// Stanzas sent that the server has told to have.
  private(set) var acknowledgedCount: UInt32 = 0
  /// Stanzas sent since, oldest first.
  private(set) var unacknowledged: [XMLElement] = []
  private var hasOverflowed = false

  /// The name to resume by and for how long it holds; `nil` when that is not possible.
  var resumption: (id: String, window: Duration)? {
    guard case .resumable(let id, let window) = state, !hasOverflowed else { return nil }
    return (id, window)
  }

  /// Takes the server's `enabled`.
  mutating func enabled(_ element: XMLElement) {
    guard state == .asked else { return }
    guard let id = element["id"], (1...Self.idLimit).contains(id.utf8.count),
      ["true", "1"].contains(element["resume"])
    else {
      state = .enabled
      return
    }
    let seconds = element["max"].flatMap { Int($0) } ?? Self.usualSeconds
    state = .resumable(id: id, window: .seconds(max(0, min(seconds, Self.longestSeconds))))
  }

  /// Counts a stanza that has been received.
  mutating func received() {
    if state != .asked { receivedCount &+= 1 }
  }

  /// Keeps a stanza that is sent.
  ///
  /// - Returns: whether it is time to ask how far the server has come.
  mutating func sent(_ stanza: XMLElement) -> Bool {
    if unacknowledged.count >= Self.queueLimit {
      unacknowledged.removeFirst()
      acknowledgedCount &+= 1
      hasOverflowed = true
    }
    unacknowledged.append(stanza)
    return unacknowledged.count.isMultiple(of: Self.requestInterval)
  }

  /// Takes the server's word how many stanzas it has.
  ///
  /// - Returns: `false` when it claims more than were sent.
  mutating func acknowledged(_ count: UInt32) -> Bool {
    let more = count &- acknowledgedCount
    // After an overflow, or out of order, a number may be one that was passed already.
    if more > UInt32.max / 2 { return true }
    guard more <= UInt32(unacknowledged.count) else { return false }
    unacknowledged.removeFirst(Int(more))
    acknowledgedCount = count
    return true
  }

  /// Stanzas kept at most.
  static let queueLimit = 256
  /// How many stanzas are sent before the server is asked for its count.
  static let requestInterval = 5
  private static let idLimit = 4_096
  /// What holds when the server does not say for how long it keeps a stream.
  private static let usualSeconds = 60
  private static let longestSeconds = 600
}
