import Basics
import BuzziWire
import Formats
import Transport

/// What was asked of the Graph API, so that its answer is understood.
struct WhatsAppKey: Equatable, Sendable {
  var action: WhatsAppAction.Action
  var failureCount = 0
  var callID: String

  init(_ action: WhatsAppAction.Action, _ callID: String) {
    self.action = action
    self.callID = callID
  }

  init?(_ text: String) {
    let parts = text.split(separator: "|", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let action = WhatsAppAction.Action(rawValue: String(parts[0])),
      let count = Int(parts[1])
    else { return nil }
    self.action = action
    failureCount = count
    callID = String(parts[2])
  }

  var text: String { "\(action.rawValue)|\(failureCount)|\(callID)" }

  /// Before the second and the third try.
  static let delays: [Duration] = [.milliseconds(500), .seconds(2)]
}

/// Calls over WhatsApp: Meta's webhook on one side, a seat's call on the other, and the Graph API to
/// answer by.
///
/// - Source: Meta, Cloud API Calling; protocols.md F.
enum WhatsAppFacade: Facade {
  static let name = FacadeName.whatsApp

  static func owns(_ request: HTTPRequest, _ target: RequestTarget) -> Bool {
    BuzziPath.webhooks.contains("/" + target.segments.joined(separator: "/"))
  }

  static func serve(
    _ id: ExchangeRequestID, from address: String, _ request: HTTPRequest, _ target: RequestTarget,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    do throws(ExchangeRefusal) {
      try exchange.spend(nil, from: address, turn.now)
      guard [.get, .post].contains(request.method) else {
        throw .wrongMethod(allowed: ["GET", "POST"])
      }
      guard let settings = exchange.settings.whatsApp else {
        throw .forbidden("WhatsApp is not set up here; see whatsapp-number in [exchange].")
      }
      if request.method == .get {
        exchange.answer(id, try verify(target, settings, in: &exchange, &turn), &turn)
      } else {
        try takeWebhook(id, request, settings, in: &exchange, &turn)
      }
    } catch {
      exchange.answer(id, BuzziFacade.response(to: error), &turn)
    }
  }

  static func refusal(_ status: Int, _ code: String, _ text: String) -> HTTPResponse {
    BuzziFacade.refusal(status, code, text)
  }

  // MARK: The webhook

  /// Proves to Meta that the webhook is ours.
  private static func verify(
    _ target: RequestTarget, _ settings: WhatsAppSettings, in exchange: inout Exchange,
    _ turn: inout Turn
  ) throws(ExchangeRefusal) -> HTTPResponse {
    guard target["hub.mode"] == "subscribe", let token = target["hub.verify_token"],
      let challenge = target["hub.challenge"], challenge.utf8.count <= 1_000,
      isSame(Array(token.utf8), Array(settings.verifyToken.exposed.utf8))
        || verifyAccount(token, in: &exchange, &turn)
    else { throw .forbidden("Forbidden") }
    return BotServerFacade.text(challenge, "text/plain; charset=utf-8")
  }

  /// Whether the token is the secret of a company's account with WhatsApp, which is verified by it.
  private static func verifyAccount(
    _ token: String, in exchange: inout Exchange, _ turn: inout Turn
  ) -> Bool {
    let hash = exchange.ports.digest(token)
    let found = exchange.buzzi.integrations.values.first { integration in
      integration.account.provider == "whatsapp" && integration.account.isActive
        && isSame(Array(integration.secretHash.utf8), Array(hash.utf8))
    }
    guard var found else { return false }
    found.account.isVerified = true
    exchange.buzzi.integrations[found.account.id] = found
    turn.store(.putDocument(found.document))
    return true
  }

  private static func takeWebhook(
    _ id: ExchangeRequestID, _ request: HTTPRequest, _ settings: WhatsAppSettings,
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) {
    let code = exchange.ports.authenticationCode(
      .sha256, key: Array(settings.appSecret.exposed.utf8), message: request.body)
    let expected = Array("sha256=\(hexadecimal(code))".utf8)
    let given = Array((request.fields["X-Hub-Signature-256"] ?? "").lowercased().utf8)
    guard isSame(given, expected) else {
      let body = ErrorBody(message: "Invalid signature").encoded()
      return exchange.answer(id, BotServerFacade.json(401, body), &turn)
    }
    // Meta is answered at once whatever it says; it would only say it again.
    exchange.answer(id, BotServerFacade.json(200, ["status": "ok"]), &turn)
    guard let body = try? JSONValue(decoding: request.body) else {
      return turn.note(.warning, "WhatsApp's webhook brought something that is not JSON.")
    }
    for event in WhatsAppEvent.events(in: body) {
      guard (event.phoneNumberID ?? settings.phoneNumberID) == settings.phoneNumberID else {
        turn.note(.info, "WhatsApp's webhook told of a number that is not ours.")
        continue
      }
      switch event.kind {
      case .connect(let offer): invited(event, offer, settings, in: &exchange, &turn)
      case .terminate(let reason): terminated(event.callID, reason, in: &exchange, &turn)
      }
    }
  }

  /// Compares without telling by the time it takes where the difference is.
  static func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices { difference |= left[index] ^ right[index] }
    return difference == 0
  }

  // MARK: Calls

  private static func invited(
    _ event: WhatsAppEvent, _ offer: String, _ settings: WhatsAppSettings,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    let id = event.callID
    guard exchange.whatsApp.calls[id] == nil, !exchange.whatsApp.finished.contains(id) else {
      return  // Meta repeats itself.
    }
    let name = HarmlessText.line(event.name ?? event.from, limit: 60)
    var record = BuzziRecord(
      id: id, chatbotID: "whatsapp", chatbotName: "WhatsApp", source: "whatsapp", provider: nil,
      callerID: event.from, createdAt: turn.wall)
    let visitor = WhatsAppCall.visitor(id)
    do throws(ExchangeRefusal) {
      guard exchange.whatsApp.calls.count < WhatsAppState.callLimit else {
        throw .tooMany("", retryAfter: nil)
      }
      guard let callee = exchange.callee(of: settings) else { throw .busy("") }
      exchange.welcomeVisitor(visitor, of: .facade(self.name))
      let party = StoredCall.Party(
        id: visitor, name: name.isEmpty ? "WhatsApp" : name, isBot: false)
      let facts = try exchange.place(from: party, to: callee, kind: .audio, &turn)
      exchange.whatsApp.calls[id] = WhatsAppCall(id: id, callID: facts.id, offer: offer)
      BuzziFacade.put(record, in: &exchange, &turn)
      _ = exchange.relay(.offer(offer), in: facts.id, by: visitor, over: nil, &turn)
      _ = exchange.relay(.endOfCandidates, in: facts.id, by: visitor, over: nil, &turn)
    } catch {
      exchange.dismissVisitor(visitor)
      exchange.whatsApp.finish(id)
      record.status = .busy
      record.endedAt = turn.wall
      BuzziFacade.put(record, in: &exchange, &turn)
      act(WhatsAppKey(.reject, id), sdp: nil, in: &exchange, &turn)
      turn.note(.info, "A call over WhatsApp found nobody free.")
    }
  }

  /// Meta says that the call is over.
  private static func terminated(
    _ id: String, _ reason: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let call = exchange.whatsApp.calls[id] else { return }
    close(call, reason.uppercased() == "FAILED" ? .failed : nil, reason, in: &exchange, &turn)
    // The seat may have hung up in this moment.
    _ = try? exchange.end(
      call.callID, by: call.visitor,
      reason: reason.uppercased() == "FAILED" ? "failed" : nil, &turn)
  }

  /// Forgets a call and writes down how it ended.
  private static func close(
    _ call: WhatsAppCall, _ status: BuzziRecord.Status?, _ reason: String,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    exchange.dismissVisitor(call.visitor)
    exchange.whatsApp.finish(call.id)
    guard var record = exchange.buzzi.ledger[call.id] else { return }
    record.status = status ?? (call.stage == .up ? .completed : .noAnswer)
    record.endedAt = turn.wall
    record.endReason = HarmlessText.line(reason, limit: 100)
    BuzziFacade.put(record, in: &exchange, &turn)
  }

  static func take(
    _ news: ExchangeNews, for visitor: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    let id = String(visitor.dropFirst(WhatsAppCall.visitor("").count))
    guard var call = exchange.whatsApp.calls[id] else { return }
    switch news {
    case .updated(let facts) where !facts.status.isLive:
      seatEnded(call, facts, in: &exchange, &turn)
    case .signal(_, .answer(let sdp)):
      guard call.answered(sdp, at: turn.now) else { return }
      exchange.whatsApp.calls[id] = call
      if call.isWhole { answer(call, in: &exchange, &turn) }
    case .signal(_, .candidate(let line)):
      call.candidate(line)
      exchange.whatsApp.calls[id] = call
    case .signal(_, .endOfCandidates): answer(call, in: &exchange, &turn)
    case .signal(_, .offer(let sdp)):
      // Meta's calls are described once and for all.
      guard let answer = call.answerForMeta(to: sdp) else {
        return turn.note(.info, "Another path cannot be offered to WhatsApp.")
      }
      _ = exchange.relay(.answer(answer), in: call.callID, by: visitor, over: nil, &turn)
    case .updated, .welcome, .incoming, .presence, .ringing, .agent, .said, .pong: break
    }
  }

  /// The seat has refused, not answered, or hung up.
  private static func seatEnded(
    _ call: WhatsAppCall, _ facts: StoredCall, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    let wasTaken = call.stage != .ringing
    let status: BuzziRecord.Status? =
      switch facts.status {
      case .failed: .failed
      case .declined: .busy
      case .ringing, .active, .ended, .missed, .cancelled: nil
      }
    close(call, status, facts.endReason ?? facts.status.rawValue, in: &exchange, &turn)
    act(WhatsAppKey(wasTaken ? .terminate : .reject, call.id), sdp: nil, in: &exchange, &turn)
  }

  /// All candidates are here: Meta is told the answer.
  private static func answer(
    _ call: WhatsAppCall, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    var call = call
    guard case .gathering = call.stage else { return }
    guard let sdp = call.completeAnswer() else {
      return fail(call, "The answer has no sound.", in: &exchange, &turn)
    }
    exchange.whatsApp.calls[call.id] = call
    act(WhatsAppKey(.preAccept, call.id), sdp: sdp, in: &exchange, &turn)
  }

  /// The call cannot be brought about: all are told.
  private static func fail(
    _ call: WhatsAppCall, _ reason: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    turn.note(.warning, "A call over WhatsApp failed: \(reason)")
    close(call, .failed, reason, in: &exchange, &turn)
    _ = try? exchange.end(call.callID, by: call.visitor, reason: "failed", &turn)
    act(WhatsAppKey(.terminate, call.id), sdp: nil, in: &exchange, &turn)
  }

  // MARK: The Graph API

  private static func act(
    _ key: WhatsAppKey, sdp: String?, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let settings = exchange.settings.whatsApp else { return }
    let action = WhatsAppAction(callID: key.callID, action: key.action, sdp: sdp)
    let request = HTTPRequest(
      .post, "\(settings.graphURL)/\(settings.phoneNumberID)/calls",
      fields: [
        "Authorization": "Bearer \(settings.accessToken.exposed)",
        "Content-Type": "application/json",
      ], body: Array(action.encoded().text.utf8))
    exchange.ask(request, for: name, key: key.text, &turn)
  }

  static func take(
    _ event: TransportEvent, for key: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let key = WhatsAppKey(key) else { return }
    switch event {
    case .response(_, let response) where response.status < 500:
      answered(key, response, in: &exchange, &turn)
    case .response(_, let response):
      failed(key, "status \(response.status)", in: &exchange, &turn)
    case .requestFailed(_, let failure): failed(key, failure.sentence, in: &exchange, &turn)
    case .opened, .received, .closed, .failed: break  // No socket leads there.
    }
  }

  private static func answered(
    _ key: WhatsAppKey, _ response: HTTPResponse, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    let value = (try? JSONValue(decoding: response.body)) ?? .null
    let isGranted = (200..<300).contains(response.status) && value["success"]?.boolean != false
    let words = HarmlessText.line(
      value["error"]?["message"]?.string ?? "status \(response.status)", limit: 160)
    guard var call = exchange.whatsApp.calls[key.callID] else {
      // A call that Meta has ended itself need not be ended.
      if !isGranted { turn.note(.info, "WhatsApp did not take \(key.action.rawValue): \(words)") }
      return
    }
    switch (key.action, call.stage) {
    case (.preAccept, .preAccepting(let sdp)):
      // Preparing is a help and no condition: the acceptance says the same.
      if !isGranted { turn.note(.info, "WhatsApp did not make ready: \(words)") }
      call.stage = .accepting(sdp: sdp)
      exchange.whatsApp.calls[call.id] = call
      act(WhatsAppKey(.accept, call.id), sdp: sdp, in: &exchange, &turn)
    case (.accept, .accepting):
      guard isGranted else { return fail(call, words, in: &exchange, &turn) }
      call.stage = .up
      exchange.whatsApp.calls[call.id] = call
      guard var record = exchange.buzzi.ledger[call.id] else { return }
      record.status = .inProgress
      record.startedAt = turn.wall
      BuzziFacade.put(record, in: &exchange, &turn)
    case (.preAccept, _), (.accept, _), (.reject, _), (.terminate, _): break  // Of earlier.
    }
  }

  /// The Graph API could not be reached, or failed: it is tried again, twice.
  private static func failed(
    _ key: WhatsAppKey, _ words: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard key.failureCount < WhatsAppKey.delays.count,
      exchange.whatsApp.repetitions.count < WhatsAppState.repetitionLimit
    else {
      guard let call = exchange.whatsApp.calls[key.callID] else {
        return turn.note(.warning, "WhatsApp was not told \(key.action.rawValue): \(words)")
      }
      return fail(call, words, in: &exchange, &turn)
    }
    var again = key
    again.failureCount += 1
    let until = turn.now.advanced(by: WhatsAppKey.delays[key.failureCount])
    exchange.whatsApp.repetitions.append(.init(key: again, until: until))
  }

  // MARK: Time

  static func deadline(of exchange: Exchange) -> Instant? { exchange.whatsApp.deadline }

  static func expire(in exchange: inout Exchange, _ turn: inout Turn) {
    let due = exchange.whatsApp.repetitions.filter { $0.until <= turn.now }
    exchange.whatsApp.repetitions.removeAll { $0.until <= turn.now }
    for repetition in due {
      var sdp: String?
      switch exchange.whatsApp.calls[repetition.key.callID]?.stage {
      case .preAccepting(let text), .accepting(let text): sdp = text
      case .ringing, .gathering, .up, nil: break
      }
      let isAnswer = [.preAccept, .accept].contains(repetition.key.action)
      // The call has ended meanwhile: there is nothing to be answered.
      if isAnswer, sdp == nil { continue }
      act(repetition.key, sdp: isAnswer ? sdp : nil, in: &exchange, &turn)
    }
    for call in exchange.whatsApp.calls.values.sorted(by: { $0.id < $1.id }) {
      if case .gathering(_, let until) = call.stage, until <= turn.now {
        answer(call, in: &exchange, &turn)
      }
    }
  }
}

extension Exchange {
  /// Who is called for a call over WhatsApp.
  fileprivate func callee(of settings: WhatsAppSettings) -> String? {
    guard let wanted = settings.callee?.lowercased() else { return freeSeat(named: seatName) }
    return directory.attendant(wanted)?.id ?? freeSeat(named: wanted)
  }
}
