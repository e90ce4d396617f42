import CPulse
import Glibc
import Media
package import Realtime

/// What a microphone and a loudspeaker of a sound server have in common: the stream, from the moment when
/// it is wanted until it is given up.
///
/// All that is here happens on the loop's thread, within the turn in which the server's message is read.
package class PulseStream: @unchecked Sendable {
  // Unchecked: used on the loop's thread alone, but for the ring, the state and the faults, which are made
  // for several.
  package let name: String
  package let ring = AudioRing()
  /// Called when something has come, or is wanted, and when the stream has opened or failed; not within
  /// what is asked of the stream.
  package var rang: () -> Void = {}
  package let faults = AudioFaults()
  package var state: AudioDeviceState { cell.value }
  package let periodSamples: Int
  /// As ``AudioInput/position`` and ``AudioOutput/position``.
  package var position: AudioPosition? { positionCell.value }

  let cell: AudioDeviceStateCell
  private let positionCell = AudioPositionCell()
  /// How far the device was, and when.
  private var told: (samples: Int, time: Int64)?
  /// The server's clock is ours.
  private var isNear = false
  private var forecast = PeriodForecast()
  /// While the server has it; `nil` before and after.
  private(set) var stream: OpaquePointer?
  var watch: DeviceWatch
  private let servers: PulseServers
  private var device: String?
  private var connection: PulseConnection?
  private var openingEnd: Int64 = 0
  /// The server said so within the library's call.
  private var hasOpened = false
  private var failure: Int32?

  init(_ name: String, periodSamples: Int, servers: PulseServers) {
    self.name = name
    self.periodSamples = periodSamples
    self.servers = servers
    cell = AudioDeviceStateCell(name: name)
    watch = DeviceWatch(at: 0)
  }

  /// It will be said soon where the stream is to lead.
  package func awaitStart() { cell.setOpening() }

  /// Begins to open the stream, on the loop's thread. What comes of it the state tells, and ``rang``.
  ///
  /// - Parameter device: one of the server's; `nil` for its default one.
  package func start(on server: SoundServerDevice) {
    precondition(connection == nil, "a device is started once")
    cell.setOpening()
    device = server.device
    openingEnd = StopSignal.now + Self.patience
    let connection = PulseConnection(server.server, for: self, of: servers)
    self.connection = connection
    connection.open()
  }

  /// Gives the stream back, with all that is in it. Harmless when not started.
  package func stop() {
    drop()
    let connection = self.connection
    self.connection = nil
    connection?.close()
    if case .failed = state { return }
    cell.setIdle()
  }

  // MARK: For the connection

  /// The server can be asked, and all that it sent has been read.
  func haveTurn(on context: OpaquePointer) {
    guard connection != nil else { return }
    if let failure { return fail(failure) }
    guard let stream else {
      if let code = open(on: context) { fail(code) }
      return
    }
    if hasOpened {
      hasOpened = false
      if state == .opening { watch = DeviceWatch(at: StopSignal.now) }
      begin(stream)
      if cell.runIfOpening() { rang() }
    }
    if state == .running, self.stream != nil { serve(stream) }
  }

  func connectionFailed(_ code: Int32) { fail(code) }

  /// How the stream fares, now and then.
  func look(at now: Int64) {
    guard connection != nil else { return }
    if state == .opening, now >= openingEnd {
      fail(Int32(PA_ERR_TIMEOUT.rawValue))
    } else if state == .running, watch.isDue(at: now) {
      faults.countRestart()
      drop()
      // The connection's next turn opens another.
      connection?.wake()
    }
  }

  /// When it is to be looked at again, at the latest, in nanoseconds.
  var nextLook: Int64 { .max }

  /// When the server is needed again, in nanoseconds of the monotonic clock; `nil` while anything may come at
  /// any time.
  var nextNeed: Int64? {
    // What a server with another clock tells is dated by when it is heard.
    state == .running && stream != nil && isNear ? forecast.next : nil
  }

  /// Whether most of what the server sends leaves nothing to be done yet.
  private(set) var isWokenInVain = false

  // MARK: For microphone and loudspeaker

  /// Sound has come that was waited for, or is wanted.
  ///
  /// - Parameters:
  ///   - pieceCount: in how many messages the server sent it, or asked for it.
  ///   - count: after how many samples there will be more of it; `nil` where nobody knows.
  func wasNeeded(in pieceCount: Int, again count: Int?) {
    isWokenInVain = pieceCount > 1
    guard let count else {
      forecast = PeriodForecast()
      return
    }
    let period = Int64(count) * 1_000_000_000 / Int64(Sound.sampleRate)
    forecast.came(at: StopSignal.now, wasFound: servers.hasRested, again: period)
  }

  /// Sets the calls that the library is to make.
  func prepare(_ stream: OpaquePointer) {}

  /// Asks the server for the stream.
  ///
  /// - Returns: less than zero if that cannot be asked.
  func connect(_ stream: OpaquePointer, to device: String?) -> Int32 { -1 }

  /// The stream has been opened.
  func begin(_ stream: OpaquePointer) {}

  /// The server has said something, perhaps of this stream.
  func serve(_ stream: OpaquePointer) {}

  /// The server has answered.
  func meet(_ times: pa_timing_info) { isNear = times.synchronized_clocks != 0 }

  /// The device was so far at that time, of the monotonic clock.
  ///
  /// - Parameter samples: what a microphone had heard, or a loudspeaker had played, since the stream began.
  func tell(_ samples: Int, at time: Int64) { told = (samples, time) }

  /// When what the server told was so, by the monotonic clock.
  static func time(of times: pa_timing_info) -> Int64 {
    var now = timeval()
    gettimeofday(&now, nil)
    let elapsed =
      (now.tv_sec - times.timestamp.tv_sec) * 1_000_000 + now.tv_usec - times.timestamp.tv_usec
    // Who sets the wall clock meanwhile is a second off at most, until the next time.
    return StopSignal.now - Int64(min(max(elapsed, 0), 1_000_000)) * 1_000
  }

  /// Notes where the device stands, by what the server told last and the monotonic clock.
  ///
  /// - Parameters:
  ///   - count: how many samples have gone through the ring.
  ///   - least: the delay is that, at least.
  ///   - delay: between the ring and the device, which is so far, in samples.
  func notePosition(_ count: Int, least: Int = 0, delay: (_ progress: Int) -> Int) {
    guard let told else { return }
    let now = StopSignal.now
    let passed = Int((now - told.time) / 1_000 * Int64(Sound.sampleRate) / 1_000_000)
    positionCell.note(count: count, delay: max(least, delay(told.samples + passed)), at: now)
  }

  static func of(_ data: UnsafeMutableRawPointer?) -> Self {
    Unmanaged<Self>.fromOpaque(data!).takeUnretainedValue()
  }

  var data: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  // MARK: -

  private func open(on context: OpaquePointer) -> Int32? {
    var format = pa_sample_spec(
      format: Self.format, rate: UInt32(Sound.sampleRate), channels: 1)
    guard let stream = PulseLibrary.functions.pa_stream_new(context, "Call", &format, nil) else {
      return PulseLibrary.functions.pa_context_errno(context)
    }
    self.stream = stream
    PulseLibrary.functions.pa_stream_set_state_callback(
      stream,
      { stream, data in
        let this = PulseStream.of(data)
        switch PulseLibrary.functions.pa_stream_get_state(stream) {
        case PA_STREAM_READY: this.hasOpened = true
        case PA_STREAM_FAILED, PA_STREAM_TERMINATED:
          this.failure = PulseLibrary.functions.pa_context_errno(
            PulseLibrary.functions.pa_stream_get_context(stream))
        default: break
        }
      }, data)
    prepare(stream)
    return connect(stream, to: device) < 0 ? PulseLibrary.functions.pa_context_errno(context) : nil
  }

  private func drop() {
    hasOpened = false
    failure = nil
    told = nil
    isNear = false
    forecast = PeriodForecast()
    isWokenInVain = false
    guard let stream else { return }
    self.stream = nil
    PulseLibrary.functions.pa_stream_set_state_callback(stream, nil, nil)
    PulseLibrary.functions.pa_stream_set_read_callback(stream, nil, nil)
    PulseLibrary.functions.pa_stream_set_write_callback(stream, nil, nil)
    PulseLibrary.functions.pa_stream_set_underflow_callback(stream, nil, nil)
    PulseLibrary.functions.pa_stream_set_latency_update_callback(stream, nil, nil)
    _ = PulseLibrary.functions.pa_stream_disconnect(stream)
    PulseLibrary.functions.pa_stream_unref(stream)
  }

  private func fail(_ code: Int32) {
    let isOpening = state == .opening
    drop()
    let connection = self.connection
    self.connection = nil
    connection?.close()
    cell.setFailed(isOpening ? .open : .transfer, code: Self.systemError(code))
    rang()
  }

  private static func systemError(_ code: Int32) -> Int32 {
    switch UInt32(bitPattern: code) {
    case PA_ERR_CONNECTIONREFUSED.rawValue, PA_ERR_INVALIDSERVER.rawValue, PA_ERR_AUTHKEY.rawValue,
      PA_ERR_ACCESS.rawValue:
      ECONNREFUSED
    case PA_ERR_TIMEOUT.rawValue: ETIMEDOUT
    case PA_ERR_NOENTITY.rawValue: ENOENT
    default: ENODEV
    }
  }

  /// 16 bits as this machine has them.
  private static let format = Int16(1).littleEndian == 1 ? PA_SAMPLE_S16LE : PA_SAMPLE_S16BE
  /// 3 s.
  private static let patience: Int64 = 3_000_000_000
}
