import CPulse
import Glibc
package import Media
import Realtime

/// A loudspeaker of a sound server, fed by the media loop itself.
///
/// The server is the clock: it tells of each period that it has played, and when it has little left it is given
/// more, in the same turn of the loop. What comes along with what is due, such as the rest of a packet, goes to
/// the server as well, and so much later it is given more again.
package final class PulseOutput: PulseStream, @unchecked Sendable {
  // Unchecked: as PulseStream.
  /// How much the server has after it was given more, beside what it has handed to the device: it grows when
  /// that runs dry and shrinks again.
  package var queueSamples: Int { queue.samples }

  private var queue: PlaybackQueue
  private let scratch: UnsafeMutablePointer<Int16>
  /// The server said within the library's call that it ran dry.
  private var hasRunDry = false
  /// How much it said there that it would take, less what it was given since.
  private var room = 0
  /// How often it has said so since it was given more.
  private var requestCount = 0
  /// Whether what the server asks for first has been given, which is silence.
  private var hasBegun = false

  /// - Parameter name: for what is wrong with it, in words.
  package init(name: String, profile: LatencyProfile, servers: PulseServers) {
    let period = profile == .low ? 240 : 480
    let step = period / 2
    let least = profile == .robust ? 9 * step : 5 * step
    queue = PlaybackQueue(least: least, most: Self.longestQueue, step: step, at: StopSignal.now)
    scratch = .allocate(capacity: AudioRing.standardCapacity)
    super.init(name, periodSamples: period, servers: servers)
  }

  deinit { scratch.deallocate() }

  override func prepare(_ stream: OpaquePointer) {
    PulseLibrary.functions.pa_stream_set_write_callback(
      stream, { _, byteCount, data in PulseOutput.of(data).asked(byteCount / 2) }, data)
    PulseLibrary.functions.pa_stream_set_underflow_callback(
      stream, { _, data in PulseOutput.of(data).hasRunDry = true }, data)
    PulseLibrary.functions.pa_stream_set_latency_update_callback(
      stream, { stream, data in PulseOutput.of(data).tellProgress(of: stream) }, data)
  }

  override func connect(_ stream: OpaquePointer, to device: String?) -> Int32 {
    var wish = wish
    let flags = PA_STREAM_ADJUST_LATENCY.rawValue | PA_STREAM_AUTO_TIMING_UPDATE.rawValue
    return PulseLibrary.functions.pa_stream_connect_playback(
      stream, device, &wish, pa_stream_flags_t(flags), nil, nil)
  }

  override func begin(_ stream: OpaquePointer) {
    hasBegun = false
    hasRunDry = false
  }

  override func serve(_ stream: OpaquePointer) {
    if hasRunDry {
      hasRunDry = false
      faults.countUnderrun()
      adjust(stream) { $0.hadTrouble(at: StopSignal.now) }
    }
    guard hasBegun else { return beginWithSilence(stream) }
    guard due >= 2 * periodSamples else { return }
    let now = StopSignal.now
    watch.deviceMoved(at: now)
    let due = min(self.due, queue.samples)
    adjust(stream) {
      // What it has handed to the device waits there, beside what it has left.
      $0.wentWell(left: $0.samples - due + periodSamples, at: now)
    }
    repeat {
      rang()
      guard self.stream == stream else { return }
      let count = ring.read(into: scratch, count: AudioRing.standardCapacity)
      if count < periodSamples {
        (scratch + count).update(repeating: 0, count: periodSamples - count)
        faults.countMissing(periodSamples - count)
      }
      write(max(count, periodSamples), to: stream)
    } while self.due >= 2 * periodSamples
    // The server asks anew each time that it has played a period.
    let periods = (3 * periodSamples - 1 - self.due) / periodSamples
    wasNeeded(in: requestCount, again: periods * periodSamples)
    requestCount = 0
    notePosition(of: stream)
  }

  private func asked(_ count: Int) {
    room = count
    requestCount += 1
  }

  /// How much the server could be given until it has what the queue says.
  private var due: Int { min(room, Sound.sampleRate) - spare }

  /// What the server would take beyond that; it takes nothing less than is said in ``wish``.
  private var spare: Int { periodSamples / 2 }

  private func beginWithSilence(_ stream: OpaquePointer) {
    let count = min(due, AudioRing.standardCapacity)
    guard count > 0 else { return }
    hasBegun = true
    scratch.update(repeating: 0, count: count)
    write(count, to: stream)
  }

  private func write(_ count: Int, to stream: OpaquePointer) {
    _ = PulseLibrary.functions.pa_stream_write(stream, scratch, 2 * count, nil, 0, PA_SEEK_RELATIVE)
    room -= count
  }

  private func adjust(_ stream: OpaquePointer, _ change: (inout PlaybackQueue) -> Void) {
    let before = queue.samples
    change(&queue)
    guard queue.samples != before else { return }
    var wish = wish
    guard let asked = PulseLibrary.functions.pa_stream_set_buffer_attr(stream, &wish, nil, nil)
    else { return }
    PulseLibrary.functions.pa_operation_unref(asked)
  }

  /// What is asked of the server: to tell of each period, and to hand a period to the device at once, or more
  /// where more is kept.
  ///
  /// It takes the whole for the two together, and gives the device half of what is beyond two of the steps in
  /// which it tells; what is left for itself is the other half and those steps.
  private var wish: pa_buffer_attr {
    let kept = queue.samples + spare
    var wish = pa_buffer_attr()
    wish.maxlength = UInt32(2 * Sound.sampleRate)
    wish.tlength = UInt32(2 * 2 * (kept - periodSamples))
    wish.minreq = UInt32(2 * periodSamples)
    wish.prebuf = UInt32(2 * periodSamples)
    wish.fragsize = .max
    return wish
  }

  private func tellProgress(of stream: OpaquePointer?) {
    guard let times = PulseLibrary.functions.pa_stream_get_timing_info(stream)?.pointee else {
      return
    }
    let waiting = Int(times.sink_usec) * Sound.sampleRate / 1_000_000
    tell(Int(times.read_index) / 2 - waiting, times)
  }

  private func notePosition(of stream: OpaquePointer) {
    guard let times = PulseLibrary.functions.pa_stream_get_timing_info(stream)?.pointee else {
      return
    }
    notePosition(ring.takenCount) { Int(times.write_index) / 2 - $0 }
  }

  /// 55 ms, and 40 in the device.
  private static let longestQueue = 2_640
}
