package import Basics
package import Media

/// What the user has settled; every member starts as the program is without a settings file.
package struct Settings: Equatable, Sendable {
  package var phone = Phone()
  package var audio = Audio()
  package var network = Network()
  package var keys: [KeyBinding] = []
  package var exchange = Exchange()
  /// In the order of the file, then what was found elsewhere; at most ``accountLimit``.
  package var accounts: [AccountSettings] = []

  package static let accountLimit = 32
  package static let keyLimit = 200

  package init() {}

  /// `[phone]`
  package struct Phone: Equatable, Sendable {
    /// The account that calls go out by when none is named; `nil` is the first.
    package var account: String?
    /// Run by the shell when a call rings.
    package var ringCommand: String?
    /// Whether a ringing call sounds the terminal's bell.
    package var ringsBell = true
    /// Whether a ringing call asks the terminal for a notification (OSC 9, OSC 777).
    package var notifies = true
    package var usesMouse = false
    /// Where recordings go that are given no path; `nil` is the user's data folder.
    package var recordings: String?
  }

  /// `[audio]`
  package struct Audio: Equatable, Sendable {
    package var capture: CaptureSpec = .device("default")
    package var playback: PlaybackSpec = .device("default")
    /// What calls ring by; `nil` for the same as ``playback``.
    package var ringer: PlaybackSpec?
    package var latency: LatencyProfile = .normal
    package var quality: SoundQuality = .medium
    /// In-band forward error correction.
    package var usesFEC = true
    /// Copies of earlier packets (RFC 2198); `nil` when loss asks for them.
    package var usesRedundancy: Bool?
    /// Discontinuous transmission: nothing is sent in silence.
    package var usesDTX = false
    /// Whether the microphone's sound is cleaned; `nil` when it is a device.
    package var usesProcessing: Bool?
    /// What cleaning does beside a high-pass.
    package var cancelsEcho = true
    package var suppressesNoise = true
    package var controlsGain = true
  }

  /// `[network]`
  package struct Network: Equatable, Sendable {
    /// UDP ports of calls; any when `nil`.
    package var ports: ClosedRange<UInt16>?
    /// Whether packets with sound are marked for expedited forwarding (DSCP EF).
    package var marksSound = true
    /// Whether paths over TCP are tried as well.
    package var usesTCP = false
  }

  /// Which revision of Zulip's calls API an exchange serves; the wire's own names.
  package enum ZulipServing: String, CaseIterable, Sendable {
    case three = "3"
    case two = "2"
    case seedA = "seed-a"
    case seedB = "seed-b"
    case seedC = "seed-c"
    case stock
  }

  /// `[exchange]`
  package struct Exchange: Equatable, Sendable {
    /// Whether the phone starts an exchange of its own; `nil` when no account is configured.
    package var isEmbedded: Bool?
    /// Who to be on an exchange that admits guests.
    package var identity = "you"
    package var listen = HostAndPort(host: "127.0.0.1", port: 8_077)
    /// Where users, tokens and calls are kept; `nil` is the user's state folder.
    package var data: String?
    /// `nil` admits guests on loopback only.
    package var admitsGuests: Bool?
    package var certificateFile: String?
    package var keyFile: String?
    /// TURN servers, to which the exchange admits its users by the secret it shares with them.
    package var turnURIs: [String] = []
    package var turnSecret: SecretReference?
    package var rooms: Rooms = .mixer
    /// People in a room at most.
    package var roomLimit = 20
    /// The WebSocket of a Janus server.
    package var janusURL: String?
    /// The AudioBridge's `admin_key`.
    package var janusKey: SecretReference?
    /// The server's `api_secret`.
    package var janusSecret: SecretReference?
    /// Of a server that turns recordings into text.
    package var transcriptionURL: String?
    package var transcriptionModel = "whisper-1"
    package var transcriptionKey: SecretReference?
    /// Users who see everybody's figures and keep order in all rooms.
    package var administrators: [String] = []

    /// Who mixes the sound of rooms.
    package enum Rooms: String, CaseIterable, Sendable {
      case mixer, janus
    }
    /// Which revision of Zulip's calls API is served.
    package var zulipDialect = ZulipServing.three
    /// Where Zulip's calls take place; `nil` for the exchange's own conferences.
    package var zulipJitsiServer: String?
    /// The pair of keys that Nexacon's clients show; without them `tipring`, from this machine only.
    package var nexaconAPIKey: SecretReference?
    package var nexaconSecretKey: SecretReference?
    /// Of the addresses `user@domain` in Nexacon's words.
    package var nexaconDomain = "nexacon.localhost"
    /// Voice bots, and the people and carriers behind them.
    package var bots = BotSettings()
  }

  /// One line of `[keys]`: an action and the key that shall do it. What both mean, the console knows.
  package struct KeyBinding: Equatable, Sendable {
    package var action: String
    package var key: String
    /// Where it stands, for complaints.
    package var line: Int

    package init(action: String, key: String, line: Int) {
      self.action = action
      self.key = key
      self.line = line
    }
  }
}
