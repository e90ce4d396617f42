package import Basics

/// Encodes one sound for all sessions whose peers shall hear the same.
package struct SharedEncoder {
  private let encoder: any EncoderPort
  private var meter = LevelMeter()

  package init(settings: MediaSettings = MediaSettings(), ports: any MediaPorts) {
    encoder = ports.makeEncoder(settings: settings.encoder)
  }

  /// - Parameter frame: of ``MediaSettings/frameSampleCount`` samples.
  package mutating func encode(_ frame: [Int16]) -> EncodedFrame {
    meter.measure(frame)
    return EncodedFrame(
      payload: encoder.encode(frame), sampleCount: frame.count, meter: meter)
  }
}

/// A frame as ``SharedEncoder`` made it.
package struct EncodedFrame: Sendable {
  /// Opus; empty when there is nothing to send.
  let payload: [UInt8]
  let sampleCount: Int
  /// How loud the frame is.
  let meter: LevelMeter
}

extension MediaSession {
  /// Whether the peer takes sound as a ``SharedEncoder`` of the same settings makes it.
  package var takesSharedSound: Bool {
    guard let plan = flow?.uplink.plan, isActive, !isMuted else { return false }
    return plan.bitsPerSecond == settings.encoder.bitsPerSecond
      && plan.packetTime == settings.frameSampleCount * 1_000 / Sound.sampleRate
  }

  /// One frame that was encoded once for several sessions; only where ``takesSharedSound``.
  package mutating func captured(_ frame: EncodedFrame, at now: Instant) -> [SessionEffect] {
    guard let datagram = flow?.captured(frame, at: now) else { return [] }
    return [.ice(.send(datagram))]
  }
}
