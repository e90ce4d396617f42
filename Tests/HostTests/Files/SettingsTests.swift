import Basics
import Calling
import Files
import Media
import SDP
import Testing
import ZulipWire

@Suite("Settings")
struct SettingsTests {
  private func read(_ text: String) -> (settings: Settings, complaints: [String]) {
    read(Array(text.utf8))
  }

  private func read(_ bytes: [UInt8]) -> (settings: Settings, complaints: [String]) {
    let (settings, complaints) = Settings.reading(
      bytes, file: "/c/tipring.conf", expanded: { "/expanded/\($0)" })
    return (settings, complaints.map(\.description))
  }

  @Test("an empty file leaves everything as it is", arguments: ["", "\n\n", "# x\n;y\n  \n"])
  func empty(text: String) {
    let (settings, complaints) = read(text)
    #expect(settings == Settings())
    #expect(complaints == [])
  }

  @Test("the exchange's Zulip dialects have the wire's own names, and its Jitsi server is a URL")
  func zulip() {
    let names = Settings.ZulipServing.allCases.map(\.rawValue)
    #expect(names == ZulipDialect.allCases.map(\.rawValue))
    let text = "[exchange]\nzulip-dialect = seed-b\nzulip-jitsi = https://meet.example.org/\n"
    let (settings, complaints) = read(text)
    #expect(settings.exchange.zulipDialect == .seedB)
    #expect(settings.exchange.zulipJitsiServer == "https://meet.example.org")
    #expect(complaints == [])
    #expect(read("[exchange]\nzulip-dialect = 4\n").complaints.count == 1)
    #expect(read("[exchange]\nzulip-jitsi = meet\n").complaints.count == 1)
  }

  @Test("a secret of any system is not taken from the file itself, nor an impossible rate")
  func systemSecrets() {
    let group = "[account a]\nsystem = nexacon\nserver = https://a\nuser = b\n"
    for key in ["api-key", "secret-key", "jwt", "room-password", "session"] {
      let (settings, complaints) = read(group + "\(key) = verysecret\n")
      #expect(settings.accounts.first?.secrets == [:])
      #expect(complaints.count == 1)
      #expect(complaints.first?.contains("\(key)-command") == true)
      #expect(complaints.first?.contains("verysecret") == false)
    }
    #expect(read(group + "input-rate = 44100\n").complaints.count == 1)
    #expect(read(group + "tenant = a b\n").complaints.count == 1)
  }

  @Test("every setting is taken")
  func everything() {
    let (settings, complaints) = read(
      """
      [phone]
      account = work
      ring-command = notify-send "Call # from $TIPRING_CALLER"
      bell = no
      notify = off
      mouse = yes
      recordings = ~/calls
      [audio]
      capture = hw:1,0
      playback = "file:a b.wav"
      latency = low
      quality = good
      fec = no
      red = no
      dtx = yes
      [keys]
      mute = m
      hang-up = f5
      [exchange]
      embedded = yes
      name = amina
      listen = 0.0.0.0:9000
      data = /srv/x
      guests = no
      tls-certificate = c.pem
      tls-key = k.pem
      turn-uri = turn:turn.example.org turns:turn.example.org:443
      turn-secret-file = turn.secret
      rooms = janus
      room-limit = 30
      janus-url = ws://127.0.0.1:8188
      janus-key-env = JANUS_KEY
      janus-secret-file = janus.secret
      transcription-url = http://127.0.0.1:8080/v1/audio/transcriptions
      transcription-model = base
      transcription-key-command = pass show key
      admins = Amina bob
      [account work]
      system = botserver
      server = https://bots.example.org/
      user = amina@example.org
      password-command = pass show work/bots
      enabled = no
      ca-file = ca.pem
      stun-server = stun.example.org:3478
      turn-server = [2001:db8::1]:3478
      turn-transport = tls
      turn-user = amina
      turn-password-env = TURN_PASSWORD
      """)
    #expect(complaints == [])
    var expected = Settings()
    expected.phone.account = "work"
    expected.phone.ringCommand = "notify-send \"Call # from $TIPRING_CALLER\""
    expected.phone.ringsBell = false
    expected.phone.notifies = false
    expected.phone.usesMouse = true
    expected.phone.recordings = "/expanded/~/calls"
    expected.audio.capture = .device("hw:1,0")
    expected.audio.playback = .file(path: "a b.wav")
    expected.audio.latency = .low
    expected.audio.quality = .good
    expected.audio.usesFEC = false
    expected.audio.usesRedundancy = false
    expected.audio.usesDTX = true
    expected.keys = [
      Settings.KeyBinding(action: "mute", key: "m", line: 17),
      Settings.KeyBinding(action: "hang-up", key: "f5", line: 18),
    ]
    expected.exchange.isEmbedded = true
    expected.exchange.identity = "amina"
    expected.exchange.listen = HostAndPort(host: "0.0.0.0", port: 9_000)
    expected.exchange.data = "/expanded//srv/x"
    expected.exchange.admitsGuests = false
    expected.exchange.certificateFile = "/expanded/c.pem"
    expected.exchange.keyFile = "/expanded/k.pem"
    expected.exchange.turnURIs = ["turn:turn.example.org", "turns:turn.example.org:443"]
    expected.exchange.turnSecret = .file(path: "/expanded/turn.secret")
    expected.exchange.rooms = .janus
    expected.exchange.roomLimit = 30
    expected.exchange.janusURL = "ws://127.0.0.1:8188"
    expected.exchange.janusKey = .environment(variable: "JANUS_KEY")
    expected.exchange.janusSecret = .file(path: "/expanded/janus.secret")
    expected.exchange.transcriptionURL = "http://127.0.0.1:8080/v1/audio/transcriptions"
    expected.exchange.transcriptionModel = "base"
    expected.exchange.transcriptionKey = .command("pass show key")
    expected.exchange.administrators = ["amina", "bob"]
    var account = AccountSettings(name: "work")
    account.server = "https://bots.example.org"
    account.username = "amina@example.org"
    account.password = .command("pass show work/bots")
    account.isEnabled = false
    account.authorityFile = "/expanded/ca.pem"
    account.stunServer = HostAndPort(host: "stun.example.org", port: 3_478)
    account.turnServer = HostAndPort(host: "2001:db8::1", port: 3_478)
    account.turnTransport = .tls
    account.turnUsername = "amina"
    account.turnPassword = .environment(variable: "TURN_PASSWORD")
    expected.accounts = [account]
    #expect(settings == expected)
  }

  @Test("a wrong line is reported with its number and the rest still counts")
  func wrongLine() {
    let (settings, complaints) = read("[phone]\nbell = perhaps\nnonsense\nmouse = yes\n")
    #expect(settings.phone.usesMouse)
    #expect(settings.phone.ringsBell)
    #expect(
      complaints == [
        "tipring.conf:2: “perhaps” will not do for bell; it must be yes or no.",
        "tipring.conf:3: This is neither “key = value” nor “[group]” nor a # comment.",
      ])
  }

  @Test(
    "what is unknown is reported with the nearest known name",
    arguments: [
      ("[phone]\nmous = yes", ":2: There is no setting “mous” in [phone]; did you mean “mouse”?"),
      ("[phone]\nzzzz = yes", ":2: There is no setting “zzzz” in [phone]."),
      ("[fone]\nbell = yes", ":1: There is no group [fone]; did you mean [phone]?"),
      ("[zzzzzz]\nbell = yes\nx", ":1: There is no group [zzzzzz]."),
      ("[phone extra]", ":1: There is no group [phone extra]; did you mean [phone]?"),
      ("bell = yes", ":1: “bell” belongs below a group such as [phone]."),
      ("[phone", ":1: A group's name ends with “]”."),
      (
        "[account a]\nsystem=zulip\nserver=http://h\nuser=u\npasword-file = x",
        ":5: There is no setting “pasword-file” in [account a]; did you mean “password-file”?"
      ),
    ])
  func unknown(text: String, complaint: String) {
    let (_, complaints) = read(text)
    #expect(complaints.first == "tipring.conf" + complaint)
  }

  @Test("a value outside its range names what would do")
  func values() {
    let (settings, complaints) = read(
      "[audio]\nlatency = fast\ncapture = tone:0\n[exchange]\nlisten = 80\nguests = some\nname = a b"
    )
    #expect(settings == Settings())
    #expect(complaints.count == 5)
    #expect(complaints[0].contains("it must be low, normal or robust"))
    #expect(complaints[1].contains("tone:HERTZ"))
    #expect(complaints[2].contains("HOST:PORT"))
    #expect(complaints[3].contains("auto, yes or no"))
    #expect(complaints[4].contains("letters, digits"))
  }

  @Test("a key without a value leaves the standard")
  func noValue() {
    let (settings, complaints) = read("[phone]\nbell =\naccount=\n")
    #expect(settings == Settings())
    #expect(complaints == [])
  }

  @Test("of two lines for one key the later counts, and is mentioned")
  func twice() {
    let (settings, complaints) = read("[phone]\nmouse = no\nMOUSE = yes\n")
    #expect(settings.phone.usesMouse)
    #expect(complaints == ["tipring.conf:3: mouse is set in line 2 already; this line counts."])
  }

  @Test("a bad second value does not unset the first")
  func badSecond() {
    let (settings, complaints) = read(
      "[account a]\nsystem=botserver\nserver=http://h\nuser=u\nsystem=sip\n")
    #expect(settings.accounts.map(\.system) == [.botServer])
    #expect(complaints.count == 1)
  }

  @Test("DOS line ends, a byte order mark and blanks do no harm")
  func blanks() {
    let (settings, complaints) = read("\u{FEFF}[ phone ]\r\n  mouse=yes  \r\n\t# x\r\n")
    #expect(settings.phone.usesMouse)
    #expect(complaints == [])
  }

  @Test("an account without a server is left out and said so")
  func incomplete() {
    let (settings, complaints) = read("[account a]\nsystem = botserver\nuser = u\n")
    #expect(settings.accounts == [])
    #expect(
      complaints == ["tipring.conf:1: The account a is left out, because it has no server."])
  }

  @Test(
    "a name that cannot stand after @ names no account",
    arguments: [
      "", "a b", "exchange", "Exchange", "é", "x\u{202E}", String(repeating: "a", count: 33),
    ])
  func badNames(name: String) {
    let (settings, complaints) = read(
      "[account \(name)]\nsystem=zulip\nserver=http://h\nuser=u\n")
    #expect(settings.accounts == [])
    #expect(complaints.count == 1)
    #expect(complaints.first?.contains("\u{202E}") == false)
  }

  @Test("no more than 32 accounts are used")
  func manyAccounts() {
    let text = (1...34).map { "[account a\($0)]\nsystem=zulip\nserver=http://h\nuser=u\n" }.joined()
    let (settings, complaints) = read(text)
    #expect(settings.accounts.count == Settings.accountLimit)
    #expect(complaints.count == 2)
    #expect(complaints.first == "tipring.conf:129: Only the first 32 accounts are used.")
  }

  @Test("a password in the file is refused and not repeated")
  func password() {
    let (settings, complaints) = read(
      "[account a]\nsystem=zulip\nserver=http://h\nuser=u\npassword = hunter2\n")
    #expect(settings.accounts.map(\.password) == [nil])
    #expect(complaints.count == 1)
    #expect(complaints.first?.contains("hunter2") == false)
    #expect(complaints.first?.contains("password-command") == true)
  }

  @Test("of two sources of a password the later counts")
  func twoSources() {
    let (settings, complaints) = read(
      "[account a]\nsystem=zulip\nserver=http://h\nuser=u\npassword-env=A\npassword-file=f\n")
    #expect(settings.accounts.map(\.password) == [.file(path: "/expanded/f")])
    #expect(
      complaints == [
        "tipring.conf:6: password-env and password-file exclude each other; password-file counts."
      ])
  }

  @Test("hostile bytes give complaints and nothing else")
  func hostile() {
    let (settings, complaints) = read(
      [0xFF, 0xFE, 0x0A] + Array("[phone]\nring-command = \u{1B}]0;x\u{7}\nmouse = yes\n".utf8)
        + [0, 0x0A] + Array(repeating: UInt8(ascii: "x"), count: 5_000))
    #expect(settings.phone.ringCommand == nil)
    #expect(settings.phone.usesMouse)
    #expect(complaints.count == 4)
    #expect(complaints.allSatisfy { line in line.unicodeScalars.allSatisfy { $0.value >= 0x20 } })
  }

  @Test("a line of 4096 bytes is read and one of 4097 is not")
  func lineLimit() {
    for (length, count) in [(4_096, 0), (4_097, 1)] {
      let start = "ring-command = "
      let line = start + String(repeating: "x", count: length - start.utf8.count)
      #expect(read("[phone]\n\(line)\n").complaints.count == count)
    }
  }

  @Test("a file that is no settings file gives at most fifty complaints")
  func manyComplaints() {
    let (_, complaints) = read(String(repeating: "nonsense\n", count: 10_000))
    #expect(complaints.count == 50)
  }

  @Test("no more than 200 keys are bound")
  func manyKeys() {
    let text = "[keys]\n" + (1...300).map { "action\($0) = a\n" }.joined()
    #expect(read(text).settings.keys.count == Settings.keyLimit)
  }

  @Test("a relay is used only with its password")
  func relays() {
    var account = AccountSettings(name: "a")
    account.stunServer = HostAndPort(host: "s", port: 1)
    account.turnServer = HostAndPort(host: "t", port: 2)
    account.turnUsername = "u"
    #expect(account.iceServers(turnPassword: nil).map(\.host) == ["s"])
    #expect(
      account.iceServers(turnPassword: Secret("p"))
        == [
          IceServer(kind: .stun, host: "s", port: 1),
          IceServer(
            kind: .turn(username: "u", credential: "p", transport: .udp), host: "t", port: 2),
        ])
  }

  @Test("the exchange's pair of Nexacon keys and its domain are read")
  func exchangeNexacon() {
    let (settings, complaints) = read(
      """
      [exchange]
      nexacon-api-key-env = NX_KEY
      nexacon-secret-key-file = ~/secret
      nexacon-domain = calls.example.org
      nexacon-domain = a/b
      """)
    #expect(settings.exchange.nexaconAPIKey == .environment(variable: "NX_KEY"))
    #expect(settings.exchange.nexaconSecretKey == .file(path: "/expanded/~/secret"))
    #expect(settings.exchange.nexaconDomain == "calls.example.org")
    #expect(complaints.count == 1)
  }

  @Test("bots, seats and WhatsApp are read, each with its bounds")
  func bots() {
    let (settings, complaints) = read(
      """
      [exchange]
      buzzi-dialect = code
      buzzi-sockets = 100
      buzzi-sessions-per-minute = 0
      support-seat = sue
      openai-key-env = OPENAI_KEY
      gemini-url = http://no.example
      whatsapp-number = 106540352242922
      whatsapp-secret-file = ~/secret
      """)
    let bots = settings.exchange.bots
    #expect(bots.revision == .code)
    #expect(bots.socketsPerAddress == 100)
    #expect(bots.sessionsPerMinute == 10)
    #expect(bots.seat == "sue")
    #expect(bots.openAI.key == .environment(variable: "OPENAI_KEY"))
    #expect(bots.gemini == BotSettings().gemini)
    #expect(bots.whatsApp.number == "106540352242922")
    #expect(bots.whatsApp.appSecret == .file(path: "/expanded/~/secret"))
    #expect(complaints.count == 2)
  }
}
