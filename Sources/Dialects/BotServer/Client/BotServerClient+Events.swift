import Basics
import BotServerWire
import Calling
import Formats
import SDP
import Transport

/// What the events socket tells, and what a call's message means.
extension BotServerClient {
  mutating func take(_ message: SocketMessage, at now: Instant) {
    guard case .text(let text) = message else {
      return noteNonsense("The server sent a binary message.")
    }
    do throws(WireError) {
      take(try MeetMessage(decoding: text), at: now)
    } catch {
      switch error {
      case .malformed: noteNonsense("The server sent a message that is not JSON.")
      case .missing(let member):
        noteNonsense("The server sent a message without a proper “\(member)”.")
      case .unknownType(let type):
        noteNonsense("The server sent a message of a kind “\(HarmlessText.line(type, limit: 40))”.")
      }
    }
  }

  private mutating func take(_ message: MeetMessage, at now: Instant) {
    switch message {
    case .welcome(let user):
      if me != user {
        me = user
        report(.identity(Party(name: user.displayName, address: user.userID)))
      }
    case .incomingCall(let call, let lastWords): take(call, lastWords: lastWords, at: now)
    case .callUpdated(let call):
      if !holdBack(message, about: call.callID) { take(call, lastWords: [], at: now) }
    case .userStatus(let user): userChanged(user)
    case .ping: send(.pong)
    case .pong: break  // That it was heard is all that matters.
    case .agentState(let callID, _), .callRinging(let callID), .callOffer(let callID, _),
      .callAnswer(let callID, _), .iceCandidate(let callID, _), .endOfCandidates(let callID):
      if !holdBack(message, about: callID) { take(message, inCall: callID, at: now) }
    case .roomStatus(let room, let status): take(room, status: status)
    case .participantUpdate(let update): take(update, at: now)
    case .chat(let roomID, let participantID, let content):
      guard let call = calls.first(where: { $0.roomID == roomID }), participantID != me?.userID
      else { return }
      let name = call.members.first { $0.userID == participantID }?.displayName ?? participantID
      report(.message(call.id, from: clipped(name), text: clippedWords(content)))
    case .recordingControl(let roomID, let callID, let action):
      guard let call = calls.first(where: { $0.remoteID == callID || $0.roomID == roomID }) else {
        return
      }
      if action == "start" { report(.callNotice(call.id, "This call is being recorded.")) }
      if action == "stop" { report(.callNotice(call.id, "The recording has ended.")) }
    case .callQuality: break  // It is ours to tell.
    case .transcription(let words):
      if !holdBack(message, about: words.callID) { take(message, inCall: words.callID, at: now) }
    }
  }

  private mutating func take(_ message: MeetMessage, inCall remoteID: String, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.remoteID == remoteID }) else { return }
    let id = calls[index].id
    switch message {
    case .callRinging: if !id.isIncoming { report(.ringing(id)) }
    case .callOffer(_, let sdp), .callAnswer(_, let sdp): describe(index, sdp)
    case .iceCandidate(_, let line):
      // Servers and browsers also write the attribute as a whole, and an empty one for the last.
      if line.isEmpty { return report(.endOfCandidates(id)) }
      guard let candidate = try? Candidate(decoding: line) else {
        return noteNonsense("The server sent a candidate that cannot be read.")
      }
      report(.candidate(id, candidate))
    case .endOfCandidates: report(.endOfCandidates(id))
    case .agentState(_, let state):
      if let state = AgentState(rawValue: state) { report(.agent(id, state)) }
    case .transcription(let words):
      report(.transcript(id, words.line(userID: me?.userID, at: now)))
    case .welcome, .incomingCall, .callUpdated, .userStatus, .ping, .pong, .roomStatus, .chat,
      .callQuality, .participantUpdate, .recordingControl:
      break
    }
  }

  private mutating func describe(_ index: Int, _ sdp: String) {
    // A server that was reconnected says again what it had said.
    guard calls[index].remoteDescription != sdp else { return }
    guard let description = try? SessionDescription(decoding: sdp) else {
      return noteNonsense("The other side's description of its sound cannot be read.")
    }
    calls[index].remoteDescription = sdp
    report(.described(calls[index].id, description))
  }

  // MARK: Calls

  /// Takes in a call as the server sees it, known here or not.
  mutating func take(_ call: CallMessage, lastWords: [TranscriptionMessage], at now: Instant) {
    if let known = calls.first(where: { $0.remoteID == call.callID }) {
      return update(known.id, with: call)
    }
    guard let me, phase == .online, call.status == .ringing, !call.callID.isEmpty,
      call.callID.utf8.count <= Self.idLimit, !finished.contains(call.callID),
      call.isIncoming(for: me.userID), calls.count < Self.callLimit
    else { return }
    let id = nextIncomingID()
    calls.append(BotServerCall(id: id, remoteID: call.callID, stage: .ringing))
    report(
      .invited(
        Invitation(
          id: id, remoteID: call.callID, from: call.other(than: me.userID),
          kind: CallKind(rawValue: call.type) ?? .audio, summary: call.summary,
          lastWords: lastWords.suffix(20).map { $0.line(userID: me.userID, at: now) },
          terms: call.terms)))
  }

  /// Compares a call with what the server says of it.
  mutating func update(_ id: CallID, with call: CallMessage) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    if call.isOfSeveral { setMembers(call.participants, of: index) }
    let stage = calls[index].stage
    switch call.status {
    case .ringing:
      break  // That it rings there is told by the device that rings.
    case .active:
      switch (stage, id.isIncoming) {
      case (.ringing, false):
        calls[index].stage = .accepted
        report(.accepted(id))
      case (.ringing, true):
        finish(id)
        report(.ended(id, .answeredElsewhere))
      case (.accepting, _), (.accepted, _), (.placing, _), (.knocking, _):
        break  // The reply to our own request decides, or it is known.
      }
    case .ended, .declined, .missed, .cancelled, .failed:
      finish(id)
      let reason = call.endReason(isIncoming: id.isIncoming, wasAccepted: stage == .accepted)
      report(.ended(id, reason))
    }
  }

  // MARK: Early messages

  /// Keeps a message about an unknown call while one is being placed: the socket may be faster than
  /// the reply that names the call.
  private mutating func holdBack(_ message: MeetMessage, about remoteID: String) -> Bool {
    guard !remoteID.isEmpty, !calls.contains(where: { $0.remoteID == remoteID }),
      calls.contains(where: \.isPlacing)
    else { return false }
    if earlyMessages.count < Self.earlyLimit { earlyMessages.append(message) }
    return true
  }

  mutating func replayEarlyMessages(at now: Instant) {
    let messages = earlyMessages
    earlyMessages = []
    for message in messages { take(message, at: now) }
  }

  /// Messages held back at most.
  static let earlyLimit = 16
}
