package import Basics
package import Calling
import Formats
package import Transport

/// Conferences of one Jitsi Meet server, and of any other by its URL, as a guest or by a token.
///
///     signedOut ─start─▶ looking ──the server answers──▶ ready
///                          ▲ │ it does not
///                          │ ▼
///                        waiting
///
/// A conference is an outgoing call that is accepted when one is in the room. There is nobody to sign in
/// to beforehand, so that `signedIn` says no more than that the server is there; an account without a
/// server is ready at once and is for URLs alone.
///
/// - Bound: ``callLimit`` conferences at once.
package struct JitsiClient: DialectClient {
  private enum State: Equatable, Sendable {
    case signedOut
    case looking(RequestID)
    case waiting(until: Instant)
    case ready
  }

  private let account: Account
  private var state = State.signedOut
  private var backoff = Backoff()
  private var generator: SeededGenerator
  private var requestCount = 0
  private var laneCount = 0
  private var calls: [Call] = []
  private var effects: [DialectEffect] = []

  private struct Call: Sendable {
    let id: CallID
    var conference: JitsiConference
  }

  /// - Parameter seed: different for every client.
  package init(account: Account, seed: UInt64) {
    self.account = account
    generator = SeededGenerator(seed: seed)
  }

  // MARK: Verbs

  package mutating func start(at now: Instant) -> [DialectEffect] {
    switch state {
    case .signedOut: look()
    case .looking, .waiting, .ready: break  // Under way already.
    }
    return takeEffects()
  }

  package mutating func carryOut(_ order: SignalingOrder, at now: Instant) -> [DialectEffect] {
    switch order {
    case .place(let id, let address, _): place(id, to: address, at: now)
    case .describe(let id, let description): act(on: id) { $0.answer(description, at: now) }
    case .candidate(let id, let candidate): act(on: id) { $0.candidate(candidate, at: now) }
    case .mediaFailed(let id, let words): act(on: id) { $0.mediaFailed(words, at: now) }
    case .mute(let id, let isMuted): act(on: id) { $0.setMuted(isMuted) }
    case .end(let id, _), .decline(let id, _), .refuseBusy(let id):
      act(on: id) { $0.leave() }
      calls.removeAll { $0.id == id }
    case .endOfCandidates: break  // The bridge does not wait for it.
    case .ring, .accept, .sound: break  // Nobody calls here, and sound travels by itself.
    case .renewServers(let id): act(on: id) { $0.renewServers(at: now) }
    case .requestPerson(let id): report(.callNotice(id, "A conference has no bot to ask."))
    case .serve(let id, let request): report(.answered(id, answer(request)))
    case .refreshContacts: report(.contacts([]))
    case .refreshHistory: break  // The server keeps none.
    case .signOut: signOut()
    }
    return takeEffects()
  }

  package mutating func receive(_ event: TransportEvent, at now: Instant) -> [DialectEffect] {
    switch event {
    case .response(let id, let response) where state == .looking(id):
      // Even a refusal shows that somebody is there.
      response.status < 500
        ? becomeReady()
        : lookLater("The server answers with status \(response.status).", at: now)
    case .requestFailed(let id, let failure) where state == .looking(id):
      lookLater(failure.sentence, at: now)
    case .response(let id, _), .requestFailed(let id, _):
      pass(event, at: now) { $0.owns(id) }
    case .opened(let id), .received(let id, _), .closed(let id, _, _), .failed(let id, _):
      pass(event, at: now) { $0.owns(id) }
    }
    return takeEffects()
  }

  package mutating func networkChanged(
    losesConnections: Bool, at now: Instant
  ) -> [DialectEffect] {
    for id in calls.map(\.id) {
      act(on: id) { $0.networkChanged(losesConnections: losesConnections, at: now) }
    }
    backoff.reset()
    if case .waiting = state { look() }
    return takeEffects()
  }

  package var deadline: Instant? {
    var deadlines = calls.compactMap(\.conference.deadline)
    if case .waiting(let until) = state { deadlines.append(until) }
    return deadlines.min()
  }

  package mutating func expire(at now: Instant) -> [DialectEffect] {
    if case .waiting(let until) = state, now >= until { look() }
    for id in calls.map(\.id) { act(on: id) { $0.expire(at: now) } }
    return takeEffects()
  }

  // MARK: The server

  private mutating func look() {
    guard !account.server.isEmpty else { return becomeReady() }
    requestCount = (requestCount + 1) % JitsiConference.laneWidth
    let id = RequestID(requestCount)
    state = .looking(id)
    report(.account(.signingIn))
    effects.append(
      .transport(
        .request(id, HTTPRequest(.get, base + "/config.js", timeout: Self.lookTime))))
  }

  /// The account's part of its server.
  private var base: String {
    account.server + (account.options["tenant"].map { $0.isEmpty ? "" : "/" + $0 } ?? "")
  }

  private mutating func becomeReady() {
    state = .ready
    backoff.reset()
    report(.account(.signedIn))
    report(.identity(Party(name: account.username, address: account.username)))
    report(.contacts([]))
    report(.history([]))
  }

  private mutating func lookLater(_ reason: String, at now: Instant) {
    let nextTry = now.advanced(by: backoff.next(using: &generator))
    state = .waiting(until: nextTry)
    report(.account(.unreachable(reason: reason, nextTry: nextTry)))
  }

  private mutating func signOut() {
    if case .looking(let id) = state { effects.append(.transport(.cancel(id))) }
    for id in calls.map(\.id) { act(on: id) { $0.leave() } }
    calls = []
    state = .signedOut
    report(.account(.signedOut))
  }

  // MARK: Calls

  private mutating func place(_ id: CallID, to target: String, at now: Instant) {
    guard !calls.contains(where: { $0.id == id }) else { return }
    guard calls.count < Self.callLimit else {
      return report(.ended(id, .signalingFailed("There are too many calls on this account.")))
    }
    let address: JitsiAddress
    do throws(JitsiAddress.ReadingError) {
      address = try self.address(of: target)
    } catch {
      return report(.ended(id, .signalingFailed(error.sentence)))
    }
    laneCount += 1
    let settings = JitsiConference.Settings(
      address: address, displayName: account.username,
      password: account.secrets["room-password"], lane: laneCount, seed: generator.next())
    calls.append(Call(id: id, conference: JitsiConference(settings)))
    act(on: id) { $0.start(at: now) }
  }

  private func address(of target: String) throws(JitsiAddress.ReadingError) -> JitsiAddress {
    let token = account.secrets["jwt"]
    let lowercased = target.lowercased()
    guard lowercased.hasPrefix("https://") || lowercased.hasPrefix("http://") else {
      let name = lowercased.hasPrefix("room:") ? String(target.dropFirst(5)) : target
      return try JitsiAddress(server: base, room: name, token: token)
    }
    var address = try JitsiAddress(url: target)
    // The account's token is for its own server only.
    if address.token == nil, account.server.lowercased().hasPrefix(address.origin.lowercased()) {
      address.token = token
    }
    return address
  }

  private func answer(_ request: ServiceRequest) -> ServiceAnswer {
    guard case .callURL(let target, _) = request else { return .unsupported }
    do throws(JitsiAddress.ReadingError) {
      let url = try address(of: target).browserURL
      return .done(url, .string(url))
    } catch {
      return .failed(error.sentence)
    }
  }

  private mutating func act(
    on id: CallID, _ verb: (inout JitsiConference) -> [JitsiConference.Effect]
  ) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    perform(verb(&calls[index].conference), of: id)
  }

  /// Hands an event to the conference that it belongs to.
  private mutating func pass(
    _ event: TransportEvent, at now: Instant, toOwner owns: (JitsiConference) -> Bool
  ) {
    guard let call = calls.first(where: { owns($0.conference) }) else { return }
    act(on: call.id) { $0.receive(event, at: now) }
  }

  private mutating func perform(_ conferenceEffects: [JitsiConference.Effect], of id: CallID) {
    guard let address = calls.first(where: { $0.id == id })?.conference.settings.address else {
      return
    }
    for effect in conferenceEffects {
      switch effect {
      case .transport(let effect): effects.append(.transport(effect))
      case .found(let iceServers):
        report(
          .placed(
            id, remoteID: address.room, party: address.party,
            terms: MediaTerms(.offeredByServer, iceServers: iceServers),
            browserURL: address.browserURL))
      case .servers(let servers): report(.servers(id, servers))
      case .joined: report(.accepted(id))
      case .described(let offer): report(.described(id, offer))
      case .candidate(let candidate): report(.candidate(id, candidate))
      case .mediaGone: report(.mediaGone(id))
      case .participants(let participants): report(.participants(id, participants))
      case .muted(let actor): report(.muted(id, by: actor))
      case .message(let name, let text): report(.message(id, from: name, text: text))
      case .notice(let words): report(.callNotice(id, words))
      case .note(let entry): effects.append(.note(entry))
      case .ended(let reason):
        calls.removeAll { $0.id == id }
        report(.ended(id, reason))
      }
    }
  }

  private mutating func report(_ report: SignalingReport) { effects.append(.report(report)) }

  private mutating func takeEffects() -> [DialectEffect] {
    defer { effects = [] }
    return effects
  }

  /// Conferences at once at most.
  package static let callLimit = 8
  private static let lookTime: Duration = .seconds(8)
}

extension JitsiAddress {
  /// The room, as somebody one calls.
  package var party: Party { Party(name: title, address: browserURL) }
}
