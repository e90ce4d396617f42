import Basics

/// What a bot has heard, for the person who takes its call over.
struct CallBriefing: Equatable, Sendable {
  var summary: String
  /// With the name of who spoke; oldest first.
  var lastWords: [(speaker: String, text: String)]

  static func == (left: CallBriefing, right: CallBriefing) -> Bool {
    left.summary == right.summary
      && left.lastWords.elementsEqual(right.lastWords) { $0 == $1 }
  }
}

/// A caller of a bot who is handed to a person: the caller waits, a seat rings, and both are taken into
/// a room when the seat accepts.
struct HandOver: Equatable, Sendable {
  /// Where the caller is.
  enum Origin: Equatable, Sendable {
    /// A session of Buzzi.
    case session(String)
    /// A call with an attendant.
    case call(String)
  }

  /// What becomes of it, for the origin.
  enum Event: Equatable, Sendable {
    /// The person is there.
    case joined(name: String)
    /// Nobody came; the caller returns to the bot.
    case returned(reason: String)
    /// The person has hung up.
    case left
  }

  let origin: Origin
  /// The caller's leg.
  let leg: String
  /// The call in which the seat rings and talks.
  let seatCall: String
  /// The caller's name as a party of it.
  let visitor: String
  var isJoined = false
}

extension Exchange {
  /// Calls a seat for the caller on that leg, who waits meanwhile.
  ///
  /// - Returns: the seat's name.
  mutating func handOver(
    _ leg: String, of origin: HandOver.Origin, caller: String, _ briefing: CallBriefing,
    _ turn: inout Turn
  ) throws(ExchangeRefusal) -> String {
    guard handOvers.values.allSatisfy({ $0.leg != leg }) else {
      throw .busy("A person is being called already.")
    }
    guard let seat = freeSeat(named: seatName) else {
      throw .busy("Nobody is free to take the call just now.")
    }
    let visitor = "caller:\(leg)"
    welcomeVisitor(visitor, of: .handOver)
    let facts: StoredCall
    do throws(ExchangeRefusal) {
      facts = try place(
        from: StoredCall.Party(id: visitor, name: caller, isBot: true), to: seat, kind: .audio,
        briefing: briefing, &turn)
    } catch {
      dismissVisitor(visitor)
      throw error
    }
    handOvers[facts.id] = HandOver(
      origin: origin, leg: leg, seatCall: facts.id, visitor: visitor)
    turn.effects.append(.attendant(.park(callID: leg)))
    // The exchange offers the seat its sound, as an attendant that calls somebody does; it says nothing
    // itself, for the leg goes to a room as soon as it is taken.
    turn.effects.append(
      .attendant(
        .placed(
          callID: facts.id, attendant: AttendantProfile.operator.id,
          callee: AttendantGuest(userID: facts.callee.id, name: facts.callee.name))))
    return facts.callee.name
  }

  /// The caller has gone, or is not to be handed over any more.
  mutating func withdrawHandOver(of leg: String, _ turn: inout Turn) {
    guard let handOver = handOvers.values.first(where: { $0.leg == leg }) else { return }
    forget(handOver)
    // The seat's call may be over by now.
    _ = try? end(handOver.seatCall, by: handOver.visitor, reason: nil, &turn)
  }

  /// What has happened to the seat's call.
  mutating func takeHandOver(_ news: ExchangeNews, _ turn: inout Turn) {
    guard case .updated(let facts) = news, var handOver = handOvers[facts.id] else { return }
    switch facts.status {
    case .ringing: break
    case .active:
      guard !handOver.isJoined else { return }
      handOver.isJoined = true
      handOvers[facts.id] = handOver
      let room = "person:\(handOver.leg)"
      turn.effects.append(.attendant(.move(callID: handOver.leg, room: room)))
      turn.effects.append(.attendant(.move(callID: facts.id, room: room)))
      tell(handOver, .joined(name: facts.callee.name), &turn)
    case .ended, .declined, .missed, .cancelled, .failed:
      forget(handOver)
      tell(
        handOver, handOver.isJoined ? .left : .returned(reason: Self.words(for: facts)), &turn)
    }
  }

  private mutating func forget(_ handOver: HandOver) {
    handOvers[handOver.seatCall] = nil
    dismissVisitor(handOver.visitor)
  }

  private mutating func tell(
    _ handOver: HandOver, _ event: HandOver.Event, _ turn: inout Turn
  ) {
    switch handOver.origin {
    case .session(let name): BuzziFacade.take(event, of: name, in: &self, &turn)
    case .call(let id): take(event, inCall: id, &turn)
    }
  }

  /// Why nobody came, for the caller.
  private static func words(for facts: StoredCall) -> String {
    let name = HarmlessText.line(facts.callee.name, limit: 60)
    switch facts.status {
    case .declined where !["declined", "busy", nil].contains(facts.endReason):
      return "\(name) cannot take the call: \(facts.endReason ?? "")"
    case .declined: return "\(name) cannot take the call."
    case .missed: return "\(name) does not answer."
    case .ringing, .active, .ended, .cancelled, .failed: return "\(name) could not be reached."
    }
  }

  /// The seat that is called: the one of that name, or whoever is there, if it is in no call.
  func freeSeat(named wanted: String?) -> String? {
    let present = sockets.presentUsers.filter { callCount(of: $0) == 0 }
    return wanted == nil ? present.first : present.first { $0 == wanted }
  }

  /// The seat in the settings.
  var seatName: String? { settings.seat?.lowercased() }

  // MARK: Calls with an attendant

  /// The caller of an attendant has asked for a person.
  mutating func handOver(callID: String, _ turn: inout Turn) {
    guard let call = calls[callID], !call.isRinging, call.facts.callee.isBot else { return }
    let facts = call.facts
    do throws(ExchangeRefusal) {
      let seat = try handOver(
        callID, of: .call(callID), caller: facts.caller.name,
        CallBriefing(
          summary: "Asked \(facts.callee.name) for a person.",
          lastWords: call.lines.map { line in
            (line.isOwn ? facts.callee.name : facts.caller.name, line.text)
          }), &turn)
      say("\(seat) is being called; one moment.", inCall: facts, &turn)
    } catch {
      if case .busy(let words) = error { say(words, inCall: facts, &turn) }
    }
  }

  private mutating func take(
    _ event: HandOver.Event, inCall id: String, _ turn: inout Turn
  ) {
    guard let facts = calls[id]?.facts else { return }
    switch event {
    case .joined(let name): say("\(name) is on the line.", inCall: facts, &turn)
    case .returned(let reason):
      say(reason, inCall: facts, &turn)
      let guest = AttendantGuest(userID: facts.caller.id, name: facts.caller.name)
      turn.effects.append(
        .attendant(.resume(callID: id, attendant: facts.callee.id, guest: guest)))
    case .left:
      // The bot is a party of the call, and the call is there.
      _ = try? end(id, by: facts.callee.id, reason: "hangup", &turn)
    }
  }

  private func say(_ text: String, inCall facts: StoredCall, _ turn: inout Turn) {
    tell(
      facts.caller.id, .said(callID: facts.id, by: facts.callee, text: text, isFinal: true), &turn)
  }
}
