import Basics
import BuzziWire
import Calling
import Formats
import Transport

/// The beginning of calls, their sound, and their end.
extension BuzziClient {
  mutating func place(_ id: CallID, to address: String, at now: Instant) {
    guard phase == .online else { return report(.ended(id, .notSignedIn(Self.notIn))) }
    guard calls.count < Self.callLimit else {
      return report(.ended(id, .signalingFailed("There are too many calls on this account.")))
    }
    let chatbot = address.hasPrefix("bot:") ? String(address.dropFirst(4)) : address
    guard !chatbot.isEmpty, chatbot.utf8.count <= 200 else {
      return report(.ended(id, .unknownCallee("Say which chatbot: bot:CHATBOT-ID.")))
    }
    calls.append(BuzziCall(id: id, chatbotID: chatbot, stage: .waiting(until: now), at: now))
    if isFull { report(.callNotice(id, Self.fullNotice)) }
    askForSession(calls.count - 1, at: now)
  }

  /// Whether the account has as many sockets open as a server takes from one address.
  private var isFull: Bool {
    calls.count { $0.socket != nil || $0.stage == .asking } >= Self.socketLimit
  }

  private mutating func askForSession(_ index: Int, at now: Instant) {
    guard !isFull else {
      calls[index].stage = .waiting(until: now.advanced(by: .seconds(1)))
      return
    }
    calls[index].stage = .asking
    let message = SessionRequest(
      chatbotID: calls[index].chatbotID, companyID: account.options["company-id"],
      caller: Caller(
        id: account.username, name: account.username,
        email: account.username.contains("@") ? account.username : nil),
      userAgent: "tipring")
    request(.session(calls[index].id), .post, BuzziPath.session, message.encoded())
  }

  mutating func takeSession(_ answer: Answer, of id: CallID, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }), calls[index].stage == .asking
    else { return }
    let isGivenUp = calls[index].isGivenUp
    switch answer {
    case .granted(let value):
      guard let session = try? SessionResponse(decoding: value), session.isUsable else {
        calls.remove(at: index)
        if !isGivenUp { report(.ended(id, .signalingFailed(answer.sentence))) }
        return
      }
      guard ServerAddress.mayLead(from: account.server, to: session.wsURL) else {
        calls.remove(at: index)
        if !isGivenUp { report(.ended(id, .signalingFailed(Self.leadsAstray))) }
        return send(EndErrand(sessionID: session.sessionID, word: .error))
      }
      if isGivenUp {
        reportPlaced(index, session)  // For its name: the history shall know the call by it.
        calls.remove(at: index)
        return send(EndErrand(sessionID: session.sessionID, word: .userEnded))
      }
      calls[index].session = session
      reportPlaced(index, session)
      connect(index, at: now)
    case .refused(let refusal) where refusal.status == 429 && !isGivenUp:
      // Never sooner than a second, so that a server in error is not pressed.
      let wait = max(refusal.retryAfter ?? .seconds(6), .seconds(1))
      calls[index].stage = .waiting(until: now.advanced(by: wait))
      report(.callNotice(id, "The server takes no more calls just now; trying again."))
    case .refused(let refusal) where refusal.code == .chatbotNotFound && !isGivenUp:
      calls.remove(at: index)
      report(.ended(id, .unknownCallee(answer.sentence)))
    case .refused, .failed:
      calls.remove(at: index)
      if !isGivenUp { report(.ended(id, .signalingFailed(answer.sentence))) }
    }
  }

  private static let leadsAstray =
    "The server leads from an encrypted address to one that is not; ask its owner."

  private mutating func reportPlaced(_ index: Int, _ session: SessionResponse) {
    let chatbot = calls[index].chatbotID
    let terms = SampleTerms(
      sentRate: inputRate ?? session.sentRate, receivedRate: Self.receivedRate,
      chunk: .milliseconds(40))
    report(
      .placed(
        calls[index].id, remoteID: session.callID,
        party: Party(name: chatbot, address: chatbot, isBot: true),
        terms: MediaTerms(.samples(terms)), browserURL: nil))
  }

  /// What the account's settings say against what the server announces.
  private var inputRate: Int? {
    guard let rate = account.options["input-rate"].flatMap({ Int($0) }) else { return nil }
    return SessionResponse.sentRates.contains(rate) ? rate : nil
  }

  private mutating func connect(_ index: Int, at now: Instant) {
    guard let session = calls[index].session else { return }
    let url = BuzziPath.socketURL(
      session.wsURL, sessionID: percentEncoded(session.sessionID),
      isReconnect: calls[index].wasUp)
    let socket = open(url)
    calls[index].reader = PCM16Reader()
    calls[index].stage = .connecting(socket, until: now.advanced(by: BuzziCall.stepTime))
  }

  mutating func opened(_ socket: SocketID, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.socket == socket }) else {
      return close(socket)  // It came too late and nobody waits for it.
    }
    guard case .connecting = calls[index].stage else { return }
    calls[index].stage = .greeting(socket, until: now.advanced(by: BuzziCall.stepTime))
  }

  /// The server has greeted: only now does it listen.
  mutating func greeted(_ index: Int, at now: Instant) {
    guard case .greeting(let socket, _) = calls[index].stage,
      let session = calls[index].session
    else { return }  // It greets twice, in the words of both revisions.
    calls[index].stage = .starting(socket, until: now.advanced(by: BuzziCall.stepTime))
    let message = ClientMessage.startCall(
      sessionID: session.sessionID, name: account.username,
      email: account.username.contains("@") ? account.username : nil)
    send(message.encoded(), over: socket)
  }

  /// The server has started the call, or shows by what it sends that it has.
  mutating func started(_ index: Int, at now: Instant) {
    guard case .starting(let socket, _) = calls[index].stage else { return }
    let call = calls[index]
    calls[index].stage = .up(socket)
    calls[index].failureCount = 0
    calls[index].wasUp = true
    calls[index].watch = SpeechWatch(at: now)
    report(call.wasUp ? .callNotice(call.id, "The call is connected again.") : .accepted(call.id))
  }

  // MARK: During a call

  mutating func say(_ samples: [Int16], in id: CallID, at now: Instant) {
    // What is said while the way is broken is lost, as on any phone.
    guard let index = calls.firstIndex(where: { $0.id == id }),
      case .up(let socket) = calls[index].stage, !samples.isEmpty
    else { return }
    calls[index].watch.captured(samples, at: now)
    send(ClientMessage.audioData(of: samples), over: socket)
  }

  mutating func requestPerson(in id: CallID) {
    guard let call = calls.first(where: { $0.id == id }), case .up(let socket) = call.stage else {
      return report(.callNotice(id, "A person can be asked for once the bot has taken the call."))
    }
    send(ClientMessage.escalate(reason: "The caller asks for a person.").encoded(), over: socket)
  }

  // MARK: Losing and coming back

  /// How a socket came to its end.
  enum Loss: Equatable {
    case closed(code: Int, reason: String)
    case failed(TransportFailure)

    var sentence: String {
      switch self {
      case .closed(4000, _), .closed(4001, _): ErrorCode.invalidSession.sentence
      case .closed(4002, _): "The server still has an earlier connection of this call."
      case .closed(1008, _), .closed(1013, _), .failed(.refused(status: 429)):
        ErrorCode.rateLimited.sentence
      case .closed(let code, let reason):
        "The connection was closed with code \(code)"
          + (reason.isEmpty ? "." : ": \(HarmlessText.line(reason, limit: 120))".asSentence)
      case .failed(let failure): failure.sentence
      }
    }

    /// Whether the same session may be tried again.
    var isFinal: Bool {
      switch self {
      case .closed(4000, _), .closed(4001, _): true
      case .failed(.refused(let status)): [401, 403, 404].contains(status)
      case .failed(.badURL), .failed(.insecure): true
      case .closed, .failed: false
      }
    }
  }

  mutating func lost(_ socket: SocketID, _ loss: Loss, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.socket == socket }) else { return }
    let call = calls[index]
    switch call.stage {
    case .waiting, .asking, .lost: return
    case .ending:
      calls.remove(at: index)
      return
    case .up where loss == .closed(code: 1000, reason: ""):
      // The server's goodbye without a word about it.
      return finish(index, .remoteHungUp, telling: nil)
    case .connecting, .greeting, .starting, .up:
      break
    }
    let words = call.complaint ?? loss.sentence
    guard !loss.isFinal, call.failureCount < BuzziCall.delays.count else {
      return finish(index, .signalingFailed(words), telling: .error)
    }
    let delay = BuzziCall.delays[call.failureCount]
    calls[index].failureCount += 1
    calls[index].stage = .lost(until: now.advanced(by: delay))
    report(.callNotice(call.id, "\(loss.sentence) Trying again."))
  }

  /// Opens sockets anew that are thought dead, and those at once that wait to be.
  mutating func reconnectCalls(losesConnections: Bool, at now: Instant) {
    for call in calls where losesConnections {
      if case .ending = call.stage { continue }
      guard let socket = call.socket else { continue }
      close(socket)
      lost(socket, .failed(.networkChanged), at: now)
    }
    for index in calls.indices {
      if case .lost = calls[index].stage { calls[index].stage = .lost(until: now) }
    }
    expireCalls(at: now)
  }

  // MARK: The end

  /// The user ends the call, or gives it up.
  mutating func end(_ id: CallID, _ reason: EndReason, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    let word = reason.endCallWord
    switch calls[index].stage {
    case .waiting: calls.remove(at: index)
    case .asking: calls[index].isGivenUp = true
    case .connecting(let socket, _), .greeting(let socket, _):
      close(socket)
      finish(index, nil, telling: word)
    case .lost: finish(index, nil, telling: word)
    case .starting(let socket, _), .up(let socket):
      send(ClientMessage.endCall(word).encoded(), over: socket)
      calls[index].stage = .ending(socket, until: now.advanced(by: BuzziCall.endTime))
      if let session = calls[index].session {
        send(EndErrand(sessionID: session.sessionID, word: word))
      }
    case .ending: break  // Asked twice.
    }
  }

  /// Forgets a call.
  ///
  /// - Parameters:
  ///   - reason: to be reported; `nil` when the user knows.
  ///   - word: to be told to the server; `nil` when it knows.
  mutating func finish(_ index: Int, _ reason: EndReason?, telling word: EndCallReason?) {
    let call = calls.remove(at: index)
    if let reason { report(.ended(call.id, reason)) }
    if let word, let session = call.session {
      send(EndErrand(sessionID: session.sessionID, word: word))
    }
  }

  // MARK: Time

  mutating func expireCalls(at now: Instant) {
    for id in calls.map(\.id) {
      guard let index = calls.firstIndex(where: { $0.id == id }),
        let due = calls[index].deadline, due <= now
      else { continue }
      switch calls[index].stage {
      case .waiting: askForSession(index, at: now)
      case .asking: break
      case .lost: connect(index, at: now)
      case .connecting(let socket, _), .greeting(let socket, _), .starting(let socket, _):
        close(socket)
        lost(socket, .failed(.timedOut), at: now)
      case .ending(let socket, _):
        close(socket)
        calls.remove(at: index)
      case .up:
        for hint in calls[index].watch.expire(at: now) { report(.callNotice(id, hint.sentence)) }
      }
    }
  }

  /// Samples a second that Buzzi sends.
  static let receivedRate = 24_000
  /// Calls at once at most; more than the book has, so that the book decides.
  static let callLimit = 16
  /// Sockets that a server takes from one address.
  static let socketLimit = 5
  private static let fullNotice =
    "Five calls with bots are open, as many as the server takes; this one waits for its turn."
}

extension SessionResponse {
  /// Whether its names are of a sensible length and its address is a WebSocket's.
  fileprivate var isUsable: Bool {
    (1...200).contains(sessionID.utf8.count) && (1...200).contains(callID.utf8.count)
      && wsURL.utf8.count <= 2_000
      && ["ws://", "wss://", "http://", "https://"].contains { wsURL.lowercased().hasPrefix($0) }
  }
}

extension SpeechWatch.Hint {
  var sentence: String {
    switch self {
    case .silence(let remaining):
      "Nobody has spoken for a while; the server ends the call in \(remaining.components.seconds) s."
    case .moderate: "The bot speaks, but nothing has arrived for 2 s."
    case .poor: "Nothing has arrived for 5 s; the connection is poor."
    case .recovered: "The bot is heard again."
    }
  }
}

extension EndReason {
  /// As Buzzi writes it.
  fileprivate var endCallWord: EndCallReason {
    switch self {
    case .hungUp, .remoteHungUp, .declined, .busy, .cancelled, .missed, .answeredElsewhere:
      .userEnded
    case .noAnswer: .timeout
    case .unknownCallee, .signalingFailed, .mediaFailed, .notSignedIn: .error
    }
  }
}
