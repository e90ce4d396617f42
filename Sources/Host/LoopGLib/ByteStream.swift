import Basics
import CGLib

/// A library's connection as bytes on a loop, both ways, without blocking and within bounds.
///
/// Used on its loop's thread only. Dropping it closes the connection; what was not yet written is
/// lost, unless ``finish()`` was asked.
package final class ByteStream: @unchecked Sendable {
  // Unchecked: touched on the loop's thread only.

  package enum Event: Equatable, Sendable {
    case received([UInt8])
    /// The other end will send no more.
    case ended
    /// In the library's words.
    case broken(String)
  }

  private let stream: UnsafeMutablePointer<GIOStream>
  private let owner: UnsafeMutableRawPointer?
  private let loop: GLibLoop
  private let outgoingLimit: Int
  private var handler: ((Event) -> Void)?
  private var inputSource: UnsafeMutablePointer<GSource>?
  private var outputSource: UnsafeMutablePointer<GSource>?
  /// Whether the input was empty once; see ``waitForInput()``.
  private var hasBeenEmpty = false
  private var outgoing: [[UInt8]] = []
  /// How much of the first of them is written.
  private var writtenBytes = 0
  private var outgoingBytes = 0
  private var finishing: (stream: ByteStream, alarm: Alarm)?

  /// - Parameters:
  ///   - connection: a `GIOStream` whose two streams can be polled; a reference is taken.
  ///   - owner: the object that closes the connection when its last reference goes; this reference
  ///     is taken over. Without one, the connection is closed here.
  ///   - outgoingLimit: bytes that may wait to be written.
  ///   - handler: called on the loop's thread. After `ended` or `broken` it is called no more.
  package init(
    of connection: UnsafeMutableRawPointer, owner: UnsafeMutableRawPointer? = nil,
    on loop: GLibLoop, outgoingLimit: Int, handler: @escaping (Event) -> Void
  ) {
    stream = connection.assumingMemoryBound(to: GIOStream.self)
    g_object_ref(stream)
    self.owner = owner
    self.loop = loop
    self.outgoingLimit = outgoingLimit
    self.handler = handler
    watchInput()
  }

  deinit {
    stopReading()
    stopWriting()
    if let owner {
      g_object_unref(owner)
    } else {
      g_io_stream_close_async(stream, G_PRIORITY_DEFAULT, nil, nil, nil)
    }
    g_object_unref(stream)
  }

  /// Writes `bytes` after what was asked before.
  ///
  /// - Returns: `false` when too much waits already and these bytes were not taken.
  package func write(_ bytes: [UInt8]) -> Bool {
    guard outgoingBytes + bytes.count <= outgoingLimit else { return false }
    guard !bytes.isEmpty else { return true }
    outgoing.append(bytes)
    outgoingBytes += bytes.count
    if outputSource == nil { writeSome() }
    return true
  }

  /// Tells nothing more, and closes the connection once all is written or a short while is over.
  package func finish() {
    handler = nil
    stopReading()
    guard !outgoing.isEmpty else { return }
    let alarm = Alarm(on: loop) { [weak self] in self?.finishing = nil }
    alarm.set(Instant.now.advanced(by: Self.finishTime))
    finishing = (self, alarm)
  }

  private func readSome() {
    var buffer = [UInt8](repeating: 0, count: Self.chunkBytes)
    // A few at a time: other sources of the loop have their turn, however fast the other end is.
    for _ in 0..<Self.chunksAtATime {
      guard handler != nil else { return }
      var error: UnsafeMutablePointer<GError>?
      let count = g_pollable_input_stream_read_nonblocking(
        OpaquePointer(g_io_stream_get_input_stream(stream)), &buffer, gsize(buffer.count), nil,
        &error)
      switch (count, takeFault(error)) {
      case (1..., _): handler?(.received(Array(buffer.prefix(count))))
      case (_, .wouldBlock):
        waitForInput()
        return
      case (_, .broken(let reason)): end(.broken(reason))
      default: end(.ended)
      }
    }
  }

  /// Waits for the connection itself.
  ///
  /// A library's stream that has read ahead gives a source that is ready at once, and stays so after
  /// everything has been read. One that is made when nothing is left waits for the other end.
  private func waitForInput() {
    guard !hasBeenEmpty else { return }
    hasBeenEmpty = true
    stopReading()
    watchInput()
  }

  private func watchInput() {
    inputSource = watch(
      g_pollable_input_stream_create_source(
        OpaquePointer(g_io_stream_get_input_stream(stream)), nil)
    ) { $0.readSome() }
  }

  private func writeSome() {
    while let first = outgoing.first {
      var error: UnsafeMutablePointer<GError>?
      // Nothing empty is queued, so the bytes have an address.
      let count = first.withUnsafeBytes { bytes in
        g_pollable_output_stream_write_nonblocking(
          OpaquePointer(g_io_stream_get_output_stream(stream)), bytes.baseAddress! + writtenBytes,
          gsize(bytes.count - writtenBytes), nil, &error)
      }
      switch (count, takeFault(error)) {
      case (1..., _): noteWritten(count)
      case (_, .broken(let reason)):
        stopWriting()
        (outgoing, outgoingBytes, writtenBytes) = ([], 0, 0)
        finishing = nil
        end(.broken(reason))
        return
      default:
        if outputSource == nil {
          outputSource = watch(
            g_pollable_output_stream_create_source(
              OpaquePointer(g_io_stream_get_output_stream(stream)), nil)
          ) { $0.writeSome() }
        }
        return
      }
    }
    stopWriting()
    finishing = nil
  }

  private func noteWritten(_ count: Int) {
    writtenBytes += count
    outgoingBytes -= count
    if writtenBytes == outgoing[0].count {
      outgoing.removeFirst()
      writtenBytes = 0
    }
  }

  private func end(_ event: Event) {
    stopReading()
    let handler = handler
    self.handler = nil
    handler?(event)
  }

  private enum Fault {
    case wouldBlock
    case broken(String)
  }

  private func takeFault(_ error: UnsafeMutablePointer<GError>?) -> Fault? {
    guard let error else { return nil }
    defer { g_error_free(error) }
    if g_error_matches(error, g_io_error_quark(), Int32(G_IO_ERROR_WOULD_BLOCK.rawValue)) != 0 {
      return .wouldBlock
    }
    return .broken(error.pointee.message.map { String(cString: $0) } ?? "")
  }

  // MARK: - Sources

  private final class Ticket {
    weak var stream: ByteStream?
    let action: (ByteStream) -> Void

    init(_ stream: ByteStream, _ action: @escaping (ByteStream) -> Void) {
      self.stream = stream
      self.action = action
    }
  }

  private func watch(
    _ source: UnsafeMutablePointer<GSource>?, action: @escaping (ByteStream) -> Void
  ) -> UnsafeMutablePointer<GSource>? {
    let callback: @convention(c) (gpointer?, gpointer?) -> gboolean = { _, data in
      let ticket = Unmanaged<Ticket>.fromOpaque(data!).takeUnretainedValue()
      if let stream = ticket.stream { ticket.action(stream) }
      return 1
    }
    g_source_set_callback(
      source, unsafeBitCast(callback, to: GSourceFunc.self),
      Unmanaged.passRetained(Ticket(self, action)).toOpaque(),
      { data in Unmanaged<Ticket>.fromOpaque(data!).release() })
    g_source_attach(source, loop.context)
    return source
  }

  private func stopReading() {
    drop(&inputSource)
  }

  private func stopWriting() {
    drop(&outputSource)
  }

  private func drop(_ source: inout UnsafeMutablePointer<GSource>?) {
    guard let dropped = source else { return }
    source = nil
    g_source_destroy(dropped)
    g_source_unref(dropped)
  }

  private static let chunkBytes = 16_384
  private static let chunksAtATime = 4
  /// For a goodbye to be written.
  private static let finishTime: Duration = .seconds(2)
}
