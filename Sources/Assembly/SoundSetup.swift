import Media

/// Where the sound of one run comes from and goes to, and how it is treated.
struct SoundSetup: Equatable, Sendable {
  var capture: CaptureSpec
  var playback: PlaybackSpec
  /// What calls ring by; `nil` for the same as `playback`.
  var ringer: PlaybackSpec?
  /// Whether the user named it for this run, so that doing without would not be what was asked.
  var isCaptureExplicit: Bool
  var isPlaybackExplicit: Bool
  /// Whether a `file:` capture begins again at its end.
  var repeatsCapture: Bool
  var profile: LatencyProfile
  var media: MediaSettings
}
