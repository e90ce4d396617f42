import Basics
import BotServerWire
import Calling
import SDP

// BotServer's words in the vocabulary that all call systems share, and back.

extension CallMessage {
  /// Who began the call; `nil` when the server does not say.
  var host: ParticipantMessage? { participants.first { $0.role == "host" } }

  /// The party that is not `userID`.
  func other(than userID: String) -> Party {
    if isOfSeveral, host?.userID == userID { return group(without: userID) }
    let other = participants.first { $0.userID != userID }
    return Party(
      name: clipped(other?.displayName ?? "unknown"), address: other?.userID ?? "",
      isBot: other?.isBot ?? (kind == "bot"))
  }

  /// The others of a call of several.
  private func group(without userID: String) -> Party {
    let others = participants.filter { $0.userID != userID }
    let names = others.prefix(4).map { clipped($0.displayName) }
    let more = others.count > 4 ? " and \(others.count - 4) more" : ""
    return Party(
      name: clipped(names.joined(separator: ", ") + more),
      address: others.prefix(16).map(\.userID).joined(separator: ","))
  }

  /// Whether somebody else began the call.
  func isIncoming(for userID: String) -> Bool { host?.userID != userID }

  var terms: MediaTerms { MediaTerms(iceServers: media?.servers ?? []) }

  /// Whether there may be more than two in it.
  var isOfSeveral: Bool { kind == "group" || kind == "conference" }

  /// What the server says about the end, if it is more than one of its own words.
  private var reasonWords: String? {
    guard let endReason, !Self.plainReasons.contains(endReason) else { return nil }
    return HarmlessText.line(endReason, limit: 200)
  }

  /// Why the call is over, seen from a party.
  ///
  /// - Parameter wasAccepted: whether this device had taken part in the call.
  func endReason(isIncoming: Bool, wasAccepted: Bool) -> EndReason {
    switch status {
    case .ringing, .active, .ended:
      if wasAccepted { return .remoteHungUp }
      if isIncoming { return startedAt == nil ? .cancelled : .answeredElsewhere }
      return .remoteHungUp
    case .declined:
      return endReason == "busy" ? .busy : .declined(reason: reasonWords)
    case .missed:
      return isIncoming ? .missed : .noAnswer
    case .cancelled:
      return .cancelled
    case .failed:
      let words =
        reasonWords.map { "The call failed: \($0)".asSentence }
        ?? "The call failed at the other side."
      return wasAccepted ? .mediaFailed(words) : .signalingFailed(words)
    }
  }

  /// The call as a line of the history.
  func record(account: Account, userID: String) -> CallRecord? {
    guard let began = createdAt ?? startedAt else { return nil }
    let isIncoming = isIncoming(for: userID)
    let party = other(than: userID)
    let outcome = outcome(isIncoming: isIncoming)
    return CallRecord(
      id: "\(account.name)/\(callID)", accountName: account.name, system: .botServer,
      isIncoming: isIncoming,
      party: CallRecord.PartyName(name: party.name, address: party.address), startedAt: began,
      answeredAt: startedAt, endedAt: endedAt, outcome: outcome,
      isSeen: !(isIncoming && outcome == .missed))
  }

  private func outcome(isIncoming: Bool) -> CallRecord.Outcome {
    switch status {
    case .ringing, .active: .unfinished
    case .ended: .answered
    case .declined: endReason == "busy" ? .busy : .declined
    case .missed: isIncoming ? .missed : .noAnswer
    // A caller who gave up was missed all the same.
    case .cancelled: isIncoming ? .missed : .cancelled
    case .failed: .failed
    }
  }

  private static let plainReasons: Set = [
    "", "hangup", "declined", "busy", "timeout", "cancelled", "failed",
  ]
}

extension EndReason {
  /// As BotServer writes it.
  var botServerWord: String {
    switch self {
    case .hungUp, .remoteHungUp: "hangup"
    case .declined: "declined"
    case .busy: "busy"
    case .cancelled, .answeredElsewhere: "cancelled"
    case .missed, .noAnswer: "timeout"
    case .unknownCallee, .signalingFailed, .mediaFailed, .notSignedIn: "failed"
    }
  }
}

extension MediaMessage {
  /// The servers to gather candidates from; what cannot be read is passed over, the rest bounded.
  var servers: [IceServer] {
    let servers = iceServers.prefix(16).flatMap { message in
      message.urls.prefix(8).compactMap {
        IceServer(url: $0, username: message.username, credential: message.credential)
      }
    }
    return Array(servers.prefix(8))
  }
}

extension RoomMessage {
  func contact(on account: AccountID) -> Contact {
    Contact(
      account: account, address: "room:\(roomID)", name: clipped(name), kind: .room,
      presence: participantCount > 0 ? .online : .offline, memberCount: participantCount)
  }
}

extension UserMessage {
  func contact(on account: AccountID) -> Contact {
    Contact(
      account: account, address: userID, name: clipped(displayName),
      kind: roles.contains("bot") ? .bot : .person,
      presence: Contact.Presence(rawValue: status) ?? .unknown, about: about)
  }
}

extension TranscriptionMessage {
  func line(userID: String?, at now: Instant) -> TranscriptLine {
    TranscriptLine(
      speaker: clipped(displayName), isSelf: participantID == userID, text: clippedWords(text),
      isFinal: isFinal, at: now)
  }
}

/// A name, cut where nobody reads on.
func clipped(_ name: String) -> String { String(name.prefix(200)) }

/// What somebody says or writes, cut where nobody reads on.
func clippedWords(_ text: String) -> String { String(text.prefix(4_000)) }

/// An id as a segment of a path (RFC 3986 §2.1).
func percentEncoded(_ id: String) -> String {
  var text = ""
  for byte in id.utf8 {
    switch byte {
    case 48...57, 65...90, 97...122, 45, 46, 95, 126:
      text.unicodeScalars.append(Unicode.Scalar(byte))
    default:
      text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
  }
  return text
}
