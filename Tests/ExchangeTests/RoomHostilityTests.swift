import Basics
import BotServerWire
import Formats
import Simulation
import Testing
import Transport

@testable import Exchange

/// What clients may say about rooms, each kind forged, truncated, oversized, out of order and twice.
@Suite("Exchange: hostile words about rooms")
struct RoomHostilityTests {
  /// The kinds of message that a client sends about a room.
  enum Kind: String, CaseIterable {
    case offer, answer, candidate, end, mute, chat, transcription, quality, ringing

    func message(of user: String, in callID: String, room: String = "lobby") -> MeetMessage {
      switch self {
      case .offer: return .callOffer(callID: callID, sdp: "renewed")
      case .answer: return .callAnswer(callID: callID, sdp: "answer")
      case .candidate: return .iceCandidate(callID: callID, candidate: "c")
      case .end: return .endOfCandidates(callID: callID)
      case .mute:
        let own = ParticipantMessage(
          userID: user, displayName: user, role: "participant", isBot: false, audio: false,
          video: false, joinedAt: nil)
        return .participantUpdate(
          ParticipantUpdate(roomID: room, callID: callID, participant: own, action: .muted))
      case .chat: return .chat(roomID: room, participantID: user, content: "hello")
      case .transcription:
        return .transcription(
          TranscriptionMessage(
            callID: callID, participantID: user, displayName: user, text: "hi", isFinal: true,
            at: nil))
      case .quality: return .callQuality(callID: callID, score: 4.2)
      case .ringing: return .callRinging(callID: callID)
      }
    }
  }

  private var settings: ExchangeSettings {
    var settings = ExchangeSettings.forTests
    settings.limits.messagesPerSecond = 1e9
    settings.limits.messageBurst = 1e9
    settings.limits.faultsPerSocket = .max
    return settings
  }

  @Test(
    "forged: who is not in the room reaches neither its people nor its media",
    arguments: Kind.allCases)
  func forged(kind: Kind) throws {
    let (bench, callID) = try MeetingBench.inLobby(["alice", "bob"], settings: settings)
    let token = try bench.bench.signIn("mallory")
    let socket = try bench.bench.connect(token)
    for name in ["alice", "bob"] { _ = try bench.news(of: name) }
    _ = bench.bench.takeOrders()
    for user in ["alice", "mallory"] {
      try bench.bench.say(kind.message(of: user, in: callID), over: socket)
    }
    #expect(bench.bench.takeOrders() == [])
    for name in ["alice", "bob"] { #expect(try bench.news(of: name) == []) }
    try stillMeet(bench)
  }

  @Test("forged: nobody speaks in another's name", arguments: [Kind.mute, .chat, .transcription])
  func impersonated(kind: Kind) throws {
    let (bench, callID) = try MeetingBench.inLobby(["alice", "bob"], settings: settings)
    _ = bench.bench.takeOrders()
    try bench.say(kind.message(of: "alice", in: callID), as: "bob")
    #expect(bench.bench.takeOrders() == [], "alice is not muted")
    for message in try bench.news(of: "alice") {
      switch message {
      case .chat(_, let sender, _): #expect(sender == "bob")
      case .transcription(let words):
        #expect(words.participantID == "bob" && words.displayName == "bob")
      default: Issue.record("\(message)")
      }
    }
  }

  @Test("truncated: no beginning of a message does anything", arguments: Kind.allCases)
  func truncated(kind: Kind) throws {
    let (bench, callID) = try MeetingBench.inLobby(["alice", "bob"], settings: settings)
    _ = bench.bench.takeOrders()
    let text = Array(kind.message(of: "bob", in: callID).encoded().utf8)
    for count in 0..<text.count {
      try bench.bench.send(
        String(decoding: text[..<count], as: UTF8.self), over: bench.sockets["bob"] ?? 0)
    }
    #expect(bench.bench.takeOrders() == [])
    #expect(try bench.news(of: "alice") == [])
    try stillMeet(bench)
  }

  @Test("oversized: what is passed on is bounded", arguments: Kind.allCases)
  func oversized(kind: Kind) throws {
    let (bench, callID) = try MeetingBench.inLobby(["alice", "bob"], settings: settings)
    _ = bench.bench.takeOrders()
    let value = try JSONValue(decoding: kind.message(of: "bob", in: callID).encoded())
    let long = String(repeating: "y", count: 900_000)
    for name in ["sdp", "candidate", "content", "text", "display_name", "participant_id"] {
      guard var members = value.object, members[name] != nil else { continue }
      members[name] = .string(long)
      try bench.bench.send(JSONValue.object(members).text, over: bench.sockets["bob"] ?? 0)
    }
    for message in try bench.news(of: "alice") {
      #expect(message.encoded().utf8.count < 20_000, "\(kind)")
    }
    for order in bench.bench.takeOrders() {
      #expect("\(order)".utf8.count < 100_000, "\(kind)")
    }
    try stillMeet(bench)
  }

  @Test(
    "out of order: what comes before the seat is taken, or after it was left, is not carried out",
    arguments: Kind.allCases)
  func outOfOrder(kind: Kind) throws {
    let (bench, callID) = try MeetingBench.inLobby(["alice"], settings: settings)
    let late = try MeetingBench.signIn("bob", to: bench)
    _ = (try bench.news(of: "alice"), bench.bench.takeOrders())
    try bench.bench.say(kind.message(of: "bob", in: callID), over: late.socket)
    #expect(bench.bench.takeOrders() == [])
    #expect(try bench.news(of: "alice") == [])
    _ = try bench.bench.post(
      BotServerPath.join("lobby"), JoinRoomMessage(displayName: "bob").encoded(), token: late.token)
    _ = try bench.bench.post(BotServerPath.leave("lobby"), [:], token: late.token)
    _ = (try bench.news(of: "alice"), bench.bench.takeOrders())
    try bench.bench.say(kind.message(of: "bob", in: callID), over: late.socket)
    #expect(bench.bench.takeOrders() == [])
    #expect(try bench.news(of: "alice") == [])
    #expect(try bench.members(of: "lobby", as: "alice") == ["alice host joined"])
  }

  @Test("duplicated: a second one changes nothing more than the first", arguments: Kind.allCases)
  func duplicated(kind: Kind) throws {
    let (bench, callID) = try MeetingBench.inLobby(["alice", "bob"], settings: settings)
    for _ in 0..<2 { try bench.say(kind.message(of: "bob", in: callID), as: "bob") }
    switch kind {
    case .mute:
      let told = try bench.news(of: "alice").count
      #expect(told == 1, "muted once")
    case .ringing: #expect(try bench.news(of: "alice") == [], "who is in the room does not ring")
    case .offer, .answer, .candidate, .end, .chat, .transcription, .quality: break
    }
    try stillMeet(bench)
  }

  @Test("requests about rooms are forged, cut, oversized, early and twice without harm")
  func requests() throws {
    let bench = try MeetingBench(["alice", "bob", "mallory"], settings: settings)
    let room = try bench.makeRoom(["name": "Clinic", "waiting_room": true], by: "alice")
    let paths = [
      BotServerPath.join(room.roomID), BotServerPath.leave(room.roomID),
      BotServerPath.rooms, BotServerPath.join("nowhere"), BotServerPath.leave("../../etc/passwd"),
    ]
    let long = String(repeating: "n", count: 300_000)
    for path in paths {
      for body in ["", "{", "[]", "{\"password\":", "{\"name\":\"\(long)\"}", "\u{0}"] {
        let request = HTTPRequest(
          .post, path, fields: ["Authorization": "Bearer \(bench.tokens["mallory"] ?? "")"],
          body: Array(body.utf8))
        let status = try bench.bench.request(request).status
        #expect(status < 500, "\(path) \(body.prefix(20)): \(status)")
        bench.bench.advance(.seconds(1))
      }
    }
    // Only its owner closes a room, and who has not joined cannot leave.
    #expect(try bench.post(BotServerPath.leave(room.roomID), as: "bob").status >= 400)
    _ = try bench.join(room.roomID, "alice")
    let again = try bench.joining(room.roomID, "alice")
    #expect(again.status == 200, "the same phone may join anew")
    #expect(
      try bench.members(of: room.roomID, as: "alice").filter { $0.hasPrefix("alice") }.count == 1)
    #expect(try bench.post(BotServerPath.leave(room.roomID), as: "alice").status == 200)
    #expect(try bench.post(BotServerPath.leave(room.roomID), as: "alice").errorCode == "call_ended")
  }

  /// Both are in the room, hear of each other, and can leave.
  private func stillMeet(_ bench: MeetingBench) throws {
    #expect(
      try bench.members(of: "lobby", as: "bob") == ["alice host joined", "bob participant joined"])
    #expect(try bench.post(BotServerPath.leave("lobby"), as: "bob").status == 200)
    let told = try bench.news(of: "alice").contains { message in
      guard case .participantUpdate(let update) = message else { return false }
      return update.action == .left && update.participant.userID == "bob"
    }
    #expect(told)
  }
}

extension MeetingBench {
  /// Somebody who comes later.
  fileprivate static func signIn(
    _ name: String, to bench: MeetingBench
  ) throws -> (token: String, socket: Int) {
    let token = try bench.bench.signIn(name)
    return (token, try bench.bench.connect(token))
  }
}
