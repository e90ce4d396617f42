// The commands that ask a server for something beside calls.

extension CommandSpec {
  static let services: [CommandSpec] = [
    CommandSpec(
      "rooms", summary: "rooms, and who is in them",
      options: oneServer + [json],
      examples: [Example("tipring rooms", "List the rooms of the account.")]),
    CommandSpec(
      "rooms create", operands: "NAME", summary: "make a room",
      options: oneServer + [
        OptionSpec("--limit", .required("NUMBER"), "how many may be in it, 1 to 500; default 20"),
        OptionSpec("--temporary", "it is gone when the last has left"),
        OptionSpec("--no-recording", "nobody can record in it"),
        OptionSpec("--transcribe", "write down what is said"),
        OptionSpec("--waiting-room", "the host lets people in"),
        OptionSpec("--room-password-file", .required("FILE"), "its first line is asked of guests"),
        json,
      ],
      examples: [Example("tipring rooms create Standup --limit 8", "Make a room for eight.")]),
    room("show", "what is known of one room"),
    room("participants", "who is in a room"),
    room("leave", "leave a room, also for a phone that is gone"),
    room("remove", "close a room for good"),
    CommandSpec(
      "rooms admit", operands: "ROOM USER", summary: "let somebody in who waits for a room",
      options: oneServer + [OptionSpec("--refuse", "send them away instead"), json],
      examples: [Example("tipring rooms admit Standup bob", "Let Bob in.")]),
    CommandSpec(
      "calls", summary: "recordings and transcripts that a server makes",
      text: [
        "CALL is the server's own name of a call, as history and the JSON lines tell it."
      ],
      examples: [Example("tipring calls", "Say which of these commands there are.")]),
    CommandSpec(
      "calls record", operands: "start|stop CALL", summary: "have the server record a call",
      options: oneServer + [json],
      examples: [Example("tipring calls record start call_7f3a", "Begin.")]),
    call("recordings", "the recordings of a call"),
    CommandSpec(
      "calls download", operands: "URL", summary: "fetch a recording, by its address",
      options: oneServer + [output],
      examples: [
        Example(
          "tipring calls download /api/v1/recordings/3.wav --output 3.wav", "Keep a recording.")
      ]),
    CommandSpec(
      "calls transcribe", operands: "CALL", summary: "have the server write a call down",
      options: oneServer + [
        OptionSpec("--language", .required("CODE"), "the language that is spoken, as in en"), json,
      ],
      examples: [Example("tipring calls transcribe call_7f3a --language pt", "Begin.")]),
    CommandSpec(
      "calls transcript", operands: "CALL", summary: "what was said in a call",
      options: oneServer + [
        OptionSpec("--format", .required("FORMAT"), "json, txt, vtt or srt; default txt"), output,
      ],
      examples: [
        Example("tipring calls transcript call_7f3a --format srt", "As subtitles.")
      ]),
    CommandSpec(
      "analytics", summary: "how calls went, for administrators",
      options: oneServer + [days, json],
      examples: [Example("tipring analytics --days 7", "The last week.")]),
    CommandSpec(
      "callurl", operands: "TARGET", summary: "an address at which a browser can call somebody",
      options: oneServer + [OptionSpec("--video", "with a camera"), json],
      examples: [Example("tipring callurl +4930123456 --account nx", "To be sent to somebody.")]),
    CommandSpec(
      "buzzi", summary: "what a company sets up at Buzzi",
      text: [
        "These commands need a Buzzi account with the company's session; see tipring.conf(5)."
      ],
      examples: [Example("tipring buzzi", "Say which of these commands there are.")]),
    CommandSpec(
      "buzzi analytics", summary: "calls with the company's bots",
      options: oneServer + [days, json],
      examples: [Example("tipring buzzi analytics --days 90", "The last quarter.")]),
    CommandSpec(
      "buzzi accounts", summary: "the company's telephone numbers", options: oneServer + [json],
      examples: [Example("tipring buzzi accounts", "List them.")]),
    CommandSpec(
      "buzzi accounts add", operands: "KEY=VALUE…", summary: "add a telephone number",
      text: [fields], options: oneServer + [json],
      examples: [
        Example(
          "tipring buzzi accounts add provider=whatsapp displayName=Support "
            + "phoneNumber=+4930123456 credentials.access_token=@token.txt",
          "Add a WhatsApp number.")
      ]),
    CommandSpec(
      "buzzi accounts set", operands: "ID KEY=VALUE…", summary: "change a telephone number",
      text: [fields], options: oneServer + [json],
      examples: [Example("tipring buzzi accounts set 7 isActive=false", "Take it out of use.")]),
    CommandSpec(
      "buzzi accounts remove", operands: "ID", summary: "take a telephone number away",
      options: oneServer + [json],
      examples: [Example("tipring buzzi accounts remove 7", "Calls to it end.")]),
    CommandSpec(
      "buzzi bot", summary: "how a bot takes calls",
      examples: [Example("tipring buzzi bot", "Say which of these commands there are.")]),
    CommandSpec(
      "buzzi bot set", operands: "ID KEY=VALUE…", summary: "change how a bot takes calls",
      text: [fields], options: oneServer + [json],
      examples: [
        Example(
          "tipring buzzi bot set sales enabledCall=true voiceConfig.openaiVoice=ash",
          "Let it take calls.")
      ]),
  ]

  private static func room(_ verb: String, _ summary: String) -> CommandSpec {
    CommandSpec(
      "rooms \(verb)", operands: "ROOM", summary: summary, options: oneServer + [json],
      examples: [Example("tipring rooms \(verb) Standup", "By name or id.")])
  }

  private static func call(_ verb: String, _ summary: String) -> CommandSpec {
    CommandSpec(
      "calls \(verb)", operands: "CALL", summary: summary, options: oneServer + [json],
      examples: [Example("tipring calls \(verb) call_7f3a", "One a line.")])
  }

  private static let fields =
    "A dot leads into an object; true, false and numbers are what they look like; @FILE stands "
    + "for a file's first line, for what must not stand on a command line."
  private static let days = OptionSpec(
    "--days", .required("NUMBER"), "how far back, 1 to 365; default 30")
  private static let output = OptionSpec(
    "--output", .required("FILE"), "write it there; default standard output")
}
