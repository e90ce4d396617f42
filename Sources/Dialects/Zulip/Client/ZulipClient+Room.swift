import Basics
import Calling
import Formats
import Jitsi
import SDP
import Transport
import ZulipWire

/// The Jitsi conference in which a call's sound is.
///
/// A caller goes in at once, so that sound passes as soon as the callee comes; it is heard only then,
/// since media opens with the acceptance. That somebody else is in the room shows that the call was
/// taken, where the server tells nothing or is slow to.
extension ZulipClient {
  /// Enters the room of a call.
  mutating func enterRoom(of id: CallID, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }), calls[index].conference == nil
    else { return }
    let address: JitsiAddress
    do throws(JitsiAddress.ReadingError) {
      address = try JitsiAddress(url: calls[index].url ?? "")
    } catch {
      let call = calls[index]
      tellEnd(of: call, at: now)
      return fail(id, .signalingFailed(error.sentence), at: now)
    }
    calls[index].conference = JitsiConference(
      JitsiConference.Settings(
        address: address, displayName: me.map { clipped($0.name) } ?? account.username,
        password: account.secrets["room-password"], isMuted: calls[index].isMuted,
        lane: nextLane(), seed: generator.next()))
    actInRoom(of: id, at: now) { $0.start(at: now) }
    if calls.contains(where: { $0.id == id && $0.id.isIncoming }) {
      timers[.alone(id)] = now.advanced(by: Self.firstAloneTime)
    }
  }

  mutating func mute(_ id: CallID, _ isMuted: Bool, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    calls[index].isMuted = isMuted
    actInRoom(of: id, at: now) { $0.setMuted(isMuted) }
  }

  /// Has the conference of a call do something.
  mutating func actInRoom(
    of id: CallID, at now: Instant,
    _ verb: (inout JitsiConference) -> [JitsiConference.Effect]
  ) {
    guard let index = calls.firstIndex(where: { $0.id == id }),
      var conference = calls[index].conference
    else { return }
    let effects = verb(&conference)
    calls[index].conference = conference
    for effect in effects { perform(effect, of: id, at: now) }
  }

  /// Hands an event to the conference that it belongs to.
  ///
  /// - Returns: whether there is one.
  mutating func pass(
    _ event: TransportEvent, at now: Instant, _ isOwner: (JitsiConference) -> Bool
  ) -> Bool {
    let call = calls.first { $0.conference.map(isOwner) ?? false }
    guard let id = call?.id else { return false }
    actInRoom(of: id, at: now) { $0.receive(event, at: now) }
    return true
  }

  private mutating func perform(
    _ effect: JitsiConference.Effect, of id: CallID, at now: Instant
  ) {
    switch effect {
    case .transport(let effect): add(.transport(effect))
    case .note(let entry): add(.note(entry))
    case .found(let iceServers): placed(id, iceServers: iceServers)
    case .servers(let servers): tell(.servers(id, servers), of: id)
    case .joined: if isConference(id) { othersAccepted(id, at: now) }
    case .described(let offer): tell(.described(id, offer), of: id)
    case .candidate(let candidate): tell(.candidate(id, candidate), of: id)
    case .mediaGone: tell(.mediaGone(id), of: id)
    case .participants(let participants):
      tell(.participants(id, participants), of: id)
      met(participants.count { !$0.isSelf }, in: id, at: now)
    case .muted(let actor): tell(.muted(id, by: actor), of: id)
    case .message(let name, let text): tell(.message(id, from: name, text: text), of: id)
    // The other one of a call between two comes a moment later.
    case .notice(JitsiConference.alone) where !isConference(id): break
    case .notice(let words): tell(.callNotice(id, words), of: id)
    case .ended(let reason):
      guard let call = calls.first(where: { $0.id == id }) else { return }
      tellEnd(of: call, at: now)
      fail(id, reason, at: now)
    }
  }

  /// The room's server is there, and with it all that media has to know.
  mutating func placed(_ id: CallID, iceServers: [IceServer]) {
    guard let index = calls.firstIndex(where: { $0.id == id }), !calls[index].isPlaced else {
      return
    }
    let call = calls[index]
    calls[index].isPlaced = true
    calls[index].held = []
    report(
      .placed(
        id, remoteID: call.remoteID, party: call.party,
        terms: MediaTerms(.offeredByServer, iceServers: iceServers),
        browserURL: call.url.map(withoutToken)))
    for held in call.held { report(held) }
  }

  /// Whether one is in it as soon as one has entered it, whoever else comes.
  private func isConference(_ id: CallID) -> Bool {
    calls.contains { $0.id == id && ($0.kind == .group || $0.kind == .conference) }
  }

  /// So many others are in the room.
  private mutating func met(_ count: Int, in id: CallID, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    if count > 0 {
      calls[index].hasMet = true
      timers[.alone(id)] = nil
      if !id.isIncoming { othersAccepted(id, at: now) }
    } else if calls[index].hasMet, !isConference(id), timers[.alone(id)] == nil {
      let isTold = calls[index].kind == .call && dialect?.hasCallEvents == true
      timers[.alone(id)] = now.advanced(by: isTold ? Self.toldAloneTime : Self.aloneTime)
    }
  }

  /// Nobody has come, or come back: the call is over.
  mutating func foundAlone(_ id: CallID, at now: Instant) {
    guard let call = calls.first(where: { $0.id == id }), !isConference(id) else { return }
    if id.isIncoming, call.stage == .ringing { return fail(id, .missed, at: now) }
    tellEnd(of: call, at: now)
    fail(id, .remoteHungUp, at: now)
  }

  /// How long one waits for the caller after having taken a call.
  private static let firstAloneTime: Duration = .seconds(30)
  /// How long one waits for somebody who has left to come back …
  private static let aloneTime: Duration = .seconds(3)
  /// … and where the server tells the end, for that to be heard.
  private static let toldAloneTime: Duration = .seconds(10)
}
