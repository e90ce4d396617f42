import Basics
import Calling
import Formats
import Transport
import ZulipWire

/// Events by long polling, and what is done while they do not come.
extension ZulipClient {
  /// Asks for the next events.
  mutating func poll(at now: Instant) {
    guard phase == .online, !isAsking(.events) else { return }
    guard let queue else { return requestQueue(at: now) }
    var form: ZulipForm = [
      "queue_id": queue.queueID, "last_event_id": String(lastEventID),
    ]
    // After a break the answer shall come at once, so that one knows to be connected again.
    if lostAt != nil { form.append("dont_block", "true") }
    request(
      .events, .get, ZulipPath.events, form, timeout: queue.longPoll + Self.pollGrace, at: now)
  }

  mutating func takeEvents(_ reply: Reply, askedAt: Instant, at now: Instant) {
    guard phase == .online, let me else { return }
    switch reply {
    case .granted(let value):
      guard let page = EventsPage(decoding: value, readBy: me.id) else {
        noteNonsense("The server's events cannot be read.")
        return lostEvents(reply, at: now)
      }
      foundEvents(at: now)
      let before = lastEventID
      for (id, event) in page.events where id > lastEventID {
        lastEventID = id
        take(event, at: now)
      }
      // A server that answers at once without anything new is not asked in a circle.
      let isIdle = lastEventID == before && askedAt.duration(to: now) < Self.leastPollTime
      if isIdle {
        timers[.poll] = now.advanced(by: Self.leastPollTime)
      } else {
        poll(at: now)
      }
    case .refused(let refusal) where refusal.isBadQueue:
      queue = nil
      requestQueue(at: now)
    case .refused, .failed:
      lostEvents(reply, at: now)
    }
  }

  /// Events do not come: calls go on, and the next try is told.
  mutating func lostEvents(_ reply: Reply, at now: Instant) {
    guard phase == .online else { return }
    let since = lostAt ?? now
    lostAt = since
    let delay = max(backoff.next(using: &generator), reply.retryAfter ?? .zero)
    let nextTry = now.advanced(by: delay)
    timers[.poll] = nextTry
    report(.account(.reconnecting(since: since, nextTry: nextTry, reason: reply.sentence)))
  }

  private mutating func foundEvents(at now: Instant) {
    backoff.reset()
    guard lostAt != nil else { return }
    lostAt = nil
    report(.account(.signedIn))
    deliverKeptErrands(at: now)
    catchUp(at: now)
  }

  private mutating func take(_ event: ZulipEvent, at now: Instant) {
    switch event {
    case .call(let message): if !holdBack(message) { take(message, at: now) }
    case .group(let message): take(message, at: now)
    case .message(let message): take(message, at: now)
    case .presence(let userID, let email, let presence):
      take(presence, userID: userID, email: email, at: now)
    case .usersChanged:
      // Many come at once when many are changed.
      if timers[.users] == nil { timers[.users] = now.advanced(by: .seconds(1)) }
    case .heartbeat, .other: break
    case .senseless(let type):
      noteNonsense("The server sent a “\(HarmlessText.line(type, limit: 40))” event without sense.")
    }
  }

  // MARK: Contacts and presence

  mutating func requestContacts(at now: Instant) {
    timers[.users] = nil
    guard phase == .online else { return }
    if !isAsking(.users) {
      request(.users, .get, ZulipPath.users, ["client_gravatar": "true"], at: now)
    }
    if !isAsking(.presences) { request(.presences, .get, ZulipPath.presence, at: now) }
  }

  mutating func takeUsers(_ reply: Reply, at now: Instant) {
    guard phase == .online else { return }
    guard case .granted(let value) = reply, let members = value["members"]?.array else {
      note(.warning, "The list of users was not given: \(reply.sentence)")
      if lastContacts == nil { tellContacts(at: now) }
      return
    }
    users = members.prefix(Self.userLimit).compactMap(ZulipUser.init(decoding:))
      .filter { $0.isActive && $0.id != me?.id }
    tellContacts(at: now)
  }

  /// Says that one is there, and learns who else is.
  mutating func showPresence(at now: Instant) {
    guard phase == .online, let queue else { return }
    timers[.presence] = now.advanced(by: queue.presenceInterval.jittered(using: &generator))
    let form: ZulipForm = [
      "status": "active", "new_user_input": "true", "ping_only": "false", "slim_presence": "false",
    ]
    if !isAsking(.ownPresence) {
      request(.ownPresence, .post, ZulipPath.ownPresence, form, at: now)
    }
  }

  mutating func takePresences(_ reply: Reply, at now: Instant) {
    guard phase == .online, case .granted(let value) = reply,
      let all = value["presences"]?.object
    else { return }
    presences = [:]
    for (name, presence) in all.prefix(Self.userLimit) {
      presences[name] = PresenceMessage(decoding: presence)
    }
    if lastContacts != nil { tellContacts(at: now) }
  }

  private mutating func take(
    _ presence: PresenceMessage, userID: Int?, email: String, at now: Instant
  ) {
    let known = users.first { $0.id == userID }
    // Guests of some servers are users only while they are there.
    if let userID, known == nil, userID != me?.id, timers[.users] == nil {
      timers[.users] = now.advanced(by: .seconds(1))
    }
    let name = known?.email ?? email
    guard !name.isEmpty, presences[name] != nil || presences.count < Self.userLimit else { return }
    presences[name] = presence
    if lastContacts != nil { tellContacts(at: now) }
  }

  /// Tells who can be called, if that has changed.
  private mutating func tellContacts(at now: Instant) {
    let contacts = users.map { user in
      Contact(
        account: account.id, address: user.email.isEmpty ? String(user.id) : user.email,
        name: clipped(user.name), kind: user.isBot ? .bot : .person,
        presence: user.isBot ? .unknown : presence(of: user, at: now))
    }
    guard contacts != lastContacts else { return }
    lastContacts = contacts
    report(.contacts(contacts))
  }

  private func presence(of user: ZulipUser, at now: Instant) -> Contact.Presence {
    guard let presence = presences[user.email] ?? presences[String(user.id)] else {
      return .offline
    }
    let age = presence.at.duration(to: clock.time(at: now))
    guard age < queue?.offlineThreshold ?? .seconds(140) else { return .offline }
    return presence.isActive ? .online : .away
  }

  /// Beyond what the server says, for the way there and back.
  private static let pollGrace: Duration = .seconds(10)
  /// The least time between two answers without events.
  private static let leastPollTime: Duration = .seconds(1)
  /// Users known at most.
  private static let userLimit = 20_000
}
