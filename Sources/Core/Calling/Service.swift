package import Basics
package import Formats

/// One request for something beside the calls, named by whoever asks.
package struct ServiceID: Hashable, Sendable {
  package let number: Int

  package init(_ number: Int) { self.number = number }
}

/// What a server may be asked for beside calls. A system that lacks it answers so in words.
package enum ServiceRequest: Equatable, Sendable {
  case rooms
  case createRoom(RoomPlan)
  case room(id: String)
  case roomParticipants(id: String)
  case leaveRoom(id: String)
  /// Lets somebody who waits for it into a room, or sends them away; for the room's host.
  case admit(room: String, user: String, isLetIn: Bool)
  case removeRoom(id: String)
  /// Calls are named by the server's own name of them, here and below.
  case startRecording(call: String)
  case stopRecording(call: String)
  case recordings(call: String)
  /// A recording's sound, answered by `document`.
  case recording(url: String)
  case startTranscription(call: String, language: String?)
  /// Answered by `document`.
  case transcript(call: String, format: TranscriptFormat)
  /// Of the last days, for administrators.
  case analytics(days: Int)
  case history(HistoryFilter)
  /// A URL at which a browser can call that address.
  case callURL(address: String, kind: CallKind)
  case integrationAccounts
  /// - fields: as the company API takes them.
  case addIntegrationAccount(fields: JSONValue)
  case changeIntegrationAccount(id: String, fields: JSONValue)
  case removeIntegrationAccount(id: String)
  case changeBot(id: String, fields: JSONValue)
}

package enum TranscriptFormat: String, CaseIterable, Sendable {
  case json, txt, vtt, srt
}

/// A room to be made.
package struct RoomPlan: Equatable, Sendable {
  package var name: String
  package var isPersistent = true
  package var participantLimit = 20
  package var allowsRecording = true
  package var isTranscribed = false
  package var hasWaitingRoom = false
  package var password: Secret?

  package init(name: String) { self.name = name }
}

/// Which past calls are wanted; everything given must hold.
package struct HistoryFilter: Equatable, Sendable {
  /// `YYYY-MM-DD`, both included.
  package var from: String?
  package var to: String?
  package var kind: String?
  package var status: String?
  package var participant: String?
  /// From 1 on.
  package var page = 1
  package var pageSize = 20

  package init() {}
}

/// What came of a ``ServiceRequest``.
package enum ServiceAnswer: Equatable, Sendable {
  case table(ServiceTable)
  /// Done; with a sentence, and what the server said for machines.
  case done(String, JSONValue)
  /// A file: its name, media type and bytes.
  case document(name: String, type: String, bytes: [UInt8])
  /// Refused or failed; a sentence that says what to do.
  case failed(String)
  /// This call system has nothing of the kind.
  case unsupported
}

/// Rows for people, and the same for machines.
package struct ServiceTable: Equatable, Sendable {
  package var columns: [String]
  /// As many cells a row as columns; shown only after `HarmlessText`.
  package var rows: [[String]]
  /// As `--json` prints it.
  package var json: JSONValue
  /// What is told in place of no rows: a sentence that says what there is none of.
  package var emptiness: String

  package init(
    columns: [String], rows: [[String]], json: JSONValue,
    emptiness: String = "The server has nothing of the kind yet."
  ) {
    self.columns = columns
    self.rows = rows
    self.json = json
    self.emptiness = emptiness
  }
}
