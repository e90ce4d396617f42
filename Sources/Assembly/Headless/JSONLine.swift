import Basics
import Calling
import Formats
import Media
import NexaconWire

/// One line of `--json`: an object that begins with `event` and `at`, and `call` where there is one.
struct JSONLine {
  private let event: String
  private let time: WallTime
  private let call: String?
  private let members: [(String, JSONValue?)]

  init(
    _ event: String, at time: WallTime, call: CallID? = nil, _ members: [(String, JSONValue?)] = []
  ) {
    self.event = event
    self.time = time
    self.call = call?.description
    self.members = members
  }

  /// The line without its end. Members without a value are left out.
  var text: String {
    var parts = [
      "\"event\":" + JSONValue.string(event).text, "\"at\":" + JSONValue.string(time.iso8601).text,
    ]
    if let call { parts.append("\"call\":" + JSONValue.string(call).text) }
    for (name, value) in members {
      guard let value else { continue }
      parts.append(JSONValue.string(name).text + ":" + value.text)
    }
    return "{" + parts.joined(separator: ",") + "}"
  }

  /// The members that tell of one moment of a call's sound, by their W3C names where there are any.
  static func members(of statistics: MediaStatistics) -> [(String, JSONValue?)] {
    func whole(_ value: Int) -> JSONValue { .integer(Int64(value)) }
    func real(_ value: Double) -> JSONValue { .number((value * 1e6).rounded() / 1e6) }
    return [
      ("packetsReceived", whole(statistics.packetsReceived)),
      ("bytesReceived", whole(statistics.bytesReceived)),
      ("packetsLost", whole(statistics.packetsLost)),
      ("packetsDiscarded", whole(statistics.packetsDiscarded)),
      ("fecPacketsReceived", whole(statistics.fecPacketsReceived)),
      ("jitter", real(statistics.jitter)),
      ("jitterBufferDelay", real(statistics.jitterBufferDelay)),
      ("jitterBufferEmittedCount", whole(statistics.jitterBufferEmittedCount)),
      ("totalSamplesReceived", whole(statistics.totalSamplesReceived)),
      ("concealedSamples", whole(statistics.concealedSamples)),
      ("silentConcealedSamples", whole(statistics.silentConcealedSamples)),
      ("concealmentEvents", whole(statistics.concealmentEvents)),
      ("insertedSamplesForDeceleration", whole(statistics.insertedSamplesForDeceleration)),
      ("removedSamplesForAcceleration", whole(statistics.removedSamplesForAcceleration)),
      ("audioLevel", real(statistics.remoteAudioLevel)),
      ("packetsSent", whole(statistics.packetsSent)),
      ("bytesSent", whole(statistics.bytesSent)),
      ("fractionLost", real(statistics.remoteFractionLost)),
      ("roundTripTime", statistics.roundTripTime.map(real)),
      (
        "bitrate",
        ["received": whole(statistics.receivedBitrate), "sent": whole(statistics.sentBitrate)]
      ),
      ("mos", statistics.mos.map { .number(($0 * 100).rounded() / 100) }),
      ("estimatedDelay", real(statistics.estimatedDelay)),
      ("faultyPackets", whole(statistics.faultyPackets)),
      ("deviceFaults", whole(statistics.deviceFaults)),
      ("localCandidateType", statistics.localCandidateType.map { .string($0) }),
      ("remoteCandidateType", statistics.remoteCandidateType.map { .string($0) }),
      ("adaptation", statistics.adaptation.map(adaptation)),
      ("reception", statistics.reception.map(reception)),
      ("cipher", statistics.cipher.map { .string($0) }),
      ("codec", statistics.codec.map { .string($0) }),
    ]
  }

  private static func adaptation(_ account: AdaptationAccount) -> JSONValue {
    [
      "bitsPerSecond": .integer(Int64(account.bitsPerSecond)),
      "packetTime": .integer(Int64(account.packetTime)),
      "copies": .integer(Int64(account.copyCount)),
      "copyDistance": .integer(Int64(account.copyDistance)), "sentence": .string(account.sentence),
    ]
  }

  private static func reception(_ account: ReceptionAccount) -> JSONValue {
    [
      "asksForCopies": .boolean(account.isAsking), "hasCopies": .boolean(account.hasCopies),
      "sentence": .string(account.sentence),
    ]
  }

  /// The same by the names of Nexacon's SDK, which knows sound in both directions, and pictures, of
  /// which there are none here.
  static func nexaconMembers(
    of statistics: MediaStatistics, at time: WallTime
  ) -> [(String, JSONValue?)] {
    var figures = NexaconStatistics()
    figures.received.bitsPerSecond = statistics.receivedBitrate
    figures.received.packets = statistics.packetsReceived
    figures.received.packetsLost = statistics.packetsLost
    figures.received.bytes = statistics.bytesReceived
    figures.sent.packets = statistics.packetsSent
    figures.sent.bytes = statistics.bytesSent
    figures.milliseconds = time.milliseconds
    let json = figures.json
    return ["timestamp", "audio", "video", "audioOut", "videoOut"].map { ($0, json[$0]) }
  }

  /// The members that tell how long the steps of a call's set-up took, in milliseconds.
  static func members(of times: SetupTimes) -> [(String, JSONValue?)] {
    func since(_ instant: Instant?) -> JSONValue? {
      instant.map { .integer(Int64(times.startedAt.duration(to: $0).milliseconds.rounded())) }
    }
    return [
      ("msToRinging", since(times.ringingAt)), ("msToAccepted", since(times.acceptedAt)),
      ("msToMedia", since(times.mediaAt)), ("msToFirstAudio", since(times.firstAudioAt)),
    ]
  }
}

extension EndReason {
  /// The word in JSON lines.
  var word: String {
    switch self {
    case .hungUp: "hangup"
    case .remoteHungUp: "remoteHangup"
    case .declined: "declined"
    case .busy: "busy"
    case .cancelled: "cancelled"
    case .missed: "missed"
    case .noAnswer: "noAnswer"
    case .answeredElsewhere: "answeredElsewhere"
    case .unknownCallee: "unknownCallee"
    case .signalingFailed: "signalingFailed"
    case .mediaFailed: "mediaFailed"
    case .notSignedIn: "notSignedIn"
    }
  }

  /// One sentence for people.
  ///
  /// - Parameter isIncoming: whether the other party called.
  func sentence(about party: String, isIncoming: Bool = false) -> String {
    let name = HarmlessText.line(party, limit: 80)
    switch self {
    case .declined where isIncoming: return "You declined."
    case .cancelled where isIncoming: return "\(name) gave up before an answer."
    case .hungUp: return "You hung up."
    case .remoteHungUp: return "\(name) hung up."
    case .declined(let reason?):
      return "\(name) declined: \(HarmlessText.line(reason, limit: 120))".asSentence
    case .declined(nil): return "\(name) declined."
    case .busy: return "\(name) is busy; try again later."
    case .cancelled: return "The call was cancelled before it was answered."
    case .missed: return "You missed a call from \(name)".asSentence
    case .noAnswer: return "\(name) did not answer."
    case .answeredElsewhere: return "The call was answered on another device."
    case .unknownCallee(let reason): return HarmlessText.line(reason, limit: 240).asSentence
    case .signalingFailed(let reason): return HarmlessText.line(reason, limit: 240).asSentence
    case .mediaFailed(let reason): return HarmlessText.line(reason, limit: 240).asSentence
    case .notSignedIn(let reason): return HarmlessText.line(reason, limit: 240).asSentence
    }
  }
}
