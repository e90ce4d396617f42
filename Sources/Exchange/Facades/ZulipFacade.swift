import Basics
import Formats
import Transport
import ZulipWire

/// Why a Zulip server does not do what was asked: an HTTP status and its body.
struct ZulipRefusal: Error, Equatable {
  var status: Int
  var problem: ZulipProblem
  /// The only method that the path has, where another was used.
  var allowed: HTTPMethod?

  init(
    _ status: Int, _ message: String, code: String? = nil, existing: String? = nil,
    retryAfter: Double? = nil
  ) {
    self.status = status
    problem = ZulipProblem(
      message, code: code, existingCallID: existing, retryAfter: retryAfter)
  }

  static func badQueue(_ id: String) -> ZulipRefusal {
    var refusal = ZulipRefusal(400, "Bad event queue ID: \(HarmlessText.line(id, limit: 80))")
    refusal.problem.code = ZulipProblem.badQueue
    refusal.problem.queueID = id
    return refusal
  }

  static func missing(_ parameter: String) -> ZulipRefusal {
    var refusal = ZulipRefusal(400, "Missing '\(parameter)' argument")
    refusal.problem.code = "REQUEST_VARIABLE_MISSING"
    refusal.problem.parameter = parameter
    return refusal
  }

  static func wrongMethod(_ allowed: HTTPMethod) -> ZulipRefusal {
    var refusal = ZulipRefusal(405, "Method Not Allowed", code: "METHOD_NOT_ALLOWED")
    refusal.allowed = allowed
    return refusal
  }

  /// A server without the calls API knows no such path.
  static let nothingThere = ZulipRefusal(404, "")
}

/// The exchange as a Zulip server with calls (protocols A.2 to A.7).
enum ZulipFacade: Facade {
  static let name = FacadeName.zulip

  static func owns(_ request: HTTPRequest, _ target: RequestTarget) -> Bool {
    let path = target.segments
    guard path.count >= 3, path[0] == "api", path[1] == "v1" else { return false }
    switch path[2] {
    case "users", "register", "events", "messages", "realm", "server_settings", "fetch_api_key":
      return true
    case "calls": return path.count >= 4 && ownsCall(path.dropFirst(3).map { $0 }, request, target)
    default: return false
    }
  }

  /// Some paths are BotServer's as well, which is asked with a bearer token and JSON.
  private static func ownsCall(
    _ path: [String], _ request: HTTPRequest, _ target: RequestTarget
  ) -> Bool {
    switch (path[0], path.last) {
    case ("create", _), ("create-embedded", _), ("start", _), ("acknowledge", _),
      ("heartbeat", _), ("active", _), ("end-all", _), ("group", _), (_, "cancel"):
      true
    default: isZulips(request, target)
    }
  }

  private static func isZulips(_ request: HTTPRequest, _ target: RequestTarget) -> Bool {
    let scheme = request.fields["Authorization"]?.prefix(6).lowercased()
    let type = request.fields["Content-Type"]?.lowercased()
    return scheme == "basic " || target["api_key"] != nil
      || (scheme == nil && type?.hasPrefix(formType) == true)
  }

  static func serve(
    _ id: ExchangeRequestID, from address: String, _ request: HTTPRequest, _ target: RequestTarget,
    in exchange: inout Exchange, _ turn: inout Turn
  ) {
    do throws(ZulipRefusal) {
      let response = try carryOut(id, from: address, request, target, in: &exchange, &turn)
      if let response { exchange.answer(id, response, &turn) }
    } catch {
      if target.segments.dropFirst(2).first == "calls" {
        exchange.zulip.counters.refusedCalls &+= 1
      }
      exchange.answer(id, response(to: error), &turn)
    }
  }

  static func refusal(_ status: Int, _ code: String, _ text: String) -> HTTPResponse {
    response(to: ZulipRefusal(status, text, code: code.uppercased()))
  }

  static func restore(
    _ documents: [StoredDocument], in exchange: inout Exchange, _ turn: inout Turn
  ) {
    exchange.restoreZulip(documents, &turn)
  }

  static func deadline(of exchange: Exchange) -> Instant? {
    exchange.zulip.deadline(exchange.settings.zulip)
  }

  static func expire(in exchange: inout Exchange, _ turn: inout Turn) {
    exchange.expireZulip(&turn)
  }

  // MARK: Requests

  /// - Returns: `nil` when the answer comes later.
  private static func carryOut(
    _ id: ExchangeRequestID, from address: String, _ request: HTTPRequest, _ target: RequestTarget,
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse? {
    let parameters = try parameters(of: request, target)
    let base = base(of: request, exchange.settings)
    let path = Array(target.segments.dropFirst(2))
    let session: Session?
    do throws(ZulipRefusal) {
      session = try Self.session(of: request, parameters, exchange)
    } catch {
      // Guessing keys is paced like everything that nobody known asks.
      try allow(nil, from: address, in: &exchange, turn.now)
      throw error
    }
    try allow(session, from: address, in: &exchange, turn.now)
    switch path.first {
    case "server_settings":
      guard [.get, .head].contains(request.method) else { throw .wrongMethod(.get) }
      return json(200, serverSettings(base))
    case "fetch_api_key":
      return try fetchKey(parameters, request, session, in: &exchange, &turn)
    default: break
    }
    guard let session else {
      throw ZulipRefusal(
        401, "Not logged in: API authentication or user session required",
        code: ZulipProblem.unauthorized)
    }
    exchange.showLife(of: session.user.id, at: turn.now)
    exchange.zulip.base = base
    let visit = ZulipVisit(
      request: id, method: request.method == .head ? .get : request.method,
      userID: session.user.id, session: session.hash, base: base, path: path,
      parameters: parameters)
    return try visit.carryOut(in: &exchange, &turn)
  }

  /// Reads a form, a JSON body and the query; what stands in the body counts before the query.
  private static func parameters(
    of request: HTTPRequest, _ target: RequestTarget
  ) throws(ZulipRefusal) -> ZulipParameters {
    let isJSON = request.fields["Content-Type"]?.lowercased().hasPrefix("application/json") == true
    if isJSON, !request.body.isEmpty {
      guard let value = try? JSONValue(decoding: request.body), value.object != nil else {
        throw ZulipRefusal(400, "Malformed JSON")
      }
      let body = ZulipParameters(value)
      return ZulipParameters { body[$0] ?? target[$0] }
    }
    guard let form = FormFields(of: request) else { throw ZulipRefusal(400, "Malformed form") }
    return ZulipParameters { form[$0] ?? target[$0] }
  }

  /// Who asks, by HTTP Basic or the `api_key` parameter; `nil` when neither is there.
  private static func session(
    of request: HTTPRequest, _ parameters: ZulipParameters, _ exchange: Exchange
  ) throws(ZulipRefusal) -> Session? {
    let invalid = ZulipRefusal(401, "Invalid API key", code: ZulipProblem.invalidKey)
    var (email, key) = (parameters["email"], parameters["api_key"])
    if let field = request.fields["Authorization"], field.prefix(6).lowercased() == "basic " {
      guard let bytes = Base64.decode(field.dropFirst(6)),
        let text = String(validating: bytes, as: UTF8.self), let colon = text.firstIndex(of: ":")
      else { throw invalid }
      (email, key) = (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
    guard let key else { return nil }
    guard let session = exchange.session(of: request, token: key) else { throw invalid }
    guard email.map({ exchange.zulipUserID(ofEmail: $0) == session.user.id }) ?? true else {
      throw invalid
    }
    return session
  }

  private static func allow(
    _ session: Session?, from address: String, in exchange: inout Exchange, _ now: Instant
  ) throws(ZulipRefusal) {
    do throws(ExchangeRefusal) {
      try exchange.spend(session, from: address, now)
    } catch {
      guard case .tooMany(_, let wait) = error else { return }
      throw ZulipRefusal(
        429, "API usage exceeded rate limit", code: ZulipProblem.rateLimit,
        retryAfter: wait?.seconds ?? 1)
    }
  }

  /// The address at which the client knows the exchange, without a slash at the end.
  private static func base(of request: HTTPRequest, _ settings: ExchangeSettings) -> String {
    let origin = ClientOrigin.given(by: request, settings).page("")
    return ServerAddress.normalized(origin) ?? origin
  }

  // MARK: Responses

  static func json(_ status: Int, _ value: JSONValue) -> HTTPResponse {
    BotServerFacade.json(status, value, fields: ["X-Content-Type-Options": "nosniff"])
  }

  static func success(_ members: KeyValuePairs<String, JSONValue> = [:]) -> HTTPResponse {
    var object: [String: JSONValue] = ["result": "success", "msg": ""]
    for (name, value) in members { object[name] = value }
    return json(200, .object(object))
  }

  static func response(to refusal: ZulipRefusal) -> HTTPResponse {
    if refusal == .nothingThere {
      // As a Zulip without the calls API says it.
      let page = "<html><head><title>Not Found</title></head><body>Not Found</body></html>\n"
      return HTTPResponse(
        status: 404,
        fields: ["Content-Type": "text/html; charset=utf-8", "X-Content-Type-Options": "nosniff"],
        body: Array(page.utf8))
    }
    var response = json(refusal.status, refusal.problem.encoded())
    if refusal.status == 401 { response.fields["WWW-Authenticate"] = "Basic realm=\"zulip\"" }
    if let allowed = refusal.allowed { response.fields["Allow"] = allowed.rawValue }
    if let wait = refusal.problem.retryAfter {
      response.fields["Retry-After"] = String(max(1, Int(min(wait, 86_400).rounded(.up))))
    }
    return response
  }

  private static let formType = "application/x-www-form-urlencoded"
}
