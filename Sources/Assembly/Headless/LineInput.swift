import Glibc
import LoopGLib

/// Standard input, line by line, on a loop.
final class LineInput: @unchecked Sendable {
  // Unchecked: the buffer is touched on the loop only.
  private var pending: [UInt8] = []
  private var watch: DescriptorWatch?

  /// - Parameter handler: called on the loop with each line, and at the end of input with `nil`.
  ///   A line of more than 4 096 bytes is cut there.
  init(on loop: GLibLoop, handler: @escaping @Sendable (String?) -> Void) {
    watch = DescriptorWatch(of: STDIN_FILENO, on: loop) { [weak self] in
      self?.read(handler)
    }
  }

  private func read(_ handler: (String?) -> Void) {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return }
    guard count > 0 else {
      watch = nil
      if !pending.isEmpty { handler(String(decoding: pending, as: UTF8.self)) }
      return handler(nil)
    }
    pending += buffer[..<count]
    while let end = pending.firstIndex(of: 10) {
      let line = pending[..<end].prefix(Self.lineLimit)
      pending.removeSubrange(...end)
      handler(String(decoding: line, as: UTF8.self))
    }
    if pending.count > Self.lineLimit { pending.removeSubrange(Self.lineLimit...) }
  }

  private static let lineLimit = 4_096
}
