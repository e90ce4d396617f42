import Basics
import Exchange
import LoopGLib
import SoupHost

/// Why a user was not added, in a sentence that says what to do.
enum RegistrationFailure: Error, CustomStringConvertible {
  case refused(name: String, Directory.Refusal)
  case store(String)

  var description: String {
    switch self {
    case .refused(let name, .badName):
      "“\(HarmlessText.line(name, limit: 40))” is no user's name; use letters, digits, dots, dashes "
        + "or underscores."
    case .refused(let name, .nameTaken):
      "There is a user \(HarmlessText.line(name, limit: 40)) already; choose another name."
    case .refused(_, .full): "The exchange has no place for another user."
    case .store(let sentence): sentence
    }
  }
}

/// Adds users to an exchange's store.
enum Registration {
  /// Adds a user and returns the token, which is known to nobody else.
  static func add(
    _ name: String, to store: some ExchangeStore
  ) throws(RegistrationFailure) -> String {
    let snapshot: StoreSnapshot
    do throws(StoreFailure) {
      snapshot = try store.load()
    } catch {
      throw .store(error.sentence)
    }
    var directory = Directory(users: snapshot.users, attendants: AttendantProfile.standard)
    let token: String
    let operations: [StoreOperation]
    do throws(Directory.Refusal) {
      (token, operations) = try directory.register(name, using: SystemExchangePorts(), on: .now)
    } catch {
      throw .refused(name: name, error)
    }
    for operation in operations {
      if case .failed(_, let sentence)? = store.perform(operation) { throw .store(sentence) }
    }
    return token
  }
}
