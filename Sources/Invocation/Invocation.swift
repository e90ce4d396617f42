package import Basics
package import Calling
package import Media

/// What one start of the program is asked to do: the command line as a value.
package enum Invocation: Equatable, Sendable {
  /// The phone, full screen.
  case phone(PhoneOptions)
  /// The phone, one line at a time.
  case plain(PlainOptions)
  case call(CallOptions)
  case answer(AnswerOptions)
  case serve(ServeOptions)
  /// Add a user to the data of an exchange and print the token once.
  case addUser(name: String, dataDirectory: String?)
  case listAccounts(isJSON: Bool)
  case addAccount(NewAccount)
  /// Sign in and say what works; every account when there is no name.
  case testAccounts(name: String?, trust: Trust)
  case removeAccount(name: String)
  case contacts(ServerOptions, isJSON: Bool)
  case history(HistoryOptions)
  case devices(isJSON: Bool)
  case doctor(DoctorOptions)
  /// Something that a server is asked for beside calls.
  case service(ServiceOptions)
  case bench(BenchOptions)
  /// Print that text and end well.
  case help(String)
  case version
}

/// Which certificates are accepted.
package struct Trust: Equatable, Sendable {
  /// A PEM file with an authority that is trusted beside the system's.
  package var authorityFile: String?
  /// No certificate is verified, which the screen says for as long as it lasts.
  package var isInsecure = false

  package init() {}
}

/// Where to sign in, and as whom.
package struct ServerOptions: Equatable, Sendable {
  /// An account of the settings; never together with ``exchangeURL``.
  package var accountName: String?
  /// An exchange that needs no account: `http:` or `https:`, without a slash at the end.
  package var exchangeURL: String?
  /// Who to be on an exchange that admits guests; `nil` leaves it to the settings.
  package var identity: String?
  package var trust = Trust()

  package init() {}
}

/// Where sound comes from and goes to; `nil` leaves it to the settings.
package struct SoundOptions: Equatable, Sendable {
  package var capture: CaptureSpec?
  package var playback: PlaybackSpec?
  /// Whether a `file:` capture begins again at its end.
  package var loopsCapture = false
  /// The file each call is recorded to; its suffix is one of ``recordingSuffixes``.
  package var recordingPath: String?
  /// Whether the microphone's sound may be cleaned.
  package var usesProcessing = true
  package var latency: LatencyProfile?

  /// The kinds of sound file that can be recorded.
  package static let recordingSuffixes = ["wav", "flac", "ogg", "opus"]

  package init() {}
}

/// What is written about a call, and how often.
package struct ReportOptions: Equatable, Sendable {
  /// One JSON object a line on standard output instead of text.
  package var isJSON = false
  /// 0.1 s to 1 h.
  package var statisticsInterval: Duration = .seconds(2)
  package var names: StatisticsNames = .w3c

  package init() {}
}

/// How the members of statistics are named in JSON lines.
package enum StatisticsNames: String, CaseIterable, Sendable {
  /// As the W3C's webrtc-stats.
  case w3c
  /// As the Nexacon SDK does.
  case nx
}

/// What is done about an incoming call.
package enum AnswerRule: Equatable, Sendable {
  /// It is taken after ringing that long.
  case automatic(after: Duration)
  case decline
}

/// `tipring`
package struct PhoneOptions: Equatable, Sendable {
  package var server = ServerOptions()
  package var sound = SoundOptions()

  package init() {}
}

/// `tipring --plain`
package struct PlainOptions: Equatable, Sendable {
  package var server = ServerOptions()
  package var sound = SoundOptions()
  package var report = ReportOptions()
  /// Hang up each call after that time.
  package var duration: Duration?
  /// `nil` when incoming calls wait for a command.
  package var rule: AnswerRule?
  /// Where commands are read instead of standard input.
  package var scriptPath: String?
  /// End after the first call.
  package var isOnce = false

  package init() {}
}

/// `tipring call TARGET`
package struct CallOptions: Equatable, Sendable {
  /// As the user wrote it.
  package var target: String
  package var server = ServerOptions()
  package var sound = SoundOptions()
  package var report = ReportOptions()
  /// Hang up after that time, counted from the first sound.
  package var duration: Duration?

  package init(target: String) { self.target = target }
}

/// `tipring answer`
package struct AnswerOptions: Equatable, Sendable {
  package var server = ServerOptions()
  package var sound = SoundOptions()
  package var report = ReportOptions()
  package var duration: Duration?
  package var rule: AnswerRule = .automatic(after: .zero)
  /// End after the first call, with its exit code.
  package var isOnce = false

  package init() {}
}

/// `tipring serve`; `nil` leaves it to the settings.
package struct ServeOptions: Equatable, Sendable {
  package var listen: HostAndPort?
  package var dataDirectory: String?
  package var admitsGuests: Bool?
  /// PEM files; both or neither.
  package var certificateFile: String?
  package var keyFile: String?
  package var isJSON = false

  package init() {}
}

/// `tipring accounts add NAME`
package struct NewAccount: Equatable, Sendable {
  package var name: String
  /// One that this version does not speak is for the registry of systems to refuse.
  package var system: CallSystem
  package var server: String
  package var username: String
  package var password: PasswordSource?
  /// What else the settings shall say of it.
  package var settings: [Field] = []

  /// Where the password comes from: never from the command line itself.
  package enum PasswordSource: Equatable, Sendable {
    case command(String)
    case file(String)
    case environment(String)
  }

  package init(
    name: String, system: CallSystem, server: String, username: String, password: PasswordSource?
  ) {
    self.name = name
    self.system = system
    self.server = server
    self.username = username
    self.password = password
  }
}

/// `tipring history`
package struct HistoryOptions: Equatable, Sendable {
  package var accountName: String?
  package var isMissedOnly = false
  /// 1–500.
  package var limit = 50
  package var isJSON = false

  package init() {}
}

/// `tipring doctor`; `nil` leaves it to the settings.
package struct DoctorOptions: Equatable, Sendable {
  /// The account whose servers are looked at; all when `nil`.
  package var accountName: String?
  package var trust = Trust()
  package var capture: CaptureSpec?
  package var playback: PlaybackSpec?
  package var latency: LatencyProfile?
  /// Whether nothing is played.
  package var isSilent = false
  package var isJSON = false

  package init() {}
}

/// `tipring bench WHAT`
package struct BenchOptions: Equatable, Sendable {
  package enum Measure: String, CaseIterable, Sendable {
    case start, cost, setup, loopback, load, rooms, network, devices, unplug, jitter, echo
  }

  package var measure: Measure
  /// 1–1 000; `nil` leaves it to the measure.
  package var runs: Int?
  /// 2–40, in a room.
  package var seats = 20
  package var isJSON = false
  /// How a network treats packets; for `jitter`, and needed there.
  package var tracePath: String?
  /// What is said, for `jitter` and `echo`; `nil` for a voice of the program's own.
  package var speechPath: String?
  /// Where what was played is written.
  package var outputPath: String?
  package var usesFEC = true
  /// 0–4: in how many of the packets after it each is repeated.
  package var copyCount = 0
  /// 1–4: how many packets after it, and after one copy, the next copy comes.
  package var copyDistance = 1
  /// 1–10 080; `nil` for the trace once.
  package var minutes: Int?
  package var latency = LatencyProfile.normal
  /// The devices of `loopback`, `cost` and `devices`; `nil` leaves it to the measure.
  package var capture: CaptureSpec?
  package var playback: PlaybackSpec?

  package init(measure: Measure) { self.measure = measure }
}
