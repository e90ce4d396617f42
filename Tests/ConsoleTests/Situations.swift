import Basics
import Calling
import Cells
import Console
import Media

/// The situations whose screens are compared with blocks of text.
enum Situations {
  // MARK: Time

  static let start = Instant.zero.advanced(by: .seconds(1_000))
  /// 2026-11-20 12:41:10 UTC.
  static let noon = WallTime(milliseconds: 1_795_178_470_000)

  static func state(
    _ size: Size, _ board: Board = idleBoard, options: ConsoleOptions = ConsoleOptions()
  ) -> ConsoleState {
    var state = ConsoleState(options: options, size: size)
    _ = reduce(&state, .tick(now: start, wallTime: noon, offset: .zero))
    _ = reduce(&state, .board(board, at: start))
    // What the first board caused to be said is over.
    return later(state, .seconds(20))
  }

  /// The same state after some time.
  static func later(_ state: ConsoleState, _ duration: Duration) -> ConsoleState {
    var state = state
    let now = state.now.advanced(by: duration)
    _ = reduce(
      &state, .tick(now: now, wallTime: state.wallTime.advanced(by: duration), offset: .zero))
    return state
  }

  static func type(_ keys: [Key], _ state: inout ConsoleState) -> [ConsoleCommand] {
    keys.flatMap { reduce(&state, .key($0, at: state.now)) }
  }

  static func type(_ text: String, _ state: inout ConsoleState) -> [ConsoleCommand] {
    type(text.map(Key.character), &state)
  }

  // MARK: Who and what

  static let exchange = AccountID(0)

  static var account: AccountSummary {
    AccountSummary(
      id: exchange, name: "exchange", system: .botServer, server: "http://127.0.0.1:8077",
      username: "you", state: .signedIn)
  }

  static func contact(
    _ name: String, _ kind: Contact.Kind = .bot, _ presence: Contact.Presence = .online,
    about: String? = nil, members: Int? = nil
  ) -> Contact {
    Contact(
      account: exchange, address: name.lowercased(), name: name, kind: kind, presence: presence,
      about: about, memberCount: members)
  }

  static var contacts: [Contact] {
    [
      contact("Echo", about: "repeats you"), contact("Parrot", about: "voice bot"),
      contact("Operator", about: "calls you"), contact("Lobby", .room, members: 2),
      contact("Amina Okafor", .person, .away), contact("Bernd", .person, .offline),
    ]
  }

  static func record(
    _ name: String, minutesAgo: Int, incoming: Bool = false,
    _ outcome: CallRecord.Outcome = .answered, seconds: Int = 0, mos: Double? = nil,
    note: String? = nil, isSeen: Bool = true
  ) -> CallRecord {
    let started = noon.advanced(by: .seconds(-60 * minutesAgo))
    return CallRecord(
      id: "\(name)-\(minutesAgo)", accountName: "exchange", system: .botServer,
      isIncoming: incoming, party: .init(name: name, address: name.lowercased()),
      startedAt: started, answeredAt: outcome == .answered ? started : nil,
      endedAt: started.advanced(by: .seconds(seconds)), outcome: outcome, quality: mos, note: note,
      isSeen: isSeen)
  }

  static var history: [CallRecord] {
    [
      record("Operator", minutesAgo: 3, incoming: true, seconds: 21, mos: 4.4),
      record("Amina Okafor", minutesAgo: 39, incoming: true, .missed, isSeen: false),
      record("Echo", minutesAgo: 43, seconds: 62, mos: 4.3, note: "headset test"),
      record("Parrot", minutesAgo: 1_500, seconds: 3_725, mos: 3.9),
      record("Bernd", minutesAgo: 4_000, .noAnswer),
      record("Bernd", minutesAgo: 600_000, .busy),
    ]
  }

  static var idleBoard: Board {
    var board = Board()
    board.accounts = [account]
    board.contacts = contacts
    board.history = history
    board.missedCount = 1
    board.sound.capture = "default"
    board.sound.playback = "default"
    board.sound.captureChoices = ["default", "pulse", "hw:CARD=USB,DEV=0", "silence"]
    board.sound.playbackChoices = ["default", "pulse", "hdmi:CARD=NVidia,DEV=0", "null"]
    return board
  }

  // MARK: Calls

  static func call(
    _ name: String, number: Int = 1, incoming: Bool = false, _ phase: CallPhase,
    isBot: Bool = false, startedAfter: Duration = .zero
  ) -> CallSummary {
    let began = start.advanced(by: startedAfter)
    var times = SetupTimes(startedAt: began)
    switch phase {
    case .active, .held:
      times.ringingAt = began.advanced(by: .milliseconds(110))
      times.acceptedAt = began.advanced(by: .milliseconds(740))
      times.mediaAt = began.advanced(by: .milliseconds(820))
      times.firstAudioAt = began.advanced(by: .milliseconds(910))
    default: break
    }
    var summary = CallSummary(
      id: CallID(account: exchange, isIncoming: incoming, number: number), remoteID: "r\(number)",
      accountName: "exchange", system: .botServer,
      party: Party(
        name: name, address: "\(name.lowercased().split(separator: " ")[0])@example.org",
        isBot: isBot),
      kind: .audio, phase: phase, times: times, startedAt: noon)
    summary.browserURL = "https://example.org/call/\(number)"
    return summary
  }

  static func said(_ text: String, by speaker: String, at second: Int, isFinal: Bool = true)
    -> TranscriptLine
  {
    TranscriptLine(
      speaker: speaker, isSelf: speaker == "you", text: text, isFinal: isFinal,
      at: start.advanced(by: .milliseconds(740 + second * 1_000)))
  }

  static var parrot: CallSummary {
    var call = call("Parrot", .active, isBot: true)
    call.agent = .listening
    call.transcript = [
      said("Hello, I am Parrot. Say anything, and I say it back.", by: "Parrot", at: 1),
      said("what is the", by: "you", at: 6, isFinal: false),
      said("what is the weather like in the mountains today", by: "you", at: 6),
      said("What is the weather like? I only re", by: "Parrot", at: 9, isFinal: false),
    ]
    return call
  }

  static var handedOver: CallSummary {
    var call = call(
      "Amina Okafor", number: 2, incoming: true, .incoming, startedAfter: .seconds(13))
    call.summary = "Wants the invoice of March sent again; the bot could not find it."
    call.lastWords = [
      said("Could I talk to a human, please?", by: "Amina", at: 4),
      said("One moment, I ring somebody.", by: "Invoice bot", at: 6),
    ]
    return call
  }

  static func sample(_ second: Int, loss: Double = 0, jitter: Double = 0.002) -> MediaStatistics {
    var sample = MediaStatistics()
    sample.packetsReceived = 50 * second
    sample.bytesReceived = 4_000 * second
    sample.jitter = jitter + (second % 7 == 0 ? 0.006 : 0)
    sample.recentLoss = loss
    sample.recentConcealment = loss * 0.8
    sample.receivedBitrate = 33_000 + second % 5 * 400
    sample.sentBitrate = 31_000
    sample.bufferDelay = 0.018
    sample.estimatedDelay = 0.038 + (second % 11 == 0 ? 0.04 : 0)
    sample.mos = loss > 0.02 ? 3.2 : 4.4
    sample.localAudioLevel = 0.1
    sample.remoteAudioLevel = 0.2
    sample.localCandidateType = "host"
    sample.remoteCandidateType = "host"
    sample.codec = "Opus 48 kHz"
    sample.cipher = "AES-128-GCM"
    sample.roundTripTime = 0.012
    return sample
  }

  /// A state in a call with a minute of measurements and levels.
  static func inCall(
    _ size: Size, _ calls: [CallSummary] = [parrot], loss: Double = 0, jitter: Double = 0.002,
    options: ConsoleOptions = ConsoleOptions(), change: (inout Board) -> Void = { _ in }
  ) -> ConsoleState {
    var board = idleBoard
    board.calls = calls
    change(&board)
    var state = state(size, board, options: options)
    for call in calls {
      for second in 1...45 {
        let isBad = second > 25
        _ = reduce(
          &state,
          .statistics(
            call.id, sample(second, loss: isBad ? loss : 0, jitter: isBad ? jitter : 0.002)))
      }
    }
    for level in [0.0, 0.01, 0.04, 0.2, 0.5, 0.3, 0.08, 0.02, 0.004, 0.1, 0.3, 0.02] {
      _ = reduce(&state, .levels(capture: level, playback: level / 3))
    }
    return later(state, .seconds(22))
  }
}
