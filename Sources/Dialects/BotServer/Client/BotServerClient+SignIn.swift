import Basics
import BotServerWire
import Calling
import Formats
import Transport

/// Signing in and out, and the lists that come with it.
extension BotServerClient {
  mutating func signIn(at now: Instant) {
    phase = .signingIn
    signInBackoff.reset()
    report(.account(.signingIn))
    requestSignIn()
  }

  /// Asks who one is, or first, without a token, to be let in as a guest.
  mutating func requestSignIn() {
    guard token == nil else {
      request(.me, .get, BotServerPath.me)
      return
    }
    request(.guest, .post, BotServerPath.guest, GuestMessage(username: account.username).encoded())
  }

  mutating func takeGuest(_ reply: Reply, at now: Instant) {
    guard phase == .signingIn else { return }
    switch reply {
    case .granted(let value):
      guard let token = (try? GuestMessage(decoding: value))?.token else {
        return signInFailed("The server's answer cannot be read.", after: nil, at: now)
      }
      self.token = Secret(token)
      requestSignIn()
    case .refused(let refusal) where [400, 401, 403, 404, 405, 409].contains(refusal.status):
      // Without words, or with a bare 404, it is a server that knows nothing of guests.
      let words =
        refusal.status == 404 || refusal.words == nil
        ? "The server admits no guests; give the account a user name and a password."
        : refusal.sentence
      refuse(words)
    case .refused, .failed:
      signInFailed(reply.sentence, after: reply.retryAfter, at: now)
    }
  }

  mutating func takeMe(_ reply: Reply, at now: Instant) {
    guard phase == .signingIn else { return }
    switch reply {
    case .granted(let value):
      guard let user = try? UserMessage(decoding: value) else {
        let words = "The server does not say who one is; is it a BotServer?"
        return signInFailed(words, after: nil, at: now)
      }
      signedIn(as: user, at: now)
    case .refused(let refusal) where refusal.status == 401:
      break  // Dealt with where every 401 is.
    case .refused(let refusal) where refusal.status == 403:
      refuse(refusal.sentence)
    case .refused(let refusal) where refusal.status == 404:
      signInFailed("There is no BotServer at this address.", after: nil, at: now)
    case .refused, .failed:
      signInFailed(reply.sentence, after: reply.retryAfter, at: now)
    }
  }

  /// The server does not accept the token: a guest asks for a new one, others are refused.
  ///
  /// A guest whose new token is refused as well within ``renewalTime`` is refused, too.
  mutating func lostCredentials(_ refusal: Reply.Refusal, at now: Instant) {
    switch phase {
    case .signingIn, .online:
      let wasRenewed = renewedAt.map { $0.duration(to: now) < Self.renewalTime } ?? false
      cancelRequests()
      guard account.secret == nil, !wasRenewed else { return refuse(refusal.sentence) }
      renewedAt = now
      token = nil
      pauseLink()
      signIn(at: now)
    case .signedOut, .refused, .leaving:
      break
    }
  }

  private mutating func signedIn(as user: UserMessage, at now: Instant) {
    phase = .online
    me = user
    signInBackoff.reset()
    report(.identity(Party(name: user.displayName, address: user.userID)))
    requestUsers()
    requestRooms()
    requestHistory()
    perform(link.start(at: now), at: now)
  }

  private mutating func signInFailed(_ words: String, after wait: Duration?, at now: Instant) {
    let delay = max(signInBackoff.next(using: &generator), wait ?? .zero)
    timers[.signIn] = now.advanced(by: delay)
    report(.account(.unreachable(reason: words, nextTry: now.advanced(by: delay))))
  }

  private mutating func refuse(_ words: String) {
    phase = .refused
    pauseLink()
    report(.account(.refused(reason: words)))
  }

  private mutating func pauseLink() {
    timers[.signIn] = nil
    timers[.poll] = nil
    lostAt = nil
    for effect in link.stop() {
      if case .close(let socket) = effect { close(socket) }
    }
  }

  // MARK: Signing out

  /// Says goodbye once what is under way has reached the server, within ``leaveTime``.
  mutating func signOut(at now: Instant) {
    switch phase {
    case .signedOut, .leaving: return
    case .signingIn, .online, .refused: break
    }
    phase = .leaving
    timers = DeadlineTable()
    timers[.leave] = now.advanced(by: Self.leaveTime)
    leaveIfDone()
  }

  mutating func leaveIfDone() {
    let isWaiting = errands.contains { $0.state != .kept }
    if phase == .leaving, !isWaiting, !calls.contains(where: \.isPlacing) { leave() }
  }

  mutating func leave() {
    phase = .signedOut
    pauseLink()
    timers = DeadlineTable()
    for visit in visits { close(visit.socket) }
    visits = []
    calls = []
    cancelRequests()
    errands = []
    earlyMessages = []
    report(.account(.signedOut))
  }

  // MARK: Contacts and history

  /// Asks for the list of users, unless it is under way.
  mutating func requestUsers() {
    guard !isAskingForUsers else { return }
    arrivingUsers = []
    changedUsers = []
    requestUsers(offset: 0)
  }

  private mutating func requestUsers(offset: Int) {
    let page = offset == 0 ? "" : "&offset=\(offset)"
    request(.users(offset: offset), .get, BotServerPath.users + "?limit=\(Self.pageLimit)" + page)
  }

  mutating func takeUsers(_ reply: Reply, offset: Int) {
    guard case .granted(let value) = reply, let page = try? UsersMessage(decoding: value) else {
      // Calls by address are possible without a list.
      note(.warning, "The list of users did not come: \(reply.sentence)")
      areUsersKnown = true
      return reportContacts()
    }
    let known = Set(arrivingUsers.map(\.userID))
    let fresh = page.users.filter { !known.contains($0.userID) }
    arrivingUsers += fresh
    let next = offset + page.users.count
    if !fresh.isEmpty, next < page.total, next < Self.userLimit {
      return requestUsers(offset: next)
    }
    users = Array(arrivingUsers.prefix(Self.userLimit))
    arrivingUsers = []
    areUsersKnown = true
    // The list may be older than what the socket has told meanwhile.
    for user in changedUsers { merge(user) }
    changedUsers = []
    reportContacts()
  }

  /// A user came, went or changed.
  mutating func userChanged(_ user: UserMessage) {
    let isNews = merge(user)
    if isAskingForUsers {
      changedUsers.removeAll { $0.userID == user.userID }
      if changedUsers.count < Self.userLimit { changedUsers.append(user) }
    } else if isNews {
      reportContacts()
    }
  }

  /// - Returns: whether that is news.
  @discardableResult
  private mutating func merge(_ user: UserMessage) -> Bool {
    if let index = users.firstIndex(where: { $0.userID == user.userID }) {
      guard users[index] != user else { return false }
      users[index] = user
    } else {
      guard users.count < Self.userLimit else { return false }
      users.append(user)
    }
    return true
  }

  mutating func reportContacts() {
    guard areUsersKnown else { return }
    let others = users.filter { $0.userID != me?.userID }
    report(
      .contacts(
        others.map { $0.contact(on: account.id) } + rooms.map { $0.contact(on: account.id) }))
  }

  mutating func requestHistory() {
    guard !isAsking(.history) else { return }
    request(.history, .get, BotServerPath.history + "?limit=\(Self.pageLimit)")
  }

  mutating func takeHistory(_ reply: Reply, at now: Instant) {
    guard let me else { return }
    switch reply {
    case .granted(let value):
      guard let page = try? HistoryMessage(decoding: value) else {
        return note(.warning, "The history cannot be read.")
      }
      let calls = page.calls.prefix(Self.pageLimit)
      report(.history(calls.compactMap { $0.record(account: account, userID: me.userID) }))
      for call in calls where call.status == .ringing { take(call, lastWords: [], at: now) }
    case .refused(let refusal) where refusal.status == 404:
      report(.notice(Self.noCallsAPI))
    case .refused, .failed:
      note(.warning, "The history did not come: \(reply.sentence)")
    }
  }

  static let noCallsAPI = "This server has no Calls API; it cannot carry calls."
  /// Entries of a page; the server's maximum.
  static let pageLimit = 100
  /// Users kept at most.
  static let userLimit = 500
  /// How long a guest's token must have served for a new one to be asked.
  static let renewalTime: Duration = .seconds(60)
  /// How long signing out may take.
  static let leaveTime: Duration = .seconds(2)
}
