import Basics
import Calling

/// The words and signs for states; every state has both, so that colour only underlines.
extension CallSummary {
  /// The party's name, harmless; its address when it has no name.
  var partyName: String { shownName(party.name, else: party.address) }

  var sign: String {
    switch phase {
    case .outgoing, .ringing: "◌"
    case .incoming: "◉"
    case .connecting: "◐"
    case .active: isHeldByPeer ? "‖" : "●"
    case .held: "‖"
    case .ended: "■"
    }
  }

  /// Where the call stands.
  var phaseWord: String {
    switch phase {
    case .outgoing: "calling"
    case .ringing: "ringing there"
    case .incoming: "rings"
    case .connecting: isAlone ? "waiting for others" : "connecting"
    case .active: isHeldByPeer ? "held by them" : "active"
    case .held: "held"
    case .ended(let reason): reason.words(isIncoming: id.isIncoming)
    }
  }

  /// Whether one is in a call of several that has no other.
  var isAlone: Bool { !participants.isEmpty && participants.allSatisfy(\.isSelf) }

  /// Where the call stands, in a word or two; the rest of a reason stands elsewhere.
  var shortPhaseWord: String {
    phaseWord.split(separator: ":").first.map(String.init) ?? phaseWord
  }

  /// How long sound has passed or passed, or how long it has been tried.
  func duration(at now: Instant) -> Duration {
    let start = times.acceptedAt ?? times.startedAt
    let duration = start.duration(to: times.endedAt ?? now)
    return max(duration, .zero)
  }

  /// What is on the other side, in a word or two: `bot · exchange`.
  func origin(withAccount: Bool = true) -> String {
    var words = party.isBot ? ["bot"] : []
    if kind == .video { words.append("video") }
    if withAccount { words.append(HarmlessText.line(accountName, limit: 40)) }
    return words.joined(separator: " · ")
  }
}

extension EndReason {
  /// Why the call is over, in few words.
  func words(isIncoming: Bool) -> String {
    switch self {
    case .hungUp: "you hung up"
    case .remoteHungUp: "they hung up"
    case .declined(let reason?) where !reason.isEmpty:
      "declined: " + HarmlessText.line(reason, limit: 120)
    case .declined: "declined"
    case .busy: "busy"
    case .cancelled: isIncoming ? "they gave up" : "you gave up"
    case .missed: "missed"
    case .noAnswer: "no answer"
    case .answeredElsewhere: "answered elsewhere"
    case .unknownCallee(let why): "unknown: " + HarmlessText.line(why, limit: 200)
    case .signalingFailed(let why): "failed: " + HarmlessText.line(why, limit: 200)
    case .mediaFailed(let why): "no sound: " + HarmlessText.line(why, limit: 200)
    case .notSignedIn(let why): "not signed in: " + HarmlessText.line(why, limit: 200)
    }
  }

  /// Whether the user did not mean it to end so.
  var isFailure: Bool {
    switch self {
    case .unknownCallee, .signalingFailed, .mediaFailed, .notSignedIn: true
    default: false
    }
  }
}

extension CallRecord {
  var partyName: String { shownName(party.name, else: party.address) }

  /// How long it lasted, or why it did not.
  var result: String {
    guard outcome == .answered, let duration else { return outcomeWord }
    return clockText(duration)
  }

  /// The time on the same day, else the date, else month and year.
  func when(at now: WallTime, offset: Duration) -> String {
    let (day, today) = (startedAt.date(offset: offset), now.date(offset: offset))
    if day == today { return startedAt.hourAndMinute(offset: offset) }
    let month = monthNames[max(0, min(day.month - 1, 11))]
    if day.year == today.year { return "\(day.day) \(month)" }
    return "\(month) \(padded(Int64(day.year % 100), 2))"
  }
}

extension Contact {
  var shownName: String { Console.shownName(name, else: address) }

  /// What the contact is, and where it stands: `repeats you`, `away`, `room 2`.
  var detail: String {
    switch kind {
    case .room: return "room" + (memberCount.map { " \(max($0, 0))" } ?? "")
    case .bot, .person:
      var words: [String] = []
      if presence == .away || presence == .offline { words.append(presence.rawValue) }
      if let about, !about.isEmpty {
        words.append(HarmlessText.line(about, limit: 60))
      } else if kind == .bot {
        words.append("bot")
      } else if presence == .online {
        words.append("online")
      }
      return words.joined(separator: " · ")
    }
  }
}

extension AccountSummary {
  var sign: String {
    switch state {
    case .signedIn: "●"
    case .signingIn, .reconnecting: "◌"
    case .signedOut: "○"
    case .refused, .unreachable: "✗"
    }
  }

  func stateWord(at now: Instant) -> String {
    switch state {
    case .signedIn: "online"
    case .signingIn: "signing in"
    case .signedOut: "signed out"
    case .refused: "refused"
    case .reconnecting(_, let next, _): "reconnecting" + wait(until: next, from: now)
    case .unreachable(_, let next): "unreachable" + wait(until: next, from: now)
    }
  }

  /// What is wrong, as a sentence; `nil` when nothing is.
  func complaint(at now: Instant) -> String? {
    let name = HarmlessText.line(name, limit: 40)
    switch state {
    case .signedIn, .signingIn, .signedOut: return nil
    case .refused(let reason):
      return "\(name) does not let you in: \(HarmlessText.line(reason, limit: 200))"
    case .reconnecting(_, _, let reason), .unreachable(let reason, _):
      return "\(name) cannot be reached: \(HarmlessText.line(reason, limit: 200))"
    }
  }

  private func wait(until next: Instant, from now: Instant) -> String {
    let seconds = Int(now.duration(to: next).seconds.rounded(.up))
    return seconds > 0 && seconds < 1_000 ? " \(seconds) s" : ""
  }
}

/// A remote name made harmless; the other text when nothing of it is left.
func shownName(_ name: String, else other: String) -> String {
  let shown = HarmlessText.line(name, limit: 80)
  if !shown.isEmpty { return shown }
  let address = HarmlessText.line(other, limit: 80)
  return address.isEmpty ? "nameless" : address
}

/// Minutes and seconds, with hours when there are some: `0:42`, `1:02:03`.
///
/// - Parameter minuteDigits: how many the minutes have at least.
func clockText(_ duration: Duration, minuteDigits: Int = 1) -> String {
  let seconds = max(0, duration.nanoseconds / 1_000_000_000)
  let tail = padded(seconds % 60, 2)
  guard seconds >= 3_600 else { return padded(seconds / 60, minuteDigits) + ":" + tail }
  return "\(seconds / 3_600):" + padded(seconds / 60 % 60, 2) + ":" + tail
}

/// A number with that many decimals, without exponent; `–` when it is not finite.
func decimal(_ value: Double, places: Int = 1) -> String {
  guard value.isFinite, abs(value) < 1e9 else { return "–" }
  var factor: Int64 = 1
  for _ in 0..<places { factor *= 10 }
  let scaled = Int64((abs(value) * Double(factor)).rounded())
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard places > 0 else { return sign + String(scaled) }
  return sign + String(scaled / factor) + "." + padded(scaled % factor, places)
}

private let monthNames = [
  "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]
