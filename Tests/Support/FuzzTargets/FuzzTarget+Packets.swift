import Basics
import Formats
import Media
import Playout
import RTP
import SDP
import Simulation

extension FuzzTarget {
  static func rtp(_ bytes: [UInt8]) -> String? {
    _ = try? TelephoneEvent(decoding: bytes)
    _ = AudioLevel(decoding: bytes)
    _ = DatagramClass(of: bytes)
    guard let packet = try? RTPPacket(decoding: bytes) else { return nil }
    guard let again = try? RTPPacket(decoding: packet.encoded()) else {
      return "cannot be read again"
    }
    return again == packet ? nil : "becomes another packet: \(packet), \(again)"
  }

  static func rtcp(_ bytes: [UInt8]) -> String? {
    guard let packets = try? RTCPPacket.decodeCompound(bytes) else { return nil }
    return packets.count <= RTCPPacket.packetLimit ? nil : "\(packets.count) packets"
  }

  static func red(_ bytes: [UInt8]) -> String? {
    guard let audio = try? RedundantAudio(decoding: bytes) else { return nil }
    return (try? RedundantAudio(decoding: audio.encoded())) == audio
      ? nil : "becomes another: \(audio)"
  }

  static func dns(_ bytes: [UInt8]) -> String? {
    guard let message = try? DNSMessage(decoding: bytes) else { return nil }
    guard message.addresses.count <= DNSMessage.recordLimit else {
      return "\(message.addresses.count) addresses"
    }
    guard message.addresses.allSatisfy({ [4, 16].contains($0.bytes.count) }) else {
      return "has addresses of no kind: \(message)"
    }
    for address in message.addresses {
      guard let question = DNSMessage.question(for: address.name, wantsUnicast: true) else {
        continue
      }
      guard (try? DNSMessage(decoding: question))?.isResponse == false else {
        return "cannot be asked for again: \(address.name)"
      }
    }
    return nil
  }

  static func sdp(_ bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let description = try? SessionDescription(decoding: text) else { return nil }
    guard let again = try? SessionDescription(decoding: description.encoded()) else {
      return "cannot be read again: \(description)"
    }
    guard again == description else { return "becomes another: \(description), \(again)" }
    guard (try? AudioDescription(reading: description)) != nil else { return nil }
    let local = LocalAudio(
      sessionID: 1, ssrc: 1, canonicalName: "name",
      fingerprint: Fingerprint(algorithm: .sha256, bytes: Array(repeating: 1, count: 32)))
    let transport = LocalTransport(
      credentials: IceCredentials(ufrag: "abcd", password: "abcdefghijklmnopqrstuvwx"))
    var answering = OfferAnswer(local: local)
    guard let answer = try? answering.makeAnswer(to: description, transport) else { return nil }
    guard (try? SessionDescription(decoding: answer.encoded())) == answer else {
      return "is answered by what cannot be read: \(answer)"
    }
    let renewed = answering.makeOffer(transport, isHolding: true)
    guard renewed.media.count == description.media.count else { return "loses sections" }
    var offering = OfferAnswer(local: local)
    _ = offering.makeOffer(transport)
    try? offering.accept(answer: description)
    return nil
  }

  static func candidate(_ bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = try? Fingerprint(decoding: text)
    _ = IceServer(url: text, username: nil, credential: nil)
    guard let candidate = try? Candidate(decoding: text) else { return nil }
    return (try? Candidate(decoding: candidate.encoded())) == candidate
      ? nil : "becomes another: \(candidate)"
  }

  /// Two bytes of time in milliseconds, two of length, and a datagram; over and over.
  static func session(_ bytes: [UInt8]) -> String? {
    let ports: [any MediaPorts] = [OpenPorts(), OpenPorts()]
    let pair = SessionPair(mediaPorts: ports)
    pair.run(for: .milliseconds(400))
    var script = FuzzScript(bytes)
    var count = 0
    while !script.isAtEnd, count < 64 {
      count += 1
      pair.run(for: .milliseconds(Int(script.byte())))
      let length = Int(script.byte())
      pair.inject(script.bytes(length), to: .caller)
    }
    pair.run(for: .milliseconds(100))
    return pair.violations.first
  }

  /// One byte of what comes next; see the cases.
  static func jitter(_ bytes: [UInt8]) -> String? {
    var stream = PlayoutStream(decoder: FakePorts(seed: 1).makeDecoder())
    var script = FuzzScript(bytes)
    var now = Instant.zero
    var (sequence, timestamp) = (Int64(1_000), Int64(1_000_000))
    var (pulled, count) = (0, 0)
    while !script.isAtEnd, count < 2_000 {
      count += 1
      let what = script.byte()
      let step = Int64(Int8(bitPattern: script.byte()))
      switch what & 7 {
      case 0...2:
        sequence &+= step
        timestamp &+= step &* (what & 8 == 0 ? 960 : Int64(script.word()))
        let frame = payload(of: what, &script)
        _ = stream.insert(
          frame, sequence: sequence, timestamp: timestamp, isSilence: what & 16 != 0, at: now)
      case 3:
        let frame = payload(of: what, &script)
        _ = stream.insertRedundant(
          frame, sequence: sequence &+ step, timestamp: timestamp &+ step &* 960, at: now)
      case 4: stream.insertOther(sequence: sequence &+ step, timestamp: timestamp, at: now)
      case 5: now = now.advanced(by: .milliseconds(Int(script.word() & 0x1FFF)))
      default:
        let samples = what & 8 == 0 ? 480 : Int(step.magnitude) * 120
        let sound = stream.pull(sampleCount: samples, at: now)
        guard sound.count == samples else { return "\(sound.count) samples for \(samples)" }
        pulled += samples
        now = now.advanced(by: .milliseconds(samples / 48))
      }
      guard stream.bufferedDuration <= .seconds(5) else {
        return "holds \(stream.bufferedDuration)"
      }
    }
    let counters = stream.statistics
    guard counters.totalSamplesReceived <= pulled, counters.concealedSamples >= 0,
      counters.concealedSamples <= counters.totalSamplesReceived, counters.jitterBufferDelay >= 0
    else { return "counts wrongly: \(counters)" }
    return nil
  }

  /// A frame of equal samples as the simulated decoder reads it, or anything.
  private static func payload(of what: UInt8, _ script: inout FuzzScript) -> [UInt8] {
    if what & 32 != 0 { return script.bytes(Int(script.byte())) }
    let units: [UInt8] = [1, 2, 4, 8, 8, 8, 16, 24]
    return [0x4F, units[Int(what >> 5) & 7], 0, 0, 1, script.byte()]
  }
}
