import Basics
import Calling
import Formats
import Transport
import ZulipWire

/// History, and asking how calls stand where events do not tell.
extension ZulipClient {
  // MARK: History

  mutating func requestHistory(at now: Instant) {
    guard dialect?.hasHistory == true else { return report(.history([])) }
    arrivingHistory = []
    requestHistoryPage(0, cursor: nil, at: now)
  }

  private mutating func requestHistoryPage(_ page: Int, cursor: String?, at now: Instant) {
    let isByCursor = dialect?.hasCallEvents == true
    let form: ZulipForm = [
      "limit": String(Self.pageSize), "cursor": cursor,
      "offset": isByCursor || page == 0 ? nil : String(page * Self.pageSize),
    ]
    cancelRequests { purpose in
      if case .history = purpose { true } else { false }
    }
    request(.history(page: page), .get, ZulipPath.history, form, at: now)
  }

  mutating func takeHistory(_ reply: Reply, page: Int, at now: Instant) {
    guard phase == .online else { return }
    guard case .granted(let value) = reply, let message = HistoryPage(decoding: value) else {
      note(.warning, "The history was not given: \(reply.sentence)")
      return tellHistory()
    }
    arrivingHistory += message.calls
    let isByCursor = dialect?.hasCallEvents == true
    let hasNext = message.hasMore && (message.nextCursor != nil || !isByCursor)
    guard hasNext, page + 1 < Self.pageLimit, !message.calls.isEmpty else { return tellHistory() }
    requestHistoryPage(page + 1, cursor: message.nextCursor, at: now)
  }

  private mutating func tellHistory() {
    report(.history(arrivingHistory.map { $0.record(account: account) }))
    arrivingHistory = []
  }

  // MARK: Catching up

  /// Learns what happened while no events came.
  mutating func catchUp(at now: Instant) {
    guard let dialect else { return }
    for call in calls where call.kind == .call && !call.isPlacing && call.stage != .queued {
      requestStatus(call.id, at: now)
    }
    if dialect.hasCallEvents {
      if !isAsking(.active) { request(.active, .get, ZulipPath.active, at: now) }
    } else if dialect.hasHistory {
      requestRecent(at: now)
    }
  }

  mutating func takeActive(_ reply: Reply, at now: Instant) {
    switch reply {
    case .granted(let value):
      for item in value["active_calls"]?.array?.prefix(Self.callLimit) ?? [] {
        if let call = CallStatusMessage(decoding: item) { consider(call, at: now) }
      }
    case .refused(let refusal) where [404, 405].contains(refusal.status):
      // Not every server of the newest generation has it.
      requestRecent(at: now)
    case .refused, .failed: break  // The next break, or the user, asks again.
    }
  }

  /// Looks for calls that ring: once after a break, and all the time where nothing else tells them.
  mutating func requestRecent(at now: Instant) {
    guard phase == .online, !isAsking(.recent) else { return }
    request(.recent, .get, ZulipPath.history, ["limit": "5"], at: now)
  }

  mutating func takeRecent(_ reply: Reply, at now: Instant) {
    guard phase == .online, let dialect else { return }
    if !dialect.hasCallEvents {
      let wait = max(Self.recentInterval.jittered(using: &generator), reply.retryAfter ?? .zero)
      timers[.recent] = now.advanced(by: wait)
    }
    guard case .granted(let value) = reply, let page = HistoryPage(decoding: value) else { return }
    let wall = clock.time(at: now)
    for entry in page.calls where entry.state.isPending && !entry.wasInitiator {
      guard entry.createdAt.duration(to: wall) < dialect.answerTime,
        !calls.contains(where: { $0.remoteID == entry.callID }),
        !finished.contains(entry.callID), !isAsking(.found(entry.callID))
      else { continue }
      request(
        .found(entry.callID), .get, ZulipPath.call(ZulipForm.escaped(entry.callID), "status"),
        at: now)
    }
  }

  mutating func takeFound(_ reply: Reply, at now: Instant) {
    guard case .granted(let value) = reply, let call = CallStatusMessage(decoding: value) else {
      return
    }
    consider(call, at: now)
  }

  /// Lets a call ring that rings at the server.
  private mutating func consider(_ call: CallStatusMessage, at now: Instant) {
    guard call.state.isPending, let sender = call.sender, sender.id != me?.id else { return }
    invite(
      remoteID: call.callID, kind: .call, from: party(sender), userID: sender.id,
      isVideo: call.isVideo, url: call.url, at: now)
  }

  // MARK: One call

  mutating func requestStatus(_ id: CallID, at now: Instant) {
    guard let call = calls.first(where: { $0.id == id }), !isAsking(.status(id)),
      phase == .online
    else { return }
    let path = ZulipPath.call(ZulipForm.escaped(call.remoteID), "status")
    request(.status(id), .get, path, at: now)
  }

  mutating func takeStatus(_ reply: Reply, of id: CallID, at now: Instant) {
    guard let call = calls.first(where: { $0.id == id }) else { return }
    defer { watch(id, at: now) }
    switch reply {
    case .granted(let value):
      guard let message = CallStatusMessage(decoding: value), message.callID == call.remoteID
      else { return noteNonsense("The server's word on a call cannot be read.") }
      take(message, of: call, at: now)
    case .refused(let refusal) where refusal.status == 404 && call.stage != .accepted:
      // Where declined calls are forgotten at once, this is how a refusal is told.
      guard call.stage != .accepting else { return }
      fail(id, id.isIncoming ? .cancelled : .declined(reason: nil), at: now)
    case .refused, .failed: break  // It is asked again.
    }
  }

  private mutating func take(
    _ message: CallStatusMessage, of call: ZulipCall, at now: Instant
  ) {
    let id = call.id
    let wasAccepted = call.stage == .accepted
    switch message.state {
    case .calling: break
    case .ringing: if !id.isIncoming, !wasAccepted { tell(.ringing(id), of: id) }
    case .accepted: othersAccepted(id, at: now)
    case .rejected: fail(id, id.isIncoming ? .answeredElsewhere : .declined(reason: nil), at: now)
    case .cancelled: fail(id, .cancelled, at: now)
    case .missed: fail(id, id.isIncoming ? .missed : .noAnswer, at: now)
    case .ended, .timeout, .networkFailure:
      fail(id, wasAccepted || !id.isIncoming ? .remoteHungUp : .cancelled, at: now)
    }
  }

  private static let pageSize = 100
  private static let pageLimit = 5
  private static let recentInterval: Duration = .seconds(5)
}

extension HistoryEntry {
  /// As a line of the history.
  fileprivate func record(account: Account) -> CallRecord {
    let outcome = outcome
    return CallRecord(
      id: "\(account.name)/\(callID)", accountName: account.name, system: .zulip,
      isIncoming: !wasInitiator,
      party: CallRecord.PartyName(
        name: clipped(other.name), address: other.email.isEmpty ? String(other.id) : other.email),
      startedAt: createdAt, answeredAt: startedAt, endedAt: endedAt, outcome: outcome,
      isSeen: !(!wasInitiator && outcome == .missed))
  }

  private var outcome: CallRecord.Outcome {
    switch state {
    case .calling, .ringing, .accepted: .unfinished
    case .rejected: .declined
    // A caller who gave up was missed all the same.
    case .cancelled: wasInitiator ? .cancelled : .missed
    case .missed: wasInitiator ? .noAnswer : .missed
    case .ended, .timeout:
      startedAt != nil ? .answered : (wasInitiator ? .noAnswer : .missed)
    case .networkFailure: startedAt != nil ? .answered : .failed
    }
  }
}
