import CPulse
import Glibc
package import Media
import Realtime

/// A loudspeaker of a sound server, fed by the media loop itself.
///
/// The server is the clock: it tells of what it has played, and when it has little left it is given more, in the
/// same turn of the loop. What comes along with what is due, such as the rest of a packet, goes to the server as
/// well, and so much later it is given more again.
package final class PulseOutput: PulseStream, @unchecked Sendable {
  // Unchecked: as PulseStream.
  /// How much the server has after it was given more, beside what it has handed to the device: it grows when
  /// that runs dry and shrinks again.
  package var queueSamples: Int { queue.samples }

  private var queue: PlaybackQueue
  private let scratch: UnsafeMutablePointer<Int16>
  /// The server said within the library's call that it ran dry.
  private var hasRunDry = false
  private var served: ServedQueue
  /// Whether what the server asks for first has been given, which is silence.
  private var hasBegun = false

  /// - Parameter name: for what is wrong with it, in words.
  package init(name: String, profile: LatencyProfile, servers: PulseServers) {
    let period = profile == .low ? 240 : 480
    let step = period / 2
    let least = profile == .robust ? 9 * step : 5 * step
    queue = PlaybackQueue(least: least, most: Self.longestQueue, step: step, at: StopSignal.now)
    served = ServedQueue(periodSamples: period, keeping: queue.samples)
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
    guard served.isDue else { return }
    let now = StopSignal.now
    watch.deviceMoved(at: now)
    let taken = min(served.room, queue.samples)
    let isLate = served.isLate
    adjust(stream) {
      // What it has handed to the device waits there, beside what it has left.
      $0.wentWell(left: $0.samples - taken + periodSamples, at: now)
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
    } while served.isDue
    wasNeeded(in: served.tellingsUntilDue, again: isLate ? nil : served.samplesUntilDue)
    notePosition(of: stream)
  }

  private func asked(_ count: Int) { served.room = min(count, Sound.sampleRate) }

  private func beginWithSilence(_ stream: OpaquePointer) {
    let count = min(served.room, AudioRing.standardCapacity)
    guard count > 0 else { return }
    hasBegun = true
    scratch.update(repeating: 0, count: count)
    write(count, to: stream)
  }

  private func write(_ count: Int, to stream: OpaquePointer) {
    _ = PulseLibrary.functions.pa_stream_write(stream, scratch, 2 * count, nil, 0, PA_SEEK_RELATIVE)
    served.room -= count
  }

  private func adjust(_ stream: OpaquePointer, _ change: (inout PlaybackQueue) -> Void) {
    let before = queue.samples
    change(&queue)
    guard queue.samples != before else { return }
    served.keep(queue.samples)
    var wish = wish
    guard let asked = PulseLibrary.functions.pa_stream_set_buffer_attr(stream, &wish, nil, nil)
    else { return }
    PulseLibrary.functions.pa_operation_unref(asked)
  }

  /// What is asked of the server: to tell of each step, and to hand a period to the device at once, or more
  /// where more is kept.
  private var wish: pa_buffer_attr {
    var wish = pa_buffer_attr()
    wish.maxlength = UInt32(2 * Sound.sampleRate)
    wish.tlength = UInt32(2 * served.target)
    wish.minreq = UInt32(2 * served.step)
    wish.prebuf = UInt32(2 * periodSamples)
    wish.fragsize = .max
    return wish
  }

  private func tellProgress(of stream: OpaquePointer?) {
    guard let times = PulseLibrary.functions.pa_stream_get_timing_info(stream)?.pointee else {
      return
    }
    meet(times)
    let waiting = Int(times.sink_usec) * Sound.sampleRate / 1_000_000
    tell(Int(times.read_index) / 2 - waiting, at: Self.time(of: times))
  }

  private func notePosition(of stream: OpaquePointer) {
    guard let times = PulseLibrary.functions.pa_stream_get_timing_info(stream)?.pointee else {
      return
    }
    notePosition(ring.takenCount) { Int(times.write_index) / 2 - $0 }
  }

  /// 55 ms; at once the device takes 40.
  private static let longestQueue = 2_640
}
