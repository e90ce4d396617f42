import Basics
import Calling
import EndToEnd
import Files
import Glibc
import SDP
import Testing

@Suite("Settings file")
struct SettingsFileTests {
  private let folder = TemporaryFolder()
  private let file: SettingsFile

  init() {
    let home = folder.path
    file = SettingsFile(
      SearchPaths(
        environment: { $0 == "HOME" ? home : nil }, home: "/", executable: nil,
        isDirectory: { _ in false }))
  }

  private var account: AccountSettings {
    var account = AccountSettings(name: "work")
    account.server = "https://bots.example.org"
    account.username = "amina"
    account.password = .command("pass show work")
    return account
  }

  private func write(_ text: String) {
    folder.write(text, to: ".config/tipring/tipring.conf")
  }

  private var text: String? { folder.read(".config/tipring/tipring.conf") }

  @Test("no file means the standard settings and no complaint")
  func absent() {
    let (settings, complaints) = file.read()
    #expect(settings == Settings())
    #expect(complaints == [])
    #expect(file.stamp == nil)
  }

  @Test("a folder in the file's place is complained about")
  func notAFile() {
    folder.write("", to: ".config/tipring/tipring.conf/x")
    #expect(file.read().complaints.count == 1)
  }

  @Test("a pipe in the file's place is not waited for")
  func pipe() {
    folder.write("", to: ".config/tipring/x")
    mkfifo(file.paths.settingsFile, 0o600)
    #expect(file.read().complaints.count == 1)
  }

  @Test("a file of 256 KiB is read and a larger one is not")
  func sizeLimit() {
    let comment = String(repeating: "#" + String(repeating: "x", count: 62) + "\n", count: 4_096)
    write(comment)
    #expect(file.read().complaints == [])
    write(comment + "\n")
    #expect(
      file.read().complaints.map(\.description)
        == ["tipring.conf: \(file.paths.settingsFile) is larger than the 256 KiB that are read."])
  }

  @Test("an account is added to a file that is not there, for its owner alone")
  func addsToNothing() throws {
    try file.add(account)
    #expect(
      text == """
        [account work]
        system = botserver
        server = https://bots.example.org
        user = amina
        password-command = pass show work

        """)
    #expect(folder.mode(of: ".config/tipring/tipring.conf") == 0o600)
    #expect(folder.mode(of: ".config/tipring") == 0o700)
    #expect(file.read().settings.accounts == [account])
  }

  @Test("an account is added below what is there, comments and faults included")
  func addsBelow() throws {
    write("# mine\n[phone]\nmouse = yes\nnonsense")
    try file.add(account)
    #expect(text?.hasPrefix("# mine\n[phone]\nmouse = yes\nnonsense\n\n[account work]\n") == true)
  }

  @Test("an added account leaves no temporary file behind")
  func leavesNothing() throws {
    try file.add(account)
    #expect(folder.names(in: ".config/tipring") == ["tipring.conf"])
  }

  @Test("a linked settings file stays a link")
  func keepsLink() throws {
    write("")
    let target = folder.write("# elsewhere\n", to: "dotfiles/tipring.conf")
    unlink(file.paths.settingsFile)
    symlink(target, file.paths.settingsFile)
    try file.add(account)
    #expect(folder.read("dotfiles/tipring.conf")?.contains("[account work]") == true)
    var attributes = stat()
    lstat(file.paths.settingsFile, &attributes)
    #expect(attributes.st_mode & S_IFMT == S_IFLNK)
  }

  @Test("a name can be given once")
  func takenName() throws {
    try file.add(account)
    #expect(throws: SettingsEditError.nameTaken("work")) { try file.add(account) }
    var other = account
    other.name = "a b"
    #expect(throws: SettingsEditError.badName("a b")) { try file.add(other) }
  }

  @Test("a line break in a value is refused")
  func lineBreak() {
    var hostile = account
    hostile.username = "amina\n[phone]\nring-command = evil"
    #expect(throws: SettingsEditError.notOneLine) { try file.add(hostile) }
    #expect(text == nil)
  }

  @Test("an account is removed and every other line stays")
  func removes() throws {
    write(
      """
      # first
      [account work]
      # about work
      system = botserver

      # about the phone
      [phone]
      mouse = yes
      [account WORK]
      [account "work"]
      user = x
      """)
    try file.removeAccount(named: "work")
    #expect(
      text == """
        # first

        # about the phone
        [phone]
        mouse = yes
        [account WORK]

        """)
    #expect(throws: SettingsEditError.noSuchAccount("work")) {
      try file.removeAccount(named: "work")
    }
  }

  @Test("a change of the file shows in its stamp")
  func stamps() throws {
    write("a")
    let first = try #require(file.stamp)
    #expect(file.stamp == first)
    write("ab")
    #expect(file.stamp != first)
  }

  @Test("Zulip's own file is an account, with its key by reference")
  func zuliprc() throws {
    folder.write(
      "[api]\nemail=amina@example.org\nkey=abcdef\nsite=https://zulip.example.org/\n",
      to: ".zuliprc")
    let (settings, complaints) = file.read()
    let account = try #require(settings.accounts.first)
    #expect(complaints == [])
    #expect(account.name == "zulip")
    #expect(account.system == .zulip)
    #expect(account.server == "https://zulip.example.org")
    #expect(account.username == "amina@example.org")
    #expect(try account.password?.read().exposed == "abcdef")
    #expect(!"\(settings)".contains("abcdef"))
  }

  @Test("Zulip's own file is used but complained about when others can read it")
  func looseZuliprc() {
    let text = "[api]\nemail=a@b\nkey=k\nsite=https://z\n"
    folder.write(text, to: ".zuliprc", mode: 0o644)
    let (settings, complaints) = file.read()
    #expect(settings.accounts.count == 1)
    #expect(complaints.first?.description.contains("chmod 600") == true)
  }

  @Test("an account of the settings takes from a zuliprc file what it does not say itself")
  func namedZuliprc() throws {
    folder.write(
      "[api]\nemail=amina@example.org\nkey=abcdef\nsite=https://zulip.example.org/\n",
      to: "chat.rc",
      mode: 0o600)
    write("[account chat]\nsystem = zulip\nzuliprc = \(folder.path)/chat.rc\n")
    let (settings, complaints) = file.read()
    let account = try #require(settings.accounts.first)
    #expect(complaints == [])
    #expect(account.name == "chat" && account.server == "https://zulip.example.org")
    #expect(account.username == "amina@example.org")
    #expect(try account.password?.read().exposed == "abcdef")
    write("[account chat]\nsystem = zulip\nzuliprc = \(folder.path)/none.rc\n")
    let (missing, faults) = file.read()
    #expect(missing.accounts == [])
    #expect(faults.count == 1)
  }

  @Test("what only some systems have is written and read again, secrets by reference")
  func systemOptions() throws {
    var account = AccountSettings(name: "bots")
    account.system = .buzzi
    account.server = "https://bots.example.org"
    account.username = "Amina"
    account.options = ["chatbot-id": "sales, support", "company-id": "acme", "input-rate": "16000"]
    account.secrets = ["session": .command("pass show s"), "jwt": .environment(variable: "JWT")]
    try file.add(account)
    let (settings, complaints) = file.read()
    #expect(complaints == [])
    #expect(settings.accounts == [account])
  }

  @Test("all that an account can have is written and read again")
  func everything() throws {
    var account = AccountSettings(name: "far")
    account.server = "https://calls.example.org"
    account.username = "amina"
    account.isEnabled = false
    account.authorityFile = "/etc/own.pem"
    account.stunServer = HostAndPort(host: "stun.example.org", port: 3_478)
    account.turnServer = HostAndPort(host: "2001:db8::1", port: 5_349)
    account.turnTransport = .tls
    account.turnUsername = "relay"
    account.turnPassword = .file(path: "/etc/relay")
    try file.add(account)
    let (settings, complaints) = file.read()
    #expect(complaints == [])
    #expect(settings.accounts == [account])
  }

  @Test("Zulip's own file yields to the same account in the settings")
  func zuliprcYields() {
    folder.write("[api]\nemail=a@b\nkey=k\nsite=https://z\n", to: ".zuliprc")
    write("[account chat]\nsystem=zulip\nserver=https://z\nuser=a@b\n")
    #expect(file.read().settings.accounts.map(\.name) == ["chat"])
  }

  @Test(
    "a damaged file of Zulip's is no account", arguments: ["", "[api]\nemail=a", "\u{0}", "[x"])
  func damagedZuliprc(text: String) {
    folder.write(text, to: ".zuliprc")
    #expect(file.read().settings.accounts == [])
  }
}
