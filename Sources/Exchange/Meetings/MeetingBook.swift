import Basics
import Formats
import Janus

/// Rooms, calls of several, and what is kept of them.
struct MeetingBook: Sendable {
  /// By id.
  var rooms: [String: MeetingRoom] = [:]
  /// By the call's id.
  var meetings: [String: Meeting] = [:]
  /// By id.
  var recordings: [String: RecordingFacts] = [:]
  /// Requests that wait for the end of a recording, by its id.
  var stops: [String: [ExchangeRequestID]] = [:]
  /// By the call's id.
  var transcripts: [String: TranscriptFacts] = [:]
  /// What attendants' calls have said so far, by the call's id.
  var spoken: [String: [SpokenLine]] = [:]
  /// The call whose recording is being transcribed, and the question that is open.
  var job: TranscriptionJob?
  var nextJobAt: Instant?
  /// By day, `YYYY-MM-DD`.
  var quality: [String: QualitySums] = [:]
  /// Calls that are over and may still be rated, with when they ended.
  var rateable: [(callID: String, users: Set<String>, until: Instant)] = []
  var janus = JanusService.State()

  /// The meeting that goes on in a room.
  func meeting(in roomID: String) -> Meeting? {
    meetings.values.first { $0.roomID == roomID }
  }

  /// The call that a user takes part in, of those in a room.
  func participantCount(in roomID: String) -> Int { meeting(in: roomID)?.present.count ?? 0 }

  /// The seat that a leg belongs to.
  func seat(ofLeg leg: String) -> (callID: String, index: Int)? {
    guard let slash = leg.lastIndex(of: "/") else { return nil }
    let callID = String(leg[..<slash])
    guard let index = meetings[callID]?.seats.firstIndex(where: { $0.leg == leg }) else {
      return nil
    }
    return (callID, index)
  }

  /// Adds a recording and forgets the oldest of too many.
  ///
  /// - Returns: what was forgotten.
  mutating func add(_ recording: RecordingFacts) -> [RecordingFacts] {
    recordings[recording.id] = recording
    var forgotten: [RecordingFacts] = []
    while recordings.count > Self.recordingLimit,
      let oldest = recordings.values.filter({ $0.status != .recording })
        .min(by: { ($0.startedAt, $0.id) < ($1.startedAt, $1.id) })
    {
      recordings[oldest.id] = nil
      forgotten.append(oldest)
    }
    return forgotten
  }

  /// Of one call, oldest first.
  func recordings(of callID: String) -> [RecordingFacts] {
    recordings.values.filter { $0.callID == callID }
      .sorted { ($0.startedAt, $0.id) < ($1.startedAt, $1.id) }
  }

  /// Persistent rooms at most.
  static let roomLimit = 500
  static let recordingLimit = 1_000
  static let transcriptLimit = 500
  static let rateableLimit = 1_000
  static let qualityDayLimit = 400
}
