package import Basics

/// Somebody who can be called.
package struct Contact: Equatable, Hashable, Sendable {
  package enum Presence: String, Sendable {
    case online, away, offline, unknown
  }

  package enum Kind: String, Sendable {
    case person, bot, room
  }

  package var account: AccountID
  package var address: String
  /// As the server tells it; shown only after `HarmlessText`.
  package var name: String
  package var kind: Kind
  package var presence: Presence
  /// What the contact is for, in a few words: `repeats you`.
  package var about: String?
  /// How many are in a room.
  package var memberCount: Int?

  package init(
    account: AccountID, address: String, name: String, kind: Kind, presence: Presence,
    about: String? = nil, memberCount: Int? = nil
  ) {
    self.account = account
    self.address = address
    self.name = name
    self.kind = kind
    self.presence = presence
    self.about = about
    self.memberCount = memberCount
  }

  /// What stands before the name in every list: `#` for a room, else how present somebody is.
  package var sign: String {
    if kind == .room { return "#" }
    switch presence {
    case .online: return "●"
    case .away: return "◐"
    case .offline: return "○"
    case .unknown: return "·"
    }
  }
}

/// One line of the history: written when the call starts and completed when it ends.
package struct CallRecord: Equatable, Hashable, Sendable {
  package enum Outcome: String, Sendable {
    /// Begun and not yet ended, or the program was killed during the call.
    case unfinished
    case answered, declined, busy, cancelled, missed
    case noAnswer = "no_answer"
    case failed
  }

  /// Unique for ever: the account's name, the server's name of the call, or a random one.
  package var id: String
  package var accountName: String
  package var system: CallSystem
  package var isIncoming: Bool
  package var party: PartyName
  package var startedAt: WallTime
  package var answeredAt: WallTime?
  package var endedAt: WallTime?
  package var outcome: Outcome
  /// Mean opinion score of the call, 1–4.5.
  package var quality: Double?
  /// What the user noted about the call.
  package var note: String?
  /// Whether a missed call has been seen.
  package var isSeen: Bool

  /// A party's name and address, as kept.
  package struct PartyName: Equatable, Hashable, Sendable {
    package var name: String
    package var address: String

    package init(name: String, address: String) {
      self.name = name
      self.address = address
    }
  }

  package init(
    id: String, accountName: String, system: CallSystem, isIncoming: Bool, party: PartyName,
    startedAt: WallTime, answeredAt: WallTime? = nil, endedAt: WallTime? = nil, outcome: Outcome,
    quality: Double? = nil, note: String? = nil, isSeen: Bool = true
  ) {
    self.id = id
    self.accountName = accountName
    self.system = system
    self.isIncoming = isIncoming
    self.party = party
    self.startedAt = startedAt
    self.answeredAt = answeredAt
    self.endedAt = endedAt
    self.outcome = outcome
    self.quality = quality
    self.note = note
    self.isSeen = isSeen
  }

  /// How long sound passed; `nil` when the call was not answered or has not ended.
  package var duration: Duration? {
    guard let answeredAt, let endedAt else { return nil }
    return answeredAt.duration(to: endedAt)
  }

  /// What stands before the party in every list: `↙` came in, `↗` went out, `✗` came to nothing.
  package var sign: String {
    switch outcome {
    case .answered, .unfinished: isIncoming ? "↙" : "↗"
    case .declined, .busy, .cancelled, .missed, .noAnswer, .failed: "✗"
    }
  }

  /// The outcome in a word or two, for people.
  package var outcomeWord: String {
    switch outcome {
    case .answered: "answered"
    case .unfinished: "cut off"
    case .declined: "declined"
    case .busy: "busy"
    case .cancelled: "gave up"
    case .missed: "missed"
    case .noAnswer: "no reply"
    case .failed: "failed"
    }
  }
}
