import Basics
import Media

// The tables that parsing, help text, completions and the manual's tests share.

extension CommandSpec {
  /// Every command of this version, the phone first.
  package static let all: [CommandSpec] =
    [
      phone, call, answer, serve, addUser, accounts, addAccount, testAccount, removeAccount,
      contacts,
      history, devices, doctor, bench,
    ] + services

  static let phone = CommandSpec(
    "", summary: "the phone, full screen",
    text: [
      """
      Without an account in the settings, a server of its own starts inside the program, with \
      contacts that answer at once: Echo, Parrot and Operator.
      """,
      """
      --plain reads one command a line from standard input instead: call TARGET, answer, \
      decline, hangup, mute, hold, resume, digits 12#, person, statistics, history, devices, \
      device playback NAME, wait active, pause 2s, quit, help. --script reads them from a file.
      """,
    ],
    options: server + sound + [
      plain, script, json, stats, statisticsNames, duration, auto, decline, once,
    ],
    examples: [
      Example("tipring", "Open the phone."),
      Example("tipring --account work", "Open it signed in to one account only."),
      Example("tipring --plain --json", "Drive it from a program."),
    ])

  static let call = CommandSpec(
    "call", operands: "TARGET", summary: "place one call without the screen",
    text: [
      """
      TARGET is a contact's name or id, an e-mail address, a + number, room:NAME, \
      bot:CHATBOT-ID or a conference URL; @ACCOUNT may follow when several accounts match.
      """,
      "The exit code says how the call ended.",
    ],
    options: server + sound + report,
    examples: [
      Example("tipring call Echo", "Hear yourself, one second later."),
      Example(
        "tipring call Parrot --capture file:question.wav --record call.flac",
        "Ask a bot from a file and keep both voices."),
      Example(
        "tipring call bob --exchange http://127.0.0.1:8077 --as alice --duration 30s --json",
        "Test a call in a script."),
    ])

  static let answer = CommandSpec(
    "answer", summary: "wait for calls and take them by rule",
    text: ["Without a rule every call is taken at once."],
    options: [auto, decline, once] + server + sound + report,
    examples: [
      Example("tipring answer --auto=3s", "Take every call after three seconds."),
      Example(
        "tipring answer --once --capture file:hello.wav --loop --json",
        "Take one call, play a file to it, and end with its exit code."),
      Example("tipring answer --decline", "Decline whatever comes."),
    ])

  static let serve = CommandSpec(
    "serve", summary: "the exchange alone, for a team or a test suite",
    text: [
      """
      The exchange is a small calls server. It answers /healthz, /metrics and /openapi.json \
      beside the paths of the call systems it speaks.
      """
    ],
    options: [
      OptionSpec(
        "--listen", .required("HOST:PORT"),
        "where to listen; default 127.0.0.1:8077, port 0 picks a free one"),
      dataDirectory,
      OptionSpec("--guests", "admit who has no token; the default on loopback only"),
      OptionSpec("--no-guests", "admit nobody without a token"),
      OptionSpec("--tls-certificate", .required("FILE"), "serve https with this PEM certificate"),
      OptionSpec("--tls-key", .required("FILE"), "the certificate's private key, PEM"),
      json,
    ],
    examples: [
      Example("tipring serve", "Serve on this machine."),
      Example("tipring serve --listen 127.0.0.1:0 --data /tmp/x --json", "Serve a test suite."),
    ])

  static let addUser = CommandSpec(
    "serve adduser", operands: "NAME", summary: "add a user and print the token, once",
    options: [dataDirectory],
    examples: [Example("tipring serve adduser amina", "The token is printed and not kept.")])

  static let accounts = CommandSpec(
    "accounts", summary: "what is configured", options: [json],
    examples: [Example("tipring accounts", "List the accounts of the settings.")])

  static let addAccount = CommandSpec(
    "accounts add", operands: "NAME KEY=VALUE…", summary: "write an account into the settings",
    text: [
      """
      The password itself never stands on a command line or in the settings. What else a system \
      needs follows as KEY=VALUE, by the keys of tipring.conf(5); system=zulip means the same as \
      --system zulip.
      """
    ],
    options: [
      OptionSpec(
        "--system", .required("SYSTEM"),
        "the call system: botserver, zulip, nexacon, buzzi or jitsi"),
      OptionSpec("--server", .required("URL"), "the server's address"),
      OptionSpec("--user", .required("NAME"), "the user's name there"),
      OptionSpec(
        "--password-command", .required("COMMAND"), "a command whose first line is the password"),
      OptionSpec("--password-file", .required("FILE"), "a file readable by its owner alone"),
      OptionSpec("--password-env", .required("VARIABLE"), "an environment variable"),
    ],
    examples: [
      Example(
        "tipring accounts add work --system botserver --server https://bots.example.org "
          + "--user amina --password-command 'pass show work/bots'",
        "Add an account whose token is in the password store."),
      Example(
        "tipring accounts add chat --system zulip zuliprc=~/zuliprc",
        "Take server, user and key from Zulip's own file."),
      Example(
        "tipring accounts add bots --system buzzi --server https://app.example.org --user Amina "
          + "chatbot-id=sales company-id=acme",
        "Call the voice bots of a company."),
    ])

  static let testAccount = CommandSpec(
    "accounts test", operands: "[NAME]", summary: "sign in and say what works", options: trust,
    examples: [Example("tipring accounts test work", "Try one account.")])

  static let removeAccount = CommandSpec(
    "accounts remove", operands: "NAME", summary: "take an account out of the settings",
    examples: [Example("tipring accounts remove work", "Leave every other line as it is.")])

  static let contacts = CommandSpec(
    "contacts", summary: "who can be called", options: server + [json],
    examples: [Example("tipring contacts --json", "One contact a line.")])

  static let history = CommandSpec(
    "history", summary: "past calls",
    text: [
      """
      Without a filter of the server the local history is shown; with one, the account's server \
      is asked. The filters are combined.
      """
    ],
    options: [
      account, OptionSpec("--missed", "missed calls only"),
      OptionSpec("--limit", .required("NUMBER"), "how many, 1 to 500; default 50"), json,
      OptionSpec("--from", .required("DATE"), "ask the server: from that day on, YYYY-MM-DD"),
      OptionSpec("--to", .required("DATE"), "ask the server: up to that day"),
      OptionSpec("--status", .required("STATUS"), "ask the server: calls that ended so"),
      OptionSpec("--type", .required("TYPE"), "ask the server: audio, video, p2p or group"),
      OptionSpec("--with", .required("PARTY"), "ask the server: calls with that participant"),
      OptionSpec("--page", .required("NUMBER"), "ask the server: which page, from 1"),
      OptionSpec("--page-size", .required("NUMBER"), "ask the server: calls a page, 1 to 100"),
    ] + trust,
    examples: [
      Example("tipring history --missed --limit 10", "The last ten missed calls."),
      Example(
        "tipring history --account nx --from 2026-11-01 --status missed",
        "What the server knows of this month's missed calls."),
    ])

  static let devices = CommandSpec(
    "devices", summary: "sound devices, what they can do, which is used", options: [json],
    examples: [Example("tipring devices", "List microphones and speakers.")])

  static let doctor = CommandSpec(
    "doctor", summary: "sound, terminal, network and servers, measured",
    text: [
      """
      Each finding is good, to look at, or bad; what to do about it stands below the table. Short \
      chirps are played to measure the way from mouth to ear. Nothing secret is printed. The exit code \
      is 1 when something is bad.
      """
    ],
    options: [account] + trust + [
      capture, playback, latency,
      OptionSpec("--silent", "play nothing"), json,
    ],
    examples: [
      Example("tipring doctor", "Look at everything, which takes some ten seconds."),
      Example("tipring doctor --capture plughw:1 --silent", "Try another microphone in peace."),
    ])

  static let bench = CommandSpec(
    "bench", operands: "WHAT", summary: "measure the program itself",
    text: [
      """
      WHAT is start, cost, setup, loopback, load, rooms, network, devices, unplug, jitter or \
      echo; tipring(1) tells what each measures. network needs root.
      """
    ],
    options: [
      OptionSpec("--runs", .required("NUMBER"), "how often, 1 to 1000; the median is shown"),
      OptionSpec("--seats", .required("NUMBER"), "of a room, 2 to 40; default 20"), json,
      OptionSpec("--trace", .required("FILE"), "jitter: a delay in ms a line, one for each packet"),
      OptionSpec(
        "--speech", .required("FILE"), "jitter, echo: what is said; default a voice of its own"),
      OptionSpec("--output", .required("FILE"), "jitter, echo: write what came out there"),
      OptionSpec("--fec", .required("on|off"), "jitter: in-band error correction; default on"),
      OptionSpec(
        "--red", .required("NUMBER"), "jitter: copies in the next packets, 0 to 4; default 0"),
      OptionSpec(
        "--red-distance", .required("NUMBER"),
        "jitter: packets from copy to copy, 1 to 4; default 1"),
      OptionSpec("--minutes", .required("NUMBER"), "jitter: how long; the trace over and over"),
      capture, playback, latency,
    ],
    examples: [
      Example("tipring bench start", "Time from start to the first drawn screen."),
      Example("tipring bench cost", "Processor, memory and threads, idle and in a call."),
      Example("tipring bench setup", "Dialling to ringing, accepted, media and first sound."),
      Example("tipring bench loopback", "Mouth to ear, by a PulseAudio daemon of its own."),
      Example(
        "tipring bench loopback --capture default --playback default",
        "The same where the microphone hears the loudspeaker."),
      Example(
        "tipring bench load", "The exchange with 50 clients of each system, 50 calls at once."),
      Example("tipring bench rooms --seats 20", "What a full room costs the exchange."),
      Example("tipring bench echo", "Echo cancellation in simulated rooms."),
      Example("tipring bench network", "The gap in a call when an address changes."),
      Example(
        "tipring bench devices --capture default --playback default",
        "Whether a sound device keeps up."),
      Example("tipring bench unplug", "The gap in a call when the speaker is pulled out."),
    ])

  // MARK: Options that several commands have

  private static let account = OptionSpec(
    "--account", .required("NAME"), "which account; default the first, or the embedded exchange")
  private static let trust = [
    OptionSpec("--ca-file", .required("FILE"), "trust this authority's certificate (PEM), too"),
    OptionSpec("--insecure", "verify no certificate; said on the screen for as long as it lasts"),
  ]
  private static let server =
    [
      account,
      OptionSpec("--exchange", .required("URL"), "use this exchange, no account needed"),
      OptionSpec(
        "--as", .required("NAME"), "who to be on an exchange that admits guests; default you"),
    ] + trust
  private static let capture = OptionSpec(
    "--capture", .required("WHAT"),
    "the microphone: an ALSA device, file:PATH, tone:HERTZ or silence")
  private static let playback = OptionSpec(
    "--playback", .required("WHAT"), "the speaker: an ALSA device, file:PATH or null")
  private static let sound = [
    capture, OptionSpec("--loop", "begin a captured file again at its end"), playback,
    OptionSpec(
      "--record", .required("PATH"),
      "record both voices, caller left: .wav, .flac, .ogg or .opus"),
    OptionSpec("--no-processing", "leave the microphone's sound as it is"),
    latency,
  ]
  static let oneServer = server
  private static let latency = OptionSpec(
    "--latency", .required("PROFILE"),
    "\(LatencyProfile.allCases.map(\.rawValue).asAlternatives): "
      + "trades delay against concealment")
  private static let duration = OptionSpec(
    "--duration", .required("TIME"), "hang up after that time: 30s, 2m")
  static let json = OptionSpec(
    "--json", "one JSON object a line on standard output, nothing else there")
  private static let stats = OptionSpec(
    "--stats", .required("TIME"), "how often statistics are written; default 2s")
  private static let statisticsNames = OptionSpec(
    "--names", .required("NAMES"),
    "how statistics are named in JSON lines: w3c or nx, the Nexacon SDK's")
  private static let report = [duration, json, stats, statisticsNames]
  private static let plain = OptionSpec("--plain", "no screen: commands on standard input")
  private static let script = OptionSpec(
    "--script", .required("FILE"), "no screen: the commands of a file")
  private static let auto = OptionSpec(
    "--auto", .optional("TIME"), "take each call after ringing that long; default at once")
  private static let decline = OptionSpec("--decline", "decline each call")
  private static let once = OptionSpec("--once", "end after one call, with its exit code")
  private static let dataDirectory = OptionSpec(
    "--data", .required("DIR"), "where users, tokens and calls are kept")
}

extension OptionSpec {
  /// What every command takes beside its own options.
  package static let universal = [
    OptionSpec("--help", "say what a command does and takes; also -h"),
    OptionSpec("--version", "say which version this is"),
  ]
}
