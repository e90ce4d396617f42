import Basics
import Calling
import Media
import SDP

/// Every setting there is; the parser reads by this table and the manual is held against it.
package enum SettingsTable {
  /// One line of the manual.
  package struct Row: Equatable, Sendable {
    package let group: String
    package let key: String
    package let standard: String
    package let about: String
  }

  /// All settings, in the order of the groups.
  package static var rows: [Row] {
    func rows<Root>(_ group: String, _ entries: [SettingEntry<Root>]) -> [Row] {
      entries.map { Row(group: group, key: $0.key, standard: $0.standard, about: $0.about) }
    }
    return rows("phone", phone) + rows("audio", audio) + rows("network", network)
      + rows("exchange", exchange + bots) + rows("account", account)
  }

  static let groups = ["phone", "audio", "network", "keys", "exchange", "account"]

  static func entries(of group: String) -> [SettingEntry<Settings>]? {
    switch group {
    case "phone": phone
    case "audio": audio
    case "network": network
    case "exchange": exchange + bots
    default: nil
    }
  }

  private static let standard = Settings()

  private static let phone: [SettingEntry<Settings>] = [
    .value(
      "account", \.phone.account, expected: "an account's name",
      "The account that calls go out by when none is named; the first if empty."
    ) { AccountSettings.isUsable(name: $0) || $0 == "exchange" ? $0 : nil },
    .value(
      "ring-command", \.phone.ringCommand, expected: "a command",
      "A shell command that is run when a call rings."
    ) { $0 },
    .flag("bell", \.phone.ringsBell, in: standard, "Sound the terminal's bell when a call rings."),
    .flag(
      "notify", \.phone.notifies, in: standard,
      "Ask the terminal for a notification when a call rings."),
    .flag("mouse", \.phone.usesMouse, in: standard, "Use the mouse from the start."),
    .path(
      "recordings", \.phone.recordings, standard: "$XDG_DATA_HOME/tipring/recordings",
      "The folder of recordings that are given no path."),
  ]

  private static let audio: [SettingEntry<Settings>] = [
    .value(
      "capture", \.audio.capture, expected: "an ALSA device, file:PATH, tone:HERTZ or silence",
      standard: standard.audio.capture.text, "The microphone."
    ) { try? CaptureSpec(parsing: unquoted($0)) },
    .value(
      "playback", \.audio.playback, expected: "an ALSA device, file:PATH or null",
      standard: standard.audio.playback.text, "The loudspeaker."
    ) { try? PlaybackSpec(parsing: unquoted($0)) },
    .value(
      "ringer", \.audio.ringer, expected: "an ALSA device, file:PATH or null",
      "What incoming calls ring by; the loudspeaker if empty."
    ) { try? PlaybackSpec(parsing: unquoted($0)) },
    .choice(
      "latency", \.audio.latency, in: standard, "How much delay is traded for how much concealment."
    ),
    .choice(
      "quality", \.audio.quality, in: standard,
      "What speech may take at most: 32, 64 or 128 kbit/s; adaptive begins with 64 and rises to 128."
    ),
    .flag("fec", \.audio.usesFEC, in: standard, "Send redundancy against packet loss."),
    .automatic(
      "red", \.audio.usesRedundancy,
      "Send each packet again with the next one, and ask for it; auto when much is lost."),
    .flag("dtx", \.audio.usesDTX, in: standard, "Send next to nothing in silence."),
    .automatic(
      "processing", \.audio.usesProcessing,
      "Clean the microphone's sound; auto does so when it is a device."),
    .flag(
      "echo-cancellation", \.audio.cancelsEcho, in: standard,
      "When the sound is cleaned: take out what the loudspeaker plays."),
    .flag(
      "noise-suppression", \.audio.suppressesNoise, in: standard,
      "When the sound is cleaned: make steady noise softer, where there is any."),
    .flag(
      "gain-control", \.audio.controlsGain, in: standard,
      "When the sound is cleaned: make a voice comfortable that is too soft or too loud."),
  ]

  private static let network: [SettingEntry<Settings>] = [
    .value(
      "ports", \.network.ports,
      expected: "two ports with a dash between, as 50000-50100, at least 16 of them",
      "The UDP ports of calls, for a firewall that lets no others through; any if empty."
    ) { portRange($0) },
    .flag(
      "dscp", \.network.marksSound, in: standard,
      "Mark packets with sound for expedited forwarding (DSCP EF)."),
    .flag(
      "tcp", \.network.usesTCP, in: standard,
      "Try paths over TCP as well, for networks that let no UDP pass."),
  ]

  private static let exchange: [SettingEntry<Settings>] =
    [
      .automatic(
        "embedded", \.exchange.isEmbedded,
        "Start an exchange inside the phone; auto does so when no account is configured, yes although "
          + "there are accounts."),
      .value(
        "name", \.exchange.identity,
        expected: "1 to 32 letters, digits, dots, dashes or underscores",
        standard: standard.exchange.identity, "Who to be on an exchange that admits guests."
      ) { AccountSettings.isUsable(name: $0) ? $0 : nil },
      .value(
        "listen", \.exchange.listen, expected: "HOST:PORT",
        standard: standard.exchange.listen.description, "Where tipring serve listens."
      ) { HostAndPort($0) },
      .path(
        "data", \.exchange.data, standard: "$XDG_STATE_HOME/tipring/exchange",
        "Where tipring serve keeps users, tokens and calls."),
      .automatic(
        "guests", \.exchange.admitsGuests,
        "Admit who has no token; auto does so on loopback only."),
      .path(
        "tls-certificate", \.exchange.certificateFile, "Serve https with this PEM certificate."),
      .path("tls-key", \.exchange.keyFile, "The certificate's private key, PEM."),
      .value(
        "turn-uri", \.exchange.turnURIs,
        expected: "up to eight turn: or turns: URLs with spaces between",
        "Servers that relay sound where no direct path is found, given to everybody who calls."
      ) { turnURIs($0) },
      .choice(
        "rooms", \.exchange.rooms, in: standard,
        "Who mixes the sound of rooms: the exchange, or a Janus server."),
      .value(
        "room-limit", \.exchange.roomLimit, expected: "a number from 2 to 500",
        standard: String(standard.exchange.roomLimit), "People in a room at most."
      ) { Int($0).flatMap { (2...500).contains($0) ? $0 : nil } },
      .value(
        "janus-url", \.exchange.janusURL, expected: "a ws: or wss: URL",
        "The WebSocket of the Janus server, as the exchange and all phones reach it."
      ) { url($0, schemes: ["ws://", "wss://"]) },
      .value(
        "transcription-url", \.exchange.transcriptionURL, expected: "an http: or https: URL",
        "A server that turns recordings into text, by OpenAI's audio API."
      ) { url($0, schemes: ["http://", "https://"]) },
      .value(
        "transcription-model", \.exchange.transcriptionModel, expected: "a model's name",
        standard: standard.exchange.transcriptionModel, "The model that it shall use."
      ) { $0.utf8.count <= 128 ? $0 : nil },
      .choice(
        "zulip-dialect", \.exchange.zulipDialect, in: standard,
        "Which revision of Zulip's calls API is served."),
      .value(
        "zulip-jitsi", \.exchange.zulipJitsiServer, expected: "a URL without user or password",
        "The Jitsi server of Zulip's calls; the exchange itself if empty."
      ) { ServerAddress.normalized($0) },
      .value(
        "nexacon-domain", \.exchange.nexaconDomain, expected: "a domain",
        standard: standard.exchange.nexaconDomain, "The domain of users' addresses over Nexacon."
      ) { domain($0) },
      .value(
        "admins", \.exchange.administrators, expected: "users' names with spaces between",
        "Users who see everybody's figures and keep order in all rooms."
      ) { names($0) },
    ] + SettingEntry.secret("turn-secret", \.exchange.turnSecret, "the secret shared with them")
    + SettingEntry.secret("janus-key", \.exchange.janusKey, "the AudioBridge's admin_key")
    + SettingEntry.secret("janus-secret", \.exchange.janusSecret, "the Janus server's api_secret")
    + SettingEntry.secret(
      "transcription-key", \.exchange.transcriptionKey, "the key of the server that transcribes")
    + SettingEntry.secret(
      "nexacon-api-key", \.exchange.nexaconAPIKey, "the API key of Nexacon's clients")
    + SettingEntry.secret(
      "nexacon-secret-key", \.exchange.nexaconSecretKey, "the secret key of Nexacon's clients")

  static let account: [SettingEntry<AccountSettings>] =
    [
      .choice(
        "system", \.system, in: AccountSettings(name: ""), "The call system. Required."),
      .value(
        "server", \.server, expected: "a URL without user or password",
        "The server's address. Required."
      ) { ServerAddress.normalized($0) },
      .value(
        "user", \.username, expected: "at most 128 characters",
        "The user's name or e-mail address there. Required."
      ) { $0.count <= 128 ? $0 : nil },
    ] + SettingEntry.secret("password", \.password) + [
      .flag("enabled", \.isEnabled, in: AccountSettings(name: ""), "Sign in to this account."),
      .path("ca-file", \.authorityFile, "Trust this authority's certificate (PEM), too."),
      .value(
        "stun-server", \.stunServer, expected: "HOST:PORT",
        "A server that tells this machine its outside address."
      ) { HostAndPort($0) },
      .value(
        "turn-server", \.turnServer, expected: "HOST:PORT",
        "A server that relays sound where no direct path is found."
      ) { HostAndPort($0) },
      .choice(
        "turn-transport", \.turnTransport, in: AccountSettings(name: ""),
        "How the relay is reached."),
      .value(
        "turn-user", \.turnUsername, expected: "at most 128 characters",
        "The user's name at the relay."
      ) { $0.count <= 128 ? $0 : nil },
    ] + SettingEntry.secret("turn-password", \.turnPassword) + accountOptions + accountSecrets

  /// What only some call systems have.
  private static let accountOptions: [SettingEntry<AccountSettings>] = [
    .path(
      "zuliprc", \.zuliprcFile,
      "Zulip: take server, user and key from this file, as Zulip's own tools do."),
    .option("display-name", "Nexacon: the name that those who are called are shown.") {
      $0.count <= 64
    },
    .option("tenant", "Jitsi: the tenant, where a server has several.") {
      $0.count <= 64
        && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    },
    .option("chatbot-id", "Buzzi: the bots that can be called, with commas between.") {
      $0.count <= 1_024
    },
    .option("company-id", "Buzzi: the company that the bots belong to.") { $0.count <= 128 },
    .option(
      "input-rate", expected: "16000 or 24000",
      "Buzzi: samples a second that are sent, where the server does not say."
    ) { ["16000", "24000"].contains($0) },
  ]

  private static let accountSecrets: [SettingEntry<AccountSettings>] =
    SettingEntry.secret("api-key", \.secrets["api-key"], "Nexacon's API key")
    + SettingEntry.secret("secret-key", \.secrets["secret-key"], "Nexacon's secret key")
    + SettingEntry.secret("jwt", \.secrets["jwt"], "the token that a Jitsi server asks for")
    + SettingEntry.secret(
      "room-password", \.secrets["room-password"], "the password of conference rooms")
    + SettingEntry.secret(
      "session", \.secrets["session"], "the cookie of a session with Buzzi's company pages")

  /// The keys without which an account is left out.
  static let requiredOfAccounts = ["system", "server", "user"]
}

/// Several URLs of TURN servers; `nil` when one of them is none.
private func turnURIs(_ text: String) -> [String]? {
  let uris = text.split(separator: " ").map(String.init)
  let areTURN = uris.allSatisfy {
    $0.hasPrefix("turn") && IceServer(url: $0, username: "", credential: "") != nil
  }
  return areTURN && (1...8).contains(uris.count) ? uris : nil
}

/// Eight calls each have a port on every address, and for a moment one more when they seek another path.
private func portRange(_ text: String) -> ClosedRange<UInt16>? {
  let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    .map { $0.filter { $0 != " " } }
  guard ends.count == 2, let first = UInt16(ends[0]), let last = UInt16(ends[1]), first >= 1_024,
    Int(last) - Int(first) >= 15
  else { return nil }
  return first...last
}

private func url(_ text: String, schemes: [String]) -> String? {
  let isURL = schemes.contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
  return isURL && text.utf8.count <= 2_048 && !text.contains(" ") ? text : nil
}

/// Users' names, as ids.
private func names(_ text: String) -> [String]? {
  let names = text.split(separator: " ").map { $0.lowercased() }
  return names.count <= 64 && names.allSatisfy { $0.count <= 32 } ? names : nil
}

/// Of letters, digits, dots and dashes.
private func domain(_ text: String) -> String? {
  let isDomain = text.utf8.allSatisfy { byte in
    (48...57).contains(byte) || (97...122).contains(byte | 32) && byte > 64 || byte == 45
      || byte == 46
  }
  return (1...253).contains(text.utf8.count) && isDomain ? text.lowercased() : nil
}
