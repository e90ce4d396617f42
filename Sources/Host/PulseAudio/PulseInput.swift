import CPulse
import Glibc
package import Media
import Realtime

/// A microphone of a sound server, read by the media loop itself.
///
/// While the device delivers nothing, silence takes its place at the monotonic clock's pace, so that
/// a call's other parts never wait for a microphone.
package final class PulseInput: PulseStream, @unchecked Sendable {
  // Unchecked: as PulseStream.
  private var standIn: StandIn
  /// The server said so within the library's call.
  private var available = 0
  /// Of the period that is not whole yet: how much of it there is, and in how many pieces it came.
  private var begunCount = 0
  private var pieceCount = 0
  /// How often the server has told no latency of the source: more for each time, up to 3, and less for each time
  /// that it did.
  private var untold = 1
  private var arrivals = ArrivalEnvelope(sampleRate: Sound.sampleRate)

  /// - Parameters:
  ///   - name: for what is wrong with it, in words.
  ///   - profile: how much arrives at once: a frame, before whose end there is nothing to do.
  package init(name: String, profile: LatencyProfile, servers: PulseServers) {
    let period = MediaSettings(latency: profile).frameSampleCount
    standIn = StandIn(periodSamples: period, sampleRate: Sound.sampleRate)
    super.init(name, periodSamples: period, servers: servers)
  }

  override func prepare(_ stream: OpaquePointer) {
    PulseLibrary.functions.pa_stream_set_read_callback(
      stream, { _, byteCount, data in PulseInput.of(data).available = byteCount / 2 }, data)
    PulseLibrary.functions.pa_stream_set_latency_update_callback(
      stream, { stream, data in PulseInput.of(data).tellProgress(of: stream) }, data)
  }

  override func connect(_ stream: OpaquePointer, to device: String?) -> Int32 {
    var wish = pa_buffer_attr()
    wish.maxlength = UInt32(2 * Sound.sampleRate)
    wish.fragsize = UInt32(2 * periodSamples)
    let flags = PA_STREAM_ADJUST_LATENCY.rawValue | PA_STREAM_AUTO_TIMING_UPDATE.rawValue
    return PulseLibrary.functions.pa_stream_connect_record(
      stream, device, &wish, pa_stream_flags_t(flags))
  }

  override func begin(_ stream: OpaquePointer) {
    available = 0
    begunCount = 0
    pieceCount = 0
    untold = 1
    arrivals = ArrivalEnvelope(sampleRate: Sound.sampleRate)
    standIn = StandIn(periodSamples: periodSamples, sampleRate: Sound.sampleRate)
  }

  override func serve(_ stream: OpaquePointer) {
    guard available > 0 else { return }
    let available = self.available
    self.available = 0
    noteArrival(on: stream)
    // What silence stood in for is heard no more, nor what is older than the ring can hold.
    let kept = standIn.isOn ? periodSamples : Self.longestBacklog
    take(available, skipping: max(available - kept, 0), from: stream)
    standIn.deviceDelivered()
    countPeriods(available)
    notePosition(of: stream)
    watch.deviceMoved(at: StopSignal.now)
    rang()
  }

  override func look(at now: Int64) {
    super.look(at: now)
    guard state == .running else { return }
    var hasSilence = false
    while standIn.isDue() {
      faults.countMissing(ring.writeSilence(count: periodSamples))
      hasSilence = true
    }
    if hasSilence { rang() }
  }

  override var nextLook: Int64 {
    standIn.isOn ? Int64(periodSamples) * 1_000_000_000 / Int64(Sound.sampleRate) : .max
  }

  /// A period is needed as a whole, however many pieces the server sends it in.
  private func countPeriods(_ count: Int) {
    begunCount += count
    guard begunCount >= periodSamples else { return }
    begunCount %= periodSamples
    wasNeeded(in: pieceCount, again: periodSamples - begunCount)
    pieceCount = 0
  }

  private func take(_ available: Int, skipping: Int, from stream: OpaquePointer) {
    var (left, skipped) = (available, skipping)
    while left > 0 {
      var piece: UnsafeRawPointer?
      var byteCount = 0
      guard PulseLibrary.functions.pa_stream_peek(stream, &piece, &byteCount) == 0, byteCount > 0
      else { return }
      pieceCount += 1
      let count = byteCount / 2
      let old = min(skipped, count)
      // A hole in what the server sent is silence.
      let fitting =
        piece.map {
          ring.write($0.assumingMemoryBound(to: Int16.self) + old, count: count - old)
        } ?? ring.writeSilence(count: count - old)
      faults.countDropped(count - fitting)
      _ = PulseLibrary.functions.pa_stream_drop(stream)
      skipped -= old
      left -= count
    }
  }

  private func tellProgress(of stream: OpaquePointer?) {
    guard let times = PulseLibrary.functions.pa_stream_get_timing_info(stream)?.pointee else {
      return
    }
    meet(times)
    untold = times.source_usec == 0 ? min(untold + 1, 3) : max(untold - 1, 0)
    guard tellsLatency else { return }
    let heard = Int(times.source_usec) * Sound.sampleRate / 1_000_000
    tell(Int(times.write_index) / 2 + heard, at: Self.time(of: times))
  }

  /// Whether the server tells how long ago the source heard what it gives: of a sink's monitor it does not, nor of
  /// what is made from one.
  private var tellsLatency: Bool { untold < 2 }

  /// Where no latency is told, what has come tells how far the source is.
  private func noteArrival(on stream: OpaquePointer) {
    guard let times = PulseLibrary.functions.pa_stream_get_timing_info(stream)?.pointee else {
      return
    }
    let now = StopSignal.now
    if standIn.isOn { arrivals = ArrivalEnvelope(sampleRate: Sound.sampleRate) }
    arrivals.arrived(after: Int(times.read_index) / 2, at: now)
    if !tellsLatency, let progress = arrivals.progress(at: now) { tell(progress, at: now) }
  }

  private func notePosition(of stream: OpaquePointer) {
    guard let times = PulseLibrary.functions.pa_stream_get_timing_info(stream)?.pointee else {
      return
    }
    let least = tellsLatency ? 0 : -Sound.sampleRate
    notePosition(ring.writtenCount, least: least) { $0 - Int(times.read_index) / 2 }
  }

  /// 60 ms: less than the ring holds beside a frame that is being taken.
  private static let longestBacklog = 2_880
}
