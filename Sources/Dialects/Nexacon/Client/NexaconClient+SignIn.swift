import Basics
import Calling
import Formats
import NexaconWire
import Transport
import XMPP

/// From the keys to the stream.
extension NexaconClient {
  mutating func signIn() {
    guard account.secrets["api-key"] != nil, account.secrets["secret-key"] != nil else {
      phase = .refused
      return report(.account(.refused(reason: keysMissing)))
    }
    phase = .signingIn
    signInBackoff.reset()
    report(.account(.signingIn))
    requestToken()
  }

  /// Asks for a token: with the password if there is one, else by the keys alone.
  mutating func requestToken() {
    timers[.signIn] = nil
    guard phase == .signingIn || phase == .online else { return }
    let username: JSONValue = .string(Self.number(account.username))
    if let password = account.secret {
      request(
        .token(isRefresh: false), .post, NexaconPath.login,
        ["username": username, "password": .string(password.exposed)], timeout: Self.signInTimeout)
    } else {
      request(
        .token(isRefresh: false), .post, NexaconPath.token, ["username": username],
        timeout: Self.signInTimeout)
    }
  }

  /// The server does not accept the token any more: asks for another, at most once a minute.
  mutating func renewToken(because reason: String) {
    guard phase == .signingIn || phase == .online,
      !isAsking(.token(isRefresh: true)), !isAsking(.token(isRefresh: false))
    else { return }
    if let renewedAt, renewedAt.duration(to: now) < Self.renewalInterval { return refuse(reason) }
    renewedAt = now
    guard let refreshToken = token?.refreshToken else { return requestToken() }
    request(
      .token(isRefresh: true), .post, NexaconPath.refresh,
      ["refresh_token": .string(refreshToken.exposed)], timeout: Self.signInTimeout)
  }

  mutating func takeToken(_ reply: NexaconReply, isRefresh: Bool) {
    guard phase == .signingIn || phase == .online else { return }
    if case .granted(let value) = reply {
      guard let answer = try? TokenMessage(decoding: value), let jid = JID(answer.nxid),
        jid.node != nil
      else { return retrySignIn("The server's answer holds no token and address.", after: nil) }
      token = answer
      signInBackoff.reset()
      return openStream(as: jid.bare, answer)
    }
    if reply.isWorthRepeating { return retrySignIn(reply.sentence, after: reply.retryAfter) }
    // A token that cannot be refreshed can still be had anew.
    isRefresh ? requestToken() : refuse(reply.sentence)
  }

  private mutating func retrySignIn(_ reason: String, after wait: Duration?) {
    let nextTry = now.advanced(by: max(signInBackoff.next(using: &generator), wait ?? .zero))
    timers[.signIn] = nextTry
    report(.account(.unreachable(reason: reason, nextTry: nextTry)))
  }

  private mutating func refuse(_ reason: String) {
    endAll(.notSignedIn("Not signed in to \(account.name) any more."))
    close()
    phase = .refused
    report(.account(.refused(reason: reason)))
  }

  // MARK: The stream

  private mutating func openStream(as jid: JID, _ token: TokenMessage) {
    let url = token.socketURL ?? Self.socketURL(of: base)
    guard ServerAddress.mayLead(from: base, to: url) else {
      return refuse("The server leads from an encrypted address to one that is not; ask its owner.")
    }
    perform(stream?.close() ?? [])
    me = jid
    streamCount += 1
    let secret = token.token.exposed
    let resource = "nexacon_" + String(generator.next() >> 16, radix: 36)
    var settings = XMPPSettings(
      url: url, domain: jid.domain,
      credentials: [
        // As the vendor's kit does it, and as its documents say (protocols.md D.3).
        .plain(username: jid.node ?? "", password: secret),
        .plain(username: jid.description, password: secret),
      ], resource: resource,
      disco: DiscoInfo(
        identities: [.init(category: "client", type: "console", name: "Tipring")],
        features: [
          XMPPNamespace.discoInfo, XMPPNamespace.ping, XMPPNamespace.receipts,
        ]))
    settings.pingInterval = .seconds(30)
    stream = XMPPStream(settings: settings, lane: streamCount, seed: generator.next())
    perform(stream?.start(at: now) ?? [])
  }

  mutating func streamUp(isResumed: Bool) {
    let isFirst = phase == .signingIn
    phase = .online
    lostAt = nil
    report(.account(.signedIn))
    if !isResumed { perform(stream?.send(.presence()) ?? []) }
    let kept = outbox
    outbox = []
    for stanza in kept { transmit(stanza) }
    guard isFirst, let me else { return }
    report(.identity(Party(name: displayName, address: address(of: me))))
    requestContacts()
    requestHistory()
    postAnalytics()
  }

  mutating func streamDown(_ reason: String, nextTry: Instant) {
    if phase == .online {
      let since = lostAt ?? now
      lostAt = since
      report(.account(.reconnecting(since: since, nextTry: nextTry, reason: reason)))
    } else if phase == .signingIn {
      report(.account(.unreachable(reason: reason, nextTry: nextTry)))
    }
  }

  mutating func signOut() {
    endAll(.hungUp)
    if stream?.isOnline == true { perform(stream?.send(.presence(type: "unavailable")) ?? []) }
    close()
    phase = .signedOut
    report(.account(.signedOut))
  }

  /// Everything that needs the server ends.
  private mutating func close() {
    while !declines.isEmpty { postDecline(0) }
    cancelRequests { $0 != .analytics && $0 != .decline }
    perform(stream?.close() ?? [])
    stream = nil
    token = nil
    outbox = []
    timers[.signIn] = nil
    lostAt = nil
  }

  private mutating func endAll(_ reason: EndReason) {
    for call in calls {
      hangUp(call)
      finish(call.id, reason)
      report(.ended(call.id, reason))
    }
  }

  // MARK: Names

  /// The name to be known by.
  var displayName: String { account.options["display-name"] ?? account.username }

  /// What one types to call somebody: the number or name, with the domain if it is another's.
  func address(of jid: JID) -> String {
    jid.domain == me?.domain ? jid.node ?? jid.domain : jid.bare.description
  }

  /// The address that somebody typed or a server wrote.
  func jid(of address: String) -> JID? {
    guard address.contains("@") else {
      return me.flatMap { JID(node: Self.number(address), domain: $0.domain) }
    }
    guard let jid = JID(address), let node = jid.node else { return nil }
    return JID(node: Self.number(node), domain: jid.domain)
  }

  /// Numbers are written `+digits`; anything else stays as it is.
  static func number(_ text: String) -> String {
    let digits = text.utf8.filter { (0x30...0x39).contains($0) }
    let others = text.utf8.filter { !(0x30...0x39).contains($0) }
    guard digits.count >= 8, others.allSatisfy({ "+ -()/.".utf8.contains($0) }) else { return text }
    return "+" + String(decoding: digits, as: UTF8.self)
  }

  private static func socketURL(of base: String) -> String {
    let parts = base.split(separator: "/", omittingEmptySubsequences: true)
    let scheme = parts.first == "http:" ? "ws" : "wss"
    return "\(scheme)://\(parts.dropFirst().first ?? "")\(NexaconPath.socket)"
  }

  private var keysMissing: String {
    let missing = ["api-key", "secret-key"].filter { account.secrets[$0] == nil }
    return "Nexacon wants an API key and a secret key: tell in [account \(account.name)] of "
      + "tipring.conf where to find them, by \(missing.map { $0 + "-command" }.joined(separator: " and "))."
  }

  /// How long each step of signing in may take.
  private static let signInTimeout: Duration = .seconds(8)
  /// How often a token may be asked for because one was not accepted.
  private static let renewalInterval: Duration = .seconds(60)
}
