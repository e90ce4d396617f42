import Basics

/// A call of several in the history: one row for each of its people.
///
/// A row is named by the call and the person, `call_1/alice`.
extension Exchange {
  /// Writes down how it stands with somebody's part in a call.
  func keepRow(
    of userID: String, in callID: String, endReason: String? = nil, _ turn: inout Turn
  ) {
    guard let meeting = meetings.meetings[callID], let index = meeting.seat(of: userID) else {
      return
    }
    let seat = meeting.seats[index]
    let isCaller = meeting.seats.first?.party.id == userID
    var row = StoredCall(
      id: "\(callID)/\(userID)", kind: meeting.mediaKind,
      status: meeting.status(of: seat, endReason: endReason), caller: seat.party,
      callee: meeting.party(without: userID), createdAt: meeting.createdAt)
    if meeting.kind != .conference, !isCaller, let caller = meeting.seats.first?.party {
      (row.caller, row.callee) = (caller, seat.party)
    }
    if meeting.kind == .conference { row.createdAt = seat.joinedAt ?? meeting.createdAt }
    row.startedAt = seat.joinedAt.map { max($0, meeting.startedAt ?? $0) }
    if meeting.startedAt == nil || seat.joinedAt == nil { row.startedAt = nil }
    if !row.status.isLive {
      row.endedAt = seat.leftAt ?? turn.wall
      row.endReason = endReason ?? seat.endReason
    }
    turn.store(.putCall(row))
  }

  /// A row from before a restart: the call has not outlived it.
  func closeRow(_ row: StoredCall, _ turn: inout Turn) {
    var row = row
    row.status = row.startedAt == nil ? .missed : .ended
    row.endedAt = turn.wall
    row.endReason = "timeout"
    turn.store(.putCall(row))
  }
}

extension Meeting {
  /// Who is at the other end, as one line of the history says it.
  fileprivate func party(without userID: String) -> StoredCall.Party {
    if let roomID { return StoredCall.Party(id: "room:\(roomID)", name: name, isBot: false) }
    let others = seats.filter { $0.party.id != userID }
    return StoredCall.Party(
      id: others.map(\.party.id).joined(separator: ","),
      name: others.map(\.party.name).joined(separator: ", "), isBot: false)
  }

  fileprivate func status(of seat: MeetingSeat, endReason: String?) -> CallStatus {
    switch seat.state {
    case .invited: .ringing
    case .joined: startedAt == nil ? .ringing : .active
    case .declined: .declined
    case .missed: endReason == "cancelled" ? .cancelled : .missed
    case .left: startedAt == nil ? status(endReason: endReason ?? "cancelled") : .ended
    }
  }

  /// How a call that ended for that reason counts.
  func status(endReason: String) -> CallStatus {
    switch endReason {
    case _ where isActive: .ended
    case "declined": .declined
    case "timeout": .missed
    case "cancelled": .cancelled
    default: .ended
    }
  }
}

extension MeetingSeat {
  fileprivate var endReason: String {
    switch state {
    case .declined: "declined"
    case .missed: "timeout"
    case .invited, .joined, .left: "hangup"
    }
  }
}
