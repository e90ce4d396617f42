/// The paths of Zulip's REST API that calls need, and of the calls endpoints beside it.
package enum ZulipPath {
  package static let api = "/api/v1"
  package static let fetchKey = api + "/fetch_api_key"
  package static let settings = api + "/server_settings"
  package static let users = api + "/users"
  package static let me = api + "/users/me"
  package static let ownPresence = api + "/users/me/presence"
  package static let presence = api + "/realm/presence"
  package static let register = api + "/register"
  package static let events = api + "/events"
  package static let messages = api + "/messages"

  package static let calls = api + "/calls"
  package static let initiate = calls + "/initiate"
  package static let create = calls + "/create"
  package static let history = calls + "/history"
  package static let active = calls + "/active"
  package static let acknowledge = calls + "/acknowledge"
  package static let heartbeat = calls + "/heartbeat"
  package static let groupCreate = calls + "/group/create"

  /// - Parameters:
  ///   - id: as the server named the call, escaped.
  ///   - verb: `respond`, `end`, `cancel`, `status`.
  package static func call(_ id: String, _ verb: String) -> String { "\(calls)/\(id)/\(verb)" }

  /// - Parameter verb: `join`, `leave`, `decline`, `end`, `status`, `participants`, `invite`.
  package static func group(_ id: String, _ verb: String) -> String {
    "\(calls)/group/\(id)/\(verb)"
  }
}
