import Basics
import Calling
import Formats
import Transport
import ZulipWire

/// Signing in and out, and finding out what the server can do.
extension ZulipClient {
  mutating func signIn(at now: Instant) {
    phase = .signingIn
    backoff.reset()
    report(.account(.signingIn))
    requestSignIn(at: now)
  }

  /// Asks who one is, or first, without a key, to be given one.
  mutating func requestSignIn(at now: Instant) {
    guard phase == .signingIn else { return }
    if key == nil {
      let form: ZulipForm = ["username": account.username]
      request(.key, .post, ZulipPath.fetchKey, form, timeout: Self.signInTimeout, at: now)
    } else {
      request(.me, .get, ZulipPath.me, timeout: Self.signInTimeout, at: now)
    }
  }

  mutating func takeKey(_ reply: Reply, at now: Instant) {
    guard phase == .signingIn else { return }
    switch reply {
    case .granted(let value):
      guard let text = value["api_key"]?.string else {
        return signInFailed(reply, at: now)
      }
      key = Secret(text)
      email = value["email"]?.string ?? email
      requestSignIn(at: now)
    case .refused(let refusal) where [400, 401, 403, 404, 405].contains(refusal.status):
      refuse(
        "The server admits no guests; give the account your API key as its password. "
          + refusal.sentence)
    case .refused, .failed: signInFailed(reply, at: now)
    }
  }

  mutating func takeMe(_ reply: Reply, at now: Instant) {
    guard phase == .signingIn else { return }
    switch reply {
    case .granted(let value):
      guard let user = ZulipUser(decoding: value) else {
        return signInFailed(
          words: "The server does not say who one is; is it a Zulip?", after: nil, at: now)
      }
      me = user
      report(.identity(Party(name: clipped(user.name), address: user.email)))
      if dialect == nil { probe(at: now) } else { requestQueue(at: now) }
    case .refused(let refusal) where refusal.status == 404:
      signInFailed(words: "There is no Zulip at this address.", after: nil, at: now)
    case .refused(let refusal) where refusal.status == 403:
      refuse(refusal.sentence)
    case .refused, .failed: signInFailed(reply, at: now)
    }
  }

  // MARK: The dialect

  /// Asks the newest generation first, about a call that nobody has (protocols A.6).
  private mutating func probe(at now: Instant) {
    request(.probe, .post, ZulipPath.heartbeat, ["call_id": "tipring-probe"], at: now)
  }

  mutating func takeProbe(_ reply: Reply, _ purpose: Purpose, at now: Instant) {
    guard phase == .signingIn else { return }
    if reply.isWorthRepeating, !reply.isServerError { return signInFailed(reply, at: now) }
    let refusal: Reply.Refusal? =
      if case .refused(let refusal) = reply { refusal } else { nil }
    let isWhatWeAsked =
      refusal.map { $0.isOfCalls && [400, 403, 404].contains($0.status) } ?? false
    switch purpose {
    case .probe:
      if isWhatWeAsked || refusal == nil { return found(.three, at: now) }
      request(.probeHistory, .get, ZulipPath.history, ["limit": "1"], at: now)
    case .probeHistory:
      if case .granted(let value) = reply, HistoryPage(decoding: value) != nil {
        return found(.seedC, at: now)
      }
      request(.probeCreate, .post, ZulipPath.create, at: now)
    case .probeCreate:
      if isWhatWeAsked { return found(.seedB, at: now) }
      request(.probeInitiate, .post, ZulipPath.initiate, at: now)
    default: found(isWhatWeAsked ? .seedA : .stock, at: now)
    }
  }

  private mutating func found(_ dialect: ZulipDialect, at now: Instant) {
    self.dialect = dialect
    note(.info, "The server speaks Zulip calls, dialect “\(dialect.rawValue)”.")
    requestQueue(at: now)
  }

  // MARK: The queue

  mutating func requestQueue(at now: Instant) {
    guard !isAsking(.register) else { return }
    var types = ["presence", "realm_user", "heartbeat"]
    if readsMessages {
      types.append("message")
    } else {
      types += ["call", "group_call", "call_event"]
    }
    let list = JSONValue.array(types.map { .string($0) })
    var form: ZulipForm = [
      "event_types": list.text, "fetch_event_types": #"["realm"]"#, "apply_markdown": "false",
      "client_gravatar": "true",
    ]
    // Of all messages, only those between persons can invite.
    if readsMessages { form.append("narrow", #"[["is","private"]]"#) }
    request(.register, .post, ZulipPath.register, form, at: now)
  }

  /// Whether calls are told by messages, because the server has no other way to tell them.
  var readsMessages: Bool {
    switch dialect {
    case .seedA, .seedB, .stock: true
    case .three, .two, .seedC, nil: false
    }
  }

  mutating func takeQueue(_ reply: Reply, at now: Instant) {
    switch reply {
    case .granted(let value):
      guard let queue = RegisteredQueue(decoding: value) else {
        return queueFailed(reply, at: now)
      }
      let isRenewed = phase == .online
      self.queue = queue
      lastEventID = queue.lastEventID
      lostAt = nil
      backoff.reset()
      phase = .online
      report(.account(.signedIn))
      poll(at: now)
      requestHistory(at: now)
      requestContacts(at: now)
      showPresence(at: now)
      catchUp(at: now)
      deliverKeptErrands(at: now)
      if !isRenewed { tellOfCalls() }
    case .refused, .failed: queueFailed(reply, at: now)
    }
  }

  private mutating func queueFailed(_ reply: Reply, at now: Instant) {
    if phase == .signingIn { return signInFailed(reply, at: now) }
    lostEvents(reply, at: now)
  }

  /// Says once what this server cannot do.
  private mutating func tellOfCalls() {
    guard !hasToldOfCalls else { return }
    hasToldOfCalls = true
    switch dialect {
    case .stock where queue?.jitsiServer == nil:
      report(.notice("This Zulip has neither calls nor a Jitsi server; nobody can be called."))
    case .stock:
      report(.notice("This Zulip has no calls of its own; they are links in direct messages."))
    case .seedA, .seedB:
      report(.notice("This server tells its calls to mobiles only; only links ring here."))
    case .three, .two, .seedC, nil: break
    }
  }

  // MARK: Failing

  mutating func signInFailed(_ reply: Reply, at now: Instant) {
    signInFailed(words: reply.sentence, after: reply.retryAfter, at: now)
  }

  private mutating func signInFailed(words: String, after wait: Duration?, at now: Instant) {
    let delay = max(backoff.next(using: &generator), wait ?? .zero)
    timers[.signIn] = now.advanced(by: delay)
    report(.account(.unreachable(reason: words, nextTry: now.advanced(by: delay))))
  }

  /// The server does not accept the key: a guest asks for a new one, others are refused.
  mutating func lostCredentials(_ refusal: Reply.Refusal, at now: Instant) {
    switch phase {
    case .signingIn, .online:
      let wasRenewed = renewedAt.map { $0.duration(to: now) < Self.renewalTime } ?? false
      forgetServer()
      guard account.secret == nil, !wasRenewed else { return refuse(refusal.sentence) }
      renewedAt = now
      key = nil
      signIn(at: now)
    case .signedOut, .refused, .leaving: break
    }
  }

  private mutating func refuse(_ words: String) {
    phase = .refused
    forgetServer()
    report(.account(.refused(reason: words)))
  }

  /// Drops what waits for the server. Errands are kept; calls being placed have come to nothing.
  private mutating func forgetServer() {
    cancelRequests { _ in true }
    for timer in [Timer.signIn, .poll, .presence, .recent, .users] { timers[timer] = nil }
    queue = nil
    lostAt = nil
    for index in errands.indices { errands[index].state = .kept }
    for call in calls where call.isPlacing {
      finish(call.id)
      report(.ended(call.id, .notSignedIn("Not signed in to \(account.name) any more.")))
    }
  }

  // MARK: Signing out

  /// Leaves all rooms, and says goodbye once what is under way has reached the server, within
  /// ``leaveTime``.
  mutating func signOut(at now: Instant) {
    switch phase {
    case .signedOut, .leaving: return
    case .signingIn, .online, .refused: break
    }
    for call in calls { end(call.id, .hungUp, at: now) }
    let isOnline = phase == .online
    phase = .leaving
    for timer in [Timer.signIn, .poll, .presence, .recent, .users] { timers[timer] = nil }
    cancelRequests { $0 == .events }
    timers[.leave] = now.advanced(by: Self.leaveTime)
    guard isOnline else { return leave() }
    leaveIfDone(at: now)
  }

  /// Gives the queue back when no errand is under way.
  mutating func leaveIfDone(at now: Instant) {
    guard phase == .leaving, !errands.contains(where: { $0.state != .kept }),
      !calls.contains(where: \.isPlacing), !isAsking(.goodbye)
    else { return }
    guard let queue else { return leave() }
    request(.goodbye, .delete, ZulipPath.events, ["queue_id": queue.queueID], at: now)
  }

  mutating func leave() {
    guard phase != .signedOut else { return }
    phase = .signedOut
    forgetServer()
    for call in calls { finish(call.id) }
    timers = DeadlineTable()
    errands = []
    earlyEvents = []
    report(.account(.signedOut))
  }

  /// How long each step of signing in may take, so that a dead server is told within ten seconds.
  private static let signInTimeout: Duration = .seconds(8)
  /// A guest whose new key is refused as well within this time is refused, too.
  private static let renewalTime: Duration = .seconds(60)
  /// How long saying goodbye may take.
  private static let leaveTime: Duration = .seconds(2)
}

extension Reply {
  /// Whether the server itself failed, which it may do at one path and not at others.
  fileprivate var isServerError: Bool {
    guard case .refused(let refusal) = self else { return false }
    return refusal.status == 500
  }
}

/// A name, cut where nobody reads on.
func clipped(_ name: String) -> String { String(name.prefix(200)) }
