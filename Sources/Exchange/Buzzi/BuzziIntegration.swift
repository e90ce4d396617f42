import Basics
import BuzziWire
import Formats

/// A company's account with a carrier, as kept.
///
/// The credentials that come with it are not: what the exchange itself uses stands in its settings, by
/// reference.
struct BuzziIntegration: Equatable, Sendable {
  var account: IntegrationAccount
  /// SHA-256 of the webhook's secret.
  var secretHash: String
  /// Kept for the figures, and shown no more.
  var isDeleted = false

  /// Reads the body of a request for a new account.
  init(
    id: String, fields: JSONValue, secretHash: String, on wall: WallTime
  ) throws(ExchangeRefusal) {
    guard let provider = fields["provider"]?.string,
      IntegrationAccount.providers.contains(provider)
    else {
      throw .badRequest(
        "“provider” is one of \(IntegrationAccount.providers.joined(separator: ", ")).")
    }
    guard fields["credentials"].map({ $0.object != nil }) ?? true else {
      throw .badRequest("“credentials” is an object.")
    }
    account = IntegrationAccount(
      id: id, provider: provider, displayName: try Self.name(fields["displayName"]),
      phoneNumber: try Self.number(fields["phoneNumber"]), isVerified: false, isActive: true,
      settings: try Self.settings(fields["settings"]), createdAt: wall, updatedAt: wall)
    self.secretHash = secretHash
  }

  /// Changes the members that may be changed.
  mutating func change(by fields: JSONValue, on wall: WallTime) throws(ExchangeRefusal) {
    var changed = account
    if let name = fields["displayName"] { changed.displayName = try Self.name(name) }
    if let active = fields["isActive"] {
      guard let isActive = active.boolean else { throw .badRequest("“isActive” is true or false.") }
      changed.isActive = isActive
    }
    if fields["settings"] != nil {
      changed.settings.merge(try Self.settings(fields["settings"])) { $1 }
      guard JSONValue.object(changed.settings).text.utf8.count <= Self.settingsLimit else {
        throw .badRequest("“settings” is too large.")
      }
    }
    changed.updatedAt = wall
    account = changed
  }

  private static func name(_ value: JSONValue?) throws(ExchangeRefusal) -> String {
    guard let text = value?.string, (1...100).contains(text.count), text.utf8.count <= 400 else {
      throw .badRequest("“displayName” has 1 to 100 characters.")
    }
    return HarmlessText.line(text, limit: 100)
  }

  private static func number(_ value: JSONValue?) throws(ExchangeRefusal) -> String? {
    guard let value else { return nil }
    guard let text = value.string, (3...24).contains(text.utf8.count),
      text.utf8.allSatisfy({ "+0123456789 ()-.".utf8.contains($0) })
    else { throw .badRequest("“phoneNumber” is + and digits.") }
    return text
  }

  private static func settings(
    _ value: JSONValue?
  ) throws(ExchangeRefusal) -> [String: JSONValue] {
    guard let value else { return [:] }
    guard let settings = value.object, value.text.utf8.count <= settingsLimit else {
      throw .badRequest("“settings” is an object of at most \(settingsLimit) bytes.")
    }
    return settings
  }

  // MARK: The store

  static let collection = "buzzi-accounts"

  var document: StoredDocument {
    let value: JSONValue = [
      "account": account.encoded(), "secret": .string(secretHash), "deleted": .boolean(isDeleted),
    ]
    return StoredDocument(collection: Self.collection, key: account.id, body: value.text)
  }

  init?(_ document: StoredDocument) {
    guard document.collection == Self.collection,
      let value = try? JSONValue(decoding: document.body), let members = value["account"],
      let account = try? IntegrationAccount(decoding: members),
      let hash = value["secret"]?.string
    else { return nil }
    self.account = account
    secretHash = hash
    isDeleted = value["deleted"]?.boolean ?? false
  }

  private static let settingsLimit = 8 << 10
  /// Accounts at most, those that are deleted included.
  static let limit = 200
}
