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
///
/// A conference and a call whose sound travels as samples are not watched, because silence is nothing
/// unusual there and their dialects know when they are over:
///
///     waiting ──secured──▶ flowing
///        ▲                    │ mediaGone, or the session failed
///        └────────────────────┘
package struct AcceptedCall: Equatable, Sendable {
  /// Whether sound comes across, with what is known only there.
  package enum State: Equatable, Sendable {
    case connecting(until: Instant)
    /// There is nobody to hear yet, or no longer; nothing is overdue.
    case waiting
    case flowing
    case stalled(since: Instant)
  }

  /// What the owning call must do.
  enum Effect: Equatable, Sendable {
    case warn(String?)
    case end(EndReason)
    /// The session has failed and the call goes on without.
    case loseMedia(String)
  }

  /// Who has to bring sound, and what its absence means.
  enum Watch: Equatable, Sendable {
    /// The other side, all the time.
    case peer
    /// A conference: its server, while there is somebody to hear.
    case conference
    /// The dialect, in its messages.
    case samples
  }

  package private(set) var state: State
  package private(set) var isSecured: Bool
  /// Whether sound from the other side has been played.
  package private(set) var hasFlowed = false
  package private(set) var isHeldByPeer = false
  package var isHeld = false
  /// Since when the account has been without its server; `nil` while it has one.
  private var signalingLostAt: Instant?
  private let watch: Watch

  /// Both sides have agreed to the call.
  ///
  /// - Parameter isSecured: whether packets could pass already.
  init(
    at now: Instant, signalingLostAt: Instant?, watch: Watch = .peer, isSecured: Bool = false
  ) {
    self.watch = watch
    self.isSecured = isSecured
    switch watch {
    case .peer: state = .connecting(until: now.advanced(by: Self.connectTime))
    case .conference, .samples: state = isSecured ? .flowing : .waiting
    }
    self.signalingLostAt = signalingLostAt
  }

  /// Whether silence would mean trouble.
  package var expectsSound: Bool { watch == .peer }

  /// The way to the server was lost or found again.
  mutating func signalingLost(at instant: Instant?) { signalingLostAt = instant }

  /// Takes in what media has to tell, descriptions and candidates apart.
  mutating func hear(_ news: MediaNews, at now: Instant) -> [Effect] {
    switch news {
    case .described, .candidate, .endOfCandidates, .closed:
      return []  // The call's negotiation deals with them.
    case .secured:
      isSecured = true
      return watch == .peer ? [] : soundArrives()
    case .flowing:
      hasFlowed = true
      return soundArrives()
    case .recovered:
      return soundArrives()
    case .stalled(let since):
      return watch == .peer ? soundStays(away: since) : []
    case .heldByPeer(let isHeldByPeer):
      self.isHeldByPeer = isHeldByPeer
      if case .connecting = state, !isHeldByPeer {
        state = .connecting(until: now.advanced(by: Self.connectTime))
      }
      return []
    case .peerLeft:
      // Whoever leaves a conference ends a stream; whether that was the last, its server knows.
      return watch == .peer ? [.end(.remoteHungUp)] : []
    case .failed(let words):
      guard watch == .conference else { return [.end(.mediaFailed(words))] }
      mediaGone()
      return [.loseMedia(words)]
    }
  }

  /// The session is gone and another may come.
  mutating func mediaGone() {
    guard watch == .conference else { return }
    isSecured = false
    state = .waiting
  }

  /// When ``expire(at:)`` is next due; `nil` while sound flows.
  ///
  /// A peer that holds the call owes no sound.
  var deadline: Instant? {
    switch state {
    case .connecting(let until):
      return isSecured && isHeldByPeer ? nil : until
    case .flowing, .waiting:
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
    case .flowing, .waiting:
      return []
    }
  }

  private mutating func soundArrives() -> [Effect] {
    switch state {
    case .connecting, .waiting:
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
    case .connecting, .waiting, .stalled:
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
