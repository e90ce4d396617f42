import Basics
import SDP

/// One call over WhatsApp, from Meta's invitation to the end.
///
///     ringing ──seat accepts──▶ gathering ──candidates──▶ pre-accepting ──▶ accepting ──▶ up
///        │                          │                          │               │          │
///        └──────────────────────────┴──────────────────────────┴───────────────┴──────────┴──▶ over
///
/// WhatsApp takes one description with all candidates and no trickle, so the seat's answer waits for
/// them.
struct WhatsAppCall: Equatable, Sendable {
  enum Stage: Equatable, Sendable {
    case ringing
    /// The seat's answer is here, and some of its candidates.
    case gathering(answer: SessionDescription, until: Instant)
    /// Meta has been asked to make ready, with that answer.
    case preAccepting(sdp: String)
    case accepting(sdp: String)
    case up
  }

  /// Meta's name of it.
  let id: String
  /// The exchange's.
  let callID: String
  var stage = Stage.ringing
  /// Meta's, which stands as long as the call does.
  private let offer: String
  private var seatCredentials: IceCredentials?
  private var candidates: [Candidate] = []
  /// Whether the answer came with all its candidates.
  private(set) var isWhole = false

  init(id: String, callID: String, offer: String) {
    self.id = id
    self.callID = callID
    self.offer = offer
  }

  /// Its caller as a party of the exchange's call.
  var visitor: String { Self.visitor(id) }

  static func visitor(_ id: String) -> String { "whatsapp:\(id)" }

  mutating func answered(_ sdp: String, at now: Instant) -> Bool {
    guard case .ringing = stage, var answer = try? SessionDescription(decoding: sdp) else {
      return false
    }
    seatCredentials = (try? AudioDescription(reading: answer))?.credentials
    // Those that were known when it was written stand in the answer.
    for index in answer.media.indices where answer.media[index].kind == "audio" {
      for attribute in answer.media[index].attributes where attribute.name == "candidate" {
        candidate("candidate:\(attribute.value ?? "")")
      }
      isWhole = answer.media[index].attributes.contains { $0.name == "end-of-candidates" }
      answer.media[index].attributes.removeAll {
        $0.name == "candidate" || $0.name == "end-of-candidates"
      }
    }
    stage = .gathering(answer: answer, until: now.advanced(by: Self.gatherTime))
    return true
  }

  /// What Meta would say to a renewed offer of the seat's, which cannot be brought to it: that all is as
  /// it was, but for the way that sound goes, which the seat decides by what it sends and plays.
  ///
  /// - Returns: `nil` to an offer that seeks another path, since Meta will not use it.
  func answerForMeta(to renewed: String) -> String? {
    guard let renewed = try? SessionDescription(decoding: renewed),
      let seat = try? AudioDescription(reading: renewed), seat.credentials == seatCredentials,
      var answer = try? SessionDescription(decoding: offer),
      let index = (try? AudioDescription(reading: answer))?.sectionIndex,
      answer.media.count == renewed.media.count
    else { return nil }
    let isDecided: (Attribute) -> Bool = {
      $0.name == "setup" || $0.name == "ice-options" || Direction(rawValue: $0.name) != nil
    }
    answer.attributes.removeAll(where: isDecided)
    answer.media[index].attributes.removeAll(where: isDecided)
    answer.media[index].attributes += [
      // The seat began the handshake.
      Attribute("setup", SetupRole.passive.rawValue), Attribute(seat.direction.mirrored.rawValue),
    ]
    return answer.encoded()
  }

  /// One of the seat's candidates; what comes too late, cannot be read or is over TCP is lost.
  mutating func candidate(_ line: String) {
    guard candidates.count < AudioDescription.candidateLimit,
      let candidate = try? Candidate(decoding: line), candidate.transport == "udp"
    else { return }
    candidates.append(candidate)
  }

  /// The seat's answer, whole; `nil` when it is not the time for it.
  mutating func completeAnswer() -> String? {
    guard case .gathering(var answer, _) = stage else { return nil }
    guard let index = answer.media.firstIndex(where: { $0.kind == "audio" && $0.port != 0 }) else {
      return nil
    }
    answer.attributes.removeAll { $0.name == "ice-options" }
    var section = answer.media[index]
    section.attributes.removeAll { $0.name == "ice-options" }
    section.attributes += candidates.map(\.attribute)
    section.attributes.append(Attribute("end-of-candidates"))
    if let destination = defaultDestination {
      section.port = destination.port
      section.connectionAddress = destination.address
    }
    answer.media[index] = section
    let sdp = answer.encoded()
    stage = .preAccepting(sdp: sdp)
    return sdp
  }

  /// For who reads no candidates: one that can be reached from outside, if there is one.
  private var defaultDestination: Candidate? {
    candidates.first { $0.kind != .host }
      ?? candidates.first { !$0.address.contains(":") && !$0.address.hasPrefix("127.") }
      ?? candidates.first
  }

  /// How long the seat's candidates are waited for.
  static let gatherTime: Duration = .seconds(3)
}

extension Candidate {
  fileprivate var attribute: Attribute {
    let line = encoded()
    return Attribute("candidate", String(line.drop { $0 != ":" }.dropFirst()))
  }
}

/// What the exchange remembers of calls over WhatsApp.
struct WhatsAppState: Sendable {
  /// By Meta's names.
  var calls: [String: WhatsAppCall] = [:]
  /// Meta's names of calls that are over, so that a webhook that comes again does not ring again; oldest
  /// first.
  private(set) var finished: [String] = []
  /// What is tried again.
  var repetitions: [Repetition] = []

  struct Repetition: Equatable, Sendable {
    var key: WhatsAppKey
    var until: Instant
  }

  mutating func finish(_ id: String) {
    calls[id] = nil
    finished.append(id)
    if finished.count > Self.finishedLimit { finished.removeFirst() }
  }

  var deadline: Instant? {
    let gathering = calls.values.compactMap { call -> Instant? in
      guard case .gathering(_, let until) = call.stage else { return nil }
      return until
    }
    return (gathering + repetitions.map(\.until)).min()
  }

  static let callLimit = 256
  static let finishedLimit = 1_024
  static let repetitionLimit = 256
}
