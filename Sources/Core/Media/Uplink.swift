import Basics
import RTP

/// What goes out: frames to packets, keys to events.
struct Uplink {
  /// What was agreed for the packets we send.
  struct Format: Equatable, Sendable {
    var payloadType: UInt8
    /// `nil` when the peer takes no telephone-events; keys then go out as tones in the sound.
    var digits: DigitFormat?
    /// The number of the audio level extension; `nil` when it was not agreed.
    var levelExtensionID: UInt8?
    var bitsPerSecond: Int
  }

  struct DigitFormat: Equatable, Sendable {
    var payloadType: UInt8
    /// 48 000 or 8 000: the unit of an event's duration. The timestamp is the stream's in either case.
    var clockRate: Int
  }

  private(set) var ssrc: UInt32
  private(set) var packetCount = 0
  /// Payloads only, as sender reports count.
  private(set) var payloadBytes = 0
  private(set) var meter = LevelMeter()

  private var format: Format
  private let encoder: any EncoderPort
  private var sequence: SequenceNumber
  private var timestamp: UInt32
  private var lastFrame: (at: Instant, sampleCount: Int)?
  private var followsPause = true
  private var wasSilenced = true
  private var digits = DigitSender()
  private var tones: [ToneGenerator] = []
  private var lossEstimate: Double
  private var expectedLossPercent: Int
  private let leastLossPercent: Int

  init(ssrc: UInt32, format: Format, settings: EncoderSettings, ports: any MediaPorts) {
    self.ssrc = ssrc
    self.format = format
    var settings = settings
    settings.bitsPerSecond = format.bitsPerSecond
    encoder = ports.makeEncoder(settings: settings)
    let random = ports.random()
    // Small enough that the cipher's roll-over counter is not at stake in the first packets.
    sequence = SequenceNumber(UInt16(truncatingIfNeeded: random >> 16) & 0x7FFF)
    timestamp = ports.random()
    leastLossPercent = settings.expectedLossPercent
    expectedLossPercent = settings.expectedLossPercent
    lossEstimate = Double(settings.expectedLossPercent) / 100
  }

  /// What the sound takes at most.
  var bitsPerSecond: Int { format.bitsPerSecond }

  /// What a renewed description agreed on.
  mutating func change(to format: Format) {
    if format.bitsPerSecond != self.format.bitsPerSecond {
      encoder.setBitrate(bitsPerSecond: format.bitsPerSecond)
    }
    self.format = format
  }

  /// The peer's stream has our number: ours is changed (RFC 3550 §8.2).
  mutating func change(ssrc: UInt32) {
    self.ssrc = ssrc
    followsPause = true
  }

  /// One frame from the microphone.
  ///
  /// - Parameter isSilenced: silence is sent in its place, and its level told as silence.
  /// - Returns: the packet; `nil` when the encoder has nothing to send.
  mutating func captured(_ frame: [Int16], isSilenced: Bool, at now: Instant) -> RTPPacket? {
    advance(by: frame.count, at: now)
    let step = digits.step(frameSampleCount: frame.count, timestamp: timestamp)
    if case .event(let code, let isEnd, let isFirst, let start, let duration) = step,
      let format = format.digits
    {
      return eventPacket(
        code: code, isEnd: isEnd, isFirst: isFirst, timestamp: start, duration: duration, format)
    }
    let payload = encoder.encode(outgoing(frame, isSilenced: isSilenced))
    guard !payload.isEmpty else {
      followsPause = true
      return nil
    }
    return packet(
      payloadType: format.payloadType, marker: followsPause, timestamp: timestamp, payload)
  }

  /// One frame that was encoded elsewhere, for several streams; keys are not sent meanwhile.
  mutating func captured(_ frame: EncodedFrame, at now: Instant) -> RTPPacket? {
    advance(by: frame.sampleCount, at: now)
    meter = frame.meter
    wasSilenced = false
    guard !frame.payload.isEmpty else {
      followsPause = true
      return nil
    }
    return packet(
      payloadType: format.payloadType, marker: followsPause, timestamp: timestamp, frame.payload)
  }

  /// One frame that is not to be sent: time passes.
  mutating func skipped(sampleCount: Int, at now: Instant) {
    advance(by: sampleCount, at: now)
    followsPause = true
    wasSilenced = true
    meter.reset()
  }

  /// Queues keys to be sent; returns those that had no room or are no keys.
  mutating func enqueue(digits text: String) -> String {
    guard format.digits == nil else { return digits.enqueue(text) }
    var refused = ""
    for digit in text {
      if tones.count < DigitSender.queueLimit, let tone = ToneGenerator(key: digit) {
        tones.append(tone)
      } else {
        refused.append(digit)
      }
    }
    return refused
  }

  /// What the peer reports to have lost, 0–1: redundancy is prepared for it.
  mutating func peerReported(loss: Double) {
    lossEstimate += (loss - lossEstimate) / 4
    let percent = min(max(leastLossPercent, Int(lossEstimate * 100 + 0.5)), Self.mostLossPercent)
    guard percent != expectedLossPercent else { return }
    expectedLossPercent = percent
    encoder.setExpectedLoss(percent: percent)
  }

  /// What the stream's timestamp is now, for sender reports.
  func timestamp(at now: Instant) -> UInt32 {
    guard let lastFrame else { return timestamp }
    let elapsed = lastFrame.at.duration(to: now)
    return timestamp
      &+ UInt32(truncatingIfNeeded: Sound.samples(max(.zero, min(elapsed, .seconds(60)))))
  }

  /// Moves the timestamp to this frame: by the length of the one before, or, after the microphone was
  /// silent, by the time that has passed.
  private mutating func advance(by sampleCount: Int, at now: Instant) {
    defer { lastFrame = (now, sampleCount) }
    guard let lastFrame else { return }
    let elapsed = Sound.samples(max(.zero, lastFrame.at.duration(to: now)))
    let isGap = elapsed > lastFrame.sampleCount + Self.gapSampleCount
    if isGap { followsPause = true }
    timestamp &+= UInt32(truncatingIfNeeded: isGap ? elapsed : lastFrame.sampleCount)
  }

  /// The frame as it is to be heard; a change between sound and silence is faded over one frame.
  private mutating func outgoing(_ frame: [Int16], isSilenced: Bool) -> [Int16] {
    defer { wasSilenced = isSilenced }
    var frame = frame
    if isSilenced != wasSilenced {
      Gain.fade(
        &frame, from: wasSilenced ? .silence : .unity, to: isSilenced ? .silence : .unity)
    } else if isSilenced {
      frame = [Int16](repeating: 0, count: frame.count)
    }
    if !tones.isEmpty {
      frame = tones[0].next(sampleCount: frame.count)
      if tones[0].isFinished { tones.removeFirst() }
    }
    meter.measure(frame)
    return frame
  }

  private mutating func eventPacket(
    code: UInt8, isEnd: Bool, isFirst: Bool, timestamp: UInt32, duration: Int,
    _ format: DigitFormat
  ) -> RTPPacket {
    let event = TelephoneEvent(
      code: code, isEnd: isEnd, volume: 10,
      duration: UInt16(clamping: duration * format.clockRate / Sound.sampleRate))
    followsPause = true
    return packet(
      payloadType: format.payloadType, marker: isFirst, timestamp: timestamp, event.encoded())
  }

  private mutating func packet(
    payloadType: UInt8, marker: Bool, timestamp: UInt32, _ payload: [UInt8]
  ) -> RTPPacket {
    let isSound = payloadType == format.payloadType
    if isSound { followsPause = false }
    let extensions =
      isSound
      ? format.levelExtensionID.map { [HeaderExtension(id: $0, data: meter.level.encoded())] } : nil
    let packet = RTPPacket(
      payloadType: payloadType, marker: marker, sequence: sequence, timestamp: timestamp,
      ssrc: ssrc, extensions: extensions ?? [], payload: payload)
    sequence = sequence.next
    packetCount += 1
    payloadBytes += payload.count
    return packet
  }

  /// Redundancy for more loss than this costs more than it saves.
  private static let mostLossPercent = 30
  /// What the microphone may be late without the timestamp following it: 200 ms.
  private static let gapSampleCount = Sound.sampleRate / 5
}
