import CPulse

/// PulseAudio's library, which need not be there: devices are left to ALSA then.
package enum PulseLibrary {
  /// Loads it, if that has not been done; takes some milliseconds, which a loop with sound to carry does not
  /// have.
  package static func load() { _ = isThere }

  static var isThere: Bool { found.isWhole }
  /// To be used only if it ``isThere``.
  static var functions: ShimPulse { found.functions }

  private static let found = {
    var functions = ShimPulse()
    let isWhole = shim_pulse_load(&functions) != 0
    return (functions: functions, isWhole: isWhole)
  }()
}
