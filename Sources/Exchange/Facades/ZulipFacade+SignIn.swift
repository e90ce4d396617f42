import Basics
import Formats
import Transport
import ZulipWire

/// What a client may ask before it has signed in.
extension ZulipFacade {
  static func serverSettings(_ base: String) -> JSONValue {
    [
      "result": "success", "msg": "", "zulip_version": "9.0", "zulip_feature_level": 277,
      "realm_url": .string(base), "realm_uri": .string(base), "realm_name": "Tipring",
      "realm_description": "", "push_notifications_enabled": false,
      "email_auth_enabled": true, "require_email_format_usernames": false,
      "authentication_methods": ["password": true, "email": true],
      "external_authentication_methods": [],
    ]
  }

  /// Gives out an API key: the user's token is its password, and a guest needs none.
  static func fetchKey(
    _ parameters: ZulipParameters, _ request: HTTPRequest, _ session: Session?,
    in exchange: inout Exchange, _ turn: inout Turn
  ) throws(ZulipRefusal) -> HTTPResponse {
    guard request.method == .post else { throw .wrongMethod(.post) }
    guard let username = parameters["username"] else { throw .missing("username") }
    let wrong = ZulipRefusal(
      401, "Your username or password is incorrect", code: "AUTHENTICATION_FAILED")
    if let password = parameters["password"] {
      guard let found = exchange.session(of: request, token: password),
        exchange.zulipUserID(ofEmail: username) == found.user.id
      else { throw wrong }
      return key(password, of: found.user, in: &exchange, &turn)
    }
    // An address of this exchange names a guest by the part before its domain.
    let name = exchange.zulipUserID(ofEmail: username) ?? guestName(username)
    do throws(ExchangeRefusal) {
      let guest = try exchange.signInGuest(
        name, isFromBrowser: request.fields["Origin"] != nil, &turn)
      return key(guest.token, of: guest.user, in: &exchange, &turn)
    } catch {
      switch error {
      case .badRequest(let words): throw ZulipRefusal(400, words)
      case .tooMany(let words, let wait):
        throw ZulipRefusal(
          429, words, code: ZulipProblem.rateLimit, retryAfter: wait?.seconds ?? 60)
      case .forbidden(let words), .nameTaken(let words): throw ZulipRefusal(403, words)
      default: throw wrong
      }
    }
  }

  private static func guestName(_ username: String) -> String {
    guard let at = username.lastIndex(of: "@"), at > username.startIndex else { return username }
    return String(username[..<at])
  }

  private static func key(
    _ key: String, of user: StoredUser, in exchange: inout Exchange, _ turn: inout Turn
  ) -> HTTPResponse {
    success([
      "api_key": .string(key), "email": .string(exchange.zulipEmail(of: user.id)),
      "user_id": .integer(Int64(exchange.zulipNumber(of: user.id, &turn))),
    ])
  }
}
