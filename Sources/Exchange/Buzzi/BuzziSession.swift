import Basics
import BuzziWire

/// One caller's session: made by request, taken up by a socket, and over with its call.
///
///     made ──start_call──▶ talking ──end, silence, or no socket for too long──▶ forgotten
struct BuzziSession: Sendable {
  enum Stage: Equatable, Sendable {
    case made
    case talking(since: WallTime)
  }

  /// Who answers the caller.
  enum Voice: Equatable, Sendable {
    /// A scripted bot on that leg.
    case bot(leg: String)
    /// A service; see ``provider``.
    case provider
    /// The caller waits on that leg while a seat rings.
    case waiting(leg: String)
    /// The caller's leg and the seat's are in a room.
    case person(leg: String)
  }

  let id: String
  let callID: String
  let chatbot: BuzziChatbot
  let caller: Caller
  /// Where it was asked for.
  let address: String
  let createdAt: WallTime
  var stage = Stage.made
  var voice: Voice?
  /// Exists beside the voice, for the service is kept while a person has the call.
  var provider: ProviderLink?
  var socket: ExchangeSocketID?
  /// Until when a call without a socket is kept; until when a session waits that nobody has taken up.
  var keptUntil: Instant?
  /// When somebody last said something.
  var spokenAt: Instant
  /// Utterances of the caller.
  var turnCount = 0
  /// What was said last, at most ``lineLimit``.
  var lines: [AttendantUtterance] = []
  var upsampler: Upsampler

  var inputRate: Int { chatbot.inputRate }

  var leg: String? {
    switch voice {
    case .bot(let leg), .waiting(let leg), .person(let leg): leg
    case .provider, nil: nil
    }
  }

  /// The caller as others are shown it.
  var callerName: String {
    HarmlessText.line(caller.name ?? caller.email ?? caller.phone ?? "Caller", limit: 60)
  }

  mutating func keep(_ line: AttendantUtterance) {
    // A line that is not final is replaced by the speaker's next one.
    if let last = lines.last, !last.isFinal, last.isOwn == line.isOwn { lines.removeLast() }
    lines.append(line)
    if lines.count > Self.lineLimit { lines.removeFirst() }
    if line.isFinal, !line.isOwn { turnCount &+= 1 }
  }

  static let lineLimit = 10
}

/// Makes sound of fewer samples a second into 24 kHz, on straight lines between the samples: enough for a
/// voice that is listened to by a machine.
struct Upsampler: Equatable, Sendable {
  let rate: Int
  /// The last sample before the next chunk, and where between it and the next the next output lies, in
  /// parts of the output's rate.
  private var last: Int16 = 0
  private var position = 0

  init(from rate: Int) { self.rate = rate }

  mutating func take(_ samples: [Int16]) -> [Int16] {
    guard rate < Self.target else { return samples }
    var result: [Int16] = []
    result.reserveCapacity(samples.count * Self.target / rate + 1)
    for sample in samples {
      while position < Self.target {
        let step = (Int(sample) - Int(last)) * position / Self.target
        result.append(Int16(clamping: Int(last) + step))
        position += rate
      }
      position -= Self.target
      last = sample
    }
    return result
  }

  static let target = 24_000
}

/// Whether a chunk is louder than a quiet room: −44 dBFS.
func isSpeech(_ samples: [Int16]) -> Bool {
  var energy: Int64 = 0
  for sample in samples { energy &+= Int64(sample) &* Int64(sample) }
  return energy > Int64(samples.count) &* 42_000
}
