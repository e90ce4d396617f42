package import Basics

/// A call system that Tipring speaks.
package enum CallSystem: String, CaseIterable, Sendable {
  case botServer = "botserver"
  case zulip
  case nexacon
  case buzzi
  case jitsi

  /// As people read it.
  package var title: String {
    switch self {
    case .botServer: "BotServer"
    case .zulip: "Zulip"
    case .nexacon: "Nexacon"
    case .buzzi: "Buzzi"
    case .jitsi: "Jitsi"
    }
  }

  /// Whether its calls take keys of the dialling pad; samples in messages carry none.
  package var takesDigits: Bool { self != .buzzi }

  /// Whether its servers can tell of contacts; a conference is known by its URL alone.
  package var hasContacts: Bool { self != .jitsi }
}

/// Who one is on which server.
package struct Account: Equatable, Sendable {
  package var id: AccountID
  /// The name in the settings; `exchange` for the embedded one.
  package var name: String
  package var system: CallSystem
  /// The server's base URL, without a slash at the end.
  package var server: String
  /// The user's name there. Where guests are admitted, the name to be known by.
  package var username: String
  /// `nil` for a guest.
  package var secret: Secret?
  /// What only some systems have, by its name in the settings: `company-id`, `tenant`, `input-rate`.
  package var options: [String: String]
  /// Further credentials, likewise: `api-key`, `secret-key`, `jwt`, `room-password`.
  package var secrets: [String: Secret]

  package init(
    id: AccountID, name: String, system: CallSystem, server: String, username: String,
    secret: Secret?, options: [String: String] = [:], secrets: [String: Secret] = [:]
  ) {
    self.id = id
    self.name = name
    self.system = system
    self.server = server
    self.username = username
    self.secret = secret
    self.options = options
    self.secrets = secrets
  }
}

/// Where an account stands with its server.
package enum AccountState: Equatable, Sendable {
  case signedOut
  case signingIn
  case signedIn
  /// The connection broke; calls go on, and the next try is at that instant.
  case reconnecting(since: Instant, nextTry: Instant, reason: String)
  /// The server refused the credentials; no further try is made.
  case refused(reason: String)
  /// Signing in failed for another reason; tries go on.
  case unreachable(reason: String, nextTry: Instant)
}
