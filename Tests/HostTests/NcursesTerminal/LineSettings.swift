import CLinux

/// How a terminal treats lines, as far as a screen changes it.
struct LineSettings: Equatable {
  var isCanonical: Bool
  var echoes: Bool
  var hasFlowKeys: Bool
  var hasSignalKeys: Bool

  init(of descriptor: Int32) {
    var settings = termios()
    tcgetattr(descriptor, &settings)
    isCanonical = settings.c_lflag & tcflag_t(ICANON) != 0
    echoes = settings.c_lflag & tcflag_t(ECHO) != 0
    hasFlowKeys = settings.c_iflag & tcflag_t(IXON) != 0
    hasSignalKeys = settings.c_lflag & tcflag_t(ISIG) != 0
  }
}
