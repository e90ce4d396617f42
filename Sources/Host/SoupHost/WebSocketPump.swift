import Basics
import CGLib
import LoopGLib
import Transport

/// Carries one WebSocket over a stream that an HTTP connection has left behind.
///
/// libsoup's own WebSocket puts fragments together without a bound and queues without one; here the
/// endpoint bounds messages and the pump bounds what waits to be written. Used on the loop's thread
/// only.
final class WebSocketPump {
  enum Event {
    case received(SocketMessage)
    /// The connection is gone; nothing comes after it.
    case closed
  }

  private enum State {
    /// The handshake is on its way; what is sent waits, and so does a goodbye with its code.
    case opening([String], goodbye: Int?)
    case open(WebSocketEndpoint)
    /// All is said; what waits is still written.
    case draining(until: Instant)
    case closed
  }

  private var state = State.opening([], goodbye: nil)
  private let limit: Int
  private let backlogLimit: Int
  private let handler: (Event) -> Void
  private var generator = SystemRandomNumberGenerator()
  private var stream: UnsafeMutablePointer<GIOStream>?
  private var input: StreamWatch?
  private var output: StreamWatch?
  private var alarm: Alarm?
  private var backlog: [UInt8] = []

  /// - Parameters:
  ///   - limit: of a message, in bytes.
  ///   - handler: called on the loop's thread.
  init(limit: Int, backlogLimit: Int, handler: @escaping (Event) -> Void) {
    self.limit = limit
    self.backlogLimit = backlogLimit
    self.handler = handler
  }

  deinit { release() }

  /// Whether the handshake is over and the stream is here.
  var isAttached: Bool { stream != nil }

  // MARK: Verbs

  /// The handshake is over; takes over a reference to the stream.
  func attach(_ stream: UnsafeMutablePointer<GIOStream>, to loop: GLibLoop) {
    guard case .opening(let early, let goodbye) = state else {
      g_object_unref(stream)
      return
    }
    self.stream = stream
    state = .open(WebSocketEndpoint(role: .server, limit: limit, at: .now))
    // The pump is used on the loop's thread only, as is what it watches with.
    nonisolated(unsafe) weak let pump = self
    alarm = Alarm(on: loop) { pump?.expire() }
    input = StreamWatch(reading: stream, on: loop) { pump?.read() }
    output = StreamWatch(writing: stream, on: loop) { pump?.flush() }
    for text in early { send(text) }
    if let goodbye { close(code: goodbye) }
    setAlarm()
  }

  func send(_ text: String) {
    if case .opening(let early, let goodbye) = state {
      guard goodbye == nil else { return }
      guard early.count < Self.earlyLimit else { return drop() }
      state = .opening(early + [text], goodbye: nil)
      return
    }
    change { endpoint, generator in endpoint.send(.text(text), using: &generator) }
  }

  /// Says goodbye; what is sent or received afterwards does not count.
  func close(code: Int) {
    if case .opening(let early, let goodbye) = state {
      state = .opening(early, goodbye: goodbye ?? code)
      return
    }
    change { endpoint, generator in endpoint.close(code: code, at: .now, using: &generator) }
  }

  /// Ends the connection without a word.
  func drop() {
    if case .closed = state { return }
    state = .closed
    release()
    handler(.closed)
  }

  // MARK: The endpoint

  private func change(
    _ verb: (inout WebSocketEndpoint, inout SystemRandomNumberGenerator)
      -> [WebSocketEndpoint.Effect]
  ) {
    guard case .open(var endpoint) = state else { return }
    let effects = verb(&endpoint, &generator)
    state = .open(endpoint)
    for effect in effects { perform(effect) }
    setAlarm()
  }

  private func perform(_ effect: WebSocketEndpoint.Effect) {
    switch effect {
    case .write(let bytes): write(bytes)
    case .received(let message):
      guard case .open = state else { return }
      handler(.received(message))
    case .closed, .failed:
      guard case .open = state else { return }
      if backlog.isEmpty { return drop() }
      state = .draining(until: Instant.now.advanced(by: WebSocketEndpoint.closeTime))
      input = nil
    }
  }

  private func expire() {
    if case .draining = state { return drop() }
    change { endpoint, generator in endpoint.expire(at: .now, using: &generator) }
  }

  private func setAlarm() {
    switch state {
    case .open(let endpoint): alarm?.set(endpoint.deadline)
    case .draining(let end): alarm?.set(end)
    case .opening, .closed: alarm?.set(nil)
    }
  }

  // MARK: The stream

  private func read() {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    // A few reads at a time: whoever sends without end does not keep the loop from the others.
    for _ in 0..<4 {
      guard let stream, input != nil else { return }
      var error: UnsafeMutablePointer<GError>?
      let count = g_pollable_input_stream_read_nonblocking(
        OpaquePointer(g_io_stream_get_input_stream(stream)), &buffer, UInt(buffer.count), nil,
        &error)
      defer { g_clear_error(&error) }
      guard count > 0 else {
        if count == 0 { change { endpoint, _ in endpoint.ended() } }
        if count < 0, !isWouldBlock(error) { drop() }
        return
      }
      let bytes = Array(buffer.prefix(count))
      change { endpoint, generator in endpoint.receive(bytes, at: .now, using: &generator) }
    }
  }

  private func write(_ bytes: [UInt8]) {
    backlog += bytes
    // Beyond the bound is a client that does not read.
    if backlog.count > backlogLimit { drop() } else { flush() }
  }

  private func flush() {
    while let stream, !backlog.isEmpty {
      var error: UnsafeMutablePointer<GError>?
      let count = g_pollable_output_stream_write_nonblocking(
        OpaquePointer(g_io_stream_get_output_stream(stream)), backlog, UInt(backlog.count), nil,
        &error)
      defer { g_clear_error(&error) }
      guard count > 0 else {
        if isWouldBlock(error) { output?.wait() } else { drop() }
        return
      }
      backlog.removeFirst(count)
    }
    if case .draining = state { drop() }
  }

  private func release() {
    input = nil
    output = nil
    alarm = nil
    backlog = []
    guard let stream else { return }
    self.stream = nil
    g_io_stream_close_async(stream, G_PRIORITY_DEFAULT, nil, nil, nil)
    g_object_unref(stream)
  }

  private func isWouldBlock(_ error: UnsafeMutablePointer<GError>?) -> Bool {
    g_error_matches(error, g_io_error_quark(), Int32(G_IO_ERROR_WOULD_BLOCK.rawValue)) != 0
  }

  /// How many messages may wait for the handshake.
  private static let earlyLimit = 1_024
}
