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
