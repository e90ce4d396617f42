import Basics
import CGLib
import CSoup
import LoopGLib
import Transport

/// One request until its response is whole, it failed, or its time is over.
///
/// Used on its loop's thread. Dropping it calls it off, and nothing is told afterwards.
final class RequestRunner: @unchecked Sendable {
  // Unchecked: touched on the loop's thread only.
  private let request: HTTPRequest
  private let session: AccountSession
  private let cancellable = g_cancellable_new()
  private var completion: ((Result<HTTPResponse, TransportFailure>) -> Void)?
  private var alarm: Alarm?
  private var outgoing: OutgoingMessage?
  private var stream: UnsafeMutablePointer<GInputStream>?
  private var body: [UInt8] = []
  private var redirectCount = 0

  /// - Parameter completion: called once, later than this returns.
  init(
    _ request: HTTPRequest, session: AccountSession, on loop: GLibLoop,
    completion: @escaping (Result<HTTPResponse, TransportFailure>) -> Void
  ) throws(TransportFailure) {
    self.request = request
    self.session = session
    self.completion = completion
    let alarm = Alarm(on: loop) { [weak self] in self?.finish(.failure(.timedOut)) }
    alarm.set(Instant.now.advanced(by: request.timeout))
    self.alarm = alarm
    try send(request.method, to: ServerURL(request.url))
  }

  deinit {
    g_cancellable_cancel(cancellable)
    g_object_unref(cancellable)
    if let stream { g_object_unref(stream) }
  }

  /// Whether the server is on this machine.
  var isLoopback: Bool { outgoing?.url.isLoopback ?? false }

  /// Ends it as failed.
  func abandon(_ failure: TransportFailure) { finish(.failure(failure)) }

  private func send(_ method: HTTPMethod, to url: ServerURL) throws(TransportFailure) {
    let outgoing = try OutgoingMessage(method, url, fields: request.fields, session: session)
    self.outgoing = outgoing
    if method == request.method, !request.body.isEmpty {
      let bytes = request.body.withUnsafeBytes { g_bytes_new($0.baseAddress, gsize($0.count)) }
      defer { g_bytes_unref(bytes) }
      // The content type is among the request's fields.
      soup_message_set_request_body_from_bytes(outgoing.message, nil, bytes)
    }
    soup_session_send_async(
      session.session(for: url), outgoing.message, G_PRIORITY_DEFAULT, cancellable,
      { source, result, data in
        var error: UnsafeMutablePointer<GError>?
        let session = UnsafeMutableRawPointer(source)?
          .assumingMemoryBound(to: SoupSession.self)
        let stream = soup_session_send_finish(session, result, &error)
        guard let runner = Ticket.take(data) else {
          // Called off meanwhile.
          if let stream { g_object_unref(stream) }
          if let error { g_error_free(error) }
          return
        }
        runner.headArrived(stream, error)
      }, Ticket.make(self))
  }

  private func headArrived(
    _ stream: UnsafeMutablePointer<GInputStream>?, _ error: UnsafeMutablePointer<GError>?
  ) {
    guard let outgoing else { return }
    guard let stream else {
      finish(.failure(outgoing.failure(taking: error)))
      return
    }
    self.stream = stream
    let fields = outgoing.responseFields
    if let location = fields["Location"], Self.redirections.contains(outgoing.status) {
      redirect(to: location)
      return
    }
    if let length = fields["Content-Length"].flatMap({ Int($0) }), length > request.responseLimit,
      request.method != .head
    {
      finish(.failure(.tooLarge(limit: request.responseLimit)))
      return
    }
    readMore()
  }

  /// Follows within the server that was asked, and nowhere else: what the request carries is meant
  /// for that one (RFC 9110 §15.4).
  private func redirect(to location: String) {
    guard let outgoing, let target = outgoing.url.resolving(location) else {
      finish(.failure(.malformed("a redirection to nowhere")))
      return
    }
    guard outgoing.url.hasSameOrigin(as: target) else {
      finish(
        .failure(.malformed("it redirects to \(target.scheme)://\(target.place); use that address"))
      )
      return
    }
    redirectCount += 1
    guard redirectCount <= Self.mostRedirects else {
      finish(.failure(.malformed("it redirects in a circle")))
      return
    }
    if let stream { g_object_unref(stream) }
    stream = nil
    let keepsMethod = [307, 308].contains(outgoing.status) || request.method == .head
    do throws(TransportFailure) {
      try send(keepsMethod ? request.method : .get, to: target)
    } catch {
      finish(.failure(error))
    }
  }

  private func readMore() {
    g_input_stream_read_bytes_async(
      stream, gsize(Self.chunkBytes), G_PRIORITY_DEFAULT, cancellable,
      { source, result, data in
        var error: UnsafeMutablePointer<GError>?
        let stream = UnsafeMutableRawPointer(source)?.assumingMemoryBound(to: GInputStream.self)
        let bytes = g_input_stream_read_bytes_finish(stream, result, &error)
        defer { if let bytes { g_bytes_unref(bytes) } }
        guard let runner = Ticket.take(data) else {
          if let error { g_error_free(error) }
          return
        }
        runner.bodyArrived(bytes, error)
      }, Ticket.make(self))
  }

  private func bodyArrived(_ bytes: OpaquePointer?, _ error: UnsafeMutablePointer<GError>?) {
    guard let outgoing else { return }
    guard let bytes else {
      finish(.failure(outgoing.failure(taking: error)))
      return
    }
    var count: gsize = 0
    guard let data = g_bytes_get_data(bytes, &count), count > 0 else {
      finish(
        .success(
          HTTPResponse(status: outgoing.status, fields: outgoing.responseFields, body: body)))
      return
    }
    guard body.count + Int(count) <= request.responseLimit else {
      finish(.failure(.tooLarge(limit: request.responseLimit)))
      return
    }
    body.append(contentsOf: UnsafeRawBufferPointer(start: data, count: Int(count)))
    readMore()
  }

  private func finish(_ result: Result<HTTPResponse, TransportFailure>) {
    alarm = nil
    guard let completion else { return }
    self.completion = nil
    g_cancellable_cancel(cancellable)
    completion(result)
  }

  /// What the library holds until it answers, also after the request was dropped.
  private final class Ticket {
    private weak var runner: RequestRunner?
    private init(_ runner: RequestRunner) { self.runner = runner }

    static func make(_ runner: RequestRunner) -> UnsafeMutableRawPointer {
      Unmanaged.passRetained(Ticket(runner)).toOpaque()
    }

    /// `nil` when the request was dropped, or is done.
    static func take(_ data: UnsafeMutableRawPointer?) -> RequestRunner? {
      guard let data, let runner = Unmanaged<Ticket>.fromOpaque(data).takeRetainedValue().runner,
        runner.completion != nil
      else { return nil }
      return runner
    }
  }

  private static let chunkBytes = 16_384
  private static let redirections = [301, 302, 303, 307, 308]
  private static let mostRedirects = 5
}
