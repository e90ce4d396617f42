import Basics
import Calling
import Testing

@Suite("Call target")
struct CallTargetTests {
  private let accounts = [
    summary(0, name: "exchange"), summary(1, name: "Work", system: .zulip),
  ]
  private let contacts = [
    contact(0, "echo", "Echo", .bot), contact(0, "parrot", "Parrot", .bot),
    contact(0, "lobby", "Lobby", .room), contact(0, "bob", "Bob"),
    contact(1, "amina@example.org", "Amina O."), contact(1, "u7", "Amina P."),
    contact(1, "bob@example.org", "Bob"), contact(1, "+4930123", "Desk"),
  ]

  @Test(
    "reads what was typed",
    arguments: [
      ("Echo", .name("Echo"), nil), ("  Amina O. ", .name("Amina O."), nil),
      ("bob@work", .name("bob"), "Work"), ("a@b.org", .email("a@b.org"), nil),
      ("a@b.org@WORK", .email("a@b.org"), "Work"), ("+49 (30) 12-34", .number("+49301234"), nil),
      ("room:Lobby", .room("Lobby"), nil), ("ROOM: Lobby@exchange", .room("Lobby"), "exchange"),
      ("bot:42", .bot("42"), nil), ("+me", .name("+me"), nil), ("@work", .name("@work"), nil),
      ("https://m.example.org/S", .conference(url: "https://m.example.org/S"), nil),
      ("bob@nosuch", .name("bob@nosuch"), nil),
    ] as [(String, CallTarget.Kind, String?)])
  func parses(text: String, kind: CallTarget.Kind, accountName: String?) throws {
    let target = try #require(CallTarget(text, accountNames: accounts.map(\.name)))
    #expect(target.kind == kind)
    #expect(target.accountName == accountName)
  }

  @Test("takes nothing for a target", arguments: ["", "   ", "room:", "bot: "])
  func takesNothing(text: String) {
    #expect(CallTarget(text, accountNames: []) == nil)
  }

  @Test("bounds what is typed")
  func bounds() {
    let longest = String(repeating: "x", count: CallTarget.lengthLimit)
    #expect(CallTarget(longest, accountNames: []) != nil)
    #expect(CallTarget(longest + "x", accountNames: []) == nil)
  }

  @Test(
    "finds a contact by name, address or unique beginning, whatever the case",
    arguments: [
      ("echo", "echo"), ("ECHO", "echo"), ("par", "parrot"), ("amina o.", "amina@example.org"),
      ("Amina@Example.org", "amina@example.org"), ("room:lobby", "lobby"), ("bot:Parrot", "parrot"),
      ("+49 30 123", "+4930123"), ("bob@exchange", "bob"), ("bob@work", "bob@example.org"),
      ("bob", "bob"),
    ])
  func finds(text: String, address: String) {
    guard case .contact(let contact) = resolve(text) else {
      Issue.record("\(text): \(resolve(text))")
      return
    }
    #expect(contact.address == address)
  }

  @Test(
    "hands an address that is no contact to the account",
    arguments: [
      ("new@example.org", 0, "new@example.org"), ("new@example.org@work", 1, "new@example.org"),
      ("+4455", 0, "+4455"), ("room:Kitchen", 0, "room:Kitchen"), ("bot:9", 0, "bot:9"),
      ("https://m.example.org/S", 1, "https://m.example.org/S"),
    ])
  func passesOn(text: String, account: Int, address: String) {
    #expect(resolve(text) == .address(AccountID(account), address))
  }

  @Test(
    "says what to type instead",
    arguments: [
      ("ami", ["amina@example.org", "u7"]), ("ecoh", ["Echo"]), ("zzz", ["Nobody", "zzz"]),
      ("bob@nosuch", ["no account", "nosuch"]),
    ])
  func hints(text: String, words: [String]) {
    guard case .nobody(let sentence) = resolve(text) else {
      Issue.record("\(text): \(resolve(text))")
      return
    }
    for word in words { #expect(sentence.contains(word), "\(sentence)") }
  }

  @Test("names the account with each of several people of one name")
  func ambiguousAcrossAccounts() {
    let twins = [contact(0, "x1", "Twin"), contact(1, "x2", "Twin")]
    guard case .nobody(let sentence) = resolve("twin", twins) else {
      Issue.record("one of two was chosen")
      return
    }
    #expect(sentence.contains("x1@exchange") && sentence.contains("x2@Work"))
  }

  @Test("shows hostile names harmlessly")
  func harmless() {
    guard case .nobody(let sentence) = resolve("\u{1B}]0;x\u{7}\u{202E}") else {
      Issue.record("somebody was found")
      return
    }
    #expect(!sentence.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
  }

  @Test("says that there is no account")
  func noAccount() throws {
    let target = try #require(CallTarget("bob", accountNames: []))
    guard case .nobody = target.resolve(contacts: [], accounts: []) else {
      Issue.record("somebody was found")
      return
    }
  }

  private func resolve(_ text: String, _ people: [Contact]? = nil) -> CallTarget.Resolution {
    CallTarget(text, accountNames: accounts.map(\.name))?
      .resolve(contacts: people ?? contacts, accounts: accounts) ?? .nobody("")
  }
}

private func contact(
  _ number: Int, _ address: String, _ name: String, _ kind: Contact.Kind = .person
) -> Contact {
  Contact(
    account: AccountID(number), address: address, name: name, kind: kind, presence: .online)
}
