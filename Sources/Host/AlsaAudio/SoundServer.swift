import Glibc

/// How a sound server that an ALSA device leads to knows the program.
package enum SoundServer {
  /// Says that the program is a telephone, so that music pauses for its calls where the desktop is set up
  /// so, and what it is called in a mixer; otherwise the plug-ins of ALSA say nothing of the kind.
  ///
  /// The plug-ins read it from the environment, where what the user has set stays. To be called while the
  /// process has one thread.
  ///
  /// - Parameter name: without spaces and quotes.
  package static func introduce(as name: String) {
    setenv("PULSE_PROP", "media.role=phone", 0)
    setenv("PULSE_PROP_OVERRIDE", "application.name=\(name) application.icon_name=phone", 0)
    // PipeWire has words of its own for roles.
    setenv("PIPEWIRE_ALSA", "{ media.role = Communication application.name = \(name) }", 0)
  }
}
