import Basics
import Calling
import Media
import SDP

extension ControlCore {
  /// Does what a dialect wants, and takes in what it reports.
  mutating func perform(_ dialectEffects: [DialectEffect], of index: Int) {
    let id = accounts[index].account.id
    for effect in dialectEffects {
      switch effect {
      case .transport(let effect):
        if patience.note(effect, of: id) { effects.append(.transport(id, effect)) }
      case .note(let entry): effects.append(.note(entry))
      case .report(let report): take(report, of: index)
      }
    }
  }

  /// Does what calls want.
  mutating func perform(_ callEffects: [CallEffect]) {
    for effect in callEffects {
      switch effect {
      case .signaling(let order):
        guard let id = order.callID, let index = index(of: id.account) else { continue }
        perform(accounts[index].client.carryOut(order, at: now), of: index)
      case .media(let id, let request):
        effects.append(.media(mediaOrder(request, of: id)))
      case .warning(let id, let words):
        effects.append(
          .event(words.map { .warning(id, $0) } ?? .note(id, "Sound comes from there again.")))
      case .refused(let words):
        refuse(words)
      case .turnedAway(let invitation):
        turnedAway(invitation)
      }
    }
  }

  /// Takes in what the media loop reports.
  mutating func take(_ report: MediaReport) {
    switch report {
    case .described(let id, let description): hear(.described(description), of: id)
    case .candidate(let id, let candidate): hear(.candidate(candidate), of: id)
    case .endOfCandidates(let id): hear(.endOfCandidates, of: id)
    case .secured(let id): hear(.secured, of: id)
    case .flowing(let id): hear(.flowing, of: id)
    case .stalled(let id, let since): hear(.stalled(since: since), of: id)
    case .recovered(let id): hear(.recovered, of: id)
    case .heldByPeer(let id, let isHeld): hear(.heldByPeer(isHeld), of: id)
    case .peerLeft(let id): hear(.peerLeft, of: id)
    case .failed(let id, let words): hear(.failed(words), of: id)
    case .closed(let id): hear(.closed, of: id)
    case .digit(let id, let key): effects.append(.event(.digit(id, key)))
    case .recording(let id, let path, let complaint):
      // What could not begin has not ended.
      let hasFailed = complaint != nil && path == nil && book[id]?.recordingPath == nil
      book.recording(id, path: path)
      if !hasFailed { effects.append(.event(.recording(id, path: path))) }
      if let complaint { effects.append(.event(.warning(id, complaint))) }
    case .statistics(let id, let statistics):
      guard let mos = statistics.mos else { break }
      ledger.rate(id, mos: mos)
      if let index = index(of: id.account) { accounts[index].client.rate(id, mos: mos) }
    case .devices(let capture, let playback, let ringer, let complaint):
      sound.use(capture: capture, playback: playback, ringer: ringer)
      tellSound { [now] in $0.change(to: complaint, at: now) }
      sound.complaint = complaint
    case .captureEnded:
      effects.append(.event(.captureEnded))
    case .hint(let hint):
      effects.append(.event(.hint(hint)))
    case .sound(let id, let samples):
      guard let index = index(of: id.account), let call = book[id], !call.phase.isEnded else {
        return
      }
      perform(accounts[index].client.carryOut(.sound(id, samples), at: now), of: index)
    case .speaking(let id, let streams):
      book.hear(speaking: streams, in: id)
    }
  }

  mutating func tellSound(_ verb: (inout SoundComplaint) -> PhoneEvent?) {
    if let event = verb(&soundComplaint) { effects.append(.event(event)) }
  }

  private mutating func hear(_ news: MediaNews, of id: CallID) {
    perform(book.hear(news, of: id, at: now))
  }

  private mutating func take(_ report: SignalingReport, of index: Int) {
    switch report {
    case .account(let state): change(state, of: index)
    case .identity(let party): accounts[index].username = party.name
    case .contacts(let contacts):
      accounts[index].contacts = Array(contacts.prefix(Self.contactLimit))
      becomeReady(index)
      for call in waitingCalls.indices {
        waitingCalls[call].asked?.remove(accounts[index].account.id)
      }
      retryWaitingCalls()
    case .history(let records):
      let live = ledger.liveRecordIDs
      write(history.merge(records, live: live))
    case .invited(let invitation):
      let account = accounts[index].summary
      perform(book.invited(invitation, on: account, at: now, wallTime: wallTime))
    case .transcript(let id, let line):
      perform(book.take(report, at: now))
      effects.append(.event(.transcript(id, line)))
    case .agent(let id, let state):
      perform(book.take(report, at: now))
      effects.append(.event(.agent(id, state)))
    case .notice(let words):
      effects.append(.event(.note(nil, words)))
    case .placed, .ringing, .accepted, .described, .candidate, .endOfCandidates, .ended,
      .mediaGone, .participants, .servers:
      perform(book.take(report, at: now))
    case .message(let id, let from, let text):
      perform(book.take(report, at: now))
      effects.append(.event(.message(id, from: from, text: text)))
    case .callNotice(let id, let words):
      perform(book.take(report, at: now))
      effects.append(.event(.note(id, words)))
    case .answered(let id, let answer):
      // What comes late was told to have failed, and is not told again.
      guard services.remove(id) else { return }
      effects.append(.event(.answered(id, answer)))
    case .sound(let id, let samples): effects.append(.media(.play(id, samples)))
    case .flushSound(let id): effects.append(.media(.flush(id)))
    case .muted(let id, let name): mute(in: id, by: name)
    case .keepsake(let text):
      guard (text?.utf8.count ?? 0) <= Self.keepsakeLimit else { return }
      effects.append(.keep(text, account: accounts[index].account.name))
    }
  }

  /// Bytes of a keepsake at most.
  static let keepsakeLimit = 64 << 10

  /// The microphone is muted, because somebody has muted it in one call.
  private mutating func mute(in id: CallID, by name: String?) {
    guard book[id] != nil else { return }
    let name = name.map { HarmlessText.line($0, limit: 60) } ?? "The server"
    effects.append(.event(.note(id, "\(name) has muted your microphone.")))
    guard !isMuted else { return }
    isMuted = true
    effects.append(.media(.mute(true)))
  }

  private mutating func change(_ state: AccountState, of index: Int) {
    let before = accounts[index].state
    accounts[index].state = state
    let account = accounts[index].account
    book.signaling(of: account.id, isUp: state == .signedIn, at: now)
    let name = HarmlessText.line(account.name, limit: 40)
    switch state {
    case .signedIn:
      if case .reconnecting = before {
        effects.append(.event(.note(nil, "Connected to \(name) again.")))
      }
      becomeReady(index)
    case .reconnecting(_, _, let reason):
      if case .reconnecting = before { break }
      effects.append(.event(.warning(nil, "Lost \(name): \(reason) Trying again.")))
    case .unreachable(let reason, _):
      if case .unreachable = before { break }
      effects.append(.event(.error(nil, "Cannot sign in to \(name): \(reason)")))
    case .refused(let reason):
      effects.append(.event(.error(nil, "Cannot sign in to \(name): \(reason)")))
    case .signedOut:
      accounts[index].isReady = false
      patience.forget(account.id)
    case .signingIn:
      break
    }
    retryWaitingCalls()
  }

  private mutating func becomeReady(_ index: Int) {
    let entry = accounts[index]
    guard entry.isUsable, entry.contacts != nil, !entry.isReady else { return }
    accounts[index].isReady = true
    effects.append(.event(.ready(entry.account.id)))
  }

  private mutating func turnedAway(_ invitation: Invitation) {
    guard let index = index(of: invitation.id.account) else { return }
    let account = accounts[index].account
    let record = CallRecord(
      id: "\(account.name)/\(invitation.remoteID)", accountName: account.name,
      system: account.system, isIncoming: true,
      party: CallRecord.PartyName(name: invitation.from.name, address: invitation.from.address),
      startedAt: wallTime, endedAt: wallTime, outcome: .busy)
    history.write(record)
    effects.append(.record(record))
    let name = HarmlessText.line(invitation.from.name, limit: 60)
    effects.append(.event(.warning(nil, "\(name) called and was told that you are busy.")))
  }

  private mutating func mediaOrder(_ request: MediaRequest, of id: CallID) -> MediaOrder {
    switch request {
    case .servers(let servers):
      renewals.note(servers, of: id, at: now, wallTime)
      return .servers(id, all(servers, of: id))
    case .prepare(let offer, let iceServers, let isConference):
      // A guest's account has no server; there the conference's own address says where it is.
      let account = index(of: id.account).map { accounts[$0].account.server } ?? ""
      let server = account.isEmpty ? book[id]?.party.address ?? "" : account
      renewals.note(iceServers, of: id, at: now, wallTime)
      let plan = MediaPlan(
        role: offer.map { .answerer(offer: $0) } ?? .offerer,
        iceServers: all(iceServers, of: id),
        includesLoopback: isLoopback(server: server), isConference: isConference)
      return .prepare(id, plan)
    case .describe(let description): return .describe(id, description)
    case .candidate(let candidate): return .candidate(id, candidate)
    case .endOfCandidates: return .endOfCandidates(id)
    case .prepareSamples(let terms):
      return .prepareSamples(
        id, sentRate: terms.sentRate, receivedRate: terms.receivedRate, chunk: terms.chunk)
    case .streams(let participants): return .streams(id, participants.flatMap(\.streams))
    case .open: return .open(id)
    case .setActive(let isActive): return .setActive(id, isActive)
    case .close:
      renewals.forget(id)
      return .close(id)
    }
  }

  /// The servers that a call is given, and the account's own.
  private func all(_ servers: [IceServer], of id: CallID) -> [IceServer] {
    Array((servers + settings.iceServers[id.account, default: []]).prefix(Self.iceServerLimit))
  }

  /// Asks for servers anew whose credentials have ended or are about to.
  mutating func renewServers(of calls: [CallID]) {
    for id in calls { perform([.signaling(.renewServers(id))]) }
  }

  /// Contacts of one account at most.
  package static let contactLimit = 500
  private static let iceServerLimit = 8
}

/// Whether a server's URL names this machine by a loopback address.
func isLoopback(server url: String) -> Bool {
  let afterScheme = url.split(separator: "//", maxSplits: 1).last ?? ""
  let authority = afterScheme.prefix { $0 != "/" }.lowercased()
  if authority.hasPrefix("[") { return authority.hasPrefix("[::1]") }
  let host = authority.prefix { $0 != ":" }
  return host == "localhost" || host.hasPrefix("127.")
}

extension SignalingOrder {
  /// The call that the order is about; `nil` for those about the account.
  var callID: CallID? {
    switch self {
    case .place(let id, _, _), .ring(let id), .describe(let id, _), .candidate(let id, _),
      .endOfCandidates(let id), .accept(let id), .decline(let id, _), .refuseBusy(let id),
      .end(let id, _), .mediaFailed(let id, _), .mute(let id, _), .sound(let id, _),
      .requestPerson(let id), .renewServers(let id):
      id
    case .serve, .refreshContacts, .refreshHistory, .signOut: nil
    }
  }
}
