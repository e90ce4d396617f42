/// Moves from one gain to another over a short while, so that the change does not click.
struct Fader: Equatable {
  private var current = Gain.unity
  private var target = Gain.unity
  private var first = Gain.unity
  /// Samples of the way that are still to go.
  private var remaining = 0

  /// Whether nothing can be heard, now and until another gain is wanted.
  var isSilent: Bool { target == .silence && remaining == 0 }

  /// How many samples of sound are wanted of `count`: after the end of a fade to silence, none.
  func wanted(of count: Int) -> Int { target == .silence ? min(count, remaining) : count }

  /// Where to go from here.
  mutating func move(to gain: Gain) {
    guard gain != target else { return }
    first = current
    target = gain
    remaining = Self.length
  }

  /// Is there at once.
  mutating func jump(to gain: Gain) {
    (current, first, target, remaining) = (gain, gain, gain, 0)
  }

  /// Applies the gain.
  mutating func apply(to samples: inout [Int16]) {
    let fading = min(samples.count, remaining)
    if fading > 0 {
      let reached = Gain.between(
        first, target, at: Self.length - remaining + fading, of: Self.length)
      var part = Array(samples.prefix(fading))
      Gain.fade(&part, from: current, to: reached)
      samples.replaceSubrange(0..<fading, with: part)
      current = reached
      remaining -= fading
    }
    guard fading < samples.count, current != .unity else { return }
    var rest = Array(samples[fading...])
    Gain.fade(&rest, from: current, to: current)
    samples.replaceSubrange(fading..., with: rest)
  }

  /// 20 ms.
  static let length = Sound.sampleRate / 50
}
