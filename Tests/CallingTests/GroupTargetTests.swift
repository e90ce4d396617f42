import Basics
import Calling
import Testing

@Suite("Call target of several")
struct GroupTargetTests {
  private let accounts = [groupAccount(0, "work"), groupAccount(1, "home")]
  private let contacts = [
    member(0, "bob", "Bob"), member(0, "carol", "Carol"), member(1, "dave", "Dave"),
    member(0, "echo", "Echo", .bot),
  ]

  @Test("people with commas between are one address of their account")
  func group() {
    #expect(resolve("Bob, carol,") == .address(AccountID(0), "bob,carol"))
    #expect(resolve("Bob,bob") == .contact(contacts[0]))
  }

  @Test(
    "a group is of people of one account",
    arguments: [
      ("bob,dave", "These people are not all on one account; a group is."),
      ("bob,echo", "“Echo” cannot be in a group; only people can."),
      (" , ", "There is nobody between the commas."),
    ])
  func refuses(text: String, words: String) {
    #expect(resolve(text) == .nobody(words))
  }

  @Test("the account after the last @ is everybody's")
  func onAccount() {
    #expect(resolve("bob,carol@work") == .address(AccountID(0), "bob,carol"))
    #expect(resolve("bob, carol @WORK") == .address(AccountID(0), "bob,carol"))
    #expect(
      resolve("bob,carol@home") == .nobody("Nobody is called “bob”. Near it: Dave.")
        || resolve("bob,carol@home") == .nobody("Nobody is called “bob”."))
  }

  @Test("whom several accounts know are meant on the one that knows them all")
  func spread() {
    let more = contacts + [member(1, "bob", "Bob")]
    func resolve(_ text: String) -> CallTarget.Resolution? {
      CallTarget(text, accountNames: ["work", "home"])?.resolve(contacts: more, accounts: accounts)
    }
    #expect(resolve("bob,carol") == .address(AccountID(0), "bob,carol"))
    #expect(resolve("bob,dave") == .address(AccountID(1), "bob,dave"))
    #expect(resolve("bob,carol@work") == .address(AccountID(0), "bob,carol"))
    guard case .nobody? = resolve("bob,bob") else {
      Issue.record("one of two was taken")
      return
    }
  }

  @Test("numbers and e-mail addresses that no contact has are left to the account's server")
  func strangers() {
    #expect(
      resolve("+49 30 1234, +255 788@home") == .address(AccountID(1), "+49301234,+255788"))
    #expect(
      resolve("bob,eve@example.org") == .address(AccountID(0), "bob,eve@example.org"))
    #expect(resolve("dave,+49301234") == .address(AccountID(1), "dave,+49301234"))
    #expect(
      resolve("bob,room:lobby") == .nobody("“lobby” cannot be in a group."))
  }

  private func resolve(_ text: String) -> CallTarget.Resolution? {
    CallTarget(text, accountNames: ["work", "home"])?.resolve(
      contacts: contacts, accounts: accounts)
  }
}

private func groupAccount(_ number: Int, _ name: String) -> AccountSummary {
  AccountSummary(
    id: AccountID(number), name: name, system: .botServer, server: "", username: "you",
    state: .signedIn)
}

private func member(
  _ account: Int, _ address: String, _ name: String, _ kind: Contact.Kind = .person
) -> Contact {
  Contact(
    account: AccountID(account), address: address, name: name, kind: kind, presence: .online)
}
