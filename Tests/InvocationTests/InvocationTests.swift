import Basics
import Calling
import Invocation
import Media
import Testing

@Suite("Command line")
struct InvocationTests {
  private func parse(_ line: String) throws -> Invocation {
    try Invocation(parsing: line.split(separator: " ").map(String.init))
  }

  @Test("no word at all opens the phone")
  func opensPhone() throws {
    #expect(try parse("") == .phone(PhoneOptions()))
  }

  @Test("the phone takes an account, an exchange and sound")
  func phoneOptions() throws {
    var options = PhoneOptions()
    options.server.accountName = "work"
    #expect(try parse("--account work") == .phone(options))
    options = PhoneOptions()
    options.server.exchangeURL = "http://127.0.0.1:8077"
    options.server.identity = "alice"
    options.sound.capture = .silence
    options.sound.latency = .low
    #expect(
      try parse("--exchange http://127.0.0.1:8077/ --as alice --capture silence --latency=low")
        == .phone(options))
  }

  @Test("call takes every option it promises")
  func callOptions() throws {
    var options = CallOptions(target: "bob@work")
    options.server.exchangeURL = "https://calls.example.org"
    options.server.identity = "alice"
    options.server.trust.authorityFile = "ca.pem"
    options.sound.capture = .file(path: "speech.wav")
    options.sound.playback = .file(path: "out.wav")
    options.sound.loopsCapture = true
    options.sound.recordingPath = "both.FLAC"
    options.sound.usesProcessing = false
    options.sound.latency = .robust
    options.report.isJSON = true
    options.report.statisticsInterval = .milliseconds(500)
    options.duration = .seconds(8)
    let line = """
      call bob@work --exchange https://calls.example.org --as alice --ca-file ca.pem \
      --capture file:speech.wav --playback=file:out.wav --loop --record both.FLAC \
      --no-processing --latency robust --json --stats 500ms --duration 8s
      """
    #expect(try parse(line) == .call(options))
  }

  @Test("an option may stand before its command")
  func optionBeforeCommand() throws {
    var options = CallOptions(target: "Echo")
    options.report.isJSON = true
    #expect(try parse("--json call Echo") == .call(options))
    #expect(throws: UsageError(.unknownOption("--json", suggestion: nil), in: "accounts remove")) {
      try parse("--json accounts remove work")
    }
  }

  @Test("after two dashes every word is an operand")
  func dashDash() throws {
    #expect(try parse("call -- --help") == .call(CallOptions(target: "--help")))
  }

  @Test("answer takes calls at once unless a rule says otherwise")
  func answerRules() throws {
    var options = AnswerOptions()
    #expect(try parse("answer") == .answer(options))
    #expect(try parse("answer --auto") == .answer(options))
    options.rule = .automatic(after: .seconds(3))
    options.isOnce = true
    #expect(try parse("answer --auto=3s --once") == .answer(options))
    options.rule = .decline
    options.isOnce = false
    #expect(try parse("answer --decline") == .answer(options))
  }

  @Test("a script is the plain phone with its commands from a file")
  func script() throws {
    var options = PlainOptions()
    options.scriptPath = "night.bas"
    options.isOnce = true
    #expect(try parse("--script night.bas --once") == .plain(options))
    #expect(try parse("--plain --script=night.bas --once") == .plain(options))
  }

  @Test("the plain phone takes the options of call and answer")
  func plain() throws {
    var options = PlainOptions()
    options.report.isJSON = true
    options.rule = .automatic(after: .zero)
    options.duration = .seconds(120)
    options.sound.capture = .tone(hertz: 440)
    #expect(
      try parse("--plain --json --auto --duration 2m --capture tone:440") == .plain(options))
  }

  @Test("serve takes a place, a folder, guests and a certificate")
  func serve() throws {
    var options = ServeOptions()
    #expect(try parse("serve") == .serve(options))
    options.listen = HostAndPort(host: "127.0.0.1", port: 0)
    options.dataDirectory = "/tmp/x"
    options.admitsGuests = false
    options.certificateFile = "c.pem"
    options.keyFile = "k.pem"
    options.isJSON = true
    let line = """
      serve --listen 127.0.0.1:0 --data /tmp/x --no-guests --tls-certificate c.pem --tls-key k.pem \
      --json
      """
    #expect(try parse(line) == .serve(options))
    #expect(
      try parse("serve adduser amina --data /tmp/x")
        == .addUser(name: "amina", dataDirectory: "/tmp/x"))
    #expect(
      try parse("serve --data /tmp/x adduser amina")
        == .addUser(name: "amina", dataDirectory: "/tmp/x"))
  }

  @Test("accounts are listed, added, tested and removed")
  func accounts() throws {
    #expect(try parse("accounts --json") == .listAccounts(isJSON: true))
    #expect(try parse("accounts test") == .testAccounts(name: nil, trust: Trust()))
    #expect(try parse("accounts remove work") == .removeAccount(name: "work"))
    let line = """
      accounts add work --system botserver --server https://bots.example.org/ --user amina@x.org \
      --password-file ~/secret
      """
    #expect(
      try parse(line)
        == .addAccount(
          NewAccount(
            name: "work", system: .botServer, server: "https://bots.example.org",
            username: "amina@x.org", password: .file("~/secret"))))
  }

  @Test("what an account needs may stand as options or as keys of the settings")
  func accountByKeys() throws {
    let keys = "system=Zulip server=https://z.example.org user=amina password-file=~/secret"
    #expect(
      try parse("accounts add chat \(keys) enabled=no")
        == parse(
          "accounts add chat --system zulip --server https://z.example.org --user amina "
            + "--password-file ~/secret enabled=no"))
  }

  @Test("lists and measurements")
  func lists() throws {
    #expect(try parse("contacts --json") == .contacts(ServerOptions(), isJSON: true))
    #expect(try parse("devices") == .devices(isJSON: false))
    var history = HistoryOptions()
    history.isMissedOnly = true
    history.limit = 500
    #expect(try parse("history --missed --limit 500") == .history(history))
    var bench = BenchOptions(measure: .loopback)
    bench.runs = 9
    bench.capture = .device("hw:1")
    #expect(try parse("bench loopback --runs 9 --capture hw:1") == .bench(bench))
    var rooms = BenchOptions(measure: .rooms)
    rooms.seats = 40
    #expect(try parse("bench rooms --seats 40") == .bench(rooms))
  }

  @Test("the last of several values counts")
  func lastCounts() throws {
    #expect(
      try parse("call a --duration 1s --duration 2s") == parse("call a --duration 2s"))
  }

  @Test(
    "every wrong word has its sentence",
    arguments: [
      ("frobnicate", "There is no command “frobnicate”"), ("cal Echo", "did you mean “call”?"),
      ("Echo", "write: tipring call Echo"), ("serve addusr x", "did you mean “serve adduser”?"),
      ("call", "TARGET is missing."), ("call a b", "“b” is one word too many."),
      ("contacts x", "“x” is one word too many."), ("call a --jsn", "did you mean --json?"),
      ("call a --frob", "There is no option --frob here."), ("-x", "There is no option -x here."),
      ("call a --capture", "--capture needs a value: --capture WHAT"),
      ("call a --capture --json", "--capture needs a value"),
      ("call a --capture=", "--capture needs a value"),
      ("call a --json=yes", "--json takes no value."),
      ("--help=call", "--help takes no value."),
      ("call a --capture tone:0", "--capture: “0” is not a frequency"),
      ("call a --playback silence", "--playback: “silence”"),
      ("call a --loop", "only makes sense with --capture file:PATH"),
      ("call a --capture silence --loop", "only makes sense with --capture file:PATH"),
      ("call a --record x.mp3", ".wav, .flac, .ogg or .opus"), ("call a --record wav", ".flac"),
      ("call a --latency fast", "it must be low, normal or robust."),
      ("call a --duration 0s", "a time from 1ms"),
      ("call a --duration 25h", "to 24h"), ("call a --stats 99ms", "a time from 100ms"),
      ("call a --exchange localhost:1", "it must be a URL"),
      ("call a --exchange https://u:p@h", "without a user or password"),
      ("call a --account x --exchange http://h", "exclude each other"),
      ("call a --as b\u{1B}c", "letters, digits"),
      ("answer --auto --decline", "exclude each other"),
      ("answer --auto=soon", "a time from 0s"), ("serve --listen 8077", "HOST:PORT"),
      ("serve --guests --no-guests", "exclude each other"),
      ("serve --tls-key k", "only makes sense with --tls-certificate"),
      ("serve --tls-certificate k", "only makes sense with --tls-key"),
      ("serve adduser", "NAME is missing."), ("serve adduser a/b", "letters, digits"),
      (
        "accounts add x --server http://h --user u",
        "--system is missing, the call system: botserver, zulip, nexacon, buzzi or jitsi."
      ),
      ("accounts add x system=foo", "“foo” will not do for --system; it must be botserver, "),
      ("accounts add x system=zulip", "--server is missing, the server's address."),
      (
        "accounts add x system=zulip --system zulip",
        "--system and system=zulip exclude each other."
      ),
      ("accounts add x system=", "system needs a value: system=VALUE"),
      ("accounts add system=zulip server=http://h user=u", "NAME is missing."),
      ("accounts add chatbot-id=a", "NAME is missing."),
      (
        "accounts add x system=zulip server=http://h user=u password-env=A password-file=f",
        "exclude each other"
      ),
      ("accounts add x --system sip --server http://h --user u", "nexacon, buzzi or jitsi."),
      (
        "accounts add x --system zulip --server http://h --user u --password-env A --password-file f",
        "exclude each other"
      ),
      ("history --limit 0", "1 to 500"), ("history --limit 501", "1 to 500"),
      ("bench", "What to measure (start, cost, setup, loopback"),
      ("bench rooms --seats 41", "2 to 40"),
      ("bench devices --capture tone:440", "it must be a sound device to be measured."),
      ("bench devices --playback file:x.wav", "it must be a sound device to be measured."),
      ("bench cost --seats 3", "--seats only makes sense with bench rooms."),
      ("bench echo --red 1", "--red only makes sense with bench jitter."),
      ("bench echo --red-distance 2", "--red-distance only makes sense with bench jitter."),
      ("bench setup --output x.wav", "--output only makes sense with bench jitter or bench echo."),
      ("bench load --playback null", "with bench loopback, bench cost or bench devices."),
      ("bench speed", "unplug, jitter or echo."),
      ("calls transcript c --format pdf", "it must be json, txt, vtt or srt."),
      ("--json", "only makes sense with --plain, call or answer"), ("--once", "--plain"),
    ])
  func complains(line: String, sentence: String) {
    let error = #expect(throws: UsageError.self) { try parse(line) }
    #expect(error?.sentence.contains(sentence) == true, "\(error?.sentence ?? "")")
  }

  @Test("a complaint names the help to be read, and not the program, which whoever prints it does")
  func pointsToHelp() {
    let error = #expect(throws: UsageError.self) { try parse("serve adduser") }
    #expect(error?.description == "NAME is missing.\nTry: tipring serve adduser --help")
  }

  @Test(
    "a hostile word is shown harmlessly",
    arguments: ["call a --latency ", "call a --", "", "call a --as ", "accounts "])
  func harmless(start: String) {
    let error = #expect(throws: UsageError.self) {
      try parse(start + "\u{1B}]0;x\u{7}\u{202E}abc")
    }
    #expect(error?.description.contains("\u{1B}") == false)
    #expect(error?.description.contains("\u{202E}") == false)
  }

  @Test("help and version win over a missing operand")
  func helpWins() throws {
    #expect(try parse("--version") == .version)
    #expect(try parse("call --help") == .help(HelpText(for: CommandSpec.named("call")!).text))
    #expect(try parse("--help call") == parse("call -h"))
    #expect(try parse("accounts add -h") != parse("accounts -h"))
  }
}

@Suite("Commands that ask a server")
struct ServiceInvocationTests {
  @Test("rooms, calls, analytics and call addresses become requests")
  func requests() throws {
    let cases: [(String, ServiceTask)] = [
      ("rooms", .request(.rooms)),
      ("rooms show Standup", .room("Standup", .show)),
      ("rooms participants 7", .room("7", .participants)),
      ("rooms leave 7", .room("7", .leave)),
      ("rooms remove 7", .room("7", .remove)),
      ("rooms admit 7 bob", .room("7", .admit(user: "bob", isLetIn: true))),
      ("rooms admit 7 bob --refuse", .room("7", .admit(user: "bob", isLetIn: false))),
      ("calls record start c1", .request(.startRecording(call: "c1"))),
      ("calls record stop c1", .request(.stopRecording(call: "c1"))),
      ("calls recordings c1", .request(.recordings(call: "c1"))),
      ("calls download /r/1", .request(.recording(url: "/r/1"))),
      ("calls transcribe c1", .request(.startTranscription(call: "c1", language: nil))),
      ("calls transcript c1 --format srt", .request(.transcript(call: "c1", format: .srt))),
      ("analytics --days 7", .request(.analytics(days: 7))),
      ("callurl +4930123456 --video", .callURL(target: "+4930123456", kind: .video)),
      ("buzzi analytics", .request(.analytics(days: 30))),
      ("buzzi accounts", .request(.integrationAccounts)),
      ("buzzi accounts remove 7", .request(.removeIntegrationAccount(id: "7"))),
    ]
    for (line, task) in cases {
      guard case .service(let options) = try parse(line) else {
        Issue.record("\(line) asks nothing")
        continue
      }
      #expect(options.task == task, "\(line)")
      #expect(options.system == (line.hasPrefix("buzzi") ? .buzzi : nil), "\(line)")
    }
  }

  @Test("a room is made as its options say")
  func room() throws {
    let line =
      "rooms create Standup --limit 8 --temporary --no-recording --transcribe --waiting-room"
    guard case .service(let options) = try parse(line),
      case .createRoom(let plan, nil) = options.task
    else {
      Issue.record("no room is made")
      return
    }
    #expect(plan.name == "Standup" && plan.participantLimit == 8)
    #expect(!plan.isPersistent && !plan.allowsRecording)
    #expect(plan.isTranscribed && plan.hasWaitingRoom)
  }

  @Test("fields are a name, an equals sign and a value")
  func fields() throws {
    let fields = [Field(key: "isActive", value: "false"), Field(key: "a.b", value: "x=y")]
    guard case .service(let options) = try parse("buzzi accounts set 7 isActive=false a.b=x=y")
    else {
      Issue.record("nothing is set")
      return
    }
    #expect(options.task == .changeIntegration(id: "7", fields))
    for line in [
      "buzzi accounts set 7", "buzzi accounts add", "buzzi bot set b word", "buzzi bot set b =1",
    ] { #expect(throws: UsageError.self, "\(line)") { try parse(line) } }
  }

  @Test("a filter of the server asks the server; without one the local history is meant")
  func history() throws {
    var filter = HistoryFilter()
    filter.from = "2026-11-01"
    filter.status = "missed"
    filter.page = 2
    guard
      case .service(let options) = try parse(
        "history --from 2026-11-01 --status missed --page 2")
    else {
      Issue.record("the server is not asked")
      return
    }
    #expect(options.task == .request(.history(filter)))
    guard case .history = try parse("history --missed") else {
      Issue.record("the server is asked")
      return
    }
    for line in [
      "history --from yesterday", "history --to 2026-13-01", "history --from 2026-11-01 --missed",
      "history --page 0", "history --page-size 101",
    ] { #expect(throws: UsageError.self, "\(line)") { try parse(line) } }
  }

  @Test("what cannot be meant is refused, and a command alone says what there is")
  func refusals() throws {
    for line in [
      "calls record pause c1", "calls record start", "calls transcript c1 --format pdf",
      "analytics --days 0", "analytics --days 366", "rooms show", "rooms admit 7",
      "rooms create R --limit 501", "rooms sweep",
    ] { #expect(throws: UsageError.self, "\(line)") { try parse(line) } }
    for line in ["calls", "buzzi", "buzzi bot"] {
      guard case .help = try parse(line) else {
        Issue.record("\(line) helps nobody")
        continue
      }
    }
  }

  @Test("an account takes what its system needs, and zuliprc in the place of server and user")
  func accounts() throws {
    guard
      case .addAccount(let account) = try parse(
        "accounts add bots --system buzzi --server https://b.example.org --user Amina company-id=c")
    else {
      Issue.record("nothing is added")
      return
    }
    #expect(account.settings == [Field(key: "company-id", value: "c")])
    guard
      case .addAccount(let chat) = try parse("accounts add chat --system zulip zuliprc=/z")
    else {
      Issue.record("nothing is added")
      return
    }
    #expect(chat.server == "" && chat.username == "")
    #expect(throws: UsageError.self) { try parse("accounts add chat --system zulip") }
  }

  @Test("statistics are named as the W3C or as Nexacon's SDK does")
  func names() throws {
    guard case .call(let options) = try parse("call Echo --json --names nx") else {
      Issue.record("no call")
      return
    }
    #expect(options.report.names == .nx)
    #expect(throws: UsageError.self) { try parse("call Echo --names other") }
  }

  private func parse(_ line: String) throws(UsageError) -> Invocation {
    try Invocation(parsing: line.split(separator: " ").map(String.init))
  }
}
