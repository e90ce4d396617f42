import Basics
import CPulse
import Glibc
import LoopGLib
import Realtime

/// A device's connection to its sound server.
///
/// Each device has one of its own, though a server takes several devices on one: PipeWire 0.3 passes over a
/// microphone while anything else waits to be sent on its connection, so that on a busy machine sound
/// would come in bursts, for as long as the loudspeaker is asked for more at the same moments.
///
/// What the library reports is noted within its calls and acted upon once it is done: a device that is
/// rung may be stopped, and another started, by whoever is rung.
final class PulseConnection: @unchecked Sendable {
  // Unchecked: used on the loop's thread alone.
  private let address: String?
  private let stream: PulseStream
  private let servers: PulseServers
  private var context: OpaquePointer?
  private var isReady = false
  /// Why there is no connection any more, as the library numbers it.
  private var failure: Int32?
  /// Looks after the stream.
  private lazy var alarm = Alarm(on: servers.loop) { [weak self] in self?.look() }

  init(_ address: String?, for stream: PulseStream, of servers: PulseServers) {
    self.address = address
    self.stream = stream
    self.servers = servers
  }

  /// The stream is to be served, as soon as the server answers.
  func open() {
    servers.add(self)
    connect()
    wake()
    alarm.set(.now.advanced(by: .nanoseconds(Self.rest)))
  }

  /// The stream is no longer to be served. Harmless when not open.
  func close() {
    servers.remove(self)
    isReady = false
    failure = nil
    guard let context else { return }
    self.context = nil
    PulseLibrary.functions.pa_context_set_state_callback(context, nil, nil)
    PulseLibrary.functions.pa_context_disconnect(context)
    PulseLibrary.functions.pa_context_unref(context)
  }

  /// Has the stream have a turn soon.
  func wake() { servers.wake() }

  /// When the server is needed again, in nanoseconds of the monotonic clock; `nil` where anything may come at
  /// any time.
  var nextNeed: Int64? { isReady && failure == nil ? stream.nextNeed : nil }

  /// Whether most of what the server sends leaves nothing to be done yet.
  var isWokenInVain: Bool { stream.isWokenInVain }

  /// Does what is due after the library has read what there was.
  func haveTurn() {
    if let failure {
      stream.connectionFailed(failure)
    } else if isReady, let context {
      stream.haveTurn(on: context)
    }
  }

  private func connect() {
    guard PulseLibrary.isThere else {
      failure = Int32(PA_ERR_CONNECTIONREFUSED.rawValue)
      return
    }
    guard
      let context = PulseLibrary.functions.pa_context_new(servers.interface, servers.application)
    else {
      failure = Int32(PA_ERR_INTERNAL.rawValue)
      return
    }
    self.context = context
    PulseLibrary.functions.pa_context_set_state_callback(
      context,
      { _, data in
        Unmanaged<PulseConnection>.fromOpaque(data!).takeUnretainedValue().stateChanged()
      }, Unmanaged.passUnretained(self).toOpaque())
    // Who may start a server is ALSA's plug-in, on a thread that can wait for it.
    let flags = pa_context_flags_t(PA_CONTEXT_NOAUTOSPAWN.rawValue)
    if PulseLibrary.functions.pa_context_connect(context, address, flags, nil) < 0 {
      failure = PulseLibrary.functions.pa_context_errno(context)
    }
  }

  private func stateChanged() {
    guard let context else { return }
    switch PulseLibrary.functions.pa_context_get_state(context) {
    case PA_CONTEXT_READY: isReady = true
    case PA_CONTEXT_FAILED, PA_CONTEXT_TERMINATED:
      failure = PulseLibrary.functions.pa_context_errno(context)
    default: break
    }
  }

  private func look() {
    stream.look(at: StopSignal.now)
    alarm.set(.now.advanced(by: .nanoseconds(min(stream.nextLook, Self.rest))))
  }

  /// 100 ms: how long nobody waits for a microphone that gives nothing.
  private static let rest: Int64 = 100_000_000
}
