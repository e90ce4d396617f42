import Basics
import Media

/// A conference at work: every leg is sent the streams of all others, unmixed and told apart by their
/// SSRCs (RFC 7667 §3.7).
struct Conference {
  /// Whether a stream may pass.
  enum Admission: Equatable {
    case known
    /// The first packet of a stream.
    case new
    /// The number is another leg's, or the leg has had too many.
    case refused
  }

  /// In the order of their names.
  private(set) var legs: [String] = []
  private(set) var speakers: [String] = []
  /// Whose stream, or whose own number, an SSRC is.
  private var owners: [UInt32: String] = [:]
  private var speeches: [String: Speech] = [:]

  var isEmpty: Bool { legs.isEmpty }

  /// - Parameter ssrc: under which the exchange reports to the leg.
  mutating func add(_ leg: String, ssrc: UInt32) {
    legs.append(leg)
    legs.sort()
    owners[ssrc] = leg
    speeches[leg] = Speech()
  }

  mutating func remove(_ leg: String) {
    legs.removeAll { $0 == leg }
    owners = owners.filter { $0.value != leg }
    speeches[leg] = nil
  }

  mutating func admit(_ ssrc: UInt32, from leg: String) -> Admission {
    if let owner = owners[ssrc] { return owner == leg ? .known : .refused }
    guard owners.values.count(where: { $0 == leg }) < Self.streamLimit else { return .refused }
    owners[ssrc] = leg
    return .new
  }

  // MARK: Who speaks

  /// Takes in how loud a packet is by its sender's own measurement.
  ///
  /// - Returns: whether it is passed on: of silence only the first few packets are, as Jitsi's bridge does
  ///   (protocols.md §B.6).
  mutating func heard(_ packet: ForwardedPacket, from leg: String, at now: Instant) -> Bool {
    speeches[leg]?.heard(packet, at: now) ?? false
  }

  /// Who speaks, if that has changed since it was last asked.
  mutating func newSpeakers(at now: Instant) -> [String]? {
    for leg in legs { speeches[leg]?.expire(at: now) }
    let speaking = legs.filter { speeches[$0]?.isSpeaking == true }
    guard speaking != speakers else { return nil }
    speakers = speaking
    return speaking
  }

  /// When ``newSpeakers(at:)`` is to be asked again, although nothing may have arrived.
  var deadline: Instant? { speakers.compactMap { speeches[$0]?.end }.min() }

  /// How many streams a leg may begin as long as it is there, with the number that is ours.
  static let streamLimit = 33
}

/// Whether one leg speaks, by what its packets tell (RFC 6464).
private struct Speech {
  private(set) var isSpeaking = false
  private var loudPackets = 0
  private var silentPackets = 0
  private var lastVoice: Instant?

  /// When the speech is over, unless something more is said.
  var end: Instant? { isSpeaking ? lastVoice?.advanced(by: Self.pause) : nil }

  /// - Returns: whether the packet is worth passing on.
  mutating func heard(_ packet: ForwardedPacket, at now: Instant) -> Bool {
    silentPackets = packet.isSilence ? min(silentPackets + 1, Self.silencePassed + 1) : 0
    loudPackets = packet.isVoice ? min(loudPackets + 1, Self.packetsToBegin) : 0
    if packet.isVoice { lastVoice = now }
    if loudPackets == Self.packetsToBegin { isSpeaking = true }
    return silentPackets <= Self.silencePassed
  }

  mutating func expire(at now: Instant) {
    if let end, end <= now { isSpeaking = false }
  }

  /// 60 ms.
  private static let packetsToBegin = 3
  private static let silencePassed = 3
  private static let pause: Duration = .milliseconds(700)
}
