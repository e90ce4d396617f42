import Glibc

/// A terminal without a window: what is written to one end is read at the other.
final class PseudoTerminal {
  private(set) var master: Int32
  let slave: Int32

  init?(rows: Int, columns: Int) {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var (number, isLocked) = (Int32(0), Int32(0))
    guard master >= 0, ioctl(master, Self.unlock, &isLocked) == 0,
      ioctl(master, Self.getNumber, &number) == 0
    else { return nil }
    slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    guard slave >= 0 else { return nil }
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
    resize(rows: rows, columns: columns)
  }

  deinit {
    close(slave)
    if master >= 0 { close(master) }
  }

  /// The window is closed.
  func hangUp() {
    close(master)
    master = -1
  }

  func resize(rows: Int, columns: Int) {
    // The fields of a `winsize`, pixels last.
    var size = [UInt16(rows), UInt16(columns), 0, 0]
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  /// What the program has painted since the last call.
  func output() -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(master, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(master, bytes, bytes.count)
  }

  // TIOCSPTLCK and TIOCGPTN, which Swift does not import.
  private static let unlock: UInt = 0x4004_5431
  private static let getNumber: UInt = 0x8004_5430

  /// Waits until a descriptor can be read, at most two seconds.
  static func wait(for descriptor: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 2_000) > 0
  }
}
