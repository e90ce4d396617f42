import Basics
import BuzziWire
import Formats
import Transport

/// Sessions, their sockets, and the bot's side of them.
extension BuzziFacade {
  /// How a call ends: what the caller is told, and how it counts.
  struct Ending {
    var reason: String
    var status: BuzziRecord.Status
    var error: ErrorCode?

    init(_ reason: String, _ status: BuzziRecord.Status, error: ErrorCode? = nil) {
      self.reason = reason
      self.status = status
      self.error = error
    }

    /// The caller has said so.
    init(_ word: EndCallReason) {
      switch word {
      case .userEnded: self.init("user_ended", .completed)
      case .timeout: self.init("timeout", .timeout)
      case .error: self.init("error", .failed)
      }
    }
  }

  // MARK: Sessions

  static func makeSession(
    for caller: Caller, _ chatbot: BuzziChatbot, from address: String,
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> BuzziSession {
    if exchange.buzzi.sessions.count >= BuzziState.sessionLimit {
      // The oldest that nobody has taken up gives way; if all are calls, nobody more comes in.
      let waiting = exchange.buzzi.sessions.values.filter { $0.stage == .made }
      guard let oldest = waiting.min(by: { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }) else {
        throw .tooMany("", retryAfter: .seconds(30))
      }
      forget(oldest.id, in: &exchange, &turn)
    }
    var session = BuzziSession(
      id: newID(in: exchange), callID: newID(in: exchange), chatbot: chatbot, caller: caller,
      address: address, createdAt: turn.wall, spokenAt: turn.now,
      upsampler: Upsampler(from: chatbot.inputRate))
    session.keptUntil = turn.now.advanced(by: exchange.settings.buzzi.sessionTime)
    keep(session, in: &exchange)
    return session
  }

  /// Takes over a session that was changed, and sets its timer.
  static func keep(_ session: BuzziSession, in exchange: inout Exchange) {
    let settings = exchange.settings.buzzi
    exchange.buzzi.sessions[session.id] = session
    var deadline = session.keptUntil
    if case .talking = session.stage {
      let silence = session.spokenAt.advanced(by: settings.silenceTime)
      deadline = deadline.map { min($0, silence) } ?? silence
    }
    if let until = session.provider?.readyUntil {
      deadline = deadline.map { min($0, until) } ?? until
    }
    exchange.buzzi.timers[session.id] = deadline
  }

  // MARK: Sockets

  static func openSocket(
    _ id: ExchangeSocketID, from address: String, _ request: HTTPRequest, _ target: RequestTarget,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    do throws(ExchangeRefusal) {
      try exchange.spend(nil, from: address, turn.now)
      let count = exchange.facadeSockets.values.count { $0.facade == name && $0.address == address }
      guard count < exchange.settings.buzzi.socketsPerAddress else {
        throw .tooMany("", retryAfter: .seconds(10))
      }
      try exchange.admit(id, of: name, from: address, turn.now)
    } catch {
      return exchange.reject(id, response(to: error), &turn)
    }
    // A caller that goes by the document puts a second question mark into the code's address.
    let asked = target["sessionId"]?.prefix { $0 != "?" }
    guard let asked else { return exchange.closeSocket(id, code: 4000, &turn) }
    guard var session = exchange.buzzi.sessions[String(asked)] else {
      let code = ErrorCode.invalidSession
      push(.error(message: code.sentence, code: code), over: id, in: exchange, &turn)
      return exchange.closeSocket(id, code: 4001, &turn)
    }
    if let old = session.socket {
      guard target["reconnect"] == "true" else {
        return exchange.closeSocket(id, code: 4002, &turn)
      }
      exchange.buzzi.sessionOfSocket[old] = nil
      exchange.closeSocket(old, code: 1000, &turn)
    }
    session.socket = id
    if case .talking = session.stage { session.keptUntil = nil }
    exchange.buzzi.sessionOfSocket[id] = session.id
    keep(session, in: &exchange)
    send(.ready(sessionID: session.id), to: session, in: exchange, &turn)
  }

  static func socketClosed(
    _ id: ExchangeSocketID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let name = exchange.buzzi.sessionOfSocket.removeValue(forKey: id),
      var session = exchange.buzzi.sessions[name]
    else { return }
    session.socket = nil
    if case .talking = session.stage {
      session.keptUntil = turn.now.advanced(by: exchange.settings.buzzi.reconnectTime)
    }
    keep(session, in: &exchange)
  }

  static func take(
    _ text: String, over id: ExchangeSocketID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let name = exchange.buzzi.sessionOfSocket[id],
      let session = exchange.buzzi.sessions[name]
    else { return }
    do throws(WireError) {
      switch try ClientMessage(decoding: text) {
      case .startCall: start(session, in: &exchange, &turn)
      case .audioData(let bytes): hear(bytes, of: session, in: &exchange, &turn)
      case .endCall(let word): end(name, Ending(word), in: &exchange, &turn)
      case .escalate(let reason):
        handOver(session, reason: reason ?? "The caller asked for a person.", in: &exchange, &turn)
      case nil: break  // A type that is not known is passed over.
      }
    } catch {
      let message: ServerMessage =
        error == .notSound
        ? .error(message: "Invalid audio format", code: .audioFormatError)
        : .error(message: "Invalid message format", code: nil)
      send(message, to: session, in: exchange, &turn)
      exchange.refuseMessage(of: id, &turn)
    }
  }

  static func send(
    _ message: ServerMessage, to session: BuzziSession, in exchange: Exchange, _ turn: inout Turn
  ) {
    guard let socket = session.socket else { return }
    push(message, over: socket, in: exchange, &turn)
  }

  private static func push(
    _ message: ServerMessage, over socket: ExchangeSocketID, in exchange: Exchange,
    _ turn: inout Turn
  ) {
    for text in message.encoded(as: exchange.settings.buzzi.revision) {
      turn.effects.append(.push(socket, text))
    }
  }

  // MARK: The beginning

  private static func start(
    _ session: BuzziSession, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    if case .made = session.stage {
      var session = session
      session.stage = .talking(since: turn.wall)
      session.keptUntil = nil
      session.spokenAt = turn.now
      keep(session, in: &exchange)
      var record = BuzziRecord(
        id: session.callID, chatbotID: session.chatbot.id, chatbotName: session.chatbot.name,
        source: "web", provider: session.chatbot.provider.rawValue,
        callerID: session.caller.id ?? session.caller.email, createdAt: session.createdAt)
      record.status = .inProgress
      record.startedAt = turn.wall
      put(record, in: &exchange, &turn)
      connectVoice(session.id, in: &exchange, &turn)
    }
    // A caller that has come back is told where the call stands.
    send(.status(.connecting), to: session, in: exchange, &turn)
    send(.callStarted(callID: session.callID), to: session, in: exchange, &turn)
    send(.status(.inProgress), to: session, in: exchange, &turn)
  }

  /// Lets the scripted bot talk to the caller, first or again.
  static func connectBot(
    _ name: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard var session = exchange.buzzi.sessions[name] else { return }
    let guest = AttendantGuest(userID: "buzzi:\(session.callID)", name: session.callerName)
    if let leg = session.leg {
      session.voice = .bot(leg: leg)
      turn.effects.append(
        .attendant(.resume(callID: leg, attendant: session.chatbot.id, guest: guest)))
    } else {
      let leg = exchange.buzzi.nextLeg()
      session.voice = .bot(leg: leg)
      exchange.buzzi.sessionOfLeg[leg] = name
      exchange.openLeg(leg, of: self.name)
      turn.effects.append(
        .attendant(
          .talkWithSamples(
            leg: leg, attendant: session.chatbot.id, guest: guest, rate: Upsampler.target)))
    }
    keep(session, in: &exchange)
  }

  static func dropLeg(
    of session: inout BuzziSession, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let leg = session.leg else { return }
    session.voice = nil
    exchange.buzzi.sessionOfLeg[leg] = nil
    exchange.withdrawHandOver(of: leg, &turn)
    exchange.closeLeg(leg, &turn)
  }

  // MARK: Sound

  private static func hear(
    _ bytes: [UInt8], of session: BuzziSession, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    var reader = PCM16Reader()
    let samples = reader.take(bytes)
    guard !samples.isEmpty else { return }
    if isSpeech(samples) { spoke(session.id, in: &exchange, turn.now) }
    if session.voice == .provider { return pass(samples, of: session, &turn) }
    // Sound before the call has begun reaches nobody.
    guard let leg = session.leg else { return }
    let sound = exchange.buzzi.sessions[session.id]?.upsampler.take(samples) ?? []
    turn.effects.append(.attendant(.samples(leg: leg, sound)))
  }

  /// Somebody has said something: the time of silence begins anew.
  static func spoke(_ name: String, in exchange: inout Exchange, _ now: Instant) {
    guard var session = exchange.buzzi.sessions[name] else { return }
    session.spokenAt = now
    keep(session, in: &exchange)
  }

  static func take(
    _ report: AttendantReport, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let leg = report.callID, let name = exchange.buzzi.sessionOfLeg[leg],
      let session = exchange.buzzi.sessions[name]
    else { return }
    switch report {
    case .samples(_, let samples): play(samples, to: session, in: &exchange, &turn)
    case .flush:
      send(.stopAudio(reason: "user_interrupted"), to: session, in: exchange, &turn)
    case .transcript(_, let line): say(line, to: session, in: &exchange, &turn)
    case .agent(_, let activity):
      send(.agent(ServerMessage.Agent(activity)), to: session, in: exchange, &turn)
    case .hangUp(_, let reason):
      exchange.legs[leg] = nil
      exchange.buzzi.sessionOfLeg[leg] = nil
      exchange.buzzi.sessions[name]?.voice = nil
      exchange.withdrawHandOver(of: leg, &turn)
      let ending =
        reason == "hangup"
        ? Ending("agent_ended", .completed) : Ending("error", .failed, error: .providerError)
      end(name, ending, in: &exchange, &turn)
    case .accept, .described, .candidate, .endOfCandidates, .stream, .secured, .speakers,
      .recording, .placeCall, .wantsPerson:
      break  // Nothing is negotiated for samples.
    }
  }

  static func play(
    _ samples: [Int16], to session: BuzziSession, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let socket = session.socket, !samples.isEmpty else { return }
    if isSpeech(samples) { spoke(session.id, in: &exchange, turn.now) }
    turn.effects.append(.push(socket, ServerMessage.audioResponse(of: samples)))
  }

  static func say(
    _ line: AttendantUtterance, to session: BuzziSession, in exchange: inout Exchange,
    _ turn: inout Turn
  ) {
    exchange.buzzi.sessions[session.id]?.keep(line)
    spoke(session.id, in: &exchange, turn.now)
    send(
      .transcript(isCaller: !line.isOwn, text: line.text, isFinal: line.isFinal), to: session,
      in: exchange, &turn)
  }

  // MARK: The end

  /// Ends a session, and its call if there is one.
  static func end(
    _ name: String, _ ending: Ending, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard var session = exchange.buzzi.sessions[name] else { return }
    var record = exchange.buzzi.ledger[session.callID]
    if case .talking = session.stage, record != nil {
      record?.status = ending.status
      record?.endedAt = turn.wall
      record?.endReason = ending.reason
      record?.turnCount = session.turnCount
    }
    if let record { put(record, in: &exchange, &turn) }
    dropLeg(of: &session, in: &exchange, &turn)
    dropProvider(of: &session, in: &exchange, &turn)
    exchange.buzzi.sessions[name] = session
    if let error = ending.error {
      send(.error(message: error.sentence, code: error), to: session, in: exchange, &turn)
    }
    let isFailed = ending.status == .failed
    send(.status(isFailed ? .failed : .completed), to: session, in: exchange, &turn)
    send(
      .callEnded(reason: ending.reason, durationSeconds: record?.durationSeconds ?? 0),
      to: session, in: exchange, &turn)
    forget(name, in: &exchange, &turn)
  }

  /// Drops a session and closes its socket.
  private static func forget(
    _ name: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    exchange.buzzi.timers[name] = nil
    guard let session = exchange.buzzi.sessions.removeValue(forKey: name),
      let socket = session.socket
    else { return }
    exchange.buzzi.sessionOfSocket[socket] = nil
    exchange.closeSocket(socket, code: 1000, &turn)
  }

  // MARK: Time

  static func deadline(of exchange: Exchange) -> Instant? { exchange.buzzi.timers.earliest }

  static func expire(in exchange: inout Exchange, _ turn: inout Turn) {
    for name in exchange.buzzi.timers.takeDue(at: turn.now) {
      guard let session = exchange.buzzi.sessions[name] else { continue }
      if let until = session.provider?.readyUntil, until <= turn.now {
        giveUp(name, "It did not get ready in time.", in: &exchange, &turn)
        continue
      }
      let isKept = session.keptUntil.map { turn.now < $0 } ?? true
      switch session.stage {
      case .made: forget(name, in: &exchange, &turn)
      case .talking where !isKept:
        end(name, Ending("disconnected", .completed), in: &exchange, &turn)
      case .talking:
        end(name, Ending("timeout", .timeout, error: .timeout), in: &exchange, &turn)
      }
    }
  }
}

extension ServerMessage.Agent {
  init(_ activity: AgentActivity) {
    switch activity {
    case .listening: self = .listening
    case .thinking: self = .thinking
    case .speaking: self = .speaking
    }
  }
}
