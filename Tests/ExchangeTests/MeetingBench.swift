import Basics
import BotServerWire
import Formats
import Simulation
import Testing
import Transport

@testable import Exchange

/// People of an exchange who meet: each has a token and a socket.
struct MeetingBench {
  let bench: ExchangeBench
  private(set) var tokens: [String: String] = [:]
  private(set) var sockets: [String: Int] = [:]

  init(_ names: [String], settings: ExchangeSettings = .forTests) throws {
    bench = ExchangeBench(settings: settings)
    for name in names {
      tokens[name] = try bench.signIn(name)
      sockets[name] = try bench.connect(tokens[name] ?? "")
    }
    for name in names { _ = try news(of: name) }
  }

  /// Who meet in the lobby, with media that stands.
  static func inLobby(_ names: [String], settings: ExchangeSettings = .forTests) throws -> (
    MeetingBench, callID: String
  ) {
    let bench = try MeetingBench(names, settings: settings)
    var callID = ""
    for name in names {
      callID = try bench.join("lobby", name).callID
      try bench.say(.callOffer(callID: callID, sdp: "offer of \(name)"), as: name)
    }
    for name in names { _ = try bench.news(of: name) }
    return (bench, callID)
  }

  // MARK: Requests

  func get(_ path: String, as name: String) throws -> Answer {
    try bench.get(path, token: tokens[name])
  }

  func post(_ path: String, _ body: JSONValue = [:], as name: String) throws -> Answer {
    try bench.post(path, body, token: tokens[name])
  }

  func joining(
    _ room: String, _ name: String, password: String? = nil
  ) throws -> Answer {
    let message = JoinRoomMessage(displayName: name, password: password.map { Secret($0) })
    return try post(BotServerPath.join(room), message.encoded(), as: name)
  }

  func join(_ room: String, _ name: String) throws -> JoinedRoomMessage {
    let answer = try joining(room, name)
    try #require(answer.status == 200, "\(answer.body.text)")
    return try JoinedRoomMessage(decoding: answer.body)
  }

  func makeRoom(_ body: JSONValue, by name: String) throws -> RoomMessage {
    let answer = try post(BotServerPath.rooms, body, as: name)
    try #require(answer.status == 201, "\(answer.body.text)")
    return try RoomMessage(decoding: answer.body)
  }

  func call(_ body: JSONValue, by name: String) throws -> CallMessage {
    let answer = try post(BotServerPath.initiate, body, as: name)
    try #require(answer.status == 201, "\(answer.body.text)")
    return try #require(answer.call)
  }

  // MARK: Sockets

  func say(_ message: MeetMessage, as name: String) throws {
    try bench.say(message, over: sockets[name] ?? 0)
  }

  func news(of name: String) throws -> [MeetMessage] { try bench.news(of: sockets[name] ?? 0) }

  func statuses(of name: String) throws -> [CallMessage.Status] {
    try news(of: name).compactMap { message in
      if case .callUpdated(let call) = message { return call.status }
      return nil
    }
  }

  func report(_ report: AttendantReport) { bench.feed(.attendant(report)) }

  /// What the participants of a room are called now.
  func members(of room: String, as name: String) throws -> [String] {
    ParticipantsMessage(decoding: try get(BotServerPath.participants(room), as: name).body)
      .participants.map { "\($0.userID) \($0.role) \($0.status ?? "")" }
  }
}
