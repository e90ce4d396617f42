import XMPP

/// One connection of a client, up to the session that it carries.
struct XMPPLink: Equatable, Sendable {
  enum State: Equatable, Sendable {
    case opened
    case offering
    /// The owner looks at name and password.
    case checking
    /// Signed in as that node; the stream begins anew.
    case restarting(String)
    case binding(String)
    case bound(JID)
  }

  var state = State.opened
  var failureCount = 0
}

/// One bound client.
struct XMPPSession: Equatable, Sendable {
  /// `nil` while the client is away.
  var socket: ExchangeSocketID?
  /// Which came first.
  let number: Int
  /// Once the client has asked for it.
  var management: Management?

  /// What is counted and kept so that a broken stream can be resumed (XEP-0198).
  struct Management: Equatable, Sendable {
    /// The name to resume by; `nil` when the client did not want that.
    var resumption: String?
    /// Stanzas received since, modulo 2³².
    var receivedCount: UInt32 = 0
    /// Stanzas sent since that the client has confirmed.
    var confirmedCount: UInt32 = 0
    /// Those it has not, oldest first.
    var unconfirmed: [String] = []
    var unconfirmedByteCount = 0
  }

  enum Asking { case no, yes, overflow }

  /// Keeps a stanza that is sent, and says whether to ask the client how far it is.
  mutating func keep(_ text: String, _ settings: XMPPServerSettings) -> Asking {
    guard var kept = management else { return .no }
    management = nil  // So that the array is changed where it is.
    kept.unconfirmed.append(text)
    kept.unconfirmedByteCount += text.utf8.count
    management = kept
    if kept.unconfirmed.count > settings.queueLimit
      || kept.unconfirmedByteCount > settings.queueByteLimit
    {
      return .overflow
    }
    return kept.unconfirmed.count.isMultiple(of: Self.askingInterval) ? .yes : .no
  }

  /// Takes the client's count; `false` when it has more than it was sent.
  mutating func confirm(_ count: UInt32) -> Bool {
    guard var kept = management else { return false }
    let more = count &- kept.confirmedCount
    guard more <= UInt32(kept.unconfirmed.count) else { return false }
    for text in kept.unconfirmed.prefix(Int(more)) { kept.unconfirmedByteCount -= text.utf8.count }
    kept.unconfirmed.removeFirst(Int(more))
    kept.confirmedCount = count
    management = kept
    return true
  }

  /// After how many stanzas a client is asked for its count.
  private static let askingInterval = 8
}
