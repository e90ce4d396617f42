import Basics

extension Exchange {
  /// Does what an attendant wants, as far as the call is still there.
  mutating func takeReport(_ report: AttendantReport, _ turn: inout Turn) {
    if let leg = report.callID, let facade = legs[leg] {
      facade.type.take(report, in: &self, &turn)
      return
    }
    switch report {
    case .accept(let id):
      guard let callee = calls[id]?.facts.callee, callee.isBot else { return }
      // An attendant that accepts twice has accepted.
      _ = try? accept(id, by: callee.id, over: [], &turn)
    case .described(let id, let isOffer, let sdp):
      signal(isOffer ? .offer(sdp) : .answer(sdp), in: id, &turn)
    case .candidate(let id, let line): signal(.candidate(line), in: id, &turn)
    case .endOfCandidates(let id): signal(.endOfCandidates, in: id, &turn)
    case .transcript(let id, let utterance):
      guard let (bot, guest) = parties(of: id) else { return }
      calls[id]?.said(utterance)
      if utterance.isFinal {
        noteSpoken(utterance.text, by: utterance.isOwn ? bot : guest, in: id, turn)
      }
      tell(
        guest.id,
        .said(
          callID: id, by: utterance.isOwn ? bot : guest, text: utterance.text,
          isFinal: utterance.isFinal), &turn)
    case .agent(let id, let activity):
      guard let (_, guest) = parties(of: id) else { return }
      tell(guest.id, .agent(callID: id, activity), &turn)
    case .hangUp(let id, let reason):
      guard let (bot, _) = parties(of: id) else { return }
      // The call is there, and the attendant is a party of it.
      _ = try? end(id, by: bot.id, reason: reason, &turn)
    case .wantsPerson(let id): handOver(callID: id, &turn)
    case .placeCall(let attendant, let userID): placeCall(from: attendant, to: userID, &turn)
    case .speakers, .recording:
      for facade in Self.facades { facade.take(report, in: &self, &turn) }
    case .stream, .secured, .samples, .flush: break  // Of a leg that is gone.
    }
  }

  private mutating func placeCall(from id: String, to userID: String, _ turn: inout Turn) {
    guard let attendant = directory.attendant(id) else { return }
    let caller = StoredCall.Party(id: attendant.id, name: attendant.name, isBot: true)
    do throws(ExchangeRefusal) {
      let facts = try place(from: caller, to: userID, kind: .audio, &turn)
      let callee = AttendantGuest(userID: facts.callee.id, name: facts.callee.name)
      turn.effects.append(
        .attendant(.placed(callID: facts.id, attendant: attendant.id, callee: callee)))
    } catch {
      turn.note(.info, "\(attendant.name) could not call \(HarmlessText.line(userID)).")
    }
  }

  private mutating func signal(_ signal: Signal, in id: String, _ turn: inout Turn) {
    guard let (bot, _) = parties(of: id) else { return }
    if !relay(signal, in: id, by: bot.id, over: nil, &turn) {
      turn.note(.debug, "A signal of \(bot.name) came too late or out of order.")
    }
  }

  /// Names a leg, whose reports go to that facade from now on.
  mutating func openLeg(_ leg: String, of facade: FacadeName) { legs[leg] = facade }

  /// Ends a leg, if it is there.
  mutating func closeLeg(_ leg: String, _ turn: inout Turn) {
    guard legs.removeValue(forKey: leg) != nil else { return }
    turn.effects.append(.attendant(.hangUp(callID: leg)))
  }

  private func parties(of id: String) -> (bot: StoredCall.Party, guest: StoredCall.Party)? {
    guard let facts = calls[id]?.facts else { return nil }
    if facts.callee.isBot { return (facts.callee, facts.caller) }
    return facts.caller.isBot ? (facts.caller, facts.callee) : nil
  }
}

extension AttendantReport {
  /// The call or leg that it is about; `nil` when it is about none, or a whole room.
  var callID: String? {
    switch self {
    case .accept(let id), .described(let id, _, _), .candidate(let id, _),
      .endOfCandidates(let id), .transcript(let id, _), .agent(let id, _), .hangUp(let id, _),
      .stream(let id, _), .secured(let id), .samples(let id, _), .flush(let id),
      .wantsPerson(let id):
      id
    case .speakers, .recording, .placeCall: nil
    }
  }
}
