import Basics
import BotServerWire
import Formats

/// Recordings: what the exchange mixes, as files of its data folder.
extension Exchange {
  mutating func restoreRecordings(_ documents: [StoredDocument], _ turn: inout Turn) {
    for document in documents {
      guard var facts = RecordingFacts(document) else { continue }
      if facts.status == .recording {
        // The exchange ended in the middle of it; what was written is there.
        facts.status = .ready
        facts.stoppedAt = facts.stoppedAt ?? facts.startedAt
        turn.store(.putDocument(facts.document))
      }
      meetings.recordings[facts.id] = facts
    }
  }

  /// Begins to record a call on behalf of somebody in it.
  mutating func startRecording(
    _ callID: String, by user: StoredUser, _ turn: inout Turn
  ) throws(MeetingRefusal) -> RecordingFacts {
    guard let meeting = meetings.meetings[callID] else {
      guard calls[callID]?.facts.includes(user.id) == true else { throw .unknownCall }
      throw MeetingRefusal(
        409, "not_recordable",
        "This call goes directly from phone to phone, where the exchange does not hear it; call "
          + "with “recording”: true, or meet in a room.")
    }
    guard meeting.present.contains(where: { $0.party.id == user.id }) else {
      throw MeetingRefusal(403, "forbidden", "Only who is in the call can record it.")
    }
    guard meeting.recordingID == nil else { throw .alreadyRecording }
    if let roomID = meeting.roomID {
      guard meetings.rooms[roomID]?.allowsRecording == true else {
        throw MeetingRefusal(403, "forbidden", "The room does not allow recordings.")
      }
      guard settings.janus == nil else {
        throw MeetingRefusal(
          409, "not_recordable",
          "A Janus server mixes this room, where the exchange does not hear it; set [exchange] "
            + "rooms = mixer to record.")
      }
    }
    return beginRecording(callID, &turn)
  }

  private mutating func beginRecording(_ callID: String, _ turn: inout Turn) -> RecordingFacts {
    let users = Set(meetings.meetings[callID]?.present.map(\.party.id) ?? [])
    var facts = RecordingFacts(
      id: "rec_" + hexadecimal(ports.randomBytes(8)), callID: callID, userIDs: users,
      status: .recording, startedAt: turn.wall)
    facts.isTranscribed = meetings.meetings[callID]?.isTranscribed == true
    for forgotten in meetings.add(facts) {
      turn.store(.removeDocument(collection: RecordingFacts.collection, key: forgotten.id))
      if let path = StoredFilePath(forgotten.path) { turn.store(.removeFile(path)) }
    }
    meetings.meetings[callID]?.recordingID = facts.id
    meetings.meetings[callID]?.isRecorded = false
    turn.store(.putDocument(facts.document))
    turn.effects.append(.attendant(.startRecording(room: callID, path: facts.path)))
    tellRecording(of: callID, "start", &turn)
    return facts
  }

  /// Begins to record a call that is to be recorded, once it is active and has media.
  mutating func considerRecording(_ callID: String, _ turn: inout Turn) {
    guard let meeting = meetings.meetings[callID], meeting.isRecorded, meeting.isActive,
      meeting.recordingID == nil, meeting.present.contains(where: \.isLegOpen)
    else { return }
    _ = beginRecording(callID, &turn)
  }

  /// Ends a call's recording; `request` is answered when the file is whole.
  mutating func stopRecording(
    _ callID: String, by user: StoredUser, for request: ExchangeRequestID, _ turn: inout Turn
  ) throws(MeetingRefusal) {
    guard let meeting = meetings.meetings[callID] else {
      throw calls[callID] == nil ? .unknownCall : .notRecording
    }
    guard meeting.present.contains(where: { $0.party.id == user.id }) else {
      throw MeetingRefusal(403, "forbidden", "Only who is in the call can end its recording.")
    }
    guard let id = meeting.recordingID else { throw .notRecording }
    meetings.stops[id, default: []].append(request)
    turn.effects.append(.attendant(.stopRecording(room: callID)))
  }

  mutating func takeRecording(
    of callID: String, path: String, _ news: RoomRecording, _ turn: inout Turn
  ) {
    guard var facts = meetings.recordings.values.first(where: { $0.path == path }) else { return }
    switch news {
    case .began: return
    case .ended(let duration, let byteCount):
      facts.status = .ready
      facts.durationSeconds = duration.seconds
      facts.byteCount = byteCount
    case .failed(let words):
      facts.status = .failed
      turn.note(.warning, "A recording failed: \(words)")
    }
    facts.note(speakers: [], on: turn.wall)
    facts.stoppedAt = turn.wall
    meetings.recordings[facts.id] = facts
    turn.store(.putDocument(facts.document))
    if meetings.meetings[callID]?.recordingID == facts.id {
      meetings.meetings[callID]?.recordingID = nil
      tellRecording(of: callID, "stop", &turn)
    }
    for request in meetings.stops.removeValue(forKey: facts.id) ?? [] {
      let message = BotServerFacade.message(facts).encoded()
      answer(request, BotServerFacade.json(200, message), &turn)
    }
    if facts.status == .ready { queueTranscription(of: facts, &turn) }
  }

  /// The recordings of a call that a user may have.
  func recordings(
    of callID: String, for user: StoredUser
  ) throws(MeetingRefusal) -> [RecordingFacts] {
    let all = meetings.recordings(of: callID)
    let own = all.filter { $0.userIDs.contains(user.id) || isAdministrator(user) }
    guard own.isEmpty else { return own }
    let isParty =
      meetings.meetings[callID]?.seat(of: user.id) != nil
      || calls[callID]?.facts.includes(user.id) == true
    guard all.isEmpty, isParty else { throw .unknownCall }
    return []
  }

  /// Whoever is in a call while it is recorded may have the recording.
  mutating func noteRecorded(_ callID: String) {
    guard let meeting = meetings.meetings[callID], let id = meeting.recordingID else { return }
    meetings.recordings[id]?.userIDs.formUnion(meeting.present.map(\.party.id))
  }

  private func tellRecording(of callID: String, _ action: String, _ turn: inout Turn) {
    guard let meeting = meetings.meetings[callID] else { return }
    for seat in meeting.present {
      say(
        .recordingControl(roomID: meeting.roomID ?? callID, callID: callID, action: action),
        to: seat.party.id, &turn)
    }
  }
}
