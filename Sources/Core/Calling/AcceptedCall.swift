package import Basics

/// A call from its acceptance to its end: whether sound comes across, and what is done when not.
///
///                  flowing            stalled
///     connecting ──────────▶ flowing ─────────▶ stalled
///         │                     ▲    recovered     │
///         │ connect time over   └──────────────────┤
///         ▼                                        ▼ too long
///       over ◀──────────────────────────────────────
///
/// Being held, by either side, is beside these states: a held call is still watched. A call does not
/// need signalling: while that is away, sound that flows keeps the call up for as long as it flows.
package struct AcceptedCall: Equatable, Sendable {
  /// Whether sound comes across, with what is known only there.
  package enum State: Equatable, Sendable {
    case connecting(until: Instant)
    case flowing
    case stalled(since: Instant)
  }

  /// What the owning call must do.
  enum Effect: Equatable, Sendable {
    case warn(String?)
    case end(EndReason)
  }

  package private(set) var state: State
  package private(set) var isSecured = false
  package private(set) var isHeldByPeer = false
  package var isHeld = false
  /// Since when the account has been without its server; `nil` while it has one.
  private var signalingLostAt: Instant?

  /// Both sides have agreed to the call.
  init(at now: Instant, signalingLostAt: Instant?) {
    state = .connecting(until: now.advanced(by: Self.connectTime))
    self.signalingLostAt = signalingLostAt
  }

  /// The way to the server was lost or found again.
  mutating func signalingLost(at instant: Instant?) { signalingLostAt = instant }

  /// Takes in what media has to tell, descriptions and candidates apart.
  mutating func hear(_ news: MediaNews, at now: Instant) -> [Effect] {
    switch news {
    case .described, .candidate, .endOfCandidates:
      return []  // The call's negotiation deals with them.
    case .secured:
      isSecured = true
      return []
    case .flowing, .recovered:
      return soundArrives()
    case .stalled(let since):
      return soundStays(away: since)
    case .heldByPeer(let isHeldByPeer):
      self.isHeldByPeer = isHeldByPeer
      if case .connecting = state, !isHeldByPeer {
        state = .connecting(until: now.advanced(by: Self.connectTime))
      }
      return []
    case .peerLeft:
      return [.end(.remoteHungUp)]
    case .failed(let words):
      return [.end(.mediaFailed(words))]
    }
  }

  /// When ``expire(at:)`` is next due; `nil` while sound flows.
  ///
  /// A peer that holds the call owes no sound.
  var deadline: Instant? {
    switch state {
    case .connecting(let until):
      return isSecured && isHeldByPeer ? nil : until
    case .flowing:
      return nil
    case .stalled(let since):
      guard !isHeldByPeer else { return nil }
      let alone = since.advanced(by: Self.stallTime)
      guard let signalingLostAt else { return alone }
      return min(alone, max(since, signalingLostAt).advanced(by: Self.lostTime))
    }
  }

  /// Acts on a deadline that has passed; does nothing before it.
  mutating func expire(at now: Instant) -> [Effect] {
    guard let deadline, now >= deadline else { return [] }
    switch state {
    case .connecting:
      let words =
        isSecured
        ? "The connection stands, but no sound has come from the other side."
        : "No way for the sound was found; a firewall may be between the two sides."
      return [.end(.mediaFailed(words))]
    case .stalled(let since):
      let seconds = since.duration(to: now).components.seconds
      return [.end(.mediaFailed("Nothing has come from the other side for \(seconds) seconds."))]
    case .flowing:
      return []
    }
  }

  private mutating func soundArrives() -> [Effect] {
    switch state {
    case .connecting:
      state = .flowing
      return []
    case .stalled:
      state = .flowing
      return [.warn(nil)]
    case .flowing:
      return []
    }
  }

  private mutating func soundStays(away since: Instant) -> [Effect] {
    switch state {
    case .flowing:
      state = .stalled(since: since)
      return [.warn("Nothing comes from the other side; waiting for it.")]
    case .connecting, .stalled:
      return []  // The connect time, or the first stall, decides.
    }
  }

  /// How long sound may take to arrive after the answer; a failed call is told within 20 s of its start.
  package static let connectTime: Duration = .seconds(18)
  /// How long sound may stay away while the server is there to say that the call goes on.
  package static let stallTime: Duration = .seconds(60)
  /// How long both sound and server may stay away.
  package static let lostTime: Duration = .seconds(30)
}
