/// How much a sound server is to keep for its device, and when it needs more.
///
/// A device may take its portion at once, and a little more when it is late. So the server is given more
/// before it has less than a portion and a step beside what it has not told yet: it tells of what it
/// has handed to the device in steps.
///
/// - Units: samples.
struct ServedQueue {
  /// How much the server would take now: what it said last, less what it was given since. Negative while
  /// it has more than it asked for.
  var room = 0
  /// How much the device takes at once.
  var portion: Int
  /// A quarter of a period.
  let step: Int

  init(periodSamples: Int, keeping kept: Int) {
    step = periodSamples / 4
    portion = 0
    keep(kept)
  }

  /// So much is to be kept at the most, beside what is with the device.
  mutating func keep(_ kept: Int) { portion = max(kept - 6 * step, 2 * step) }

  /// What the server is asked to keep for itself and the device together. It gives the device half of what is
  /// beyond two steps, and keeps the other half and these steps.
  var target: Int { 2 * (portion + step) }

  /// Whether the server is to be given more.
  var isDue: Bool { room > 0 }

  /// Whether the device has taken more than a portion since more was due, so that nobody knows when in its period
  /// that was.
  var isLate: Bool { room > portion }

  /// After how many samples more is due, at the earliest.
  var samplesUntilDue: Int {
    let least = max(1 - room, step)
    return (least + portion - 1) / portion * portion
  }

  /// How often the server tells something until then.
  var tellingsUntilDue: Int { samplesUntilDue / portion }
}
