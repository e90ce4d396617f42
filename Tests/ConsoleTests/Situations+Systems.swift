import Basics
import Calling
import Cells
import Console

/// An account of each call system, a conference that is up and a call that comes in.
extension Situations {
  static func inConference(_ size: Size) -> ConsoleState {
    inCall(size, [conference]) { board in
      board.accounts = [
        account,
        account("chat", 1, .zulip, "https://chat.example.org", user: "amina@example.org"),
        account("nx", 2, .nexacon, "https://nx.example.org", user: "+4930123456"),
        account("bots", 3, .buzzi, "https://bots.example.org", user: "Amina"),
      ]
      board.contacts = [
        contact("Echo", about: "repeats you"), contact("Lobby", .room, members: 2),
        contact("Ann Larsen", of: 1, .person), contact("Standup", of: 1, .room, members: 3),
        contact("Ben Okri", of: 2, .person), contact("Sales", of: 3, .bot),
      ]
    }
  }

  static func fourSystemsRinging(_ board: Board) -> Board {
    var board = board
    var caller = call(
      "Ben Okri", number: 4, incoming: true, .incoming, startedAfter: .seconds(30))
    caller.accountName = "nx"
    caller.system = .nexacon
    caller.party.address = "+4930654321"
    board.calls.append(caller)
    return board
  }

  private static var conference: CallSummary {
    var call = call("Standup", .active)
    call.accountName = "chat"
    call.system = .zulip
    call.party.address = "Standup"
    call.participants = [
      Participant(id: "me", name: "Amina", isSelf: true),
      Participant(id: "a", name: "Ann Larsen", isSpeaking: true),
      Participant(id: "b", name: "Ben Okri", isMuted: true),
      Participant(id: "c", name: "Chidi Anagonye"),
    ]
    var chat = said("the notes are at example.org/notes", by: "Chidi Anagonye", at: 9)
    chat.kind = .written
    var notice = said("Ann Larsen has let Ben Okri in.", by: "", at: 12)
    notice.kind = .notice
    call.transcript = [
      said("Shall we begin?", by: "Ann Larsen", at: 3), chat, notice,
    ]
    return call
  }

  private static func account(
    _ name: String, _ number: Int, _ system: CallSystem, _ server: String, user: String
  ) -> AccountSummary {
    AccountSummary(
      id: AccountID(number), name: name, system: system, server: server, username: user,
      state: .signedIn)
  }

  private static func contact(
    _ name: String, of account: Int, _ kind: Contact.Kind, members: Int? = nil
  ) -> Contact {
    Contact(
      account: AccountID(account), address: name.lowercased(), name: name, kind: kind,
      presence: .online, memberCount: members)
  }
}
