import Basics
import Formats
import Transport
import XMPP

/// The exchange as a Jitsi Meet server for sound: configuration, XMPP on WebSockets, rooms, and a focus
/// that brings everybody's sound together through the forwarder (protocols.md B.9).
///
/// Rooms begin when somebody asks for them and end when the last one leaves.
enum JitsiFacade: Facade {
  static let name = FacadeName.jitsi
  static let subprotocols = ["xmpp"]

  static func owns(_ request: HTTPRequest, _ target: RequestTarget) -> Bool {
    switch target.segments {
    case ["config.js"], ["xmpp-websocket"], ["conference-request", "v1"]: true
    default: room(in: target) != nil && (request.method == .get || request.method == .head)
    }
  }

  static func takesSocket(at target: RequestTarget) -> Bool {
    target.segments == ["xmpp-websocket"]
  }

  // MARK: Requests

  static func serve(
    _ id: ExchangeRequestID, from address: String, _ request: HTTPRequest, _ target: RequestTarget,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    do throws(ExchangeRefusal) {
      try exchange.spend(nil, from: address, turn.now)
      switch target.segments {
      case ["config.js"]:
        try require(request, .get, .head)
        let script = configuration(for: ClientOrigin(of: request, exchange.settings))
        exchange.answer(id, BotServerFacade.text(script, "text/javascript; charset=utf-8"), &turn)
      case ["xmpp-websocket"]: throw .socketOnly
      case ["conference-request", "v1"]:
        try require(request, .post)
        let reply = try takeConferenceRequest(request, in: &exchange, &turn)
        exchange.answer(id, BotServerFacade.json(200, reply), &turn)
      default:
        let page = page(
          of: room(in: target) ?? "", in: exchange, ClientOrigin(of: request, exchange.settings))
        exchange.answer(id, BotServerFacade.text(page, "text/plain; charset=utf-8"), &turn)
      }
    } catch {
      exchange.refuse(id, error, &turn)
    }
  }

  private static func require(
    _ request: HTTPRequest, _ methods: HTTPMethod...
  ) throws(ExchangeRefusal) {
    guard methods.contains(request.method) else {
      throw .wrongMethod(allowed: methods.map(\.rawValue))
    }
  }

  /// The focus asked by HTTP instead of by a stanza (protocols.md B.2, step 7).
  private static func takeConferenceRequest(
    _ request: HTTPRequest, in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> JSONValue {
    guard let body = try? JSONValue(decoding: request.body), let name = body["room"]?.string,
      let room = JitsiDomain.room(name)
    else { throw .badRequest("The body names no room: {\"room\": \"NAME@\(JitsiDomain.rooms)\"}.") }
    let mutedFrom = body["properties"]?["startAudioMuted"].flatMap {
      $0.integer ?? $0.string.flatMap { Int($0) }
    }
    guard prepare(room, mutedFrom: mutedFrom, in: &exchange, &turn) else {
      throw .tooMany("The exchange holds no more conferences.", retryAfter: .seconds(30))
    }
    return [
      "ready": true, "focusJid": .string(JitsiDomain.focusUser), "room": .string(room.description),
      "properties": ["authentication": "false"],
    ]
  }

  /// The name in a room's URL: one segment that is no other path and could not be a file's.
  static func room(in target: RequestTarget) -> String? {
    guard target.segments.count == 1, let name = target.segments.first,
      !name.utf8.contains(UInt8(ascii: ".")),
      !BotServerFacade.routes.contains(where: { $0.path == "/" + name }),
      JID(node: name, domain: JitsiDomain.rooms) != nil
    else { return nil }
    return name
  }

  private static func page(
    of room: String, in exchange: Exchange, _ origin: ClientOrigin?
  ) -> String {
    let count = exchange.conferenceCount(room)
    return """
      This is the conference “\(HarmlessText.line(room, limit: 200))” with \(count) in it.

      Join it with the terminal phone:

          tipring call \(HarmlessText.line(origin?.page("/\(room)") ?? room, limit: 512))

      or from any client of Jitsi Meet that takes the address of a server.
      """ + "\n"
  }

  /// What a client reads first (protocols.md B.1).
  private static func configuration(for origin: ClientOrigin?) -> String {
    var lines = [
      "// The conferences of this exchange.", "var config = {", "  hosts: {",
      "    domain: '\(JitsiDomain.main)',", "    muc: '\(JitsiDomain.rooms)',",
      "    focus: '\(JitsiDomain.focus)',", "  },",
    ]
    if let origin {
      lines += [
        "  websocket: '\(origin.socket("/xmpp-websocket"))',",
        "  conferenceRequestUrl: '\(origin.page("/conference-request/v1"))',",
      ]
    }
    lines += [
      "  bridgeChannel: {},", "  p2p: { enabled: false },", "  enableIceRestart: true,", "};",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Sockets

  static func openSocket(
    _ id: ExchangeSocketID, from address: String, _ request: HTTPRequest, _ target: RequestTarget,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    do throws(ExchangeRefusal) {
      try exchange.spend(nil, from: address, turn.now)
      try exchange.admit(id, of: name, from: address, turn.now)
      exchange.jitsi.server.opened(id, at: turn.now)
    } catch {
      exchange.reject(id, BotServerFacade.response(to: error), &turn)
    }
  }

  static func take(
    _ text: String, over id: ExchangeSocketID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    let effects = exchange.jitsi.server.receive(text, over: id, using: exchange.ports)
    perform(effects, in: &exchange, &turn)
  }

  static func socketClosed(
    _ id: ExchangeSocketID, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    perform(exchange.jitsi.server.closed(id, at: turn.now), in: &exchange, &turn)
  }

  // MARK: Media and time

  static func take(
    _ report: AttendantReport, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let leg = report.callID, let node = exchange.jitsi.roomOfLeg[leg] else { return }
    let effects = exchange.jitsi.rooms[node]?.focus.take(
      report, of: leg, at: turn.now, using: exchange.ports)
    perform(effects ?? [], in: node, of: &exchange, &turn)
  }

  static func deadline(of exchange: Exchange) -> Instant? { exchange.jitsi.deadline }

  static func expire(in exchange: inout Exchange, _ turn: inout Turn) {
    perform(exchange.jitsi.server.expire(at: turn.now), in: &exchange, &turn)
    for node in exchange.jitsi.rooms.keys.sorted() {
      let effects = exchange.jitsi.rooms[node]?.focus.expire(at: turn.now, using: exchange.ports)
      perform(effects ?? [], in: node, of: &exchange, &turn)
      if let end = exchange.jitsi.rooms[node]?.emptyUntil, end <= turn.now {
        exchange.jitsi.rooms[node] = nil
      }
    }
  }
}
