import Basics
import Calling

/// The settings that Zulip's own tools leave behind: one group `[api]` with `email`, `key`, `site`.
enum Zuliprc {
  /// The account that the file describes, with its key by reference; `nil` when it lacks something.
  static func account(reading bytes: [UInt8], path: String) -> AccountSettings? {
    let values = values(in: bytes)
    guard let site = values["site"].flatMap(ServerAddress.normalized), let email = values["email"],
      !email.isEmpty, email.count <= 128, values["key"]?.isEmpty == false
    else { return nil }
    var account = AccountSettings(name: "zulip")
    account.system = .zulip
    account.server = site
    account.username = email
    account.password = .zuliprc(path: path)
    return account
  }

  /// The key in the file.
  static func key(in bytes: [UInt8]) -> String? { values(in: bytes)["key"] }

  private static func values(in bytes: [UInt8]) -> [String: String] {
    var values: [String: String] = [:]
    var isInGroup = false
    for line in SettingsDocument(bytes).lines {
      switch line.content {
      case .group(let name): isInGroup = name == "api"
      case .entry(let key, let value): if isInGroup { values[key] = value }
      case .nothing, .fault: break
      }
    }
    return values
  }
}
