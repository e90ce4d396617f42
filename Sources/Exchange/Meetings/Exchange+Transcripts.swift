import Basics
import BotServerWire
import Formats
import Transport

/// Transcripts: of recordings, by another server, one after the other and also after a restart; and of
/// what attendants and their guests said.
extension Exchange {
  mutating func restoreTranscripts(_ documents: [StoredDocument], _ turn: inout Turn) {
    for document in documents {
      guard var facts = TranscriptFacts(document) else { continue }
      if facts.status == .running { facts.status = .waiting }
      meetings.transcripts[facts.callID] = facts
    }
    if meetings.transcripts.values.contains(where: { $0.status == .waiting && !$0.queue.isEmpty }) {
      meetings.nextJobAt = turn.now
    }
  }

  /// Has a call transcribed, when it is over or at once.
  mutating func startTranscription(
    _ callID: String, language: String?, by user: StoredUser, _ turn: inout Turn
  ) throws(MeetingRefusal) {
    guard settings.transcription != nil else {
      throw MeetingRefusal(
        501, "not_implemented",
        "This exchange knows no server that transcribes; its owner names one in [exchange] "
          + "transcription-url.")
    }
    let language = language.map { String($0.prefix(20)) }
    if let known = meetings.transcripts[callID] {
      guard known.userIDs.contains(user.id) || isAdministrator(user) else { throw .unknownCall }
      if known.status != .failed { return }
    }
    if let meeting = meetings.meetings[callID] {
      guard meeting.present.contains(where: { $0.party.id == user.id }) else {
        throw MeetingRefusal(403, "forbidden", "Only who is in the call can have it transcribed.")
      }
      meetings.meetings[callID]?.isTranscribed = true
      var facts = TranscriptFacts(
        callID: callID, userIDs: Set(meeting.present.map(\.party.id)), status: .waiting,
        language: language, askedAt: turn.wall)
      facts.queue = meetings.recordings(of: callID).filter { $0.status == .ready }.map(\.id)
      if let id = meeting.recordingID {
        meetings.recordings[id]?.isTranscribed = true
      } else if facts.queue.isEmpty {
        _ = try startRecording(callID, by: user, &turn)
      }
      return beginTranscript(facts, &turn)
    }
    let ready = try recordings(of: callID, for: user).filter { $0.status == .ready }
    guard let first = ready.first else {
      throw MeetingRefusal(
        409, "not_recorded", "There is no recording of this call that could be transcribed.")
    }
    var facts = TranscriptFacts(
      callID: callID, userIDs: first.userIDs, status: .waiting, language: language,
      askedAt: turn.wall)
    facts.queue = ready.map(\.id)
    beginTranscript(facts, &turn)
  }

  private mutating func beginTranscript(_ facts: TranscriptFacts, _ turn: inout Turn) {
    putTranscript(facts, &turn)
    guard !facts.queue.isEmpty else { return }
    meetings.nextJobAt = meetings.nextJobAt ?? turn.now
    continueTranscribing(&turn)
  }

  /// A recording is ready; if its call is to be transcribed, it is its turn some time.
  mutating func queueTranscription(of recording: RecordingFacts, _ turn: inout Turn) {
    let isWanted =
      recording.isTranscribed || meetings.transcripts[recording.callID]?.status == .waiting
    guard isWanted, settings.transcription != nil else { return }
    var facts =
      meetings.transcripts[recording.callID]
      ?? TranscriptFacts(
        callID: recording.callID, userIDs: recording.userIDs, status: .waiting,
        askedAt: turn.wall)
    guard facts.queue.count < 64, !facts.queue.contains(recording.id) else { return }
    facts.userIDs.formUnion(recording.userIDs)
    facts.queue.append(recording.id)
    facts.status = meetings.job?.callID == recording.callID ? .running : .waiting
    putTranscript(facts, &turn)
    meetings.nextJobAt = meetings.nextJobAt ?? turn.now
    continueTranscribing(&turn)
  }

  /// The transcript of a call, for somebody who may read it.
  func transcript(
    of callID: String, for user: StoredUser
  ) throws(MeetingRefusal) -> TranscriptMessage {
    if let facts = meetings.transcripts[callID],
      facts.userIDs.contains(user.id) || isAdministrator(user)
    {
      return facts.encodedMessage
    }
    if let call = calls[callID]?.facts, call.includes(user.id),
      let lines = meetings.spoken[callID]
    {
      return Self.transcript(lines, of: call).encodedMessage
    }
    throw MeetingRefusal(
      404, "transcript_not_found",
      "There is no transcript of this call; ask for one with POST …/transcribe, which is tipring "
        + "calls transcribe.")
  }

  // MARK: The work

  /// Begins with the next recording, if none is being worked on.
  mutating func continueTranscribing(_ turn: inout Turn) {
    guard let due = meetings.nextJobAt, due <= turn.now, meetings.job == nil else { return }
    meetings.nextJobAt = nil
    let waiting = meetings.transcripts.values.filter { $0.status == .waiting && !$0.queue.isEmpty }
    guard settings.transcription != nil,
      let next = waiting.min(by: { ($0.askedAt, $0.callID) < ($1.askedAt, $1.callID) }),
      let recording = next.queue.first
    else { return }
    meetings.job = TranscriptionJob(callID: next.callID, recordingID: recording)
    meetings.transcripts[next.callID]?.status = .running
    guard let facts = meetings.recordings[recording], let path = StoredFilePath(facts.path) else {
      return jobFailed("The recording is gone.", isFinal: true, &turn)
    }
    do throws(ExchangeRefusal) {
      try askStore(for: .botServer, key: Self.jobKey, &turn) { .readFile($0, path) }
    } catch {
      jobFailed("The exchange is busy.", isFinal: false, &turn)
    }
  }

  /// The recording has been read: it goes to the server.
  mutating func takeJobFile(_ sound: [UInt8]?, _ turn: inout Turn) {
    guard let job = meetings.job, let service = settings.transcription else { return }
    guard let sound, !sound.isEmpty else {
      return jobFailed("The recording's file is not there.", isFinal: true, &turn)
    }
    let request = service.request(
      for: sound, named: "\(job.recordingID).ogg",
      language: meetings.transcripts[job.callID]?.language,
      boundary: "tipring-" + hexadecimal(ports.randomBytes(16)))
    ask(request, for: .botServer, key: Self.jobKey, &turn)
  }

  /// The server has answered, or could not.
  mutating func takeJob(_ event: TransportEvent, _ turn: inout Turn) {
    switch event {
    case .requestFailed(_, let failure): jobFailed(failure.sentence, isFinal: false, &turn)
    case .response(_, let response): takeJobResponse(response, &turn)
    case .opened, .received, .closed, .failed: break  // It is asked by requests only.
    }
  }

  private mutating func takeJobResponse(_ response: HTTPResponse, _ turn: inout Turn) {
    let value = (try? JSONValue(decoding: response.body, limit: 16 << 20)) ?? .null
    guard response.status == 200 else {
      let words = ErrorMessage(decoding: value).map {
        ": \(HarmlessText.line($0.message, limit: 120))"
      }
      let isFinal = response.status < 500 && response.status != 429 && response.status != 408
      return jobFailed(
        "The server that transcribes answered with status \(response.status)\(words ?? ".")",
        isFinal: isFinal, &turn)
    }
    guard let job = meetings.job, var facts = meetings.transcripts[job.callID],
      let recording = meetings.recordings[job.recordingID]
    else {
      meetings.job = nil
      return scheduleJob(after: .zero, &turn)
    }
    let first = meetings.recordings(of: job.callID).first?.startedAt ?? recording.startedAt
    let offset = max(0, first.duration(to: recording.startedAt).seconds)
    guard
      let (language, heard) = TranscriptionService.segments(
        in: value, of: recording, offsetSeconds: offset)
    else {
      return jobFailed(
        "The server that transcribes answered something else than verbose_json.", isFinal: true,
        &turn)
    }
    facts.language = facts.language ?? language
    facts.add(heard)
    facts.queue.removeAll { $0 == job.recordingID }
    facts.status = facts.queue.isEmpty ? .ready : .waiting
    facts.message = nil
    facts.failureCount = 0
    meetings.job = nil
    putTranscript(facts, &turn)
    scheduleJob(after: .zero, &turn)
  }

  mutating func jobFailed(_ words: String, isFinal: Bool, _ turn: inout Turn) {
    guard let job = meetings.job, var facts = meetings.transcripts[job.callID] else { return }
    meetings.job = nil
    facts.failureCount += 1
    facts.message = words
    turn.note(.warning, "A transcription failed: \(words)")
    if isFinal || facts.failureCount >= Self.jobTries {
      facts.queue.removeAll { $0 == job.recordingID }
      facts.status = .failed
    } else {
      facts.status = .waiting
    }
    putTranscript(facts, &turn)
    scheduleJob(after: .seconds(10 << min(facts.failureCount, 6)), &turn)
  }

  private mutating func scheduleJob(after wait: Duration, _ turn: inout Turn) {
    meetings.nextJobAt = turn.now.advanced(by: wait)
    if wait == .zero { continueTranscribing(&turn) }
  }

  private mutating func putTranscript(_ facts: TranscriptFacts, _ turn: inout Turn) {
    meetings.transcripts[facts.callID] = facts
    turn.store(.putDocument(facts.document))
    while meetings.transcripts.count > MeetingBook.transcriptLimit,
      let oldest = meetings.transcripts.values.filter({ $0.status != .running })
        .min(by: { ($0.askedAt, $0.callID) < ($1.askedAt, $1.callID) })
    {
      meetings.transcripts[oldest.callID] = nil
      turn.store(
        .removeDocument(collection: TranscriptFacts.collection, key: oldest.callID))
    }
  }

  // MARK: Attendants

  /// Something was said in a call with an attendant.
  mutating func noteSpoken(
    _ text: String, by party: StoredCall.Party, in callID: String, _ turn: Turn
  ) {
    guard meetings.spoken[callID, default: []].count < SpokenLine.limit else { return }
    meetings.spoken[callID, default: []].append(
      SpokenLine(party: party, text: String(text.prefix(2_000)), at: turn.wall))
  }

  /// A call is over: what was said in it is kept.
  mutating func keepSpoken(_ call: StoredCall, _ turn: inout Turn) {
    guard let lines = meetings.spoken.removeValue(forKey: call.id) else { return }
    putTranscript(Self.transcript(lines, of: call), &turn)
  }

  private static func transcript(_ lines: [SpokenLine], of call: StoredCall) -> TranscriptFacts {
    var facts = TranscriptFacts(
      callID: call.id, userIDs: [call.caller.id, call.callee.id], status: .ready,
      askedAt: call.createdAt)
    let start = call.startedAt ?? call.createdAt
    for (number, line) in lines.enumerated() {
      let begin = max(0, Int(start.duration(to: line.at).seconds * 1_000))
      let next = number + 1 < lines.count ? lines[number + 1].at : call.endedAt ?? line.at
      let end = max(begin, Int(start.duration(to: next).seconds * 1_000))
      facts.add([
        SegmentMessage(
          id: number, startMilliseconds: begin, endMilliseconds: end, text: line.text,
          speakerID: line.party.id, speakerName: line.party.name)
      ])
    }
    return facts
  }

  static let jobKey = "transcription"
  /// How often one recording is tried.
  static let jobTries = 3
}
