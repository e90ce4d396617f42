package import Basics

/// Keeps what must survive a restart. Used on the exchange's thread; a verb may touch the disk.
package protocol ExchangeStore: AnyObject {
  /// Everything an exchange needs in memory when it starts.
  func load() throws(StoreFailure) -> StoreSnapshot
  /// Carries out an operation; when it returns, the outcome outlives this process.
  ///
  /// - Returns: the answer to a question, or what went wrong; `nil` when a change was made.
  func perform(_ operation: StoreOperation) -> StoreAnswer?
  /// All users, if another process has changed anything since the last look; else `nil`.
  func changedUsers() -> [StoredUser]?
}

/// Why a store cannot be used, in a sentence that says what to do.
package struct StoreFailure: Error, Equatable, Sendable, CustomStringConvertible {
  package let sentence: String

  package init(_ sentence: String) { self.sentence = sentence }

  package var description: String { sentence }
}

/// What a store remembers for the start.
package struct StoreSnapshot: Equatable, Sendable {
  package var users: [StoredUser]
  /// Calls that were ringing or active, with what a callee still has to be told.
  package var calls: [LiveCall]

  package struct LiveCall: Equatable, Sendable {
    package var call: StoredCall
    package var signals: [Signal]

    package init(call: StoredCall, signals: [Signal]) {
      self.call = call
      self.signals = signals
    }
  }

  /// What facades have put by.
  package var documents: [StoredDocument]

  package init(
    users: [StoredUser] = [], calls: [LiveCall] = [], documents: [StoredDocument] = []
  ) {
    self.users = users
    self.calls = calls
    self.documents = documents
  }
}

/// One thing that a facade keeps: a room, a recording's facts, an integration account.
///
/// - Bound: ``bodyLimit`` bytes; a facade bounds how many there are of each collection.
package struct StoredDocument: Equatable, Sendable {
  /// What kind of thing it is: `rooms`, `zulip-calls`.
  package var collection: String
  /// Its name within the collection.
  package var key: String
  /// JSON.
  package var body: String

  package init(collection: String, key: String, body: String) {
    self.collection = collection
    self.key = key
    self.body = body
  }

  package static let bodyLimit = 1 << 20
}

/// A user as kept.
package struct StoredUser: Equatable, Sendable {
  package enum Role: String, Sendable {
    case user, guest, admin
  }

  /// A token's hash and its age.
  package struct Token: Equatable, Sendable {
    /// SHA-256 in lower-case hexadecimal.
    package var hash: String
    package var createdAt: WallTime

    package init(hash: String, createdAt: WallTime) {
      self.hash = hash
      self.createdAt = createdAt
    }
  }

  /// The name in lower case.
  package var id: String
  package var name: String
  package var role: Role
  package var createdAt: WallTime
  /// When the user last signed in; decides which guest is forgotten first.
  package var seenAt: WallTime
  package var tokens: [Token]

  package init(
    id: String, name: String, role: Role, createdAt: WallTime, seenAt: WallTime,
    tokens: [Token] = []
  ) {
    self.id = id
    self.name = name
    self.role = role
    self.createdAt = createdAt
    self.seenAt = seenAt
    self.tokens = tokens
  }
}

/// Where a call stands, in the exchange's words.
package enum CallStatus: String, CaseIterable, Sendable {
  case ringing, active, ended, declined, missed, cancelled, failed

  /// Whether something can still happen to the call.
  package var isLive: Bool { self == .ringing || self == .active }
}

/// A call as kept.
package struct StoredCall: Equatable, Sendable {
  package struct Party: Equatable, Sendable {
    package var id: String
    package var name: String
    package var isBot: Bool

    package init(id: String, name: String, isBot: Bool) {
      self.id = id
      self.name = name
      self.isBot = isBot
    }
  }

  package enum Kind: String, Sendable {
    case audio, video
  }

  package var id: String
  package var kind: Kind
  package var status: CallStatus
  package var caller: Party
  package var callee: Party
  package var createdAt: WallTime
  package var startedAt: WallTime?
  package var endedAt: WallTime?
  /// `hangup`, `declined`, `busy`, `timeout`, `cancelled`, `failed`, or a party's words.
  package var endReason: String?

  package init(
    id: String, kind: Kind, status: CallStatus, caller: Party, callee: Party, createdAt: WallTime,
    startedAt: WallTime? = nil, endedAt: WallTime? = nil, endReason: String? = nil
  ) {
    self.id = id
    self.kind = kind
    self.status = status
    self.caller = caller
    self.callee = callee
    self.createdAt = createdAt
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.endReason = endReason
  }

  package func includes(_ userID: String) -> Bool { caller.id == userID || callee.id == userID }
}

/// What one side of a call tells the other about its media.
package enum Signal: Equatable, Sendable {
  case offer(String)
  case answer(String)
  /// A candidate line without `a=`.
  case candidate(String)
  case endOfCandidates
}

/// One step of a call, for the log of calls.
package struct CallEvent: Equatable, Sendable {
  package enum Kind: String, Sendable {
    case placed, offered, rang, accepted, answered, ended
  }

  package var callID: String
  package var kind: Kind
  /// Who did it; `nil` for the exchange itself.
  package var userID: String?
  package var detail: String?
  package var at: WallTime

  package init(
    callID: String, kind: Kind, userID: String?, detail: String? = nil, at time: WallTime
  ) {
    self.callID = callID
    self.kind = kind
    self.userID = userID
    self.detail = detail
    self.at = time
  }
}

/// One question to the store that is waited for.
package struct StoreQueryID: Hashable, Sendable {
  package let number: Int

  package init(_ number: Int) { self.number = number }
}

/// Which past and present calls are asked for, newest first.
package struct HistoryQuery: Equatable, Sendable {
  /// Whose calls.
  package var userID: String
  /// Only those with that other party.
  package var otherID: String?
  package var status: CallStatus?
  /// 1–100.
  package var limit: Int
  package var offset: Int

  package init(userID: String, otherID: String?, status: CallStatus?, limit: Int, offset: Int) {
    self.userID = userID
    self.otherID = otherID
    self.status = status
    self.limit = limit
    self.offset = offset
  }
}

/// What the exchange asks of its store.
package enum StoreOperation: Equatable, Sendable {
  /// Adds the user or replaces it, without its tokens.
  case putUser(StoredUser)
  /// With its tokens; its calls stay in the history.
  case removeUser(String)
  case putToken(StoredUser.Token, userID: String)
  case removeToken(hash: String)
  /// Adds the call or replaces it.
  case putCall(StoredCall)
  case log(CallEvent)
  /// Keeps a signal for a callee who has not been told.
  case keep(Signal, callID: String)
  case forgetSignals(callID: String)
  /// Adds the document or replaces the one of the same collection and key.
  case putDocument(StoredDocument)
  case removeDocument(collection: String, key: String)
  /// Answered by `call`.
  case findCall(StoreQueryID, callID: String)
  /// Answered by `history`.
  case findHistory(StoreQueryID, HistoryQuery)
  /// Counts calls by day and outcome, of one user or of all; answered by `counts`.
  case countCalls(StoreQueryID, since: WallTime, userID: String?)
  /// Reads a file of the data folder, such as a recording; answered by `file`.
  case readFile(StoreQueryID, StoredFilePath)
  /// Removes a file of the data folder, if it is there.
  case removeFile(StoredFilePath)
}

/// Where a file is in the exchange's data folder: `recordings/rec_1.ogg`.
///
/// - Bound: four names of at most 128 letters, digits and `.`, `_`, `-`, none beginning with a dot; so it
///   never leads out of the folder.
package struct StoredFilePath: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init?(_ text: String) {
    let names = text.split(separator: "/", omittingEmptySubsequences: false)
    guard names.count <= 4, names.allSatisfy(Self.isName) else { return nil }
    description = text
  }

  private static func isName(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.count <= 128 && !text.hasPrefix(".")
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  /// A larger file is not read, in bytes.
  package static let fileLimit = 64 << 20
}

/// How many calls of one day had one outcome.
package struct CallCount: Equatable, Sendable {
  /// `YYYY-MM-DD`, in Universal Time.
  package var day: String
  package var status: CallStatus
  package var count: Int
  /// Of all of them, from the answer to the end.
  package var seconds: Int

  package init(day: String, status: CallStatus, count: Int, seconds: Int) {
    self.day = day
    self.status = status
    self.count = count
    self.seconds = seconds
  }
}

/// What the store answers.
package enum StoreAnswer: Equatable, Sendable {
  case call(StoreQueryID, StoredCall?)
  /// A page, and how many there are in all.
  case history(StoreQueryID, [StoredCall], total: Int)
  case counts(StoreQueryID, [CallCount])
  /// The whole file; `nil` when there is none.
  case file(StoreQueryID, [UInt8]?)
  /// In words; `nil` when nobody waits for the outcome.
  case failed(StoreQueryID?, String)
}
