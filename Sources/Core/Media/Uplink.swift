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
    /// The number of the extension that numbers packets for transport-wide feedback, likewise.
    var transportExtensionID: UInt8?
    /// Of packets with copies of earlier ones (RFC 2198); `nil` when the peer does not read them.
    var redundantPayloadType: UInt8?
    var bounds: SendingBounds
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
  private var adaptation: Adaptation
  private var packetizer = Packetizer()
  private var copies = SentCopies()
  private var encoderSettings: EncoderSettings
  private let leastLossPercent: Int

  init(ssrc: UInt32, format: Format, settings: EncoderSettings, ports: any MediaPorts) {
    self.ssrc = ssrc
    self.format = format
    adaptation = Adaptation(format.bounds)
    var settings = settings
    settings.bitsPerSecond = adaptation.plan.bitsPerSecond
    encoderSettings = settings
    encoder = ports.makeEncoder(settings: settings)
    let random = ports.random()
    // Small enough that the cipher's roll-over counter is not at stake in the first packets.
    sequence = SequenceNumber(UInt16(truncatingIfNeeded: random >> 16) & 0x7FFF)
    timestamp = ports.random()
    leastLossPercent = settings.expectedLossPercent
    followPlan()
  }

  /// How sound is sent at present.
  var plan: SendingPlan { adaptation.plan }

  /// How sound is sent at present, and why.
  var account: AdaptationAccount {
    var account = adaptation.account
    if encoderSettings.usesFEC, encoderSettings.expectedLossPercent > leastLossPercent {
      account.fecLossPercent = encoderSettings.expectedLossPercent
    }
    return account
  }

  /// What a renewed description agreed on, or the user wants.
  mutating func change(to format: Format) {
    self.format = format
    adaptation.change(format.bounds)
    followPlan()
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
      pause()
      return eventPacket(
        code: code, isEnd: isEnd, isFirst: isFirst, timestamp: start, duration: duration, format,
        at: now)
    }
    let heard = outgoing(frame, isSilenced: isSilenced)
    guard
      let sound = packetizer.add(heard, timestamp: timestamp, packetTime: plan.packetTime)
    else { return nil }
    return soundPacket(encoder.encode(sound.samples), timestamp: sound.timestamp, at: now)
  }

  /// One frame that was encoded elsewhere, for several streams; keys are not sent meanwhile.
  mutating func captured(_ frame: EncodedFrame, at now: Instant) -> RTPPacket? {
    advance(by: frame.sampleCount, at: now)
    meter = frame.meter
    wasSilenced = false
    packetizer.clear()
    return soundPacket(frame.payload, timestamp: timestamp, at: now)
  }

  /// One frame that is not to be sent: time passes.
  mutating func skipped(sampleCount: Int, at now: Instant) {
    advance(by: sampleCount, at: now)
    pause()
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

  /// What the peer reports of our stream.
  mutating func peerReported(_ block: ReportBlock, roundTripTime: Duration?, at now: Instant) {
    let sentBytes = payloadBytes + packetCount * SendingPlan.headerBytes
    adaptation.reported(block, roundTripTime: roundTripTime, sentBytes: sentBytes, at: now)
    followPlan()
  }

  /// What the peer tells of single packets.
  mutating func peerTold(_ feedback: TransportFeedback, at now: Instant) {
    adaptation.feedbackArrived(feedback, at: now)
    followPlan()
  }

  /// What the peer believes that the way there carries.
  mutating func peerTold(_ estimate: ReceiverEstimate, at now: Instant) {
    adaptation.estimateArrived(bitsPerSecond: Double(estimate.bitsPerSecond), at: now)
    followPlan()
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
    if isGap { pause() }
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

  /// What has not become a packet is not sent, and what follows does not continue what went before.
  private mutating func pause() {
    packetizer.clear()
    copies.clear()
    followsPause = true
  }

  private mutating func followPlan() {
    let bitsPerSecond = plan.bitsPerSecond
    if bitsPerSecond != encoderSettings.bitsPerSecond {
      encoderSettings.bitsPerSecond = bitsPerSecond
      encoder.setBitrate(bitsPerSecond: bitsPerSecond)
    }
    // A copy restores what the encoder's own redundancy would, and more; that took a third of the bits,
    // and took them again in each copy.
    let percent =
      plan.copies.count > 0 ? 0 : adaptation.expectedLossPercent(atLeast: leastLossPercent)
    if percent != encoderSettings.expectedLossPercent {
      encoderSettings.expectedLossPercent = percent
      encoder.setExpectedLoss(percent: percent)
    }
  }

  private mutating func eventPacket(
    code: UInt8, isEnd: Bool, isFirst: Bool, timestamp: UInt32, duration: Int,
    _ format: DigitFormat, at now: Instant
  ) -> RTPPacket {
    let event = TelephoneEvent(
      code: code, isEnd: isEnd, volume: 10,
      duration: UInt16(clamping: duration * format.clockRate / Sound.sampleRate))
    return packet(
      payloadType: format.payloadType, marker: isFirst, timestamp: timestamp, event.encoded(), [],
      at: now)
  }

  /// - Parameter payload: empty when the encoder has nothing to send.
  private mutating func soundPacket(
    _ payload: [UInt8], timestamp: UInt32, at now: Instant
  ) -> RTPPacket? {
    guard !payload.isEmpty else {
      pause()
      return nil
    }
    defer { followsPause = false }
    let level = format.levelExtensionID.map { HeaderExtension(id: $0, data: meter.level.encoded()) }
    let extensions = level.map { [$0] } ?? []
    let pattern = format.redundantPayloadType == nil ? .none : plan.copies
    let redundant = copies.add(
      payload, timestamp: timestamp, payloadType: format.payloadType, pattern)
    if let redundant, let payloadType = format.redundantPayloadType {
      return packet(
        payloadType: payloadType, marker: followsPause, timestamp: timestamp, redundant.encoded(),
        extensions, at: now)
    }
    return packet(
      payloadType: format.payloadType, marker: followsPause, timestamp: timestamp, payload,
      extensions, at: now)
  }

  private mutating func packet(
    payloadType: UInt8, marker: Bool, timestamp: UInt32, _ payload: [UInt8],
    _ extensions: [HeaderExtension], at now: Instant
  ) -> RTPPacket {
    var packet = RTPPacket(
      payloadType: payloadType, marker: marker, sequence: sequence, timestamp: timestamp,
      ssrc: ssrc, extensions: extensions, payload: payload)
    if let id = format.transportExtensionID {
      let byteCount = payload.count + SendingPlan.headerBytes
      var number: [UInt8] = []
      number.append(bigEndian: adaptation.send(byteCount: byteCount, at: now))
      packet.extensions.append(HeaderExtension(id: id, data: number))
    }
    sequence = sequence.next
    packetCount += 1
    payloadBytes += payload.count
    return packet
  }

  /// What the microphone may be late without the timestamp following it: 200 ms.
  private static let gapSampleCount = Sound.sampleRate / 5
}
