import Basics
import BotServerWire
package import Transport

/// Which dialects the exchange speaks.
enum FacadeName: String, CaseIterable, Sendable {
  case botServer
  case jitsi
  case zulip
  case nexacon
  case buzzi
  case whatsApp
}

extension FacadeName {
  var type: any Facade.Type {
    switch self {
    case .botServer: BotServerFacade.self
    case .jitsi: JitsiFacade.self
    case .zulip: ZulipFacade.self
    case .nexacon: NexaconFacade.self
    case .buzzi: BuzziFacade.self
    case .whatsApp: WhatsAppFacade.self
    }
  }
}

/// One dialect's words for the exchange: which requests and sockets are its own, and what it does with
/// them. What it remembers stands in `Exchange`, in a property of its own.
protocol Facade: SendableMetatype {
  static var name: FacadeName { get }

  /// Whether it answers that request, or takes a WebSocket at that path. Facades are asked in the order of
  /// ``Exchange/facades``; the first that says yes is given it.
  static func owns(_ request: HTTPRequest, _ target: RequestTarget) -> Bool

  /// Answers, by ``Exchange/answer(_:_:_:)``, now or later.
  static func serve(
    _ id: ExchangeRequestID, from address: String, _ request: HTTPRequest, _ target: RequestTarget,
    in exchange: inout Exchange, _ turn: inout Turn)

  /// A refusal that needs no exchange, in the dialect's words.
  static func refusal(_ status: Int, _ code: String, _ text: String) -> HTTPResponse

  /// Whether that path is a WebSocket's.
  static func takesSocket(at target: RequestTarget) -> Bool

  /// Those it speaks on its WebSockets; the first that a client offers is agreed on (RFC 6455 §1.9).
  static var subprotocols: [String] { get }

  /// Takes a WebSocket by ``Exchange/admit(_:of:from:_:)``, or rejects it by ``Exchange/reject(_:_:_:)``.
  static func openSocket(
    _ id: ExchangeSocketID, from address: String, _ request: HTTPRequest, _ target: RequestTarget,
    in exchange: inout Exchange, _ turn: inout Turn)

  /// A message on one of its sockets, within the limits of size and pace.
  static func take(
    _ text: String, over id: ExchangeSocketID, in exchange: inout Exchange, _ turn: inout Turn)

  /// One of its sockets has closed; it is forgotten already.
  static func socketClosed(
    _ id: ExchangeSocketID, in exchange: inout Exchange, _ turn: inout Turn)

  /// Tells a user's socket of this facade what has happened in a call that goes through
  /// ``Exchange/place(from:to:kind:_:)``, or to somebody's presence.
  static func tell(
    _ news: ExchangeNews, over id: ExchangeSocketID, in exchange: Exchange, _ turn: inout Turn)

  /// Tells what has happened in a call to one of its visitors; see ``Exchange/welcomeVisitor(_:of:)``.
  static func take(
    _ news: ExchangeNews, for visitor: String, in exchange: inout Exchange, _ turn: inout Turn)

  /// What came of a request or socket of its own to another server; `key` as given to
  /// ``Exchange/ask(_:for:key:_:)`` or ``Exchange/connect(_:for:key:_:)``.
  static func take(
    _ event: TransportEvent, for key: String, in exchange: inout Exchange, _ turn: inout Turn)

  /// What the store has answered to a question of its own; `key` as given to
  /// ``Exchange/askStore(for:key:_:_:)``.
  static func take(
    _ answer: StoreAnswer, for key: String, in exchange: inout Exchange, _ turn: inout Turn)

  /// What became of one of its legs, or of any room.
  static func take(_ report: AttendantReport, in exchange: inout Exchange, _ turn: inout Turn)

  /// Somebody has come into a conference or has left it; with 0 it is over.
  ///
  /// - Parameter name: as in the conference's URL, in lower case.
  static func conference(
    _ name: String, has count: Int, in exchange: inout Exchange, _ turn: inout Turn)

  /// Takes up what it had put by; called once, with all documents.
  static func restore(
    _ documents: [StoredDocument], in exchange: inout Exchange, _ turn: inout Turn)

  /// When ``expire(in:_:)`` is next due.
  static func deadline(of exchange: Exchange) -> Instant?
  static func expire(in exchange: inout Exchange, _ turn: inout Turn)
}

extension Facade {
  static func refusal(_ status: Int, _ code: String, _ text: String) -> HTTPResponse {
    BotServerFacade.json(status, ErrorMessage(code: code, message: text).encoded())
  }
  static func takesSocket(at target: RequestTarget) -> Bool { false }
  static var subprotocols: [String] { [] }
  static func openSocket(
    _ id: ExchangeSocketID, from address: String, _ request: HTTPRequest, _ target: RequestTarget,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {}
  static func take(
    _ text: String, over id: ExchangeSocketID, in exchange: inout Exchange, _ turn: inout Turn
  ) {}
  static func socketClosed(
    _ id: ExchangeSocketID, in exchange: inout Exchange, _ turn: inout Turn
  ) {}
  static func tell(
    _ news: ExchangeNews, over id: ExchangeSocketID, in exchange: Exchange, _ turn: inout Turn
  ) {}
  static func take(
    _ news: ExchangeNews, for visitor: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {}
  static func take(
    _ event: TransportEvent, for key: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {}
  static func take(
    _ answer: StoreAnswer, for key: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {}
  static func take(
    _ report: AttendantReport, in exchange: inout Exchange, _ turn: inout Turn
  ) {}
  static func conference(
    _ name: String, has count: Int, in exchange: inout Exchange, _ turn: inout Turn
  ) {}
  static func restore(
    _ documents: [StoredDocument], in exchange: inout Exchange, _ turn: inout Turn
  ) {}
  static func deadline(of exchange: Exchange) -> Instant? { nil }
  static func expire(in exchange: inout Exchange, _ turn: inout Turn) {}
}

extension Exchange {
  /// In the order in which they are asked; Jitsi's takes every single name for a room, and BotServer's
  /// answers what is nobody's.
  static let facades: [any Facade.Type] = [
    ZulipFacade.self, NexaconFacade.self, BuzziFacade.self, WhatsAppFacade.self, JitsiFacade.self,
    BotServerFacade.self,
  ]

  static func facade(for request: HTTPRequest, _ target: RequestTarget) -> any Facade.Type {
    facades.first { $0.owns(request, target) } ?? BotServerFacade.self
  }

  /// Refuses a request that the exchange is not given, in the words of the system that it is for.
  package static func refusal(
    _ status: Int, _ code: String, _ text: String, of request: HTTPRequest
  ) -> HTTPResponse {
    guard let target = RequestTarget(request.url) else {
      return BotServerFacade.refusal(status, code, text)
    }
    return facade(for: request, target).refusal(status, code, text)
  }

  /// Whether the path and query name a WebSocket of the exchange.
  package static func isSocketPath(_ url: String) -> Bool {
    guard let target = RequestTarget(url) else { return false }
    return facades.contains { $0.takesSocket(at: target) }
  }

  /// What is agreed on with a client that offers these subprotocols for its WebSocket.
  package static func subprotocol(at url: String, among offered: [String]) -> String? {
    guard let target = RequestTarget(url),
      let facade = facades.first(where: { $0.takesSocket(at: target) })
    else { return nil }
    return offered.first(where: facade.subprotocols.contains)
  }
}
