package import Formats

/// Somebody, in whatever message: `{user_id, full_name, email, …}`.
package struct ZulipUser: Equatable, Sendable {
  package var id: Int
  package var name: String
  /// Empty where the message has none.
  package var email: String
  package var isBot: Bool
  package var isActive: Bool

  package init(
    id: Int, name: String, email: String = "", isBot: Bool = false, isActive: Bool = true
  ) {
    self.id = id
    self.name = name
    self.email = email
    self.isBot = isBot
    self.isActive = isActive
  }

  /// - Returns: `nil` without an id.
  package init?(decoding value: JSONValue) {
    guard let id = value["user_id"]?.integer ?? value["id"]?.integer else { return nil }
    self.init(
      id: id, name: value["full_name"]?.string ?? value["name"]?.string ?? "",
      email: value["delivery_email"]?.string ?? value["email"]?.string ?? "",
      isBot: value["is_bot"]?.boolean ?? false, isActive: value["is_active"]?.boolean ?? true)
  }

  /// The flat form of generation 2: `sender_id`, `sender_name`.
  init?(decoding value: JSONValue, prefix: String) {
    guard let id = value["\(prefix)_id"]?.integer else { return nil }
    self.init(id: id, name: value["\(prefix)_name"]?.string ?? "")
  }

  /// As a party of a call.
  package func encoded() -> JSONValue {
    ["user_id": .integer(Int64(id)), "full_name": .string(name), "email": .string(email)]
  }

  /// As a party in an event.
  package func encodedForEvent() -> JSONValue {
    ["user_id": .integer(Int64(id)), "full_name": .string(name), "avatar_url": .null]
  }

  /// As a member of the organisation.
  package func encodedAsMember(role: Int) -> JSONValue {
    [
      "user_id": .integer(Int64(id)), "full_name": .string(name), "email": .string(email),
      "delivery_email": .string(email), "is_bot": .boolean(isBot),
      "is_active": .boolean(isActive), "is_admin": .boolean(role <= 200),
      "is_owner": .boolean(role <= 100), "is_guest": .boolean(role >= 600),
      "role": .integer(Int64(role)), "avatar_url": .null, "timezone": "", "avatar_version": 1,
      "date_joined": "1970-01-01T00:00:00+00:00",
    ]
  }
}
