import Basics

extension Exchange {
  /// Does what an attendant wants, as far as the call is still there.
  mutating func takeReport(_ report: AttendantReport, _ turn: inout Turn) {
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
    case .placeCall(let attendant, let userID): placeCall(from: attendant, to: userID, &turn)
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

  private func parties(of id: String) -> (bot: StoredCall.Party, guest: StoredCall.Party)? {
    guard let facts = calls[id]?.facts else { return nil }
    if facts.callee.isBot { return (facts.callee, facts.caller) }
    return facts.caller.isBot ? (facts.caller, facts.callee) : nil
  }
}
