/// One of the phone's sound devices: the one that is wanted, and what takes its place meanwhile.
///
///     wanted ──fails──▶ usual ──fails──▶ stand-in
///        ▲────────────────┴── is back ───────┘
///
/// The stand-in, silence or nowhere, does not fail.
struct DeviceLadder<Spec: Equatable & Sendable>: Equatable, Sendable {
  /// What is used at present.
  private(set) var current: Spec
  /// Why that is not what is wanted, in words.
  private(set) var complaint: String?

  private var wanted: Spec
  /// What is used in the place of a device; nothing takes a file's place.
  private let usual: Spec
  private let standIn: Spec
  private let isDevice: @Sendable (Spec) -> Bool
  private var attempts = 0

  init(
    _ wanted: Spec, usual: Spec, standIn: Spec, isDevice: @escaping @Sendable (Spec) -> Bool
  ) {
    self.wanted = wanted
    self.usual = usual
    self.standIn = standIn
    self.isDevice = isDevice
    current = wanted
  }

  /// Something else is wanted from now on.
  mutating func choose(_ spec: Spec) {
    wanted = spec
    current = spec
    complaint = nil
    attempts = 0
  }

  /// What is used works no longer.
  ///
  /// - Parameter reason: in words; `nil` when it merely is over.
  mutating func failed(_ reason: String?) {
    // What was wrong first is what the user can do something about.
    if current == wanted { complaint = reason }
    current = current == wanted && isDevice(wanted) && wanted != usual ? usual : standIn
    attempts = 0
  }

  /// The device is opened anew: what failed some time ago may work now.
  mutating func restart() {
    if isDevice(wanted) { current = wanted }
    attempts = 0
  }

  /// That one works, and is used.
  ///
  /// - Returns: whether anything is different now.
  mutating func works(_ spec: Spec) -> Bool {
    let before = self
    current = spec
    if spec == wanted { complaint = nil }
    attempts = 0
    return self != before
  }

  /// What would be better than what is used now, to be tried: what is wanted and the usual by turns.
  mutating func nextAttempt() -> Spec? {
    guard isDevice(wanted), current != wanted else { return nil }
    attempts += 1
    if current == usual || wanted == usual { return wanted }
    return attempts.isMultiple(of: 2) ? usual : wanted
  }

  /// Whether something better than what is used now may come back.
  var isWaiting: Bool { isDevice(wanted) && current != wanted }
  /// Whether the usual device is used in the place of the one that is wanted.
  var isOnUsual: Bool { current != wanted && current == usual }

  static func == (a: Self, b: Self) -> Bool {
    a.current == b.current && a.wanted == b.wanted && a.complaint == b.complaint
  }
}
