import Basics
import BuzziWire

/// Callers of Buzzi's bots who are handed to a person.
extension BuzziFacade {
  static func handOver(
    _ session: BuzziSession, reason: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    let leg: String
    switch session.voice {
    case .bot(let talking): leg = talking
    case .provider: leg = openWaitingLeg(for: session, in: &exchange, &turn)
    case .waiting, .person, nil: return  // Under way already, or not begun.
    }
    let reason = HarmlessText.line(reason, limit: 300)
    let bot = session.chatbot.name
    let briefing = CallBriefing(
      summary: "\(reason) \(session.turnCount) turns with \(bot).",
      lastWords: session.lines.map { ($0.isOwn ? bot : session.callerName, $0.text) })
    do throws(ExchangeRefusal) {
      let seat = try exchange.handOver(
        leg, of: .session(session.id), caller: session.callerName, briefing, &turn)
      exchange.buzzi.sessions[session.id]?.voice = .waiting(leg: leg)
      send(
        .escalationStarted(
          reason: reason, urgency: "normal", summary: briefing.summary,
          message: "\(seat) is being called; one moment."), to: session, in: exchange, &turn)
    } catch {
      let words = if case .busy(let text) = error { text } else { "Nobody could be called." }
      if session.voice == .provider { returnToProvider(session.id, leg, in: &exchange, &turn) }
      announce(words, to: session, in: &exchange, &turn)
    }
  }

  /// What became of it.
  static func take(
    _ event: HandOver.Event, of name: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let session = exchange.buzzi.sessions[name], let leg = session.leg else { return }
    switch event {
    case .joined(let person):
      exchange.buzzi.sessions[name]?.voice = .person(leg: leg)
      announce("\(person) is on the line.", to: session, in: &exchange, &turn)
    case .returned(let reason):
      announce(reason, to: session, in: &exchange, &turn)
      if session.provider != nil {
        returnToProvider(name, leg, in: &exchange, &turn)
      } else {
        connectBot(name, in: &exchange, &turn)
      }
    case .left: end(name, Ending("agent_ended", .completed), in: &exchange, &turn)
    }
  }

  /// A leg for a caller who talked to a service and had none.
  private static func openWaitingLeg(
    for session: BuzziSession, in exchange: inout Exchange, _ turn: inout Turn
  ) -> String {
    let leg = exchange.buzzi.nextLeg()
    exchange.buzzi.sessionOfLeg[leg] = session.id
    exchange.openLeg(leg, of: name)
    turn.effects.append(
      .attendant(
        .joinRoomWithSamples(leg: leg, room: "person:\(leg)", rate: Upsampler.target)))
    return leg
  }

  /// The caller talks to the service again.
  private static func returnToProvider(
    _ name: String, _ leg: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    exchange.buzzi.sessions[name]?.voice = .provider
    exchange.buzzi.sessionOfLeg[leg] = nil
    exchange.closeLeg(leg, &turn)
  }

  /// Words of the exchange, as the bot's.
  private static func announce(
    _ text: String, to session: BuzziSession, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    say(
      AttendantUtterance(isOwn: true, text: text, isFinal: true), to: session, in: &exchange, &turn)
  }
}
