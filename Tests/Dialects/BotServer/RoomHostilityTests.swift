import BotServerClient
import BotServerWire
import Calling
import Formats
import SDP
import Testing
import Transport

/// What a server may say about a room, each kind forged, truncated, oversized, out of order and twice.
@Suite("BotServer: hostile words about rooms")
struct RoomHostilityTests {
  /// The kinds that are about rooms.
  enum Kind: String, CaseIterable {
    case status, joined, left, muted, waiting, admitted, refused, recording, chat, transcription
    case updated, offer, answer, path, end

    /// A message of the kind about a call and its room.
    func message(call id: String = "call_9", room name: String = "room_1") -> MeetMessage {
      func update(_ action: ParticipantUpdate.Action, audio: Bool = true) -> MeetMessage {
        var other = member("carol", "Carol")
        other.audio = audio
        other.status = action == .left ? "left" : "joined"
        return .participantUpdate(
          ParticipantUpdate(roomID: name, callID: id, participant: other, action: action))
      }
      switch self {
      case .status:
        var shown = room()
        shown.roomID = name
        shown.participantCount = 2
        return .roomStatus(shown, status: "active")
      case .joined: return update(.joined)
      case .left: return update(.left)
      case .muted: return update(.muted, audio: false)
      case .waiting: return update(.waiting)
      case .admitted: return update(.admitted)
      case .refused: return update(.refused)
      case .recording: return .recordingControl(roomID: name, callID: id, action: "start")
      case .chat: return .chat(roomID: name, participantID: "bob", content: "hello")
      case .transcription:
        return .transcription(
          TranscriptionMessage(
            callID: id, participantID: "bob", displayName: "Bob", text: "hi", isFinal: true, at: nil
          ))
      case .updated:
        var message = call(.active, id: id, from: "bob")
        message.kind = "conference"
        return .callUpdated(message)
      case .offer: return .callOffer(callID: id, sdp: description(1).encoded())
      case .answer: return .callAnswer(callID: id, sdp: description(2).encoded())
      case .path: return .iceCandidate(callID: id, candidate: candidate(4).encoded())
      case .end: return .endOfCandidates(callID: id)
      }
    }

    /// Whether a second one of the same words tells nothing new and is not told again.
    var isToldOnce: Bool {
      switch self {
      case .status, .joined, .left, .muted, .updated, .offer, .answer: true
      // Each of these stands for itself: a line of chat may be written twice.
      case .waiting, .admitted, .refused, .recording, .chat, .transcription, .path, .end: false
      }
    }
  }

  @Test(
    "forged: what is about other rooms and calls changes nothing here", arguments: Kind.allCases)
  func forged(kind: Kind) throws {
    var bench = try seated()
    try bench.push(kind.message(call: "call_other", room: "room_other"))
    // That there is another room is news of the contacts, and of nothing else.
    let reports = bench.takeReports().filter { if case .contacts = $0 { false } else { true } }
    #expect(reports == [])
    #expect(bench.questions == [])
    try stillSits(&bench)
  }

  @Test("truncated: no beginning of a message does harm", arguments: Kind.allCases)
  func truncated(kind: Kind) throws {
    var bench = try seated()
    let text = Array(kind.message().encoded().utf8)
    for count in 0..<text.count {
      try bench.push(text: String(decoding: text[..<count], as: UTF8.self))
    }
    #expect(bench.takeReports() == [])
    #expect(bench.notes.count <= 20)
    try stillSits(&bench)
  }

  @Test("oversized: what is told stays of a size that can be shown", arguments: Kind.allCases)
  func oversized(kind: Kind) throws {
    var bench = try seated()
    let value = try JSONValue(decoding: kind.message().encoded())
    for text in ["x", "\u{1B}[2J", "🦜"].map({ String(repeating: $0, count: 100_000) }) {
      try bench.push(text: value.replacingTexts(with: text).text)
    }
    for report in bench.takeReports() {
      #expect("\(report)".utf8.count < 40_000, "\(kind) is told at \("\(report)".utf8.count) bytes")
    }
    try stillSits(&bench)
  }

  @Test(
    "out of order: what comes before the room is joined, or after it was left, is told of no call",
    arguments: Kind.allCases)
  func outOfOrder(kind: Kind) throws {
    var bench = try ClientBench.signedIn(rooms: [room().encoded()])
    bench.order(.place(outgoingID, to: "room:room_1", kind: .audio))
    try bench.push(kind.message())
    for report in bench.takeReports() {
      switch report {
      case .contacts, .participants(outgoingID, _), .callNotice(outgoingID, _),
        .message(outgoingID, _, _):
        break
      default: Issue.record("\(report) before the room is joined")
      }
    }
    try bench.reply(join, 200, joined().encoded())
    #expect(bench.takeReports().contains(.accepted(outgoingID)), "the room is joined all the same")
    bench.order(.end(outgoingID, .hungUp))
    try bench.reply("POST /api/v1/calls/rooms/room_1/leave", 200, ["status": "left"])
    _ = bench.takeReports()
    try bench.push(kind.message())
    let reports = bench.takeReports().filter { if case .contacts = $0 { false } else { true } }
    #expect(reports == [])
    #expect(bench.questions == [])
  }

  @Test("duplicated: the second of two tells nothing new", arguments: Kind.allCases)
  func duplicated(kind: Kind) throws {
    var bench = try seated()
    // So that somebody is there who can leave, and be muted.
    if kind == .left || kind == .muted { try bench.push(Kind.joined.message()) }
    _ = bench.takeReports()
    try bench.push(kind.message())
    let first = bench.takeReports()
    try bench.push(kind.message())
    let second = bench.takeReports()
    if kind.isToldOnce {
      #expect(second == [], "\(first)")
    } else {
      #expect(second == first)
    }
    #expect(bench.questions == [])
    try stillSits(&bench)
  }

  @Test("answers to joining that lie, are cut, or are huge end the call with a sentence")
  func joining() throws {
    let whole = joined().encoded()
    var other = joined()
    other.callID = String(repeating: "c", count: 100_000)
    var bodies = [other.encoded().text, "[]", "{\"room\":{}}"]
    let text = Array(whole.text.utf8)
    for count in stride(from: 0, to: text.count, by: 7) {
      bodies.append(String(decoding: text[..<count], as: UTF8.self))
    }
    for body in bodies {
      var bench = try ClientBench.signedIn(rooms: [room().encoded()])
      bench.order(.place(outgoingID, to: "room:room_1", kind: .audio))
      try bench.reply(join, HTTPResponse(status: 200, body: Array(body.utf8)))
      guard case .ended(outgoingID, .signalingFailed(let words))? = bench.takeReports().last else {
        Issue.record("\(body.prefix(60)) was taken")
        continue
      }
      #expect(!words.isEmpty && words.utf8.count < 1_000)
      #expect(bench.questions == ["POST /api/v1/calls/rooms/room_1/leave"])
    }
    var crowd = joined()
    crowd.participants = (0..<2_000).map { member("u\($0)", "U") }
    var bench = try ClientBench.signedIn(rooms: [room().encoded()])
    bench.order(.place(outgoingID, to: "room:room_1", kind: .audio))
    try bench.reply(join, 200, crowd.encoded())
    for report in bench.takeReports() {
      guard case .participants(_, let people) = report else { continue }
      #expect(people.count <= ParticipantsMessage.limit)
    }
  }

  // MARK: Words of the script

  private let join = "POST /api/v1/calls/rooms/room_1/join"

  /// In a room, with everything of that told.
  private func seated() throws -> ClientBench {
    var bench = try ClientBench.signedIn(rooms: [room().encoded()])
    bench.order(.place(outgoingID, to: "room:room_1", kind: .audio))
    try bench.reply(join, 200, joined().encoded())
    _ = bench.takeReports()
    return bench
  }

  /// The room is still ours to leave.
  private func stillSits(_ bench: inout ClientBench) throws {
    bench.order(.end(outgoingID, .hungUp))
    #expect(bench.questions == ["POST /api/v1/calls/rooms/room_1/leave"])
  }
}

extension JSONValue {
  /// With each text beside names of kinds and rooms replaced.
  fileprivate func replacingTexts(with text: String) -> JSONValue {
    switch self {
    case .null, .boolean, .integer, .number: return self
    case .string: return .string(text)
    case .array(let elements): return .array(elements.map { $0.replacingTexts(with: text) })
    case .object(let members):
      let kept: Set = ["type", "room_id", "call_id", "action", "status", "user_id"]
      return .object(
        members.reduce(into: [:]) { result, member in
          result[member.key] =
            kept.contains(member.key) ? member.value : member.value.replacingTexts(with: text)
        })
    }
  }
}
