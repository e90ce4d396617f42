import Basics
import BotServerWire

/// The media of calls of several: signals of clients to their legs, and reports of legs to clients.
extension Exchange {
  // MARK: From clients

  /// What a client says about its media in a call of several; `false` when it is out of place.
  mutating func meetingSignal(
    _ signal: Signal, in callID: String, by userID: String, over socket: ExchangeSocketID,
    _ turn: inout Turn
  ) -> Bool {
    guard let meeting = meetings.meetings[callID], let index = meeting.seat(of: userID),
      let leg = meeting.seats[index].leg, settings.janus == nil || meeting.roomID == nil
    else { return false }
    let seat = meeting.seats[index]
    guard seat.state == .joined else { return false }
    meetings.meetings[callID]?.seats[index].socket = socket
    switch signal {
    case .offer(let sdp) where !seat.isLegOpen:
      meetings.meetings[callID]?.seats[index].isLegOpen = true
      openLeg(leg, of: .botServer)
      turn.effects.append(.attendant(.joinRoom(leg: leg, room: callID, offer: sdp)))
      if seat.isMuted { turn.effects.append(.attendant(.mute(leg: leg, true))) }
      considerRecording(callID, &turn)
    case .offer(let sdp), .answer(let sdp):
      guard seat.isLegOpen else { return false }
      turn.effects.append(.attendant(.describe(callID: leg, sdp: sdp)))
    case .candidate(let line):
      guard seat.isLegOpen else { return false }
      turn.effects.append(.attendant(.candidate(callID: leg, line)))
    case .endOfCandidates:
      guard seat.isLegOpen else { return false }
      turn.effects.append(.attendant(.endOfCandidates(callID: leg)))
    }
    return true
  }

  /// A client shows whether its microphone is open.
  mutating func meetingMute(
    _ isMuted: Bool, in callID: String, by userID: String, _ turn: inout Turn
  ) -> Bool {
    guard let meeting = meetings.meetings[callID], let index = meeting.seat(of: userID),
      meeting.seats[index].state == .joined
    else { return false }
    guard meeting.seats[index].isMuted != isMuted else { return true }
    meetings.meetings[callID]?.seats[index].isMuted = isMuted
    if let leg = meeting.seats[index].leg, meeting.seats[index].isLegOpen {
      turn.effects.append(.attendant(.mute(leg: leg, isMuted)))
    }
    tellOthers(of: callID, index, isMuted ? .muted : .unmuted, &turn)
    return true
  }

  // MARK: From legs

  /// Takes in what a leg of ours, or a room of media, reports.
  mutating func takeMeetingReport(_ report: AttendantReport, _ turn: inout Turn) {
    switch report {
    case .described(let leg, let isOffer, let sdp):
      pass(isOffer ? .offer(sdp) : .answer(sdp), from: leg, &turn)
    case .candidate(let leg, let line): pass(.candidate(line), from: leg, &turn)
    case .endOfCandidates(let leg): pass(.endOfCandidates, from: leg, &turn)
    case .hangUp(let leg, _):
      legs[leg] = nil
      guard let (callID, index) = meetings.seat(ofLeg: leg) else { return }
      vacate(index, of: callID, .left, &turn)
    case .speakers(let callID, let legs): takeSpeakers(of: callID, legs, &turn)
    case .recording(let callID, let path, let news):
      takeRecording(of: callID, path: path, news, &turn)
    case .accept, .secured, .stream, .samples, .flush, .transcript, .agent, .placeCall,
      .wantsPerson:
      break  // Of attendants and conferences; a leg in a room has nothing of it.
    }
  }

  private mutating func pass(_ signal: Signal, from leg: String, _ turn: inout Turn) {
    guard let (callID, index) = meetings.seat(ofLeg: leg),
      let seat = meetings.meetings[callID]?.seats[index]
    else { return }
    meetings.meetings[callID]?.seats[index].keep(signal)
    let message = MeetMessage(signal, in: callID)
    if let socket = seat.socket {
      say(message, over: socket, &turn)
    } else {
      say(message, to: seat.party.id, &turn)
    }
  }

  private mutating func takeSpeakers(
    of callID: String, _ speaking: [String], _ turn: inout Turn
  ) {
    guard let meeting = meetings.meetings[callID] else { return }
    for (index, seat) in meeting.seats.enumerated() {
      let isSpeaking = seat.leg.map(speaking.contains) ?? false
      guard isSpeaking != seat.isSpeaking else { continue }
      meetings.meetings[callID]?.seats[index].isSpeaking = isSpeaking
      tellOthers(of: callID, index, .updated, &turn)
    }
    guard let id = meeting.recordingID else { return }
    let speakers = meeting.seats.filter { seat in seat.leg.map(speaking.contains) ?? false }
    meetings.recordings[id]?.note(speakers: speakers.map(\.party), on: turn.wall)
  }

  // MARK: Telling

  /// Tells everybody present how it stands with somebody.
  func tellOthers(
    of callID: String, _ index: Int, _ action: ParticipantUpdate.Action, _ turn: inout Turn
  ) {
    guard let meeting = meetings.meetings[callID], meeting.seats.indices.contains(index) else {
      return
    }
    let update = ParticipantUpdate(
      roomID: meeting.roomID ?? callID, callID: callID,
      participant: BotServerFacade.message(meeting.seats[index]), action: action)
    for seat in meeting.present { say(.participantUpdate(update), to: seat.party.id, &turn) }
  }

  /// Tells everybody in a call, or rung for it, how the whole of it stands.
  func tellAll(of callID: String, _ turn: inout Turn) {
    guard let meeting = meetings.meetings[callID] else { return }
    for seat in meeting.seats where seat.state == .joined || seat.state == .invited {
      let call = BotServerFacade.message(
        meeting, for: seat.party.id, origin: nil, in: self, on: turn.wall)
      say(.callUpdated(call), to: seat.party.id, &turn)
    }
  }

  // MARK: Presence

  /// A socket of a user has opened: it is told what it has missed.
  mutating func meetingCatchUp(
    _ userID: String, over socket: ExchangeSocketID, _ turn: inout Turn
  ) {
    for callID in meetings.meetings.keys.sorted() {
      guard let meeting = meetings.meetings[callID], let index = meeting.seat(of: userID) else {
        continue
      }
      meetings.meetings[callID]?.seats[index].absentSince = nil
      switch meeting.seats[index].state {
      case .invited: tellInvited(socket, userID, callID, &turn)
      case .joined:
        let call = BotServerFacade.message(
          meeting, for: userID, origin: nil, in: self, on: turn.wall)
        say(.callUpdated(call), over: socket, &turn)
      case .left, .declined, .missed: continue
      }
      for signal in meeting.seats[index].kept {
        say(MeetMessage(signal, in: callID), over: socket, &turn)
      }
    }
  }

  /// A socket is gone, perhaps a user's last.
  mutating func meetingSocketClosed(_ socket: ExchangeSocketID, _ turn: inout Turn) {
    for (callID, meeting) in meetings.meetings {
      for (index, seat) in meeting.seats.enumerated() {
        if seat.socket == socket { meetings.meetings[callID]?.seats[index].socket = nil }
        if seat.state == .joined, seat.absentSince == nil, !sockets.isPresent(seat.party.id) {
          meetings.meetings[callID]?.seats[index].absentSince = turn.now
        }
      }
    }
  }

  // MARK: Time

  var meetingDeadline: Instant? {
    var times = [meetings.job == nil ? meetings.nextJobAt : nil, meetings.janus.deadline]
    for meeting in meetings.meetings.values {
      for seat in meeting.seats {
        switch seat.state {
        case .invited: times.append(seat.ringsUntil)
        case .joined: times.append(seat.absentSince?.advanced(by: MeetingSeat.patience))
        case .left, .declined, .missed: break
        }
      }
    }
    return times.compactMap { $0 }.min()
  }

  mutating func expireMeetings(_ turn: inout Turn) {
    for callID in meetings.meetings.keys.sorted() {
      for userID in meetings.meetings[callID]?.seats.map(\.party.id) ?? [] {
        guard let meeting = meetings.meetings[callID], let index = meeting.seat(of: userID) else {
          continue
        }
        let seat = meeting.seats[index]
        if seat.state == .invited, let until = seat.ringsUntil, until <= turn.now {
          vacate(index, of: callID, .missed, &turn)
        } else if seat.state == .joined, let since = seat.absentSince,
          since.advanced(by: MeetingSeat.patience) <= turn.now
        {
          vacate(index, of: callID, .left, &turn)
        }
      }
    }
    expireJanus(&turn)
    continueTranscribing(&turn)
  }
}

extension MeetMessage {
  /// A signal of the exchange to a client.
  init(_ signal: Signal, in callID: String) {
    switch signal {
    case .offer(let sdp): self = .callOffer(callID: callID, sdp: sdp)
    case .answer(let sdp): self = .callAnswer(callID: callID, sdp: sdp)
    case .candidate(let line): self = .iceCandidate(callID: callID, candidate: line)
    case .endOfCandidates: self = .endOfCandidates(callID: callID)
    }
  }
}
